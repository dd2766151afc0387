"""The way out when none is set up: mail is put into a Maildir under DATA_DIR, where it waits and can be looked at."""

import os
import re
from collections.abc import Sequence
from pathlib import Path

from django.conf import settings

from tickets.models import Account

_UNSAFE = re.compile(r"[^a-zA-Z0-9@._+-]")


def folder_of(account: Account) -> Path:
    """Return the mailbox's Maildir of mail that went nowhere."""
    name = _UNSAFE.sub("_", account.address).strip(".") or account.public_id
    return Path(settings.DATA_DIR) / "outgoing" / name


def put(folder: Path, name: str, recipients: Sequence[str], mail: bytes) -> Path:
    """Write one mail, fsynced, below lines that name its recipients; the same name is written once. Raises OSError."""
    for part in ("tmp", "new", "cur"):
        (folder / part).mkdir(parents=True, exist_ok=True)
    heading = "".join(f"Delivered-To: {recipient}\r\n" for recipient in recipients)
    draft = folder / "tmp" / f"{name}.{os.getpid()}"
    with open(draft, "wb") as file:
        file.write(heading.encode() + mail)
        file.flush()
        os.fsync(file.fileno())
    final = folder / "new" / name
    os.replace(draft, final)
    descriptor = os.open(folder / "new", os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
    return final
