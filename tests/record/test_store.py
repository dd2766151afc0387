"""The record in a folder and in a bucket: the same names, the same promises."""

from collections.abc import Iterator
from typing import Any

import pytest

from tests.flows import desk
from tests.services import bucket
from tickets.actions.reply import reply
from tickets.models import Agent, Delivery, Ticket
from tickets.record import read
from tickets.record.store import store

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(params=["folder", "bucket"])
def kept(request: pytest.FixtureRequest, settings: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """Where the record is kept."""
    if request.param == "folder":
        yield "folder"
        return
    with bucket.running() as (url, _objects):
        monkeypatch.setenv("AWS_ACCESS_KEY_ID", "key")
        monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "secret")
        monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-central-1")
        settings.S3_ENDPOINT_URL = url
        settings.RECORD_URL = f"s3://holdfast-{url.rsplit(':', 1)[1]}/our/record"
        yield "bucket"


def test_a_name_once_written_keeps_its_bytes_and_can_be_read_listed_and_removed(kept: str) -> None:
    store().write("2026-11/cur/0000000001.ab:2,S", b"first")
    store().write("2026-11/cur/0000000001.ab:2,S", b"first")
    store().settle("2026-11/cur")
    assert store().read("2026-11/cur/0000000001.ab:2,S") == b"first"
    assert list(store().names("2026-11")) == ["2026-11/cur/0000000001.ab:2,S"]
    assert store().modified("2026-11/cur/0000000001.ab:2,S") is not None
    store().remove("2026-11/cur/0000000001.ab:2,S")
    store().remove("2026-11/cur/0000000001.ab:2,S")
    assert store().modified("2026-11/cur/0000000001.ab:2,S") is None
    with pytest.raises(FileNotFoundError):
        store().read("2026-11/cur/0000000001.ab:2,S")


def test_many_are_written_at_once_and_leave_nothing_aside(kept: str) -> None:
    many = [(f"2026-11/cur/{number:010d}.ab:2,S", b"%d" % number) for number in range(250)]
    store().write_many(many)
    store().settle("2026-11/cur")
    assert sorted(store().names("")) == [name for name, _ in many]
    assert all(store().read(name) == data for name, data in many)


def test_more_names_than_a_page_are_all_listed(kept: str) -> None:
    for number in range(bucket.PAGE + 5):
        store().write(f"spool/made/{number:04d}", b"x")
    assert len(list(store().names("spool/made"))) == bucket.PAGE + 5


def test_a_conversation_is_kept_there_and_rebuilt_from_there(kept: str, ann: Agent) -> None:
    message = desk.arrive(desk.mailbox(), desk.mail("Where is it?"))
    assert message
    reply(message.ticket, "On its way.", ann, to=[{"name": "Zoe", "address": "zoe@customer.example"}])
    desk.write_config()
    assert desk.rebuilt_differences() == []
    assert Ticket.objects.get().message_count == 3
    assert Delivery.objects.filter(state="sent").count() == 2
    assert read.highest() == 5


def test_a_full_bucket_or_disk_is_an_error_and_not_an_ok(settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "key")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "secret")
    with bucket.running() as (url, _objects):
        monkeypatch.setattr(bucket.Bucket, "do_PUT", lambda self: (self._body(), self.fault(403, "QuotaExceeded")))
        settings.S3_ENDPOINT_URL = url
        settings.RECORD_URL = f"s3://full-{url.rsplit(':', 1)[1]}"
        with pytest.raises(OSError, match="did not take"):
            store().write("spool/in/x", b"x")
