"""The stand-in refuses what Viber refuses; the vendor's own client, unmodified, talks to it."""

import json
from typing import Any
from urllib.request import Request, urlopen

import pytest
from viberbot import Api, BotConfiguration
from viberbot.api import api_request_sender
from viberbot.api.messages import FileMessage, PictureMessage, TextMessage, URLMessage

from bridges.viber.fake import FakeViber
from tests.bridges.viber.conftest import SAMPLES

ANN = 42
TO = FakeViber.id_of(ANN)
GOOD = {"receiver": TO, "type": "text", "text": "Hi", "sender": {"name": "Shop"}}
FILE = {"type": "file", "media": "https://help.example/a.pdf", "size": 10, "file_name": "a.pdf"}


@pytest.fixture(scope="module")
def fake() -> Any:
    """One bot for all of these, with Ann as its user."""
    bot = FakeViber().start()
    bot.webhook = "https://help.example/hook"
    bot.write(ANN, "Hi", "Ann")
    yield bot
    bot.stop()


def call(fake: FakeViber, method: str, given: Any, token: str | None = None) -> dict[str, Any]:
    """What the API answers."""
    headers = {"X-Viber-Auth-Token": fake.token if token is None else token}
    with urlopen(Request(f"{fake.url}/pa/{method}", json.dumps(given).encode(), headers)) as answer:
        assert answer.status == 200  # also for errors
        found: dict[str, Any] = json.load(answer)
        return found


WRONG: dict[str, tuple[dict[str, Any], int]] = {
    "no receiver": ({"receiver": None}, 4),
    "no type": ({"type": ""}, 4),
    "an unknown type": ({"type": "voice"}, 3),
    "an unknown field": ({"colour": "red"}, 3),
    "no words": ({"text": ""}, 3),
    "too many words": ({"text": "x" * 7001}, 3),
    "no sender": ({"sender": None}, 3),
    "a sender's name of 29 letters": ({"sender": {"name": "x" * 29}}, 3),
    "nobody's id": ({"receiver": "bm9ib2R5"}, 5),
    "somebody who is not subscribed": ({"receiver": FakeViber.id_of(77)}, 6),
    "a picture without an address": ({"type": "picture", "text": "", "media": ""}, 3),
    "a picture with a long caption": ({"type": "picture", "text": "x" * 769, "media": "https://a.example/a.png"}, 3),
    "a file without a size": ({**FILE, "text": None, "size": None}, 4),
    "a file that is too large": ({**FILE, "size": 60 << 20}, 3),
    "a program": ({**FILE, "file_name": "a.exe"}, 3),
    "a film that is too long": ({"type": "video", "media": "https://a.example/a.mp4", "size": 30 << 20}, 3),
}


@pytest.mark.parametrize("name", sorted(WRONG))
def test_it_refuses_what_the_vendor_refuses(name: str, fake: FakeViber) -> None:
    wrong, status = WRONG[name]
    given = {key: value for key, value in ({**GOOD, **wrong}).items() if value is not None}
    if given.get("type") != "text":
        given.pop("text", None) if given["type"] != "picture" else None
    before = len(fake.sent)
    assert call(fake, "send_message", given)["status"] == status
    assert len(fake.sent) == before


def test_it_answers_as_the_samples_do(fake: FakeViber) -> None:
    assert call(fake, "send_message", GOOD).keys() == SAMPLES["send_ok"].keys()
    refused = call(fake, "send_message", GOOD | {"receiver": FakeViber.id_of(77)})
    assert (refused["status"], refused["status_message"]) == (6, SAMPLES["send_not_subscribed"]["status_message"])
    for name, told in (("message", fake.write(ANN, "hi")), ("conversation_started", fake.open_chat(ANN)),
                       ("unsubscribed", fake.tell({"event": "unsubscribed", "user_id": TO, "message_token": 1}))):  # fmt: skip
        assert SAMPLES[name].keys() - told.keys() <= {"chat_hostname"}


@pytest.mark.parametrize("token", ["", "wrong"])
def test_a_wrong_token_a_wrong_method_and_a_missing_webhook_are_refused(token: str, fake: FakeViber) -> None:
    assert call(fake, "get_account_info", {}, token)["status"] == 2
    assert call(fake, "no_such_method", {})["status"] == 3
    fake.webhook, kept = "", fake.webhook
    assert call(fake, "send_message", GOOD)["status"] == 10
    fake.webhook = kept
    assert call(fake, "set_webhook", {"url": "https://a.example/", "event_types": ["nonsense"]})["status"] == 3
    fake.is_calling = True
    assert call(fake, "set_webhook", {"url": "http://127.0.0.1:1/"})["status"] == 1
    fake.is_calling = False


def test_the_vendors_own_client_talks_to_it(fake: FakeViber, monkeypatch: pytest.MonkeyPatch) -> None:
    from viberbot.api import api as module  # noqa: PLC0415 - its address stands in it

    monkeypatch.setattr(module, "VIBER_BOT_API_URL", f"{fake.url}/pa")
    assert api_request_sender.ApiRequestSender
    client = Api(BotConfiguration(name="Shop", avatar="", auth_token=fake.token))
    assert client.get_account_info()["uri"] == "harbourlane"
    messages = [
        TextMessage(text="Hello"),
        PictureMessage(media="https://help.example/a.png", text="A picture"),
        URLMessage(media="https://help.example/"),
        FileMessage(media="https://help.example/a.pdf", size=9, file_name="a.pdf"),
    ]
    before = len(fake.sent)
    assert len(client.send_messages(TO, messages)) == 4
    assert [one["type"] for one in fake.sent[before:]] == ["text", "picture", "url", "file"]
    event = fake.write(ANN, "Back to you")
    body, headers = fake.signed([event])
    assert client.verify_signature(body, headers["X-Viber-Content-Signature"])
    assert client.parse_request(body.decode()).message.text == "Back to you"
