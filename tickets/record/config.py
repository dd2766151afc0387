"""Configuration that is not conversation (accounts, agents, teams, mirrors, saved replies): a dated file in the record at each change.

Credentials of accounts stay encrypted. What lets a person in (passwords, second steps) is in no file of the record: after
a rebuild everybody chooses a password anew. It holds no ticket, message or contact.
"""

import json
import logging
from typing import Any

from django.core import serializers
from django.core.management.color import no_style
from django.core.serializers.base import DeserializedObject
from django.db import connection, transaction
from django.db.models import Model
from django.utils import timezone

from tickets import hours
from tickets.models import Account, Agent, Mirror, SavedReply, Team
from tickets.models.secrets import EncryptedJSONField
from tickets.record.store import store
from tickets.texts import older

FOLDER = "config"
ACCOUNT = "tickets.account"
# Not settings, but how it goes.
KEPT_OUT = {"state", "health", "health_reason", "last_in_at", "last_out_at", "last_login", "password"} | {"used_count", "last_used_at"} | {
    "health_since", "last_error_at", "last_fetch_at", "stopped_at",
    "cursor", "config_cursor", "config_waits", "last_success_at", "last_error", "failures", "rests_until",
    "cuts", "cut_at", "wrapped_count", "missing_count", "refused", "unreached", "lease_by", "lease_until",
}  # fmt: skip
SECRETS = EncryptedJSONField()
log = logging.getLogger(__name__)


def write_config() -> None:
    """Write today's configuration as a new file; a failure is logged, and mended by the next change or seal."""
    name = f"{FOLDER}/{timezone.now():%Y-%m-%dT%H%M%S.%f}.json"
    try:
        store().write(name, json.dumps(snapshot(), indent=1, sort_keys=True).encode())
        store().settle(FOLDER)
        Mirror.objects.filter(removed_at__isnull=True).update(config_waits=True)
    except OSError as error:
        log.error("The configuration could not be written to the record: %s", error)


def snapshot() -> list[dict[str, Any]]:
    """Return accounts, agents, teams, mirrors and saved replies as Django's serializer writes them."""
    models: tuple[type[Model], ...] = (Team, Agent, Account, Mirror, SavedReply)
    rows = [row for model in models for row in model._default_manager.order_by("pk")]
    found: list[dict[str, Any]] = serializers.serialize("python", rows)
    for row, of in zip(found, rows, strict=True):
        row["fields"] = {k: v for k, v in row["fields"].items() if k not in KEPT_OUT}
        if isinstance(of, Account | Mirror):
            row["fields"]["secrets"] = SECRETS.get_prep_value(of.secrets)
    plain: list[dict[str, Any]] = json.loads(json.dumps(found, default=str))
    return plain


def is_current() -> bool:
    """Whether the newest configuration in the record is that of the database. Raises OSError.

    Credentials are left out: the same ones never look the same twice when they are encrypted. So is what is paused: a
    rebuild pauses everything, whatever stood there.
    """
    return _comparable(latest()) == _comparable(snapshot())


def _comparable(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    left_out = {"secrets", "paused_at"}
    return [row | {"fields": {k: v for k, v in row["fields"].items() if k not in left_out}} for row in rows]


def write_if_changed() -> None:
    """Write the configuration if a change of it could not be written when it was made."""
    if not is_current():
        write_config()


def latest() -> list[dict[str, Any]]:
    """Return the newest configuration in the record; empty when there is none."""
    last = latest_name()
    return list(json.loads(store().read(last))) if last else []


def latest_name() -> str:
    """Return the name of the newest configuration in the record, "" when there is none."""
    return max((name for name in store().names(FOLDER) if name.endswith(".json")), default="")


def restore() -> int:
    """Give accounts, agents, teams, mirrors and saved replies their settings, accounts and mirrors paused; return how many rows.

    What is no setting stays.
    """
    rows = of_today(latest())
    for row in rows:
        if "secrets" in row["fields"]:
            row["fields"]["secrets"] = SECRETS.from_db_value(row["fields"]["secrets"], None, None)
            row["fields"]["paused_at"] = timezone.now().isoformat()
    with transaction.atomic():  # an account may name a mailbox that comes after it
        for row, item in zip(rows, serializers.deserialize("python", rows), strict=True):
            _save(item, set(row["fields"]))
        _go_on_counting({type(item.object) for item in serializers.deserialize("python", rows)})
    return len(rows)


def of_today(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return a configuration as it is written today: an older one holds hours and texts of accounts in other places."""
    languages = {row["pk"]: row["fields"].get("language") or "en" for row in rows if row["model"] == ACCOUNT}
    return [row | {"fields": _account_of_today(row, languages)} if row["model"] == ACCOUNT else row for row in rows]


def _account_of_today(row: dict[str, Any], languages: dict[Any, str]) -> dict[str, Any]:
    language = languages.get(row["fields"].get("mailbox"), languages[row["pk"]])
    return older.carried_over(hours.carried_over(row["fields"]), language)


def _save(item: DeserializedObject, given: set[str]) -> None:
    model = type(item.object)
    if model._default_manager.filter(pk=item.object.pk).exists():
        columns = [field.name for field in model._meta.concrete_fields if field.name in given]
        item.save(update_fields=columns)
    else:
        if isinstance(item.object, Agent):
            item.object.set_unusable_password()
        item.save()


def _go_on_counting(tables: set[type[Model]]) -> None:
    """Let the next row get a primary key that is free: PostgreSQL does not count keys that were given."""
    statements = connection.ops.sequence_reset_sql(no_style(), list(tables))
    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)
