"""Clients that are signed in, and a mailbox with one customer's ticket."""

from collections.abc import Callable

import pytest
from django.test import Client

from tests.flows.desk import arrive, mail, mailbox
from tickets.models import Account, Agent, Message, Ticket


@pytest.fixture
def enter() -> Callable[[Agent], Client]:
    """enter(agent): a client in which the agent is signed in."""

    def make(agent: Agent) -> Client:
        client = Client()
        client.force_login(agent)
        return client

    return make


@pytest.fixture
def support(db: None) -> Account:
    return mailbox()


@pytest.fixture
def message(support: Account) -> Message:
    """Zoe writes: her printer does not work."""
    found = arrive(support, mail("It does not work."))
    assert found is not None
    return found


@pytest.fixture
def ticket(message: Message) -> Ticket:
    return message.ticket
