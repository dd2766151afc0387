"""The texts of an account in a browser: the preview follows the typing, and what is saved is what customers get."""

from playwright.sync_api import Page, expect

from tests.browser.conftest import sign_in
from tests.flows.desk import arrive, mail, mailbox, settle
from tickets.models import Agent, Message


def test_words_are_previewed_as_they_are_typed_and_then_said(page: Page, live_url: str, ann: Agent) -> None:
    support = mailbox()
    sign_in(page, live_url, ann)
    page.goto(f"{live_url}/accounts/{support.public_id}/texts/acknowledgement/de/")
    page.get_by_label("Words").fill("Moin {nmae}")
    expect(page.get_by_text("Nothing fills {nmae}.")).to_be_visible()
    page.get_by_label("Words").fill("Moin[ {name}], Nummer {number}.")
    expect(page.get_by_text("Moin Zoe Reed, Nummer 1042.")).to_be_visible()
    expect(page.get_by_text("Moin, Nummer 1042.")).to_be_visible()
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Customers get these words from now on.")).to_be_visible()
    support.refresh_from_db()
    arrive(support, mail("Guten Tag, mein Paket ist noch nicht da."))
    settle()
    assert Message.objects.get(automatic=True).text == "Moin Zoe Customer, Nummer 1."
    page.get_by_role("button", name="Back to the default").click()
    expect(page.get_by_text("The default is said again.")).to_be_visible()
    support.refresh_from_db()
    assert support.texts == {}
