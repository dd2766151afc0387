"""A mirror in a bucket or a second folder, the command, and the bell: the same loop with another writer."""

import json
import threading
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from tests.flows import desk
from tests.services import bucket
from tickets import tasks
from tickets.actions.mirrors import NoPlace, add_mirror, change_mirror, place_of, remove_mirror
from tickets.mail import mirroring
from tickets.mail.mirror import open_target
from tickets.models import Account, Entry, Mirror
from tickets.record import mirror as copying
from tickets.record.append import append_all
from tickets.record.erase import carry_out
from tickets.record.fetch import fetch
from tickets.record.store import store
from tickets.record.target import Target
from tickets.record.wrapper import Copied
from tickets.record.write import entry_of

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.database]


@pytest.fixture
def support(transactional_db: None) -> Account:
    return desk.mailbox()


@pytest.fixture
def there(tmp_path: Path) -> Path:
    """A second folder, as on another disk."""
    folder = tmp_path / "there"
    folder.mkdir()
    return folder


@pytest.fixture
def objects(settings: Any) -> Iterator[tuple[str, dict[str, bytes]]]:
    """The URL of a bucket elsewhere, and what is in it."""
    with bucket.running() as (url, found):
        yield f"s3://KEY@copies/record?endpoint={url}&region=eu-central-1", found


def some(count: int) -> None:
    """Entries in the record."""
    for number in range(count):
        entry_of("screened", at=timezone.now(), fields={}, original=b"Subject: %d\r\n\r\nHello\r\n" % number).save()
    append_all()


def entries() -> dict[str, bytes]:
    """Entries and configurations of the record."""
    return {name: store().read(name) for name in store().names("") if not name.startswith("spool/")}


def copy(mirror: Mirror) -> int:
    """One visit, at once."""
    Mirror.objects.update(rests_until=None)
    done = copying.copy(mirror, open_target)
    mirror.refresh_from_db()
    return done


def in_folder(folder: Path) -> dict[str, bytes]:
    """Every file below a folder."""
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_a_second_folder_holds_the_same_files_under_the_same_names(support: Account, there: Path) -> None:
    some(3)
    mirror = add_mirror("Disk", f"file://{there}")
    assert copy(mirror) == 3
    assert in_folder(there) == entries()
    some(2)
    assert (copy(mirror), copy(mirror)) == (2, 0)
    assert in_folder(there) == entries()
    assert mirror.last_error == ""


def test_no_name_in_a_copy_leads_out_of_the_folder_that_it_is_fetched_into(
    support: Account, there: Path, tmp_path: Path
) -> None:
    some(1)
    copy(add_mirror("Disk", f"file://{there}"))
    target = open_target(Mirror.objects.get())
    strange = ["2026-01/cur/../../../outside", "config/../outside.json", "/2026-01/cur/x", "2026-01/cur/.."]
    whole = [*target.read(), *(Copied(name, b"Helpdesk-Format: 1\n") for name in strange)]
    monkeyed = SimpleNamespace(read=lambda: iter(whole))
    found = fetch(cast("Target", monkeyed), tmp_path / "way" / "back")
    assert [words.partition(" is no name")[0] for words in found.troubles] == strange
    assert found.entries == 1
    assert not list(tmp_path.rglob("outside*"))


def test_a_bucket_elsewhere_holds_the_same_objects(
    support: Account, objects: tuple[str, dict[str, bytes]], tmp_path: Path
) -> None:
    url, found = objects
    some(3)
    mirror = add_mirror("Bucket", url, "secret key")
    assert copy(mirror) == 3
    assert {name.removeprefix("/copies/record/"): data for name, data in found.items()} == entries()
    password = tmp_path / "secret"
    password.write_text("secret key\n")
    call_command("record", "fetch", url, str(tmp_path / "back"), "--password-file", str(password))
    assert in_folder(tmp_path / "back") == entries()


def test_a_bucket_that_refuses_is_told_in_its_words_and_loses_nothing(
    support: Account, objects: tuple[str, dict[str, bytes]], monkeypatch: pytest.MonkeyPatch
) -> None:
    some(2)
    mirror = add_mirror("Bucket", objects[0], "secret key")
    monkeypatch.setattr(bucket.Bucket, "do_PUT", lambda self: (self._body(), self.fault(403, "QuotaExceeded")))
    assert copy(mirror) == 0
    assert "QuotaExceeded" in mirror.last_error
    monkeypatch.undo()
    assert copy(mirror) == 2
    assert (mirror.last_error, mirror.failures) == ("", 0)


def test_a_disk_that_is_not_mounted_is_not_written_beside(support: Account, there: Path) -> None:
    some(1)
    mirror = add_mirror("Disk", f"file://{there}")
    copy(mirror)
    there.rename(there.with_name("unmounted"))
    there.mkdir()
    some(1)
    assert copy(mirror) == 0
    assert "mount its disk" in mirror.last_error
    assert in_folder(there) == {}


def test_tombstones_take_the_place_of_what_is_erased_and_a_bucket_with_versions_is_named(
    support: Account, objects: tuple[str, dict[str, bytes]], there: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bucket, "KEEPS_VERSIONS", True)
    some(2)
    mirrors = [add_mirror("Bucket", objects[0], "key"), add_mirror("Disk", f"file://{there}")]
    for mirror in mirrors:
        copy(mirror)
    path = Entry.objects.get(number=1).path
    fields = {"erased": [1], "by": "", "reason": "asked"}
    entry_of("erasure", at=timezone.now(), fields=fields, original=b"Subject: erased\r\n\r\n").save()
    append_all()
    for mirror in mirrors:
        copy(mirror)
        assert mirror.cursor == 2  # the tombstone is not in the record yet
    carry_out()
    for mirror in mirrors:
        copy(mirror)
    tombstone = store().read(path)
    assert b"Helpdesk-Erased: 3" in tombstone
    assert objects[1][f"/copies/record/{path}"] == (there / path).read_bytes() == tombstone
    [sentence] = copying.unreached(3)
    assert sentence.startswith("Mirror “Bucket”: The bucket keeps versions")


def test_a_removed_mirror_is_named_to_who_erases(support: Account, there: Path) -> None:
    some(1)
    mirror = add_mirror("Disk", f"file://{there}")
    copy(mirror)
    remove_mirror(mirror, None)
    [sentence] = copying.unreached(2)
    assert "“Disk” was removed before" in sentence
    assert str(there) in sentence


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("ftp://somewhere", "Begin with"),
        ("imaps://imap.example.org/Folder", "Name user and server"),
        ("s3:///prefix", "Name a bucket"),
        ("file://relative/path", "from the root on"),
        ("imap://ann@host:port/", "is no URL"),
    ],
)
def test_a_place_that_is_none_is_refused_with_what_to_write(typed: str, words: str) -> None:
    with pytest.raises(NoPlace, match=words):
        place_of(typed)


def test_a_password_with_odd_signs_is_not_repeated_in_the_refusal() -> None:
    with pytest.raises(NoPlace, match="%2F") as refused:
        place_of("imaps://ann:open/sesame@imap.example.org/Folder")
    assert "open" not in str(refused.value)
    assert "sesame" not in str(refused.value)


def test_the_record_is_not_copied_into_itself(data_dir: Path) -> None:
    for place in (data_dir / "record", data_dir / "record" / "copy", data_dir):
        with pytest.raises(NoPlace, match="The record itself"):
            place_of(f"file://{place}")


def test_a_secret_typed_into_the_url_is_taken_out_of_it(support: Account, data_dir: Path) -> None:
    mirror = add_mirror("Archive", "imaps://ann%40x.example:s3cr%3Fet@imap.example.org/Copy")
    assert (mirror.url, mirror.secrets) == (
        "imaps://ann%40x.example@imap.example.org/Copy",
        {"password": "s3cr?et"},
    )
    written = b"".join(data for name, data in entries().items() if name.startswith("config/"))
    assert b"imap.example.org" in written
    assert b"s3cr" not in written


def test_the_command_adds_lists_copies_pauses_and_removes(
    support: Account, there: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    some(2)
    call_command("record", "mirror", "add", "Disk", f"file://{there}/new")
    call_command("record", "mirror", "--once")
    assert len(list((there / "new").rglob("*:2,S"))) == 2
    some(1)
    capsys.readouterr()
    call_command("record", "mirror", "list", "--json")
    [row] = json.loads(capsys.readouterr().out)
    assert (row["name"], row["entries_behind"], row["error"], row["missing"]) == ("Disk", 1, "", 0)
    assert 0 <= row["seconds_behind"] < 60
    call_command("record", "mirror", "pause", "Disk")
    call_command("record", "mirror", "--once")
    assert Mirror.objects.get().cursor == 2
    call_command("record", "mirror", "resume", "Disk")
    call_command("record", "mirror", "--once", "--name", "Disk")
    assert Mirror.objects.get().cursor == 3
    with pytest.raises(CommandError, match="already"):
        call_command("record", "mirror", "add", "Disk", f"file://{there}/new")
    call_command("record", "mirror", "remove", "Disk")
    with pytest.raises(CommandError, match="There is no mirror Disk"):
        call_command("record", "mirror", "--once", "--name", "Disk")


def test_a_mirror_that_does_not_answer_is_not_added(support: Account) -> None:
    with pytest.raises(CommandError, match="cannot be reached"):
        call_command("record", "mirror", "add", "Archive", "imap://ann@127.0.0.1:1/Copy")
    assert not Mirror.objects.exists()


def test_the_clock_rings_for_what_is_new_and_for_nothing_else(support: Account, there: Path) -> None:
    mirror = add_mirror("Disk", f"file://{there}")
    some(1)
    assert "mirror" in tasks.due()
    for thread in mirroring.begin():
        thread.join()
    mirror.refresh_from_db()
    assert mirror.cursor == 1
    some(1)
    assert "mirror" not in tasks.due()  # it rests for a few seconds
    Mirror.objects.update(rests_until=None)
    assert "mirror" in tasks.due()
    change_mirror(mirror, None, paused_at=timezone.now())
    assert "mirror" not in tasks.due()


def test_a_place_that_hangs_holds_up_nobody(support: Account, there: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    add_mirror("Disk", f"file://{there}")
    some(1)
    go_on = threading.Event()
    monkeypatch.setattr(mirroring, "open_target", lambda mirror: (go_on.wait(10), open_target(mirror))[1])
    tasks.mirror()
    assert mirroring.begin() == []
    go_on.set()
    for thread in list(mirroring._running.values()):
        thread.join(10)
    assert Mirror.objects.get().cursor == 1


def test_how_far_the_mirrors_are_takes_as_many_queries_for_two_as_for_one(support: Account, there: Path) -> None:
    some(3)
    add_mirror("One", f"file://{there}")
    with CaptureQueriesContext(connection) as for_one:
        [lag] = copying.lags()
    assert lag.entries == 3
    add_mirror("Two", f"file://{there}")
    with CaptureQueriesContext(connection) as for_two:
        assert len(copying.lags()) == 2
    assert len(for_two) == len(for_one) == 3
