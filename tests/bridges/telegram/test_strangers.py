"""Strangers who try everything: nobody is joined without the right token in the right chat, and nothing of one goes to another."""

import re
from collections.abc import Callable

import pytest
from django.test import Client
from django.utils import timezone

from bridges.telegram.fake import FakeTelegram
from tests.bridges.telegram.test_prove import HOME, STRANGER, Chat, text_of
from tests.flows.desk import arrive, mail, rebuilt_differences, settle
from tests.services.smtp import Sink
from tickets.actions import prove
from tickets.actions.contact import add_address
from tickets.actions.erasing import erase_contact
from tickets.actions.invite import invite
from tickets.actions.join import join, unjoin
from tickets.actions.merge import merge
from tickets.actions.reply import reply
from tickets.models import Account, Address, Agent, Contact, Delivery, Entry, Message, Ticket, Token
from tickets.record import read
from tickets.record.config import write_config

pytestmark = [pytest.mark.django_db(transaction=True)]
Polling = Callable[[Callable[[], bool]], None]
STARTED = re.compile(r"https://t\.me/help_bot\?start=([\w-]+)")
CODE = re.compile(r"\b\d{6}\b")


@pytest.fixture
def support(support: Account, smtp_sink: Sink) -> Account:
    support.config = {"smtp_host": smtp_sink.host, "smtp_port": str(smtp_sink.port), "smtp_security": "none"}
    support.save()
    return support


@pytest.fixture
def chat(bot: Account, telegram: FakeTelegram, poll_until: Polling) -> Chat:
    return Chat(Account.objects.get(pk=bot.pk), telegram, poll_until)


@pytest.fixture
def mailed(support: Account) -> Ticket:
    """Mona has written by mail."""
    message = arrive(support, mail("My secret order.", sender=HOME, name="Mona Lee", subject="Order"))
    assert message
    settle()
    return message.ticket


def fox() -> Contact:
    return Contact.objects.get(addresses__channel="telegram", addresses__address=str(STRANGER))


def line_of_fox() -> Message:
    return Message.objects.filter(channel="telegram", direction="in").latest("pk")


def test_an_address_that_was_only_added_to_somebody_brings_nothing_of_them_along(
    mailed: Ticket, chat: Chat, ben: Agent, smtp_sink: Sink
) -> None:
    add_address(mailed.contact, "sly@fox.example", ben, "A typing error.")
    chat.say(STRANGER, "sly@fox.example")
    letter = smtp_sink.to("sly@fox.example")[-1].message.get_body(("plain",))
    chat.say(STRANGER, CODE.findall(letter.get_content())[0])  # type: ignore[union-attr]

    mailed.refresh_from_db()
    assert mailed.contact.name == "Mona Lee"
    assert Address.objects.get(address="sly@fox.example").contact == fox() != mailed.contact
    assert list(mailed.contact.addresses.values_list("address", flat=True)) == [HOME]
    write_config()
    assert rebuilt_differences() == []


def test_whoever_was_merged_into_anothers_ticket_proves_nothing_of_that_person(
    mailed: Ticket, chat: Chat, ben: Agent, smtp_sink: Sink
) -> None:
    chat.say(STRANGER, "Hello?")
    merge(line_of_fox().ticket, mailed, ben)
    smtp_sink.reset()
    chat.say(STRANGER, "sly@fox.example")
    assert Token.objects.count() == 0 or set(Token.objects.values_list("contact", flat=True)) == {fox().pk}
    assert mailed.contact.addresses.count() == 1


def test_a_yes_to_an_agents_question_links_nothing(mailed: Ticket, chat: Chat, ben: Agent, smtp_sink: Sink) -> None:
    invite(mailed, mailed.contact.addresses.get(), chat.bot, ben)
    settle()
    chat.say(STRANGER, f"/start {STARTED.findall(text_of(smtp_sink))[0]}")
    reply(line_of_fox().ticket, "Shall we send it?", ben)
    settle()
    chat.say(STRANGER, "Yes")
    assert fox() != mailed.contact
    assert Contact.objects.filter(joined_into=None, removed_at=None).count() == 2


def test_a_link_to_an_address_that_is_not_that_persons_any_more_links_nobody(
    mailed: Ticket, chat: Chat, ben: Agent, smtp_sink: Sink
) -> None:
    other = Contact.objects.create(name="Max", created_at=timezone.now())
    other.addresses.create(channel="email", address="max@home.example", proven=True)
    left = join(mailed.contact, other, ben, "One person.")
    mailed.refresh_from_db()
    invite(mailed, left.addresses.get(address=HOME), chat.bot, ben)
    settle()
    unjoin(Contact.objects.get(name="Mona Lee"), ben, "They are two.")
    chat.say(STRANGER, f"/start {STARTED.findall(text_of(smtp_sink))[0]}")
    chat.say(STRANGER, "yes")
    assert Contact.objects.filter(joined_into__isnull=False).count() == 0
    assert chat.heard(STRANGER)[-1].startswith("This code or link does not work any more")


def test_the_link_that_undoes_is_not_in_the_record_and_undoes_no_later_link(
    mailed: Ticket, chat: Chat, ben: Agent, smtp_sink: Sink, client: Client
) -> None:
    invite(mailed, mailed.contact.addresses.get(), chat.bot, ben)
    settle()
    chat.say(STRANGER, f"/start {STARTED.findall(text_of(smtp_sink))[0]}")
    joined = fox()
    chat.say(STRANGER, "yes")
    path = re.findall(r"/unlink/\S+", text_of(smtp_sink))[0]
    assert not any(path in read.original(entry).decode() for entry in Entry.objects.exclude(kind="received"))
    assert client.post(path).status_code == 200
    joined.refresh_from_db()
    assert joined.joined_into is None

    join(joined, mailed.contact, ben, "They came to our desk with their passport.")
    assert client.post(path).status_code == 404
    joined.refresh_from_db()
    assert joined.joined_into == mailed.contact


def test_not_me_ends_the_code_that_is_on_its_way(chat: Chat, smtp_sink: Sink, client: Client) -> None:
    chat.say(STRANGER, HOME)
    words = text_of(smtp_sink)
    client.post(re.findall(r"/not-me/\S+", words)[0])
    chat.say(STRANGER, CODE.findall(words)[0])
    assert not Address.objects.filter(channel="email").exists()


def test_one_chat_has_no_more_than_five_strangers_mailed_a_day_and_never_ourselves_and_an_agent_reads_why(
    chat: Chat, ben: Agent, smtp_sink: Sink, client: Client
) -> None:
    chat.say(STRANGER, "support+kkkkk-kkkkk@desk.example")
    assert smtp_sink.letters == []
    message = line_of_fox()
    for number in range(7):
        prove.offer(message, f"someone{number}@away.example")
    settle()
    assert len(smtp_sink.letters) == prove.MOST_BY_ONE
    client.force_login(ben)
    page = client.get(f"/tickets/{message.ticket.number}/").content.decode()
    assert "nothing is mailed to it: it is ours" in page
    assert "nothing is mailed to it: they had us mail enough strangers for this day" in page
    assert len(set(chat.heard(STRANGER))) == len(chat.heard(STRANGER))  # each address is named; nothing else differs


def test_an_erasure_takes_what_they_named_and_never_proved(chat: Chat, ben: Agent, smtp_sink: Sink) -> None:
    chat.say(STRANGER, "sly@fox.example")
    assert Token.objects.count() == 2
    erase_contact(fox(), ben, "They asked for it.")
    settle()
    assert Token.objects.count() == 0
    assert not Delivery.objects.filter(recipient="sly@fox.example").exists()
    for entry in Entry.objects.all():
        assert "sly@fox" not in str(entry.fields) + read.original(entry).decode()
    write_config()
    assert rebuilt_differences() == []
