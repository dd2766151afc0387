"""What the tests of sending share: a bot that nobody polls, a customer who has asked, and an agent who answers."""

from collections.abc import Callable

import pytest

from bridges.telegram.fake import FakeTelegram
from bridges.telegram.poll import take
from tests.flows.desk import mailbox, settle
from tickets.actions.accounts import add_account
from tickets.actions.reply import reply
from tickets.channels import open_channel
from tickets.inbox.process import process_all
from tickets.mime.build import File
from tickets.models import Account, Agent, Delivery, Ticket

ANN = 42


@pytest.fixture
def bot(db: None, telegram: FakeTelegram) -> Account:
    """The bot @help_bot. Nothing polls here, so that the tests need no second connection and stay quick."""
    mailbox()
    account = add_account("telegram", "Shop bot", "help_bot", {"api_url": telegram.url}, {"token": telegram.token})
    open_channel(account).connect()
    return account


@pytest.fixture
def ticket(bot: Account, telegram: FakeTelegram) -> Ticket:
    """Ann has asked."""
    telegram.write(ANN, "Where is my order?", name="Ann Lee")
    take(bot, telegram.updates)
    process_all()
    return Ticket.objects.get()


@pytest.fixture
def say(ticket: Ticket, ben: Agent) -> Callable[..., Delivery]:
    """say(text, *files): Ben answers, and the delivery is settled."""

    def answer(text: str, *files: File) -> Delivery:
        message = reply(ticket, text, ben, files=files)
        settle()
        return message.deliveries.get()

    return answer
