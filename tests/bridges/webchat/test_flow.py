"""A visitor writes, an agent answers in the same screens as mail, and both see it; by mail when the visitor has gone."""

import json
import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.utils import timezone

from bridges.webchat.pages import said
from tests.bridges.webchat.conftest import Visitor, answer
from tests.flows.desk import arrive, mail, rebuilt_differences, settle
from tests.services.smtp import Sink
from tickets.actions.correct import edit_message, withdraw_message
from tickets.actions.note import note
from tickets.channels import open_channel
from tickets.inbox.process import process_all
from tickets.mime.build import File
from tickets.mime.parse import parse
from tickets.models import Account, Address, Agent, Attachment, Delivery, Entry, InboxItem, Message, ReadMark, Ticket
from tickets.record import read

Visitors = Callable[[], Visitor]


HOME = "zoe@customer.example"


def prove(visitor: Visitor, sink: Sink) -> None:
    """Name an address in the chat, and type the code that is mailed there."""
    visitor.say(HOME)
    settle()
    settle()
    visitor.say(code_in(sink))
    settle()
    settle()


def code_in(sink: Sink) -> str:
    found = re.search(r"\b\d{3} ?\d{3}\b", parse(sink.to(HOME)[-1].raw).text)
    assert found
    return found[0]


def test_what_a_visitor_writes_is_a_ticket_and_the_answer_is_there_in_the_chat(
    visitor: Visitors, ben: Agent, support: Account
) -> None:
    zoe = visitor()
    assert zoe.say("Is the red kettle in stock?", name="Zoe").json() == {"stored": True}
    ticket = Ticket.objects.get()
    assert (ticket.subject, ticket.channel, ticket.mailbox) == ("Is the red kettle in stock?", "webchat", support)
    assert ticket.contact.name == "Zoe"
    answer(ticket, ben, "Yes, three of them.")
    assert zoe.sees == ["Is the red kettle in stock?", "<p>Yes, three of them.</p>\n"]
    own, ours = zoe.lines
    assert (own["own"], own["mail"], ours["own"], ours["mail"]) == (True, False, False, False)
    sent = Delivery.objects.get()
    assert (sent.state, sent.remote_ids, sent.channel) == ("sent", [sent.message.public_id], "webchat")
    assert rebuilt_differences() == []


def test_the_record_holds_an_ordinary_mail_of_it(visitor: Visitors) -> None:
    visitor().say("Hello there, shop", ("list.txt", b"milk\n"), name="Zoe", page="https://shop.example/kettles")
    kept = parse(read.original(Message.objects.get().entry))
    assert kept.from_ is not None
    assert kept.from_.name == "Zoe"
    assert kept.text == "Hello there, shop"
    assert [one.filename for one in kept.attachments] == ["webchat.json", "list.txt"]
    payload = json.loads(kept.attachments[0].content)
    assert payload["files"] == [{"name": "list.txt", "type": "text/plain"}]  # its bytes stand beside it, once
    assert kept.headers.get("X-Page") == "https://shop.example/kettles"


def test_the_same_message_sent_again_is_one_message(visitor: Visitors) -> None:
    zoe = visitor()
    for _again in range(3):
        assert zoe.say("Only once, please", client_id="0123456789abcdef").status_code == 200
    assert zoe.sees == ["Only once, please"]
    assert [line["client"] for line in zoe.lines] == ["0123456789abcdef"]
    assert Entry.objects.filter(kind="received").count() == 1


def test_what_was_written_goes_on_in_order_in_one_ticket(visitor: Visitors, ben: Agent) -> None:
    zoe = visitor()
    for line in ("One", "Two", "Three"):
        zoe.say(line)
    answer(Ticket.objects.get(), ben, "Four")
    zoe.say("Five")
    assert zoe.sees == ["One", "Two", "Three", "<p>Four</p>\n", "Five"]
    assert Ticket.objects.get().message_count == 5


def test_older_lines_are_there_page_by_page(visitor: Visitors, monkeypatch: pytest.MonkeyPatch) -> None:
    zoe = visitor()
    monkeypatch.setattr(said, "count_and_wait", lambda rates: 0)  # nobody is held up here
    for number in range(53):
        zoe.say(f"Line {number}")
    newest = zoe.get("lines/").json()
    assert (len(newest["lines"]), newest["more"]) == (50, True)
    older = zoe.get(f"lines/?before={newest['lines'][0]['id']}").json()
    assert ([line["text"] for line in older["lines"]], older["more"]) == (["Line 0", "Line 1", "Line 2"], False)


def test_files_go_both_ways_and_nobody_else_gets_them(visitor: Visitors, ben: Agent) -> None:
    zoe, stranger = visitor(), visitor()
    zoe.say("Here is a picture", ("kettle.png", b"\x89PNG\r\n\x1a\n" + b"0" * 40))
    stranger.say("I am somebody else")
    ticket = Ticket.objects.get(messages__text="Here is a picture")
    answer(ticket, ben, "And the manual.", files=[File("manual.pdf", "application/pdf", b"%PDF-1.4 manual")])
    own, ours = zoe.lines
    assert [file["name"] for line in (own, ours) for file in line["files"]] == ["kettle.png", "manual.pdf"]
    path = f"file/{ours['id']}/{ours['files'][0]['part']}/"
    got = zoe.get(path)
    assert (got.content, got["Content-Type"]) == (b"%PDF-1.4 manual", "application/octet-stream")
    assert got["Content-Disposition"] == 'attachment; filename="manual.pdf"'
    assert stranger.get(path).status_code == 404
    assert Attachment.objects.get(filename="kettle.png").size == 48


def test_a_note_is_never_shown(visitor: Visitors, ben: Agent) -> None:
    zoe = visitor()
    zoe.say("Is anybody there?")
    note(Ticket.objects.get(), "She has asked before.", ben)
    settle()
    assert zoe.sees == ["Is anybody there?"]


def test_an_answer_is_edited_and_taken_back(visitor: Visitors, ben: Agent) -> None:
    zoe = visitor()
    zoe.say("When do you open?")
    message = answer(Ticket.objects.get(), ben, "At nine.")
    edit_message(Message.objects.get(pk=message.pk), "At ten.", ben)
    settle()
    assert (zoe.lines[-1]["html"], zoe.lines[-1]["changed"]) == ("<p>At ten.</p>\n", True)
    withdraw_message(Message.objects.get(pk=message.pk), ben)
    settle()
    assert (zoe.lines[-1]["html"], zoe.lines[-1]["gone"]) == ("", True)
    assert rebuilt_differences() == []


def test_delivered_and_read_are_told_and_shown(visitor: Visitors, ben: Agent) -> None:
    zoe = visitor()
    zoe.say("Do you deliver on Sundays?")
    message = answer(Ticket.objects.get(), ben, "We do.")
    for status in ("delivered", "read"):
        assert zoe.post("receipts/", **{status: [message.public_id]}).status_code == 204
        assert Delivery.objects.get().receipt == status
        assert zoe.lines[-1]["receipt"] == status
    assert rebuilt_differences() == []


def test_a_visitor_sees_that_somebody_has_looked(visitor: Visitors, ben: Agent) -> None:
    zoe = visitor()
    zoe.say("Do you deliver on Sundays?")
    assert zoe.lines[0]["seen"] is False
    ReadMark.objects.create(agent=ben, ticket=Ticket.objects.get(), read_at=timezone.now() + timedelta(seconds=1))
    assert zoe.lines[0]["seen"] is True


def test_a_stranger_cannot_tell_that_somebody_elses_answer_was_read(visitor: Visitors, ben: Agent) -> None:
    zoe, mallory = visitor(), visitor()
    zoe.say("Where is my order?")
    mallory.say("Hello")
    message = answer(Ticket.objects.get(messages__text="Where is my order?"), ben, "On its way.")
    mallory.post("receipts/", read=[message.public_id])
    assert Delivery.objects.get().receipt == ""


def test_an_address_that_is_typed_counts_once_it_is_proven(
    visitor: Visitors, support: Account, smtp_sink: Sink
) -> None:
    zoe = visitor()
    zoe.say("Please send me the manual")
    zoe.say("zoe@customer.example")
    settle()
    assert zoe.get("lines/").json()["mail"] == ""
    assert not Address.objects.filter(channel="email").exists()
    zoe.say(code_in(smtp_sink))
    settle()
    assert zoe.get("lines/").json()["mail"] == "z…@customer.example"
    assert Address.objects.get(channel="email", proven=True).address == "zoe@customer.example"
    assert rebuilt_differences() == []


def test_what_nobody_read_goes_by_mail_once_and_the_mail_answer_comes_back_into_the_chat(
    visitor: Visitors, ben: Agent, support: Account, chat: Account, smtp_sink: Sink
) -> None:
    zoe = visitor()
    zoe.say("Does it fit a gas stove?")
    prove(zoe, smtp_sink)
    before = len(smtp_sink.to(HOME))
    ticket = Ticket.objects.get()
    message = answer(ticket, ben, "It does, on the small flame.")
    state = Ticket.objects.get().state
    Delivery.objects.filter(message=message).update(at=timezone.now() - timedelta(minutes=6))
    for _twice in range(2):
        open_channel(chat).look()  # type: ignore[attr-defined]
        process_all()
        settle()
    sent = smtp_sink.to(HOME)[before:]
    assert len(sent) == 1
    told = parse(sent[0].raw)
    assert "It does, on the small flame." in told.text
    assert [box.address for box in told.to] == ["zoe@customer.example"]
    states = list(Delivery.objects.filter(message=message).order_by("pk").values_list("channel", "state", "reason"))
    assert states == [("webchat", "failed", "Not read in the chat for 5 minutes."), ("email", "sent", "")]
    assert Ticket.objects.get().state == state  # nothing went wrong that a person has to look at
    arrive(support, mail("Thank you!", answers=told.message_id, sender="zoe@customer.example", subject="Re: Chat"))
    assert zoe.sees[-2:] == ["<p>It does, on the small flame.</p>\n", "Thank you!"]
    assert zoe.lines[-1]["mail"] is True
    assert rebuilt_differences() == []


def test_what_was_read_or_has_no_other_way_stays_where_it_is(
    visitor: Visitors, ben: Agent, chat: Account, smtp_sink: Sink
) -> None:
    zoe, nobody = visitor(), visitor()
    zoe.say("Does it fit a gas stove?")
    prove(zoe, smtp_sink)
    nobody.say("And an electric one?")
    read_ = answer(Ticket.objects.get(contact__addresses__address="zoe@customer.example"), ben, "It does.")
    zoe.post("receipts/", read=[read_.public_id])
    answer(Ticket.objects.exclude(pk=read_.ticket_id).get(), ben, "It does, too.")
    Delivery.objects.update(at=timezone.now() - timedelta(minutes=60))
    before, items = len(smtp_sink.to(HOME)), InboxItem.objects.count()
    open_channel(chat).look()  # type: ignore[attr-defined]
    assert InboxItem.objects.count() == items
    settle()
    assert len(smtp_sink.to(HOME)) == before
    assert set(Delivery.objects.values_list("state", flat=True)) == {"sent"}


def test_who_joined_by_mail_sees_only_what_is_theirs(visitor: Visitors, ben: Agent, support: Account) -> None:
    zoe, mallory = visitor(), visitor()
    arrive(support, mail("An old secret of mine", sender="zoe@customer.example"))
    mallory.say("zoe@customer.example")
    settle()
    assert mallory.sees[0] == "zoe@customer.example"
    assert not any("secret" in line for line in mallory.sees)
    zoe.say("Hello")
    assert not any("secret" in line for line in zoe.sees)


def test_who_asks_for_it_gets_their_conversation_at_their_proven_address_and_nobody_else_does(
    visitor: Visitors, ben: Agent, smtp_sink: Sink
) -> None:
    zoe = visitor()
    zoe.say("Does it fit a gas stove?", ("stove.txt", b"gas"))
    assert zoe.post("transcript/").status_code == 409
    answer(Ticket.objects.get(), ben, "It does.")
    note(Ticket.objects.get(), "She asks a lot.", ben)
    prove(zoe, smtp_sink)
    before = len(smtp_sink.to(HOME))
    for _twice in range(2):
        assert zoe.post("transcript/").status_code == 204
        settle()
        settle()
    sent = smtp_sink.to(HOME)[before:]
    assert len(sent) == 1
    told = parse(sent[0].raw)
    assert told.subject.startswith("Your conversation with Support")
    assert told.text.index("Does it fit a gas stove?") < told.text.index("[stove.txt]") < told.text.index("It does.")
    assert "asks a lot" not in told.text
    assert not any("as you asked for it" in line for line in zoe.sees)  # what was said is not said once more
    assert rebuilt_differences() == []


def test_ending_a_chat_ends_its_passes_and_the_conversation_stays_with_us(visitor: Visitors) -> None:
    zoe = visitor()
    zoe.say("Something private")
    assert zoe.post("end/").status_code == 204
    assert zoe.get("lines/").status_code == 401
    assert zoe.say("Again?").status_code == 401
    assert Message.objects.filter(text="Something private").exists()
    assert rebuilt_differences() == []


@pytest.mark.parametrize(
    "text", ["<script>alert(1)</script>", "a\x00b", "\ud83d broken".encode("utf-8", "replace").decode()]
)
def test_whatever_is_written_is_shown_as_it_was_written(text: str, visitor: Visitors) -> None:
    zoe = visitor()
    zoe.say(text)
    assert zoe.lines[0]["text"] == text.replace("\x00", "") or zoe.lines[0]["text"] == text.replace("\x00", "�")
