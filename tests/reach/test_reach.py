"""Reach and drill: who depends on one account alone, exactly, without changing or sending anything."""

import json
from datetime import timedelta
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.flows import chats, desk
from tickets.actions import breaker
from tickets.actions.accounts import add_account, change_account
from tickets.actions.join import join
from tickets.actions.objection import object_to
from tickets.actions.suspicion import suspicion
from tickets.models import (
    Account,
    Address,
    Against,
    Agent,
    Delivery,
    Direction,
    Drill,
    Entry,
    Incident,
    Message,
    Notification,
    ReachDay,
    Ticket,
)
from tickets.outbox.reachable import conversations, lost_with
from tickets.outbox.route import ways
from tickets.reach.drill import drill, hold_due
from tickets.reach.reachability import keep_day, reach_of, vendors

pytestmark = [pytest.mark.django_db(transaction=True)]
NAMES = ("ada", "bo", "cy", "di", "eve", "flo")


@pytest.fixture(autouse=True)
def parrots(settings: Any) -> None:
    """A channel of a few lines: what holds here holds for every messenger."""
    settings.CHANNELS = [*settings.CHANNELS, "tests.flows.chats.Parrot"]


@pytest.fixture
def support() -> Account:
    return desk.mailbox()


@pytest.fixture
def perch(support: Account, parrots: None) -> Account:
    return chats.connect(support)


def hear(perch: Account, who: str) -> Ticket:
    told = {"kind": "message", "sender": who, "sender_name": who.title(), "text": f"Hello from {who}"}
    raw = json.dumps(told | {"remote_id": f"{who}-1", "at": timezone.now().isoformat()}).encode()
    message = desk.arrive(perch, raw)
    assert message
    return message.ticket


def add_mail(ticket: Ticket, proven: bool = True, reachable: bool = True) -> Address:
    where = f"{ticket.contact.name.lower()}@home.example"
    return ticket.contact.addresses.create(channel="email", address=where, proven=proven, reachable=reachable)


@pytest.fixture
def three(perch: Account) -> list[Ticket]:
    """Ada has a proven address, Bo an unproven one, Cy none."""
    tickets = [hear(perch, who) for who in NAMES[:3]]
    add_mail(tickets[0])
    add_mail(tickets[1], proven=False)
    return tickets


def run(*arguments: str) -> str:
    out = StringIO()
    call_command("drill", *arguments, stdout=out)
    return out.getvalue()


@pytest.mark.database
def test_the_drill_says_exactly_who_is_rerouted_where_and_who_is_lost(three: list[Ticket]) -> None:
    found = json.loads(run("Perch", "--json"))

    assert {name: len(lines) for name, lines in found.items()} == {"affected": 3, "rerouted": 1, "lost": 2}
    ada = {"ticket": three[0].number, "contact": "Ada", "route": "email ada@home.example", "reason": ""}
    assert found["rerouted"] == [ada]
    assert [line["contact"] for line in found["lost"]] == ["Cy", "Bo"]
    assert all(line["reason"] and not line["route"] for line in found["lost"])


def test_the_drill_changes_and_sends_nothing(three: list[Ticket]) -> None:
    before = desk.snapshot()
    run("perch")
    assert desk.differences(before, desk.snapshot()) == []
    assert not Delivery.objects.exists()


def test_the_drill_reads_the_same_in_words(three: list[Ticket]) -> None:
    said = run("perch")
    assert f"#{three[0].number} Ada: email ada@home.example" in said
    assert "3 open conversations: 1 would be answered another way, 2 would be lost." in said


def test_an_account_that_is_not_there_is_named_with_those_that_are(three: list[Ticket]) -> None:
    with pytest.raises(CommandError, match=r"There is no account Carrier .*Perch"):
        run("Carrier")


def test_whoever_does_not_want_mail_is_lost(three: list[Ticket], perch: Account) -> None:
    object_to("ada@home.example", Against.DETOURS)
    assert len(drill(perch).lost) == 3


def test_another_messenger_is_a_second_way_unless_it_only_receives(
    support: Account, perch: Account, ben: Agent
) -> None:
    branch = add_account("parrot", "Branch", "branch", {}, {}, mailbox=support)
    ada, also = hear(perch, "ada"), hear(branch, "ada-too")
    join(also.contact, ada.contact, ben, "She told me.")
    Address.objects.update(proven=True)
    rows = conversations(perch)
    assert set(lost_with(perch, rows)) == set()

    change_account(branch, None, config={"answers": "by_mail"})
    assert set(lost_with(perch, rows)) == {ada, also} & set(rows)


@pytest.mark.database
@settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    st.lists(
        st.tuples(st.booleans(), st.booleans(), st.booleans(), st.booleans(), st.sampled_from(["open", "solved"])),
        min_size=1,
        max_size=6,
    )
)
def test_the_counts_say_the_same_as_the_routes_of_each_ticket(people: list[tuple[bool, bool, bool, bool, str]]) -> None:
    desk.wipe()
    perch = chats.connect(desk.mailbox())
    for who, (has_mail, proven, reachable, objects, state) in zip(NAMES, people, strict=False):
        ticket = hear(perch, who)
        Ticket.objects.filter(pk=ticket.pk).update(state=state)
        if has_mail:
            known = add_mail(ticket, proven, reachable)
            if objects:
                object_to(known.address, Against.DETOURS)
    lost = set(lost_with(perch, conversations(perch)).values_list("number", flat=True))

    Account.objects.filter(pk=perch.pk).update(stopped_at=timezone.now())
    expected = set()
    for ticket in Ticket.objects.exclude(state="solved").select_related("contact", "mailbox"):
        if all(way.hindrance for way in ways(ticket)):
            expected.add(ticket.number)
    assert lost == expected


def test_a_drill_is_kept_and_more_lost_than_before_is_told_to_administrators(
    three: list[Ticket], perch: Account, ann: Agent
) -> None:
    perch.config = {"drills": "weekly"}
    perch.save()
    assert hold_due(vendors()) == 1
    assert hold_due(vendors()) == 0
    kept = Drill.objects.get()
    assert (kept.affected, kept.rerouted, kept.lost) == (3, 1, 2)
    assert [(told.agent, told.kind, told.count) for told in Notification.objects.all()] == [(ann, "drill", 2)]


def test_every_day_is_counted_once(three: list[Ticket], perch: Account) -> None:
    assert keep_day() == 1
    assert keep_day() == 0
    day = ReachDay.objects.get()
    assert (day.contacts, day.contacts_alone, day.conversations, day.lost) == (3, 2, 3, 2)
    assert (reach_of(perch).contacts, reach_of(perch).lost) == (3, 2)


def test_the_page_says_what_closing_costs_and_who_is_lost(
    three: list[Ticket], perch: Account, ann: Agent, client: Client
) -> None:
    client.force_login(ann)
    assert "If Parrot closes Perch today, 2 of 3 open conversations are lost" in client.get("/reach/").content.decode()
    page = client.get(f"/reach/{perch.public_id}/").content.decode()
    assert "2 of 3 open conversations would be lost" in page
    assert "Cy" in page
    assert "Hold a drill" in page
    client.post(f"/reach/{perch.public_id}/drill/", {"key": "d1"})
    client.post(f"/reach/{perch.public_id}/drill/", {"key": "d1"})
    assert Drill.objects.get().by == ann
    assert client.get("/reach/table.csv").content.decode().splitlines()[1] == "parrot,Perch,3,2,3,2"


def test_a_person_stops_sending_by_the_button_and_lets_it_send_again(
    three: list[Ticket], perch: Account, ann: Agent, client: Client
) -> None:
    client.force_login(ann)
    at = f"/reach/{perch.public_id}/"
    client.post(f"{at}stop/", {"key": "s0", "reason": ""})
    assert not Incident.objects.exists()
    client.post(f"{at}stop/", {"key": "s1", "reason": "Nobody answers there."})
    page = client.get(at).content.decode()
    assert "Nothing is sent there" in page
    assert "Nobody answers there." in page
    client.post(f"{at}halt/", {"key": "s2"})
    assert "Halted" in client.get(at).content.decode()
    client.post(f"{at}go-on/", {"key": "s3"})
    client.post(f"{at}resume/", {"key": "s4"})
    assert Incident.objects.get().closed_at
    assert "Earlier incidents" in client.get(at).content.decode()


def test_administrators_are_told_of_an_incident(three: list[Ticket], perch: Account, ann: Agent) -> None:
    breaker.open_breaker(perch, "Closed.")
    desk.settle()
    assert [(told.agent, told.kind) for told in Notification.objects.filter(ticket__incidents__isnull=False)] == [
        (ann, "new")
    ]


# --- Signs that only warn ---------------------------------------------------------------------------------------------


def refused(ticket: Ticket, perch: Account, number: int, kind: str) -> None:
    made = Entry.objects.create(
        kind="outcome",
        at=timezone.now(),
        original_size=0,
        original_sha256="",
        source="record",
        fields={"outcomes": [{"delivery": f"d{number}", "kind": kind}]},
    )
    Delivery.objects.create(
        public_id=f"d{number}",
        message=ticket.messages.get(),
        account=perch,
        channel="parrot",
        recipient=f"person{number}",
        state="failed",
        at=made.at,
        due_at=made.at,
        outcome=made,
    )


def test_five_who_refuse_at_once_are_a_sign_and_four_are_not(three: list[Ticket], perch: Account) -> None:
    for number in range(4):
        refused(three[0], perch, number, "contact_blocked")
    refused(three[0], perch, 90, "bug")
    assert suspicion(perch) == ""
    refused(three[0], perch, 4, "contact_blocked")
    assert "5 people refused within 10 minutes" in suspicion(perch)
    assert not Incident.objects.exists()


def test_silence_is_a_sign_only_where_people_usually_write_then(three: list[Ticket], perch: Account) -> None:
    now = timezone.now()
    Account.objects.filter(pk=perch.pk).update(last_in_at=now - timedelta(hours=3))
    perch.refresh_from_db()
    assert suspicion(perch, now) == ""
    first = three[0].messages.get()
    for week in range(1, 4):
        for minute in (10, 20, 30):
            at = now - timedelta(weeks=week, minutes=minute)
            entry = Entry.objects.create(kind="received", at=at, original_size=0, original_sha256="", source="record")
            Message.objects.create(
                ticket=three[0], entry=entry, direction=Direction.IN, channel="parrot", account=perch, at=at,
                contact=first.contact,
            )  # fmt: skip
    assert "Nobody has written since" in suspicion(perch, now)
