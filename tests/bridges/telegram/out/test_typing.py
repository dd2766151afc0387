"""Who writes a reply is seen typing by the customer, where the account wants it; who writes a note is not."""

import time

import pytest
from django.test import Client

from bridges.telegram.fake import FakeTelegram
from tests.bridges.telegram.out.conftest import ANN
from tickets.actions.typing import show_typing
from tickets.models import Account, Agent, Counter, Ticket


@pytest.fixture
def page(client: Client, ann: Agent) -> Client:
    client.force_login(ann)
    return client


def write(page: Client, ticket: Ticket, text: str, kind: str = "reply") -> None:
    """As the page saves it while somebody writes."""
    saved = page.post("/drafts/save/", {"key": f"key-{kind}", "ticket": ticket.number, "kind": kind, "text": text})
    assert saved.status_code == 200


def seen(telegram: FakeTelegram, count: int) -> list[tuple[str, str]]:
    """What the chats show, once that many have come."""
    over = time.monotonic() + 5
    while len(telegram.actions) < count and time.monotonic() < over:
        time.sleep(0.02)
    return telegram.actions


def test_a_reply_is_seen_every_five_seconds_and_a_note_never(
    page: Client, bot: Account, ticket: Ticket, telegram: FakeTelegram
) -> None:
    write(page, ticket, "Dear Ann")
    show_typing()  # the account does not say that it wants it
    Account.objects.filter(pk=bot.pk).update(config=bot.config | {"typing": "yes"})
    write(page, ticket, "between us", kind="note")
    show_typing()
    show_typing()
    assert seen(telegram, 1) == [(str(ANN), "typing")]
    Counter.objects.filter(name__startswith="pace:").delete()  # five seconds later
    telegram.plan("sendChatAction", 403, "Forbidden: bot was blocked by the user")
    show_typing()  # nobody is told of a refusal
    Counter.objects.filter(name__startswith="pace:").delete()
    show_typing()
    assert seen(telegram, 2) == [(str(ANN), "typing")] * 2


def test_a_note_alone_shows_nothing(page: Client, bot: Account, ticket: Ticket, telegram: FakeTelegram) -> None:
    Account.objects.filter(pk=bot.pk).update(config=bot.config | {"typing": "yes"})
    write(page, ticket, "between us", kind="note")
    show_typing()
    assert all(method != "sendchataction" for method, _given in telegram.calls)
