"""The log of configuration: what was changed, from what to what, by whom and when. An entry for each change, kept in the record.

The settings themselves stand in the record's config file, from which a rebuild takes them; this entry only tells.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from django.db.models import Model, QuerySet
from django.utils.translation import gettext as _

from tickets.hours import write_days_off, write_week
from tickets.mime.build import build
from tickets.mime.parse import Mailbox
from tickets.models import Account, Agent, Entry, new_id
from tickets.models.text import storable
from tickets.record.write import entry_of

KIND = "configuration"
ACCOUNT, AGENT, TEAM = "account", "agent", "team"
LONGEST_VALUE = 1000
Author = Agent | str  # a person who works here, or what acted: "command line"


@dataclass(frozen=True, slots=True)
class Change:
    """One setting that changed; of a secret only that."""

    name: str
    before: str = ""
    after: str = ""
    secret: bool = False

    def __str__(self) -> str:
        return (
            f"{self.name}: {_('changed')}"
            if self.secret
            else f"{self.name}: {self.before or '–'} → {self.after or '–'}"
        )


def log_entry(
    done: str,
    of: str,
    public_id: str,
    name: str,
    changes: Sequence[Change],
    by: Author,
    at: datetime,
    account: Account | None,
) -> Entry:
    """Return the unsaved entry of a change: `done` is added, changed or removed, `of` names what kind of thing it is."""
    author = by.name if isinstance(by, Agent) else by
    fields = {
        "done": done,
        "of": of,
        "id": public_id,
        "name": name,
        "by": by.public_id if isinstance(by, Agent) else "",
        "by_name": author,
        "changes": [asdict(change) for change in changes],
    }
    return entry_of(KIND, at=at, fields=fields, original=_mail(fields, changes, author, at), account=account)


def _mail(fields: dict[str, Any], changes: Sequence[Change], author: str, at: datetime) -> bytes:
    home = (
        Account.objects.filter(mailbox=None, removed_at=None).order_by("pk").values_list("address", flat=True).first()
    )
    address = home if home and "@" in home else "helpdesk@helpdesk.invalid"
    words = {
        "added": _("%(author)s added %(name)s"),
        "changed": _("%(author)s changed %(name)s"),
        "removed": _("%(author)s removed %(name)s"),
    }
    said = words[fields["done"]] % {"author": author, "name": fields["name"]}
    return build(
        from_=Mailbox(author, address),
        to=[Mailbox("", address)],
        subject=said,
        text="\n".join([f"{said}.", "", *map(str, changes)]) + "\n",
        message_id=f"configuration.{new_id()}@{address.rpartition('@')[2]}",
        date=at,
        headers={"Auto-Submitted": "auto-generated"},
    )


def changes_of(thing: Model, fields: Mapping[str, Any]) -> list[Change]:
    """Return what storing `fields` would change of the settings of an account, a person or a team."""
    found: list[Change] = []
    for name, value in fields.items():
        before = getattr(thing, name)
        if name == "secrets":
            found += [Change(key, secret=True) for key in _differing(before, value)]
        elif name == "config":
            found += [
                Change(key, _word(key, before.get(key)), _word(key, value.get(key)))
                for key in _differing(before, value)
            ]
        elif name == "texts":
            found += _changed_texts(before, value)
        elif before != value:
            found.append(Change(name, _word(name, before), _word(name, value)))
    return found


def _changed_texts(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[Change]:
    """Words of its own, each by the name of its text and its language."""
    was, now = _by_language(before), _by_language(after)
    return [Change(key, _word(key, was.get(key)), _word(key, now.get(key))) for key in _differing(was, now)]


def _by_language(texts: Mapping[str, Any]) -> dict[str, Any]:
    return {f"{name} ({code})": words for name, of_text in texts.items() for code, words in of_text.items()}


def _differing(before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterable[str]:
    """The keys whose values differ; one that is missing and one that is empty are the same."""
    return [key for key in sorted({*before, *after}) if (before.get(key) or "") != (after.get(key) or "")]


def _word(name: str, value: Any) -> str:
    if name == "hours":
        return write_week(value or {})
    if name == "days_off":
        return write_days_off(value or ())
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, datetime):
        return value.isoformat(timespec="seconds")
    return storable("" if value is None else str(value), LONGEST_VALUE)


def log_of(account: Account) -> QuerySet[Entry]:
    """Return the changes of an account's settings, the newest first."""
    return Entry.objects.filter(kind=KIND, account=account).defer("body").order_by("-pk")
