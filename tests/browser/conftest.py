"""A small desk behind a real web server: one mailbox, three customers, two agents; and an agent who is signed in."""

import re
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from tests.flows.desk import arrive, mail, mailbox, settle
from tickets.actions import drafts
from tickets.models import Account, Agent, Draft, Message, Ticket

PASSWORD = "correct horse"
LONG = "\n".join(f"Line {number} of what went wrong with the printer on the second floor." for number in range(1, 30))


@dataclass
class Desk:
    """What the tests of the screens begin with."""

    url: str
    mailbox: Account
    agent: Agent

    def receive(self, text: str, **fields: str) -> Message:
        """A mail comes in, is filed and numbered, as worker and appender do it."""
        message = arrive(self.mailbox, mail(text, **fields))
        settle()
        assert message is not None
        return message

    def ticket(self, subject: str) -> Ticket:
        return Ticket.objects.get(subject=subject)

    def let_undo_time_pass(self) -> None:
        """The ten seconds are over, and the clock has looked."""
        Draft.objects.filter(state="scheduled").update(send_at=timezone.now() - timedelta(seconds=1))
        drafts.send_due()
        settle()


@pytest.fixture
def desk(live_url: str, ann: Agent, ben: Agent) -> Desk:
    desk = Desk(live_url, mailbox(), ann)
    desk.receive("Where is my order?", sender="yara@customer.example", name="Yara Long", subject="Order 10482")
    desk.receive(LONG, sender="omar@customer.example", name="Omar Haddad", subject="Printer upstairs")
    desk.receive("It does not print.", sender="zoe@customer.example", name="Zoe Customer", subject="Printer")
    return desk


def sign_in(page: Page, url: str, agent: Agent) -> None:
    """By the form, as a person does it."""
    page.goto(f"{url}/sign-in/")
    page.get_by_label("Email address").fill(agent.email)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    expect(page).to_have_url(re.compile(r"/lists/mine/"))
    ready(page)


def ready(page: Page) -> None:
    """The page's own scripts have run."""
    expect(page.locator("html[data-ready]")).to_be_attached()


def until(page: Page, true: str, limit: float = 30.0) -> None:
    """Wait until an expression is true on the page. It is asked from outside: the page's policy lets no words be run later."""
    over = time.monotonic() + limit
    while not page.evaluate(true):
        assert time.monotonic() < over, f"not within {limit} s: {true}"
        page.wait_for_timeout(50)


@pytest.fixture
def signed_in(page: Page, desk: Desk) -> Page:
    sign_in(page, desk.url, desk.agent)
    return page


@pytest.fixture
def second(browser: object, desk: Desk, ben: Agent, new_page: Callable[[], Page]) -> Page:
    """A second agent's browser."""
    page = new_page()
    sign_in(page, desk.url, ben)
    return page


@pytest.fixture
def new_page(browser, request: pytest.FixtureRequest) -> Callable[[], Page]:  # type: ignore[no-untyped-def]
    """new_page(): a page of a fresh profile."""

    def make() -> Page:
        context = browser.new_context(viewport={"width": 1440, "height": 900}, locale="en-GB")
        request.addfinalizer(context.close)
        page: Page = context.new_page()
        page.set_default_timeout(10_000)
        return page

    return make
