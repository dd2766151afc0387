"""Tidy: tags, snooze, spam, many at once, undo and unmerge; and whatever was done, a rebuild gives back the same rows."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from tests.flows.desk import arrive, arrive_together, mail, mailbox, rebuilt_differences, report, settle
from tests.services.ports import wait_until
from tickets.actions.bulk import begin, go_on, take_back, work_through
from tickets.actions.change import NotAllowed, set_status, tag
from tickets.actions.erasing import erase_contact, erase_tickets
from tickets.actions.hold import hold_ticket
from tickets.actions.merge import merge
from tickets.actions.note import note
from tickets.actions.people import add_agent, change_agent
from tickets.actions.reply import recipients, reply
from tickets.actions.snooze import snooze, wake_due
from tickets.actions.spam import clear_spam, mark_spam
from tickets.actions.teams import add_team
from tickets.actions.unmerge import unmerge
from tickets.mime.identifiers import reply_address, reply_token
from tickets.models import Account, Agent, Bulk, Delivery, Event, Message, SpamSender, Tag, Ticket
from tickets.models.keys import KEY_ID, signing_key

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.database]


@pytest.fixture
def support(transactional_db: None) -> Account:
    return mailbox(reply_style="plus")


@pytest.fixture
def ben(support: Account) -> Agent:
    return add_agent("ben@desk.example", "Ben Agent")


@pytest.fixture(autouse=True)
def the_record_is_enough(support: Account) -> Iterator[None]:
    """Whatever a test does, its end is a lost database."""
    yield
    assert rebuilt_differences() == []


def come(support: Account, subject: str, sender: str = "zoe@customer.example", **more: Any) -> Ticket:
    message = arrive(support, mail(f"About {subject}", subject=subject, sender=sender, **more))
    assert message is not None
    return message.ticket


def answer(ticket: Ticket, by: Agent, text: str = "Please wait.") -> Message:
    to, _cc = recipients(ticket)
    return reply(ticket, text, by, to=to)


def signed(message: Message) -> str:
    """The reply address that a message was sent with."""
    return reply_address("support@desk.example", reply_token(signing_key(), KEY_ID, message.public_id), "plus")


def fresh(ticket: Ticket) -> Ticket:
    return Ticket.objects.get(pk=ticket.pk)


# --- Tags


def test_two_ways_to_write_a_tag_are_one(support: Account, ben: Agent) -> None:
    tickets = [come(support, "one"), come(support, "two")]
    tag(tickets[0], ["Refund"], ben)
    begin(ben, "tag", " refund ,  Late  reply", [ticket.number for ticket in tickets])
    assert sorted(Tag.objects.values_list("name", flat=True)) == ["late reply", "refund"]
    assert [one.name for one in fresh(tickets[1]).tags.order_by("name")] == ["late reply", "refund"]


def test_undoing_a_tag_spares_those_who_had_it_before(support: Account, ben: Agent) -> None:
    had, has = come(support, "one"), come(support, "two")
    tag(had, ["vip"], ben)
    take_back(begin(ben, "tag", "vip", [had.number, has.number]), ben)
    assert (had.tags.count(), has.tags.count()) == (1, 0)


# --- Snooze


def test_a_snoozed_ticket_comes_back_at_its_time_opened_and_on_top_and_says_why(support: Account, ben: Agent) -> None:
    ticket = come(support, "later")
    answer(ticket, ben)
    newer = come(support, "newer")
    snooze([ticket.number], timezone.now() + timedelta(milliseconds=300), ben)
    assert wake_due() == 0
    wait_until(lambda: wake_due() == 1, 5, "It was not woken")
    woken = fresh(ticket)
    assert (woken.snoozed_at, woken.snoozed_until, woken.state) == (None, None, "open")
    assert woken.last_message_at > fresh(newer).last_message_at
    event = woken.events.get(kind="woken")
    assert (event.by, event.reason) == (None, "The time until which it was snoozed has come.")
    assert event.entry.kind == "changes"


def test_a_snoozed_ticket_comes_back_at_once_when_the_customer_writes(support: Account, ben: Agent) -> None:
    ticket = come(support, "later")
    sent = answer(ticket, ben)
    for until in (None, timezone.now() + timedelta(days=3)):
        snooze([ticket.number], until, ben)
        assert fresh(ticket).snoozed_at
        arrive(support, mail("Here you are", answers=sent.message_id))
        assert (fresh(ticket).snoozed_at, fresh(ticket).snoozed_until, fresh(ticket).state) == (None, None, "open")
    assert {event.reason for event in ticket.events.filter(kind="woken")} == {"They wrote."}


def test_a_machine_wakes_nobody_but_a_failure_does(support: Account, ben: Agent) -> None:
    ticket = come(support, "later")
    sent = answer(ticket, ben)
    settle()
    snooze([ticket.number], None, ben)
    arrive(support, mail("I am away", answers=sent.message_id, headers={"Auto-Submitted": "auto-replied"}))
    assert fresh(ticket).snoozed_at
    arrive(support, report(sent, "failed"))
    assert fresh(ticket).snoozed_at is None


def test_what_is_finished_or_lies_in_the_past_is_not_snoozed(support: Account, ben: Agent) -> None:
    ticket = come(support, "done")
    set_status(ticket, "solved", ben)
    assert snooze([ticket.number], None, ben).left == [(ticket.number, "It is finished. Open it first.")]
    with pytest.raises(NotAllowed):
        snooze([ticket.number], timezone.now() - timedelta(minutes=1), ben)


# --- Spam


def test_spam_leaves_and_what_its_sender_begins_next_follows_with_the_reason(support: Account, ben: Agent) -> None:
    ticket = come(support, "Pills")
    mark_spam([ticket.number], ben)
    later = come(support, "More pills")
    assert (fresh(ticket).spam, later.spam) == ("agent", "memory")
    assert later.events.get().reason == "Mail of this sender was called spam before."
    assert "called spam before" in later.messages.get().reason
    settle()
    assert not Delivery.objects.filter(message__ticket=later).exists()  # nothing automatic answers spam
    assert come(support, "Hello", "max@customer.example").spam == ""


def test_one_press_takes_spam_back_with_all_of_the_senders_tickets(support: Account, ben: Agent) -> None:
    ticket = come(support, "Order")
    mark_spam([ticket.number], ben)
    later = [come(support, f"Order {n}") for n in range(3)]
    done = clear_spam([later[0].number], ben)
    assert len(done.changed) == 4
    assert set(Ticket.objects.values_list("spam", flat=True)) == {""}
    assert not SpamSender.objects.exists()
    assert come(support, "Thanks").spam == ""


def test_undo_takes_back_what_was_marked_and_leaves_what_others_marked(support: Account, ben: Agent) -> None:
    first, second = come(support, "one"), come(support, "two")
    mark_spam([first.number], ben)
    bulk = begin(ben, "spam", "", [first.number, second.number])
    later = come(support, "three")
    take_back(bulk, ben)
    assert [fresh(one).spam for one in (first, second, later)] == ["agent", "", "memory"]
    assert SpamSender.objects.count() == 1


def test_who_answers_us_is_never_spam_by_memory_alone(support: Account, ben: Agent) -> None:
    talk = come(support, "Order")
    sent = answer(talk, ben)
    mark_spam([come(support, "Chain letter").number], ben)
    back = arrive(support, mail("Yes please", to=signed(sent)))
    assert back is not None
    assert (back.ticket, back.ticket.spam) == (talk, "")
    kept = come(support, "Once more")
    assert kept.spam == "memory"
    rescued = arrive(support, mail("I meant it", to=signed(answer(kept, ben))))
    assert rescued is not None
    assert (rescued.ticket, fresh(kept).spam) == (kept, "")


def test_a_forged_name_is_not_remembered(support: Account, ben: Agent, settings: Any) -> None:
    settings.AUTHSERV_ID = "mx.desk.example"
    forged = {"Authentication-Results": "mx.desk.example; dmarc=fail header.from=customer.example"}
    ticket = come(support, "Invoice", headers=forged)
    mark_spam([ticket.number], ben)
    assert fresh(ticket).spam == "agent"
    assert come(support, "A real one").spam == ""


def test_our_borders_word_puts_a_new_ticket_into_spam(support: Account, ben: Agent, settings: Any) -> None:
    flagged = {"X-Spam-Flag": "YES", "X-Spam-Status": "Yes, score=12.4 required=5.0"}
    assert come(support, "No border is named", headers=flagged).spam == ""
    settings.AUTHSERV_ID = "mx.desk.example"
    ticket = come(support, "Pills", headers=flagged)
    assert ticket.spam == "border"
    assert ticket.events.get().reason == "Our own mail server calls it spam (X-Spam: yes, 12.4)."
    answered = answer(come(support, "Order"), ben)
    assert come(support, "Re: Order", headers=flagged, answers=answered.message_id) == answered.ticket
    assert fresh(answered.ticket).spam == ""


def test_whoever_is_erased_is_remembered_no_more(support: Account, ben: Agent) -> None:
    ticket = come(support, "Pills")
    mark_spam([ticket.number], ben)
    come(support, "More pills")
    settle()
    erase_contact(ticket.contact, ben, "They asked for it.")
    assert not SpamSender.objects.exists()
    assert come(support, "Somebody new with the same address").spam == ""


# --- Many at once


def test_an_act_on_many_is_one_entry_and_undo_gives_back_what_each_was(support: Account, ben: Agent) -> None:
    tickets = [come(support, str(n), f"c{n}@customer.example") for n in range(4)]
    numbers = [ticket.number for ticket in tickets]
    set_status(tickets[1], "waiting", ben)
    set_status(tickets[2], "solved", ben)
    bulk = begin(ben, "state", "solved", [*numbers, 999])
    assert (bulk.changed, bulk.left, len(bulk.entries)) == (3, [(999, "It is not there any more.")], 1)
    set_status(tickets[3], "open", ben)  # somebody goes on with one of them
    done = take_back(bulk, ben)
    assert [fresh(ticket).state for ticket in tickets] == ["new", "waiting", "solved", "open"]
    assert done.left == [(numbers[3], "Somebody has changed it since.")]
    assert Event.objects.filter(entry__in=done.entries, reason="Undone.").count() == 2
    with pytest.raises(NotAllowed):
        take_back(bulk, ben)


def test_assignee_team_priority_and_reading_are_taken_back_too(support: Account, ben: Agent) -> None:
    team = add_team("Returns", ben, (ben,))
    ticket = come(support, "one")
    for what, value in (("assignee", ben.public_id), ("team", team.public_id), ("priority", "4"), ("read", "")):
        bulk = begin(ben, what, value, [ticket.number])
        assert bulk.changed == 1
        assert take_back(bulk, ben).changed == [ticket.number]
    now = fresh(ticket)
    assert (now.assignee, now.team, now.priority, now.read_marks.count()) == (None, None, 2, 0)


def test_nothing_is_given_back_to_somebody_who_cannot_see_it_any_more(
    ben: Agent, make_agent: Callable[..., Agent]
) -> None:
    cem, team = make_agent("Cem"), add_team("Returns", ben, (ben,))
    change_agent(cem, ben, [team])
    ticket = come(mailbox("returns@desk.example", team=team), "one", to="returns@desk.example")
    begin(ben, "assignee", cem.public_id, [ticket.number])
    bulk = begin(ben, "assignee", ben.public_id, [ticket.number])
    change_agent(cem, ben, [])
    assert take_back(bulk, ben).left[0][1].startswith("Cem")
    assert fresh(ticket).assignee == ben


def test_nobody_changes_what_they_may_not_see(support: Account, ben: Agent) -> None:
    secret = mailbox("board@desk.example", team=add_team("Board", ben))
    hidden = come(secret, "Board matters", to="board@desk.example")
    bulk = begin(ben, "state", "solved", [hidden.number])
    assert (bulk.changed, len(bulk.left), fresh(hidden).state) == (0, 1, "new")


def test_more_than_five_hundred_are_done_in_portions_by_a_worker_and_undone(support: Account, ben: Agent) -> None:
    first = come(support, "first")
    arrive_together(support, [mail(str(n), sender=f"p{n}@customer.example") for n in range(29)])
    numbers = list(Ticket.objects.values_list("number", flat=True))
    bulk = begin(ben, "tag", "sale", [*numbers, *range(1000, 1480)])
    assert (bulk.done, bulk.finished_at) == (500, None)
    while work_through():
        pass
    bulk.refresh_from_db()
    assert (bulk.done, bulk.changed, bulk.finished_at is None) == (510, 30, False)
    with CaptureQueriesContext(connection) as queries:
        take_back(bulk, ben)
    assert len(queries) < 40
    assert first.tags.count() == 0


def test_what_was_taken_back_while_a_worker_had_it_in_hand_is_not_gone_on_with(support: Account, ben: Agent) -> None:
    ticket = come(support, "first")
    bulk = begin(ben, "tag", "sale", [*range(1000, 1500), ticket.number])
    in_hand = Bulk.objects.get(pk=bulk.pk)
    take_back(bulk, ben)
    go_on(in_hand)
    bulk.refresh_from_db()
    assert (bulk.done, bulk.undone_at is None, ticket.tags.count()) == (500, False, 0)


def test_many_tickets_cost_no_more_queries_than_one(support: Account, ben: Agent) -> None:
    arrive_together(support, [mail(str(n), sender=f"p{n}@customer.example") for n in range(30)])
    numbers = list(Ticket.objects.values_list("number", flat=True))
    counts = []
    for some, state in ((numbers[:2], "open"), (numbers[2:], "open")):
        with CaptureQueriesContext(connection) as queries:
            begin(ben, "state", state, some)
        counts.append(sum("executemany" not in query["sql"] for query in queries))
    assert abs(counts[0] - counts[1]) <= 28  # SQLite stores rows one by one; PostgreSQL in one statement


# --- Unmerge


def test_a_wrong_merge_is_taken_apart_with_all_that_has_been_said_since(support: Account, ben: Agent) -> None:
    zoe, max_ = come(support, "Printer"), come(support, "Invoice", "max@customer.example")
    set_status(max_, "waiting", ben)
    sent = answer(max_, ben, "Which one?")
    merge(max_, zoe, ben)
    by_id = arrive(support, mail("Number 7", sender="max@customer.example", answers=sent.message_id))
    by_token = arrive(support, mail("And 8", sender="max@customer.example", to=signed(sent)))
    hers = arrive(support, mail("It smokes", answers=zoe.messages.order_by("pk")[0].message_id))
    noted = note(fresh(zoe), "Two people?", ben)
    ours = answer(fresh(zoe), ben, "Pull the plug")
    back = unmerge(max_.number, ben)
    assert (back, back.merged_into, back.state) == (max_, None, "open")
    assert {m.ticket for m in fresh_all(sent, by_id, by_token)} == {max_}
    assert {m.ticket for m in fresh_all(hers, noted, ours)} == {zoe}
    for one, writer in ((max_, "max@customer.example"), (zoe, "zoe@customer.example")):
        assert list(
            one.participants.filter(address__endswith="@customer.example").values_list("address", flat=True)
        ) == [writer]
    assert (fresh(max_).message_count, fresh(zoe).message_count) == (4, 4)
    assert fresh(max_).snippet == "And 8"
    assert [event.kind for event in max_.events.order_by("pk")][-1] == "unmerged"


def test_unmerge_gives_back_state_hold_times_and_what_was_merged_before(support: Account, ben: Agent) -> None:
    first, second, third = (come(support, name, f"{name}@customer.example") for name in ("a", "b", "c"))
    merge(third, second, ben)
    set_status(second, "solved", ben)
    hold_ticket(fresh(second), "a court asks", ben)
    before = Ticket.objects.filter(pk__in=[first.pk, second.pk, third.pk]).order_by("pk").values(*KEPT)
    was = list(before)
    begin(ben, "priority", "4", [first.number, second.number])  # one entry tells of both
    take_back(begin(ben, "merge", "", [first.number, second.number]), ben)
    now = [row | {"priority": 2} for row in before]
    assert now == was
    assert {event.of for event in second.events.filter(kind="priority")} == {second.number}
    unmerge(third.number, ben)
    assert (fresh(third).merged_into, fresh(third).message_count) == (None, 1)
    with pytest.raises(NotAllowed):
        unmerge(third.number, ben)


def test_an_unmerged_ticket_is_erased_with_all_of_its_words_and_without_others(support: Account, ben: Agent) -> None:
    zoe, max_ = come(support, "Printer"), come(support, "Invoice", "max@customer.example")
    merge(max_, zoe, ben)
    since = arrive(
        support,
        mail(
            "Number 7",
            sender="max@customer.example",
            answers=max_.messages.model.objects.get(ticket=zoe, subject="Invoice").message_id,
        ),
    )
    unmerge(max_.number, ben)
    settle()
    erase_tickets([fresh(max_)], None, "kept long enough")
    assert since is not None
    assert "Number 7" not in Message.objects.get(pk=since.pk).text
    assert zoe.messages.get(direction="in").text.startswith("About Printer")


KEPT = (
    "number", "state", "hold", "merged_into", "message_count", "created_at", "last_message_at", "snippet", "solved_at",
    "contact", "priority",
)  # fmt: skip


def fresh_all(*messages: Message | None) -> list[Message]:
    return list(Message.objects.filter(pk__in=[one.pk for one in messages if one]).select_related("ticket"))
