"""Verify: whatever is done to the record, it is named; and what is only strange is not taken for tampering."""

import hashlib
import io
import json
import re
from collections.abc import Iterator
from contextlib import redirect_stdout
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.utils import timezone

from tests.flows import desk
from tests.record.tampering import TABLE, Hand, Record
from tests.services import bucket
from tickets.actions.erasing import erase_contact
from tickets.actions.note import note
from tickets.actions.reply import reply
from tickets.models import Agent, Contact, Entry, Message
from tickets.record import read, trace
from tickets.record import verify as verifying
from tickets.record.append import append_all
from tickets.record.erase import carry_out, read_erasure
from tickets.record.listing import listing
from tickets.record.store import store
from tickets.record.write import entry_of

pytestmark = pytest.mark.django_db(transaction=True)

FORGED = {
    "Helpdesk-Entry": "4",
    "Helpdesk-Chain": "0" * 64,
    "Helpdesk-Erased": "9",
    "Helpdesk-Original": f"size=0; sha256={'0' * 64}",
}


def verify(*options: str) -> tuple[int, str]:
    """Exit status and words of `manage.py record verify`."""
    said = io.StringIO()
    with redirect_stdout(said):
        try:
            call_command("record", "verify", *options, stdout=said, stderr=io.StringIO())
        except SystemExit as error:
            return int(error.code or 0), said.getvalue()
    return 0, said.getvalue()


@pytest.fixture
def record(ann: Agent, data_dir: Path) -> Record:
    """A conversation in the record; Zoe's second mail carries Helpdesk-* fields that she made up."""
    message = desk.arrive(desk.mailbox(acknowledge=False), desk.mail("Hello"))
    assert message
    answer = desk.mail("It does not work.", answers=message.message_id, headers=FORGED)
    desk.arrive(message.account, answer)
    note(message.ticket, "She is angry.", ann)
    reply(message.ticket, "On its way.", ann, to=[{"name": "Zoe", "address": "zoe@customer.example"}])
    desk.settle()
    return Record(data_dir / "record")


def test_a_record_that_nobody_touched_is_sound_forged_fields_in_a_mail_among_it(record: Record) -> None:
    assert verify("--database") == (
        0,
        "5 entries read: each is there, unchanged and in its place, and nothing else is.\n",
    )
    assert b"Helpdesk-Erased: 9" in record.path(2).read_bytes()
    assert Message.objects.filter(ticket__number=1).count() == 4
    assert desk.rebuilt_differences() == []


@pytest.mark.parametrize(("hand", "words"), TABLE.items(), ids=lambda value: getattr(value, "__name__", ""))
def test_the_tampering_table(record: Record, hand: Hand, words: str) -> None:
    hand(record)
    status, said = verify()
    print(f"| {hand.__name__.replace('_', ' ')} | {said.splitlines()[0]} |")
    assert status == 1
    assert re.search(words, said), said


def test_against_the_database_the_first_rewritten_entry_is_named(record: Record) -> None:
    record.edit(3, b"angry", b"happy")
    for number in range(3, record.last() + 1):
        record.mend(number)
    status, said = verify("--database")
    named = re.findall(r"Entry (\d+) .*: it is not the entry that was written", said)
    assert (status, named) == (1, ["3", "4", "5"])


def test_a_trace_changed_in_any_byte_is_found(record: Record) -> None:
    path = record.path(1)
    data, files = path.read_bytes(), listing()
    for at in range(len(data)):
        path.write_bytes(data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :])
        if not verifying._check(files, store(), 0).faults:
            pytest.fail(f"byte {at} of {len(data)} was changed unseen: {data[max(0, at - 20) : at + 20]!r}")
    path.write_bytes(data)
    assert verifying.verify().found == 0


def test_flags_that_a_mail_program_has_set_are_no_tampering(record: Record) -> None:
    path = record.path(2)
    path.rename(path.with_name(path.name.replace(":2,S", ":2,FS")))
    assert verify()[0] == 0


def bury(number: int, erasure: int) -> None:
    """Put a tombstone in an entry's place, as an erasure does."""
    name = dict(read.numbers())[number]
    said = read.recorded(name).trace
    decided = Entry.objects.filter(number=erasure, kind="erasure").first()
    body = read_erasure(decided, b"").become(number, {})[1] if decided else b"Erased.\r\n"
    store().root.joinpath(name).write_bytes(trace.tombstone(said, erasure, {}, body))  # type: ignore[attr-defined]


def test_an_erasure_leaves_a_chain_that_verifies_and_says_so_while_it_is_not_carried_out(record: Record) -> None:
    entry_of(
        "erasure", at=timezone.now(), fields={"erased": [1, 2], "reason": "She asked."}, original=b"Erased.\r\n"
    ).save()
    append_all()
    bury(1, 6)
    status, said = verify()
    assert status == 1
    assert "Entry 2: entry 6 erases it, but it is still whole." in said
    bury(2, 6)
    assert verify()[0] == 0
    bury(3, 6)
    assert "Entry 3: it was made a tombstone, but there is no erasure 6 that names it" in verify()[1]


def test_a_tombstone_whose_mail_was_changed_is_named(record: Record) -> None:
    erase_contact(Contact.objects.get(), None, "She asked.")
    append_all()
    carry_out()
    assert verify()[0] == 0
    path = record.path(1)
    head, _ = trace.split(path.read_bytes())
    body = b"What stood here praised us.\r\n"
    last = f"Helpdesk-Original: size={len(body)}; sha256={hashlib.sha256(body).hexdigest()}\r\n"
    path.write_bytes(head[: head.index(b"Helpdesk-Original")] + last.encode() + body)
    status, said = verify()
    assert status == 1
    assert "Entry 1: its tombstone was changed" in said


def test_ranges_are_checked_across_their_seams(record: Record, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(verifying, "RANGE", 2)
    assert verify()[0] == 0
    record.edit(3, b"She is angry", b"She is happy")
    record.mend(3)
    assert "Entry 4" in verify()[1]
    record.mend(4)
    assert "Entry 5" in verify()[1]


def test_the_faults_are_an_object_for_programs(record: Record) -> None:
    record.path(3).unlink()
    status, said = verify("--json")
    assert status == 1
    assert json.loads(said)["faults"] == [{"where": "Entry 3", "words": "missing: no file has this number"}]


@pytest.fixture
def objects(settings: Any) -> Iterator[dict[str, bytes]]:
    with bucket.running() as (url, found):
        settings.AWS_ACCESS_KEY_ID, settings.AWS_SECRET_ACCESS_KEY = "key", "secret"
        settings.S3_ENDPOINT_URL = url
        settings.RECORD_URL = f"s3://holdfast-{url.rsplit(':', 1)[1]}/our"
        yield found


def test_a_bucket_is_verified_as_a_folder_is(objects: dict[str, bytes]) -> None:
    support = desk.mailbox(acknowledge=False)
    for number in range(4):
        desk.arrive(support, desk.mail(f"Mail {number}"))
    desk.settle()
    assert verify("--database")[0] == 0
    key = next(key for key in objects if "/0000000002." in key)
    objects[key] = objects[key].replace(b"Mail 1", b"Mail 9")
    status, said = verify()
    assert status == 1
    assert said.startswith("Entry 2 (")
    del objects[key]
    assert "Entry 2: missing" in verify()[1]


def test_a_million_entries_would_fit_the_memory() -> None:
    names = (f"2026-{n % 12 + 1:02d}/cur/{n:010d}.{n:016x}:2,S" for n in range(1, 20_001))
    files = verifying.Listing(names)
    assert len(files) == 20_000
    assert files.name(4_999) == f"2026-09/cur/0000005000.{5000:016x}:2,S"
    assert files.above(4_999) == 4_999
    assert (
        sum(len(column) * column.itemsize for column in (files._numbers, files._chains, files._months, files._order))
        == 22 * 20_000
    )


def test_what_the_appender_has_not_written_yet_is_no_fault(record: Record) -> None:
    entry_of("note", at=timezone.now(), fields={}, original=b"x").save()
    assert verify("--database")[0] == 0
    assert Entry.objects.filter(number=None).exists()
