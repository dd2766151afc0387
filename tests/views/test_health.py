"""/livez and /healthz: what monitoring learns, and what it learns when something is away."""

from datetime import timedelta
from typing import Any
from unittest.mock import patch

import pytest
from django.conf import settings as django_settings
from django.db import OperationalError, connection
from django.test import Client
from django.utils import timezone

from tickets import heartbeat
from tickets.models import Account, Entry, InboxItem

pytestmark = pytest.mark.database


@pytest.fixture
def mailbox(db: None) -> Account:
    now = timezone.now()
    return Account.objects.create(channel="email", name="Shop", address="help@shop.example", created_at=now)


def health(client: Client) -> dict[str, Any]:
    answer = client.get("/healthz")
    return {"code": answer.status_code, **answer.json()}


def everybody_lives() -> None:
    with heartbeat.connect() as redis:
        for part in django_settings.PARTS:
            assert heartbeat.beat(redis, part)


def test_livez_asks_nothing_of_anybody(client: Client) -> None:
    assert client.get("/livez").content == b"ok\n"


def test_all_is_well_when_every_part_shows_life(client: Client, db: None) -> None:
    everybody_lives()
    report = health(client)
    assert (report["code"], report["status"], report["database"], report["broker"]) == (200, "ok", "ok", "ok")
    assert report["workers"] == dict.fromkeys(django_settings.PARTS, 1)
    assert report["disk_free_bytes"] > 0
    assert (report["oldest_waiting_seconds"], report["appender_lag_seconds"]) == (0.0, 0.0)


def test_a_part_without_a_sign_of_life_is_degraded(client: Client, db: None) -> None:
    report = health(client)
    assert (report["code"], report["status"], report["workers"]["in"]) == (200, "degraded", 0)


def test_a_dead_broker_is_degraded_and_still_200(client: Client, db: None, settings: Any) -> None:
    settings.REDIS_URL = "redis://127.0.0.1:1/0"
    report = health(client)
    assert (report["code"], report["status"]) == (200, "degraded")
    assert report["broker"] == "does not answer (ConnectionError)"


def test_a_dead_database_is_failing_and_503(client: Client, db: None) -> None:
    everybody_lives()

    def refuse(*arguments: Any) -> None:
        raise OperationalError("server at db.internal, user holdfast, is away")

    with connection.execute_wrapper(refuse):
        report = health(client)
    assert (report["code"], report["status"]) == (503, "failing")
    assert report["database"] == "does not answer (OperationalError)"


def test_mail_that_waits_long_is_seen(client: Client, mailbox: Account) -> None:
    everybody_lives()
    long_ago = timezone.now() - timedelta(minutes=10)
    InboxItem.objects.create(account=mailbox, key="1", source="smtp", spool="x", size=1, received_at=long_ago)
    report = health(client)
    assert report["status"] == "degraded"
    assert 590 < report["oldest_waiting_seconds"] < 700


def test_history_that_waits_is_no_alarm(client: Client, mailbox: Account) -> None:
    everybody_lives()
    long_ago = timezone.now() - timedelta(days=10)
    InboxItem.objects.create(
        account=mailbox, key="1", source="import", spool="x", size=1, received_at=long_ago, history=True
    )
    assert health(client)["status"] == "ok"


def test_an_entry_that_is_not_written_is_the_appenders_lag(client: Client, mailbox: Account) -> None:
    everybody_lives()
    at = timezone.now() - timedelta(minutes=2)
    Entry.objects.create(kind="note", at=at, account=mailbox, source="inline", original_size=1, original_sha256="")
    report = health(client)
    assert report["status"] == "degraded"
    assert 110 < report["appender_lag_seconds"] < 200


def test_a_full_disk_is_seen_before_it_is_full(client: Client, db: None) -> None:
    everybody_lives()
    with patch("tickets.views.health.LITTLE_DISK_BYTES", 2**62):
        assert health(client)["status"] == "degraded"
