"""Read settings from the environment. A wrong value raises ImproperlyConfigured and says which one, why, and what it may be."""

import os
import re
from ipaddress import ip_address
from pathlib import Path
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, available_timezones

from django.core.exceptions import ImproperlyConfigured


def wrong(name: str, value: str, why: str) -> ImproperlyConfigured:
    """The error for a setting that cannot be used; `why` ends the sentence, without a full stop. Passwords in URLs are left out."""
    shown = re.sub(r"://[^@/]*@", "://…@", value)
    return ImproperlyConfigured(f"{name}={shown!r} cannot be used: {why}. Correct it and start again.")


def text(name: str, default: str = "") -> str:
    """The variable without surrounding white space; an empty variable counts as not set."""
    return os.environ.get(name, "").strip() or default


def number(name: str, default: int, low: int = 0, high: int = 2**63) -> int:
    """A whole number between `low` and `high`, both included."""
    value = text(name, str(default))
    try:
        found = int(value)
    except ValueError:
        raise wrong(name, value, "it is not a whole number") from None
    if not low <= found <= high:
        raise wrong(name, value, f"it must be between {low} and {high}")
    return found


def port(name: str, default: int) -> int:
    """A TCP port; 0 means off where the setting allows it."""
    return number(name, default, 0, 65535)


def flag(name: str, default: bool = False) -> bool:
    """yes/no, true/false, on/off, 1/0 in any case."""
    value = text(name, "yes" if default else "no").lower()
    if value in {"1", "yes", "true", "on"}:
        return True
    if value in {"0", "no", "false", "off"}:
        return False
    raise wrong(name, value, "it must be yes or no")


def path(name: str, default: Path) -> Path:
    """An absolute path; a relative one counts from the current folder, ~ is the home folder."""
    return Path(text(name, str(default))).expanduser().absolute()


def existing_file(name: str) -> str:
    """The path of a file that can be read, or "" when not set."""
    value = text(name)
    if value and not os.access(value, os.R_OK):
        raise wrong(name, value, "there is no file there that can be read")
    return value


def secret(name: str) -> str:
    """A secret from NAME, or from the file that NAME_FILE names (its trailing line end is not part of it); "" when neither is set."""
    file = text(f"{name}_FILE")
    if not file:
        return text(name)
    try:
        found = Path(file).read_text("utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise wrong(f"{name}_FILE", file, f"it cannot be read ({error})") from None
    if not found:
        raise wrong(f"{name}_FILE", file, "it is empty")
    return found


def url(name: str, default: str, schemes: set[str]) -> str:
    """A URL with one of these schemes, or `default`."""
    value = text(name, default)
    if value and urlsplit(value).scheme not in schemes:
        raise wrong(name, value, f"it must begin with one of {', '.join(sorted(f'{scheme}://' for scheme in schemes))}")
    return value


def site_url(name: str, default: str) -> str:
    """An http(s) address without a path and without a slash at its end."""
    value = url(name, default, {"http", "https"}).rstrip("/")
    parts = urlsplit(value)
    if not parts.hostname or parts.path or parts.query:
        raise wrong(name, value, "it must be like https://help.example.org, a host without a path")
    return value


def is_public(address: str) -> bool:
    """Whether the host of a URL may be one that everybody can reach: no single name, no local or private one."""
    host = urlsplit(address).hostname or ""
    try:
        return ip_address(host).is_global
    except ValueError:
        return "." in host.strip(".") and not host.endswith((".local", ".localhost", ".internal", ".lan", ".home.arpa"))


def time_zone(name: str, default: str) -> str:
    """The name of a time zone, as in Europe/Kyiv."""
    value = text(name, default)
    if value not in available_timezones():
        raise wrong(name, value, "it is no time zone known here; use a name like Europe/Kyiv or UTC")
    return ZoneInfo(value).key
