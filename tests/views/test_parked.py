"""Parked items on the screen: why, the raw source, another try."""

from collections.abc import Callable

import pytest
from django.test import Client

from tests.flows.desk import mail
from tickets.inbox.accept import accept
from tickets.inbox.process import park, process_all
from tickets.models import Account, Agent, InboxItem, Message


@pytest.fixture
def item(support: Account) -> InboxItem:
    accept(support, mail("Stuck words"), source="smtp")
    found = InboxItem.objects.get()
    park(found, "The disk was full while it was read.")
    found.refresh_from_db()
    return found


def test_a_parked_item_is_shown_with_its_reason_and_raw_source(
    item: InboxItem, ben: Agent, enter: Callable[..., Client]
) -> None:
    client = enter(ben)
    assert "The disk was full" in client.get("/parked/").content.decode()
    page = client.get(f"/parked/{item.spool}/").content.decode()
    assert "The disk was full" in page
    assert "Stuck words" in page
    assert b"Stuck words" in client.get(f"/parked/{item.spool}/?download").content
    assert 'class="rail-link warn"' in client.get("/rail/").content.decode()


def test_another_try_files_it(item: InboxItem, ben: Agent, enter: Callable[..., Client]) -> None:
    enter(ben).post(f"/parked/{item.spool}/retry/", {"key": "1"})
    process_all()
    assert Message.objects.get().text.strip() == "Stuck words"
    assert "Nothing is parked" in enter(ben).get("/parked/").content.decode()
