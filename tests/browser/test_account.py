"""A mailbox is connected by somebody who makes a mistake: told in words what is wrong, it is mended, tried, and logged."""

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import sign_in
from tests.services.dovecot import Imap
from tests.services.smtp import Sink
from tickets.models import Account, Agent

pytestmark = [pytest.mark.browser, pytest.mark.imap, pytest.mark.django_db(transaction=True)]
ADDRESS = "walk@desk.example"


@pytest.fixture
def add_page(page: Page, live_url: str, ann: Agent) -> Page:
    """The page on which a mailbox is added."""
    sign_in(page, live_url, ann)
    page.goto(f"{live_url}/accounts/add/")
    return page


def test_a_mailbox_is_connected_with_a_mistake_that_is_told_in_words_and_mended(
    add_page: Page, imap_server: Imap, smtp_sink: Sink
) -> None:
    page = add_page
    page.get_by_label("Name", exact=True).fill("Help")
    page.get_by_label("Address", exact=True).press_sequentially("help@gmail.com")
    hint = page.locator("#suggestion")
    expect(hint).to_contain_text("Gmail: its servers are known")
    expect(hint).to_contain_text("app password")
    page.get_by_label("Address", exact=True).fill(ADDRESS)
    expect(hint).not_to_contain_text("Gmail")

    for label, value in {
        "IMAP server": "127.0.0.1", "IMAP port": str(imap_server.port), "IMAP password": "wrong",
        "SMTP server": "127.0.0.1", "SMTP port": str(smtp_sink.port), "Monday": "9:00-17:00",
    }.items():  # fmt: skip
        page.get_by_label(label).first.fill(value)
    page.get_by_role("button", name="Connect").click()
    checked = page.locator("#checked")
    expect(checked).to_contain_text(f"did not accept the user {ADDRESS} or the password", timeout=30_000)
    expect(checked).to_contain_text("Enter them anew.")
    expect(checked).to_contain_text("Sending: works")

    page.get_by_label("IMAP password").fill(imap_server.password)
    page.get_by_role("button", name="Save").click()
    expect(checked).to_contain_text("Receiving: works", timeout=30_000)
    expect(page.locator("#health-mark")).to_have_text("working")
    expect(page.locator("#health-words")).not_to_contain_text("did not accept")
    expect(checked).to_contain_text("A test mail is on its way")
    account = Account.objects.get(address=ADDRESS)
    assert (account.health, account.hours) == ("working", {"mon": [["09:00", "17:00"]]})

    changes = page.get_by_role("region", name="Changes")
    expect(changes).to_contain_text("Ann Admin changed")
    expect(changes).to_contain_text("IMAP password")
    expect(changes).to_contain_text("changed; it is not shown")
    expect(changes).to_contain_text("Ann Admin added this account")
    assert "wrong" not in page.content()
