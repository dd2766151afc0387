"""The fake answers, and refuses, as Telegram does; the vendor's library talks to it as it is."""

import asyncio
import json
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import pytest
import telegram as library
from telegram import Bot, InputMediaDocument, InputMediaPhoto, ReactionTypeEmoji

from bridges.telegram.fake import FakeTelegram
from tests.bridges.telegram.out.test_out import JPEG, PICTURE, png

FOLDER = Path(__file__).parent
SAMPLES: dict[str, Any] = json.loads((FOLDER / "samples.json").read_text())
UPDATES = {name: one for name, one in SAMPLES.items() if "update_id" in one}
ERRORS = [row for row in json.loads((FOLDER / "errors.json").read_text()) if row["http"]]
ANN = 42


def call(fake: FakeTelegram, method: str, token: str = "", **given: Any) -> tuple[int, dict[str, Any]]:
    """Status and body of a call with JSON."""
    url = f"{fake.url}/bot{token or fake.token}/{method}"
    request = Request(url, json.dumps(given).encode(), {"Content-Type": "application/json"})
    try:
        with urlopen(request, timeout=10) as answer:
            return answer.status, json.load(answer)
    except HTTPError as error:
        return error.code, json.load(error)


@pytest.mark.parametrize("name", sorted(UPDATES))
def test_each_sample_comes_back_from_get_updates_as_it_is(name: str, telegram: FakeTelegram) -> None:
    telegram.push(UPDATES[name])
    assert call(telegram, "GETUPDATES", timeout=0) == (200, {"ok": True, "result": [UPDATES[name]]})
    assert call(telegram, "getUpdates", offset=UPDATES[name]["update_id"] + 1)[1]["result"] == []


@pytest.mark.parametrize("row", ERRORS, ids=[f"{row['http']} {row['match']}" for row in ERRORS])
def test_each_row_of_the_table_of_errors_comes_as_it_is(row: dict[str, Any], telegram: FakeTelegram) -> None:
    parameters = {"retry_after": 7} if row["http"] == 429 else {}
    telegram.plan("sendMessage", row["http"], row["match"], **parameters)
    status, body = call(telegram, "sendMessage", chat_id=ANN, text="x")
    told = {"ok": False, "error_code": row["http"], "description": row["match"]}
    assert (status, body) == (row["http"], told | ({"parameters": parameters} if parameters else {}))


LONG = "x" * 4097
REFUSED: list[tuple[str, dict[str, Any], int, str]] = [
    ("sendMessage", {"text": "x"}, 400, "chat_id is empty"),
    ("sendMessage", {"chat_id": 7, "text": "x"}, 400, "chat not found"),
    ("sendMessage", {"chat_id": 43, "text": "x"}, 403, "bot was blocked by the user"),
    ("sendMessage", {"chat_id": ANN}, 400, "message text is empty"),
    ("sendMessage", {"chat_id": ANN, "text": " \n"}, 400, "text must be non-empty"),
    ("sendMessage", {"chat_id": ANN, "text": LONG}, 400, "message is too long"),
    ("sendMessage", {"chat_id": ANN, "text": "<b>x", "parse_mode": "HTML"}, 400, "can't parse entities"),
    ("sendMessage", {"chat_id": ANN, "text": "<b><i>x</b></i>", "parse_mode": "HTML"}, 400, "Unmatched end tag"),
    ("sendMessage", {"chat_id": ANN, "text": "<p>x</p>", "parse_mode": "HTML"}, 400, 'Unsupported start tag "p"'),
    ("sendMessage", {"chat_id": ANN, "text": "x", "reply_parameters": {"message_id": 99}}, 400, "replied not found"),
    ("sendPhoto", {"chat_id": ANN, "photo": "no-such-file"}, 400, "wrong file identifier"),
    ("sendDocument", {"chat_id": ANN}, 400, "there is no document in the request"),
    ("sendDocument", {"chat_id": ANN, "document": "x", "caption": "x" * 1025}, 400, "caption is too long"),
    ("sendMediaGroup", {"chat_id": ANN, "media": []}, 400, "no messages to send"),
    ("editMessageText", {"chat_id": ANN, "message_id": 99, "text": "x"}, 400, "message to edit not found"),
    ("editMessageText", {"chat_id": ANN, "message_id": 1, "text": "x"}, 400, "message can't be edited"),
    ("deleteMessage", {"chat_id": ANN, "message_id": 99}, 400, "message to delete not found"),
    ("setMessageReaction", {"chat_id": ANN, "message_id": 1, "reaction": [{"emoji": "x"}]}, 400, "REACTION_INVALID"),
    ("sendChatAction", {"chat_id": ANN, "action": "dancing"}, 400, "wrong parameter action"),
    ("getFile", {"file_id": "no-such-file"}, 400, "wrong file_id"),
    ("getFile", {"file_id": "big"}, 400, "file is too big"),
    ("setWebhook", {"url": "https://x.example", "secret_token": "a b"}, 400, "unallowed characters"),
    ("noSuchMethod", {}, 404, "method not found"),
]


def test_it_refuses_what_telegram_refuses(telegram: FakeTelegram) -> None:
    telegram.write(ANN, "Hi")
    telegram.write(43, "Hi")
    telegram.block(43)
    telegram.files["big"] = bytes((20 << 20) + 1)
    for method, given, status, words in REFUSED:
        got, body = call(telegram, method, **given)
        assert (got, words in body["description"]) == (status, True), (method, body)
    assert call(telegram, "getMe", token="abc")[1]["description"] == "Unauthorized: invalid token specified"
    assert call(telegram, "getMe", token="1:a")[1]["description"] == "Unauthorized"
    assert telegram.sent == []


def test_parameters_that_it_does_not_know_are_ignored_or_refused_and_an_edit_must_change_something(
    telegram: FakeTelegram,
) -> None:
    telegram.write(ANN, "Hi")
    refusal = call(telegram, "sendMessage", chat_id=ANN, text="one", something_new=True)[1]["description"]
    assert refusal == "Bad Request: unknown parameter something_new of sendmessage"
    telegram.is_strict = False
    sent = call(telegram, "sendMessage", chat_id=ANN, text="one", something_new=True)[1]["result"]
    about = {"chat_id": ANN, "message_id": sent["message_id"]}
    assert "not modified" in call(telegram, "editMessageText", text="one", **about)[1]["description"]
    assert call(telegram, "editMessageText", text="two", **about)[1]["result"]["text"] == "two"
    telegram.chats[str(ANN)][-1]["date"] -= 49 * 3600
    assert "can't be deleted for everyone" in call(telegram, "deleteMessage", **about)[1]["description"]


def test_kinds_that_nobody_asked_for_are_not_queued_and_the_choice_is_sticky(telegram: FakeTelegram) -> None:
    telegram.write(ANN, "Hi")
    telegram.react(ANN, 1, "👍")
    assert len(telegram.updates) == 1
    call(telegram, "getUpdates", allowed_updates=["message_reaction"], timeout=0)
    call(telegram, "getUpdates", timeout=0)
    telegram.react(ANN, 1, "🎉")
    telegram.write(ANN, "Hi")
    assert [next(iter(set(one) - {"update_id"})) for one in telegram.updates] == ["message", "message_reaction"]


def test_python_telegram_bot_talks_to_it_as_it_is(telegram: FakeTelegram) -> None:
    telegram.write(ANN, "Hi")
    telegram.attach(ANN, "bike.png", PICTURE)

    async def talk() -> list[Any]:
        async with Bot(telegram.token, f"{telegram.url}/bot", f"{telegram.url}/file/bot") as bot:
            first, second = await bot.get_updates(timeout=0)
            file = await (await bot.get_file(second.message.photo[-1].file_id)).download_as_bytearray()
            text = await first.message.reply_html("<b>Hello</b>, <a href='https://x.example/'>you</a>", do_quote=True)
            album = await bot.send_media_group(ANN, [InputMediaPhoto(JPEG), InputMediaPhoto(PICTURE, caption="two")])
            with pytest.raises(library.error.BadRequest, match="mixed"):
                await bot.send_media_group(ANN, [InputMediaPhoto(JPEG), InputMediaDocument(b"%PDF", filename="a.pdf")])
            with pytest.raises(library.error.BadRequest, match=r"(?i)photo_invalid_dimensions"):
                await bot.send_photo(ANN, png(4000, 20))
            edited = await text.edit_text("Bye")
            await first.message.set_reaction(ReactionTypeEmoji("👍"))
            await bot.send_chat_action(ANN, "typing")
            await bot.delete_messages(ANN, [one.message_id for one in album])
            return [
                bytes(file),
                text.text_html,
                [one.caption for one in album],
                edited.text,
                (await bot.get_me()).username,
            ]

    with ThreadPoolExecutor(1) as elsewhere:  # this thread may have a loop already: that of a browser
        found = elsewhere.submit(asyncio.run, talk()).result()
    assert found == [PICTURE, '<b>Hello</b>, <a href="https://x.example/">you</a>', [None, "two"], "Bye", "help_bot"]
    assert [one.get("text") for one in telegram.chats[str(ANN)]] == ["Hi", None, "Bye"]
    assert telegram.chats[str(ANN)][0]["reactions"] == {"bot": "👍"}
