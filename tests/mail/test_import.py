"""Old mail from files: every kind, with its own date, as history, and never twice."""

import mailbox
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from hypothesis import given
from hypothesis import strategies as some

from tickets.actions.accounts import add_account
from tickets.mail.files import split_mbox
from tickets.models import Account, InboxItem
from tickets.record import spool

pytestmark = [pytest.mark.database]


def letter(number: int, to: str = "support@desk.example") -> bytes:
    head = f"From: zoe@customer.example\nTo: {to}\nDate: Tue, 4 Mar 2025 10:00:{number:02} +0100\nSubject: {number}\n\n"
    return head.encode() + b"From here\n\nFrom there\n"


def stored() -> list[bytes]:
    return [spool.get(item.spool).raw for item in InboxItem.objects.order_by("pk")]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with an .eml, an mbox, a Maildir and a picture."""
    (tmp_path / "mail").mkdir()
    (tmp_path / "mail" / "a.eml").write_bytes(letter(1))
    box = mailbox.mbox(tmp_path / "mail" / "b.mbox")
    for number in (2, 3):
        box.add(letter(number))
    box.close()
    maildir = mailbox.Maildir(tmp_path / "mail" / "c", create=True)
    maildir.add(letter(4))
    (tmp_path / "mail" / "c" / "tmp" / "half").write_bytes(letter(5))
    (tmp_path / "mail" / "d.png").write_bytes(b"\x89PNG\r\n\x1a\n")
    return tmp_path / "mail"


def test_files_of_every_kind_come_in_as_history_with_their_dates(
    support: Account, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    call_command("import", folder)
    assert stored() == [letter(1), letter(2), letter(3), letter(4)]
    for number, item in enumerate(InboxItem.objects.order_by("pk"), 1):
        assert item.history
        assert item.source == "import"
        assert item.received_at == datetime(2025, 3, 4, 9, 0, number, tzinfo=UTC)
    said = capsys.readouterr()
    assert "4 mails are new, 0 were here already." in said.out
    assert "d.png: no mail" in said.err
    assert "[########################################] 100%" in said.err


def test_a_second_import_brings_nothing_twice(
    support: Account, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    call_command("import", folder)
    call_command("import", folder / "b.mbox")
    assert InboxItem.objects.count() == 4
    assert "0 mails are new, 2 were here already." in capsys.readouterr().out


def test_each_mail_finds_its_mailbox_and_the_others_are_named(support: Account, tmp_path: Path) -> None:
    sales = add_account("email", "Sales", "sales@desk.example")
    for number, to in enumerate(("support@desk.example", "sales@desk.example", "stranger@desk.example")):
        (tmp_path / f"{number}.eml").write_bytes(letter(number, to))
    with pytest.raises(CommandError, match="1 mails name no mailbox"):
        call_command("import", tmp_path)
    assert {item.account for item in InboxItem.objects.all()} == {support, sales}
    call_command("import", tmp_path / "2.eml", mailbox="sales@desk.example")
    assert InboxItem.objects.filter(account=sales).count() == 2


def test_a_wrong_path_or_mailbox_is_said(support: Account, tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="no file or folder"):
        call_command("import", tmp_path / "missing")
    with pytest.raises(CommandError, match="no mailbox"):
        call_command("import", tmp_path, mailbox="nobody@desk.example")


@given(
    some.lists(
        some.lists(some.sampled_from([b"text\n", b"From x\n", b"\n", b">From y\n", b"\xff\n"]), max_size=8), max_size=5
    )
)
def test_an_mbox_gives_back_the_mails_that_were_put_in(bodies: list[list[bytes]]) -> None:
    mails = [b"Subject: s\n\n" + b"".join(lines) for lines in bodies]
    written = b"".join(
        b"From zoe@customer.example Tue Mar  4 10:00:00 2025\n"
        + b"".join(
            b">" + line if line.lstrip(b">").startswith(b"From ") else line for line in mail.splitlines(keepends=True)
        )
        + b"\n"
        for mail in mails
    )
    when = datetime(2026, 1, 1, tzinfo=UTC)
    found = list(split_mbox(BytesIO(written), when))
    assert [one.raw for one in found] == mails
    assert sum(one.size for one in found) == len(written)
    assert all(one.came == datetime(2025, 3, 4, 10, tzinfo=UTC) for one in found)
