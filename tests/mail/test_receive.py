"""The pipe: exit 0 means stored, 75 means keep it and try again, 65 and 67 mean that it will never be taken."""

import io
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.services import migrated
from tickets.actions.accounts import add_account
from tickets.mail import pipe
from tickets.models import Account, InboxItem
from tickets.record import spool

ROOT = Path(__file__).resolve().parents[2]
MAIL = b"Return-Path: <zoe@customer.example>\nFrom: zoe@customer.example\nTo: support@desk.example\n\nIt smokes.\n"


def receive(mail: bytes = MAIL, mailbox: str | None = None, **environ: str) -> int:
    return pipe.receive(io.BytesIO(mail), mailbox, environ)


def command(
    data_dir: Path, *arguments: str, mail: bytes = MAIL, **environ: str
) -> "subprocess.CompletedProcess[bytes]":
    """`manage.py receive` as a mail system runs it."""
    values = {"PATH": os.environ["PATH"], "DATA_DIR": str(data_dir), "REDIS_URL": "redis://127.0.0.1:1", **environ}
    line = [sys.executable, "manage.py", *arguments]
    return subprocess.run(line, cwd=ROOT, env=values, input=mail, capture_output=True, timeout=60, check=False)


@pytest.mark.database
def test_zero_means_stored(support: Account) -> None:
    assert receive() == 0
    item = InboxItem.objects.get()
    assert spool.get(item.spool).raw == MAIL
    assert (item.account, item.source) == (support, "pipe")
    assert item.envelope == {"from": "zoe@customer.example", "to": []}


def test_the_mail_system_may_name_sender_and_recipient(support: Account) -> None:
    assert receive(ORIGINAL_RECIPIENT="support+x@desk.example", SENDER="bounce@customer.example") == 0
    assert InboxItem.objects.get().envelope == {"from": "bounce@customer.example", "to": ["support+x@desk.example"]}


def test_an_unknown_mailbox_is_67(support: Account, capsys: pytest.CaptureFixture[str]) -> None:
    assert receive(mailbox="nobody@desk.example") == 67
    assert "There is no mailbox nobody@desk.example here" in capsys.readouterr().err


def test_with_one_mailbox_mail_for_any_address_goes_there_and_with_two_it_must_say_where(support: Account) -> None:
    other = MAIL.replace(b"support@", b"office@")
    assert receive(other) == 0
    add_account("email", "Sales", "sales@desk.example")
    assert receive(other + b"again") == 67
    assert receive(other, mailbox="sales@desk.example") == 0


def test_too_large_is_65(support: Account, settings: Any) -> None:
    settings.SMTP_MAX_BYTES = 1024
    assert receive(b"x" * 2000) == 65


def test_an_empty_mail_is_mail(support: Account) -> None:
    assert receive(b"") == 0


def test_the_command_answers_as_sendmail_does(tmp_path: Path) -> None:
    data = tmp_path / "data"
    missing = command(data, "receive")
    assert missing.returncode == 75  # there is no database yet
    assert command(data, "migrate", "--verbosity", "0").returncode == 0
    assert command(data, "receive", "--nonsense").returncode == 75
    assert command(data, "receive", PORT="x").returncode == 75
    assert command(data, "receive", DJANGO_SETTINGS_MODULE="not.there").returncode == 75
    first = command(data, "receive", "--mailbox", "support@desk.example")
    assert (first.returncode, first.stderr) == (0, b"")
    assert len(list((data / "record" / "spool" / "in").iterdir())) == 1


def test_a_disk_that_cannot_be_written_is_75(tmp_path: Path) -> None:
    data = tmp_path / "data"
    migrated.put_into(data)
    (data / "record").mkdir(exist_ok=True)
    (data / "record" / "spool").write_text("in the way")
    refused = command(data, "receive", "--mailbox", "support@desk.example")
    assert refused.returncode == 75
    assert b"Error" in refused.stderr
