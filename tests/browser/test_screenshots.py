"""`make screenshots`: every screen filled, empty and failing, light and dark, at 375 and 1440 px, to var/screens/."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from tests.browser.conftest import sign_in
from tests.browser.test_axe import screens
from tickets.demo.seed import seed
from tickets.models import Agent
from tickets.views import welcome_token

pytestmark = [pytest.mark.screenshots, pytest.mark.timeout(1200)]

FOLDER = Path(__file__).resolve().parent.parent.parent / "var" / "screens"
THEMES = ("light", "dark")
SIZES = {375: 812, 1440: 900}
AT = datetime(2026, 3, 4, 10, 0, tzinfo=UTC)
EMPTY = ["/lists/mine/", "/lists/open/", "/search/?q=order", "/parked/", "/accounts/", "/people/", "/reports/", "/new/"]
FAILING = ["/tickets/999999/", "/messages/nothing-here/original/", "/parked/nothing-here/"]


@contextmanager
def window(browser: Browser, theme: str, width: int) -> Iterator[Page]:
    """A fresh profile of this theme and width."""
    size = {"width": width, "height": SIZES[width]}
    context = browser.new_context(viewport=size, color_scheme=theme, locale="en-GB")  # type: ignore[arg-type]
    yield context.new_page()
    context.close()


def shoot(page: Page, url: str, path: str, kind: str, theme: str) -> None:
    """One picture: var/screens/KIND/NAME-THEME-WIDTH.png."""
    page.goto(url + path)
    page.wait_for_timeout(300)
    without_ids = re.sub(r"(?<=/)[\w:.-]{16,}(?=/)", "one", path)
    name = re.sub(r"[^a-z0-9]+", "-", without_ids.lower()).strip("-") or "home"
    width = page.viewport_size["width"] if page.viewport_size else 0
    target = FOLDER / kind / f"{name}-{theme}-{width}.png"
    target.parent.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=target)


@pytest.mark.parametrize("width", SIZES)
@pytest.mark.parametrize("theme", THEMES)
def test_every_screen_filled(browser: Browser, live_url: str, theme: str, width: int) -> None:
    seed()
    agent = Agent.objects.get(email="ann@harbourlane.example")
    agent.set_password("correct horse")
    agent.save()
    with window(browser, theme, width) as page:
        sign_in(page, live_url, agent)
        for path in [*screens(), "/reports/"]:
            shoot(page, live_url, path, "filled", theme)


@pytest.mark.parametrize("width", SIZES)
@pytest.mark.parametrize("theme", THEMES)
def test_every_screen_empty_and_failing(browser: Browser, live_url: str, theme: str, width: int) -> None:
    with window(browser, theme, width) as page:
        shoot(page, live_url, welcome_token.make_link().removeprefix(live_url), "empty", theme)
        shoot(page, live_url, "/sign-in/", "empty", theme)
        agent = Agent.objects.create_user(
            "ann@desk.example", "correct horse", name="Ann Admin", role="administrator", created_at=AT
        )
        sign_in(page, live_url, agent)
        for path in EMPTY:
            shoot(page, live_url, path, "empty", theme)
        for path in FAILING:
            shoot(page, live_url, path, "failing", theme)
