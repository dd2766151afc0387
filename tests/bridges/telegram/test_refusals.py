"""Every row of the vendor's table of errors becomes the kind of the contract, with the vendor's own words."""

import json
from pathlib import Path
from typing import Any

import pytest

from bridges.telegram import api
from bridges.telegram.fake import FakeTelegram
from bridges.telegram.refusals import Refused, not_sent
from bridges.telegram.split import split, units
from tests.services.ports import free_port

ROWS: list[dict[str, Any]] = json.loads(Path(__file__).with_name("errors.json").read_text())
ANSWERED = [row for row in ROWS if row["http"]]


def refusal(telegram: FakeTelegram, method: str = "send_message") -> Refused:
    """What a real call ends with."""
    with pytest.raises(Refused) as caught:
        api.call(telegram.token, telegram.url, lambda bot: bot.send_message(42, "hello"))
    return caught.value


@pytest.mark.parametrize("row", ANSWERED, ids=[f"{row['http']} {row['match']}" for row in ANSWERED])
def test_an_error_has_its_kind_and_keeps_the_vendors_words(row: dict[str, Any], telegram: FakeTelegram) -> None:
    words = row["match"].replace("retry after N", "retry after 7").replace("*", "Bad Gateway")
    parameters = {429: {"retry_after": 7}}.get(row["http"], {})
    if "upgraded" in words:
        parameters = {"migrate_to_chat_id": -100123}
    telegram.plan("sendMessage", row["http"], words, **parameters)
    found = not_sent(refusal(telegram))
    # A conflict says nothing of this message: it is tried again, and the account's health tells of the other poller.
    assert found.kind == {"degraded": "temporary"}.get(row["class"], row["class"])
    assert found.reason == words
    assert found.retry_after == (7 if row["http"] == 429 else None)


def test_a_connection_that_ends_without_an_answer_is_uncertain(telegram: FakeTelegram) -> None:
    telegram.write(42, "Hi")
    telegram.plan_silence("sendMessage")
    assert not_sent(refusal(telegram)).kind == "uncertain"


@pytest.mark.parametrize(
    ("status", "kind"), [(503, "uncertain"), (504, "uncertain"), (302, "uncertain"), (413, "bug"), (418, "bug")]
)
def test_what_no_table_knows_is_never_sent_again_by_itself(status: int, kind: str, telegram: FakeTelegram) -> None:
    telegram.plan("sendMessage", status, "Something new")
    found = not_sent(refusal(telegram))
    assert (found.kind, found.reason) == (kind, "Something new")


def test_nobody_at_home_is_temporary(telegram: FakeTelegram) -> None:
    with pytest.raises(Refused) as caught:
        api.call(telegram.token, f"http://127.0.0.1:{free_port()}", lambda bot: bot.send_message(42, "hello"))
    assert not_sent(caught.value).kind == "temporary"


def test_no_reason_holds_the_token(telegram: FakeTelegram) -> None:
    telegram.plan("sendMessage", 400, f"Bad Request: no route /bot{telegram.token}/sendMessage")
    assert telegram.token not in refusal(telegram).description


def test_a_long_text_is_split_between_paragraphs_and_loses_no_word() -> None:
    text = "\n\n".join("🙂 word " * 300 for _ in range(4))
    pieces = split(text)
    assert all(units(piece) <= 4096 for piece in pieces)
    assert " ".join(pieces).split() == text.split()


def test_a_word_without_end_is_split_between_characters() -> None:
    pieces = split("🙂" * 5000)
    assert [units(piece) for piece in pieces] == [4096, 4096, 1808]
    assert "".join(pieces) == "🙂" * 5000


@pytest.mark.parametrize("token", ["", "abc", "1:a/../b", "1:a b", "1:a\n"])
def test_what_is_no_token_is_not_sent_anywhere(token: str, telegram: FakeTelegram) -> None:
    with pytest.raises(Refused) as caught:
        api.call(token, telegram.url, lambda bot: bot.get_me())
    assert (not_sent(caught.value).kind, telegram.calls) == ("cut_off", [])


@pytest.mark.parametrize("url", ["nonsense", "ftp://127.0.0.1", "http://", "http://[::1"])
def test_an_address_that_is_none_is_a_temporary_refusal(url: str, telegram: FakeTelegram) -> None:
    with pytest.raises(Refused) as caught:
        api.call(telegram.token, url, lambda bot: bot.send_message(42, "hello"))
    assert not_sent(caught.value).kind == "temporary"
