"""What the chat's pages told, read again: any JSON at all gives something visible, and nothing is read as somebody else's."""

import json
from typing import Any

import pytest
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from bridges.webchat import read, told
from bridges.webchat.channel import Webchat
from bridges.webchat.passes import Pass
from tickets.mime.build import File
from tickets.mime.parse import parse
from tickets.models import Account

ZOE = Pass("v" + "a" * 25, 2)
NOW = timezone.now()
LEAVES = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20)
ANY = st.recursive(
    LEAVES, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4)
)


def test_a_message_says_who_what_and_when() -> None:
    raw = told.message(ZOE, "0123456789", NOW, "Hello", [File("a.txt", "text/plain", b"a")], name="Zoe", language="de")
    [notice] = read.read(raw)
    assert (notice.kind, notice.sender, notice.sender_name, notice.text) == ("message", ZOE.visitor, "Zoe", "Hello")
    assert (notice.at, notice.remote_id) == (NOW, f"{ZOE.visitor}.0123456789")
    assert notice.data["address_data"] == {"shown": "Zoe", "passes_from": 2}
    assert read.key(raw) == f"{ZOE.visitor}/0123456789"


def test_receipts_are_told_one_by_one() -> None:
    found = read.read(told.receipts(ZOE, NOW, "read", ["b", "a"]))
    assert [(one.kind, one.target_id, one.data["status"], one.key) for one in found] == [
        ("receipt", "a", "read", "read a"),
        ("receipt", "b", "read", "read b"),
    ]


def test_what_was_not_read_is_a_refusal_of_its_kind() -> None:
    [found] = read.read(told.unseen(ZOE.visitor, "a", 5))
    assert (found.data["status"], found.data["refusal"]) == ("failed", "unseen")
    assert found.text == "Not read in the chat for 5 minutes."


def test_the_end_of_a_chat_says_from_which_pass_on_they_count() -> None:
    [found] = read.read(told.ended(ZOE, NOW))
    assert (found.kind, found.data["address_data"]["passes_from"]) == ("system", 3)


@given(st.dictionaries(st.sampled_from(["kind", "visitor", "id", "ids", "text", "files", "at", "status", "number", "name"]),
                       ANY | st.sampled_from(["message", "receipts", "unseen", "ended", "read", ZOE.visitor])))  # fmt: skip
def test_any_payload_is_read_and_shown(payload: dict[str, Any]) -> None:
    raw = json.dumps(payload).encode()
    channel = Webchat(Account(channel="webchat", name="Shop", public_id="shop"))
    for notice in channel.read(raw):
        made = parse(channel.message(notice, raw))
        assert made.text or made.attachments
    assert channel.read(raw) == channel.read(raw)


@pytest.mark.parametrize("raw", [b"", b"{", b"[]", b'{"kind": "message"}', b'{"kind": "message", "visitor": "v"}'])
def test_what_is_no_word_of_the_chat_is_parked_with_its_bytes(raw: bytes) -> None:
    [notice] = read.read(raw)
    assert notice.kind == "other"
    assert notice.data["unreadable"]
