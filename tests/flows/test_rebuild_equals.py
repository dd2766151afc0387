"""The record is enough: whatever was done, a rebuild into an empty database gives the same rows."""

from datetime import timedelta
from typing import Any

import pytest
from django import conf
from django.utils import timezone
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule, run_state_machine_as_test

from tests.flows import desk
from tests.flows.chats import Chats, Parrot, connect
from tickets.actions.accounts import change_account
from tickets.actions.bulk import begin, take_back
from tickets.actions.change import NotAllowed, assign, set_priority, set_status, set_subject, tag, untag
from tickets.actions.contact import add_address, edit_contact, note_about
from tickets.actions.delivered import retry_delivery
from tickets.actions.erasing import erase_contact, erase_tickets
from tickets.actions.hold import hold_contact, hold_ticket
from tickets.actions.join import join, unjoin
from tickets.actions.merge import merge
from tickets.actions.note import note
from tickets.actions.people import add_agent, remove_agent
from tickets.actions.reply import forward, recipients, reply, start
from tickets.actions.seal import seal
from tickets.actions.snooze import wake_due
from tickets.actions.unmerge import unmerge
from tickets.mail.witness import send_seals
from tickets.mime.build import File
from tickets.models import Account, Address, Agent, Contact, Delivery, Message, State, Ticket
from tickets.record.compare import unexplained

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.database, pytest.mark.flows]

WORDS = st.text(min_size=1, max_size=80).filter(lambda text: text.strip())

ACTS = [
    ("state", "solved"), ("tag", "vip, sale"), ("untag", "vip"), ("priority", "4"), ("snooze", ""), ("snooze", "later"),
    ("wake", ""), ("spam", ""), ("not-spam", ""), ("merge", ""),
]  # fmt: skip


class Helpdesk(Chats):
    """A day at a helpdesk in any order; at its end the database is lost."""

    def __init__(self) -> None:
        super().__init__()
        desk.wipe()
        desk.new_record()
        self.ann = add_agent("ann@desk.example", "Ann Oak", "administrator")
        add_agent("lea@desk.example", "Lea Finch")
        self.mailbox = desk.mailbox()
        self.orders = desk.mailbox("orders@desk.example")
        self.perch = connect(self.mailbox)
        self.left = 0

    def ticket(self, data: Any) -> Ticket:
        return data.draw(st.sampled_from(list(Ticket.objects.filter(merged_into=None).order_by("number"))))

    def message(self, data: Any) -> Message:
        return data.draw(st.sampled_from(list(Message.objects.order_by("pk"))))

    def some_tickets(self) -> bool:
        return Ticket.objects.exists()

    @rule(text=WORDS, subject=st.text(max_size=40), sender=st.sampled_from(["zoe", "max", "Ömer"]))
    def a_mail_comes(self, text: str, subject: str, sender: str) -> None:
        raw = desk.mail(text, subject=subject, sender=f"{sender}@customer.example", cc="carl@customer.example")
        desk.arrive(self.mailbox, raw)

    @precondition(some_tickets)
    @rule(data=st.data(), text=WORDS, sender=st.sampled_from(["zoe@customer.example", "stranger@elsewhere.example"]))
    def an_answer_comes(self, data: Any, text: str, sender: str) -> None:
        answered = self.message(data)
        desk.arrive(self.mailbox, desk.mail(text, sender=sender, answers=answered.message_id))

    @precondition(some_tickets)
    @rule(data=st.data(), text=WORDS, named=st.booleans())
    def an_answer_repeats_what_was_said(self, data: Any, text: str, named: bool) -> None:
        said = self.message(data)
        repeated = f"{text}\n\n{said.text}" if named else f"{said.text}\n{text}"
        desk.arrive(self.mailbox, desk.mail(repeated, answers=said.message_id))

    @precondition(some_tickets)
    @rule(data=st.data(), kind=st.sampled_from(["failed", "delayed", "complaint", "read"]))
    def a_machine_reports(self, data: Any, kind: str) -> None:
        desk.arrive(self.mailbox, desk.report(self.message(data), kind))

    @rule(text=WORDS, count=st.integers(3, 35))
    def one_address_floods(self, text: str, count: int) -> None:
        raws = [desk.mail(f"{text} {n}", sender="pump@machine.example", subject=str(n)) for n in range(count)]
        desk.arrive_together(self.mailbox, raws)

    @rule(data=st.data(), text=WORDS, is_ours=st.booleans(), days=st.integers(0, 40))
    def old_mail_moves_in(self, data: Any, text: str, is_ours: bool, days: int) -> None:
        ends = (
            ("ann@desk.example", "zoe@customer.example")
            if is_ours
            else ("zoe@customer.example", "support@desk.example")
        )
        answers = self.message(data).message_id if Message.objects.exists() and data.draw(st.booleans()) else None
        when = timezone.now() - timedelta(days=days)
        raw = desk.mail(text, sender=ends[0], to=ends[1], answers=answers, date=when)
        wishes = {"from": None, "to": [], "moving_in": {"close_after": 14, "flags": ["flagged", "old"]}}
        desk.arrive(self.mailbox, raw, history=True, received_at=when, envelope=wishes)

    @rule(text=WORDS)
    def one_mail_comes_to_two_mailboxes_and_twice(self, text: str) -> None:
        raw = desk.mail(text, to="support@desk.example", cc="orders@desk.example")
        for account in (self.mailbox, self.orders, self.mailbox):
            desk.arrive(account, raw)
        desk.arrive(self.mailbox, b"Received: by another way\r\n" + raw)

    @rule(raw=st.binary(max_size=200))
    def rubbish_comes(self, raw: bytes) -> None:
        desk.arrive(self.orders, raw)

    @precondition(some_tickets)
    @rule(data=st.data(), text=WORDS)
    def ann_replies_with_a_file(self, data: Any, text: str) -> None:
        ticket = self.ticket(data)
        to, cc = recipients(ticket, everybody=True)
        if to:  # nobody can be answered whose person was erased
            reply(ticket, text, self.ann, to=to, cc=cc, files=[File("a.txt", "text/plain", b"x" * 70_000)])

    @precondition(some_tickets)
    @rule(data=st.data(), text=WORDS)
    def ann_forwards(self, data: Any, text: str) -> None:
        message = self.message(data)
        forward(message.ticket, message, text, self.ann, to=[{"name": "", "address": "expert@maker.example"}])

    @rule(text=WORDS)
    def ann_writes_first(self, text: str) -> None:
        start(self.mailbox, "Your order", text, self.ann, to=[{"name": "Max", "address": "max@customer.example"}])

    @precondition(some_tickets)
    @rule(data=st.data(), text=WORDS, state=st.sampled_from(State.values), tags=st.lists(WORDS, max_size=2))
    def ann_works(self, data: Any, text: str, state: str, tags: list[str]) -> None:
        ticket = self.ticket(data)
        note(ticket, f"@Lea Finch {text}", self.ann)
        assign(ticket, self.ann, self.ann, reason=text)
        set_status(ticket, state, self.ann)
        set_priority(ticket, 3, self.ann)
        tag(ticket, [*tags, "vip"], self.ann)
        untag(ticket, tags[:1], self.ann)
        set_subject(ticket, text, self.ann)

    @precondition(some_tickets)
    @rule(data=st.data(), state=st.sampled_from(State.values))
    def somebody_comes_takes_tickets_and_leaves(self, data: Any, state: str) -> None:
        self.left += 1
        ben = add_agent(f"ben{self.left}@desk.example", "Ben Birch")
        for ticket in (self.ticket(data), self.ticket(data)):
            assign(ticket, ben, self.ann)
            set_status(ticket, state, ben)
        remove_agent(ben, self.ann)

    @precondition(some_tickets)
    @rule(data=st.data())
    def ann_merges(self, data: Any) -> None:
        ticket, into = self.ticket(data), self.ticket(data)
        if ticket != into:
            merge(ticket, into, self.ann, reason="the same matter")

    def people(self) -> list[Contact]:
        return list(Contact.objects.filter(removed_at=None).order_by("pk"))

    @precondition(some_tickets)
    @rule(data=st.data(), text=WORDS, to=st.sampled_from(["new", "stranger", "max"]))
    def ann_knows_a_person(self, data: Any, text: str, to: str) -> None:
        if not self.people():
            return
        person = data.draw(st.sampled_from(self.people()))
        note_about(person, f"{text}, says {person.name} or Zoe Customer", self.ann)
        edit_contact(person, self.ann, name=f"{text} {person.name}"[:190], language="de" if person.language else "fr")
        address = f"{to}@customer.example"
        if not Address.objects.filter(address=address).exists():
            add_address(person, address, self.ann, text)
        hold_contact(person, "a court asks for it", self.ann)
        hold_contact(person, "", self.ann)

    @precondition(some_tickets)
    @rule(data=st.data(), text=WORDS)
    def two_people_are_one(self, data: Any, text: str) -> None:
        person, into = (data.draw(st.sampled_from(self.people() or [None])) for _ in range(2))
        if person != into:
            join(person, into, self.ann, text)

    @precondition(lambda self: Contact.objects.filter(joined_into__removed_at=None, joined_into__isnull=False).exists())
    @rule(data=st.data(), text=WORDS)
    def one_is_two_people_after_all(self, data: Any, text: str) -> None:
        joined = Contact.objects.filter(joined_into__removed_at=None, joined_into__isnull=False).order_by("pk")
        unjoin(data.draw(st.sampled_from(list(joined))), self.ann, text)

    @precondition(lambda self: Ticket.objects.filter(merged_into__isnull=False).exists())
    @rule(data=st.data())
    def a_merge_was_wrong(self, data: Any) -> None:
        merged = Ticket.objects.filter(merged_into__isnull=False).order_by("number")
        unmerge(data.draw(st.sampled_from(list(merged))).number, self.ann)

    @precondition(some_tickets)
    @rule(
        data=st.data(),
        act=st.sampled_from(ACTS),
        undone=st.booleans(),
    )
    def ann_acts_on_many(self, data: Any, act: tuple[str, str], undone: bool) -> None:
        numbers = list(Ticket.objects.filter(merged_into=None).order_by("number").values_list("number", flat=True))
        some = data.draw(st.lists(st.sampled_from(numbers), min_size=2, max_size=6))
        value = (timezone.now() + timedelta(milliseconds=5)).isoformat() if act[1] == "later" else act[1]
        try:
            bulk = begin(self.ann, act[0], value, some)
        except NotAllowed:  # one ticket alone cannot be joined, and five milliseconds may be over
            return
        if undone:
            take_back(bulk, self.ann)
        wake_due()

    @precondition(some_tickets)
    @rule(data=st.data(), quotes=st.sampled_from(["cut", "whole"]))
    def a_person_is_erased(self, data: Any, quotes: str) -> None:
        contacts = list(Contact.objects.filter(removed_at=None).order_by("pk"))
        if contacts:
            erase_contact(data.draw(st.sampled_from(contacts)), self.ann, "They asked for it.", quotes=quotes)

    @precondition(some_tickets)
    @rule(data=st.data())
    def a_ticket_is_held_and_its_time_runs_out(self, data: Any) -> None:
        held, over = self.ticket(data), self.ticket(data)
        hold_ticket(held, "a court asks for it", self.ann)
        if held != over and not over.hold:
            erase_tickets([over], None, "kept long enough")
        hold_ticket(held, "", self.ann)

    @rule(text=WORDS, hours=st.sampled_from([{}, {"mon": [["09:00", "17:00"]]}]))
    def ann_sets_the_mailbox(self, text: str, hours: dict[str, Any]) -> None:
        change_account(self.orders, self.ann, signature=text, hours=hours, secrets={"smtp_password": text})

    @rule()
    def all_is_sent(self) -> None:
        desk.settle()
        for delivery in Delivery.objects.filter(state="failed")[:1]:
            retry_delivery(delivery, self.ann)

    @rule()
    def the_record_is_sealed(self) -> None:
        desk.settle()
        seal()
        desk.settle()
        send_seals()

    def teardown(self) -> None:
        assert Agent.objects.count() == 2 + self.left
        assert Account.objects.count() == 3
        assert desk.rebuilt_differences() == []


@pytest.mark.timeout(600)
@pytest.mark.parametrize("steps", [12])
def test_a_rebuild_gives_back_whatever_was_done(
    steps: int, transactional_db: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(conf.settings, "CHANNELS", [*conf.settings.CHANNELS, f"{Parrot.__module__}.Parrot"])
    run_state_machine_as_test(
        Helpdesk,
        settings=settings(
            max_examples=12,
            stateful_step_count=steps,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )


def test_every_model_is_compared_or_left_out_with_a_reason() -> None:
    assert unexplained() == []
