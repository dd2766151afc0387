"""axe-core finds no violation: every screen filled, in both themes; open menus, dialogs and error pages once each."""

from collections.abc import Callable
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.conf import settings
from playwright.sync_api import Page, expect

from tests.browser.conftest import Desk, ready, sign_in, until
from tickets.actions.note import note
from tickets.demo.seed import seed
from tickets.models import Account, Agent, Delivery, InboxItem, Message, Ticket
from tickets.models.request_links import link_of
from tickets.views import welcome_token

pytestmark = pytest.mark.browser
SETTLED = "document.getAnimations().every(one => one.playState !== 'running')"  # a colour on its way is no colour yet


def violations(page: Page, *rules: str) -> list[str]:
    """What axe finds, in words, once no colour is on its way any more; of all rules, or of these alone."""
    until(page, SETTLED)
    options = {"runOnly": {"type": "rule", "values": list(rules)}} if rules else None
    found = Axe().run(page, options=options).response["violations"]
    return [
        f"{one['id']}: {node['html'][:160]} {node.get('failureSummary', '')[:300]}"
        for one in found
        for node in one["nodes"]
    ]


def in_both_themes(page: Page) -> list[str]:
    """What axe finds on a page in the light, and of the colours in the dark, which changes nothing else."""
    page.emulate_media(color_scheme="light")
    found = violations(page)
    page.emulate_media(color_scheme="dark")
    return found + [f"in the dark: {one}" for one in violations(page, "color-contrast", "link-in-text-block")]


@pytest.fixture
def filled(live_url: str) -> Agent:
    """The demo's conversations."""
    seed()
    agent = Agent.objects.get(email="ann@harbourlane.example")
    agent.set_password("correct horse")
    agent.save()
    return agent


def screens() -> list[str]:
    """The address of every screen, in the filled demo."""
    failed = Delivery.objects.filter(state="failed").values_list("message__ticket__number", flat=True).first()
    noted = Message.objects.filter(direction="note").values_list("ticket__number", flat=True).first()
    filed = Message.objects.exclude(attachments=None).values_list("ticket__number", flat=True).first()
    people = Ticket.objects.order_by("-pk").values_list("contact__public_id", flat=True)[:2]
    message = Message.objects.filter(direction="out").values_list("public_id", flat=True).first()
    parked = InboxItem.objects.filter(state="parked").values_list("spool", flat=True).first()
    account = Account.objects.filter(channel="email").values_list("public_id", flat=True).first()
    return [
        "/lists/open/",
        "/lists/mine/",
        "/lists/snoozed/",
        "/lists/spam/",
        *(f"/tickets/{number}/" for number in (failed, noted, filed)),
        f"/messages/{message}/original/",
        "/search/?q=order",
        "/search/?q=nothingatall",
        "/new/",
        "/parked/",
        f"/parked/{parked}/",
        "/accounts/",
        "/accounts/add/",
        f"/accounts/{account}/texts/acknowledgement/uk/",
        "/people/",
        "/me/",
        "/notifications/",
        "/saved-replies/",
        "/saved-replies/add/",
        f"/contacts/{people[0]}/",
        f"/contacts/{people[0]}/join/?with={people[1]}",
        link_of(Delivery.objects.latest("message__at")).removeprefix(settings.SITE_URL),
        "/tickets/999999/",
    ]


def test_axe_finds_nothing_on_any_screen(page: Page, live_url: str, filled: Agent, settings: Any) -> None:
    settings.REQUEST_LINKS = True
    page.goto(f"{live_url}/sign-in/")
    found = [f"/sign-in/ {one}" for one in in_both_themes(page)]
    sign_in(page, live_url, filled)
    for path in screens():
        page.goto(live_url + path)
        found += [f"{path} {one}" for one in in_both_themes(page)]
    assert found == []


def test_axe_finds_nothing_on_open_menus_and_dialogs(page: Page, desk: Desk) -> None:
    sign_in(page, desk.url, desk.agent)
    note(desk.ticket("Printer"), "A note", desk.agent)
    page.goto(f"{desk.url}/tickets/{Ticket.objects.get(subject='Printer').number}/")
    ready(page)
    found = []
    for name in ("state", "assign", "priority", "tags"):
        page.locator(f'[data-menu="{name}"] > summary').click()
        found += [f"{name} {one}" for one in in_both_themes(page)]
        page.keyboard.press("Escape")
    page.keyboard.press("?")
    found += [f"keys {one}" for one in in_both_themes(page)]
    page.keyboard.press("Escape")
    page.locator("#box-text").fill("Soon.")
    page.keyboard.press("Control+Enter")
    expect(page.locator("#scheduled")).to_be_visible()
    found += [f"undo {one}" for one in in_both_themes(page)]
    assert found == []


def test_axe_finds_nothing_at_the_first_start_and_on_a_phone(
    new_page: Callable[[], Page], live_url: str, page: Page
) -> None:
    page.goto(welcome_token.make_link())
    assert violations(page) == []
    page.get_by_label("Name").fill("Ann Admin")
    page.get_by_label("Email address").fill("ann@desk.example")
    page.get_by_label("Password").fill("correct horse battery")
    page.get_by_role("button", name="Begin").click()
    expect(page.get_by_role("heading", name="Accounts")).to_be_visible()
    page.set_viewport_size({"width": 375, "height": 812})
    for path in ("/accounts/", "/lists/open/"):
        page.goto(live_url + path)
        assert violations(page) == []
    page.get_by_role("button", name="Menu").first.click()
    assert violations(page) == []
