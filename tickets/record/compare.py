"""Compare: are two databases the same in everything that the record explains? Walks every field of every model."""

import json
from collections.abc import Callable, Iterator
from functools import partial
from hashlib import sha256
from typing import Any

from django.apps import apps
from django.db import models
from django.db.models import Model

from tickets.models import (
    Account,
    Address,
    Agent,
    Attachment,
    AwaitedId,
    Campaign,
    Contact,
    ContactEvent,
    Counter,
    Delivery,
    DeliveryState,
    Entry,
    Event,
    Fetch,
    FetchState,
    InboxItem,
    Incident,
    Message,
    Mirror,
    Objection,
    Participant,
    Piece,
    Reaction,
    SavedReply,
    SearchDoc,
    SpamSender,
    Tag,
    Team,
    Ticket,
    Version,
)

MOST_NAMED = 100
BUCKETS = 4096
BUCKETS_AT_ONCE = 64  # of those that differ, in memory
# What a row is called in both databases; primary keys may differ.
KEYS: dict[type[Model], tuple[str, ...]] = {
    Team: ("public_id",),
    Agent: ("public_id",),
    Account: ("public_id",),
    Mirror: ("public_id",),
    Contact: ("public_id",),
    Address: ("channel", "address"),
    Ticket: ("number",),
    Tag: ("name",),
    Entry: ("number",),
    Message: ("public_id",),
    Attachment: ("message__public_id", "part"),
    Fetch: ("attachment__message__public_id", "attachment__part"),
    Version: ("message__public_id", "entry__number"),
    Reaction: ("message__public_id", "sender"),
    Piece: ("entry__number",),
    Participant: ("ticket__number", "address"),
    AwaitedId: ("message__public_id", "identifier"),
    ContactEvent: ("contact__public_id", "entry__number"),
    Event: ("entry__number", "ticket__number", "of", "kind"),
    InboxItem: ("account__public_id", "key"),
    Delivery: ("public_id",),
    SavedReply: ("public_id",),
    SearchDoc: ("message__public_id",),
    SpamSender: ("contact__public_id", "mailbox__public_id"),
    Incident: ("public_id",),
    Campaign: ("public_id",),
    Objection: ("channel", "address", "against"),
    Counter: ("name",),
}
MODELS_LEFT_OUT = {
    "Draft": "not said yet; kept by backup",
    "DraftFile": "as drafts",
    "Follow": "what an agent wants to be told; kept by backup",
    "Notification": "what an agent was told; kept by backup",
    "Portrait": "what a vendor shows of an account; fetched again when it is connected",
    "Presence": "who looks at a ticket just now",
    "Grant": "an access token of an hour; the sign-in itself is a secret of the account",
    "ReachDay": "how many depended on an account that day; kept by backup",
    "Drill": "what a drill found; kept by backup",
    "ReadMark": "what an agent has looked at; kept by backup",
    "Bulk": "how far an act on many tickets is; what it did stands in its entries",
    "Token": "what was sent to somebody to prove who they are; after a rebuild a new one is asked for",
    "WriteKey": "guards against the same press twice; worthless after a week",
}
FIELDS_LEFT_OUT = {
    "*.id": "primary keys may differ",
    "Account.state": "vendor cursors; kept by backup",
    "Account.health": "how it goes just now",
    "Account.health_reason": "as health",
    "Account.health_since": "as health",
    "Account.last_error": "as health",
    "Account.last_error_at": "as health",
    "Account.last_fetch_at": "as health",
    "Account.last_in_at": "as health",
    "Account.last_out_at": "as health",
    "Account.paused_at": "a rebuild pauses all accounts",
    "Agent.last_login": "not conversation",
    "Agent.password": "in no file of the record; kept by backup, else set anew",
    "Campaign.looked_at": "how far it is",
    "Campaign.next_at": "as looked_at",
    "Incident.looked_at": "how far a round is",
    "Incident.next_at": "as looked_at",
    "Mirror.paused_at": "a rebuild pauses all mirrors",
    "Mirror.cursor": "how far a copy is; kept by backup, else found out there",
    "Mirror.config_cursor": "as cursor",
    "Mirror.config_waits": "as cursor",
    "Mirror.cuts": "as last_success_at",
    "Mirror.cut_at": "as last_success_at",
    "Mirror.last_success_at": "how it goes just now",
    "Mirror.last_error": "as last_success_at",
    "Mirror.failures": "as last_success_at",
    "Mirror.rests_until": "as last_success_at",
    "Mirror.wrapped_count": "what a place refused; kept by backup",
    "Mirror.missing_count": "as wrapped_count",
    "Mirror.refused": "as wrapped_count",
    "Mirror.unreached": "as wrapped_count",
    "Mirror.lease_by": "lease columns",
    "Mirror.lease_until": "lease columns",
    "Entry.body": "the bytes until the file is written",
    "Entry.source": "where the bytes lay before the file was written",
    "Entry.spool": "as source",
    "Entry.marked_at": "when the appender came by",
    "InboxItem.seen_count": "how often a source repeated itself",
    "InboxItem.attempts": "lease columns",
    "InboxItem.lease_by": "lease columns",
    "InboxItem.lease_until": "lease columns",
    "Delivery.due_at": "attempt columns",
    "Delivery.attempts": "attempt columns",
    "Delivery.parts_sent": "attempt columns",
    "Delivery.data": "what a bridge notes of its parts",
    "Fetch.due_at": "attempt columns",
    "Fetch.attempts": "attempt columns",
    "Fetch.lease_by": "lease columns",
    "Fetch.lease_until": "lease columns",
    "Fetch.reason": "why it was not fetched so far; when it is given up, the entry says it",
    "Delivery.lease_by": "lease columns",
    "Delivery.lease_until": "lease columns",
    "SavedReply.used_count": "how it goes",
    "SavedReply.last_used_at": "how it goes",
    "SearchDoc.place": "made of the time and the primary key",
    "SearchDoc.words": "FTS5 keeps the words in its own table",
    "Counter.value": "of the head and the last seal, whose chain values are compared",
}
LIVE = {"queued", "sending"}
# What a merge notes so that it can be undone. Merges made before it did so lack it, until a rebuild works it out.
NOTED_BY_MERGE = ("state", "brought", "last", "holds")


def _fields(model: type[Model]) -> "list[models.Field[Any, Any]]":
    left_out = {name.split(".")[1] for name in FIELDS_LEFT_OUT if name.startswith((f"{model.__name__}.", "*."))}
    return [field for field in model._meta.concrete_fields if field.name not in left_out]


def _lookups(model: type[Model]) -> list[str]:
    found = []
    for field in _fields(model):
        if isinstance(field, models.ForeignKey | models.OneToOneField):
            found += [f"{field.name}__{key}" for key in KEYS[field.related_model]]
        else:
            found.append(field.name)
    return found


def rows(model: type[Model], using: str) -> Iterator[tuple[tuple[Any, ...], dict[str, Any]]]:
    """Yield (key, fields) of every row that is compared."""
    found = model._default_manager.using(using).order_by()
    if model is InboxItem:
        found = found.filter(state="done")  # what waits or is parked lies in the spool, and is adopted again
    if model is Entry:
        found = found.filter(number__isnull=False)
    if model is Counter:
        found = found.filter(name__in=("record", "seal"))
    keys = KEYS[model]
    for row in found.values(*keys, *_lookups(model)).iterator(chunk_size=500):
        yield tuple(row[key] for key in keys), _settled(model, row)


def _settled(model: type[Model], row: dict[str, Any]) -> dict[str, Any]:
    """What is under way: a delivery is read as uncertain, since no outcome is in the record; a file as still to be fetched.

    And what a merge notes for its undoing: the decision to undo it, which is made of that, is an entry of its own.
    """
    if model is Delivery and row["state"] in LIVE | {DeliveryState.UNCERTAIN}:
        return row | {"state": "uncertain", "reason": ""}
    if model is Fetch and row["state"] == FetchState.FETCHING:
        return row | {"state": str(FetchState.WAITING)}
    if model is Event and row["kind"] == "merged":
        return row | {"data": {name: value for name, value in row["data"].items() if name not in NOTED_BY_MERGE}}
    return row


def _relations() -> Iterator[tuple[str, type[Model], str, str]]:
    for model in KEYS:
        for field in model._meta.many_to_many:
            through: Any = field.remote_field.through
            yield f"{model.__name__}.{field.name}", through, field.m2m_field_name(), field.m2m_reverse_field_name()


def relations(using: str) -> Iterator[tuple[tuple[Any, ...], dict[str, Any]]]:
    """Yield (key, {}) for each pair of a many-to-many relation."""
    for name, through, left, right in _relations():
        ends = [f"{side}__{key}" for side in (left, right) for key in KEYS[through._meta.get_field(side).related_model]]  # type: ignore[index]
        for pair in through._default_manager.using(using).values_list(*ends).iterator(chunk_size=500):
            yield (name, *pair), {}


def snapshot(using: str = "default") -> dict[tuple[Any, ...], str]:
    """Return a digest for every row, by model and key: about 300 bytes of memory each."""
    found: dict[tuple[Any, ...], str] = {}
    for model in KEYS:
        for key, fields in rows(model, using):
            found[model.__name__, *key] = _digest(fields)
    for key, _ in relations(using):
        found[key] = ""
    return found


def _digest(fields: dict[str, Any]) -> str:
    return sha256("\n".join(f"{name}={_canonical(fields[name])}" for name in sorted(fields)).encode()).hexdigest()


def _canonical(value: Any) -> str:
    """A JSON value is the same in whatever order its keys stand."""
    return json.dumps(value, sort_keys=True) if isinstance(value, dict | list) else repr(value)


def differences(ours: dict[tuple[Any, ...], str], theirs: dict[tuple[Any, ...], str]) -> list[str]:
    """Return in words what is not the same, 100 at most."""
    found = []
    for key in sorted(ours.keys() | theirs.keys(), key=repr):
        name = " ".join(str(part) for part in key)
        if key not in theirs:
            found.append(f"{name}: only in the first database")
        elif key not in ours:
            found.append(f"{name}: only in the second database")
        elif ours[key] != theirs[key]:
            found.append(f"{name}: differs")
        if len(found) == MOST_NAMED:
            break
    return found


def compare(ours: str, theirs: str, tell: Callable[[str], None] = lambda name: None) -> Iterator[str]:
    """Yield in words what is not the same in two databases, 100 at most; `tell` hears which table is being read.

    Each table is read once in whatever order it comes, and its rows are added up in buckets by their keys: sums that agree
    need no rows in memory, nor two databases that sort alike. Only buckets that differ are read again and named.
    """
    named = 0
    for name, read in _sources():
        tell(name)
        sums, other = _sums(read(ours)), _sums(read(theirs))
        odd = {bucket for bucket in range(BUCKETS) if sums[bucket] != other[bucket]}
        for words in _differences_in(odd, read, ours, theirs):
            yield words
            named += 1
            if named == MOST_NAMED:
                return


Read = Callable[[str], Iterator[tuple[tuple[Any, ...], str]]]


def _sources() -> Iterator[tuple[str, Read]]:
    for model in KEYS:
        yield model.__name__, partial(_digests, model)
    yield "relations", lambda using: ((key, "") for key, _ in relations(using))


def _digests(model: type[Model], using: str) -> Iterator[tuple[tuple[Any, ...], str]]:
    for key, fields in rows(model, using):
        yield (model.__name__, *key), _digest(fields)


def _bucket(key: tuple[Any, ...]) -> int:
    return int.from_bytes(sha256(repr(key).encode()).digest()[:2]) % BUCKETS


def _sums(found: Iterator[tuple[tuple[Any, ...], str]]) -> list[int]:
    """Add the digests of key and fields up, bucket by bucket; the order does not matter."""
    sums = [0] * BUCKETS
    for key, digest in found:
        sums[_bucket(key)] += int.from_bytes(sha256(f"{key!r}\n{digest}".encode()).digest())
    return sums


def _differences_in(odd: set[int], read: Read, ours: str, theirs: str) -> Iterator[str]:
    """Read the rows of buckets that differ again, a few buckets at a time."""
    left = sorted(odd)
    for start in range(0, len(left), BUCKETS_AT_ONCE):
        some = set(left[start : start + BUCKETS_AT_ONCE])
        sides = [{key: digest for key, digest in read(side) if _bucket(key) in some} for side in (ours, theirs)]
        yield from differences(*sides)


def unexplained() -> list[str]:
    """Return the models of tickets/ that stand neither here nor in the list of those left out."""
    known = {model.__name__ for model in KEYS} | set(MODELS_LEFT_OUT)
    names = {model.__name__ for model in apps.get_app_config("tickets").get_models()}
    return sorted(names - known)


def unknown_left_out() -> list[str]:
    """Return the names in FIELDS_LEFT_OUT that no field has (any more)."""
    fields = {f"{model.__name__}.{field.name}" for model in KEYS for field in model._meta.concrete_fields}
    return sorted(name for name in FIELDS_LEFT_OUT if not name.startswith("*.") and name not in fields)
