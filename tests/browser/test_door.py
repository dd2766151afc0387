"""Somebody new: invited by a link, with a password, a second step, and two sessions of which one is ended."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import sign_in
from tests.browser.test_axe import violations
from tests.flows.desk import mailbox
from tests.views.test_door import code_of
from tickets.models import Agent

pytestmark = pytest.mark.browser
WORDS = "four words in a row"


@pytest.fixture
def seen(page: Page) -> Callable[[Page], None]:
    """seen(page): axe finds nothing there in the dark, nor on a phone, and nothing stands out of it."""

    def look(page: Page) -> None:
        page.emulate_media(color_scheme="dark", reduced_motion="reduce")  # else colours are still on their way
        page.set_viewport_size({"width": 375, "height": 812})
        assert violations(page) == []
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        page.emulate_media(color_scheme="light", reduced_motion="reduce")
        page.set_viewport_size({"width": 1440, "height": 900})
        assert violations(page) == []

    return look


def test_from_the_invitation_to_the_second_session_that_is_ended(
    page: Page, new_page: Callable[[], Page], live_url: str, ann: Agent, seen: Callable[[Page], None]
) -> None:
    mailbox()
    sign_in(page, live_url, ann)
    page.goto(f"{live_url}/teams/add/")
    page.get_by_label("Name").fill("Billing")
    seen(page)
    page.get_by_role("button", name="Add").click()
    page.goto(f"{live_url}/people/")
    page.get_by_label("Name").fill("Dora")
    page.get_by_label("Email address").fill("dora@desk.example")
    page.get_by_label("Billing").check()
    seen(page)
    page.get_by_role("button", name="Invite").click()
    link = page.get_by_label("Invitation").input_value()
    seen(page)

    dora = new_page()
    dora.goto(link)
    seen(dora)
    dora.get_by_label("Name").fill("Dora Dean")
    dora.get_by_label("Password").fill(WORDS)
    dora.get_by_role("button", name="Sign in").click()
    expect(dora).to_have_url(re.compile("/lists/mine/"))

    dora.goto(f"{live_url}/me/sign-in/")
    dora.get_by_role("link", name="Set up the second step").click()
    dora.get_by_label("Password").fill(WORDS)
    dora.get_by_role("button", name="Go on").click()
    secret = dora.locator(".totp-key").inner_text()
    expect(dora.locator(".qr")).to_be_visible()
    seen(dora)
    dora.get_by_label("Authenticator code").fill(code_of(secret))
    dora.get_by_role("button", name="Turn it on").click()
    expect(dora.locator(".codes li")).to_have_count(10)
    recovery = dora.locator(".codes code").all_inner_texts()
    seen(dora)
    dora.get_by_role("link", name="I have them").click()
    dora.locator("summary.me").click()
    dora.get_by_role("button", name="Sign out").click()

    for browser in (dora, elsewhere := new_page()):
        browser.goto(f"{live_url}/sign-in/")
        browser.get_by_label("Email address").fill("dora@desk.example")
        browser.get_by_label("Password").fill(WORDS)
        browser.get_by_role("button", name="Sign in").click()
        expect(browser.get_by_role("heading", name="Your code")).to_be_visible()
        seen(browser)
        browser.get_by_label("Code").fill(recovery.pop())
        browser.get_by_role("button", name="Sign in").click()
        expect(browser).to_have_url(re.compile("/lists/mine/"))

    dora.goto(f"{live_url}/me/sign-in/")
    seen(dora)
    dora.get_by_role("button", name=re.compile("^End Chrome")).click()
    expect(dora.get_by_text("1 session is ended.")).to_be_visible()
    elsewhere.goto(f"{live_url}/lists/mine/")
    expect(elsewhere).to_have_url(re.compile("/sign-in/"))
