"""A user writes to the bot, an agent answers, the fake got it once; the welcome, receipts, files, and what is refused."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from bridges.viber.channel import Viber
from bridges.viber.fake import FakeViber
from tests.bridges.viber.conftest import HEADER, connected, push, sign
from tests.flows.desk import rebuilt_differences, settle
from tickets.actions.accounts import change_account
from tickets.actions.deliver import recheck
from tickets.actions.reply import reply
from tickets.channels import NotConnected, open_channel
from tickets.inbox.fetch import fetch_all
from tickets.inbox.process import process_all
from tickets.mime.build import File
from tickets.models import Account, Address, Agent, Attachment, Delivery, Entry, InboxItem, Message, Ticket
from tickets.record.config import write_config

pytestmark = [pytest.mark.django_db(transaction=True)]
Arrive = Callable[[], list[Any]]
ANN, BO = 42, 43
PNG = b"\x89PNG\r\n\x1a\n" + b"0" * 40


def answer(ticket: Ticket, by: Agent, text: str, **more: Any) -> Message:
    write_config()
    message = reply(ticket, text, by, **more)
    settle()
    settle()
    return message


def test_a_user_writes_an_agent_answers_and_it_arrives_once(
    bot: Account, viber: FakeViber, arrive: Arrive, ben: Agent
) -> None:
    viber.write(ANN, "Where is my order?", "Ann")
    arrive()
    ticket = Ticket.objects.get()
    assert (ticket.channel, ticket.contact.name, ticket.subject) == ("viber", "Ann", "Where is my order?")
    message = answer(ticket, ben, "On its way.")
    answer(ticket, ben, "And here is more.")
    assert [(sent["text"], sent["receiver"], sent["sender"]) for sent in viber.sent] == [
        ("On its way.", FakeViber.id_of(ANN), {"name": "Shop"}),
        ("And here is more.", FakeViber.id_of(ANN), {"name": "Shop"}),
    ]
    delivery = message.deliveries.get()
    assert (delivery.state, delivery.remote_ids) == ("sent", [str(viber.sent[0]["token"])])
    assert Address.objects.get().shown == "Ann"  # what people call it, and not an id that tells nobody anything
    assert rebuilt_differences() == []


def test_receipts_are_shown_and_a_late_failure_goes_another_way_as_any_refusal(
    bot: Account, viber: FakeViber, arrive: Arrive, ben: Agent
) -> None:
    viber.write(ANN, "Hello there", "Ann")
    arrive()
    message = answer(Ticket.objects.get(), ben, "Hello Ann")
    arrive()
    assert message.deliveries.get().receipt == "delivered"
    viber.look(ANN)
    arrive()
    assert message.deliveries.get().receipt == "read"
    second = answer(Ticket.objects.get(), ben, "Are you there?")
    viber.waiting.clear()
    viber.receipt("failed", ANN, viber.sent[-1]["token"], desc="The user has an old app.")
    arrive()
    delivery = second.deliveries.get()
    assert (delivery.state, delivery.reason) == ("failed", "The user has an old app.")
    assert message.deliveries.get().state == "sent"
    assert rebuilt_differences() == []


def test_files_go_both_ways(bot: Account, viber: FakeViber, arrive: Arrive, ben: Agent, live_url: str) -> None:
    viber.attach(ANN, "kettle.png", PNG, "Ann")
    arrive()
    fetch_all()
    got = Attachment.objects.get(filename="kettle.png")
    assert (got.size, got.content_type) == (len(PNG), "image/png")
    files = [File("red.png", "image/png", PNG), File("manual.pdf", "application/pdf", b"%PDF-1.4")]
    answer(Ticket.objects.get(), ben, "Here they are.", files=files)
    text, picture, file = viber.sent
    assert (text["type"], picture["type"], file["type"]) == ("text", "picture", "file")
    assert (file["file_name"], file["size"]) == ("manual.pdf", 8)
    fetched = [Client().get("/" + one["media"].split("/", 3)[3]) for one in (picture, file)]
    assert [one.content for one in fetched] == [PNG, b"%PDF-1.4"]
    assert len(Delivery.objects.get().remote_ids) == 3
    assert rebuilt_differences() == []


def test_a_program_and_what_is_too_large_are_refused_in_words_before_anything_is_sent(
    bot: Account, viber: FakeViber, arrive: Arrive, ben: Agent
) -> None:
    viber.write(ANN, "Send it to me", "Ann")
    arrive()
    message = answer(Ticket.objects.get(), ben, "Here", files=[File("setup.exe", "application/octet-stream", b"MZ")])
    delivery = message.deliveries.get()
    assert (delivery.state, delivery.reason) == (
        "failed",
        "Viber takes no programs: setup.exe. Send it by mail, or a link to it.",
    )
    assert viber.sent == []


def test_a_long_answer_goes_in_parts_and_goes_on_where_it_ended(
    bot: Account, viber: FakeViber, arrive: Arrive, ben: Agent
) -> None:
    viber.write(ANN, "Tell me everything", "Ann")
    arrive()
    message = answer(Ticket.objects.get(), ben, "A sentence of it. " * 900)
    assert [len(sent["text"]) <= 7000 for sent in viber.sent] == [True, True, True]
    assert message.deliveries.get().parts_sent == 3


def test_the_welcome_answers_the_opening_is_recorded_and_is_never_said_twice(
    support: Account, viber: FakeViber
) -> None:
    bot = connected(viber, welcome="Welcome aboard. What can we do?")
    body = json.dumps(viber.open_chat(ANN, name="Ann")).encode()
    first = push(bot, body, sign(viber.token, body))
    assert json.loads(first.content) == {
        "type": "text",
        "text": "Welcome aboard. What can we do?",
        "sender": {"name": "Shop"},
    }
    again = push(bot, body, sign(viber.token, body))
    assert (again.status_code, again.content) == (200, b"")
    process_all()
    settle()
    entry = Entry.objects.get(kind="ignored")
    assert entry.fields["reason"] == "Somebody opened the chat, and has not written yet."
    assert json.loads(entry.fields["envelope"]["answered"])["text"] == "Welcome aboard. What can we do?"
    assert Ticket.objects.count() == 0
    write_config()
    assert rebuilt_differences() == []


def test_who_is_subscribed_already_is_not_welcomed(support: Account, viber: FakeViber) -> None:
    bot = connected(viber, welcome="Welcome aboard.")
    viber.subscribed.add(ANN)
    body = json.dumps(viber.open_chat(ANN)).encode()
    assert push(bot, body, sign(viber.token, body)).content == b""


def test_a_link_brings_its_code_along_and_what_was_said_then_is_shown(support: Account, viber: FakeViber) -> None:
    bot = connected(viber, welcome="Welcome aboard.")
    assert open_channel(bot).deep_link("code-1") == "viber://pa?chatURI=harbourlane&context=code-1"
    body = json.dumps(viber.open_chat(ANN, "code-1", "Ann")).encode()
    push(bot, body, sign(viber.token, body))
    process_all()
    message = Message.objects.get()
    assert (message.kind, message.text) == ("system", "Opened the chat. Was welcomed: “Welcome aboard.”")
    assert message.entry.fields["start"] == "code-1"


def test_who_unsubscribes_is_shown_as_out_of_reach_until_they_write_again(
    bot: Account, viber: FakeViber, arrive: Arrive, ben: Agent
) -> None:
    viber.write(ANN, "Hello", "Ann")
    viber.leave(ANN)
    arrive()
    address = Address.objects.get()
    assert (address.reachable, "Unsubscribed from the bot" in address.unreachable_reason) == (False, True)
    viber.write(ANN, "I am back", "Ann")
    arrive()
    assert Address.objects.get().reachable
    viber.subscribed.discard(ANN)  # nobody was told
    message = answer(Ticket.objects.get(), ben, "Good to see you")
    delivery = message.deliveries.get()
    assert (delivery.state, "receiverNotSubscribed: notSubscribed (status 6)" in delivery.reason) == ("failed", True)
    assert not Address.objects.get().reachable


# --- The door ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("signature", ["", "0" * 64, "schlüssel"])
def test_a_push_with_a_bad_signature_is_answered_403_and_stored_nowhere(
    bot: Account, viber: FakeViber, signature: str
) -> None:
    body = json.dumps(viber.write(ANN, "Hi")).encode()
    assert push(bot, body, signature.encode().decode("latin-1")).status_code == 403
    assert push(bot, body, sign("another token", body)).status_code == 403
    assert push(bot, body + b" ", sign(viber.token, body)).status_code == 403
    assert InboxItem.objects.count() == 0


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"\xff", b"null", b'{"a": 1}'])
def test_a_good_push_with_unreadable_content_is_answered_200_and_parked(
    bot: Account, viber: FakeViber, body: bytes
) -> None:
    assert push(bot, body, sign(viber.token, body)).status_code == 200
    process_all()
    assert (InboxItem.objects.get().state, Message.objects.count()) == ("parked", 0)


def test_what_is_pushed_twice_is_one_message_and_order_is_kept(bot: Account, viber: FakeViber, arrive: Arrive) -> None:
    told = [viber.write(ANN, word) for word in ("one", "two", "three")]
    arrive()
    viber.waiting.extend(told)
    arrive()
    assert list(Message.objects.order_by("pk").values_list("text", flat=True)) == ["one", "two", "three"]


def test_a_token_that_no_longer_sends_never_stops_receiving(bot: Account, viber: FakeViber, arrive: Arrive) -> None:
    viber.close("blocked")
    Account.objects.filter(pk=bot.pk).update(health="cut_off")
    recheck()
    viber.write(ANN, "Still here")
    arrive()
    bot.refresh_from_db()
    assert (bot.health, Message.objects.get().text) == ("cut_off", "Still here")


def test_viber_calls_while_it_is_connected_pushes_and_repeats(
    support: Account, viber: FakeViber, live_url: str
) -> None:
    viber.is_calling = True
    bot = connected(viber)
    assert viber.webhook == f"{live_url}/bridges/{bot.public_id}/"
    assert (bot.address, bot.health) == ("harbourlane", "working")
    process_all()
    assert [entry.kind for entry in Entry.objects.all()] == ["ignored"]
    for word in ("one", "two"):
        viber.write(ANN, word)
    assert viber.deliver() == [200, 200]
    process_all()
    assert Message.objects.count() == 2


def test_connecting_says_what_is_wrong_and_a_removed_bot_is_pushed_nowhere(
    bot: Account, viber: FakeViber, support: Account
) -> None:
    with pytest.raises(NotConnected, match="is connected already"):
        connected(viber)
    wrong = change_account(bot, None, secrets={"token": "wrong-token"})
    with pytest.raises(NotConnected, match="refuses the token"):
        open_channel(wrong).connect()
    change_account(bot, None, secrets={"token": viber.token})
    found = open_channel(bot).probe()
    assert (found.health, found.reason) == ("working", "")
    viber.webhook = "https://elsewhere.example/"
    assert "pushes to another address" in open_channel(bot).probe().reason
    open_channel(bot).disconnect()
    assert viber.webhook == ""


def test_the_set_up_screen_says_what_viber_asks_for_and_what_it_costs() -> None:
    told = next(field.help for field in Viber.config if field.name == "token")
    assert "Since February 2024 Viber gives bots on request and by contract only: about € 100 a month" in told
    assert HEADER.startswith("X-Viber")
