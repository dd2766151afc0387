"""What a callback tells: every kind gives something visible, tokens stay exact, and parseupdate says it by the interface."""

import json
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from hypothesis import given
from hypothesis import strategies as st

from bridges.viber import read
from bridges.viber.channel import Viber
from tests.bridges.viber.conftest import SAMPLES
from tickets.mime.parse import Mail, parse
from tickets.models import Account

ANN = {"id": "01234567890A=", "name": "Ann", "country": "UA", "language": "uk", "api_version": 10}


def channel() -> Viber:
    return Viber(Account(channel="viber", name="Shop", address="shop"))


def said(**message: Any) -> bytes:
    told = {"event": "message", "timestamp": 1790000000000, "message_token": 4912661846655238145}
    return json.dumps(told | {"sender": ANN, "message": message}).encode()


def mail(raw: bytes) -> Mail:
    [notice] = channel().read(raw)
    return parse(channel().message(notice, raw))


def tell(tmp_path: Path, raw: bytes) -> dict[str, Any]:
    """What parseupdate prints for it."""
    file, out = tmp_path / "update.json", StringIO()
    file.write_bytes(raw)
    call_command("parseupdate", "viber", str(file), "--json", stdout=out)
    found: dict[str, Any] = json.loads(out.getvalue())
    return found


EXPECTED: dict[str, dict[str, Any]] = {
    "message": {"kind": "message", "text": "hi", "message_id": "4912661846655238145", "chat_id": "01234567890A=",
                "sender": {"id": "01234567890A=", "name": "Ann"}, "timestamp": "2026-09-21T14:13:20+00:00"},
    "conversation_started": {"kind": "system", "sender": {"id": "01234567890A=", "name": "Ann"}},
    "unsubscribed": {"kind": "unsubscribe", "sender": {"id": "01234567890A=", "name": ""}},
    "failed": {"kind": "delivery-status", "status": "failed", "target_id": "4912661846655238148", "text": "failure description"},
}  # fmt: skip


@pytest.mark.parametrize("name", sorted(EXPECTED))
def test_parseupdate_says_each_sample_by_the_interface(name: str, tmp_path: Path) -> None:
    found = tell(tmp_path, json.dumps(SAMPLES[name]).encode())
    assert found["defects"] == []
    [event] = found["events"]
    assert {key: event[key] for key in EXPECTED[name]} == EXPECTED[name]
    assert event["channel"] == "viber"


SHOWN: dict[str, tuple[dict[str, Any], str]] = {
    "text": ({"type": "text", "text": "Hello"}, "Hello"),
    "picture": ({"type": "picture", "media": "https://dl-media.viber.com/a", "file_name": "a.jpg"}, "[photo: a.jpg]"),
    "picture with words": ({"type": "picture", "media": "https://dl-media.viber.com/a", "text": "This one"}, "This one"),
    "video": ({"type": "video", "media": "https://dl-media.viber.com/v", "size": 9}, "[video]"),
    "file": ({"type": "file", "media": "https://dl-media.viber.com/f", "file_name": "bill.pdf", "size": 9}, "[file: bill.pdf]"),
    "voice": ({"type": "voice", "media": "https://dl-media.viber.com/o"}, "[voice message]"),
    "sticker": ({"type": "sticker", "sticker_id": 40126}, "Sticker 40126"),
    "contact": ({"type": "contact", "contact": {"name": "Bo", "phone_number": "+380501112233"}},
                "Contact card: Bo, +380501112233 (not proven to be theirs)"),
    "location": ({"type": "location", "location": {"lat": 50.45, "lon": 30.52}}, "Location: 50.45, 30.52"),
    "url": ({"type": "url", "media": "https://shop.example/red"}, "https://shop.example/red"),
    "rich media": ({"type": "rich_media", "rich_media": {}}, "Viber sent a rich media, which cannot be shown yet."),
    "no type": ({}, "Viber sent a message, which cannot be shown yet."),
}  # fmt: skip


@pytest.mark.parametrize("name", sorted(SHOWN))
def test_every_kind_of_message_is_visible_with_its_callback(name: str) -> None:
    message, words = SHOWN[name]
    made = mail(said(**message))
    assert words in made.text
    assert [file.content_type for file in made.attachments] == ["application/json"]
    assert made.language == "uk"


def test_files_are_named_so_that_the_worker_can_fetch_them() -> None:
    [notice] = read.read(said(type="file", media="https://dl-media.viber.com/f", file_name="bill.pdf", size=9))
    [file] = notice.data["attachments"]
    assert (file["url"], file["filename"], file["size"], file["kind"]) == (
        "https://dl-media.viber.com/f", "bill.pdf", 9, "document"
    )  # fmt: skip


def test_a_token_beyond_what_a_float_holds_stays_exact() -> None:
    [notice] = read.read(said(type="text", text="a"))
    assert notice.remote_id == "4912661846655238145"
    assert read.key(said(type="text", text="a")) == "message/4912661846655238145"


def test_a_message_is_delivered_to_each_device_and_seen_once() -> None:
    one = {"event": "delivered", "message_token": 1, "user_id": "a="}
    assert read.key(json.dumps(one).encode()) == "delivered/1/a="
    assert read.key(json.dumps(one | {"event": "seen"}).encode()) == "seen/1/a="


def test_an_event_that_nobody_knows_is_shown_with_all_that_came() -> None:
    raw = json.dumps({"event": "client_status", "message_token": 5, "user": ANN}).encode()
    [notice] = read.read(raw)
    assert (notice.kind, notice.sender) == ("other", "01234567890A=")
    assert "Viber sent a client status, which cannot be shown yet." in mail(raw).text


LEAVES = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20)
ANY = st.recursive(
    LEAVES, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3)
)
EVENTS = st.sampled_from(["message", "seen", "failed", "conversation_started", "subscribed", "unsubscribed", "webhook"])


@given(
    EVENTS | ANY,
    st.dictionaries(st.sampled_from(["type", "text", "media", "contact", "location", "sticker_id", "size"]), ANY),
    ANY,
)
def test_any_callback_is_read_and_shown(event: Any, message: Any, rest: Any) -> None:
    told = {"event": event, "message": message, "sender": rest, "user": rest, "timestamp": rest, "message_token": rest}
    raw = json.dumps(told).encode()
    for notice in channel().read(raw):
        assert parse(channel().message(notice, raw)).text
    assert channel().read(raw) == channel().read(raw)
    assert channel().key(raw) == channel().key(raw)
