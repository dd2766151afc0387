"""The demo played into an empty database: what its visitor finds."""

from collections import Counter
from typing import Any

import pytest
from django.utils import timezone

from tickets.automation.run import run
from tickets.demo.script import AGENTS, MAILBOXES, conversations, moment
from tickets.demo.seed import NotEmpty, seed
from tickets.inbox.process import process_all, retry
from tickets.models import (
    Account,
    Agent,
    Delivery,
    DeliveryState,
    Entry,
    Event,
    InboxItem,
    ItemState,
    Message,
    Ticket,
)

NOW = timezone.now()
pytestmark = [pytest.mark.django_db, pytest.mark.flows]


@pytest.fixture
def demo(settings: Any) -> int:
    """The whole script, played."""
    settings.DEMO = True
    settings.AUTHSERV_ID = "mx.harbourlane.example"
    return seed(NOW)


def planned_states() -> Counter[str]:
    """Where the script leaves its conversations, by the rules that agents are told."""
    states: Counter[str] = Counter()
    for conversation in conversations():
        state = "new"
        for step in conversation.steps:
            if step.kind == "state":
                state = step.body
            elif step.kind == "reply":
                state = "waiting"
            elif step.kind in ("in", "bounce") and state != "new":
                state = "open"
        states[state] += 1
    return states


def test_every_conversation_is_one_ticket_with_all_that_was_said(demo: int) -> None:
    told = conversations()
    assert demo == Ticket.objects.count() == len(told) == 80
    kinds = Counter("note" if step.kind == "note" else "out" if step.kind == "reply" else "in" for conversation in told
                    for step in conversation.steps if step.kind in ("in", "vacation", "bounce", "reply", "note"))  # fmt: skip
    assert Counter(Message.objects.values_list("direction", flat=True)) == kinds
    _says_what_happened_when()
    _ends_as_the_script_says()
    _shows_what_machines_wrote()
    _acknowledges_nothing_of_the_past()
    _lets_the_parked_mail_be_retried()


def _says_what_happened_when() -> None:
    first = min(moment(conversation.steps[0].at, NOW) for conversation in conversations())
    assert Ticket.objects.order_by("created_at").values_list("created_at", flat=True)[0] == first
    assert not Message.objects.filter(at__gt=NOW).exists()
    assert not Event.objects.filter(at__gt=NOW).exists()
    assert Agent.objects.count() == len(AGENTS)
    assert set(Account.objects.values_list("address", flat=True)) == {box.address for box in MAILBOXES.values()}


def _ends_as_the_script_says() -> None:
    assert Counter(Ticket.objects.values_list("state", flat=True)) == planned_states()
    assert not Delivery.objects.exclude(state__in=(DeliveryState.SENT, DeliveryState.FAILED)).exists()
    assert not Entry.objects.filter(marked_at__isnull=True).exists()


def _shows_what_machines_wrote() -> None:
    failed = Delivery.objects.get(state=DeliveryState.FAILED)
    assert "5.2.2" in failed.reason
    bounce = Message.objects.get(kind="bounce")
    assert bounce.ticket == failed.message.ticket
    vacation = Message.objects.get(kind="auto-reply")
    assert vacation.speaks_of is not None
    assert vacation.ticket.state == "waiting"
    assert Message.objects.get(verified="fail").from_name == "Brad from GrowthRocket"


def _acknowledges_nothing_of_the_past() -> None:
    before = Message.objects.count()
    while run():
        pass
    assert Message.objects.count() == before


def _lets_the_parked_mail_be_retried() -> None:
    parked = InboxItem.objects.get(state=ItemState.PARKED)
    retry(parked)
    process_all()
    parked.refresh_from_db()
    assert parked.state == ItemState.DONE
    assert Ticket.objects.filter(subject="Offer for used wheels").exists()


def test_a_demo_does_not_touch_data_that_is_there(settings: Any) -> None:
    settings.DEMO = True
    Agent.objects.create_user("ann@harbourlane.example", name="Ann Oak", created_at=NOW)
    with pytest.raises(NotEmpty, match="DATA_DIR of its own"):
        seed(NOW)
    assert not Account.objects.exists()
