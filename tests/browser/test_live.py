"""New mail appears in other browsers by itself, and what somebody does there stays untouched."""

import time

import pytest
from playwright.sync_api import FloatRect, Locator, Page, expect

from tests.browser.conftest import Desk, ready
from tests.flows.desk import arrive, mail, mailbox, settle
from tests.services.ports import wait_until
from tickets.actions.change import set_status
from tickets.actions.note import note
from tickets.models import Team

pytestmark = pytest.mark.browser
SOON = 30_000  # milliseconds; how soon it is on an idle machine is for a benchmark to say


def test_new_mail_appears_in_a_second_browser_by_itself(desk: Desk, second: Page) -> None:
    second.goto(f"{desk.url}/lists/unassigned/")
    ready(second)
    expect(second.locator(".list-row")).to_have_count(3)
    desk.receive("A new one", sender="new@customer.example", name="Nadia New", subject="Brand new")
    expect(second.locator(".list-row").first).to_contain_text("Brand new", timeout=SOON)
    expect(second.locator('[data-list="unassigned"] .count')).to_have_text("4")


def test_a_message_in_the_open_ticket_is_appended_without_touching_focus_draft_or_scroll(
    desk: Desk, second: Page
) -> None:
    ticket = desk.ticket("Printer upstairs")
    second.goto(f"{desk.url}/tickets/{ticket.number}/")
    ready(second)
    second.locator("#box-text").fill("I am writing this")
    second.locator("#box-text").evaluate("box => box.setSelectionRange(4, 4)")
    before = second.locator("#box-text").bounding_box()
    note(ticket, "Ben, I know this printer.", desk.agent)

    settle()
    expect(second.locator(".message.note")).to_contain_text("I know this printer", timeout=SOON)
    expect(second.locator("#box-text")).to_be_focused()
    expect(second.locator("#box-text")).to_have_value("I am writing this")
    assert second.locator("#box-text").evaluate("box => box.selectionStart") == 4
    after = second.locator("#box-text").bounding_box()
    assert before
    assert after
    assert abs(before["y"] - after["y"]) <= 2, "the box that is written in has moved"


def place(row: Locator) -> FloatRect:
    """Where a row is, once the list has come to rest: while it is exchanged for a newer one it is nowhere."""
    found: list[FloatRect] = []
    wait_until(lambda: (box := row.bounding_box()) and (found.append(box) or True), why="the row is nowhere")
    return found[-1]


def test_a_row_that_has_the_focus_keeps_it_and_its_place(desk: Desk, second: Page) -> None:
    second.goto(f"{desk.url}/lists/open/")
    ready(second)
    second.keyboard.press("j")
    row = second.locator(".list-row:focus")
    before = place(row)
    desk.receive("Another one", sender="other@customer.example", name="Otto Other", subject="Pushes from above")
    expect(second.locator("#rows")).to_contain_text("Pushes from above", timeout=SOON)
    expect(row).to_contain_text("Zoe Customer")
    after = place(row)
    assert abs(before["y"] - after["y"]) <= 70  # at the very top there is nowhere to scroll to; never more than a row


@pytest.mark.timeout(900)
@pytest.mark.parametrize("seconds", [1, pytest.param(60, marks=pytest.mark.soak)])
def test_what_came_while_the_connection_was_cut_appears_when_it_is_back(desk: Desk, second: Page, seconds: int) -> None:
    second.goto(f"{desk.url}/lists/open/")
    ready(second)
    expect(second.locator(".list-row")).to_have_count(3)
    time.sleep(1)  # the stream is open
    second.context.set_offline(True)
    desk.receive("Missed", sender="missed@customer.example", name="Mia Missed", subject="While you were away")
    time.sleep(seconds)
    expect(second.locator("#rows")).not_to_contain_text("While you were away")
    second.context.set_offline(False)
    expect(second.locator("#rows")).to_contain_text("While you were away", timeout=30_000)


def test_an_agent_hears_nothing_of_tickets_that_they_may_not_see(desk: Desk, second: Page) -> None:

    secret = mailbox("board@desk.example", team=Team.objects.create(name="Board"))
    second.goto(f"{desk.url}/lists/open/")
    ready(second)
    arrive(secret, mail("Hush", to="board@desk.example", sender="x@customer.example", subject="For the board alone"))
    settle()
    desk.receive("Open", sender="y@customer.example", subject="For everybody")
    expect(second.locator("#rows")).to_contain_text("For everybody", timeout=SOON)
    expect(second.locator("#rows")).not_to_contain_text("For the board alone")


def test_a_ticket_that_leaves_a_list_is_gone_from_it_in_other_browsers(desk: Desk, second: Page) -> None:
    second.goto(f"{desk.url}/lists/open/")
    ready(second)
    expect(second.locator(".list-row")).to_have_count(3)
    set_status(desk.ticket("Order 10482"), "solved", desk.agent)
    settle()
    expect(second.locator(".list-row")).to_have_count(2, timeout=SOON)
    expect(second.locator("#rows")).not_to_contain_text("Order 10482")
    expect(second.locator('[data-list="solved"] .count')).to_have_text("1")
