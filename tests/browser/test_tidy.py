"""Tidying by keys: select, spam, snooze, join, and take each back; on a phone by touch."""

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import Desk, ready, sign_in
from tests.browser.test_axe import violations
from tests.flows.desk import settle
from tickets.models import Ticket

pytestmark = pytest.mark.browser


def rows(page: Page) -> list[str]:
    return [text.split("\n")[0].strip() for text in page.locator(".list-row .subject").all_inner_texts()]


def test_three_are_selected_put_into_spam_and_taken_back_one_is_snoozed_and_two_are_joined_and_parted(
    signed_in: Page, desk: Desk
) -> None:
    page = signed_in
    page.goto(f"{desk.url}/lists/open/")
    ready(page)
    # Three into spam by keys, and back with z
    for _ in range(3):
        page.keyboard.press("j")
        page.keyboard.press("x")
    expect(page.locator("#bar [data-count]")).to_have_text("3")
    assert violations(page) == []
    page.keyboard.press("!")
    expect(page.locator(".toast")).to_contain_text("Put 3 tickets into spam.")
    settle()
    expect(page.locator(".list-row")).to_have_count(0)
    expect(page.locator('#rail-lists [data-list="spam"] .count')).to_have_text("3")
    page.keyboard.press("z")
    expect(page.locator(".toast")).to_contain_text("Took it back for 3 tickets.")
    expect(page.locator(".list-row")).to_have_count(3)
    # One is put off until tomorrow, and says so
    page.keyboard.press("j")
    page.keyboard.press("x")
    page.keyboard.press("b")
    page.get_by_role("button", name="Tomorrow").click()
    expect(page.locator(".toast")).to_contain_text("Snoozed 1 ticket.")
    expect(page.locator(".list-row")).to_have_count(2)
    page.keyboard.press("g")
    page.keyboard.press("b")
    expect(page.locator(".list-row .due")).to_contain_text("09:00")
    ready(page)
    page.locator(".list-row").click()
    expect(page.locator("#ticket-head")).to_contain_text("Snoozed until")
    page.get_by_role("button", name="Bring it back").click()
    expect(page.locator("#ticket-head")).not_to_contain_text("Snoozed until")
    # All are joined, one by mistake, and it is taken out again
    page.goto(f"{desk.url}/lists/open/")
    ready(page)
    page.keyboard.press("*")
    page.keyboard.press("a")
    expect(page.locator("#bar [data-count]")).to_have_text("3")
    page.locator('[data-menu="pick-more"] > summary').click()
    page.get_by_role("button", name="Join into one").click()
    expect(page.locator(".toast")).to_contain_text("Joined 2 tickets with the first.")
    settle()
    expect(page.locator(".list-row")).to_have_count(1)
    page.locator(".list-row").click()
    page.get_by_role("button", name="out again").last.click()
    expect(page.locator("#ticket-title")).to_have_text("Printer")
    assert Ticket.objects.filter(merged_into__isnull=True).count() == 2


def test_on_a_phone_many_are_selected_by_touch_in_the_dark(browser: Browser, desk: Desk) -> None:
    context = browser.new_context(viewport={"width": 375, "height": 740}, color_scheme="dark", locale="en-GB")
    page = context.new_page()
    sign_in(page, desk.url, desk.agent)
    page.goto(f"{desk.url}/lists/open/")
    ready(page)
    for box in page.locator("[data-pick]").all()[:2]:
        box.check()
    expect(page.locator("#bar [data-count]")).to_have_text("2")
    assert page.evaluate("document.documentElement.scrollWidth") == 375
    assert violations(page) == []
    page.locator("#bar").get_by_role("button", name="Solve").click()
    expect(page.locator(".toast")).to_contain_text("Solved 2 tickets.")
    page.get_by_role("button", name="Undo").click()
    expect(page.locator(".list-row")).to_have_count(3)
    context.close()
