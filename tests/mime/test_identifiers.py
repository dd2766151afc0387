"""Signed addresses and tags come back to what they name, and only when they were signed here."""

import pytest

from tickets.mime.identifiers import (
    base_subject,
    bounce_address,
    message_id,
    read_bounce_address,
    read_reply_address,
    read_reply_token,
    read_subject_tag,
    references_of,
    reply_address,
    reply_token,
    subject_tag,
)

KEYS = {"a": b"old key", "b": b"new key"}


def test_a_reply_address_names_its_message_even_in_upper_case() -> None:
    address = reply_address("support@desk.example", reply_token(KEYS["b"], "b", "m7x2k"))
    assert address.startswith("support+bm7x2k-")
    assert read_reply_address(KEYS, address.upper()) == "m7x2k"
    assert read_reply_address({"a": KEYS["a"]}, address) is None


def test_a_changed_token_names_nothing() -> None:
    token = reply_token(KEYS["a"], "a", "m7x2k")
    assert read_reply_token(KEYS, token) == "m7x2k"
    assert read_reply_token(KEYS, token.replace("m7", "m8")) is None
    assert read_reply_token(KEYS, "support") is None


def test_a_pattern_serves_domains_without_plus_addresses() -> None:
    address = reply_address("support@desk.example", reply_token(KEYS["a"], "a", "m1"), "ticket-{token}@desk.example")
    assert address.startswith("ticket-am1-")
    assert read_reply_address(KEYS, address) == "m1"


def test_an_address_that_would_be_too_long_stays_plain() -> None:
    assert reply_address("s" * 50 + "@desk.example", reply_token(b"k", "a", "m1")) == "s" * 50 + "@desk.example"


def test_a_bounce_address_is_no_reply_address() -> None:
    address = bounce_address(KEYS["a"], "a", "bounce@desk.example", "d9")
    assert read_bounce_address(KEYS, address) == "d9"
    assert read_reply_address(KEYS, address) is None


def test_a_subject_tag_counts_only_when_signed() -> None:
    tag = subject_tag(KEYS["a"], 1042)
    assert read_subject_tag(KEYS, f"Re: Printer {tag.upper()}") == 1042
    assert read_subject_tag(KEYS, "Re: [#1042-aaaa] " + tag) == 1042
    assert read_subject_tag({"b": KEYS["b"]}, tag) is None
    assert read_subject_tag(KEYS, None) is None


@pytest.mark.parametrize(
    "subject",
    ["Printer", "Re: Printer", "RE: AW: Printer", "Re[2]: Fwd: Printer", "SV: VS: Printer", "Odp: Printer", "Відп: Printer",
     "回复：Printer", "Re: [#1042-k7f3] Printer", "[#1042-k7f3] Re: Printer", "Antw: Re: Printer", "RE : Printer"],
)  # fmt: skip
def test_the_base_of_a_subject_has_no_prefix_and_no_tag(subject: str) -> None:
    assert base_subject(subject) == "Printer"


def test_a_word_with_a_colon_is_no_prefix() -> None:
    assert base_subject("Printer: broken") == "Printer: broken"
    assert base_subject(None) == ""


def test_references_grow_by_the_parent_and_stay_short() -> None:
    assert references_of([], None, "a@x") == ["a@x"]
    assert references_of([], "z@x", "a@x") == ["z@x", "a@x"]
    long = references_of([f"{n}@x" for n in range(50)], None, "a@x")
    assert (len(long), long[0], long[-1]) == (21, "0@x", "a@x")
    assert message_id(7, "r4nd", "desk.example") == "7.r4nd@desk.example"
