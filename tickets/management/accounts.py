"""What `manage.py account` does with its words: settings from KEY=VALUE, an account by name or address, lists."""

import getpass
import json
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zoneinfo import available_timezones

from django.core.management import CommandError
from django.utils import timezone
from django.utils.dateparse import parse_date
from django.utils.translation import gettext as _

from tickets.channels import Channel, Field, channel_classes
from tickets.hours import Unreadable, read_days_off, read_week
from tickets.models import Account, Team
from tickets.texts.languages import DEFAULT, spoken
from tickets.texts.template import faults
from tickets.texts.words import BY_NAME

OWN_WORDS = ("acknowledgement", "acknowledgement-closed", "greeting", "away")  # texts, in the account's language
# Settings that every account has, whatever its channel.
COMMON = (
    "address", "mailbox", "team", "language", "time_zone", "hours", "days_off", "signature", "footer", "acknowledge",
    "reply_style", *OWN_WORDS,
)  # fmt: skip
WRITTEN: dict[str, Callable[[str], Any]] = {"hours": read_week, "days_off": read_days_off}
HOW_HOURS_ARE_WRITTEN = "hours=“Mon-Fri 09:00-17:00, Sat 10:00-14:00” days_off=“2026-12-24 Christmas Eve, 12-25”"
YES, NO = ("yes", "true", "on", "1"), ("no", "false", "off", "0")


def channel_named(name: str) -> type[Channel]:
    """Return a channel's class. Raises CommandError, which names those there are."""
    classes = channel_classes()
    if name not in classes:
        known = ", ".join(sorted(classes))
        raise CommandError(_("There is no channel %(name)s. There are: %(known)s.") % {"name": name, "known": known})
    return classes[name]


def pairs(written: Iterable[str]) -> dict[str, str]:
    """Return the settings written as KEY=VALUE, or as KEY_FILE=PATH for a secret in a file. Raises CommandError."""
    found: dict[str, str] = {}
    for one in written:
        key, equals, value = one.partition("=")
        key = key.strip().lower()
        if not equals or not key:
            raise CommandError(_("“%s” is not of the form KEY=VALUE.") % one)
        if key.endswith("_file"):
            key, value = key.removesuffix("_file"), _content(Path(value))
        found[key] = value.strip()
    return found


def _content(path: Path) -> str:
    try:
        return path.read_text("utf-8").rstrip("\r\n")
    except (OSError, UnicodeDecodeError) as error:
        raise CommandError(_("The file %(path)s cannot be read: %(error)s") % {"path": path, "error": error}) from None


def sort_out(
    channel: type[Channel], given: dict[str, str], is_new: bool = True
) -> tuple[dict[str, Any], dict[str, Any], dict[str, Any]]:
    """Return (config, secrets, fields) of an account. Raises CommandError for what is unknown, wrong or missing.

    Of an account that is here already (not `is_new`) nothing is missing, and an empty value takes a setting away.
    """
    wanted = {field.name: field for field in channel.fields()}
    strange = sorted(set(given) - set(wanted) - set(COMMON))
    if strange:
        words = {"strange": ", ".join(strange), "known": ", ".join(sorted({*wanted, *COMMON}))}
        raise CommandError(_("Unknown setting: %(strange)s. There are: %(known)s.") % words)
    missing = [field.name for field in wanted.values() if field.required and not given.get(field.name)]
    if missing and is_new:
        raise CommandError(_("Missing: %s. Give it as --set KEY=VALUE.") % ", ".join(missing))
    values = {name: _checked(field, given[name]) for name, field in wanted.items() if given.get(name)}
    if not is_new:
        values = {name: "" for name in wanted if name in given} | values
    config = {name: value for name, value in values.items() if not wanted[name].secret}
    secrets = {name: value for name, value in values.items() if wanted[name].secret}
    return config, secrets, _fields({name: value for name, value in given.items() if name in COMMON})


def fill_in(channel: type[Channel], given: dict[str, str]) -> str:
    """Add to `given` what is known of an address's settings and was not given; return what to know of it, "" for nothing.

    A `provider` that is given names whose they are. Raises CommandError when there is none of that name.
    """
    known = dict(channel.providers())
    if given.get("provider", "") not in {"", *known}:
        words = {"provider": given["provider"], "known": ", ".join(known)}
        raise CommandError(_("There is no provider %(provider)s. There are: %(known)s.") % words)
    found = channel.suggest(given.get("address", ""), given)
    given.pop("provider", None)
    if found is None:
        return ""
    for name, value in found.settings.items():
        given.setdefault(name, value)
    return f"{found.name}: {found.hint}" if found.hint else ""


def _checked(field: Field, value: str) -> str:
    if field.choices and value not in field.choices:
        words = {"name": field.name, "choices": ", ".join(choice or _("(empty)") for choice in field.choices)}
        raise CommandError(_("%(name)s must be one of: %(choices)s.") % words)
    if field.check and (fault := field.check(value)):
        raise CommandError(f"{field.name}: {fault}")
    if field.name.endswith("_port") and not value.isdigit():
        raise CommandError(_("%s must be a number.") % field.name)
    if field.name == "since" and value not in ("now", "all") and not _is_day(value):
        raise CommandError(_("since must be now, all, or a date like 2026-03-01."))
    return value


def _is_day(value: str) -> bool:
    try:
        return parse_date(value) is not None
    except ValueError:
        return False


def _fields(given: dict[str, str]) -> dict[str, Any]:
    fields: dict[str, Any] = dict(given)
    fields.pop("address", None)
    if "acknowledge" in given:
        if given["acknowledge"].lower() not in YES + NO:
            raise CommandError(_("acknowledge must be yes or no."))
        fields["acknowledge"] = given["acknowledge"].lower() in YES
    if given.get("time_zone", "UTC") not in available_timezones():
        raise CommandError(_("There is no time zone %s. Write it like this: Europe/Berlin") % given["time_zone"])
    try:
        fields |= {name: read(given[name]) for name, read in WRITTEN.items() if name in given}
    except Unreadable as error:
        raise CommandError(
            _("“%(part)s” cannot be read. Write it like this: %(example)s")
            % {"part": error, "example": HOW_HOURS_ARE_WRITTEN}
        ) from None
    fields["texts"] = _texts({name: fields.pop(name) for name in OWN_WORDS if name in fields}, given)
    if "mailbox" in given:
        fields["mailbox"] = account_named(given["mailbox"])
    if "team" in given:
        fields["team"] = Team.objects.filter(name=given["team"], removed_at=None).first()
        if fields["team"] is None:
            raise CommandError(_("There is no team %s.") % given["team"])
    return fields


def _texts(said: dict[str, str], given: dict[str, str]) -> dict[str, dict[str, str]]:
    """Words of its own, as Account.texts has them. Raises CommandError for a place that nothing fills."""
    for name, template in said.items():
        strange, _alone = faults(template, BY_NAME[name].places)
        if strange:
            words = {"name": name, "strange": ", ".join(strange), "known": ", ".join(BY_NAME[name].places)}
            raise CommandError(_("%(name)s names %(strange)s. There are: %(known)s.") % words)
    language = spoken(given.get("language", DEFAULT)) or DEFAULT
    return {name: {language: template} for name, template in said.items() if template.strip()}


def account_named(word: str) -> Account:
    """Return the account with this name or address. Raises CommandError when there is none, or more than one."""
    accounts = list(Account.objects.filter(removed_at=None))
    found = [account for account in accounts if word.lower() in (account.address.lower(), account.name.lower())]
    if len(found) == 1:
        return found[0]
    if found:
        raise CommandError(_("%(word)s may be: %(all)s. Give the address.") % {"word": word, "all": _names(found)})
    raise CommandError(
        _("There is no account %(word)s. There are: %(all)s.") % {"word": word, "all": _names(accounts) or "–"}
    )


def _names(accounts: list[Account]) -> str:
    return ", ".join(account.address for account in accounts)


def as_json(accounts: Iterable[Account]) -> str:
    """Return the accounts in the form of interfaces.md §4."""
    return json.dumps([_row(account) for account in accounts], ensure_ascii=False)


def _row(account: Account) -> dict[str, Any]:
    return {
        "channel": account.channel,
        "name": account.name,
        "address": account.address,
        "health": account.health,
        "reason": account.health_reason,
        "last_in": _utc(account.last_in_at),
        "last_out": _utc(account.last_out_at),
        "since": _utc(account.health_since),
        "last_fetch": _utc(account.last_fetch_at),
        "last_error": account.last_error,
        "last_error_at": _utc(account.last_error_at),
    }


def as_text(account: Account) -> str:
    """Return one account in lines for people: how it does and since when, when it fetched and sent last, the last error."""
    how = f"{account.health} {_('since')} {_local(account.health_since)}" if account.health_since else account.health
    lines = [f"{account.channel:<10} {account.address:<40} {account.name}  {how}"]
    if account.health_reason:
        lines[0] += f": {account.health_reason}"
    moments = {_("last fetch"): account.last_fetch_at or account.last_in_at, _("last sent"): account.last_out_at}
    lines.append("           " + ", ".join(f"{name}: {_local(at)}" for name, at in moments.items()))
    if account.last_error and account.last_error != account.health_reason:
        lines.append(f"           {_('last error')} {_local(account.last_error_at)}: {account.last_error}")
    return "\n".join(lines)


def command_line() -> str:
    """Return the author of what is changed by a command: the user of this machine who gave it."""
    try:
        return _("command line (%s)") % getpass.getuser()
    except (KeyError, OSError):  # a user without a name
        return _("command line")


def _local(when: datetime | None) -> str:
    return f"{timezone.localtime(when):%Y-%m-%d %H:%M}" if when else _("never")


def _utc(when: datetime | None) -> str | None:
    return when.astimezone(UTC).isoformat() if when else None
