"""Rebuild and compare: killed in the middle it goes on, up to a date it stops, and any difference is named."""

import os
import random
import signal
import subprocess
import sys
import time
from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.db import connection, connections
from django.db.models import F

from tests.flows import desk
from tests.services.ports import wait_until
from tickets.actions.change import assign, tag
from tickets.actions.note import note
from tickets.actions.people import add_agent, remove_agent
from tickets.actions.reply import reply
from tickets.actions.teams import add_team
from tickets.inbox import rebuild as rebuilding
from tickets.management.record.pages import page
from tickets.mime.build import File
from tickets.models import Account, Agent, Counter, Delivery, Entry, Event, Message, Tag, Team, Ticket
from tickets.record import compare
from tickets.record.append import append_all
from tickets.record.config import latest
from tickets.record.store import store

ROOT = Path(__file__).resolve().parent.parent.parent
pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.database]


@pytest.fixture
def support(transactional_db: None) -> Account:
    return desk.mailbox(acknowledge=False, secrets={"imap_password": "open sesame"})


@pytest.fixture
def conversation(support: Account) -> Ticket:
    """Ann answers Zoe with a file, notes, tags and takes it; sent and settled."""
    ann = add_agent("ann@desk.example", "Ann Oak", "administrator")
    message = desk.arrive(support, desk.mail("It does not work."))
    assert message
    reply(
        message.ticket,
        "Does this help?",
        ann,
        to=[{"name": "Zoe", "address": "zoe@customer.example"}],
        files=[File("a.txt", "text/plain", b"Press the button.")],
    )
    note(message.ticket, "She was patient.", ann)
    tag(message.ticket, ["vip"], ann)
    assign(message.ticket, ann, ann)
    desk.settle()
    return Ticket.objects.get()


def _head() -> int:
    return Counter.objects.filter(name="record").values_list("value", flat=True).first() or 0


# --- Rebuild ----------------------------------------------------------------------------------------------------------


def test_a_rebuild_that_is_killed_goes_on_where_it_was(support: Account, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rebuilding, "BATCH", 5)
    for number in range(40):
        desk.arrive(support, desk.mail(f"Mail {number}"))
    append_all()
    before = desk.snapshot()
    desk.wipe()
    lives = 0
    while _head() < 40 and lives < 40:
        connections.close_all()
        pid = os.fork()
        if pid == 0:
            with suppress(BaseException):
                rebuilding.rebuild(progress=lambda done, total: time.sleep(0.1))
            os._exit(0)
        begun = _head()
        wait_until(lambda: _head() > begun, why="the rebuild does nothing")  # noqa: B023
        time.sleep(random.uniform(0, 0.15))
        os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)
        lives += 1
    rebuilding.rebuild()
    assert lives > 1
    assert desk.differences(before, desk.snapshot()) == []


def test_a_rebuild_up_to_a_time_is_the_desk_of_that_time(conversation: Ticket) -> None:
    when = Entry.objects.get(kind="note").at
    desk.wipe()
    done = rebuilding.rebuild(until=when)
    assert Entry.objects.order_by("number").last().kind == "note"  # type: ignore[union-attr]
    assert done == Entry.objects.count()
    assert not Ticket.objects.get().tags.exists()
    rebuilding.rebuild()
    assert [one.name for one in Ticket.objects.get().tags.all()] == ["vip"]


def test_a_rebuild_tells_how_far_it_is_and_sends_nothing(conversation: Ticket, data_dir: Path) -> None:
    sent = sorted((data_dir / "outgoing").rglob("*"))
    told: list[tuple[int, int]] = []
    total = Entry.objects.count()
    desk.wipe()
    rebuilding.rebuild(lambda done, of: told.append((done, of)))
    assert told[-1] == (total, total)
    desk.settle()
    assert sorted((data_dir / "outgoing").rglob("*")) == sent
    assert Account.objects.get().paused_at is not None


def test_numbers_message_ids_and_links_stay_the_same(conversation: Ticket) -> None:
    def links() -> list[Any]:
        rows = Message.objects.order_by("public_id").values_list("public_id", "message_id", "ticket__number")
        return [*rows, *Delivery.objects.values_list("public_id", flat=True)]

    before, shown = links(), page(conversation.number, "default")
    desk.wipe()
    rebuilding.rebuild()
    assert links() == before
    assert page(conversation.number, "default") == shown
    assert "Press the button" not in shown
    assert "a.txt" in shown


def test_the_database_of_another_record_is_not_gone_on_with(support: Account, conversation: Ticket) -> None:
    desk.wipe()
    Counter.objects.create(name="record", value=2, chain="f" * 64)
    with pytest.raises(rebuilding.NotEmpty, match="does not follow it"):
        rebuilding.rebuild()


# --- Configuration ----------------------------------------------------------------------------------------------------


def test_the_configuration_is_dated_encrypted_and_holds_no_conversation(conversation: Ticket) -> None:
    names = sorted(store().names("config"))
    text = "".join(store().read(name).decode() for name in names)
    assert len(names) >= 2
    assert all(name.startswith("config/20") for name in names)
    assert "open sesame" not in text
    for words in ("zoe@customer.example", "does not work", "patient", conversation.subject):
        assert words not in text


def test_the_configuration_comes_back_and_people_can_be_added_afterwards(support: Account) -> None:
    cem = add_agent("cem@desk.example", "Cem")
    add_team("Billing", None, (cem,))
    remove_agent(cem, None)
    desk.arrive(support, desk.mail())
    append_all()
    desk.wipe()
    rebuilding.rebuild()
    assert Account.objects.get().secrets == {"imap_password": "open sesame"}
    assert Agent.objects.get(name="Cem").removed_at is not None
    assert list(Team.objects.get().agents.values_list("name", flat=True)) == ["Cem"]
    assert add_agent("dee@desk.example", "Dee").pk > 0
    assert desk.mailbox("more@desk.example").pk > 0


def test_an_older_database_gets_the_newer_settings_and_keeps_its_cursors(support: Account) -> None:
    Account.objects.update(state={"uidnext": 7})
    Account.objects.update(name="Old name")
    desk.rebuild()
    account = Account.objects.get()
    assert (account.name, account.state) == ("Support", {"uidnext": 7})
    assert latest()


# --- Compare ----------------------------------------------------------------------------------------------------------


def test_a_database_is_the_same_as_itself_in_a_fixed_number_of_reads(conversation: Ticket) -> None:
    assert list(compare.compare("default", "default")) == []


def test_every_field_of_every_row_is_compared(conversation: Ticket) -> None:
    """Each field that is not left out is changed in turn, and the change is seen."""
    unseen = []
    for model in compare.KEYS:
        for field in compare._fields(model):
            if field.unique or not model._default_manager.exists() or field.is_relation:
                continue
            unseen += [f"{model.__name__}.{field.name}"] * (not _is_seen(model, field))
    assert unseen == []


def _is_seen(model: Any, field: Any) -> bool:
    before = dict(compare._digests(model, "default"))
    rows = model._default_manager.filter(number=1) if model is Entry else model._default_manager.all()
    if model is Counter:
        rows = rows.filter(name="record")
    pk = rows.values_list("pk", flat=True)[0]
    kept = model._default_manager.filter(pk=pk).values_list(field.attname, flat=True)[0]
    model._default_manager.filter(pk=pk).update(**{field.attname: another(kept, field)})
    try:
        return before != dict(compare._digests(model, "default"))
    finally:
        model._default_manager.filter(pk=pk).update(**{field.attname: kept})


def another(value: Any, field: Any) -> Any:
    """A value that is not this one."""
    kind = field.get_internal_type()
    if kind in ("CharField", "TextField"):
        return "x" if value != "x" else "y"
    if kind == "BooleanField":
        return not value
    if kind == "DateTimeField":
        return (value or desk.NOW) + timedelta(days=1)
    if kind == "JSONField":
        return {"x": 1} if value != {"x": 1} else {}
    return (value or 0) + 1


def test_nothing_is_left_out_that_is_not_there_and_each_has_a_reason() -> None:
    assert compare.unexplained() == []
    assert compare.unknown_left_out() == []
    assert all(compare.FIELDS_LEFT_OUT.values())
    assert all(compare.MODELS_LEFT_OUT.values())


def other_database(tmp_path: Path) -> str:
    """A file beside this one: a second database with the same rows."""
    path = tmp_path / "other.sqlite3"
    with connection.cursor() as cursor:
        cursor.execute("VACUUM INTO %s", [str(path)])
    return f"sqlite:///{path}"


def compared(url: str, *options: str) -> tuple[int, list[str]]:
    """Exit status and lines of `manage.py record compare`, which looks at this test's database."""
    environment = {
        "PATH": os.environ["PATH"],
        "DATA_DIR": str(settings.DATA_DIR),
        "SECRET_KEY": settings.SECRET_KEY,
        "DATABASE_URL": f"sqlite:///{connection.settings_dict['NAME']}",
    }
    command = [sys.executable, "manage.py", "record", "compare", url, *options]
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    return done.returncode, (done.stdout or done.stderr).splitlines()


sqlite_only = pytest.mark.skipif("postgres" in os.environ.get("DATABASE_URL", ""), reason="copies a file")


@sqlite_only
def test_the_command_names_rows_that_differ_and_pages_that_differ(conversation: Ticket, tmp_path: Path) -> None:
    url = other_database(tmp_path)
    assert compared(url) == (0, ["The two databases are the same."])
    Message.objects.filter(direction="note").update(text="She was not.", reply="She was not.")
    Tag.objects.update(name="vap")
    Event.objects.filter(kind="assigned").delete()
    status, lines = compared(url)
    assert status == 1
    assert any(line.startswith("Message ") and line.endswith(": differs") for line in lines)
    assert "Tag vap: only in the first database" in lines
    assert any(line.startswith("Event ") and line.endswith("only in the second database") for line in lines)
    assert f"Ticket {conversation.number}: its page differs" in lines


@sqlite_only
def test_what_is_left_out_changes_neither_rows_nor_pages(conversation: Ticket, tmp_path: Path) -> None:
    url = other_database(tmp_path)
    Agent.objects.update(last_login=desk.NOW)
    Delivery.objects.update(due_at=F("due_at") + timedelta(days=1), attempts=9)
    assert compared(url) == (0, ["The two databases are the same."])
