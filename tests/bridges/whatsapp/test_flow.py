"""Ann on WhatsApp writes, an agent answers in the helpdesk, and it reaches her once: over real HTTP, end to end."""

import time
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.core.management import call_command
from django.utils import timezone

from bridges.whatsapp.fake import FakeWhatsApp
from tests.flows.desk import rebuilt_differences, settle
from tickets.actions.change import set_status
from tickets.actions.reply import NoRoute, reply
from tickets.channels import open_channel
from tickets.inbox.fetch import fetch_next
from tickets.mime.build import File
from tickets.models import Account, Address, Agent, Attachment, Delivery, Message, Reaction, State, Ticket
from tickets.record import read
from tickets.record.append import append_all
from tickets.record.config import write_config

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.flows]
Arrive = Callable[..., None]
ANN = 42
PDF = b"%PDF-1.4"


@pytest.fixture
def ticket(number: Account, whatsapp: FakeWhatsApp, arrive: Arrive) -> Ticket:
    """Ann has asked."""
    whatsapp.write(ANN, "Where is my order?", name="Ann Lee")
    arrive()
    return Ticket.objects.get()


def answer(ticket: Ticket, text: str, agent: Agent, **more: object) -> Delivery:
    message = reply(ticket, text, agent, **more)  # type: ignore[arg-type]
    settle()
    return message.deliveries.get()


def test_a_number_is_connected_by_its_ids_and_its_token(support: Account, whatsapp: FakeWhatsApp) -> None:
    given = whatsapp.connection()
    words = [part for name, value in given.items() for part in ("--set", f"{name}={value}")]
    call_command("account", "add", "whatsapp", "--name", "Shop", *words)
    account = Account.objects.get(channel="whatsapp")
    assert (account.address, account.mailbox, account.health) == ("15550001111", support, "working")
    assert whatsapp.token not in str(account.config)
    assert whatsapp.app_secret not in str(account.config)


def test_what_ann_writes_becomes_a_ticket_and_the_answer_reaches_her_once(
    ticket: Ticket, ben: Agent, whatsapp: FakeWhatsApp
) -> None:
    assert (ticket.channel, ticket.subject, ticket.contact.name) == ("whatsapp", "Where is my order?", "Ann Lee")
    assert ticket.messages.get().verified == "pass"
    delivery = answer(ticket, "On its way.", ben)
    settle()
    [sent] = whatsapp.sent
    assert (sent["to"], sent["text"]["body"], sent["recipient"]) == (ANN, "On its way.", whatsapp.user_id(ANN))
    assert (delivery.state, delivery.remote_ids) == ("sent", [sent["id"]])
    assert sent["context"] == {"message_id": whatsapp.chats[ANN][0]["id"]}
    assert whatsapp.seen == [(whatsapp.chats[ANN][0]["id"], False)]
    ticket.refresh_from_db()
    assert ticket.state == State.WAITING


def test_the_message_in_the_record_is_a_mail_with_its_part_of_the_payload(
    ticket: Ticket, whatsapp: FakeWhatsApp
) -> None:
    append_all()
    message = ticket.messages.get()
    mail = read.original(message.entry).decode()
    assert f"{whatsapp.user_id(ANN)}@15550001111.whatsapp.invalid" in mail
    assert f"<{whatsapp.chats[ANN][0]['id']}@15550001111.whatsapp.invalid>" in mail
    assert [file.content_type for file in message.attachments.all()] == ["application/json"]


def test_the_number_is_an_attribute_and_may_be_hidden_later(
    ticket: Ticket, number: Account, whatsapp: FakeWhatsApp, arrive: Arrive
) -> None:
    address = Address.objects.get(channel="whatsapp")
    assert address.address == whatsapp.user_id(ANN).lower()
    assert address.data[number.public_id]["phone"] == whatsapp.phone(ANN)
    assert address.shown == f"+{whatsapp.phone(ANN)}"
    whatsapp.hidden.add(ANN)
    whatsapp.write(ANN, "No number any more", name="Ann Lee")
    arrive()
    assert Address.objects.filter(channel="whatsapp").count() == 1
    assert ticket.messages.count() == 2


def test_who_wrote_before_there_were_user_ids_is_the_same_person_afterwards(
    number: Account, whatsapp: FakeWhatsApp, arrive: Arrive, ben: Agent
) -> None:
    whatsapp.unnamed.add(ANN)
    whatsapp.write(ANN, "Old times", name="Ann Lee")
    arrive()
    assert Address.objects.get(channel="whatsapp").address == whatsapp.phone(ANN)
    whatsapp.unnamed.clear()
    whatsapp.write(ANN, "New times", name="Ann Lee")
    arrive()
    ticket = Ticket.objects.get()
    assert ticket.messages.count() == 2
    assert answer(ticket, "Hello", ben).state == "sent"
    assert whatsapp.sent[0]["recipient"] == whatsapp.user_id(ANN)
    write_config()
    assert rebuilt_differences() == []


def test_a_recipient_whom_the_vendor_takes_by_number_only_is_named_by_it(
    ticket: Ticket, ben: Agent, whatsapp: FakeWhatsApp
) -> None:
    whatsapp.plan("messages", 131062, "Business-scoped user ID is not supported")
    assert answer(ticket, "By number.", ben).state == "sent"
    assert len(whatsapp.sent) == 1
    assert "recipient" not in whatsapp.sent[0]


def test_statuses_tell_how_far_it_is_also_before_our_own_answer_and_without_the_number(
    ticket: Ticket, ben: Agent, whatsapp: FakeWhatsApp, arrive: Arrive
) -> None:
    whatsapp.hidden.add(ANN)
    delivery = answer(ticket, "On its way.", ben)
    whatsapp.read(ANN)
    whatsapp.waiting.reverse()  # read, delivered, sent: disorder is normal
    arrive()
    settle()
    delivery.refresh_from_db()
    assert (delivery.state, delivery.receipt) == ("sent", "read")
    assert ticket.messages.count() == 2


def test_a_failed_status_after_a_200_is_a_refusal_and_somebody_has_to_look(
    ticket: Ticket, ben: Agent, whatsapp: FakeWhatsApp, arrive: Arrive
) -> None:
    whatsapp.is_late = True
    whatsapp.last_in[ANN] -= 90_000
    delivery = answer(ticket, "Too late.", ben)
    assert delivery.state == "sent"
    arrive()
    settle()
    delivery.refresh_from_db()
    assert delivery.state == "failed"
    assert "More than 24 hours" in delivery.reason


def test_an_answer_that_was_never_confirmed_is_uncertain_and_not_repeated(
    ticket: Ticket, ben: Agent, whatsapp: FakeWhatsApp
) -> None:
    whatsapp.plan_silence("messages")
    delivery = answer(ticket, "Only once.", ben)
    settle()
    assert (delivery.state, len(whatsapp.sent)) == ("uncertain", 1)


def test_words_files_and_a_long_text_go_in_parts(ticket: Ticket, ben: Agent, whatsapp: FakeWhatsApp) -> None:
    files = [File("plan.pdf", "application/pdf", PDF), File("song.mp3", "audio/mpeg", b"ID3")]
    delivery = answer(ticket, "word " * 1500, ben, files=files)
    assert (delivery.state, delivery.parts_sent, delivery.data["parts"]) == ("sent", 4, 4)
    assert [sent["type"] for sent in whatsapp.sent] == ["text", "text", "document", "audio"]
    assert whatsapp.sent[2]["document"]["filename"] == "plan.pdf"
    short = answer(ticket, "See *this*.", ben, files=files[:1])
    assert short.parts_sent == 1
    assert whatsapp.sent[-1]["document"]["caption"] == "See *this*."


def test_an_upload_that_fails_is_made_again_and_nothing_is_sent_twice(
    ticket: Ticket, ben: Agent, whatsapp: FakeWhatsApp
) -> None:
    whatsapp.plan_silence("media", after_doing=False)
    delivery = answer(ticket, "word " * 400, ben, files=[File("plan.pdf", "application/pdf", PDF)])
    assert (delivery.state, delivery.parts_sent) == ("queued", 1)
    Delivery.objects.update(due_at=timezone.now())
    settle()
    delivery.refresh_from_db()
    assert delivery.state == "sent"
    assert [sent["type"] for sent in whatsapp.sent] == ["text", "document"]


def test_a_file_comes_in_after_its_message(ticket: Ticket, whatsapp: FakeWhatsApp, arrive: Arrive) -> None:
    whatsapp.attach(ANN, "bill.pdf", PDF, "my bill", name="Ann Lee")
    arrive()
    message = ticket.messages.order_by("pk").last()
    assert message
    assert message.text == "my bill"
    while fetch_next():
        pass
    append_all()
    [file] = Attachment.objects.filter(message=message, filename="bill.pdf")
    assert (file.content_type, file.size) == ("application/pdf", len(PDF))


def test_edits_deletions_and_reactions_change_what_is_here(
    ticket: Ticket, ben: Agent, whatsapp: FakeWhatsApp, arrive: Arrive
) -> None:
    delivery = answer(ticket, "On its way.", ben)
    first = whatsapp.chats[ANN][0]["id"]
    whatsapp.edit(ANN, first, "Where is my bike?")
    whatsapp.react(ANN, delivery.remote_ids[0], "👍")
    arrive()
    message = ticket.messages.order_by("pk").first()
    assert message
    assert (message.text, message.versions.count()) == ("Where is my bike?", 1)
    assert Reaction.objects.get().emoji == "👍"
    whatsapp.react(ANN, delivery.remote_ids[0])
    whatsapp.revoke(ANN, first)
    arrive()
    message.refresh_from_db()
    assert message.deleted_at
    assert Reaction.objects.get().emoji == ""
    assert ticket.messages.count() == 2
    write_config()
    assert rebuilt_differences() == []


def test_a_quoted_answer_joins_its_ticket_even_when_that_is_solved(
    ticket: Ticket, ben: Agent, whatsapp: FakeWhatsApp, arrive: Arrive
) -> None:
    delivery = answer(ticket, "On its way.", ben)
    set_status(ticket, State.SOLVED, ben)
    context = {"from": whatsapp.display, "id": delivery.remote_ids[0]}
    whatsapp.write(ANN, "Still nothing!", name="Ann Lee", context=context)
    arrive()
    second = ticket.messages.filter(direction="in").order_by("pk").last()
    assert second
    assert "answers a message of this ticket" in second.reason
    ticket.refresh_from_db()
    assert ticket.state == State.OPEN


def test_when_the_window_is_closed_nothing_goes_into_the_void(ticket: Ticket, number: Account, ben: Agent) -> None:
    last = ticket.messages.get()
    assert open_channel(number).closes(last.at) == last.at + timedelta(hours=24)
    Message.objects.update(at=last.at - timedelta(hours=25))
    with pytest.raises(NoRoute, match="lets us answer only until"):
        reply(ticket, "Too late?", ben)


def test_the_window_counts_from_when_the_vendor_says_they_wrote_however_late_it_told_us(
    number: Account, whatsapp: FakeWhatsApp, arrive: Arrive, ben: Agent
) -> None:
    whatsapp.write(ANN, "Two days ago", name="Ann Lee", at=time.time() - 2 * 86_400)
    arrive()
    with pytest.raises(NoRoute, match="lets us answer only until"):
        reply(Ticket.objects.get(), "Too late?", ben)


def test_typing_is_shown_with_the_message_that_is_answered(
    ticket: Ticket, number: Account, whatsapp: FakeWhatsApp
) -> None:
    open_channel(number).typing(ticket.contact.addresses.get().address)
    over = time.monotonic() + 20
    while not whatsapp.seen and time.monotonic() < over:
        time.sleep(0.02)
    assert whatsapp.seen == [(whatsapp.chats[ANN][0]["id"], True)]


def test_a_link_to_the_chat_carries_no_identity(number: Account) -> None:
    assert open_channel(number).deep_link("") == "https://wa.me/15550001111"
    assert open_channel(number).deep_link("secret-token") == ""


def test_many_in_one_batch_are_filed_in_their_order(number: Account, whatsapp: FakeWhatsApp, arrive: Arrive) -> None:
    for line in range(20):
        whatsapp.write(ANN, f"line {line}", name="Ann Lee")
    arrive(together=20)
    assert list(Message.objects.order_by("pk").values_list("text", flat=True)) == [f"line {line}" for line in range(20)]
    assert Ticket.objects.count() == 1
