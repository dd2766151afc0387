"""The chat in a real browser, on a page of another origin with a strict policy of its own."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.conf import settings as settings_
from django.core.cache import cache
from playwright.sync_api import ConsoleMessage, FrameLocator, Page, expect

from bridges.webchat.channel import typing_key
from tests.browser.website import Website, website
from tests.flows.desk import mailbox, settle
from tests.services import web
from tests.services.ports import free_port, wait_until
from tickets.actions.accounts import add_account
from tickets.actions.reply import recipients, reply
from tickets.channels import open_channel
from tickets.inbox.process import process_all
from tickets.mime.build import File
from tickets.models import Account, Agent, Delivery, Message, Ticket

pytestmark = pytest.mark.browser
SOON = 30_000  # milliseconds; how soon it is on an idle machine is for a benchmark to say


@pytest.fixture
def shop(live_url: str, settings: Any) -> Iterator[Website]:
    """A website with the chat on it."""
    settings.SITE_URL = live_url
    cache.clear()
    with website() as there:
        mailbox(acknowledge=False)
        account = add_account("webchat", "Harbour Kettles", "chat", {"sites": there.origin})
        open_channel(account).connect()
        there.snippet = f"{live_url}/chat/{account.public_id}/widget.js"
        yield there


def chat() -> Account:
    return Account.objects.get(channel="webchat")


def opened(page: Page, shop: Website) -> FrameLocator:
    page.goto(shop.origin)
    page.get_by_role("button", name="Open the chat").click()
    frame = page.frame_locator("iframe")
    expect(frame.locator("html[data-ready]")).to_be_attached()
    return frame


def write(frame: FrameLocator, text: str) -> None:
    frame.get_by_role("textbox", name="Write a message").fill(text)
    frame.get_by_role("textbox", name="Write a message").press("Enter")


def until_stored(count: int) -> None:
    """Let the worker file what came, until so many messages have come in."""

    def there() -> bool:
        process_all()
        settle()
        return Message.objects.filter(direction="in").count() >= count

    wait_until(there, 30, "the messages did not come in")


def said() -> list[str]:
    return list(Message.objects.filter(direction="in").order_by("pk").values_list("text", flat=True))


def answer(by: Agent, text: str, **more: Any) -> Message:
    ticket = Ticket.objects.latest("pk")
    message = reply(ticket, text, by, to=recipients(ticket)[0], **more)
    settle()
    return message


@pytest.fixture
def complaints(page: Page) -> list[str]:
    """What the browser complains of."""
    found: list[str] = []

    def hear(message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            found.append(message.text)

    page.on("console", hear)
    page.on("pageerror", lambda error: found.append(str(error)))
    return found


def test_a_visitor_and_an_agent_talk_and_each_sees_what_the_other_has_seen(
    shop: Website, page: Page, ben: Agent, complaints: list[str]
) -> None:
    frame = opened(page, shop)
    expect(frame.get_by_text("Hello! What can we do for you?")).to_be_visible()
    write(frame, "Is the red kettle in stock? https://shop.example/red")
    until_stored(1)
    expect(frame.get_by_role("log")).to_contain_text("Is the red kettle in stock?")
    expect(frame.get_by_role("link", name="https://shop.example/red")).to_be_visible()
    message = answer(ben, "It is. Here is the manual.", files=[File("manual.pdf", "application/pdf", b"%PDF-1.4")])
    expect(frame.get_by_role("log")).to_contain_text("It is. Here is the manual.", timeout=SOON)
    with page.expect_download() as download:
        frame.get_by_role("button", name="File manual.pdf").click()
    assert download.value.suggested_filename == "manual.pdf"

    def is_read() -> bool:
        process_all()
        return Delivery.objects.get(message=message).receipt == "read"

    wait_until(is_read, 30, "nobody told that it was read")
    cache.set(typing_key(chat(), Delivery.objects.get().recipient), 1, 6)
    expect(frame.get_by_text("Somebody is writing…")).to_be_visible(timeout=SOON)
    assert complaints == []


def test_all_of_it_works_with_the_keyboard_alone(shop: Website, page: Page) -> None:
    page.goto(shop.origin)
    button = page.get_by_role("button", name="Open the chat")
    expect(button).to_be_visible()
    button.focus()
    page.keyboard.press("Enter")
    frame = page.frame_locator("iframe")
    expect(frame.get_by_role("textbox", name="Write a message")).to_be_focused()
    page.keyboard.type("Typed by hand")
    page.keyboard.press("Shift+Enter")
    page.keyboard.type("on two lines")
    page.keyboard.press("Enter")
    until_stored(1)
    assert said() == ["Typed by hand\non two lines"]
    page.keyboard.press("Escape")
    expect(page.get_by_role("button", name="Open the chat")).to_be_focused()
    expect(page.locator("iframe")).to_be_hidden()


def test_with_the_network_cut_what_is_written_is_kept_and_goes_out_once_in_order(shop: Website, page: Page) -> None:
    frame = opened(page, shop)
    write(frame, "One")
    until_stored(1)
    page.context.set_offline(True)
    write(frame, "Two")
    write(frame, "Three")
    expect(frame.get_by_text("No connection. What you write is kept")).to_be_visible()
    page.context.set_offline(False)
    until_stored(3)
    write(frame, "Four")
    until_stored(4)
    assert said() == ["One", "Two", "Three", "Four"]
    expect(frame.locator(".line.own")).to_have_count(4)


def test_with_the_server_gone_nothing_is_lost_or_doubled_and_a_reload_forgets_nothing(
    shop: Website, page: Page, ben: Agent, settings: Any
) -> None:
    port = free_port()
    settings.SITE_URL = f"http://127.0.0.1:{port}"
    shop.snippet = f"{settings.SITE_URL}/chat/{chat().public_id}/widget.js"
    with web.running(port):
        frame = opened(page, shop)
        write(frame, "Before")
        until_stored(1)
        expect(frame.locator(".line.own .about").first).to_contain_text("Sent", timeout=SOON)
    write(frame, "While you were gone")
    expect(frame.get_by_text("No connection. What you write is kept")).to_be_visible()
    answer(ben, "Back in a minute.")
    with web.running(port):
        until_stored(2)
        expect(frame.get_by_role("log")).to_contain_text("Back in a minute.", timeout=SOON)
        assert said() == ["Before", "While you were gone"]
        page.goto(f"{shop.origin}/other")
        page.get_by_role("button", name="Open the chat").click()
        again = page.frame_locator("iframe")
        expect(again.locator("#lines .line")).to_have_count(3, timeout=SOON)
        expect(again.locator(".line.own")).to_have_count(2)


def test_an_answer_to_a_closed_chat_is_counted_on_its_button(shop: Website, page: Page, ben: Agent) -> None:
    frame = opened(page, shop)
    write(frame, "Call me when it is there")
    until_stored(1)
    frame.get_by_role("button", name="Close the chat").click()
    answer(ben, "It is there.")
    expect(page.get_by_role("button", name="Open the chat (1)")).to_be_visible(timeout=SOON)
    process_all()
    assert Delivery.objects.get().receipt != "read"


def test_who_comes_back_sees_what_was_said_last(shop: Website, page: Page) -> None:
    frame = opened(page, shop)
    for number in range(8):
        write(frame, f"Line {number}: " + "a long story about a kettle. " * 8)
    until_stored(8)
    expect(frame.locator("#lines .line")).to_have_count(8)
    page.reload()
    page.get_by_role("button", name="Open the chat").wait_for()
    again = page.frame_locator("iframe")
    expect(again.locator("#lines .line")).to_have_count(8, timeout=SOON)  # while it is still closed
    page.get_by_role("button", name="Open the chat").click()
    expect(again.locator("#lines .line").last).to_be_in_viewport()


def test_an_address_is_asked_for_early_and_never_as_a_condition(shop: Website, page: Page) -> None:
    frame = opened(page, shop)
    expect(frame.get_by_label("Your email address")).to_be_hidden()
    write(frame, "Do you ship to Malta?")
    until_stored(1)
    expect(frame.get_by_label("Your email address")).to_be_visible()
    frame.get_by_label("Your email address").fill("zoe@")
    frame.get_by_role("button", name="Save").click()
    expect(frame.get_by_text("This is no email address.")).to_be_visible()
    frame.get_by_label("Your email address").fill("zoe@customer.example")
    frame.get_by_role("button", name="Save").click()
    until_stored(2)
    assert said()[-1] == "zoe@customer.example"
    expect(frame.get_by_label("Your email address")).to_be_hidden()


def test_on_a_website_that_is_not_named_no_browser_shows_it(shop: Website, new_page: Callable[[], Page]) -> None:
    page, complaints = new_page(), []
    page.on("console", lambda said: complaints.append(said.text))
    account = chat()
    account.config = account.config | {"sites": "https://another.example"}
    account.save()
    page.goto(shop.origin)
    page.get_by_role("button", name="Open the chat").click()
    wait_until(lambda: page.wait_for_timeout(50) or any("frame-ancestors" in one for one in complaints))
    assert not page.frame_locator("iframe").get_by_role("textbox").is_visible()


def test_who_ends_the_chat_leaves_nothing_behind_in_the_browser(shop: Website, page: Page) -> None:
    frame = opened(page, shop)
    write(frame, "Something private")
    until_stored(1)
    frame.locator("summary").click()
    frame.get_by_role("button", name="End the chat on this device").click()
    expect(frame.get_by_text("End it? This device forgets the conversation.")).to_be_visible()
    frame.get_by_role("button", name="End the chat on this device").click()
    expect(frame.get_by_text("This device has forgotten the conversation.")).to_be_visible()
    process_all()
    page.reload()
    page.get_by_role("button", name="Open the chat").click()
    again = page.frame_locator("iframe")
    expect(again.get_by_text("Hello! What can we do for you?")).to_be_visible()
    expect(again.locator("#lines .line")).to_have_count(0)


def test_two_visitors_see_each_their_own(shop: Website, page: Page, new_page: Callable[[], Page]) -> None:
    mine, theirs = opened(page, shop), opened(new_page(), shop)
    write(mine, "I am Zoe")
    write(theirs, "I am Omar")
    until_stored(2)
    expect(mine.get_by_role("log")).to_contain_text("I am Zoe")
    expect(mine.get_by_role("log")).not_to_contain_text("Omar")
    expect(theirs.get_by_role("log")).not_to_contain_text("Zoe")
    assert Ticket.objects.count() == 2


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_in_the_window(scheme: Any, shop: Website, page: Page, ben: Agent) -> None:
    page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
    page.goto(f"{settings_.SITE_URL}/chat/{chat().public_id}/")
    page.get_by_role("textbox", name="Write a message").fill("Is the red kettle in stock?")
    page.get_by_role("textbox", name="Write a message").press("Enter")
    until_stored(1)
    answer(ben, "It is, and the blue one too: https://shop.example/blue")
    expect(page.get_by_role("log")).to_contain_text("the blue one", timeout=SOON)
    page.locator("summary").click()
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()
