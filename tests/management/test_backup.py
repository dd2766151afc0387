"""Backup while everything runs, and restore onto an empty machine: the same helpdesk, which holds still until a person has looked."""

import json
import os
import smtplib
import subprocess
import tarfile
import threading
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.conf import settings as django_settings
from django.core.management import CommandError, call_command
from django.utils import timezone

from tests.flows import desk
from tests.flows.desk import arrive, mail, settle
from tests.services import holdfast
from tests.services.holdfast import Running
from tests.services.postgres import empty_database
from tickets.actions.change import tag
from tickets.actions.drafts import add_file, save_draft, schedule
from tickets.actions.note import note
from tickets.actions.people import add_agent
from tickets.actions.reply import recipients, reply
from tickets.models import Account, Entry, ReadMark
from tickets.record import spool
from tickets.record.append import append_all
from tickets.record.store import store

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.database]
KEY = str(django_settings.SECRET_KEY)


@pytest.fixture
def house(db: None) -> Account:
    """A helpdesk with a bit of everything: what is in the record, what is in the spool, and what only a backup keeps."""
    account = desk.mailbox(secrets={"imap_password": "open sesame"})
    ann = add_agent("ann@desk.example", "Ann Oak", "administrator", password="correct horse")
    first = arrive(account, mail("In the record"))
    assert first is not None
    to, cc = recipients(first.ticket)
    reply(first.ticket, "Answer", ann, to=to, cc=cc)
    settle()
    tag(first.ticket, ["vip"], ann)
    note(first.ticket, "x" * 70_000, ann)
    arrive(account, mail("In the spool", sender="max@customer.example", subject="Parcel"))
    ReadMark.objects.create(agent=ann, ticket=first.ticket, read_at=timezone.now())
    draft = save_draft("d1", ann, ticket=first.ticket, text="On its way.", to=to)
    add_file(draft, "plan.pdf", "application/pdf", b"%PDF plan")
    schedule(draft, seconds=3600)
    reply(first.ticket, "Still queued", ann, to=to, cc=cc)
    return account


@pytest.fixture
def machine(tmp_path: Path) -> Running:
    """An empty machine: a folder, and a database of the kind at hand. Nothing runs on it."""
    values = holdfast.environment(tmp_path / "machine")
    if url := os.environ.get("DATABASE_URL"):
        values["DATABASE_URL"] = empty_database(url)
    return Running(None, values, tmp_path / "log")  # type: ignore[arg-type]


def restored(machine: Running, file: Path, *options: str) -> "subprocess.CompletedProcess[bytes]":
    return machine.manage("restore", str(file), *options)


def kept_key(folder: Path) -> Path:
    (folder / "kept").write_text(KEY + "\n")
    return folder / "kept"


STATE = """
from tickets.models import *
from tickets.record.compare import snapshot
tell({
    "rows": {" ".join(map(str, key)): digest for key, digest in snapshot().items() if key[0] not in ("Entry",)},
    "paused": Account.objects.filter(paused_at=None).count(),
    "secrets": Account.objects.get().secrets,
    "drafts": list(Draft.objects.values_list("state", "text", "files__filename")),
    "unwritten": Entry.objects.filter(marked_at=None).count(),
    "marks": ReadMark.objects.count(),
    "deliveries": sorted(Delivery.objects.values_list("state", flat=True)),
    "entries": list(Entry.objects.order_by("pk").values_list("original_sha256", flat=True)),
})
"""


def test_everything_comes_back_and_holds_still(house: Account, machine: Running, tmp_path: Path) -> None:
    call_command("backup", tmp_path / "all.tar.gz")
    done = restored(machine, tmp_path / "all.tar.gz", "--key", str(kept_key(tmp_path)))
    assert done.returncode == 0, done.stderr.decode() + done.stdout.decode()
    assert b"All accounts and mirrors are paused" in done.stdout
    there = machine.ask(STATE)
    assert there["paused"] == 0
    assert there["secrets"] == {"imap_password": "open sesame"}
    assert there["drafts"] == [["editing", "On its way.", "plan.pdf"]]
    assert there["marks"] == 1
    assert "queued" not in there["deliveries"]
    assert "uncertain" in there["deliveries"]
    here = list(Entry.objects.order_by("pk").values_list("original_sha256", flat=True))
    assert there["entries"] == here
    assert Entry.objects.filter(marked_at=None).exists()
    assert there["unwritten"] == 0
    assert machine.manage("record", "verify", "--database").returncode == 0


def test_the_restored_database_is_the_one_that_was_there_and_goes_on(
    house: Account, machine: Running, tmp_path: Path
) -> None:
    call_command("backup", tmp_path / "all.tar.zst")
    append_all()
    assert restored(machine, tmp_path / "all.tar.zst").returncode == 0
    told = json.loads(machine.manage("tickets", "--json").stdout)
    assert [one["subject"] for one in told] == ["Parcel", "Printer"]
    added = machine.ask(
        "from tickets.actions.change import tag\nfrom tickets.models import *\n"
        "tag(Ticket.objects.order_by('-pk')[0], ['new'], None)\ntell(Ticket.tags.through.objects.count())"
    )
    assert added == 2


def test_the_record_in_it_ends_where_its_database_ends_though_mail_comes_in_meanwhile(
    house: Account, machine: Running, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from tickets.management.backup import make  # noqa: PLC0415 - patched here alone

    copy = make.copy_into

    def copy_and_work_on(folder: Path) -> Any:
        found = copy(folder)
        arrive(Account.objects.get(), mail("After the snapshot", subject="Later"))
        append_all()
        return found

    monkeypatch.setattr(make, "copy_into", copy_and_work_on)
    waiting = Entry.objects.filter(marked_at=None).count()
    assert waiting
    entries = Entry.objects.count()
    call_command("backup", tmp_path / "all.tar")
    with tarfile.open(tmp_path / "all.tar") as tar:
        manifest = json.load(tar.extractfile("manifest.json"))  # type: ignore[arg-type]
        numbers = [int(Path(name).name[:10]) for name in tar.getnames() if "/cur/" in name]
    assert max(numbers) == manifest["head"] < Entry.objects.count()
    assert restored(machine, tmp_path / "all.tar").returncode == 0
    assert machine.ask(
        "from tickets.inbox.sweep import adopt\nfrom tickets.models import *\n"
        "Account.objects.update(paused_at=None)\ntell([Entry.objects.exclude(number=None).count(), adopt()])"
    ) == [entries, 1]  # fmt: skip
    assert store().names(spool.HOLD) is not None
    assert not spool.is_held()


def test_nothing_leaves_the_spool_while_a_backup_is_made(house: Account) -> None:
    before = set(store().names(spool.IN)) | set(store().names(spool.MADE))
    assert before
    with spool.held():
        append_all()
        assert before <= set(store().names(spool.IN)) | set(store().names(spool.MADE))
    append_all()
    assert not spool.is_held()


def test_without_the_key_all_comes_back_but_the_credentials(house: Account, machine: Running, tmp_path: Path) -> None:
    call_command("backup", tmp_path / "all.tar")
    done = restored(machine, tmp_path / "all.tar")
    assert done.returncode == 0
    assert b"the credentials of 1 accounts cannot be read" in b" ".join(done.stdout.split())
    there = machine.ask(STATE)
    assert there["secrets"] == {}
    assert there["marks"] == 1
    (machine.data_dir / "secret_key").write_text(KEY)
    assert machine.ask(STATE)["secrets"] == {"imap_password": "open sesame"}


def test_neither_key_nor_secret_settings_are_in_the_file(
    house: Account, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("SITE_URL", "https://help.example.org")
    monkeypatch.setenv("EMAIL_HOST_PASSWORD", "hidden-word")
    call_command("backup", tmp_path / "all.tar")
    content = (tmp_path / "all.tar").read_bytes()
    assert b"SITE_URL=https://help.example.org" in content
    for secret in (KEY, "hidden-word", "open sesame"):
        assert secret.encode() not in content
    assert "The key is not in it" in capsys.readouterr().out


def test_nobody_else_on_the_machine_can_read_a_backup(house: Account, tmp_path: Path) -> None:
    for name in ("all.tar", "all.tar.gz"):
        call_command("backup", tmp_path / name)
        assert (tmp_path / name).stat().st_mode & 0o077 == 0


def test_a_restore_leaves_alone_what_else_lives_in_the_database(
    house: Account, machine: Running, tmp_path: Path
) -> None:
    url = machine.environment.get("DATABASE_URL", "")
    if not url.startswith("postgres"):
        pytest.skip("SQLite: the database is a file of its own")
    with psycopg.connect(url, autocommit=True) as other:
        other.execute("CREATE TABLE bookkeeping (amount integer)")
        other.execute("INSERT INTO bookkeeping VALUES (42)")
    call_command("backup", tmp_path / "all.tar")
    assert restored(machine, tmp_path / "all.tar").returncode == 0
    with psycopg.connect(url) as other:
        assert other.execute("SELECT amount FROM bookkeeping").fetchall() == [(42,)]


def test_a_restore_writes_over_nothing(house: Account, machine: Running, tmp_path: Path) -> None:
    call_command("backup", tmp_path / "all.tar")
    record = machine.data_dir / "record" / "2026-01" / "cur"
    record.mkdir(parents=True)
    (record / "0000000001.x:2,S").write_bytes(b"precious")
    done = restored(machine, tmp_path / "all.tar")
    assert done.returncode == 1
    assert b"is not empty, and a restore writes over nothing" in b" ".join(done.stderr.split())
    (record / "0000000001.x:2,S").unlink()
    assert restored(machine, tmp_path / "all.tar").returncode == 0
    assert b"The database is not empty" in restored(machine, tmp_path / "all.tar").stderr
    with pytest.raises(CommandError, match="is there already"):
        call_command("backup", tmp_path / "all.tar")


def test_a_wrong_key_and_a_part_of_a_backup_are_refused_in_words(
    house: Account, machine: Running, tmp_path: Path
) -> None:
    call_command("backup", tmp_path / "all.tar")
    (tmp_path / "other").write_text("another key")
    done = restored(machine, tmp_path / "all.tar", "--key", str(tmp_path / "other"))
    assert b"not the key that was in force" in done.stderr
    content = (tmp_path / "all.tar").read_bytes()
    (tmp_path / "part.tar").write_bytes(content[: len(content) * 9 // 10])
    done = restored(machine, tmp_path / "part.tar")
    assert done.returncode == 1
    assert b"Traceback" not in done.stderr
    assert b"part" in done.stderr


def test_a_lost_file_of_the_record_is_named_and_the_rest_is_saved(
    house: Account, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    entry = Entry.objects.exclude(marked_at=None).order_by("number")[0]
    store().remove(entry.path)
    with pytest.raises(SystemExit):
        call_command("backup", tmp_path / "all.tar")
    assert f"Entry {entry.number}" in capsys.readouterr().err
    assert (tmp_path / "all.tar").exists()


FILL = """
from tickets.actions.accounts import add_account
add_account("email", "Support", "support@desk.example", acknowledge=False)
tell(True)
"""


@pytest.mark.flows
@pytest.mark.timeout(900)
def test_mail_that_was_acknowledged_before_a_backup_began_is_in_it_though_more_comes_in_all_the_time(
    machine: Running, tmp_path: Path
) -> None:
    ours = {"DATABASE_URL": empty_database(os.environ["DATABASE_URL"])} if os.environ.get("DATABASE_URL") else {}
    taken: list[str] = []
    stop = threading.Event()

    def pour(port: int) -> None:
        with smtplib.SMTP("127.0.0.1", port) as client:
            while not stop.is_set() and len(taken) < 2000:
                name = f"{len(taken)}@pour.example"
                text = f"From: zoe@customer.example\r\nSubject: {name}\r\nMessage-ID: <{name}>\r\n\r\nHello\r\n"
                client.sendmail("zoe@customer.example", ["support@desk.example"], text.encode())
                taken.append(name)

    with ExitStack() as stack:
        house = stack.enter_context(holdfast.running(tmp_path / "data", **ours))
        house.ask(FILL)
        pouring = threading.Thread(target=pour, args=(house.smtp_port,), daemon=True)
        pouring.start()
        while len(taken) < 30:
            assert pouring.is_alive()
            stop.wait(0.1)
        before = list(taken)
        done = house.manage("backup", str(tmp_path / "all.tar"))
        stop.set()
        pouring.join(20)
        assert done.returncode == 0, done.stderr
    assert len(taken) > len(before)
    done = restored(machine, tmp_path / "all.tar", "--key", str(house.data_dir / "secret_key"))
    assert done.returncode == 0, done.stderr + done.stdout
    machine.ask(
        "from tickets.models import Account\nfrom tickets.inbox.sweep import adopt\nfrom tickets.inbox.process import "
        "process_all\nfrom tickets.record.append import append_all\nAccount.objects.update(paused_at=None)\n"
        "append_all()\nadopt()\nprocess_all()\nappend_all()\ntell(True)"
    )
    here = machine.ask(
        "from tickets.models import Message\ntell(list(Message.objects.values_list('message_id', flat=True)))"
    )
    assert set(before) <= set(here)
    assert len(here) == len(set(here))
    checked = machine.manage("record", "verify", "--database")
    assert checked.returncode == 0, checked.stdout
