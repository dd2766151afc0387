"""Make a backup while the helpdesk runs.

The order makes it consistent: nothing leaves the spool from now on; the database is copied; then the record's files up to the
head that this copy knows, and the spool. What the copy names is then in the file, and the record in it is not ahead of it.
"""

import hashlib
import json
import os
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from tarfile import TarFile
from tempfile import TemporaryDirectory

from django.core.management.base import CommandError
from django.db.models import Q
from django.utils import timezone

from tickets.management.backup import archive
from tickets.management.backup.database import Snapshot, copy_into
from tickets.models import Account, Entry
from tickets.models.secrets import derive
from tickets.record import config, spool
from tickets.record.store import store

FORMAT = 1
AT_ONCE = 500
MANIFEST, SETTINGS, END = "manifest.json", "settings.env", "end.json"
SPOOLED = (spool.IN, spool.MADE, "spool/drafts")
SECRET = ("SECRET", "PASSWORD", "KEY", "TOKEN", "DATABASE_URL", "REDIS_URL", "BROKER_URL")
OURS = (
    "RECORD_URL HOST PORT SMTP_HOST SMTP_PORT LMTP_PORT SMTP_MAX_BYTES AUTHSERV_ID SITE_URL FORWARDED_ALLOW_IPS TIME_ZONE"
    " LANGUAGE_CODE EMAIL_HOST EMAIL_PORT EMAIL_HOST_USER EMAIL_USE_TLS EMAIL_USE_SSL EMAIL_TIMEOUT EMAIL_BACKEND"
    " DEFAULT_FROM_EMAIL AWS_REGION S3_ENDPOINT_URL STATIC_ROOT LOG_LEVEL SEAL_MINUTES SEAL_WITNESS"
).split()


@dataclass
class Made:
    """What is in a backup."""

    head: int
    files: int = 0
    bytes: int = 0
    missing: list[str] = field(default_factory=list)  # entries whose file is not in the record


def backup(path: Path, progress: Callable[[int, int], None]) -> Made:
    """Write a backup beside `path` and rename it when it is whole. Raises CommandError, OSError, DatabaseError."""
    if path.exists():
        raise CommandError(f"{path} is there already. Name another file, or move it away.")
    aside = path.with_name(f".part-{path.name}")  # with its ending, which says how it is packed
    try:
        with spool.held(), TemporaryDirectory(prefix=".backup-", dir=path.parent) as folder:
            snapshot = copy_into(Path(folder))
            aside.touch(mode=0o600)  # every mail is in it: nobody else is to read it
            aside.chmod(0o600)
            with archive.writing(aside) as tar:
                made = _fill(tar, snapshot, progress)
        _settle(aside, path)
    except BaseException:
        aside.unlink(missing_ok=True)
        raise
    return made


def _fill(tar: TarFile, snapshot: Snapshot, progress: Callable[[int, int], None]) -> Made:
    made = Made(snapshot.head)
    archive.add(tar, MANIFEST, json.dumps(_manifest(snapshot), indent=1).encode())
    archive.add(tar, SETTINGS, _settings().encode())
    for file in snapshot.files:
        tar.add(file, f"database/{file.name}")
    for name in _names(snapshot.head, made, progress):
        try:
            data = store().read(name)
        except FileNotFoundError:  # removed since it was listed: a draft's file, when the draft was sent
            continue
        archive.add(tar, f"record/{name}", data)
        made.files += 1
        made.bytes += len(data)
    archive.add(tar, END, json.dumps({"files": made.files, "missing": made.missing}).encode())
    return made


def _names(head: int, made: Made, progress: Callable[[int, int], None]) -> Iterator[str]:
    """The names of the record's files up to the head, in order, then configuration and spool."""
    yield from _entries(head, made, progress)
    for folder in (config.FOLDER, *SPOOLED):
        yield from sorted(store().names(folder))


def _entries(head: int, made: Made, progress: Callable[[int, int], None]) -> Iterator[str]:
    last = 0
    while last < head:
        above = Q(number__gt=last, number__lte=head)
        rows = list(Entry.objects.filter(above).order_by("number").values_list("number", "path", "marked_at")[:AT_ONCE])
        if not rows:
            return
        for number, name, marked_at in rows:
            if store().modified(name) is not None:
                yield name
            elif marked_at:  # what is not marked lies in the spool or in the row
                made.missing.append(f"Entry {number}: {name}")
        last = rows[-1][0] or head
        progress(last, head)


def _manifest(snapshot: Snapshot) -> dict[str, object]:
    return {
        "format": FORMAT,
        "made_at": timezone.now().isoformat(),
        "database": snapshot.vendor,
        "head": snapshot.head,
        "chain": snapshot.chain,
        "migrations": snapshot.migrations,
        "key": fingerprint(),
        "accounts_with_secrets": Account.objects.exclude(secrets="").count(),
        "python": sys.version.split()[0],
    }


def fingerprint(secret: str | None = None) -> str:
    """Return what tells two keys apart and tells nothing about them."""
    return hashlib.sha256(derive("fingerprint of the key", secret)).hexdigest()[:16]


def _settings() -> str:
    """What the environment sets, without secrets and the places of this machine's services."""
    kept = [name for name in OURS if os.environ.get(name) and not any(word in name for word in SECRET)]
    return "".join(f"{name}={os.environ[name]}\n" for name in kept)


def _settle(aside: Path, path: Path) -> None:
    for place, flags in ((aside, os.O_RDONLY), (path.parent, os.O_RDONLY | os.O_DIRECTORY)):
        if place == path.parent:
            os.rename(aside, path)
        descriptor = os.open(place, flags)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
