"""Every row of the vendor's table of errors becomes the kind of the contract, with the vendor's own words; sync and by a status."""

import json
import re
from pathlib import Path
from typing import Any

import pytest

from bridges.split import ranges
from bridges.whatsapp import api, read
from bridges.whatsapp.api import Access
from bridges.whatsapp.fake import FakeWhatsApp
from bridges.whatsapp.refusals import MEANINGS, Refused, not_sent
from tests.bridges.whatsapp.conftest import enveloped
from tests.services.ports import free_port

ROWS: list[dict[str, Any]] = json.loads(Path(__file__).with_name("errors.json").read_text())
CODES = [
    (code, row["class"])
    for row in ROWS
    for part in str(row["code"]).split(",")
    for code in ((int(part),) if part.isdigit() else (200, 240, 299))
]


def access(whatsapp: FakeWhatsApp, **other: str) -> Access:
    return Access(other.get("token", whatsapp.token), other.get("url", whatsapp.url), whatsapp.number_id)


def refusal(found: Access) -> Refused:
    """What a real call ends with."""
    given = {"messaging_product": "whatsapp", "to": "380500000042", "type": "text", "text": {"body": "hello"}}
    with pytest.raises(Refused) as caught:
        api.call(found, "POST", f"{found.number}/messages", json=given)
    return caught.value


def test_the_table_has_its_43_rows_and_no_other_kind_than_ours() -> None:
    assert len(ROWS) == 43
    assert {kind for _code, kind in CODES} <= set(MEANINGS.values())


@pytest.mark.parametrize(("code", "kind"), CODES)
def test_an_error_has_its_kind_and_keeps_the_vendors_words(code: int, kind: str, whatsapp: FakeWhatsApp) -> None:
    whatsapp.plan("messages", code, "The vendor's words", "and details")
    found = not_sent(refusal(access(whatsapp)))
    assert (found.kind, "The vendor's words" in found.reason, "and details" in found.reason) == (kind, True, True)
    assert f"(code {code})" in found.reason


@pytest.mark.parametrize(("code", "kind"), CODES)
def test_the_same_error_in_a_failed_status_means_the_same(code: int, kind: str) -> None:
    error = {"code": code, "title": "T", "message": "The vendor's words", "error_data": {"details": "and details"}}
    status = {"id": "wamid.O", "status": "failed", "timestamp": "1790000000", "recipient_id": "1", "errors": [error]}
    [notice] = read.read(enveloped({"statuses": [status]}))
    assert notice.data["refusal"] == kind
    assert notice.text == f"The vendor's words: and details (code {code})"


@pytest.mark.parametrize(("code", "status"), [(999999, 400), (131999, 500), (132999, 403), (7, 200)])
def test_a_code_that_no_table_knows_is_uncertain_with_its_words(code: int, status: int, whatsapp: FakeWhatsApp) -> None:
    whatsapp.plan("messages", code, "Something new", status=status)
    found = not_sent(refusal(access(whatsapp)))
    assert (found.kind, found.retry_after) == ("uncertain", None)
    assert re.search(rf"Something new.*code {code}", found.reason)


def test_a_connection_that_ends_without_an_answer_is_uncertain(whatsapp: FakeWhatsApp) -> None:
    whatsapp.write(42, "Hi")
    whatsapp.plan_silence("messages")
    assert not_sent(refusal(access(whatsapp))).kind == "uncertain"
    assert len(whatsapp.sent) == 1


def test_nobody_at_home_is_temporary(whatsapp: FakeWhatsApp) -> None:
    assert not_sent(refusal(access(whatsapp, url=f"http://127.0.0.1:{free_port()}"))).kind == "temporary"


def test_too_much_to_one_person_holds_up_nobody_else(whatsapp: FakeWhatsApp) -> None:
    whatsapp.plan("messages", 131056, "Pair rate limit hit")
    assert not_sent(refusal(access(whatsapp))).retry_after is None
    whatsapp.plan("messages", 130429, "Rate limit hit")
    assert not_sent(refusal(access(whatsapp))).retry_after == 1.0
    whatsapp.plan("messages", 80007, "Rate limit issues")
    usage = json.dumps({"1": [{"type": "messages", "estimated_time_to_regain_access": 5}]})
    whatsapp.plans[-1].failure.headers = {"X-Business-Use-Case-Usage": usage}  # type: ignore[attr-defined]
    assert not_sent(refusal(access(whatsapp))).retry_after == 300.0


def test_no_reason_holds_the_token(whatsapp: FakeWhatsApp) -> None:
    whatsapp.plan("messages", 100, f"Bad token {whatsapp.token}")
    assert whatsapp.token not in refusal(access(whatsapp)).description


@pytest.mark.parametrize("token", ["", "with space", "schlüssel", "a\nb"])
def test_what_is_no_token_is_not_sent_anywhere(token: str, whatsapp: FakeWhatsApp) -> None:
    assert not_sent(refusal(access(whatsapp, token=token))).kind == "cut_off"
    assert whatsapp.calls == []


@pytest.mark.parametrize("url", ["nonsense", "ftp://127.0.0.1", "http://", "http://[::1"])
def test_an_address_that_is_none_is_a_temporary_refusal(url: str, whatsapp: FakeWhatsApp) -> None:
    assert not_sent(refusal(access(whatsapp, url=url))).kind == "temporary"


def test_a_long_text_is_cut_between_paragraphs_and_loses_no_word() -> None:
    text = "\n\n".join("🙂 word " * 400 for _ in range(4))
    pieces = [text[start:end] for start, end in ranges(text, 4096)]
    assert all(len(piece) <= 4096 for piece in pieces)
    assert " ".join(pieces).split() == text.split()
