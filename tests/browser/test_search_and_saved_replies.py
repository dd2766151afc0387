"""With the keyboard alone: a customer is found, the words are marked where they stand, and a saved reply answers them."""

import re

from playwright.sync_api import Page, expect

from tests.browser.conftest import Desk, ready, until
from tickets.actions.saved_replies import save_reply
from tickets.models import Draft, SavedReply

MARKED = """() => [...(CSS.highlights.get("found") ?? [])].map((range) => range.toString())"""
TEXT = "Hello {contact.first_name},\n\nabout {ticket.subject}: it is on its way.\n\n{agent.name}"


def test_a_customer_is_found_and_answered_without_the_mouse(signed_in: Page, desk: Desk) -> None:
    page = signed_in
    message = desk.receive("Ich habe Größe 42 bestellt.", sender="max@gross.example", name="", subject="Falsche Größe")
    save_reply(None, desk.agent, title="On its way", shortcut="way", text=TEXT)
    save_reply(None, desk.agent, title="Refund", text="The money comes back.")

    page.keyboard.press("/")
    page.keyboard.type("grosse from:max -refund before:soon")
    page.keyboard.press("Enter")
    expect(page.get_by_text("“soon” is no date, so it was left out.")).to_be_visible()
    expect(page.locator("a.hit mark").first).to_have_text("Größe")
    page.locator("#page-search").focus()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(rf"#message-{message.public_id}$"))
    ready(page)
    expect(page.locator(f"#message-{message.public_id}")).to_be_in_viewport()
    assert set(page.evaluate(MARKED)) == {"Größe", "max"}

    text = page.get_by_label("Your words")
    page.keyboard.press("r")
    expect(text).to_be_focused()
    page.keyboard.type("/")
    expect(page.get_by_role("option")).to_have_count(2)
    page.keyboard.type("wa")
    expect(page.get_by_role("option")).to_have_text([re.compile("On its way")])
    page.keyboard.press("Enter")
    filled = f"Hello {{contact.first_name}},\n\nabout Falsche Größe: it is on its way.\n\n{desk.agent.name}"
    expect(text).to_have_value(filled)

    page.keyboard.press("Control+Enter")
    expect(page.get_by_role("alert")).to_contain_text("{contact.first_name}: nothing is known to stand there.")
    expect(text).to_have_value(filled)
    assert Draft.objects.get().state == "editing"
    expect(text).to_be_focused()
    until(page, "getSelection().toString() === '{contact.first_name}'")
    page.keyboard.type("Max")
    page.keyboard.press("Control+Enter")
    expect(page.locator("#scheduled")).to_contain_text("Hello Max,")
    desk.let_undo_time_pass()
    assert (
        desk.ticket("Falsche Größe")
        .messages.filter(direction="out", automatic=False)
        .get()
        .text.startswith("Hello Max,")
    )
    assert SavedReply.objects.get(shortcut="way").used_count == 1
