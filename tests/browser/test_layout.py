"""What the screens promise about room: enough is seen, nothing is cut in silence, nothing sticks out at any width."""

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Desk, ready, sign_in
from tests.flows.desk import arrive, mail, settle
from tickets.demo.seed import seed
from tickets.models import Agent, Ticket

pytestmark = pytest.mark.browser
WIDTHS = [(375, 812), (768, 1024), (1440, 900), (2560, 1440)]

# Elements whose text is cut off, and that (or whose parents) have no title to show the whole of it.
CUT = """() => [...document.querySelectorAll("body *")].filter(one => {
  const style = getComputedStyle(one);
  if (style.textOverflow !== "ellipsis" && style.webkitLineClamp === "none") return false;
  const isCut = one.scrollWidth > one.clientWidth + 1 || one.scrollHeight > one.clientHeight + 4;
  return isCut && one.clientWidth > 1 && one.offsetParent && !one.closest("[title]");
}).map(one => one.outerHTML.slice(0, 200))"""
STICKS_OUT = "() => document.documentElement.scrollWidth - document.documentElement.clientWidth"


@pytest.fixture
def filled(page: Page, live_url: str) -> Page:
    """The demo, opened by its administrator."""
    seed()
    agent = Agent.objects.get(email="ann@harbourlane.example")
    agent.set_password("correct horse")
    agent.save()
    sign_in(page, live_url, agent)
    return page


def test_the_list_shows_eleven_conversations_and_the_open_one_twelve_lines(desk: Desk, signed_in: Page) -> None:
    for number in range(15):
        arrive(desk.mailbox, mail("Hello", sender=f"c{number}@customer.example", subject=f"Number {number}"))
    settle()
    page = signed_in
    page.goto(f"{desk.url}/tickets/{desk.ticket('Printer upstairs').number}/?list=open")
    ready(page)
    visible = """rows => rows.map(row => row.getBoundingClientRect())
        .filter(box => box.top >= 0 && box.bottom <= innerHeight).length"""
    assert page.locator(".list-row").evaluate_all(visible) >= 11
    text = page.locator(".message.in .message-text").first
    lines = text.evaluate(
        """text => { const box = text.getBoundingClientRect(), pane = text.closest(".scroll").getBoundingClientRect();
        const seen = Math.min(box.bottom, pane.bottom) - Math.max(box.top, pane.top);
        return seen / parseFloat(getComputedStyle(text).lineHeight); }"""
    )
    assert lines >= 12


def test_nothing_sticks_out_and_nothing_is_cut_without_its_whole_on_hover(filled: Page, live_url: str) -> None:
    page, faults = filled, []
    longest = Ticket.objects.order_by("-message_count")[0].number
    paths = ["/lists/open/", f"/tickets/{longest}/", "/search/?q=order", "/accounts/", "/people/", "/parked/", "/new/"]
    for path in paths:
        page.goto(live_url + path)
        ready(page)
        for width, height in WIDTHS:
            page.set_viewport_size({"width": width, "height": height})
            for text_size in ("100%", "200%"):
                page.evaluate("size => document.documentElement.style.fontSize = size", text_size)
                if page.evaluate(STICKS_OUT) > 0:
                    faults.append(f"{path} sticks out at {width}, text of {text_size}")
                faults += [f"{path} at {width}, text of {text_size}: {cut}" for cut in page.evaluate(CUT)]
    assert faults == []


def test_on_a_phone_one_pane_is_seen_and_back_leads_to_the_list(desk: Desk, signed_in: Page) -> None:
    page = signed_in
    page.set_viewport_size({"width": 375, "height": 812})
    page.goto(f"{desk.url}/lists/open/")
    ready(page)
    page.get_by_text("Printer upstairs").click()
    expect(page.locator("#ticket-title")).to_be_visible()
    expect(page.locator("#rows")).to_be_hidden()
    page.go_back()
    expect(page.locator("#rows")).to_be_visible()
    expect(page.locator("#ticket-title")).to_be_hidden()


def test_opening_a_ticket_leaves_the_list_where_it_is(desk: Desk, signed_in: Page) -> None:
    page = signed_in
    page.goto(f"{desk.url}/lists/open/")
    ready(page)
    row = page.locator(".list-row").nth(1)
    before = row.bounding_box()
    row.click()
    expect(page.locator("#ticket-title")).to_be_visible()
    assert page.url.endswith("?list=open")
    assert row.bounding_box() == before
