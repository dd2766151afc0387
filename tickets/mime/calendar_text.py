"""An invitation (text/calendar, RFC 5545) as a few lines that can be read."""

import re

_FIELD = re.compile(r"^(SUMMARY|DTSTART|DTEND|LOCATION|DESCRIPTION)(;[^:\n]{0,300})?:(.*)$", re.M)
_FOLD = re.compile(r"\n[ \t]")
_MOMENT = re.compile(r"(\d{4})(\d\d)(\d\d)(?:T(\d\d)(\d\d)\d\d(Z)?)?")


def calendar_text(source: str) -> str:
    """Title, time, place and description of the first event in `source`; `source` itself when it has none of them."""
    event = source.find("BEGIN:VEVENT")
    text = _FOLD.sub("", source[max(0, event) : max(0, event) + 50_000])
    found: dict[str, str] = {}
    for name, parameters, value in _FIELD.findall(text):
        found.setdefault(name, _moment(value, parameters) if name.startswith("DT") else _unescaped(value))
    when = " – ".join(found[name] for name in ("DTSTART", "DTEND") if found.get(name))
    lines = [found.get("SUMMARY", ""), when, found.get("LOCATION", ""), found.get("DESCRIPTION", "")]
    return "\n".join(line for line in lines if line.strip()) or source


def _moment(value: str, parameters: str) -> str:
    match = _MOMENT.match(value.strip())
    if not match:
        return value.strip()
    year, month, day, hour, minute, utc = match.groups()
    zone = " UTC" if utc else (" " + parameters.partition("TZID=")[2].strip('";') if "TZID=" in parameters else "")
    return f"{year}-{month}-{day}" + (f" {hour}:{minute}{zone}" if hour else "")


def _unescaped(value: str) -> str:
    return re.sub(r"\\([nN,;\\])", lambda match: "\n" if match[1] in "nN" else match[1], value).strip()
