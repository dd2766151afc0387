"""`make screenshots`: every screen as a picture in var/screens, filled, empty and failing, light and dark, wide and on a phone."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from django.utils import timezone
from playwright.sync_api import Browser, Page

from tests.browser.conftest import ready, sign_in
from tickets.actions.accounts import report_health
from tickets.actions.erasing import erase_contact
from tickets.actions.hold import hold_contact, hold_ticket
from tickets.actions.mirrors import add_mirror
from tickets.demo.seed import seed
from tickets.models import Account, Agent, Delivery, Draft, InboxItem, Message, Role, Ticket
from tickets.record.append import append_all
from tickets.record.erase import carry_out
from tickets.views import welcome_token

pytestmark = pytest.mark.screenshots
ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / "var" / "screens"
SHOWN = {  # what goes to docs/screens
    "filled-ticket-1440-light": "workspace-light.png",
    "closing-reach-1440-light": "reach.png",
    "closing-reach-account-1440-light": "incident-on-the-reach-page.png",
    "closing-incident-1440-light": "incident.png",
    "closing-detour-1440-light": "detour.png",
    "closing-way-free-1440-light": "way.png",
}
SIZES = [(1440, 900), (375, 812)]
THEMES = ["light", "dark"]
Shoot = Callable[[str, str], None]


@pytest.fixture(
    params=[(size, theme) for size in SIZES for theme in THEMES], ids=lambda given: f"{given[0][0]}-{given[1]}"
)
def camera(request: pytest.FixtureRequest, browser: Browser, live_url: str) -> Iterator[tuple[Page, Shoot]]:
    """A page, and shoot(name, path): go there and write the picture."""
    (width, height), theme = request.param
    context = browser.new_context(viewport={"width": width, "height": height}, color_scheme=theme, locale="en-GB")
    page = context.new_page()

    yield page, lambda name, path: shoot_to(page, live_url, path, f"{name}-{width}-{theme}")
    context.close()


def shoot_to(page: Page, live_url: str, path: str, name: str, *, whole: bool = False) -> None:
    """Go to a path, unless it is empty, and write what is seen, or the whole page, as a picture of that name."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    if path:
        page.goto(live_url + path)
    page.wait_for_timeout(500)
    picture = page.screenshot(path=FOLDER / f"{name}.png", full_page=whole)
    if shown := SHOWN.get(name):
        (ROOT / "docs" / "screens").mkdir(exist_ok=True)
        (ROOT / "docs" / "screens" / shown).write_bytes(picture)


def ann() -> Agent:
    """The demo's administrator, with a password that is known here."""
    agent = Agent.objects.get(email="ann@harbourlane.example")
    agent.set_password("correct horse")
    agent.save()
    return agent


def ticket_with(**wanted: object) -> str:
    """The address of a ticket with such a message."""
    number = Message.objects.filter(**wanted).order_by("-at").values_list("ticket__number", flat=True).first()
    return f"/tickets/{number}/"


def test_screens_that_are_filled(camera: tuple[Page, Shoot], live_url: str) -> None:
    seed()
    page, shoot = camera
    shoot("filled-sign-in", "/sign-in/")
    sign_in(page, live_url, ann())
    for name in ("open", "mine", "waiting", "solved"):
        shoot(f"filled-list-{name}", f"/lists/{name}/")
    shoot("filled-ticket", f"{ticket_with(ticket__subject__startswith='Order 10482')}?list=open")
    shoot("filled-ticket-note", ticket_with(direction="note"))
    shoot("filled-ticket-picture", ticket_with(attachments__content_type__startswith="image/"))
    shoot("filled-ticket-right-to-left", ticket_with(text__contains="السلام"))
    message = Message.objects.filter(direction="out").order_by("-at").first()
    assert message
    shoot("filled-original", f"/messages/{message.public_id}/original/")
    for name, path in (
        ("search", "search/?q=order"),
        ("new", "new/"),
        ("parked", "parked/"),
        ("accounts", "accounts/"),
    ):
        shoot(f"filled-{name}", f"/{path}")
    for name, path in (("account-form", "accounts/add/"), ("people", "people/"), ("me", "me/"), ("report", "reports/")):
        shoot(f"filled-{name}", f"/{path}")
    add_mirror("Archive", "imaps://archive%40harbourlane.example@imap.provider.example/Holdfast")
    for name, path in (("mirrors", "mirrors/"), ("mirror-form", "mirrors/add/")):
        shoot(f"filled-{name}", f"/{path}")
    erasures(shoot)
    shoot(
        "filled-parked-item", f"/parked/{InboxItem.objects.filter(state='parked').values_list('spool', flat=True)[0]}/"
    )
    page.goto(live_url + ticket_with(ticket__message_count__gte=4, direction="in"))
    ready(page)
    page.locator('[data-menu="assign"] > summary').click()
    shoot("filled-menu", "")
    page.keyboard.press("Escape")
    page.locator("#box-text").fill("Gladly. Come by on Saturday between nine and one, and bring the lamp.")
    shoot("filled-writing", "")
    page.keyboard.press("Control+Enter")
    shoot("filled-undo", "")
    page.keyboard.press("z")
    page.wait_for_timeout(300)
    Draft.objects.all().delete()
    page.goto(f"{live_url}/lists/open/")
    ready(page)
    page.keyboard.press("?")
    shoot("filled-keys", "")


def erasures(shoot: Shoot) -> None:
    """One person is held, another erased."""
    by = Agent.objects.get(email="ann@harbourlane.example")
    held, gone = Ticket.objects.filter(state="solved").select_related("contact").order_by("number")[:2]
    hold_contact(held.contact, "The insurer asks for all of it (file 26-118)", by)
    hold_ticket(held, "Harbour court, 3 C 12/26", by)
    shoot("filled-erase-held", f"/contacts/{held.contact.public_id}/erase/")
    shoot("filled-ticket-held", f"/tickets/{held.number}/")
    shoot("filled-erase", f"/contacts/{gone.contact.public_id}/erase/")
    name = erase_contact(gone.contact, by, "Asked for it by letter of 3 November.")
    append_all()
    carry_out()
    shoot("filled-erasure", f"/erasures/{name}/")
    shoot("filled-erasures", "/erasures/")
    shoot("filled-ticket-erased", f"/tickets/{gone.number}/")


def test_screens_that_are_empty(camera: tuple[Page, Shoot], live_url: str) -> None:
    page, shoot = camera
    page.goto(welcome_token.make_link())
    shoot("empty-welcome", "")
    shoot("empty-sign-in", "/sign-in/")
    agent = Agent.objects.create_user(
        "ann@desk.example", "correct horse", name="Ann Oak", role=Role.ADMINISTRATOR, created_at=timezone.now()
    )
    sign_in(page, live_url, agent)
    for name in ("mine", "open", "waiting", "solved"):
        shoot(f"empty-list-{name}", f"/lists/{name}/")
    for name, path in (
        ("search", "search/"),
        ("search-nothing", "search/?q=unicorn"),
        ("new", "new/"),
        ("parked", "parked/"),
    ):
        shoot(f"empty-{name}", f"/{path}")
    for name, path in (("accounts", "accounts/"), ("people", "people/"), ("report", "reports/")):
        shoot(f"empty-{name}", f"/{path}")


def test_screens_that_fail(camera: tuple[Page, Shoot], live_url: str) -> None:
    seed()
    page, shoot = camera
    page.goto(f"{live_url}/sign-in/")
    page.get_by_label("Email address").fill("ann@harbourlane.example")
    page.get_by_label("Password").fill("wrong")
    page.get_by_role("button", name="Sign in").click()
    shoot("failing-sign-in", "")
    shoot("failing-link-used", "/welcome/used/")
    sign_in(page, live_url, ann())
    shoot("failing-not-found", "/tickets/999999/")
    shoot("failing-delivery", ticket_with(deliveries__state="failed"))
    Delivery.objects.filter(state="failed").update(
        state="uncertain", reason="The server did not answer after the last dot."
    )
    shoot("failing-uncertain", ticket_with(deliveries__state="uncertain"))
    account = Account.objects.order_by("pk").first()
    assert account
    report_health(account, "cut_off", "Sending: 535 5.7.8 Authentication credentials invalid")
    shoot("failing-accounts", "/accounts/")
    page.goto(f"{live_url}/accounts/add/")
    page.locator("#id_name").fill("Support")
    page.locator("#id_address").fill(account.address)
    page.get_by_role("button", name="Connect", exact=True).click()
    shoot("failing-account-form", "")
    linked = Ticket.objects.order_by("-last_message_at")[:2]
    linked[0].links.add(linked[1])
    page.goto(f"{live_url}/tickets/{linked[0].number}/")
    ready(page)
    page.locator("#box-to").fill("not an address")
    page.locator("#box-text").fill("Hello")
    page.keyboard.press("Control+Enter")
    shoot("failing-reply", "")
    page.context.set_offline(True)
    page.locator("#box-text").fill("Hello again")
    page.wait_for_timeout(5000)
    shoot("failing-offline", "")
    page.context.set_offline(False)
