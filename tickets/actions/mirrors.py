"""Mirrors are added, changed and removed. Configuration, kept in the record's config file."""

from datetime import datetime
from pathlib import Path
from urllib.parse import SplitResult, unquote, urlsplit

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from tickets.models import Agent, Mirror
from tickets.models.mirrors import YEAR
from tickets.record.config import write_config
from tickets.record.target import overlaps_record

KINDS = ("imaps", "imap", "s3", "file")


class NoPlace(ValueError):
    """A URL that names no place for a mirror; the text says what is wrong and what to write instead."""


def place_of(typed: str) -> tuple[str, str]:
    """Return the URL without its secret, and the secret, of what somebody typed. Raises NoPlace."""
    url = typed.strip()
    try:
        parts = urlsplit(url)
        _port, password = parts.port, unquote(parts.password or "")
    except ValueError:  # its text may hold a part of the password, as the URL does
        words = _("This is no URL. In user and password, write %(signs)s as %(codes)s.")
        raise NoPlace(words % {"signs": "@ : / # ?", "codes": "%40 %3A %2F %23 %3F"}) from None
    if wrong := _wrong_with(parts):
        raise NoPlace(wrong)
    url = parts._replace(netloc=_without_password(parts.netloc), fragment="").geturl()
    if overlaps_record(url):
        raise NoPlace(_("The record itself lies there, or below or above it. Choose a place apart from it."))
    return url, password


def _without_password(netloc: str) -> str:
    before, at, host = netloc.rpartition("@")
    return f"{before.partition(':')[0]}{at}{host}"


def _wrong_with(parts: SplitResult) -> str:
    """What a URL lacks, in words."""
    if parts.scheme not in KINDS:
        return _("Begin with imaps://, imap://, s3:// or file://.")
    if parts.scheme.startswith("imap") and not (parts.hostname and parts.username):
        return _("Name user and server: imaps://archive%40example.org@imap.example.org/Folder")
    if parts.scheme == "s3" and not parts.netloc.rpartition("@")[2]:
        return _("Name a bucket: s3://bucket/prefix")
    if parts.scheme == "file" and (parts.netloc or not Path(unquote(parts.path)).is_absolute()):
        return _("Name a folder from the root on: file:///mnt/copy")
    return ""


def add_mirror(
    name: str, url: str, password: str = "", folders: str = YEAR, by: Agent | None = None, at: datetime | None = None
) -> Mirror:
    """Add a mirror; it begins with the first entry. Raises NoPlace, and IntegrityError when its name is taken."""
    place, secret = place_of(url)
    with transaction.atomic():
        mirror = Mirror.objects.create(
            name=name.strip(),
            url=place,
            secrets=_secrets(password or secret),
            folders=folders,
            created_at=at or timezone.now(),
        )
        transaction.on_commit(write_config)
    return mirror


def _secrets(password: str) -> dict[str, str]:
    return {"password": password} if password else {}


def change_mirror(mirror: Mirror, by: Agent | None, **fields: object) -> Mirror:
    """Change settings, pause, or let go on. Another place begins with the first entry."""
    for name, value in fields.items():
        setattr(mirror, name, value)
    with transaction.atomic():
        mirror.save(update_fields=list(fields))
        transaction.on_commit(write_config)
    return mirror


def move_mirror(mirror: Mirror, url: str, password: str, folders: str, name: str, by: Agent | None) -> Mirror:
    """Change what a form or a command asks for; an empty password stays as it was. Raises NoPlace, IntegrityError."""
    place, secret = place_of(url)
    fields: dict[str, object] = {"name": name.strip(), "url": place, "folders": folders, "rests_until": None}
    if password or secret:
        fields["secrets"] = _secrets(password or secret)
    if (place, folders) != (mirror.url, mirror.folders):
        fields |= {"cursor": 0, "config_cursor": "", "config_waits": True, "wrapped_count": 0, "missing_count": 0}
        fields |= {"refused": [], "cuts": 0}
    return change_mirror(mirror, by, **fields)


def remove_mirror(mirror: Mirror, by: Agent | None, at: datetime | None = None) -> Mirror:
    """Copy nothing there any more; what is there stays. Its password is forgotten."""
    return change_mirror(mirror, by, removed_at=at or timezone.now(), secrets={})


def try_again(mirror: Mirror) -> None:
    """Let a mirror be visited at once instead of after its rest. Not configuration: nothing is written to the record."""
    Mirror.objects.filter(pk=mirror.pk).update(rests_until=None)
