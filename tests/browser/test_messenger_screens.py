"""`make screenshots`: a conversation from a messenger with each kind of message, as an agent sees it."""

import base64
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from playwright.sync_api import Browser

from bridges.telegram import channel
from bridges.telegram.fake import FakeTelegram
from bridges.telegram.updates import as_bytes
from tests.browser.conftest import ready, sign_in
from tests.browser.test_screenshots import FOLDER, SIZES, THEMES
from tests.flows.desk import mailbox
from tests.flows.desk import settle as finish
from tickets.actions.accounts import add_account
from tickets.actions.correct import edit_message, withdraw_message
from tickets.actions.files import fetched, not_fetched
from tickets.actions.reply import reply
from tickets.channels import open_channel
from tickets.inbox.accept import Arrival, accept_many
from tickets.inbox.process import process_all
from tickets.mime.build import File
from tickets.models import Account, Agent, Fetch, FetchState, Message, Ticket

pytestmark = pytest.mark.screenshots
ZOE = {"id": 7, "is_bot": False, "first_name": "Zoë", "last_name": "Oakenshield-Marchetti"}
CHAT = {"id": 7, "type": "private"}
PNG = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAgAAAAICAIAAABLbSncAAAAFklEQVR4nGNsaGhgwAaYsIoOWgkARJ4BkVfvzk0AAAAASUVORK5CYII="
)


def photo(name: str) -> list[dict[str, Any]]:
    return [{"file_id": name, "file_unique_id": name, "width": 8, "height": 8, "file_size": len(PNG)}]


LINES: list[dict[str, Any]] = [
    {"text": "/start order-10482"},
    {"text": "Hello 👋 my lamp is brken", "entities": [{"type": "bold", "offset": 12, "length": 4}]},
    {"text": "السلام عليكم، هل وصل الطلب؟"},
    {"photo": photo("a"), "media_group_id": "1", "caption": "This is the lamp"},
    {"photo": photo("b"), "media_group_id": "1"},
    {"voice": {"file_id": "v", "file_unique_id": "v", "duration": 7, "mime_type": "audio/ogg", "file_size": 9000}},
    {"document": {"file_id": "d", "file_unique_id": "d", "file_name": "invoice-2026-0918-final.pdf", "file_size": 90}},
    {"video": {"file_id": "big", "file_unique_id": "big", "mime_type": "video/mp4", "file_size": 34 << 20}},
    {"sticker": {"file_id": "s", "file_unique_id": "s", "emoji": "🙈", "file_size": 900}},
    {"venue": {"title": "Harbour Lane 7", "address": "Old Port", "location": {"latitude": 54.32, "longitude": 10.13}}},
    {"contact": {"phone_number": "+49 431 5550", "first_name": "Max", "vcard": "BEGIN:VCARD\nFN:Max\nEND:VCARD"}},
    {"poll": {"question": "Which colour?", "options": [{"text": "Red", "voter_count": 2}, {"text": "Blue"}]}},
    {"dice": {"emoji": "🎲", "value": 4}},
    {"text": "fwd", "forward_origin": {"type": "hidden_user", "sender_user_name": "Al", "date": 1}},
    {"checklist": {"title": "To do", "tasks": [{"text": "Unpack", "completion_date": 1}, {"text": "Return"}]}},
    {"rich_message": {"blocks": []}},
    {"pinned_message": {"message_id": 2, "date": 0, "chat": CHAT, "text": "my lamp"}},
    {"audio": {"file_id": "m", "file_unique_id": "m", "performer": "Lena", "title": "Hum", "duration": 31}},
    {"video_note": {"file_id": "n", "file_unique_id": "n", "length": 240, "duration": 5, "file_size": 900}},
    {
        "animation": {
            "file_id": "g",
            "file_unique_id": "g",
            "duration": 2,
            "width": 8,
            "height": 8,
            "mime_type": "image/gif",
        }
    },
    {"story": {"chat": CHAT, "id": 3}},
    {"paid_media": {"star_count": 5, "paid_media": [{"type": "preview", "duration": 4}]}},
    {"gift": {"gift": {"id": "1", "star_count": 15}, "text": "For your trouble"}},
    {"text": "This one!", "reply_to_message": {"message_id": 3, "from": ZOE, "chat": CHAT, "text": "Is it this one?"}},
]


@pytest.fixture
def telegram(monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeTelegram]:
    """A Bot API server that takes as many messages as come."""
    for name in ("BOT_LIMIT", "CHAT_LIMIT"):
        monkeypatch.setattr(channel, name, replace(getattr(channel, name), burst=10_000))
    fake = FakeTelegram(next_message=200).start()
    yield fake
    fake.stop()


@pytest.fixture
def conversation(live_url: str, telegram: FakeTelegram, ben: Agent) -> Ticket:
    """All kinds of messages, of one customer and of ours."""
    mailbox()
    secrets = {"token": telegram.token}
    bot = add_account("telegram", "Shop bot", "help_bot", {"api_url": telegram.url}, secrets)
    telegram.write(7, "Hi", chat=CHAT)
    updates = [{"message": said(number, line)} for number, line in enumerate(LINES, 1)]
    updates.append({"edited_message": said(2, {"text": "Hello 👋 my lamp is broken", "edit_date": 1790000100})})
    thumb = {"type": "emoji", "emoji": "👍"}
    told = {"chat": CHAT, "user": ZOE, "message_id": 4, "date": 1790000200, "old_reaction": [], "new_reaction": [thumb]}
    updates.append({"message_reaction": told})
    take(bot, updates)
    for fetch in Fetch.objects.select_related("attachment__message__ticket", "account__mailbox"):
        settle(fetch)
    ticket = Ticket.objects.get()
    answer(ticket, bot, telegram, ben)
    return ticket


def answer(ticket: Ticket, bot: Account, telegram: FakeTelegram, by: Agent) -> None:
    """What goes out: words, an album, a file; one changed, one taken back, one refused, one never confirmed."""
    files = [File(name, "image/png", PNG) for name in ("front.png", "back.png")]
    paper = File("return-label.pdf", "application/pdf", b"%PDF-1.4")
    first = reply(ticket, "Thank you, Zoë! I see it **on the picture**.", by)
    again = reply(ticket, "Compare it with these, please.", by, files=files)
    label = reply(ticket, "Here is the label for sending it back.", by, files=[paper])
    finish()
    edit_message(Message.objects.get(pk=first.pk), "Thank you, Zoë! I see the crack on the picture.", by)
    withdraw_message(Message.objects.get(pk=again.pk), by)
    finish()
    telegram.plan("editMessageCaption", 400, "Bad Request: message can't be edited")
    edit_message(Message.objects.get(pk=label.pk), "Here is the label. It is valid for 14 days.", by)
    finish()
    thumb = {"type": "emoji", "emoji": "🎉"}
    about = {"chat": CHAT, "user": ZOE, "date": 1790000300, "old_reaction": [], "new_reaction": [thumb]}
    remote = int(first.deliveries.order_by("pk")[0].remote_ids[0])
    quoted = {"message_id": remote, "from": telegram.me, "chat": CHAT, "text": "Thank you, Zoë!"}
    take(
        bot,
        [
            {"message_reaction": about | {"message_id": remote}},
            {"message": said(90, {"text": "You are quick!", "reply_to_message": quoted})},
        ],
        first=100,
    )
    telegram.plan("sendMessage", 403, "Forbidden: bot was blocked by the user")
    telegram.plan_silence("sendMessage")
    telegram.plans.insert(0, telegram.plans.pop())
    for words in ("Shall I send a new one?", "It leaves today."):
        reply(ticket, words, by)
        finish()


def said(number: int, line: dict[str, Any]) -> dict[str, Any]:
    return {"message_id": number, "date": 1790000000 + number, "chat": CHAT, "from": ZOE} | line


def take(bot: Account, updates: list[dict[str, Any]], first: int = 0) -> None:
    opened = open_channel(bot)
    raws = [as_bytes({"update_id": number} | update) for number, update in enumerate(updates, first)]
    accept_many([Arrival(bot, raw, "poll", opened.key(raw) or "") for raw in raws])
    process_all()


def settle(fetch: Fetch) -> None:
    """As the worker does: pictures and sounds come, a large film is refused, the paper is still on its way."""
    name = fetch.file["file_id"]
    if name == "d":
        return
    Fetch.objects.filter(pk=fetch.pk).update(state=FetchState.FETCHING, lease_by="me")
    fetch.lease_by = "me"
    if name == "big":
        not_fetched(fetch, "Telegram gives bots files up to 20 MB; this one has 34.0 MB.")
    else:
        fetched(fetch, b"OggS" if name == "v" else PNG)


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("size", SIZES)
def test_a_conversation_with_each_kind_of_message(
    size: tuple[int, int], theme: Any, conversation: Ticket, browser: Browser, live_url: str, ann: Agent
) -> None:
    context = browser.new_context(viewport={"width": size[0], "height": 900}, color_scheme=theme, locale="en-GB")
    page = context.new_page()
    sign_in(page, live_url, ann)
    page.goto(f"{live_url}/tickets/{conversation.number}/")
    ready(page)
    page.evaluate("document.querySelectorAll('details.message').forEach((one) => { one.open = true; })")
    page.wait_for_timeout(1500)
    FOLDER.mkdir(parents=True, exist_ok=True)
    places = page.locator("[data-item]")
    for number in range(0, places.count(), 6):
        places.nth(number).scroll_into_view_if_needed()
        page.wait_for_timeout(300)
        page.screenshot(path=FOLDER / f"messenger-{number:02}-{size[0]}-{theme}.png")
    context.close()
