"""One agent's morning by keys alone: no pointer is ever used."""

from pathlib import Path

import pytest
from playwright.sync_api import Page, TimeoutError, expect

from tests.browser.conftest import PASSWORD, Desk, ready

pytestmark = pytest.mark.browser


def tab_to(page: Page, selector: str, most: int = 60) -> None:
    """Press Tab until the element has the focus."""
    for _ in range(most):
        if page.evaluate("selector => document.activeElement?.matches(selector) ?? false", selector):
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"{selector} is not reached with Tab")


def test_an_agent_signs_in_finds_reads_attaches_replies_assigns_solves_and_undoes_by_keys_alone(
    page: Page, desk: Desk, tmp_path: Path
) -> None:
    # Sign in
    page.goto(desk.url)
    page.keyboard.type(desk.agent.email)
    page.keyboard.press("Tab")
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    expect(page.locator("#rows")).to_be_visible()
    ready(page)
    # Find
    page.keyboard.press("/")
    page.keyboard.type("upstairs")
    page.keyboard.press("Enter")
    expect(page.locator("a.hit")).to_have_count(1)
    ready(page)
    page.keyboard.press("Escape")
    page.evaluate("document.activeElement.blur()")
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    # Read
    expect(page.locator("#ticket-title")).to_have_text("Printer upstairs")
    ready(page)
    expect(page.locator(".message-text").first).to_contain_text("Line 29")
    # Reply, with a file
    page.keyboard.press("r")
    expect(page.locator("#box-text")).to_be_focused()
    page.keyboard.type("We send somebody today.")
    file = tmp_path / "map.txt"
    file.write_text("second floor, left")
    tab_to(page, "input[type=file]")
    choose(page, file)
    expect(page.locator("#composer-files")).to_contain_text("map.txt")
    page.keyboard.press("Shift+Tab")
    page.keyboard.press("Control+Enter")
    # Undo gives all of it back
    expect(page.locator("[data-undo-send]")).to_be_focused()
    page.keyboard.press("z")
    expect(page.locator("#box-text")).to_have_value("We send somebody today.")
    expect(page.locator("#box-to")).to_have_value("Omar Haddad <omar@customer.example>")
    expect(page.locator("#composer-files")).to_contain_text("map.txt")
    # Send for good
    expect(page.locator("#box-text")).to_be_focused()
    page.keyboard.press("Control+Enter")
    expect(page.locator("#scheduled")).to_be_visible()
    desk.let_undo_time_pass()
    sent = page.locator(".message.out").filter(has_text="We send somebody")
    expect(sent).to_contain_text("We send somebody today.")
    expect(sent).to_contain_text("map.txt")
    ticket = desk.ticket("Printer upstairs")
    assert ticket.messages.filter(direction="out", author=desk.agent).count() == 1
    expect(page.locator("#composer")).to_be_visible()
    # Assign
    page.evaluate("document.activeElement.blur()")
    page.keyboard.press("i")
    page.keyboard.press("Enter")
    expect(page.locator('[data-menu="assign"] > summary')).to_contain_text("Ann Admin")
    # Solve, and take it back
    page.keyboard.press("e")
    expect(page.locator('[data-menu="state"] > summary')).to_contain_text("solved")
    expect(page.locator(".toast")).to_contain_text("Undo")
    page.keyboard.press("z")
    expect(page.locator('[data-menu="state"] > summary')).to_contain_text("waiting")
    ticket.refresh_from_db()
    assert (ticket.assignee, ticket.state) == (desk.agent, "waiting")


def test_the_list_is_walked_with_j_and_k_and_the_focus_is_always_seen(signed_in: Page, desk: Desk) -> None:
    page = signed_in
    page.keyboard.press("g")
    page.keyboard.press("o")
    expect(page.locator(".list-row")).to_have_count(3)
    ready(page)
    page.keyboard.press("j")
    expect(page.locator(".list-row").nth(0)).to_be_focused()
    page.keyboard.press("j")
    expect(page.locator(".list-row").nth(1)).to_be_focused()
    page.keyboard.press("k")
    outline = page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
    assert outline == "solid"
    page.keyboard.press("o")
    expect(page.locator("#ticket-title")).to_have_text("Printer")
    expect(page.locator(".list-row").nth(0)).to_be_focused()


def test_the_keys_are_explained_on_a_question_mark(signed_in: Page) -> None:
    signed_in.keyboard.press("?")
    expect(signed_in.get_by_role("dialog")).to_contain_text("reply to all")
    signed_in.keyboard.press("Escape")
    expect(signed_in.get_by_role("dialog")).to_be_hidden()


def choose(page: Page, file: Path) -> None:
    """Open the file dialog with Enter, as often as a person would on a slow machine, and choose a file."""
    for _ in range(3):
        try:
            with page.expect_file_chooser(timeout=30_000) as chooser:
                page.keyboard.press("Enter")
        except TimeoutError:
            continue
        chooser.value.set_files(file)
        return
    raise AssertionError("Enter on the file field opens no dialog")
