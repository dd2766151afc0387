"""A customer without an account and without scripts: from the link in a mail to an answer, and to a new link."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import Desk
from tests.flows.desk import settle
from tickets.inbox.process import process_all
from tickets.models import Delivery, Message
from tickets.models.request_links import link_of

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def newest_link() -> str:
    return link_of(Delivery.objects.latest("pk"))


def test_a_customer_answers_with_a_file_from_a_phone_and_gets_a_new_link_when_the_old_one_has_expired(
    desk: Desk, signed_in: Page, browser: Browser, settings: Any
) -> None:
    settings.REQUEST_LINKS = True
    desk.receive("My bell does not ring.", sender="zoe@customer.example", name="Zoe Customer", subject="Bell")
    phone = browser.new_context(viewport={"width": 375, "height": 740}, java_script_enabled=False, locale="de-DE")
    page = phone.new_page()
    page.goto(newest_link())
    expect(page.get_by_role("heading", name="Bell")).to_be_visible()
    expect(page.get_by_text("My bell does not ring.")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= 375
    page.get_by_label("Your message").fill("It rings, but backwards.")
    page.get_by_label("Add files").set_input_files({"name": "bell.txt", "mimeType": "text/plain", "buffer": b"gnid"})
    page.get_by_role("button", name="Send").click()
    expect(page.get_by_text("Thank you, your message has come in.")).to_be_visible()
    process_all()
    settle()

    signed_in.goto(f"{desk.url}/tickets/{desk.ticket('Bell').number}/")
    answer = signed_in.locator("details.message", has_text="It rings, but backwards.")
    expect(answer.get_by_text("on the request page").first).to_be_visible()
    expect(answer.get_by_role("link", name="bell.txt")).to_be_visible()

    Message.objects.filter(ticket=desk.ticket("Bell")).update(at=timezone.now() - timedelta(days=31))
    page.goto(newest_link())
    expect(page.get_by_role("heading", name="This link has expired")).to_be_visible()
    page.get_by_role("button", name="Mail me a new link").click()
    expect(page.get_by_text("a new link is on its way")).to_be_visible()
    settle()
    page.goto(newest_link())
    expect(page.get_by_text("It rings, but backwards.")).to_be_visible()
    phone.close()
