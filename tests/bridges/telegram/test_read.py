"""What an update tells: every kind gives something visible, and parseupdate says it under the keys of the interface."""

import json
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from hypothesis import given, settings
from hypothesis import strategies as st

from bridges.telegram import entities
from bridges.telegram.channel import Telegram
from tickets.mime.parse import Mail, parse
from tickets.models import Account

SAMPLES: dict[str, Any] = json.loads(Path(__file__).with_name("samples.json").read_text())
PERSON = {"id": 7, "is_bot": False, "first_name": "Zoe", "last_name": "Oak"}


def channel() -> Telegram:
    return Telegram(Account(channel="telegram", name="Shop", address="help_bot"))


def update(**message: Any) -> bytes:
    known = {"message_id": 9, "date": 1790000000, "chat": {"id": 7, "type": "private"}, "from": PERSON}
    return json.dumps({"update_id": 1, "message": {**known, **message}}).encode()


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
        call_command("parseupdate", "telegram", str(file), "--json", stdout=out)
        [line] = out.getvalue().splitlines()
        return json.loads(line)

    return run


EXPECTED: dict[str, dict[str, Any]] = {
    "text": {"kind": "message", "text": "hi", "sender": {"id": "7", "name": "U"}, "chat_id": "7", "message_id": "1"},
    "start": {"kind": "message", "text": "/start tkt_abc"},
    "album_part": {"kind": "message", "text": "look"},
    "document": {"kind": "message", "text": ""},
    "reply_quote": {"kind": "message", "text": "this one", "reply_to": "101"},
    "forward_hidden": {"kind": "message", "text": "fwd", "sender": {"id": "7", "name": "U"}},
    "edited": {"kind": "edit", "text": "hi!", "message_id": "1", "timestamp": "2026-09-21T14:14:20+00:00"},
    "contact": {"kind": "message", "contacts": [{"name": "U", "phone": "+380501112233"}]},
    "blocked": {"kind": "unsubscribe", "chat_id": "7", "sender": {"id": "7", "name": "U"}},
    "callback": {"kind": "callback", "data": "csat:5:tok", "message_id": "101", "chat_id": "7"},
    "business": {"kind": "message", "text": "to the shop"},
    "future": {"kind": "other", "text": "", "message_id": None},
}


@pytest.mark.parametrize("name", sorted(SAMPLES))
def test_parseupdate_tells_each_sample_as_the_interface_says(name: str, tell: Any) -> None:
    told = tell(json.dumps(SAMPLES[name]).encode())
    assert told["defects"] == []
    [event] = told["events"]
    assert len(event) == 15
    assert event["channel"] == "telegram"
    assert {key: event[key] for key in EXPECTED[name]} == EXPECTED[name]


def test_a_photo_is_its_largest_size_and_a_document_has_its_name(tell: Any) -> None:
    [event] = tell(json.dumps(SAMPLES["album_part"]).encode())["events"]
    [photo] = event["attachments"]
    assert (photo["kind"], photo["file_id"], photo["size"]) == ("image", "L", 90000)
    [event] = tell(json.dumps(SAMPLES["document"]).encode())["events"]
    [document] = event["attachments"]
    assert (document["kind"], document["filename"], document["content_type"]) == (
        "document",
        "a.pdf",
        "application/pdf",
    )


def test_a_channel_speaks_in_its_own_name(tell: Any) -> None:
    post = {"message_id": 3, "chat": {"id": -100, "type": "channel", "title": "News"}, "text": "Hi", "date": 1790000000}
    [event] = tell(json.dumps({"update_id": 1, "channel_post": post}).encode())["events"]
    assert (event["kind"], event["sender"]) == ("message", {"id": "-100", "name": "News"})


def test_a_reaction_names_its_emoji_and_its_message_once(tell: Any) -> None:
    thumb = {"type": "emoji", "emoji": "👍"}
    told = {"chat": {"id": 7, "type": "private"}, "user": PERSON, "date": 1790000000, "message_id": 5}
    for new, expected in (([thumb], "👍"), ([], "")):
        raw = json.dumps({"update_id": 1, "message_reaction": told | {"old_reaction": [], "new_reaction": new}})
        [event] = tell(raw.encode())["events"]
        assert (event["kind"], event["reaction"]) == ("reaction", expected)
        assert (event["message_id"], event["target_id"]) == ("5", None)


KINDS: dict[str, tuple[dict[str, Any], str]] = {
    "voice": ({"voice": {"file_id": "v", "duration": 4}}, "[voice message: 4 s]"),
    "video_note": ({"video_note": {"file_id": "v", "length": 240}}, "[video message]"),
    "animation": ({"animation": {"file_id": "a"}, "document": {"file_id": "a"}}, "[animation]"),
    "document": ({"document": {"file_id": "d", "file_name": "a.pdf", "file_size": 2048}}, "[file: a.pdf, 2.0 KB]"),
    "photo": ({"photo": [{"file_id": "p", "width": 9, "height": 8}]}, "[photo: 9×8]"),
    "sticker": ({"sticker": {"file_id": "s", "emoji": "🙂"}}, "🙂 sticker"),
    "location": ({"location": {"latitude": 50.45, "longitude": 30.52}}, "Location: 50.45, 30.52"),
    "venue": ({"venue": {"title": "Bar", "location": {"latitude": 1, "longitude": 2}}}, "Location: Bar: 1.0, 2.0"),
    "contact": ({"contact": {"phone_number": "+1", "first_name": "Al", "user_id": 8}}, "Al, +1 (not proven"),
    "poll": ({"poll": {"question": "Tea?", "options": [{"text": "Yes"}]}}, "Poll: Tea?"),
    "dice": ({"dice": {"emoji": "🎲", "value": 4}}, "Threw 🎲: 4"),
    "checklist": ({"checklist": {"title": "Do", "tasks": [{"text": "it", "completion_date": 1}]}}, "☑ it"),
    "forward": ({"text": "x", "forward_origin": {"sender_user_name": "Al"}}, "Forwarded from Al:"),
    "joined": ({"new_chat_members": [PERSON]}, "Joined the chat: Zoe Oak"),
    "newer": ({"rich_message": {"blocks": []}}, "Telegram sent a rich message, which cannot be shown yet"),
    "live location": ({"location": {"latitude": 1, "longitude": 2, "live_period": 60}}, "Live location: 1.0, 2.0"),
    "map": (
        {"location": {"latitude": 50.45, "longitude": 30.52}},
        "https://www.openstreetmap.org/?mlat=50.45&mlon=30.52",
    ),
    "audio": ({"audio": {"file_id": "a", "file_name": "song.mp3", "duration": 60}}, "[audio: song.mp3, 60 s]"),
    "video": ({"video": {"file_id": "v", "width": 640, "height": 360, "duration": 3}}, "[video: 640×360, 3 s]"),
    "live photo": ({"live_photo": {"file_id": "l"}}, "[live photo]"),
    "paid media": ({"paid_media": {"star_count": 5, "paid_media": [{"type": "preview"}]}}, "Paid media for 5 stars:"),
    "quiz": ({"poll": {"question": "2+2?", "type": "quiz", "is_closed": True, "options": []}}, "Quiz: 2+2? (closed)"),
    "giveaway": ({"giveaway": {"winner_count": 3}}, "Giveaway with 3 winners."),
    "game": ({"game": {"title": "Chess", "description": "Play."}}, "Game: Chess. Play."),
    "invoice": ({"invoice": {"title": "Lamp", "total_amount": 900, "currency": "EUR"}}, "Invoice: Lamp, 900 EUR"),
    "gift": ({"gift": {"text": "For you"}}, "Sent a gift. For you"),
    "pinned": ({"pinned_message": {"message_id": 1, "text": "Rules"}}, "Pinned: Rules"),
    "left": ({"left_chat_member": PERSON}, "Left the chat: Zoe Oak"),
    "title": ({"new_chat_title": "Allotments"}, "The chat is called Allotments now."),
    "topic": ({"forum_topic_created": {"name": "Bees"}}, "Began the topic Bees."),
    "paid": ({"successful_payment": {"total_amount": 5, "currency": "XTR"}}, "Paid: 5 ⭐"),
    "moved": ({"migrate_to_chat_id": -1001}, "has the id -1001 from now on"),
    "start": ({"text": "/start abc"}, "Came by a link with “abc”."),
    "from a channel": (
        {
            "text": "x",
            "forward_origin": {"type": "channel", "chat": {"title": "News", "username": "news"}, "message_id": 4},
        },
        "Forwarded from News, https://t.me/news/4:",
    ),
    "quoted from elsewhere": (
        {"text": "x", "external_reply": {"origin": {"sender_user_name": "Al"}}, "quote": {"text": "so they say"}},
        "> so they say",
    ),
    "story": ({"story": {"chat": PERSON, "id": 1}}, "A story of Zoe Oak"),
}


@pytest.mark.parametrize("name", sorted(KINDS))
def test_every_kind_of_message_is_visible_with_its_payload(name: str) -> None:
    fields, shown = KINDS[name]
    made = mail(update(**fields))
    assert shown in made.text
    assert [file.content_type for file in made.attachments] == ["application/json"]


def test_formatting_counts_utf_16_units_and_nothing_in_it_can_run() -> None:
    made = mail(update(text="hi 🙂 <x> b", entities=[{"type": "bold", "offset": 10, "length": 1}]))
    assert made.text == "hi 🙂 <x> b"
    assert "&lt;x&gt; <b>b</b>" in (made.html or "")
    link = [{"type": "text_link", "offset": 0, "length": 2, "url": "javascript:alert(1)"}]
    assert mail(update(text="hi", entities=link)).html is None


def test_nested_and_broken_entities_give_sound_html() -> None:
    spans = [{"type": "bold", "offset": 0, "length": 6}, {"type": "italic", "offset": 3, "length": 99}]
    assert entities.to_html("abcdefgh", spans) == "<b>abc<i>def</i></b>gh"


OUTSIDE: dict[str, tuple[dict[str, Any], str, str]] = {
    "poll": ({"question": "Tea?", "options": [{"text": "Yes", "voter_count": 2}]}, "other", "– Yes (2)"),
    "poll_answer": ({"user": PERSON, "option_ids": [1]}, "other", "Voted in a poll for option 2."),
    "chat_join_request": (
        {"chat": {"id": -1, "type": "group", "title": "Bees"}, "from": PERSON},
        "system",
        "join the chat Bees",
    ),
    "business_connection": (
        {"user": PERSON, "user_chat_id": 7, "is_enabled": False},
        "system",
        "not connected to the bot",
    ),
    "message_reaction_count": (
        {
            "chat": {"id": -1, "type": "channel"},
            "message_id": 2,
            "reactions": [{"type": {"emoji": "👍"}, "total_count": 3}],
        },
        "reaction",
        "Reacted with 👍 3",
    ),
}


@pytest.mark.parametrize("field", sorted(OUTSIDE))
def test_what_people_do_outside_a_message_is_told_too(field: str, tell: Any) -> None:
    thing, kind, shown = OUTSIDE[field]
    raw = json.dumps({"update_id": 1, field: thing}).encode()
    [event] = tell(raw)["events"]
    [notice] = channel().read(raw)
    notice.chat = ""  # with a chat, the message would be looked up in the database
    assert event["kind"] == kind
    assert shown in parse(channel().message(notice, raw)).text


def test_every_kind_of_entity_is_shown(tell: Any) -> None:
    spans = {"bold": "<b>", "italic": "<i>", "underline": "<u>", "strikethrough": "<s>", "code": "<code>", "pre": "<pre",
             "blockquote": "<blockquote>", "expandable_blockquote": "<blockquote>", "spoiler": "Hidden until"}  # fmt: skip
    for kind, shown in spans.items():
        span = {"type": kind, "offset": 0, "length": 2, "language": "python"}
        assert shown in (mail(update(text="hi there", entities=[span])).html or ""), kind
    person = [{"type": "text_mention", "offset": 0, "length": 2, "user": PERSON}]
    assert "Zoe Oak, id 7" in (mail(update(text="hi", entities=person)).html or "")
    assert mail(update(text="see www.shop.example", entities=[{"type": "url", "offset": 4, "length": 16}])).html is None


def test_the_vendors_time_is_the_time_of_the_message() -> None:
    made = mail(update(text="hi"))
    assert made.date
    assert made.date.timestamp() == 1790000000
    assert (made.from_.name, made.from_.address) == ("Zoe Oak", "7@help_bot.telegram.invalid") if made.from_ else False
    assert made.message_id == "7.9@help_bot.telegram.invalid"


def test_a_quote_is_shown_and_is_no_word_of_the_writer() -> None:
    made = mail(json.dumps(SAMPLES["text"] | {"message": update_of("reply_quote")}).encode())
    assert made.text.startswith("> agent")
    assert made.reply == "this one"


def update_of(name: str) -> dict[str, Any]:
    message: dict[str, Any] = dict(SAMPLES[name]["message"])
    message.pop("reply_to_message")  # the id of an agent's message would be looked up
    return message


@pytest.mark.parametrize(
    "raw", [b"", b"{", b"[1]", b"null", b"\xff\xfe", b"[" * 100_000, b'{"update_id":1,"message":7}']
)
def test_what_is_no_update_is_told_of_and_never_a_traceback(raw: bytes, tell: Any) -> None:
    told = tell(raw)
    assert [event["kind"] for event in told["events"]] == ["other"]
    assert "cannot be shown yet" in mail(raw).text


def test_parseupdate_names_what_is_missing_and_reads_on(tmp_path: Path) -> None:
    out = StringIO()
    call_command("parseupdate", "telegram", str(tmp_path / "none"), str(tmp_path), "--json", stdout=out)
    assert [bool(json.loads(line)["defects"]) for line in out.getvalue().splitlines()] == [True, True]
    with pytest.raises(CommandError, match="telegram"):
        call_command("parseupdate", "carrier-pigeon", "x")


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=12), inner, max_size=4),
    max_leaves=20,
)
FIELDS = ["chat", "from", "date", "message_id", "text", "entities", "photo", "document", "sticker", "location", "venue",
          "contact", "reply_to_message", "quote", "poll", "checklist", "dice", "new_chat_members", "forward_origin",
          "data", "message", "new_reaction", "old_reaction", "new_chat_member", "message_ids", "web_app_data", "user",
          "paid_media", "caption", "edit_date"]  # fmt: skip
UPDATES = ["message", "edited_message", "message_reaction", "callback_query", "my_chat_member",
           "deleted_business_messages", "business_connection", "chat_member", "something_new"]  # fmt: skip


@settings(max_examples=300, deadline=None)
@given(st.sampled_from(UPDATES), st.dictionaries(st.sampled_from(FIELDS), json_values, max_size=8) | json_values)
def test_a_payload_of_any_shape_is_read_and_shown(kind: str, thing: Any) -> None:
    raw = json.dumps({"update_id": 1, kind: thing}).encode()
    for notice in channel().read(raw):
        notice.chat = ""  # with a chat, a quoted message would be looked up in the database
        assert parse(channel().message(notice, raw)).text


@given(st.text(max_size=40), st.lists(st.fixed_dictionaries({
    "type": st.sampled_from([*entities.TAGS, "url", "text_link", "mention"]),
    "offset": st.integers(-2, 50), "length": st.integers(-2, 50)}), max_size=12))  # fmt: skip
def test_entities_never_lose_a_word(text: str, spans: list[dict[str, Any]]) -> None:
    html = entities.to_html(text, spans)
    assert html is None or html.count("<b>") == html.count("</b>")
