"""Restore a backup onto an empty machine. Nothing goes out by itself afterwards: a person looks first and lets it go on."""

import json
import re
import shutil
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from tarfile import TarFile, TarInfo
from tempfile import TemporaryDirectory
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import connection
from django.db.migrations.loader import MigrationLoader
from django.utils import timezone

from tickets.management.backup import archive
from tickets.management.backup.database import put_back, refuse_unless_empty
from tickets.management.backup.make import END, FORMAT, MANIFEST, SETTINGS, fingerprint
from tickets.models import Account, Delivery, DeliveryState, Draft, DraftState, Mirror, Notification
from tickets.record.append import append_all
from tickets.record.store import store
from tickets.record.verify import Verified, verify

NAMES = re.compile(r"record/((?:spool/(?:in|made|drafts)|config|\d{4}-\d\d/cur)/[^/]+)")
BATCH, BATCH_BYTES = 200, 16 * 1024 * 1024
UNSURE = "The helpdesk was restored from a backup before this was settled. It may or may not have gone out."


@dataclass(slots=True)
class Restored:
    """What came back."""

    manifest: dict[str, Any]
    files: int
    missing: list[str]  # what the backup itself did not find
    checked: Verified
    has_key: bool
    settings: str  # what the environment said where the backup was made


def restore(path: Path, key: str | None, progress: Callable[[int, int], None]) -> Restored:
    """Put everything back. `key`: the key that was in force then, if it is not the one here. Raises CommandError, OSError."""
    refuse_unless_empty()
    if next(iter(store().names("")), None) is not None:
        raise CommandError(
            f"The record at {settings.RECORD_URL} is not empty, and a restore writes over nothing. Name an empty place, or "
            "move away what is there."
        )
    with TemporaryDirectory(prefix=".restore-", dir=settings.DATA_DIR) as scratch, archive.reading(path) as tar:
        members = iter(tar)
        manifest = _manifest(tar, next(members, None))
        has_key = _take_key(manifest, key)
        found = _unpack(tar, members, Path(scratch), manifest["head"], progress)
        if END not in found:
            raise CommandError(
                f"{path} ends too soon: it is a part of a backup. Nothing is started with it; take another."
            )
        end = json.loads(found[END])
        put_back(Path(scratch), [(app, name) for app, name in manifest["migrations"]])
    call_command("migrate", verbosity=0)
    hold_still()
    append_all()  # what the record had not yet when the backup was made: its bytes came along in row or spool
    connection.close()  # before the processes that read are forked
    checked = verify(lambda done, total: None)
    return Restored(manifest, end["files"], end["missing"], checked, has_key, found.get(SETTINGS, b"").decode())


def _manifest(tar: TarFile, member: TarInfo | None) -> dict[str, Any]:
    if member is None or member.name != MANIFEST:
        raise CommandError("This file is no backup of Holdfast: it does not begin with a manifest.")
    manifest: dict[str, Any] = json.loads(archive.content(tar, member).read())
    if manifest["format"] > FORMAT:
        raise CommandError("A newer version of Holdfast made this backup. Install that version, or a later one.")
    if manifest["database"] != connection.vendor:
        raise CommandError(
            f"This backup is of {manifest['database']}, and DATABASE_URL names {connection.vendor}. Restore it there, then "
            "change with `manage.py record rebuild --into DATABASE_URL`."
        )
    known = MigrationLoader(None).disk_migrations
    unknown = [f"{app}.{name}" for app, name in manifest["migrations"] if (app, name) not in known]
    if unknown:
        raise CommandError(
            f"A newer version of Holdfast made this backup (it has {', '.join(unknown[:3])}). Install that one."
        )
    return manifest


def _take_key(manifest: dict[str, Any], key: str | None) -> bool:
    """Put the given key in force; return whether the credentials can be read. Raises CommandError for another key."""
    if key is None:
        return bool(manifest["key"] == fingerprint())
    if manifest["key"] != fingerprint(key):
        raise CommandError(
            "This is not the key that was in force when the backup was made. Look for another, or leave it out."
        )
    if manifest["key"] == fingerprint():
        return True
    file = Path(settings.DATA_DIR) / "secret_key"
    if not file.exists() or file.read_text("ascii").strip() != settings.SECRET_KEY:
        raise CommandError(
            "SECRET_KEY is set to another key here. Set it to the kept one (or take it out), and run this again."
        )
    file.write_text(f"{key}\n", "ascii")
    file.chmod(0o600)
    settings.SECRET_KEY = key
    return True


def _unpack(
    tar: TarFile, members: Iterator[TarInfo], scratch: Path, head: int, progress: Callable[[int, int], None]
) -> dict[str, bytes]:
    """Write the record's files to their store and the database's to `scratch`; return the small texts."""
    texts: dict[str, bytes] = {}
    batch: list[tuple[str, bytes]] = []
    written = size = 0
    for member in members:
        if named := NAMES.fullmatch(member.name):
            batch.append((named[1], archive.content(tar, member).read()))
            size += member.size
        elif member.name.startswith("database/"):
            with open(scratch / Path(member.name).name, "wb") as file:
                shutil.copyfileobj(archive.content(tar, member), file)
        elif member.name in (SETTINGS, END):
            texts[member.name] = archive.content(tar, member).read()
        else:
            raise CommandError(f"{member.name} is no part of a backup.")
        if len(batch) >= BATCH or size > BATCH_BYTES:
            written += _write(batch)
            batch, size = [], 0
            progress(min(written, max(head - 1, 0)), head)
    _write(batch)
    progress(head, head)
    return texts


def _write(batch: list[tuple[str, bytes]]) -> int:
    store().write_many(batch)
    store().settle(*sorted({name.rsplit("/", 1)[0] for name, _ in batch}))
    return len(batch)


def hold_still() -> None:
    """What was on its way is uncertain, what waited to be sent is a draft again, and every account and mirror is paused."""
    now = timezone.now()
    Account.objects.filter(paused_at=None).update(paused_at=now)
    Mirror.objects.filter(paused_at=None).update(paused_at=now)
    under_way = (DeliveryState.QUEUED, DeliveryState.SENDING)
    Delivery.objects.filter(state__in=under_way).update(state=DeliveryState.UNCERTAIN, reason=UNSURE)
    Draft.objects.filter(state=DraftState.SCHEDULED).update(state=DraftState.EDITING, send_at=None, error=UNSURE)
    Notification.objects.exclude(mail_due_at=None).update(mail_due_at=None)  # it may have been mailed since


def ask_for_key(manifest_key: str | None = None) -> str | None:
    """Ask a person at a terminal for the file with the kept key; None without one."""
    if not sys.stdin.isatty():
        return None
    path = input("File with the key that was kept (empty: go on without it): ").strip()
    return read_key(Path(path)) if path else None


def read_key(path: Path) -> str:
    """Return the key in a file. Raises CommandError."""
    try:
        return path.read_text("ascii").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise CommandError(f"The key in {path} cannot be read: {error}.") from error
