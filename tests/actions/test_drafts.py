"""Sending: a draft waits for its undo time on the server, then becomes one message, once."""

from datetime import timedelta

import pytest
from django.db.models.functions import Now

from tests.flows.desk import arrive, mail, mailbox, settle
from tickets.actions.change import NotAllowed
from tickets.actions.drafts import add_file, discard, save_draft, schedule, send_due, send_now, undo
from tickets.actions.reply import forward
from tickets.mime.build import File
from tickets.models import Agent, Attachment, Delivery, Draft, Message, Ticket

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.database]
ZOE = [{"name": "Zoe", "address": "zoe@customer.example"}]


@pytest.fixture
def ticket(transactional_db: None) -> Ticket:
    message = arrive(mailbox(acknowledge=False), mail())
    assert message
    return message.ticket


def its_time_has_come(draft: Draft) -> None:
    Draft.objects.filter(pk=draft.pk).update(send_at=Now() - timedelta(seconds=1))


def test_a_scheduled_draft_is_sent_when_its_time_has_come_and_not_before(ticket: Ticket, ann: Agent) -> None:
    draft = schedule(save_draft("k1", ann, ticket=ticket, text="On its way.", to=ZOE))
    assert send_due() == 0
    its_time_has_come(draft)
    assert send_due() == 1
    settle()
    message = Message.objects.get(direction="out")
    assert (message.text, message.author) == ("On its way.", ann)
    assert Delivery.objects.get().state == "sent"
    assert Ticket.objects.get().state == "waiting"


def test_sending_the_same_draft_twice_makes_one_message(ticket: Ticket, ann: Agent) -> None:
    draft = schedule(save_draft("k1", ann, ticket=ticket, text="Once", to=ZOE))
    schedule(draft)
    send_now(draft.pk)
    send_now(draft.pk)
    assert Message.objects.filter(direction="out").count() == 1
    with pytest.raises(NotAllowed):
        save_draft("k1", ann, text="again")


def test_undo_gives_back_text_files_and_recipients(ticket: Ticket, ann: Agent) -> None:
    draft = save_draft("k1", ann, ticket=ticket, text="Too early", to=ZOE)
    add_file(draft, "..\\..\\plan.txt", "text/plain", b"the plan")
    back = undo(schedule(draft))
    assert (back.state, back.text, back.to) == ("editing", "Too early", ZOE)
    assert [file.filename for file in back.files.all()] == ["plan.txt"]
    its_time_has_come(draft)
    assert send_due() == 0


def test_undo_after_sending_says_so(ticket: Ticket, ann: Agent) -> None:
    draft = schedule(save_draft("k1", ann, ticket=ticket, text="Gone", to=ZOE))
    send_now(draft.pk)
    with pytest.raises(NotAllowed, match="sent already"):
        undo(draft)


def test_a_file_goes_along_and_is_an_attachment_of_the_message(ticket: Ticket, ann: Agent) -> None:
    draft = save_draft("k1", ann, ticket=ticket, text="See the file", to=ZOE)
    add_file(draft, "rechnung.pdf", "application/pdf", b"%PDF-1.4 x")
    send_now(schedule(draft).pk)
    assert Attachment.objects.get().filename == "rechnung.pdf"


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"text": "  ", "to": ZOE}, "nothing to send"),
        ({"text": "Hi", "to": [{"name": "", "address": "nobody"}]}, "nobody is not an email address"),
        ({"text": "Hi", "to": [], "kind": "forward"}, "to whom"),
    ],
)
def test_what_cannot_be_sent_is_said_when_send_is_pressed_and_the_draft_stays(
    ticket: Ticket, ann: Agent, fields: dict[str, object], words: str
) -> None:
    draft = save_draft("k1", ann, ticket=ticket, **fields)
    with pytest.raises(NotAllowed, match=words):
        schedule(draft)
    assert Draft.objects.get().state == "editing"


def test_a_draft_is_its_agents_own(ticket: Ticket, ann: Agent, ben: Agent) -> None:
    save_draft("k1", ann, ticket=ticket, text="mine")
    with pytest.raises(NotAllowed):
        save_draft("k1", ben, text="not mine")


def test_a_note_is_never_delivered(ticket: Ticket, ann: Agent) -> None:
    send_now(schedule(save_draft("k1", ann, ticket=ticket, kind="note", text="Between us")).pk)
    settle()
    assert Message.objects.get(direction="note").text == "Between us"
    assert not Delivery.objects.exists()
    assert Ticket.objects.get().state == "new"


def test_a_discarded_draft_is_not_sent(ticket: Ticket, ann: Agent) -> None:
    draft = save_draft("k1", ann, ticket=ticket, text="Never mind", to=ZOE)
    discard(draft)
    with pytest.raises(NotAllowed):
        schedule(draft)


def test_passing_a_message_on_is_no_first_answer(ticket: Ticket, ann: Agent) -> None:
    message = ticket.messages.get()
    forward(ticket, message, "Can you look?", ann, to=[{"name": "", "address": "expert@maker.example"}])
    ticket.refresh_from_db()
    assert ticket.first_answer_at is None
    assert (ticket.state, ticket.messages.get(kind="forward").author) == ("new", ann)


def test_a_picture_stands_where_its_name_stands_in_brackets(ticket: Ticket, ann: Agent) -> None:
    draft = save_draft("k1", ann, ticket=ticket, text="Turn this:\n[knob.png]\nto the left.", to=ZOE)
    add_file(draft, "knob.png", "image/png", b"\x89PNG knob")
    send_now(schedule(draft).pk)
    message = Message.objects.get(direction="out")
    picture = message.attachments.get()
    assert picture.inline
    assert f'src="cid:{picture.content_id}"' in message.html
    assert "[knob.png]" not in message.html


def test_files_go_along_when_a_message_is_passed_on(ann: Agent, transactional_db: None) -> None:
    message = arrive(mailbox(), mail("See the plan", files=(File("plan.pdf", "application/pdf", b"%PDF the plan"),)))
    assert message
    passed_on = forward(message.ticket, message, "Look", ann, to=[{"name": "", "address": "expert@maker.example"}])
    assert [(file.filename, file.size) for file in passed_on.attachments.all()] == [("plan.pdf", 13)]
