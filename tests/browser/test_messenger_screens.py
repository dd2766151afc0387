"""`make screenshots`: a conversation from a messenger with each kind of message, as an agent sees it."""

import base64
from typing import Any

import pytest
from playwright.sync_api import Browser

from bridges.telegram.updates import as_bytes
from tests.browser.conftest import ready, sign_in
from tests.browser.test_screenshots import FOLDER, SIZES, THEMES
from tests.flows.desk import mailbox
from tickets.actions.accounts import add_account
from tickets.actions.files import fetched, not_fetched
from tickets.channels import open_channel
from tickets.inbox.accept import Arrival, accept_many
from tickets.inbox.process import process_all
from tickets.models import Account, Agent, Fetch, FetchState, Ticket

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
    {"text": "This one!", "reply_to_message": {"message_id": 3, "from": ZOE, "chat": CHAT, "text": "Is it this one?"}},
]


@pytest.fixture
def conversation(live_url: str) -> Ticket:
    """All kinds of messages of one customer."""
    mailbox()
    bot = add_account("telegram", "Shop bot", "help_bot", {}, {"token": "1:x"})
    updates = [{"message": said(number, line)} for number, line in enumerate(LINES, 1)]
    updates.append({"edited_message": said(2, {"text": "Hello 👋 my lamp is broken", "edit_date": 1790000100})})
    thumb = {"type": "emoji", "emoji": "👍"}
    told = {"chat": CHAT, "user": ZOE, "message_id": 4, "date": 1790000200, "old_reaction": [], "new_reaction": [thumb]}
    updates.append({"message_reaction": told})
    take(bot, updates)
    for fetch in Fetch.objects.select_related("attachment__message__ticket", "account__mailbox"):
        settle(fetch)
    return Ticket.objects.get()


def said(number: int, line: dict[str, Any]) -> dict[str, Any]:
    return {"message_id": number, "date": 1790000000 + number, "chat": CHAT, "from": ZOE} | line


def take(bot: Account, updates: list[dict[str, Any]]) -> None:
    channel = open_channel(bot)
    raws = [as_bytes({"update_id": number} | update) for number, update in enumerate(updates)]
    accept_many([Arrival(bot, raw, "poll", channel.key(raw) or "") for raw in raws])
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
