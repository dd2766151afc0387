"""The report in a real browser: axe finds nothing, nothing is wider than a phone, and the address says what is shown."""

from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from tests.browser.conftest import sign_in
from tests.browser.test_axe import violations
from tests.reports.history import mailbox, say, set_state, ticket
from tickets.models import Account, Agent

pytestmark = pytest.mark.browser
LONG = "Wolfeschlegelsteinhausenbergerdorff-Ärztin, Bernadette"


@pytest.fixture
def report(live_url: str, page: Page, ann: Agent) -> Page:
    """The report of a helpdesk that has worked for a month, on three channels."""
    Agent.objects.filter(pk=ann.pk).update(name=LONG)
    home = mailbox("an-address-of-some-length-for-a-mailbox@desk.example")
    for days in range(1, 30):
        came, answered = (
            f"{timezone.now() - timedelta(days=days, hours=-hour):%Y-%m-%d %H:%M}" for hour in (0, days % 5)
        )
        one = ticket(home, came, state=("open", "waiting", "solved")[days % 3])
        say(one, "in", came, channel=("email", "telegram", "another")[days % 3])
        say(one, "out", answered, ann)
        set_state(one, ann, "open", "solved", answered)
    sign_in(page, live_url, ann)
    page.goto(f"{live_url}/reports/")
    page.evaluate("for (const part of document.querySelectorAll('.page details')) part.open = true")
    return page


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", [375, 1440])
def test_the_report_can_be_read_by_everybody_on_every_screen(report: Page, theme: str, width: int) -> None:
    report.emulate_media(color_scheme=theme, reduced_motion="reduce")  # type: ignore[arg-type]
    report.set_viewport_size({"width": width, "height": 900})
    assert violations(report) == []
    scroller = report.locator("main .scroll")
    assert scroller.evaluate("box => box.scrollWidth <= box.clientWidth")


def test_period_and_mailbox_are_chosen_and_stand_in_the_address(report: Page) -> None:
    report.get_by_role("link", name="7 days").click()
    expect(report.get_by_role("link", name="7 days")).to_have_attribute("aria-current", "true")
    report.get_by_label("Mailbox", exact=True).select_option(index=1)
    report.get_by_role("button", name="Show").click()
    assert f"mailbox={Account.objects.get().public_id}" in report.url
    expect(report.get_by_label("Mailbox", exact=True)).to_have_value(Account.objects.get().public_id)
    with report.expect_download() as download:
        report.get_by_role("link", name="CSV By agent").click()
    assert LONG in download.value.path().read_text("utf-8-sig")
