"""HTML mail in its frame: as high as its content, silent, and no trap for the keyboard."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Desk, ready, until
from tests.flows.desk import arrive, settle

pytestmark = pytest.mark.browser
HTML = b"""From: Ida Html <ida@customer.example>\r
To: support@desk.example\r
Subject: In colour\r
Message-ID: <colour@customer.example>\r
MIME-Version: 1.0\r
Content-Type: text/html; charset=utf-8\r
\r
<table bgcolor="#eeeeff"><tr><td><p>Hello</p><p style="height:700px">tall</p></td></tr></table>
<img src="https://pictures.invalid/a.png" onerror="parent.document.title='taken'"><script>parent.document.title='taken'</script>
<div class="gmail_quote">On Monday somebody wrote:<blockquote>Old words</blockquote></div>\r
"""


@pytest.fixture
def opened(desk: Desk, signed_in: Page) -> Page:
    arrive(desk.mailbox, HTML)
    settle()
    signed_in.goto(f"{desk.url}/tickets/{desk.ticket('In colour').number}/")
    ready(signed_in)
    return signed_in


def test_the_frame_is_as_high_as_the_mail_and_runs_nothing(opened: Page) -> None:
    frame = opened.locator("iframe.paper")
    until(opened, "document.querySelector('iframe.paper').clientHeight > 700")
    box = frame.bounding_box()
    assert box
    assert 700 < box["height"] < 1100
    expect(opened).to_have_title(re.compile("In colour"))


def test_quoted_history_unfolds_and_the_frame_grows(opened: Page) -> None:
    frame = opened.frame_locator("iframe.paper")
    expect(frame.get_by_text("Old words")).to_be_hidden()
    until(opened, "document.querySelector('iframe.paper').clientHeight > 700")
    before = opened.locator("iframe.paper").bounding_box()
    frame.locator("summary").click()
    expect(frame.get_by_text("Old words")).to_be_visible()
    assert before
    until(opened, f"document.querySelector('iframe.paper').clientHeight > {before['height']}")


def test_pictures_from_elsewhere_are_asked_for_through_the_server_only_when_wanted(opened: Page) -> None:
    asked: list[str] = []
    opened.on("request", lambda request: asked.append(request.url))
    frame = opened.frame_locator("iframe.paper")
    expect(frame.locator(".blocked-images")).to_contain_text("1 picture from elsewhere")
    frame.get_by_role("link", name="Show images").click()
    expect(frame.locator("img")).to_have_attribute("src", re.compile(r"^/pictures/\?of="))
    opened.wait_for_timeout(300)
    assert not [url for url in asked if "pictures.invalid" in url.split("?")[0]]


def test_keys_work_while_the_mail_has_the_focus(opened: Page) -> None:
    opened.frame_locator("iframe.paper").get_by_text("Hello").click()
    opened.keyboard.press("r")
    expect(opened.locator("#box-text")).to_be_focused()
