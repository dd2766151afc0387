"""GET /livez: does this process serve? GET /healthz: how is the whole (docs/operating.md says what it means)?"""

import shutil
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from redis import RedisError

from tickets import heartbeat
from tickets.models import Entry, InboxItem, ItemState
from tickets.record.mirror import Lag, lags

# From here on a person should look.
LITTLE_DISK_BYTES = 500 * 1024 * 1024
LONG_WAIT_SECONDS = 300
LONG_LAG_SECONDS = 60
LONG_MIRROR_SECONDS = 3600


@require_safe
@never_cache
def livez(request: HttpRequest) -> HttpResponse:
    """200 while the process serves; asks nothing of anybody."""
    return HttpResponse("ok\n", content_type="text/plain")


@require_safe
@never_cache
def healthz(request: HttpRequest) -> JsonResponse:
    """200 with status ok or degraded, 503 with failing when the database does not answer. Times are seconds."""
    report = {**ask_database(), **ask_broker(), "disk_free_bytes": shutil.disk_usage(settings.DATA_DIR).free}
    status = judge(report)
    return JsonResponse({"status": status, **report}, status=503 if status == "failing" else 200)


def ask_database() -> dict[str, Any]:
    """What the tables say of the way in and of the record."""
    try:
        waiting = InboxItem.objects.filter(state=ItemState.WAITING, history=False).order_by("id")
        unwritten = Entry.objects.filter(marked_at__isnull=True).order_by("id")
        return {
            "database": "ok",
            "oldest_waiting_seconds": age(waiting.values_list("received_at", flat=True).first()),
            "appender_lag_seconds": age(unwritten.values_list("at", flat=True).first()),
            "mirrors": [mirror_row(lag) for lag in lags()],
        }
    except (DatabaseError, OSError) as error:
        unknown: dict[str, Any] = {"oldest_waiting_seconds": None, "appender_lag_seconds": None, "mirrors": []}
        return {"database": plain(error), **unknown}


def mirror_row(lag: Lag) -> dict[str, Any]:
    """How far a mirror is; not what its server said, nor where it is: this page is open to everybody."""
    return {
        "name": lag.mirror.name,
        "entries_behind": lag.entries,
        "seconds_behind": lag.seconds,
        "works": not lag.mirror.last_error,
        "paused": lag.mirror.paused_at is not None,
        "refused": lag.mirror.missing_count,
    }


def ask_broker() -> dict[str, Any]:
    """Whether Redis answers, and how many processes serve each part."""
    try:
        with heartbeat.connect() as client:
            counts = heartbeat.alive(client)
    except RedisError as error:
        return {"broker": plain(error), "workers": {}}
    return {"broker": "ok", "workers": {part: counts.get(part, 0) for part in settings.PARTS}}


def judge(report: dict[str, Any]) -> str:
    """ok, degraded or failing."""
    if report["database"] != "ok":
        return "failing"
    well = (
        report["broker"] == "ok"
        and all(report["workers"].values())
        and report["disk_free_bytes"] > LITTLE_DISK_BYTES
        and report["oldest_waiting_seconds"] < LONG_WAIT_SECONDS
        and report["appender_lag_seconds"] < LONG_LAG_SECONDS
        and all(one["paused"] or one["seconds_behind"] < LONG_MIRROR_SECONDS for one in report["mirrors"])
    )
    return "ok" if well else "degraded"


def age(since: datetime | None) -> float:
    """Seconds since then; 0.0 when there is nothing."""
    return round(max(0.0, (timezone.now() - since).total_seconds()), 1) if since else 0.0


def plain(error: Exception) -> str:
    """The kind of the error alone: its text may name hosts and users, and this page is open to everybody."""
    return f"does not answer ({type(error).__name__})"
