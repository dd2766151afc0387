"""A filled database of an older version is brought up to this one: nothing is lost, and a start that was broken off goes on."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from importlib import import_module
from os import environ
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.db import OperationalError, connection
from django.db.migrations.executor import MigrationExecutor

from helpdesk.run.database import migrate
from helpdesk.run.problems import CannotStart
from tests.search.desk import found
from tests.services.postgres import empty_database
from tickets.actions.unmerge import unmerge
from tickets.bench.scratch import enter
from tickets.models import Account, Agent, ContactEvent, Draft, Message, SearchDoc, Ticket

pytestmark = pytest.mark.database
OLD = ("tickets", "0007_mirrored")
AT = datetime(2026, 3, 4, 10, 0, tzinfo=UTC)


@pytest.fixture
def old(transactional_db: None, tmp_path: Path) -> Iterator[Any]:
    """The models of a database of then, to which the connection speaks; nothing is in it."""
    real = str(connection.settings_dict["NAME"])
    if connection.vendor == "postgresql":
        enter(urlsplit(empty_database(environ["DATABASE_URL"])).path[1:])
    else:
        enter(str(tmp_path / "old.sqlite3"))
    try:
        yield MigrationExecutor(connection).migrate([OLD]).apps.get_model
    finally:
        enter(real)


def fill(old: Any) -> None:
    """A week at a helpdesk: a mailbox, a bot, a draft, a held customer, and two tickets of hers that were merged."""
    ann = old("tickets", "Agent").objects.create(
        email="ann@desk.example", name="Ann Oak", role="administrator", created_at=AT
    )
    home = old("tickets", "Account").objects.create(
        channel="email", name="Support", address="support@desk.example", language="de", created_at=AT,
        acknowledgement="Danke, $name. Nummer $number.", signature="Bis bald, $name",
    )  # fmt: skip
    old("tickets", "Account").objects.create(
        channel="pigeon", name="Loft", address="loft", mailbox=home, created_at=AT,
        config={"greet": "yes", "greeting": "Hallo $name", "hours": "mon 09:00-17:00", "time_zone": "Europe/Kyiv"},
    )  # fmt: skip
    zoe = old("tickets", "Contact").objects.create(name="Zoe Customer", hold="A court asks for it", created_at=AT)
    kept, merged = (ticket_of(old, home, zoe, number) for number in (1, 2))
    said = [message_in(old, kept, n, origin=1 if n < 4 else 2) for n in range(7)]
    kept.tags.add(old("tickets", "Tag").objects.create(name="vélo"))
    old("tickets", "Attachment").objects.create(message=said[0], part=1, filename="Quittung.pdf", size=1)
    entry_of(old, "contact", home, None, contact=zoe.public_id, by=ann.public_id, set={"hold": zoe.hold})
    old("tickets", "Event").objects.create(
        ticket=kept, entry=entry_of(old, "merge", home, 1), kind="merged", at=AT, by=ann,
        data={"ticket": 2, "messages": [message.public_id for message in said[4:]]},
    )  # fmt: skip
    old("tickets", "Ticket").objects.filter(pk=merged.pk).update(merged_into=kept, state="closed")
    old("tickets", "Draft").objects.create(key="k", agent=ann, ticket=kept, text="Half a sent", updated_at=AT)


def ticket_of(old: Any, home: Any, contact: Any, number: int) -> Any:
    return old("tickets", "Ticket").objects.create(
        number=number, subject=f"Wheel {number}", channel="email", mailbox=home, contact=contact,
        created_at=AT, updated_at=AT, last_message_at=AT,
    )  # fmt: skip


def message_in(old: Any, ticket: Any, number: int, origin: int) -> Any:
    """A customer's mail, in the index as it was then; `origin`: the ticket that it began in."""
    message = old("tickets", "Message").objects.create(
        ticket=ticket, entry=entry_of(old, "received", ticket.mailbox, origin), account=ticket.mailbox, channel="email",
        direction="in", contact=ticket.contact, from_address="zoe@customer.example", subject=f"Wheel {origin}",
        text=f"Übergröße {number}", reply=f"Übergröße {number}", at=AT + timedelta(hours=number),
    )  # fmt: skip
    old("tickets", "SearchDoc").objects.create(message=message, ticket=ticket, words=f"übergröße {number}")
    return message


def entry_of(old: Any, kind: str, account: Any, ticket: int | None, **fields: Any) -> Any:
    return old("tickets", "Entry").objects.create(
        kind=kind, at=AT, account=account, ticket_number=ticket, fields=fields, original_size=0
    )


def test_a_start_that_was_broken_off_goes_on_and_keeps_and_finds_everything(
    old: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(old)
    breaks_off(monkeypatch)
    migrate()
    assert set(SearchDoc.objects.values_list("message", flat=True)) == set(Message.objects.values_list("pk", flat=True))
    settings_are_kept()
    assert ContactEvent.objects.values_list("kind", "contact__name").get() == ("hold", "Zoe Customer")
    assert Draft.objects.get().text == "Half a sent"
    ann = Agent.objects.get()
    assert (found(ann, "ubergrosse 6"), found(ann, "from:zoe@customer.example subject:wheel")) == ([1], [1])
    assert (found(ann, "velo quittung"), found(ann, "quittung 6")) == ([1], [])
    unmerge(2, ann)
    ticket = Ticket.objects.get(number=2)
    assert (ticket.merged_into, ticket.state, ticket.messages.count()) == (None, "open", 3)
    assert found(ann, "ubergrosse 6") == [2]


def breaks_off(monkeypatch: pytest.MonkeyPatch) -> None:
    """The disk is full while the index is filled: two batches of two messages are kept, and passed over from then on."""
    step = import_module("tickets.migrations.0022_fill_search")
    batches: list[int] = []
    write = step.write

    def write_two(rows: Iterator[Any]) -> None:
        batch = list(rows)
        batches.append(len(batch))
        if len(batches) == 3:
            raise OperationalError("database or disk is full")
        write(batch)

    monkeypatch.setattr(step, "AT_ONCE", 2)
    monkeypatch.setattr(step, "write", write_two)
    with pytest.raises(CannotStart) as stopped:
        migrate()
    assert "0022_fill_search stopped with “database or disk is full”. It goes on where it was" in str(stopped.value)
    assert (SearchDoc.objects.count(), batches) == (4, [2, 2, 2])


def settings_are_kept() -> None:
    home, loft = Account.objects.order_by("pk")
    assert home.texts == {"acknowledgement": {"de": "Danke, {name}. Nummer {number}."}}
    assert home.signature == "Bis bald, $name"
    assert (loft.texts, loft.config) == ({"greeting": {"de": "Hallo {name}"}}, {"greet": "yes"})
    assert (loft.hours, loft.time_zone) == ({"mon": [["09:00", "17:00"]]}, "Europe/Kyiv")
