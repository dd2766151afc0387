"""Collisions: a reply is stopped when somebody wrote since it was begun; nothing of it is lost."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pytest
from django.db import connection
from django.db.models.functions import Now

from tests.flows.desk import arrive, mail, mailbox, settle
from tickets.actions import overtaken
from tickets.actions.drafts import lay_aside, save_draft, schedule, send_due, send_now, undo
from tickets.actions.note import note
from tickets.actions.overtaken import Overtaken
from tickets.actions.reply import acknowledge, reply
from tickets.mail.channel import Email
from tickets.models import Account, Agent, Draft, Message, Ticket
from tickets.texts.wording import Wording

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.database]
ZOE = [{"name": "Zoe", "address": "zoe@customer.example"}]


@pytest.fixture
def support(transactional_db: None) -> Account:
    return mailbox(acknowledge=False)


@pytest.fixture
def ticket(support: Account) -> Ticket:
    message = arrive(support, mail())
    assert message
    settle()
    return message.ticket


def begun(ticket: Ticket, agent: Agent, key: str = "k1", **fields: str) -> Draft:
    """A reply that somebody begins with all before them that the ticket holds now."""
    seen = overtaken.token_of_ticket(ticket)
    return save_draft(key, agent, **{"ticket": ticket, "text": f"From {agent.name}", "to": ZOE, "seen": seen} | fields)


def zoe_writes_again(ticket: Ticket, support: Account) -> None:
    first = ticket.messages.order_by("pk").first()
    assert first
    arrive(support, mail("It works now!", answers=first.message_id, subject="Re: Printer"))


def its_time_has_come() -> None:
    Draft.objects.filter(state="scheduled").update(send_at=Now() - timedelta(seconds=1))
    send_due()


@pytest.mark.parametrize("numbered", [True, False])
def test_a_reply_is_stopped_when_the_customer_wrote_since_it_was_begun(
    ticket: Ticket, support: Account, ann: Agent, numbered: bool
) -> None:
    draft = begun(ticket, ann)
    zoe_writes_again(ticket, support)
    if numbered:
        settle()
    with pytest.raises(Overtaken, match="Zoe Customer wrote since you began") as stopped:
        schedule(draft)
    assert [message.text.strip() for message in stopped.value.messages] == ["It works now!"]
    draft.refresh_from_db()
    assert (draft.state, draft.held, draft.text) == ("editing", True, f"From {ann.name}")


def test_a_reply_is_stopped_when_a_colleague_answered_or_left_a_note(ticket: Ticket, ann: Agent, ben: Agent) -> None:
    for speak in (reply, note):
        draft = begun(ticket, ann, f"k {speak.__name__}")
        speak(ticket, "I have it.", ben)
        with pytest.raises(Overtaken, match=ben.name):
            schedule(draft)


def test_what_was_before_the_writers_eyes_stops_nothing(ticket: Ticket, support: Account, ann: Agent) -> None:
    zoe_writes_again(ticket, support)  # shown, though it has no number yet
    draft = begun(ticket, ann)
    settle()
    assert schedule(draft).state == "scheduled"


def test_machines_and_ones_own_notes_stop_nothing(ticket: Ticket, ann: Agent) -> None:
    draft = begun(ticket, ann)
    note(ticket, "I answer this one.", ann)
    acknowledge(
        ticket.messages.order_by("pk")[0], Wording("Thank you.", ("acknowledgement",), "en", ""), "zoe@customer.example"
    )
    assert schedule(draft).state == "scheduled"


def test_only_answers_are_stopped(ticket: Ticket, ann: Agent, ben: Agent) -> None:
    draft = begun(ticket, ann, kind="note")
    reply(ticket, "I have it.", ben)
    assert schedule(draft).state == "scheduled"


def test_the_writer_sends_anyway_or_keeps_it(ticket: Ticket, ann: Agent, ben: Agent) -> None:
    draft = begun(ticket, ann)
    reply(ticket, "I have it.", ben)
    with pytest.raises(Overtaken):
        schedule(draft)
    lay_aside(save_draft("k1", ann, seen=overtaken.token_of_ticket(ticket)))
    kept = Draft.objects.get()
    assert (kept.held, kept.error, kept.text) == (False, "", f"From {ann.name}")
    assert schedule(kept).state == "scheduled"
    its_time_has_come()
    assert Message.objects.filter(author=ann).get().text.strip() == f"From {ann.name}"


def test_sending_anyway_is_stopped_again_when_yet_another_message_came(
    ticket: Ticket, support: Account, ann: Agent, ben: Agent
) -> None:
    begun(ticket, ann)
    reply(ticket, "I have it.", ben)
    shown = overtaken.token_of_ticket(ticket)
    zoe_writes_again(ticket, support)
    with pytest.raises(Overtaken, match="Zoe Customer wrote") as stopped:
        schedule(save_draft("k1", ann, seen=shown))
    assert len(stopped.value.messages) == 1


def test_what_leaves_while_a_reply_can_be_undone_holds_it_and_says_why(ticket: Ticket, ann: Agent, ben: Agent) -> None:
    schedule(begun(ticket, ann))
    reply(ticket, "I have it.", ben)
    its_time_has_come()
    held = Draft.objects.get()
    assert (held.state, held.held, held.message, held.text) == ("editing", True, None, f"From {ann.name}")
    assert held.error.startswith(f"Held, and not sent: {ben.name} wrote while yours waited")
    assert not Message.objects.filter(author=ann).exists()


def test_one_more_line_in_a_chat_does_not_hold_what_was_sent_already(
    ticket: Ticket, support: Account, ann: Agent, ben: Agent, monkeypatch: pytest.MonkeyPatch
) -> None:
    schedule(begun(ticket, ann))
    zoe_writes_again(ticket, support)
    monkeypatch.setattr(Email, "conversational", True)
    its_time_has_come()
    assert Message.objects.filter(author=ann).exists()
    draft = begun(ticket, ann, "k2")
    zoe_writes_again(ticket, support)
    with pytest.raises(Overtaken):
        schedule(draft)


def test_a_colleague_who_takes_it_back_holds_nobody(ticket: Ticket, ann: Agent, ben: Agent) -> None:
    schedule(begun(ticket, ann, "a"))
    undo(schedule(begun(ticket, ben, "b")))
    its_time_has_come()
    assert Message.objects.filter(direction="out").get().author == ann


def test_of_two_who_press_send_in_the_same_second_exactly_one_goes(ticket: Ticket, ann: Agent, ben: Agent) -> None:
    for round_ in range(5):
        drafts = [schedule(begun(ticket, agent, f"{agent.name} {round_}"), seconds=0) for agent in (ann, ben)]
        barrier = Barrier(2)

        def send(draft: Draft, barrier: Barrier = barrier) -> None:
            barrier.wait()
            try:
                send_now(draft.pk)
            finally:
                connection.close()

        with ThreadPoolExecutor(2) as threads:
            list(threads.map(send, drafts))
        rows = list(Draft.objects.filter(pk__in=[draft.pk for draft in drafts]))
        assert sorted((row.state, row.held) for row in rows) == [("editing", True), ("sent", False)]
        assert Message.objects.filter(direction="out").count() == round_ + 1
