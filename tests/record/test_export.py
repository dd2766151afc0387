"""Export: the mails of a choice in formats that other programs read, whole or not at all."""

import mailbox
import zipfile
from datetime import UTC, datetime, timedelta
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from hypothesis import given
from hypothesis import strategies as some

from tests.flows import desk
from tests.flows.desk import arrive, mail
from tickets.actions.change import set_status
from tickets.actions.erasing import erase_contact
from tickets.actions.merge import merge
from tickets.actions.note import note
from tickets.actions.people import add_agent
from tickets.actions.reply import recipients, reply
from tickets.mail.files import split_mbox
from tickets.models import Account, Agent, Entry, Message
from tickets.record import read
from tickets.record.export import zipping
from tickets.record.export.boxes import as_mbox, write
from tickets.record.export.mails import Exported, Tally, mails
from tickets.record.export.selection import Selection
from tickets.record.export.zipping import zipped
from tickets.record.store import store

pytestmark = [pytest.mark.django_db, pytest.mark.database]
TRICKY = "From here to there\n>From before\nIt does not work.\n"


@pytest.fixture
def support(db: None) -> Account:
    return desk.mailbox()


@pytest.fixture
def zoe(support: Account) -> Message:
    """Zoe's ticket: her mail, Ann's answer, a note, a change; and Max has a ticket of his own. All of it in the record."""
    found = arrive(support, mail(TRICKY))
    assert found is not None
    ann = add_agent("ann@desk.example", "Ann Oak", "administrator")
    to, cc = recipients(found.ticket)
    reply(found.ticket, "From us: try again.", ann, to=to, cc=cc)
    note(found.ticket, "She is patient.", ann)
    set_status(found.ticket, "solved", ann)
    arrive(support, mail("Where is it?", sender="max@customer.example", name="Max", subject="Parcel"))
    desk.settle()
    return found


def exported(path: Path, *options: str, **more: Any) -> int:
    call_command("record", "export", str(path), *options, **more)
    return path.stat().st_size


def originals(**which: Any) -> set[bytes]:
    return {read.original(entry) for entry in Entry.objects.filter(**which)}


def lines(raw: bytes) -> bytes:
    return raw.replace(b"\r\n", b"\n").rstrip(b"\n")


def test_an_mbox_of_everything_is_read_by_other_programs_and_gives_every_mail_back(
    zoe: Message, tmp_path: Path
) -> None:
    exported(tmp_path / "all.mbox")
    read_back = [box.get_payload() for box in mailbox.mbox(tmp_path / "all.mbox", create=False)]
    assert len(read_back) == Entry.objects.count()
    with open(tmp_path / "all.mbox", "rb") as file:
        undone = {lines(one.raw) for one in split_mbox(file, datetime.now(UTC))}
    assert undone == {lines(raw) for raw in originals()}
    assert b"\n>From here to there" in (tmp_path / "all.mbox").read_bytes()
    assert b"Helpdesk-Entry" not in (tmp_path / "all.mbox").read_bytes()


def test_a_maildir_holds_each_mail_byte_for_byte_with_its_date(zoe: Message, tmp_path: Path) -> None:
    exported(tmp_path / "box", "--ticket", str(zoe.ticket.number))
    box = mailbox.Maildir(tmp_path / "box", create=False)
    assert len(box) == Entry.objects.filter(ticket_number=zoe.ticket.number).count()
    files = list((tmp_path / "box" / "cur").iterdir())
    assert {file.read_bytes() for file in files} == originals(ticket_number=zoe.ticket.number)
    assert all(one.get_flags() == "S" for one in box)
    first = next(file for file in files if file.read_bytes() == read.original(zoe.entry))
    assert abs(first.stat().st_mtime - zoe.at.timestamp()) < 1


def test_a_zip_of_one_contact_holds_their_mails_and_no_others(zoe: Message, tmp_path: Path) -> None:
    exported(tmp_path / "max.zip", "--contact", "MAX@customer.example")
    with zipfile.ZipFile(tmp_path / "max.zip") as archive:
        assert archive.testzip() is None
        names = archive.namelist()
        assert b"Where is it?" in archive.read(names[0])
        assert not any(b"patient" in archive.read(name) for name in names)
    assert names[0].endswith(".eml")


def test_with_the_trace_the_records_own_files_come_out(zoe: Message, tmp_path: Path) -> None:
    exported(tmp_path / "box", "--with-trace")
    files = {file.read_bytes() for file in (tmp_path / "box" / "cur").iterdir()}
    assert files == {store().read(path) for path in Entry.objects.values_list("path", flat=True)}


def test_choices_are_combined_and_a_message_counts_by_its_own_day(support: Account, tmp_path: Path) -> None:
    for year in (2024, 2025):
        when = datetime(year, 5, 1, 12, tzinfo=UTC)
        arrive(support, mail(f"It is {year}", date=when, subject=str(year)), history=True, received_at=when)
    desk.settle()
    exported(tmp_path / "a.mbox", "--from", "2025-01-01", "--contact", "zoe@customer.example")
    exported(tmp_path / "b.mbox", "--until", "2024-05-01")
    exported(tmp_path / "c.mbox", "--until", "2024-05-01T12:00:00+00:00")
    assert [(tmp_path / name).read_bytes().count(b"It is 20") for name in ("a.mbox", "b.mbox", "c.mbox")] == [1, 1, 0]


def test_a_merged_ticket_is_exported_with_what_was_merged_into_it(zoe: Message, tmp_path: Path) -> None:
    ann = Agent.objects.get()
    other = Message.objects.get(from_address="max@customer.example").ticket
    merge(other, zoe.ticket, ann)
    desk.settle()
    exported(tmp_path / "a.mbox", "--ticket", str(other.number))
    content = (tmp_path / "a.mbox").read_bytes()
    assert b"Where is it?" in content
    assert b"try again" in content


def test_what_is_not_in_the_record_yet_is_exported_too(support: Account, tmp_path: Path) -> None:
    arrive(support, mail("Just now"))
    exported(tmp_path / "a.mbox")
    assert b"Just now" in (tmp_path / "a.mbox").read_bytes()


def test_a_lost_file_is_named_and_stops_nothing(
    zoe: Message, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    entry = Entry.objects.get(message=zoe)
    store().remove(entry.path)
    with pytest.raises(SystemExit):
        exported(tmp_path / "a.mbox")
    assert f"Not there: Entry {entry.number}" in capsys.readouterr().out
    assert b"try again" in (tmp_path / "a.mbox").read_bytes()


def test_of_what_was_erased_nothing_is_exported_and_that_is_said(
    zoe: Message, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    erase_contact(zoe.ticket.contact, Agent.objects.get(), "She asked.")
    desk.settle()
    exported(tmp_path / "a.mbox")
    assert b"It does not work." not in (tmp_path / "a.mbox").read_bytes()
    assert b"Where is it?" in (tmp_path / "a.mbox").read_bytes()
    assert "were erased: nothing of them is left" in capsys.readouterr().out
    exported(tmp_path / "stones", "--with-trace")
    files = [file.read_bytes() for file in (tmp_path / "stones" / "cur").iterdir()]
    assert any(b"\nHelpdesk-Erased: " in content for content in files)
    assert not any(b"It does not work." in content for content in files)


def test_an_agent_gets_only_what_they_may_see(zoe: Message, make_agent: Any) -> None:
    team = Account.objects.get()
    ben = make_agent("Ben Agent")
    seen = [one.raw for one in mails(Selection(agent=ben), Tally())]
    assert len(seen) == Entry.objects.exclude(ticket_number=None).count()
    ben.removed_at = team.created_at
    assert list(mails(Selection(agent=ben), Tally())) == []


def test_an_export_is_there_when_it_is_whole_and_an_interrupted_one_leaves_nothing(tmp_path: Path) -> None:
    def broken() -> Any:
        yield b"half"
        raise OSError("the disk is full")

    with pytest.raises(OSError, match="full"):
        write(tmp_path / "out" / "a.mbox", broken())
    assert list((tmp_path / "out").iterdir()) == []
    (tmp_path / "a.mbox").write_bytes(b"precious")
    with pytest.raises(CommandError, match="is there already"):
        exported(tmp_path / "a.mbox")
    assert (tmp_path / "a.mbox").read_bytes() == b"precious"


def test_wrong_choices_are_said(support: Account, tmp_path: Path) -> None:
    for options, words in (
        (["--ticket", "99"], "no ticket 99"),
        (["--contact", "nobody@else.example"], "no contact"),
        (["--from", "yesterday"], "neither a day"),
        (["--answer"], "give it --contact"),
    ):
        with pytest.raises(CommandError, match=words):
            exported(tmp_path / "a.mbox", *options)


def test_the_number_of_queries_grows_with_batches_and_not_with_mails(
    support: Account, django_assert_max_num_queries: Any
) -> None:
    for number in range(12):
        arrive(support, mail(f"Mail {number}"))
    desk.settle()
    with django_assert_max_num_queries(4):
        assert len(list(mails(Selection(), Tally()))) == Entry.objects.count()


@given(some.lists(some.binary(max_size=60), max_size=5))
def test_any_bytes_come_back_from_an_mbox_but_for_their_line_ends(bodies: list[bytes]) -> None:
    when = datetime(2025, 3, 4, 10, tzinfo=UTC)
    raws = [b"Subject: s\n\n" + body.replace(b"\r\n", b"\n") for body in bodies]
    written = b"".join(as_mbox(Exported(raw, when, "zoe@customer.example", "1") for raw in raws))
    found = [one.raw for one in split_mbox(BytesIO(written), when + timedelta(days=1))]
    assert [raw.rstrip(b"\n") for raw in found] == [raw.replace(b"\r\n", b"\n").rstrip(b"\n") for raw in raws]


@given(some.lists(some.tuples(some.text(min_size=1, max_size=20), some.lists(some.binary(max_size=50))), max_size=8))
def test_the_zip_is_one_that_pythons_own_reader_accepts(files: list[tuple[str, list[bytes]]]) -> None:
    when = datetime(2025, 3, 4, 10, 0, 2, tzinfo=UTC)
    named = [(f"{number}-{ord(name[0])}.eml", when, pieces) for number, (name, pieces) in enumerate(files)]
    with zipfile.ZipFile(BytesIO(b"".join(zipped(named)))) as archive:
        assert archive.testzip() is None
        assert [archive.read(name) for name in archive.namelist()] == [b"".join(pieces) for _, _, pieces in named]
        assert all(info.date_time == (2025, 3, 4, 10, 0, 2) for info in archive.infolist())


def test_a_zip_of_more_files_than_the_old_format_counts_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(zipping, "MOST", 5)  # really 65 535
    when = datetime(2025, 3, 4, 10, tzinfo=UTC)
    made = b"".join(zipped((f"{number}", when, [b"x"]) for number in range(70)))
    with zipfile.ZipFile(BytesIO(made)) as archive:
        assert len(archive.namelist()) == 70
        assert archive.read("69") == b"x"
