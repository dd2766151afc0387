"""The customer's mailbox in a real browser: a mail goes in, its answer arrives by itself, in light and dark, on a phone."""

from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.test_axe import violations
from tickets.actions.accounts import add_account
from tickets.actions.deliver import deliver_due
from tickets.actions.people import add_agent
from tickets.actions.reply import recipients, reply
from tickets.inbox.process import process_all
from tickets.models import Agent, Role, Ticket
from tickets.record.append import append_all

pytestmark = pytest.mark.browser


@pytest.fixture
def mailbox(live_url: str, settings: Any) -> str:
    """The address of Zoe's mailbox in a demo with one shop mailbox."""
    settings.DEMO = True
    settings.ROOT_URLCONF = "tests.demo.test_views"
    add_account("email", "Workshop", "support@harbourlane.example", reply_style="plus", acknowledge=False)
    return f"{live_url}/demo/mailbox/"


@pytest.fixture
def ben(db: None) -> Agent:
    return add_agent("ben@harbourlane.example", "Ben Okafor", Role.AGENT)


def write_as_zoe(page: Page, address: str) -> None:
    page.goto(address)
    page.get_by_label("Subject").fill("Front light flickers")
    page.get_by_label("Text").fill("Only on cobbles.")
    page.get_by_role("button", name="Send").click()
    expect(page.get_by_role("status")).to_contain_text("Sent")


def answer(ben: Agent) -> None:
    process_all()
    ticket = Ticket.objects.get()
    reply(ticket, "Bend the left pin back.", ben, to=recipients(ticket)[0])
    append_all()
    deliver_due()


def test_an_answer_appears_without_reloading_while_the_customer_writes(page: Page, mailbox: str, ben: Agent) -> None:
    write_as_zoe(page, mailbox)
    page.get_by_label("Text").fill("By the way,")
    answer(ben)
    expect(page.get_by_role("link", name="Re: Front light flickers")).to_be_visible(timeout=30_000)
    assert page.get_by_label("Text").input_value() == "By the way,"
    page.get_by_role("link", name="Re: Front light flickers").click()
    expect(page.get_by_text("Bend the left pin back.")).to_be_visible()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [375, 1440])
def test_the_mailbox_can_be_used_by_everybody(page: Page, mailbox: str, ben: Agent, scheme: Any, width: int) -> None:
    page.emulate_media(color_scheme=scheme)
    page.set_viewport_size({"width": width, "height": 900})
    write_as_zoe(page, mailbox)
    answer(ben)
    page.get_by_role("link", name="Re: Front light flickers").click(timeout=30_000)
    assert violations(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width
