"""What a payload tells: every kind gives something visible, every thing of a batch is told, and parseupdate says it by the interface."""

import json
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from hypothesis import given, settings
from hypothesis import strategies as st

from bridges.whatsapp.channel import WhatsApp
from bridges.whatsapp.rich import rich
from tests.bridges.whatsapp.conftest import SAMPLES, enveloped
from tickets.mime.parse import Mail, parse
from tickets.models import Account

ANN = {"profile": {"name": "Ann"}, "wa_id": "380501112233", "user_id": "UA.13491208655302741918"}
FIELDS = {"account_update_ban": "account_update", "account_update_restriction": "account_update"}
VALUES = {name: value for name, value in SAMPLES.items() if name != "api_error_190"}


def channel() -> WhatsApp:
    return WhatsApp(Account(channel="whatsapp", name="Shop", address="15550001111"))


def said(**message: Any) -> bytes:
    known = {"from": "380501112233", "id": "wamid.X", "timestamp": "1790000000"}
    about = {"display_phone_number": "15550001111", "phone_number_id": "111"}
    return enveloped(
        {"messaging_product": "whatsapp", "metadata": about, "contacts": [ANN], "messages": [known | message]}
    )


def mail(raw: bytes) -> Mail:
    """The mail that stands for the only notice of a payload."""
    [notice] = channel().read(raw)
    return parse(channel().message(notice, raw))


@pytest.fixture
def tell(tmp_path: Path) -> Any:
    """tell(bytes): what parseupdate prints for it."""

    def run(raw: bytes) -> dict[str, Any]:
        file = tmp_path / "update.json"
        file.write_bytes(raw)
        out = StringIO()
        call_command("parseupdate", "whatsapp", str(file), "--json", stdout=out)
        [line] = out.getvalue().splitlines()
        return json.loads(line)

    return run


PERSON = {"id": "UA.13491208655302741918", "name": "Ann"}
EXPECTED: dict[str, dict[str, Any]] = {
    "text": {"kind": "message", "text": "hi", "sender": PERSON, "message_id": "wamid.A",
             "timestamp": "2026-09-21T14:13:20+00:00"},
    "text_no_phone": {"kind": "message", "text": "no number", "sender": PERSON},
    "document_reply": {"kind": "message", "text": "bill", "reply_to": "wamid.OUT"},
    "unsupported": {"kind": "unsupported", "text": "", "message_id": "wamid.D"},
    "revoke": {"kind": "delete", "target_id": "wamid.A", "message_id": "wamid.E"},
    "status_failed_window": {"kind": "delivery-status", "status": "failed", "message_id": "wamid.OUT"},
    "account_update_ban": {"kind": "system", "sender": None},
    "account_update_restriction": {"kind": "system", "sender": None},
}  # fmt: skip


@pytest.mark.parametrize("name", sorted(VALUES))
def test_parseupdate_tells_each_sample_as_the_interface_says(name: str, tell: Any) -> None:
    told = tell(enveloped(VALUES[name], FIELDS.get(name, "messages")))
    assert told["defects"] == []
    [event] = told["events"]
    assert (len(event), event["channel"]) == (15, "whatsapp")
    assert {key: event[key] for key in EXPECTED[name]} == EXPECTED[name]


SHOWN: list[tuple[dict[str, Any], str, str]] = [
    ({"type": "text", "text": {"body": "hello"}}, "message", "hello"),
    ({"type": "image", "image": {"id": "1", "mime_type": "image/jpeg", "caption": "look"}}, "message", "look"),
    ({"type": "image", "image": {"id": "1", "mime_type": "image/jpeg"}}, "message", "[photo]"),
    ({"type": "video", "video": {"id": "1", "mime_type": "video/mp4"}}, "message", "[video]"),
    ({"type": "audio", "audio": {"id": "1", "mime_type": "audio/ogg; codecs=opus", "voice": True}}, "message", "[voice message]"),
    ({"type": "audio", "audio": {"id": "1", "mime_type": "audio/mpeg"}}, "message", "[audio]"),
    ({"type": "document", "document": {"id": "1", "filename": "a.pdf"}}, "message", "[file: a.pdf]"),
    ({"type": "sticker", "sticker": {"id": "1", "mime_type": "image/webp", "animated": True}}, "message", "[sticker]"),
    ({"type": "location", "location": {"latitude": 49.8, "longitude": 24.0, "name": "Café"}}, "message", "Café: 49.8, 24.0"),
    ({"type": "contacts", "contacts": [{"name": {"formatted_name": "Bo"}, "phones": [{"phone": "+1 2"}]}]},
     "message", "Contact card: Bo, +1 2"),
    ({"type": "interactive", "interactive": {"type": "button_reply", "button_reply": {"id": "y", "title": "Yes"}}},
     "callback", "Yes"),
    ({"type": "interactive", "interactive": {"type": "list_reply", "list_reply": {"id": "2", "title": "Two", "description": "II"}}},
     "callback", "Two\nII"),
    ({"type": "interactive", "interactive": {"type": "nfm_reply", "nfm_reply": {"body": "Sent", "response_json": '{"a":1}'}}},
     "callback", '{"a":1}'),
    ({"type": "button", "button": {"payload": "stop", "text": "Stop it"}}, "callback", "Stop it"),
    ({"type": "reaction", "reaction": {"message_id": "wamid.OUT", "emoji": "👍"}}, "reaction", "Reacted with 👍"),
    ({"type": "reaction", "reaction": {"message_id": "wamid.OUT"}}, "reaction", "Took back the reaction."),
    ({"type": "order", "order": {"catalog_id": "9", "text": "please", "product_items": [
        {"product_retailer_id": "bell", "quantity": 2, "item_price": 4.5, "currency": "EUR"},
        {"product_retailer_id": "lock", "quantity": 1, "item_price": 20, "currency": "EUR"}]}},
     "message", "2 × bell 4.50 EUR"),
    ({"type": "system", "system": {"type": "user_changed_number", "body": "Ann changed", "wa_id": "380509998877",
                                   "user_id": "UA.2"}}, "system", "Ann changed"),
    ({"type": "system", "system": {"type": "customer_identity_changed", "body": "New keys"}}, "system", "New keys"),
    ({"type": "edit", "edit": {"original_message_id": "wamid.A", "message": {"type": "text", "text": {"body": "hi!"}}}},
     "edit", "hi!"),
    ({"type": "revoke", "revoke": {"original_message_id": "wamid.A"}}, "delete", "Deleted a message."),
    ({"type": "request_welcome"}, "subscribe", "Opened the chat"),
    ({"type": "unsupported", "unsupported": {"type": "poll"}, "errors": [{"code": 131051, "title": "Unknown"}]},
     "unsupported", "does not pass on"),
    ({"type": "text", "text": {"body": "see"}, "context": {"forwarded": True}}, "message", "Forwarded:"),
    ({"type": "text", "text": {"body": "this?"}, "context": {"referred_product": {"product_retailer_id": "bell"}}},
     "message", "product bell"),
    ({"type": "text", "text": {"body": "hi"}, "referral": {"headline": "Bikes!", "source_url": "https://fb.me/1"}},
     "message", "Bikes! – https://fb.me/1"),
    ({"type": "hologram", "hologram": {"x": 1}}, "message", "WhatsApp sent a hologram, which cannot be shown yet."),
]  # fmt: skip


@pytest.mark.parametrize(("message", "kind", "shown"), SHOWN, ids=[f"{row[1]} {row[2][:20]}" for row in SHOWN])
def test_each_kind_of_message_gives_something_to_see(message: dict[str, Any], kind: str, shown: str) -> None:
    raw = said(**message)
    [notice] = channel().read(raw)
    assert notice.kind == kind
    found = parse(channel().message(notice, raw))
    assert shown in found.text
    assert found.from_
    assert found.from_.address.lower() == "ua.13491208655302741918@15550001111.whatsapp.invalid"
    assert [file.content_type for file in found.attachments] == ["application/json"]


ACCOUNT: list[tuple[str, dict[str, Any], str, str]] = [
    ("account_update", {"event": "DISABLED_UPDATE", "ban_info": {"waba_ban_state": "DISABLE", "waba_ban_date": "May 1, 2026"}},
     "cut_off", "it is disabled, May 1, 2026"),
    ("account_update", {"event": "DISABLED_UPDATE", "ban_info": {"waba_ban_state": "SCHEDULE_FOR_DISABLE"}},
     "degraded", "it will be disabled"),
    ("account_update", {"event": "DISABLED_UPDATE", "ban_info": {"waba_ban_state": "REINSTATE"}}, "working", "allowed again"),
    ("account_update", {"event": "ACCOUNT_RESTRICTION", "restriction_info": [
        {"restriction_type": "RESTRICTED_CUSTOMER_INITIATED_MESSAGING", "expiration": 1790600000}]},
     "cut_off", "nobody may be answered, not even those who write first, until 2026-09-28"),
    ("account_update", {"event": "ACCOUNT_RESTRICTION", "restriction_info": [
        {"restriction_type": "RESTRICTED_BIZ_INITIATED_MESSAGING", "expiration": 1790600000}]}, "degraded", "no conversation may"),
    ("account_update", {"event": "ACCOUNT_VIOLATION", "violation_info": {"violation_type": "SPAM"}}, "degraded", "spam"),
    ("account_update", {"event": "ACCOUNT_DELETED"}, "cut_off", "was deleted"),
    ("account_update", {"event": "ACCOUNT_OFFBOARDED", "disconnection_info": {"reason": "CHANGE_NUMBER"}}, "cut_off", "change number"),
    ("account_update", {"event": "PARTNER_ADDED"}, "", "shared with a partner"),
    ("account_update", {"event": "SOMETHING_NEW"}, "", "something new"),
    ("phone_number_quality_update", {"event": "FLAGGED", "display_phone_number": "1555", "current_limit": "TIER_1K"},
     "degraded", "flagged"),
    ("message_template_status_update", {"event": "REJECTED", "message_template_name": "hello", "message_template_language": "en",
                                        "reason": "TAG_CONTENT_MISMATCH"}, "", "hello (en) is now: rejected"),
    ("business_capability_update", {"max_daily_conversations_per_business": 1000}, "", "1000 conversations a day"),
]  # fmt: skip


@pytest.mark.parametrize(("field", "value", "health", "shown"), ACCOUNT)
def test_what_is_told_of_the_account_is_explained_and_says_how_it_does(
    field: str, value: dict[str, Any], health: str, shown: str
) -> None:
    raw = enveloped(value, field)
    [notice] = channel().read(raw)
    assert (notice.kind, notice.data.get("health", "")) == ("system", health)
    assert shown in parse(channel().message(notice, raw)).text


def batch() -> bytes:
    """Two entries, three changes: two messages, two statuses, an error, a ban, and a field of the future."""
    first = json.loads(said(type="text", text={"body": "one"}))
    value = first["entry"][0]["changes"][0]["value"]
    value["messages"].append(value["messages"][0] | {"id": "wamid.Y", "text": {"body": "two"}})
    value["statuses"] = [
        {"id": "wamid.OUT", "status": status, "timestamp": "1790000001", "recipient_id": "380501112233"}
        for status in ("sent", "delivered")
    ]
    value["errors"] = [{"code": 130429, "title": "Rate limit hit"}]
    ban = {"field": "account_update", "value": VALUES["account_update_ban"]}
    first["entry"].append({"id": "2", "changes": [ban, {"field": "dreams", "value": {"x": 1}}]})
    return json.dumps(first).encode()


def test_every_entry_change_message_and_status_of_a_batch_is_told() -> None:
    notices = channel().read(batch())
    assert [one.kind for one in notices] == ["message", "message", "receipt", "receipt", "system", "system", "other"]
    assert len({one.key for one in notices}) == len(notices)
    mails = [parse(channel().message(one, batch())) for one in notices]
    assert len({one.message_id for one in mails}) == len(notices)
    assert all(one.text for one in mails)


def test_a_message_that_is_told_again_in_other_company_is_the_same_mail() -> None:
    alone = said(type="text", text={"body": "one"})
    [again] = [one for one in channel().read(batch()) if one.remote_id == "wamid.X"]
    first, second = mail(alone), parse(channel().message(again, batch()))
    assert (first.message_id, first.digest) == (second.message_id, second.digest)
    assert channel().key(alone) == "message wamid.X"
    assert channel().key(batch()) is None


def test_who_hides_the_number_is_known_by_the_user_id_and_who_has_both_keeps_the_number_as_an_attribute() -> None:
    [hidden] = channel().read(enveloped(VALUES["text_no_phone"]))
    [both] = channel().read(enveloped(VALUES["text"]))
    assert hidden.sender == both.sender == "UA.13491208655302741918"
    assert both.data["address_data"]["phone"] == "380501112233"
    assert hidden.data["address_data"]["phone"] == ""
    assert (both.data["moved_from"], hidden.data.get("moved_from")) == ("380501112233", None)
    old = json.loads(enveloped(VALUES["text"]))
    del old["entry"][0]["changes"][0]["value"]["contacts"]
    [number_only] = channel().read(json.dumps(old).encode())
    assert number_only.sender == "380501112233"


def test_somebody_with_a_new_number_is_still_the_same() -> None:
    system = {"type": "user_changed_number", "body": "changed", "wa_id": "380509998877", "user_id": "UA.2"}
    [notice] = channel().read(said(type="system", system=system))
    assert (notice.sender, notice.data["moved_to"]) == ("UA.13491208655302741918", "UA.2")


def test_a_status_says_in_our_own_words_whose_it_is() -> None:
    value = {"statuses": [{"id": "wamid.O", "status": "read", "timestamp": "1790000000", "recipient_id": "1",
                           "biz_opaque_callback_data": "holdfast ua.7 abc@desk.example"}]}  # fmt: skip
    raw = enveloped(value)
    [notice] = channel().read(raw)
    assert notice.sender == "ua.7"
    assert mail(raw).in_reply_to == "abc@desk.example"


@pytest.mark.parametrize(
    ("html", "marked"),
    [
        ("<p>Hello <b>you</b></p><p>and <i>you</i></p>", "Hello *you*\n\nand _you_"),
        ("<ul><li>one</li><li>two <del>not</del></li></ul>", "• one\n• two ~not~"),
        ("<ol><li>one</li><li>two</li></ol>", "1. one\n2. two"),
        ("<blockquote>said</blockquote><p>yes</p>", "> said\n\nyes"),
        ('<p>See <a href="https://x.example/a">the page</a>.</p>', "See the page (https://x.example/a)."),
        ('<p><a href="https://x.example/">https://x.example</a></p>', "https://x.example"),
        ("<pre>a\n  b</pre>", "```a\n  b```"),
        ("<p>a <b> b </b> c</p>", "a *b* c"),
    ],
)
def test_what_is_formatted_is_marked_up_as_whatsapp_does_it(html: str, marked: str) -> None:
    assert rich("plain", html) == marked


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3),
    max_leaves=12,
)
PART = st.sampled_from(
    ["messages", "statuses", "errors", "contacts", "message_echoes", "calls", "user_preferences", "event"]
)
THING = st.dictionaries(
    st.sampled_from(
        ["type", "text", "from", "id", "timestamp", "image", "context", "edit", "system", "status", "errors", "x"]
    ),
    JSON | st.sampled_from(["text", "image", "edit", "system", "interactive", "failed", "order", "reaction"]),
)


@settings(max_examples=150, deadline=None)
@given(
    st.dictionaries(PART, JSON | st.lists(THING | JSON, max_size=3), max_size=4),
    st.sampled_from(["messages", "account_update", "x"]),
)
def test_any_json_at_all_is_read_and_gives_something_to_see(value: dict[str, Any], field: str) -> None:
    raw = enveloped(value, field)
    for notice in channel().read(raw):
        assert parse(channel().message(notice, raw)).text


@settings(max_examples=80, deadline=None)
@given(JSON)
def test_json_of_no_form_is_read_too(value: Any) -> None:
    for raw in (
        json.dumps(value).encode(),
        json.dumps({"entry": value}).encode(),
        json.dumps({"entry": [{"changes": value}]}).encode(),
    ):
        notices = channel().read(raw)
        assert notices
        for notice in notices:
            channel().message(notice, raw)
