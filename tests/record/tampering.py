"""The tampering table: what somebody does to the record, and the words in which `record verify` must name it.

`python -m pytest tests/record/test_verify.py -k table -s` prints what it says.
"""

import hashlib
import re
from collections.abc import Callable
from pathlib import Path

from tickets.record import trace

Hand = Callable[["Record"], None]


class Record:
    """The files of a record in the hands of somebody who may write there."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def path(self, number: int) -> Path:
        """The file of an entry."""
        return next(self.root.glob(f"*/cur/{number:010d}.*"))

    def edit(self, number: int, old: bytes, new: bytes) -> None:
        """Exchange bytes that stand in the file."""
        path = self.path(number)
        data = path.read_bytes()
        assert old in data
        path.write_bytes(data.replace(old, new, 1))

    def chain(self, number: int) -> str:
        """The chain value that a file states."""
        return trace.read(trace.split(self.path(number).read_bytes())[0]).chain if number else ""

    def mend(self, number: int) -> None:
        """Give an entry whose bytes were changed the digests and the chain value that fit, and the name of that."""
        path = self.path(number)
        data = path.read_bytes()
        head, body = trace.split(data)
        old = trace.read(head)
        original = f"Helpdesk-Original: size={len(body)}; sha256={hashlib.sha256(body).hexdigest()}"
        head = re.sub(rb"Helpdesk-Original: [^\r\n]*", original.encode(), head)
        chain = trace.link(self.chain(number - 1), trace.read(head).digest)
        head = head.replace(old.chain.encode(), chain.encode())
        path.unlink()
        path.with_name(f"{number:010d}.{chain[:16]}:2,S").write_bytes(head + body)

    def last(self) -> int:
        """The highest number."""
        return max(int(path.name[:10]) for path in self.root.glob("*/cur/*"))


def a_word_of_a_mail_is_changed(record: Record) -> None:
    record.edit(2, b"does not work", b"does not wink")


def a_mail_is_made_longer(record: Record) -> None:
    path = record.path(2)
    path.write_bytes(path.read_bytes() + b"And I was never paid.\r\n")


def a_decision_is_changed(record: Record) -> None:
    record.edit(2, b'"verified": "unknown"', b'"verified": "success"')


def the_time_of_an_entry_is_changed(record: Record) -> None:
    head = record.path(2).read_bytes()
    time = re.search(rb"Helpdesk-Time: \S+:(\d\d)\.", head)
    assert time
    record.edit(2, time[0], time[0][:-3] + (b"00." if time[1] != b"00" else b"01."))


def a_field_is_put_into_a_trace(record: Record) -> None:
    record.edit(2, b"\nHelpdesk-Chain:", b"\nHelpdesk-Chain: " + b"0" * 64 + b"\r\nHelpdesk-Chain:")


def the_line_ends_of_a_trace_are_changed(record: Record) -> None:
    record.edit(2, b"Helpdesk-Format: 1\r\n", b"Helpdesk-Format: 1\n")


def a_mail_is_changed_and_its_digest_and_chain_value_made_to_fit(record: Record) -> None:
    record.edit(2, b"does not work", b"does not wink")
    record.mend(2)


def an_entry_is_removed(record: Record) -> None:
    record.path(3).unlink()


def the_last_entry_is_removed(record: Record) -> None:
    record.path(record.last()).unlink()


def an_entry_is_removed_and_the_others_renamed_to_close_the_gap(record: Record) -> None:
    record.path(2).unlink()
    for number in range(3, record.last() + 1):
        path = record.path(number)
        path.rename(path.with_name(f"{number - 1:010d}{path.name[10:]}"))


def two_entries_change_places(record: Record) -> None:
    first, second = record.path(2), record.path(3)
    first.rename(first.with_name(first.name.replace("0000000002", "9000000003")))
    second.rename(second.with_name(second.name.replace("0000000003", "0000000002")))
    moved = record.path(9000000003)
    moved.rename(moved.with_name(moved.name.replace("9000000003", "0000000003")))


def an_entry_is_doubled(record: Record) -> None:
    path = record.path(2)
    path.with_name(f"0000000002.{'ab' * 8}:2,S").write_bytes(path.read_bytes())


def an_entry_is_added_at_the_end(record: Record) -> None:
    last = record.last()
    path = record.path(last)
    data = path.read_bytes().replace(b"Helpdesk-Entry: %d" % last, b"Helpdesk-Entry: %d" % (last + 1))
    path.with_name(f"{last + 1:010d}{path.name[10:]}").write_bytes(data)
    record.mend(last + 1)


def a_file_is_added_that_is_no_entry(record: Record) -> None:
    (record.path(2).parent / "1700000000.M1P1.host:2,S").write_bytes(b"Subject: never sent\r\n\r\nHello\r\n")


def an_entry_is_emptied(record: Record) -> None:
    record.path(2).write_bytes(b"")


def an_entry_is_moved_to_another_month(record: Record) -> None:
    path = record.path(2)
    folder = record.root / "2001-01/cur"
    folder.mkdir(parents=True)
    path.rename(folder / path.name)


def an_entry_is_made_a_tombstone_without_an_erasure(record: Record) -> None:
    path = record.path(2)
    head, _ = trace.split(path.read_bytes())
    said = trace.read(head)
    body = b"This was erased.\r\n"
    kept = [
        line
        for line in head.decode().split("\r\n")
        if line.startswith(("Helpdesk-Format", "Helpdesk-Entry", "Helpdesk-Kind"))
    ]
    lines = [
        *kept,
        f"Helpdesk-Time: {said.at}",
        "Helpdesk-Data: {}",
        f"Helpdesk-Erased: {record.last()}",
        f"Helpdesk-Digest: {said.digest}",
        f"Helpdesk-Chain: {said.chain}",
        f"Helpdesk-Original: size={len(body)}; sha256={hashlib.sha256(body).hexdigest()}",
    ]
    path.write_bytes("".join(f"{line}\r\n" for line in lines).encode() + body)


def the_whole_record_is_rewritten_from_an_entry_on(record: Record) -> None:
    record.edit(2, b"does not work", b"does not wink")
    for number in range(2, record.last() + 1):
        record.mend(number)


TABLE: dict[Hand, str] = {
    a_word_of_a_mail_is_changed: r"Entry 2 .*: its mail was changed: bytes were changed",
    a_mail_is_made_longer: r"Entry 2 .*: its mail was changed: \d+ bytes are there, not the \d+ that were written",
    a_decision_is_changed: r"Entry 2 .*: its trace was changed",
    the_time_of_an_entry_is_changed: r"Entry 2 .*: its trace was changed",
    a_field_is_put_into_a_trace: r"Entry 2 .*: its trace was changed",
    the_line_ends_of_a_trace_are_changed: r"Entry 2 .*: the line ends of its trace were changed",
    a_mail_is_changed_and_its_digest_and_chain_value_made_to_fit: r"Entry 3 .*the chain value of entry 2 do not give its",
    an_entry_is_removed: r"Entry 3: missing",
    the_last_entry_is_removed: r"Entry \d+: missing at the end of the record",
    an_entry_is_removed_and_the_others_renamed_to_close_the_gap: r"Entry 2 .*inside it is entry 3; it was moved or renamed",
    two_entries_change_places: r"Entry 2 .*inside it is entry 3; it was moved or renamed",
    an_entry_is_doubled: r"Entry 2: two files have this number",
    an_entry_is_added_at_the_end: r"Entry \d+: the database ends at \d+",
    a_file_is_added_that_is_no_entry: r"File .*M1P1.host:2,S: it is no entry of the record",
    an_entry_is_emptied: r"Entry 2 .*: it does not begin with the trace of an entry",
    an_entry_is_moved_to_another_month: r"Entry 2 .*lies in the folder of 2001-01",
    an_entry_is_made_a_tombstone_without_an_erasure: r"Entry 2: it was made a tombstone, but there is no erasure",
    the_whole_record_is_rewritten_from_an_entry_on: r"in the database: the record was rewritten",
}
