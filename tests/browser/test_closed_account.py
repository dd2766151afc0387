"""The screens of a refusal, a detour, a closed account and its incident: for eyes, for axe, and by hand."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from bridges.telegram import channel
from bridges.telegram.fake import FakeTelegram
from tests.browser.closing import Shop, close_account, open_shop, refuse_one, remember
from tests.browser.conftest import ready, sign_in
from tests.browser.test_axe import in_both_themes
from tests.browser.test_layout import STICKS_OUT
from tests.browser.test_screenshots import SIZES, THEMES, shoot_to
from tests.flows.desk import settle
from tests.services.smtp import Sink
from tickets.actions.drafts import send_due
from tickets.models import Agent, Delivery
from tickets.models.press_links import NO_MAIL, NOT_ME, link_of


@pytest.fixture
def shop(live_url: str, ann: Agent, smtp_sink: Sink, monkeypatch: pytest.MonkeyPatch) -> Iterator[Shop]:
    for name in ("BOT_LIMIT", "CHAT_LIMIT"):
        monkeypatch.setattr(channel, name, replace(getattr(channel, name), burst=10_000))
    telegram = FakeTelegram().start()
    yield open_shop(telegram, smtp_sink, ann)
    telegram.stop()


def screens(shop: Shop) -> dict[str, str]:
    """The address of each screen, by a name."""
    moved = Delivery.objects.exclude(instead_of=None).latest("pk")
    return {
        "reach": "/reach/",
        "reach-account": f"/reach/{shop.bot.public_id}/",
        "campaign": f"/reach/{shop.bot.public_id}/ask/",
        "contact-blocked": f"/contacts/{shop.ticket('Mona Lee').contact.public_id}/",
        "detour": f"/tickets/{shop.ticket('Mona Lee').number}/",
        "way": f"/tickets/{shop.ticket('Noah Berg').number}/",
        "way-none-yet": f"/tickets/{shop.ticket('Ivy Stone').number}/",
        "waiting-draft": f"/tickets/{shop.ticket('Rosa Diaz').number}/",
        "contact-objects": f"/contacts/{shop.ticket('Noah Berg').contact.public_id}/",
        "settings": f"/accounts/{shop.bot.public_id}/",
        "press-no-mail": link_of(NO_MAIL, moved.public_id).partition("//")[2].partition("/")[2].join(["/", ""]),
        "press-not-me": link_of(NOT_ME, moved.public_id).partition("//")[2].partition("/")[2].join(["/", ""]),
    }


@pytest.mark.browser
def test_axe_finds_nothing_and_nothing_sticks_out_where_a_vendor_fails(page: Page, shop: Shop, live_url: str) -> None:
    sign_in(page, live_url, shop.by)
    refuse_one(shop)
    remember(shop)
    incident = close_account(shop)
    assert incident.ticket
    found = []
    for name, path in {**screens(shop), "incident": f"/tickets/{incident.ticket.number}/"}.items():
        page.goto(live_url + path)
        found += [f"{name} {one}" for one in in_both_themes(page)]
        page.set_viewport_size({"width": 375, "height": 812})
        found += [f"{name} sticks out on a phone"] if page.evaluate(STICKS_OUT) > 0 else []
        page.set_viewport_size({"width": 1440, "height": 900})
    assert found == []


@pytest.mark.browser
def test_the_way_is_shown_another_one_is_chosen_and_the_answer_goes_by_it(
    page: Page, shop: Shop, live_url: str
) -> None:
    sign_in(page, live_url, shop.by)
    page.goto(f"{live_url}/tickets/{shop.ticket('Lena Sommer').number}/")
    ready(page)
    way = page.get_by_label("By", exact=True)
    expect(way.locator("option").first).to_contain_text("Telegram, where they wrote last")
    way.select_option(label="Email: lena@home.example")
    page.locator("#box-text").fill("Until six.")
    page.keyboard.press("Control+Enter")
    expect(page.locator("#scheduled")).to_be_visible()
    shop.ticket("Lena Sommer").drafts.update(send_at="2026-01-01T00:00:00Z")
    send_due()
    settle()
    delivery = Delivery.objects.get(message__text="Until six.")
    assert (delivery.channel, delivery.recipient, delivery.state) == ("email", "lena@home.example", "sent")
    assert shop.telegram.sent == []


@pytest.mark.screenshots
@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("size", SIZES, ids=str)
def test_pictures(size: tuple[int, int], theme: Any, shop: Shop, browser: Browser, live_url: str) -> None:
    context = browser.new_context(viewport={"width": size[0], "height": size[1]}, color_scheme=theme, locale="en-GB")
    page = context.new_page()
    sign_in(page, live_url, shop.by)
    shoot_to(page, live_url, f"/tickets/{shop.ticket('Lena Sommer').number}/", f"closing-way-free-{size[0]}-{theme}")
    refuse_one(shop)
    remember(shop)
    shoot_to(page, live_url, "/reach/", f"closing-reach-before-{size[0]}-{theme}")
    shoot_to(
        page, live_url, f"/reach/{shop.bot.public_id}/", f"closing-reach-account-before-{size[0]}-{theme}", whole=True
    )
    incident = close_account(shop)
    assert incident.ticket
    for name, path in {**screens(shop), "incident": f"/tickets/{incident.ticket.number}/"}.items():
        whole = name in ("reach-account", "settings", "contact-objects")
        shoot_to(page, live_url, path, f"closing-{name}-{size[0]}-{theme}", whole=whole)
    context.close()
