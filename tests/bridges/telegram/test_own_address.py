"""The first answer on a messenger names an address that outlives it; whoever is not proven may write there and gets nothing by it."""

import re
from collections.abc import Callable

import pytest
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st

from bridges.telegram.fake import FakeTelegram
from tests.bridges.telegram.test_prove import Chat
from tests.flows.desk import arrive, mail, rebuilt_differences, settle
from tests.services.smtp import Sink
from tickets.actions.reply import recipients, reply
from tickets.mime.own_address import LETTERS, LONGEST, address_of, codes_in, new_code
from tickets.models import Account, Agent, Delivery, Message, Ticket
from tickets.record.config import write_config

Polling = Callable[[Callable[[], bool]], None]
MONA = 42
HOME = "mona@home.example"


@pytest.fixture
def support(support: Account, smtp_sink: Sink) -> Account:
    support.config = {"smtp_host": smtp_sink.host, "smtp_port": str(smtp_sink.port), "smtp_security": "none"}
    support.reply_style = "plus"
    support.save()
    return support


@pytest.fixture
def chat(bot: Account, telegram: FakeTelegram, poll_until: Polling) -> Chat:
    return Chat(Account.objects.get(pk=bot.pk), telegram, poll_until)


@pytest.fixture
def ticket(chat: Chat, ben: Agent) -> Ticket:
    """Mona has asked on Telegram, and Ben has answered."""
    chat.say(MONA, "Where is my secret order?")
    found = Ticket.objects.get()
    reply(found, "On its way.", ben)
    settle()
    found.refresh_from_db()
    return found


def address_in(chat: Chat) -> str:
    return re.findall(r"support\+\S+@desk\.example", chat.heard(MONA)[0])[0]


@pytest.mark.django_db(transaction=True)
def test_the_first_answer_names_it_once(ticket: Ticket, chat: Chat, ben: Agent) -> None:
    assert "this conversation has an address of its own: " in chat.heard(MONA)[0]
    local = address_in(chat).rpartition("@")[0]
    assert len(local) <= LONGEST
    assert local.removeprefix("support+") == ticket.own_code
    reply(ticket, "Anything else?", ben)
    settle()
    assert chat.heard(MONA)[1] == "Anything else?"
    write_config()
    assert rebuilt_differences() == []


@pytest.mark.django_db(transaction=True)
def test_a_stranger_who_writes_there_is_shown_as_such_and_gets_nothing(
    ticket: Ticket, support: Account, chat: Chat, ben: Agent, smtp_sink: Sink, client: Client
) -> None:
    to = address_in(chat).upper()
    said = arrive(support, mail("It is me, Mona!", sender="sly@fox.example", name="Sly", to=to, subject="Hello"))
    settle()
    settle()

    assert said
    assert said.ticket == ticket
    assert said.via
    assert "who is not proven to be its customer: nothing was sent to them" in said.reason
    assert smtp_sink.letters == []
    assert recipients(ticket) == ([], [])
    client.force_login(ben)
    assert "not proven to be its customer" in client.get(f"/tickets/{ticket.number}/").content.decode()
    reply(ticket, "For Mona alone.", ben)
    settle()
    assert chat.heard(MONA)[-1] == "For Mona alone."
    assert smtp_sink.letters == []
    assert not ticket.participants.filter(address="sly@fox.example").exists()


@pytest.mark.django_db(transaction=True)
def test_who_is_proven_writes_there_as_themselves(ticket: Ticket, support: Account, chat: Chat) -> None:
    ticket.contact.addresses.create(channel="email", address=HOME, proven=True)
    said = arrive(support, mail("The app is broken.", sender=HOME, name="Mona Lee", to=address_in(chat), subject="Hi"))
    assert said
    assert (said.ticket, said.via, said.reason) == (ticket, False, "Sent to this conversation's own address.")


@pytest.mark.django_db(transaction=True)
def test_a_mailbox_that_takes_no_further_addresses_names_none(
    support: Account, chat: Chat, ben: Agent, telegram: FakeTelegram
) -> None:
    Account.objects.filter(pk=support.pk).update(reply_style="plain")
    chat.say(MONA, "Hello?")
    reply(Ticket.objects.get(), "Hello!", ben)
    settle()
    assert chat.heard(MONA) == ["Hello!"]
    assert Delivery.objects.get(channel="telegram").state == "sent"
    assert Message.objects.filter(direction="out").count() == 1


@given(st.randoms(use_true_random=False))
def test_no_two_letters_of_a_code_look_alike_and_case_and_dash_do_not_matter(chance: object) -> None:
    code = new_code()
    assert set(code) <= {*LETTERS, "-"}
    for pair in ("0o", "1l", "1i", "5s", "2z", "8b", "uv", "6g", "gq"):
        assert not set(pair) <= set(LETTERS)
    address = address_of(code, "support@desk.example", "plus")
    assert codes_in(address.upper()) == [code]
    assert codes_in(address.replace("-", "")) == [code]
    assert address_of(code, "a-very-long-name@desk.example", "plus") == ""
    assert address_of(code, "support@desk.example", "t-{token}@in.desk.example") == f"t-{code}@in.desk.example"


@given(st.text(max_size=60))
def test_any_address_is_read_without_fault(text: str) -> None:
    assert all(len(code) == 11 for code in codes_in(f"{text}@desk.example"))
