"""Two people at one ticket: they see each other, and neither answers over the other."""

import os
import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Desk, ready, sign_in
from tests.browser.test_axe import violations
from tests.flows.desk import settle
from tickets.actions import notify
from tickets.actions.reply import reply
from tickets.models import Agent, Draft, Message

pytestmark = pytest.mark.browser
SOON = 30_000  # milliseconds; how soon it is on an idle machine is for a benchmark to say
PICTURES = os.environ.get("PICTURES")


def picture(page: Page, name: str) -> None:
    if PICTURES:
        page.screenshot(path=str(Path(PICTURES) / f"{name}.png"))


def test_two_people_at_one_ticket(desk: Desk, page: Page, second: Page, ann: Agent, ben: Agent) -> None:
    ticket = desk.ticket("Printer")
    sign_in(page, desk.url, ann)
    for one in (page, second):
        one.goto(f"{desk.url}/tickets/{ticket.number}/")
        ready(one)

    # They see each other, and who writes.
    expect(second.locator("#presence .face")).to_have_attribute("title", f"{ann.name} is here", timeout=SOON)
    expect(page.locator("#presence .face")).to_have_attribute("title", f"{ben.name} is here", timeout=SOON)
    second.locator("#box-text").fill("Pull the plug, please.")
    expect(page.locator("#presence")).to_contain_text(f"{ben.name} is writing", timeout=SOON)
    expect(page.locator(f"#row-{ticket.number} [data-answering]")).to_be_visible()
    picture(page, "presence")

    # Ann answers first; Ben's answer is stopped, with both before him.
    reply(ticket, "I have sent somebody.", ann)
    settle()
    second.locator("[data-send]").click()
    held = second.locator(".held")
    expect(held).to_contain_text(f"{ann.name} wrote since you began")
    expect(held).to_contain_text("I have sent somebody.")
    expect(second.locator("#box-text")).to_have_value("Pull the plug, please.")
    picture(second, "held")
    assert violations(second) == []
    second.get_by_role("button", name="Keep as draft").click()
    expect(held).to_have_count(0)
    expect(second.locator("#box-text")).to_have_value("Pull the plug, please.")
    second.locator("[data-send]").click()
    expect(second.locator("#scheduled")).to_be_visible()

    # What leaves within the ten seconds holds it too.
    reply(ticket, "He comes at four.", ann)
    desk.let_undo_time_pass()
    assert Draft.objects.get(agent=ben).held
    second.goto(f"{desk.url}/tickets/{ticket.number}/")
    ready(second)
    expect(held).to_contain_text("Held, and not sent")
    second.locator("[data-send]").click()
    expect(second.locator("#scheduled")).to_be_visible()
    desk.let_undo_time_pass()
    assert Message.objects.filter(author=ben).get().text.strip() == "Pull the plug, please."

    # Whoever leaves is gone.
    second.goto(f"{desk.url}/lists/open/")
    ready(second)
    expect(page.locator("#presence .face")).to_have_count(0, timeout=SOON)

    # A mention, by keyboard alone, is told to Ben: in the title, at the rail, in the list.
    notify.clear_all(ben)
    page.locator("#conversation-scroll").focus()
    page.keyboard.press("n")
    page.keyboard.type("@be")
    expect(page.get_by_role("option", name=ben.name)).to_be_visible()
    picture(page, "mention")
    assert violations(page) == []
    page.keyboard.press("Enter")
    page.keyboard.type("can you call her?")
    expect(page.locator("#box-text")).to_have_value(f"@{ben.name} can you call her?")
    page.keyboard.press("Control+Enter")
    expect(page.locator("#scheduled")).to_be_visible()
    desk.let_undo_time_pass()
    expect(second).to_have_title(re.compile(r"^\(1\) "), timeout=SOON)
    expect(second.locator("#rail-told .badge")).to_contain_text("1")
    second.locator("#rail-told").click()
    expect(second.locator(".told-row.unread")).to_contain_text(f"{ann.name} mentioned you in a note")
    picture(second, "notifications")
    assert violations(second) == []
    second.locator(".told-row.unread").click()
    expect(second).to_have_title("Printer · Holdfast", timeout=SOON)
    second.goto(f"{desk.url}/me/")
    ready(second)
    picture(second, "me")
    assert violations(second) == []

    # A machine that slept for a minute asks anew, from where it was, and misses nothing.
    second.clock.install()
    second.goto(f"{desk.url}/lists/open/")
    ready(second)
    second.wait_for_timeout(1_000)
    with second.expect_request(re.compile(r"/live\?after=\d+")):
        second.clock.fast_forward(60_000)
    desk.receive("Good morning", sender="mia@customer.example", name="Mia Morning", subject="After the night")
    expect(second.locator("#rows")).to_contain_text("After the night", timeout=SOON)
