"""Asked once where else to answer; an address is theirs when what was mailed there comes back in the chat. Nobody else gets anything."""

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from bridges.telegram.fake import FakeTelegram
from tests.flows.desk import arrive, mail, rebuilt_differences, settle
from tests.services.smtp import Sink
from tickets.actions import ask
from tickets.actions.accounts import change_account
from tickets.actions.reply import reply
from tickets.inbox.process import process_all
from tickets.models import Account, Address, Agent, Contact, InboxItem, Message, Objection, Ticket, Token
from tickets.record import read
from tickets.record.config import write_config

pytestmark = [pytest.mark.django_db(transaction=True)]
Polling = Callable[[Callable[[], bool]], None]
MONA, STRANGER = 42, 66
HOME = "mona@home.example"
ASK = "If Telegram ever fails us, where may we answer you?"


@pytest.fixture
def support(support: Account, smtp_sink: Sink) -> Account:
    support.config = {"smtp_host": smtp_sink.host, "smtp_port": str(smtp_sink.port), "smtp_security": "none"}
    support.save()
    return support


class Chat:
    """What people write to the bot and hear from it."""

    def __init__(self, bot: Account, telegram: FakeTelegram, poll_until: Polling) -> None:
        self.bot, self.telegram, self.poll_until = bot, telegram, poll_until

    def say(self, who: int, text: str) -> None:
        before = InboxItem.objects.filter(account=self.bot).count()
        self.telegram.write(who, text, name={MONA: "Mona Lee", STRANGER: "Sly Fox"}[who])
        self.poll_until(lambda: InboxItem.objects.filter(account=self.bot).count() > before)
        process_all()
        settle()
        settle()

    def heard(self, who: int) -> list[str]:
        return [sent["text"] for sent in self.telegram.sent if sent["chat"]["id"] == who]


@pytest.fixture
def chat(bot: Account, telegram: FakeTelegram, poll_until: Polling, ann: Agent) -> Chat:
    change_account(bot, ann, config=bot.config | {"ask_address": "after_answer", "burst_seconds": "0"})
    return Chat(Account.objects.get(pk=bot.pk), telegram, poll_until)


@pytest.fixture
def asked(chat: Chat, ben: Agent) -> Ticket:
    """Mona has written, Ben has answered, and she was asked."""
    chat.say(MONA, "Where is my order, please?")
    ticket = Ticket.objects.get()
    reply(ticket, "On its way.", ben)
    settle()
    settle()
    return ticket


def text_of(sink: Sink) -> str:
    return str(sink.to(HOME)[-1].message.get_body(("plain",)).get_content())  # type: ignore[union-attr]


def code_in(sink: Sink) -> str:
    return re.findall(r"\b\d{6}\b", text_of(sink))[0]


def link_in(sink: Sink) -> str:
    return re.findall(r"https://t\.me/help_bot\?start=([\w-]+)", text_of(sink))[0]


def proven() -> list[tuple[str, str]]:
    return list(Address.objects.filter(channel="email", proven=True).values_list("address", "contact__name"))


def test_the_question_comes_after_the_first_answer_of_a_person_and_once(asked: Ticket, chat: Chat, ben: Agent) -> None:
    assert chat.heard(MONA)[0] == "On its way."
    assert chat.heard(MONA)[1].startswith(ASK)
    assert "Or just go on writing here." in chat.heard(MONA)[1]
    reply(asked, "Anything else?", ben)
    settle()
    settle()
    assert len(chat.heard(MONA)) == 3


def test_nobody_is_asked_in_their_first_message_nor_where_an_agent_holds_it_back(chat: Chat, ben: Agent) -> None:
    chat.say(MONA, "Where is my order, please?")
    assert chat.heard(MONA) == []
    ticket = Ticket.objects.get()
    ask.hold_back(ticket, ben)
    reply(ticket, "On its way.", ben)
    settle()
    settle()
    assert chat.heard(MONA) == ["On its way."]


def test_a_no_is_remembered(asked: Ticket, chat: Chat, ben: Agent) -> None:
    chat.say(MONA, "No, thanks.")
    assert chat.heard(MONA)[-1] == "All right, we go on here and do not ask again."
    later = timezone.now() + timedelta(days=400)
    asked.refresh_from_db()
    assert ask.hindrance(asked, chat.bot, later) == "they said no"


@pytest.mark.database
def test_the_code_that_was_mailed_proves_the_address_when_it_is_typed_into_the_chat(
    asked: Ticket, chat: Chat, smtp_sink: Sink
) -> None:
    chat.say(MONA, f"You can use {HOME}.")
    assert proven() == []
    code = code_in(smtp_sink)
    chat.say(MONA, f"{code[:3]} {code[3:]}")

    assert proven() == [(HOME, "Mona Lee")]
    assert chat.heard(MONA)[-1].startswith(f"Done: if this app ever fails, we answer you at {HOME}.")
    assert "was typed into the chat" in Address.objects.get(address=HOME).proof
    write_config()
    assert rebuilt_differences() == []


def test_the_link_in_the_mail_proves_it_too_and_both_are_used_up(asked: Ticket, chat: Chat, smtp_sink: Sink) -> None:
    chat.say(MONA, HOME)
    code, token = code_in(smtp_sink), link_in(smtp_sink)
    chat.say(MONA, f"/start {token}")
    assert proven() == [(HOME, "Mona Lee")]
    chat.say(MONA, f"/start {token}")
    assert chat.heard(MONA)[-1].startswith("This code or link does not work any more")
    before = len(chat.heard(MONA))
    chat.say(MONA, code)
    assert len(chat.heard(MONA)) == before  # nobody waits for a code: it is a number like any other


def test_the_mail_says_nothing_of_the_chat_and_the_record_holds_neither_code_nor_link(
    asked: Ticket, chat: Chat, smtp_sink: Sink
) -> None:
    chat.say(MONA, HOME)
    [letter] = smtp_sink.to(HOME)
    whole = letter.raw.decode() + text_of(smtp_sink)
    for word in ("Mona", "order", "help_bot.telegram.invalid", "On its way"):
        assert word not in whole.replace("t.me/help_bot", "")
    assert "Somebody who writes to Support on Telegram gave this address as theirs." in text_of(smtp_sink)
    assert letter.message["Auto-Submitted"] == "auto-replied"
    assert letter.message["In-Reply-To"] is None

    code, token = code_in(smtp_sink), link_in(smtp_sink)
    kept = " ".join(read.original(message.entry).decode() for message in Message.objects.exclude(direction="in"))
    kept += " ".join(message.text + message.html for message in Message.objects.all())
    assert code not in kept
    assert token not in kept


def test_joining_keeps_what_the_address_said_before(
    asked: Ticket, support: Account, chat: Chat, smtp_sink: Sink
) -> None:
    before = arrive(support, mail("My first order.", sender=HOME, name="M. Lee", subject="Order"))
    assert before
    settle()
    smtp_sink.reset()
    chat.say(MONA, HOME)
    chat.say(MONA, code_in(smtp_sink))
    assert {ticket.contact.name for ticket in Ticket.objects.select_related("contact")} == {"Mona Lee"}
    assert [sent for sent in chat.heard(MONA) if "first order" in sent] == []


# --- Nobody else ------------------------------------------------------------------------------------------------------


def test_a_stranger_who_names_somebody_elses_address_gets_nothing_of_theirs(
    asked: Ticket, support: Account, chat: Chat, smtp_sink: Sink
) -> None:
    arrive(support, mail("My secret order.", sender=HOME, name="Mona Lee", subject="Order"))
    settle()
    smtp_sink.reset()
    for _ in range(5):
        chat.say(STRANGER, HOME)
    assert len(smtp_sink.to(HOME)) == 2  # a day, whoever asks
    assert len(set(chat.heard(STRANGER))) == 1  # the same words, whoever the address belongs to
    for guess in range(8):
        chat.say(STRANGER, f"{guess:06}")
    assert Contact.objects.get(name="Sly Fox").addresses.filter(channel="email").count() == 0
    assert Address.objects.get(address=HOME).contact.name == "Mona Lee"
    assert not any("secret" in sent for sent in chat.heard(STRANGER))


def test_guessing_ends_after_five_tries_and_the_right_code_is_worth_nothing_then(
    asked: Ticket, chat: Chat, smtp_sink: Sink
) -> None:
    chat.say(MONA, HOME)
    code = code_in(smtp_sink)
    wrong = [f"{number:06}" for number in range(6) if f"{number:06}" != code][:5]
    for guess in wrong:
        chat.say(MONA, guess)
    chat.say(MONA, code)
    assert proven() == []
    assert chat.heard(MONA)[-1].startswith("This code or link does not work any more")


def test_a_code_or_link_in_another_chat_proves_nothing(asked: Ticket, chat: Chat, smtp_sink: Sink) -> None:
    chat.say(MONA, HOME)
    chat.say(STRANGER, code_in(smtp_sink))
    chat.say(STRANGER, f"/start {link_in(smtp_sink)}")
    assert proven() == []
    assert chat.heard(STRANGER) == [
        "This code or link does not work any more; nothing was changed. Write your email address here for a new one."
    ]
    chat.say(MONA, code_in(smtp_sink))
    assert proven() == [(HOME, "Mona Lee")]


def test_an_expired_code_says_so(asked: Ticket, chat: Chat, smtp_sink: Sink) -> None:
    chat.say(MONA, HOME)
    Token.objects.update(expires_at=timezone.now())
    chat.say(MONA, code_in(smtp_sink))
    assert proven() == []
    assert chat.heard(MONA)[-1].startswith("This code or link does not work any more")


def test_not_me_stops_all_further_mails_and_looking_at_the_page_changes_nothing(
    asked: Ticket, chat: Chat, smtp_sink: Sink, client: Client
) -> None:
    chat.say(MONA, HOME)
    path = re.findall(r"/not-me/\S+", text_of(smtp_sink))[0]
    assert client.get(path).status_code == 200
    assert not Objection.objects.exists()
    client.post(path)
    assert [(one.address, one.against) for one in Objection.objects.all()] == [(HOME, "confirmations")]
    chat.say(MONA, HOME)
    assert len(smtp_sink.to(HOME)) == 1
    assert len(set(chat.heard(MONA)[2:])) == 1  # the chat cannot tell


def test_an_address_in_the_middle_of_a_long_line_is_none_that_was_meant(chat: Chat, smtp_sink: Sink) -> None:
    chat.say(
        MONA, f"Yesterday I had written to {HOME} and asked them about the invoice, but nobody has answered me there."
    )
    assert smtp_sink.letters == []
    assert chat.heard(MONA) == []
