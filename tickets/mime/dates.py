"""Dates of mail (RFC 5322 §3.3, and what is written instead of it)."""

import re
from datetime import UTC, datetime, timedelta, timezone
from email.utils import parsedate_tz

_MONTHS = {name: number for number, name in enumerate("jan feb mar apr may jun jul aug sep oct nov dec".split(), 1)}
_PLAIN = re.compile(
    r"(?:[A-Za-z]{3},?\s+)?(\d{1,2})[ -]([A-Za-z]{3})[ -](\d{4}) (\d{1,2}):(\d{2})(?::(\d{2}))?\s+([+-])(\d{2}):?(\d{2})\b"
)
_ISO = re.compile(
    r"(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})(?:[T ]+(\d{1,2}):(\d{2})(?::(\d{2}))?(?:[.,]\d+)?)?\s*(Z|[+-]\d{2}:?\d{2})?"
)
_COMMENT = re.compile(r"\([^()]{0,100}\)|\b(?:GMT|UTC)(?=[+-]\d)")


def date(text: str | None) -> datetime | None:
    """The moment a Date field names, with the sender's offset (UTC if none or -0000); None if it is not a date."""
    if not text:
        return None
    text = text[:200]
    match = _PLAIN.match(text)
    try:
        if match and match[2].lower() in _MONTHS:
            day, month, year, hour, minute, second, sign, hours, minutes = match.groups()
            zone = _zone((int(hours) * 60 + int(minutes)) * (-60 if sign == "-" else 60))
            return datetime(
                int(year),
                _MONTHS[month.lower()],
                int(day),
                int(hour),
                int(minute),
                min(59, int(second or 0)),
                tzinfo=zone,
            )
        return _loose(_COMMENT.sub(" ", text).strip())
    except (ValueError, OverflowError, IndexError, TypeError):
        return None


def _loose(text: str) -> datetime | None:
    match = _ISO.match(text)
    if match:
        year, month, day, hour, minute, second, zone = match.groups()
        return datetime(
            int(year),
            int(month),
            int(day),
            int(hour or 0),
            int(minute or 0),
            min(59, int(second or 0)),
            tzinfo=_iso_zone(zone),
        )
    found = parsedate_tz(text)
    if not found:
        return None
    year, month, day, hour, minute, second = found[:6]
    return datetime(year, month, day, hour, minute, min(59, second), tzinfo=_zone(found[9] or 0))


def _iso_zone(zone: str | None) -> timezone:
    if not zone or zone == "Z":
        return UTC
    seconds = (int(zone[1:3]) * 60 + int(zone[-2:])) * 60
    return _zone(-seconds if zone[0] == "-" else seconds)


def _zone(seconds: int) -> timezone:
    return timezone(timedelta(seconds=seconds)) if seconds and abs(seconds) < 86_400 else UTC
