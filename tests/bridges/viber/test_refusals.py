"""Every row of the vendor's table of statuses becomes the kind of the contract, with the vendor's own words."""

import json
from pathlib import Path
from typing import Any

import pytest

from bridges.viber import api
from bridges.viber.api import Access
from bridges.viber.fake import FakeViber
from bridges.viber.refusals import NAMES, Refused, kind_of, not_sent
from tests.services.ports import free_port

ROWS: list[dict[str, Any]] = json.loads(Path(__file__).with_name("errors.json").read_text())
# Where the table names no kind of the contract: the month's free messages are used up, and who writes first can still be
# answered; and a status that nobody knows may mean anything.
OURS = {"degraded": "window", "temporary": "uncertain"}
STATUSES = [(row["status"], OURS.get(row["class"], row["class"])) for row in ROWS if row["class"] != "ok"]


def access(viber: FakeViber, **other: str) -> Access:
    return Access(other.get("token", viber.token), other.get("url", viber.url))


def refusal(found: Access) -> Refused:
    """What a real call ends with."""
    given = {"receiver": FakeViber.id_of(42), "type": "text", "text": "hello", "sender": {"name": "Shop"}}
    with pytest.raises(Refused) as caught:
        api.call(found, "send_message", **given)
    return caught.value


def test_the_table_has_its_26_rows_and_every_status_has_a_name() -> None:
    assert len(ROWS) == 26
    assert [row["status"] for row in ROWS] == [0, *range(1, 25), "other"]
    assert {row["status"]: row["name"] for row in ROWS[1:-1]} == NAMES


@pytest.mark.parametrize(("status", "kind"), STATUSES)
def test_a_status_has_its_kind_and_keeps_the_vendors_words(status: Any, kind: str, viber: FakeViber) -> None:
    number = status if isinstance(status, int) else 99
    viber.plan("send_message", number, "The vendor's words")
    viber.webhook = "https://help.example/"
    found = not_sent(refusal(access(viber)))
    assert (found.kind, "The vendor's words" in found.reason) == (kind, True)
    assert f"(status {number})" in found.reason
    assert NAMES.get(number, "") in found.reason


def test_a_connection_that_ends_without_an_answer_is_uncertain(viber: FakeViber) -> None:
    viber.webhook = "https://help.example/"
    viber.write(42, "Hi")
    viber.plan_silence("send_message")
    assert not_sent(refusal(access(viber))).kind == "uncertain"
    assert len(viber.sent) == 1


def test_nobody_at_home_is_temporary(viber: FakeViber) -> None:
    assert not_sent(refusal(access(viber, url=f"http://127.0.0.1:{free_port()}"))).kind == "temporary"


def test_too_much_to_one_person_holds_up_nobody_else(viber: FakeViber) -> None:
    viber.plan("send_message", 12)
    found = not_sent(refusal(access(viber)))
    assert (found.kind, found.retry_after) == ("rate", None)


def test_no_reason_holds_the_token(viber: FakeViber) -> None:
    viber.plan("send_message", 3, f"Bad token {viber.token}")
    assert viber.token not in refusal(access(viber)).description


@pytest.mark.parametrize("token", ["", "with space", "schlüssel", "a\nb"])
def test_what_is_no_token_is_not_sent_anywhere(token: str, viber: FakeViber) -> None:
    assert not_sent(refusal(access(viber, token=token))).kind == "cut_off"
    assert viber.calls == []


def test_what_is_no_answer_of_viber_is_uncertain() -> None:
    assert kind_of(None) == "uncertain"
    assert not_sent(Refused("HTTP 502: <html>")).kind == "uncertain"
