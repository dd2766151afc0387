"""After any crash `record check` says what it found, `--repair` mends it, and nothing that was acknowledged is lost."""

import errno
import io
import os
import random
import signal
import time
from collections.abc import Iterator
from contextlib import redirect_stdout, suppress
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection, connections

from tests.flows import desk
from tests.services import bucket
from tickets.actions.erasing import erase_contact
from tickets.actions.note import note
from tickets.actions.reply import reply
from tickets.inbox.accept import accept
from tickets.inbox.process import process_all
from tickets.mime.build import File
from tickets.models import Account, Agent, Contact, Counter, Entry, InboxItem, Message
from tickets.record import append, erase, read, spool
from tickets.record import store as stores
from tickets.record.store import FolderStore, store
from tickets.record.verify import verify

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.database]

sqlite_only = pytest.mark.skipif("postgres" in os.environ.get("DATABASE_URL", ""), reason="copies rows as they are")
SEED = int(os.environ.get("SEED", "0")) or random.SystemRandom().randrange(1, 10**6)


def check(*options: str) -> tuple[int, str]:
    """Exit status and words of `manage.py record check`."""
    append.check_start.cache_clear()
    said = io.StringIO()
    with redirect_stdout(said):
        try:
            call_command("record", "check", *options, stdout=said)
        except SystemExit as error:
            return int(error.code or 0), said.getvalue()
    return 0, said.getvalue()


AGREE = (0, "Record, spool and database agree.\n")


def assert_whole(acknowledged: set[str]) -> None:
    """Mended, everything that had its OK is there once, the chain holds, and a rebuild gives the same rows."""
    desk.write_config()
    status, said = check("--repair")
    assert status == 0, said
    process_all()
    assert check("--repair")[0] == 0
    assert check() == AGREE
    assert verify().found == 0
    found = sorted(Message.objects.filter(direction="in").values_list("message_id", flat=True))
    assert set(found) >= acknowledged
    assert len(found) == len(set(found))
    assert desk.rebuilt_differences() == []


@pytest.fixture
def support(transactional_db: None) -> Account:
    return desk.mailbox(acknowledge=False)


@pytest.fixture
def root(support: Account, data_dir: Path) -> Path:
    """Three mails in the record."""
    for number in range(3):
        desk.arrive(support, desk.mail(f"Mail {number}"))
    append.append_all()
    return data_dir / "record"


# --- What it finds ----------------------------------------------------------------------------------------------------


def test_when_nothing_is_wrong_it_says_so(root: Path) -> None:
    assert check() == AGREE


def test_files_written_but_not_called_so_are_marked(root: Path) -> None:
    Entry.objects.filter(number__gt=1).update(marked_at=None)
    status, said = check()
    assert status == 1
    assert "2 entries are decided, and not called written yet" in said
    assert "`--repair` mends it" in said
    assert check("--repair")[0] == 0
    assert not Entry.objects.filter(marked_at=None).exists()


def test_a_lost_file_whose_bytes_are_in_the_spool_is_written_again(root: Path) -> None:
    entry = Entry.objects.get(number=2)
    data = (root / entry.path).read_bytes()
    spool.put([spool.Spooled(entry.spool, {"account": "x"}, read.original(entry))])
    (root / entry.path).unlink()
    assert "its bytes are, in the spool" in check()[1]
    status, said = check("--repair")
    assert status == 0, said
    assert (root / entry.path).read_bytes() == data


def test_a_lost_file_that_is_nowhere_is_named_and_nothing_is_invented(root: Path) -> None:
    (root / Entry.objects.get(number=2).path).unlink()
    status, said = check("--repair")
    assert status == 1
    assert "Entry 2 is called written" in said
    assert "Take the file from a mirror or a backup" in said


def test_an_arrival_whose_bytes_are_gone_is_named(support: Account, data_dir: Path) -> None:
    accept(support, desk.mail("Gone"), source="smtp")
    (data_dir / "record/spool/in" / InboxItem.objects.get().spool).unlink()
    status, said = check("--repair")
    assert status == 1
    assert "An arrival on Support (smtp" in said


def test_arrivals_without_a_row_are_adopted(root: Path, support: Account) -> None:
    accept(support, desk.mail("Adopt me", message_id="adopted@customer.example"), source="smtp")
    InboxItem.objects.filter(state="waiting").delete()
    assert "1 arrivals lie in the spool and have no row." in check()[1]
    assert_whole({"adopted@customer.example"})


def test_a_spool_file_of_nobody_is_named_and_kept(root: Path) -> None:
    (root / "spool/in/ab").write_bytes(b'{"account": "nobody"}\nSubject: x')
    (root / "spool/in/cd").write_bytes(b"\x00\x00")
    status, said = check("--repair")
    assert status == 1
    assert "an account that this database does not know (nobody)" in said
    assert "spool/in/cd cannot be read as an arrival" in said
    assert (root / "spool/in/ab").exists()


def test_a_change_of_the_configuration_that_is_not_in_the_record_is_written(root: Path, support: Account) -> None:
    Account.objects.update(name="Help")
    assert "The configuration in the record is not the one of the database." in check()[1]
    assert check("--repair")[0] == 0
    assert check() == AGREE
    desk.wipe()
    desk.rebuild()
    assert Account.objects.get().name == "Help"


def test_an_erasure_that_was_not_carried_out_is(root: Path) -> None:
    whole = {path: path.read_bytes() for path in root.glob("*/cur/*")}
    erase_contact(Contact.objects.get(), None, "She asked.")
    append.append_all()
    erase.carry_out()
    for path, data in whole.items():  # as they lie there when it is killed before
        path.write_bytes(data)
    Counter.objects.filter(name=erase.CARRIED_OUT).update(value=0)
    assert "Erasures are decided and not carried out: entries 4" in check()[1]
    assert verify().found > 0
    assert check("--repair")[0] == 0
    assert verify().found == 0
    for path, data in whole.items():  # as a backup of before brings them back
        path.write_bytes(data)
    assert "their files are whole (again)" in check("--repair")[1]
    assert verify().found == 0


def test_spool_files_that_are_in_the_record_are_dropped(root: Path, support: Account) -> None:
    accept(support, desk.mail("Stays"), source="smtp")
    entry = Entry.objects.get(number=1)
    spool.put([spool.Spooled(entry.spool, {"account": support.public_id}, read.original(entry))])
    assert "1 files in spool/in are in the record by now." in check()[1]
    assert check("--repair")[0] == 0
    assert [path.name for path in (root / "spool/in").iterdir()] == [InboxItem.objects.get(state="waiting").spool]


def test_what_a_dead_writer_left_aside_is_taken_away_and_what_a_living_one_writes_is_not(root: Path) -> None:
    for name, age in (("a" * 32, 3600), ("b" * 32, 0)):
        aside = next(root.glob("*/tmp")) / f".{name}"
        aside.write_bytes(b"half a ma")
        os.utime(aside, (time.time() - age, time.time() - age))
    assert f".{'a' * 32} was being written when its writer died" in check("--repair")[1]
    assert [path.name for path in root.glob("*/tmp/.*")] == ["." + "b" * 32]


def test_a_record_folder_that_is_missing_is_named_and_not_made_anew(root: Path, support: Account) -> None:
    root.rename(root.with_name("elsewhere"))
    status, said = check("--repair")
    assert status == 1
    assert "There is no record at" in said
    with pytest.raises(OSError, match="not there any more"):
        accept(support, desk.mail("No OK for this"), source="smtp")
    assert not root.exists()
    root.with_name("elsewhere").rename(root)
    assert check() == AGREE


@sqlite_only
def test_a_database_older_than_the_record_is_named_and_the_rebuild_applies_only_what_is_missing(
    root: Path, support: Account, ann: Agent
) -> None:
    older = dump()
    desk.write_config()
    message = desk.arrive(support, desk.mail("Later"))
    assert message
    note(message.ticket, "Seen.", ann)
    append.append_all()
    desk.write_config()
    before = desk.snapshot()
    restore(older)
    said = check("--repair")[1]
    assert "The record is ahead: it ends at 5, the database at 3." in said
    assert "`manage.py record rebuild` applies what is missing" in said
    assert desk.rebuild() == 2
    assert desk.differences(before, desk.snapshot()) == []
    assert check() == AGREE


@sqlite_only
def test_two_databases_that_wrote_to_one_record_are_named_and_nothing_is_guessed(root: Path, support: Account) -> None:
    older = dump()
    desk.arrive(support, desk.mail("By one"))
    append.append_all()
    restore(older)
    desk.arrive(support, desk.mail("By another"))
    status, said = check("--repair")
    assert status == 1
    assert "two databases have written to one record" in said


def dump() -> dict[str, list[tuple[Any, ...]]]:
    """All rows of all tables, as a backup of the database has them."""
    found = {}
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            if table.startswith("tickets_") and "_fts" not in table and "_words" not in table:
                cursor.execute(f"SELECT * FROM {table}")
                found[table] = cursor.fetchall()
    return found


def restore(rows: dict[str, list[tuple[Any, ...]]]) -> None:
    """Put that backup back."""
    desk.wipe()
    with connection.constraint_checks_disabled(), connection.cursor() as cursor:
        for table, content in rows.items():
            for row in content:
                cursor.execute(f"INSERT INTO {table} VALUES ({', '.join(['%s'] * len(row))})", row)


# --- Crashes ----------------------------------------------------------------------------------------------------------


def fork_appender() -> int:
    """An appender in a process of its own."""
    connections.close_all()
    pid = os.fork()
    if pid == 0:
        with suppress(BaseException):
            while True:
                append.append(7)
        os._exit(1)
    return pid


def test_the_appender_is_killed_at_random_points_and_nothing_is_lost(support: Account, ann: Agent) -> None:
    print(f"SEED={SEED}")
    chance, acknowledged, found = random.Random(SEED), set(), set()
    for life in range(8):
        for number in range(10):
            identifier = f"{life}.{number}@customer.example"
            accept(support, desk.mail("Hello" * 2000 * (number % 3), message_id=identifier), source="smtp")
            acknowledged.add(identifier)
        process_all()
        pid = fork_appender()
        time.sleep(chance.uniform(0, 0.06))
        os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)
        found.add(check()[1].partition("\n")[0])
    assert len(found) > 1
    assert_whole(acknowledged)


def work(support: Account, ann: Agent, name: str = "work") -> Iterator[str]:
    """Everything that writes, again and again; yields the Message-ID of each mail that had its OK."""
    for number in range(3):
        identifier = f"{name}.{number}@customer.example"
        with suppress(OSError):
            accept(support, desk.mail("Hello", message_id=identifier), source="smtp")
            yield identifier
        with suppress(OSError):
            process_all()
        for message in Message.objects.filter(direction="in")[:1]:
            to = [{"name": "", "address": "zoe@customer.example"}]
            with suppress(OSError, read.Missing):
                reply(message.ticket, "On its way.", ann, to=to, files=[File("a.bin", "a/b", os.urandom(70_000))])
        with suppress(OSError):
            append.append_all()


EVERY, SOME = range(1, 18), (1, 3, 8)
CALLS = ("write_all", "os.fsync", "os.rename", "os.unlink")


@pytest.mark.parametrize("call", CALLS)
def test_the_disk_is_full_at_any_one_write_and_nothing_is_lost(
    support: Account, ann: Agent, monkeypatch: pytest.MonkeyPatch, call: str
) -> None:
    desk.write_config()
    acknowledged: set[str] = set()
    failed = 0
    for at in EVERY if call == "write_all" else SOME:
        with monkeypatch.context() as patched:
            counted = failing_at(patched, call, at)
            acknowledged |= set(work(support, ann, f"{call}.{at}"))
        failed += counted[0] >= at
    assert failed
    assert_whole(acknowledged)


def failing_at(patched: pytest.MonkeyPatch, call: str, at: int) -> list[int]:
    """Let the `at`-th call of a function of the store fail with ENOSPC; return how many there were so far."""
    module: Any = os if call.startswith("os.") else stores
    name = call.rpartition(".")[2]
    real, counted = getattr(module, name), [0]

    def fail(*args: Any, **more: Any) -> Any:
        counted[0] += 1
        if counted[0] == at:
            raise OSError(errno.ENOSPC, "No space left on device")
        return real(*args, **more)

    patched.setattr(module, name, fail)
    return counted


def test_a_record_that_takes_nothing_gives_no_ok_and_is_named(
    root: Path, support: Account, ann: Agent, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*args: Any) -> None:
        raise OSError(errno.EROFS, "Read-only file system")

    waiting = note(Message.objects.all()[0].ticket, "Waits.", ann)
    with monkeypatch.context() as patched:
        for name in ("write", "write_many", "remove"):
            patched.setattr(FolderStore, name, refuse)
        assert list(work(support, ann)) == []
        status, said = check("--repair")
        assert status == 1
        assert "takes no files: [Errno 30] Read-only file system" in said
    waiting.entry.refresh_from_db()
    assert waiting.entry.marked_at is None
    assert_whole(set())


def test_a_bucket_that_refuses_gives_no_ok_and_is_mended_afterwards(
    support: Account, ann: Agent, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.AWS_ACCESS_KEY_ID, settings.AWS_SECRET_ACCESS_KEY = "key", "secret"
    with bucket.running() as (url, _objects):
        settings.S3_ENDPOINT_URL = url
        settings.RECORD_URL = f"s3://holdfast-{url.rsplit(':', 1)[1]}"
        desk.write_config()
        acknowledged = set(work(support, ann))
        assert len(acknowledged) == 3
        accept(support, desk.mail("Waits", message_id="waits@customer.example"), source="smtp")
        with monkeypatch.context() as patched:
            patched.setattr(bucket.Bucket, "do_PUT", lambda self: (self._body(), self.fault(403, "QuotaExceeded")))
            with pytest.raises(OSError, match="did not take"):
                accept(support, desk.mail("No OK"), source="smtp")
            process_all()
            with pytest.raises(OSError, match="did not take"):
                append.append_all()
            assert "takes no files" in check("--repair")[1]
        assert_whole({*acknowledged, "waits@customer.example"})
        assert store().modified("spool/check") is None
