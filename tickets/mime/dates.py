"""Dates of mail (RFC 5322 §3.3, and what is written instead of it in many languages)."""

import re
from datetime import UTC, datetime, timedelta, timezone

from tickets.mime.date_words import MERIDIEM, OFFSETS, month_of

_MONTHS = {name: number for number, name in enumerate("jan feb mar apr may jun jul aug sep oct nov dec".split(), 1)}
_PLAIN = re.compile(
    r"(?:[A-Za-z]{3},?\s+)?(\d{1,2})[ -]([A-Za-z]{3})[ -](\d{4}) (\d{1,2}):(\d{2})(?::(\d{2}))?\s+([+-])(\d{2}):?(\d{2})(?!\d)"
)
_COMMENT = re.compile(r"\([^()]{0,100}\)?")
_TIME = (
    re.compile(r"(?<!\d)(\d{1,2})\s?:\s?(\d{1,2})(?:\s?:\s?(\d{1,2}))?(?:[.,]\d{1,9})?(?!\d)"),
    re.compile(r"(?<!\d)T?(\d{2})(\d{2})(\d{2})(?=Z|[+-]\d{4}|\s?$)"),
    re.compile(r"(?<![\d.])(\d{1,2})[.h](\d{2})(?:[.m](\d{2}))?(?![\d.])(?!\.\d)", re.I),
    re.compile(r"(?<!\d)(\d{1,2})\s?[时時시]\s?(\d{1,2})\s?[分분](?:\s?(\d{1,2})\s?[秒초])?"),
)
_OFFSET = re.compile(r"(?:\b(?:GMT|UTC|UT)\s?|[\s\d])([+-])\s?(\d{1,2})(?::?(\d{2}))?(?![\d:])", re.I)
_WORD = re.compile(r"[^\W\d_]+")
_YEAR_FIRST = (
    re.compile(r"(?<!\d)(\d{4})\s?[-/.年년]\s?(\d{1,2})\s?[-/.月월]\s?(\d{1,2})(?!\d)"),
    re.compile(r"(?<!\d)((?:19|20)\d\d)(\d\d)(\d\d)(?!\d)"),
)
_NUMBERS = re.compile(r"(?<!\d)(\d{1,2})\s?([-/.])\s?(\d{1,2})\s?[-/.]\s?(\d{4}|\d{2})(?!\d)")
_DAY_MONTH = re.compile(r"(?<!\d)(\d{1,2})(?:st|nd|rd|th|er|\.|º|ª)?[\s.,/-]*(?:de |of |d'|den )?([^\W\d_]{3,})", re.I)
_MONTH_DAY = re.compile(r"([^\W\d_]{3,})[\s.,/-]*(\d{1,2})(?:st|nd|rd|th)?(?![\d:])", re.I)
_YEAR = re.compile(r"(?<!\d)(\d{4})(?!\d)")
_SHORT_YEAR = re.compile(r"(?<!\d)'?(\d{2,3})(?!\d)")
_EPOCH = re.compile(r"\d{9,10}")


def date(text: str | None) -> datetime | None:
    """The moment a Date field names, with the sender's offset (UTC if none or -0000); None if it is not a date."""
    if not text:
        return None
    text = text[:200].strip()
    match = _PLAIN.match(text)
    try:
        if match and match[2].lower() in _MONTHS:
            day, month, year, hour, minute, second, sign, hours, minutes = match.groups()
            zone = _zone(sign, hours, minutes)
            return _moment((int(year), _MONTHS[month.lower()], int(day)), (hour, minute, second), zone)
        return _loose(_COMMENT.sub(" ", text).strip())
    except (ValueError, OverflowError):
        return None


def _loose(text: str) -> datetime | None:
    """The time is found first, with all that belongs to it; what is left must hold a day."""
    if _EPOCH.fullmatch(text):
        return datetime.fromtimestamp(int(text), UTC)
    clock = next((match for pattern in _TIME if (match := pattern.search(text))), None)
    around, after = (
        (text, "") if clock is None else (f"{text[: clock.start()]} ; {text[clock.end() :]}", text[clock.end() :])
    )
    half = MERIDIEM.search(around) if clock else None
    offset = _OFFSET.search(" " + after)
    rest = (
        around
        if offset is None or clock is None
        else f"{text[: clock.start()]} ; {(' ' + after).replace(offset[0], ' ', 1)}"
    )
    day = _day(rest, american=half is not None)
    if day is None:
        return None
    return _moment(day, _hours(clock, half), _zone(*offset.groups()) if offset else _named(after))


def _hours(clock: re.Match[str] | None, half: re.Match[str] | None) -> tuple[int | str | None, ...]:
    """Hour, minute and second; half days counted in."""
    if clock is None:
        return 0, 0, 0
    hour = int(clock[1])
    if half is not None and hour <= 12:
        hour = hour % 12 + (0 if half.lastgroup == "morning" else 12)
    return hour, clock[2], clock[3]


def _moment(day: tuple[int, int, int], hours: tuple[int | str | None, ...], zone: timezone) -> datetime:
    """A leap second is the one before it; 24:00 is the next day. Raises ValueError for what no calendar has."""
    hour, minute, second = (int(value or 0) for value in hours)
    if hour == 24 and minute == 0:
        return datetime(*day, tzinfo=zone) + timedelta(days=1)
    return datetime(*day, hour, minute, 59 if second == 60 else second, tzinfo=zone)


def _day(text: str, american: bool) -> tuple[int, int, int] | None:
    for pattern in _YEAR_FIRST:
        if match := pattern.search(text):
            return int(match[1]), int(match[2]), int(match[3])
    if match := _NUMBERS.search(text):
        first, mark, second, year = match.groups()
        day, month = int(first), int(second)
        if month > 12 or (mark == "/" and american and day <= 12):
            day, month = month, day
        return _full(year), month, day
    return _day_in_words(text)


def _day_in_words(text: str) -> tuple[int, int, int] | None:
    """`4 March 2025`, `March 4, 2025`, `4. März 25`: "mar 4 mar" is a Tuesday in March, so a month behind its day is preferred."""
    for pattern, month_group, day_group in ((_DAY_MONTH, 2, 1), (_MONTH_DAY, 1, 2)):
        for match in pattern.finditer(text):
            month = month_of(match[month_group])
            if month:
                left = text[: match.start()] + " ; " + text[match.end() :]
                year = _YEAR.search(left) or _SHORT_YEAR.search(text, match.end()) or _SHORT_YEAR.search(left)
                return (_full(year[1]), month, int(match[day_group])) if year else None
    return None


def _full(year: str) -> int:
    """Years of two and three digits, as RFC 5322 §4.3 counts them."""
    number = int(year)
    return number if len(year) == 4 else number + (2000 if number < 50 else 1900)


def _named(text: str) -> timezone:
    for word in _WORD.findall(text):
        if word.upper() in OFFSETS:
            return timezone(timedelta(hours=OFFSETS[word.upper()])) if OFFSETS[word.upper()] else UTC
    return UTC


def _zone(sign: str, hours: str, minutes: str | None) -> timezone:
    """`+0530`, `+05:30`, `+5`; an offset that no place on earth has is none."""
    seconds = (int(hours) * 60 + int(minutes or 0)) * 60
    if not seconds or seconds >= 86_400:
        return UTC
    return timezone(timedelta(seconds=-seconds if sign == "-" else seconds))
