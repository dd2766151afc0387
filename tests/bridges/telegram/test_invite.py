"""A link in a mail opens a chat; whoever opens it is asked whether it is them, and the old address is told at once and can undo it."""

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bridges.telegram.fake import FakeTelegram
from tests.bridges.telegram.test_prove import Chat
from tests.flows.desk import arrive, mail, rebuilt_differences, settle
from tests.services.smtp import Sink
from tickets.actions import tokens
from tickets.actions.change import NotAllowed
from tickets.actions.invite import invite
from tickets.actions.reply import reply
from tickets.models import Account, Agent, Contact, Message, Purpose, Ticket, Token
from tickets.record.config import write_config

pytestmark = [pytest.mark.django_db(transaction=True)]
Polling = Callable[[Callable[[], bool]], None]
MONA, STRANGER = 42, 66
HOME = "mona@home.example"


@pytest.fixture
def support(support: Account, smtp_sink: Sink) -> Account:
    support.config = {"smtp_host": smtp_sink.host, "smtp_port": str(smtp_sink.port), "smtp_security": "none"}
    support.save()
    return support


@pytest.fixture
def chat(bot: Account, telegram: FakeTelegram, poll_until: Polling) -> Chat:
    return Chat(Account.objects.get(pk=bot.pk), telegram, poll_until)


@pytest.fixture
def invited(support: Account, chat: Chat, ben: Agent, smtp_sink: Sink) -> Ticket:
    """Mona has written by mail, and Ben sent her a link into the chat."""
    message = arrive(support, mail("My secret order.", sender=HOME, name="Mona Lee", subject="Order"))
    assert message
    settle()
    smtp_sink.reset()
    invite(message.ticket, message.ticket.contact.addresses.get(), chat.bot, ben)
    settle()
    return message.ticket


def text_of(sink: Sink) -> str:
    return str(sink.to(HOME)[-1].message.get_body(("plain",)).get_content())  # type: ignore[union-attr]


def token_in(sink: Sink) -> str:
    return re.findall(r"https://t\.me/help_bot\?start=([\w-]+)", text_of(sink))[0]


@pytest.mark.database
def test_the_link_asks_and_yes_links_and_the_address_is_told_at_once(
    invited: Ticket, chat: Chat, smtp_sink: Sink, ben: Agent, client: Client
) -> None:
    chat.say(MONA, f"/start {token_in(smtp_sink)}")
    assert chat.heard(MONA)[-1] == "This link was mailed to m…@home.example. Is that you? Answer yes or no."
    assert len(smtp_sink.to(HOME)) == 1
    chat.say(MONA, "Yes!")

    contact = Contact.objects.get(removed_at=None)
    assert sorted(contact.addresses.values_list("channel", flat=True)) == ["email", "telegram"]
    assert chat.heard(MONA)[-1].startswith("Thank you: this chat and m…@home.example belong together now.")
    assert "A Telegram account was linked with this address" in text_of(smtp_sink)
    client.force_login(ben)
    assert "newly linked" in client.get(f"/tickets/{invited.number}/").content.decode()
    assert not any("secret" in sent for sent in chat.heard(MONA))
    write_config()
    assert rebuilt_differences() == []


def test_whoever_reads_the_address_undoes_it_with_one_press(
    invited: Ticket, chat: Chat, smtp_sink: Sink, client: Client
) -> None:
    chat.say(STRANGER, f"/start {token_in(smtp_sink)}")
    chat.say(STRANGER, "yes")
    path = re.findall(r"/unlink/\S+", text_of(smtp_sink))[0]
    assert client.get(path).status_code == 200
    assert Contact.objects.filter(removed_at=None).count() == 1  # looking changes nothing
    client.post(path)
    client.post(path)
    assert sorted(Contact.objects.filter(removed_at=None).values_list("name", flat=True)) == ["Mona Lee", "Sly Fox"]
    stranger = Ticket.objects.get(contact__name="Sly Fox")
    assert Message.objects.filter(ticket=stranger, direction="note").count() == 1


def test_a_footers_standing_link_says_nothing_of_who_opens_it(
    invited: Ticket, chat: Chat, support: Account, ben: Agent, smtp_sink: Sink
) -> None:
    Account.objects.filter(pk=support.pk).update(footer="Blue Bicycle[ · chat with us: {chat}]")
    invited.mailbox.refresh_from_db()
    reply(invited, "Your order is here.", ben)
    settle()
    assert "Blue Bicycle · chat with us: https://t.me/help_bot\n" in text_of(smtp_sink).replace("\r", "")

    chat.say(STRANGER, "/start")
    assert Contact.objects.filter(removed_at=None).count() == 2
    assert not any("Is that you?" in said or HOME in said for said in chat.heard(STRANGER))
    Account.objects.filter(channel="telegram").update(stopped_at=timezone.now())
    reply(invited, "One more thing.", ben)
    settle()
    assert "chat with us" not in text_of(smtp_sink).partition("\n> ")[0]


def test_no_links_nothing_and_the_link_is_used_up(invited: Ticket, chat: Chat, smtp_sink: Sink) -> None:
    token = token_in(smtp_sink)
    chat.say(STRANGER, f"/start {token}")
    chat.say(STRANGER, "no")
    assert chat.heard(STRANGER)[-1].startswith("All right, nothing was linked.")
    chat.say(STRANGER, "yes")
    chat.say(MONA, f"/start {token}")
    assert chat.heard(MONA)[-1].startswith("This code or link does not work any more")
    assert Contact.objects.filter(removed_at=None).count() == 3
    assert len(smtp_sink.to(HOME)) == 1


def test_an_old_link_says_so(invited: Ticket, chat: Chat, smtp_sink: Sink) -> None:
    Token.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    chat.say(MONA, f"/start {token_in(smtp_sink)}")
    assert chat.heard(MONA)[-1].startswith("This code or link does not work any more")


def test_a_link_goes_to_a_proven_address_alone(invited: Ticket, chat: Chat, ben: Agent) -> None:
    unproven = invited.contact.addresses.create(channel="email", address="typed@home.example")
    with pytest.raises(NotAllowed, match="proven to be theirs"):
        invite(invited, unproven, chat.bot, ben)


def test_the_button_on_the_persons_page_mails_the_link(
    invited: Ticket, chat: Chat, smtp_sink: Sink, ben: Agent, client: Client
) -> None:
    client.force_login(ben)
    at = f"/contacts/{invited.contact.public_id}/"
    assert f"Send {HOME} a link into a chat" in client.get(at).content.decode()
    for _ in range(2):
        client.post(f"{at}invite/", {"key": "i1", "address": HOME, "account": chat.bot.public_id})
    settle()
    assert len(smtp_sink.to(HOME)) == 2


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(place=st.integers(0, 31), letter=st.sampled_from("abcXYZ019_-"))
def test_no_edited_token_is_ever_one(invited: Ticket, chat: Chat, place: int, letter: str) -> None:
    secret = tokens.issue(Purpose.LINK, chat.bot, invited.contact, HOME, timezone.now())
    edited = secret[:place] + letter + secret[place + 1 :]
    assert (tokens.find(Purpose.LINK, edited) is not None) == (edited == secret)
    assert tokens.find(Purpose.OPEN, secret) is None
