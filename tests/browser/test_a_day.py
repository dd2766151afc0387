"""A day at the helpdesk: five people, two browsers at once, sixty mails. docs/a-day.md tells it, with the pictures made here.

PICTURES=docs/a-day makes them anew.
"""

import os
import re
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from django.conf import LazySettings
from django.utils import timezone
from playwright.sync_api import Page, expect

from tests.browser import day
from tests.browser.conftest import Desk, ready, sign_in
from tests.flows.desk import arrive_together, mailbox, rebuilt_differences, settle
from tickets.demo import script
from tickets.demo.mails import SHOP_HOST
from tickets.mail import maildir
from tickets.mime.parse import Mail, parse
from tickets.models import Account, Agent, Direction, Message, Role, Ticket

pytestmark = pytest.mark.browser
PICTURES = os.environ.get("PICTURES")
SOON = 30_000  # milliseconds; how soon it is on an idle machine is for a benchmark to say


@pytest.fixture
def shop(live_url: str, ann: Agent, settings: LazySettings) -> Desk:
    """The shop's three mailboxes, and sixty mails that came in over night."""
    settings.AUTHSERV_ID = SHOP_HOST
    boxes = {key: mailbox(box.address) for key, box in script.MAILBOXES.items()}
    now = timezone.now()
    for key, box in boxes.items():
        told = [one for one in day.customers() if one.mailbox == key]
        arrive_together(box, [day.first_mail(one, now - timedelta(hours=2)) for one in told])
    arrive_together(boxes["support"], [day.spam(number, now) for number in range(20)])
    settle()
    return Desk(live_url, boxes["support"], ann)


def picture(page: Page, name: str) -> None:
    """Keep what is seen, for the document."""
    if PICTURES:
        page.screenshot(path=str(Path(PICTURES) / f"{name}.jpg"), type="jpeg", quality=72)


def open_ticket(page: Page, desk: Desk, ticket: Ticket) -> None:
    page.goto(f"{desk.url}/tickets/{ticket.number}/")
    ready(page)


def send(page: Page, text: str) -> None:
    """Write an answer and press send."""
    page.locator("#box-text").fill(text)
    page.locator("[data-send]").click()


def answer(page: Page, desk: Desk, ticket: Ticket, text: str) -> None:
    """Open a ticket, answer it and wait until the server has taken the answer."""
    open_ticket(page, desk, ticket)
    send(page, text)
    expect(page.locator("#scheduled")).to_be_visible(timeout=SOON)


def of(subject: str) -> Ticket:
    return Ticket.objects.get(subject=subject)


def unanswered() -> list[Ticket]:
    """Tickets of customers that nobody has answered."""
    return list(Ticket.objects.filter(spam="", merged_into=None, first_answer_at=None).order_by("number"))


def sent_from(accounts: "Iterator[Account]") -> list[Mail]:
    """Every mail that left, as it stands in the folders that take the place of the world."""
    return [parse(path.read_bytes()) for box in accounts for path in maildir.folder_of(box).glob("new/*")]


@pytest.mark.timeout(900)
def test_five_people_work_sixty_mails_through(
    shop: Desk, page: Page, new_page: Callable[[], Page], ann: Agent, ben: Agent, make_agent: Callable[..., Agent]
) -> None:
    chiara, dmytro = make_agent("Chiara Rossi"), make_agent("Dmytro Shevchenko")
    emma = make_agent("Emma Lind", Role.MANAGER)
    assert Ticket.objects.count() == 60
    assert Ticket.objects.exclude(spam="").count() == 12
    first, second = page, new_page()
    ours = unanswered()
    customers = [ticket for ticket in ours if ticket.contact.addresses.get().address in named()]
    assert len(customers) == 40

    # Half past eight: Ann puts away what the mail server has let through, Ben begins at the top.
    sign_in(first, shop.url, ann)
    sign_in(second, shop.url, ben)
    first.goto(f"{shop.url}/lists/open/")
    ready(first)
    picture(first, "morning")
    for _name, address, _subject in day.UNMARKED:
        number = Ticket.objects.get(contact__addresses__address=address).number
        first.locator(f'[data-pick="{number}"]').check()
    expect(first.locator("#bar [data-count]")).to_have_text("8")
    picture(first, "spam-selected")
    first.keyboard.press("!")
    expect(first.locator(".toast")).to_contain_text("Put 8 tickets into spam.", timeout=SOON)
    settle()
    assert Ticket.objects.exclude(spam="").count() == 20
    first.goto(f"{shop.url}/lists/spam/")
    ready(first)
    expect(first.locator(".list-row")).to_have_count(20)
    picture(first, "spam")

    first_collision(shop, first, second, customers[0], ann, ben)
    second_collision(shop, second, customers[1])
    third_collision(shop, first, second, customers[2])
    wrong_merge(shop, second, first, customers[3], customers[4], ben)

    # Noon: Ben goes home, Dmytro takes five tickets, is called away for good, and Ann lets him go.
    third = new_page()
    sign_in(third, shop.url, dmytro)
    for ticket in customers[5:10]:
        open_ticket(third, shop, ticket)
        third.keyboard.press("i")
        third.locator('[data-menu="assign"]').get_by_role("button", name="Me", exact=True).click()
        expect(third.locator('[data-menu="assign"] > summary')).to_contain_text(dmytro.name, timeout=SOON)
    answer(third, shop, customers[5], "I look at it this afternoon.")
    shop.let_undo_time_pass()
    leaver(shop, first, third, dmytro, customers[5:10])

    # The afternoon: Chiara and Ann answer all that is left, by turns.
    sign_in(third, shop.url, chiara)
    for number, ticket in enumerate(unanswered()):
        answer(third if number % 2 else first, shop, ticket, f"Dear customer, we have looked at it: #{ticket.number}.")
        if number == 6:
            picture(third, "afternoon")
        if number % 8 == 0:
            shop.let_undo_time_pass()
    shop.let_undo_time_pass()
    assert unanswered() == []
    first.goto(f"{shop.url}/lists/waiting/")
    ready(first)
    first.keyboard.press("*")
    first.keyboard.press("a")
    first.locator("#bar").get_by_role("button", name="Solve").click()
    expect(first.locator(".toast")).to_contain_text("Solved", timeout=SOON)
    settle()

    evening(shop, second, emma, customers[1])
    assert_nobody_was_told_twice()
    assert rebuilt_differences() == []


def named() -> set[str]:
    return {one.customer.address.lower() for one in day.customers()}


def first_collision(desk: Desk, first: Page, second: Page, ticket: Ticket, ann: Agent, ben: Agent) -> None:
    """Ann and Ben answer the same customer; hers has gone, his is stopped, and he keeps it to himself."""
    open_ticket(first, desk, ticket)
    open_ticket(second, desk, ticket)
    second.locator("#box-text").press_sequentially("I think")
    expect(first.locator("#presence")).to_contain_text(f"{ben.name} is writing", timeout=SOON)
    picture(first, "ben-is-writing")
    send(first, "Come by at ten, we keep it ready.")
    expect(first.locator("#scheduled")).to_be_visible(timeout=SOON)
    desk.let_undo_time_pass()
    send(second, "I think we have none of these.")
    held = second.locator(".held")
    expect(held).to_contain_text(f"{ann.name} wrote since you began", timeout=SOON)
    expect(held).to_contain_text("Come by at ten, we keep it ready.")
    picture(second, "collision")
    expect(second.locator("#box-text")).to_have_value("I think we have none of these.")
    second.locator("[data-discard]").click()
    expect(second.locator("#box-text")).to_have_value("", timeout=SOON)
    assert said(ticket) == ["Come by at ten, we keep it ready."]


def second_collision(desk: Desk, page: Page, ticket: Ticket) -> None:
    """The customer writes again while Ben writes; he reads it, changes his words, and sends them."""
    open_ticket(page, desk, ticket)
    page.locator("#box-text").fill("We can do that on Thursday.")
    asked = ticket.messages.get(direction=Direction.IN)
    desk.mailbox = ticket.mailbox
    desk.receive(
        "One more thing: it has to be Friday.",
        sender=asked.from_address,
        name=asked.from_name,
        subject=f"Re: {asked.subject}",
        answers=asked.message_id,
    )
    page.locator("[data-send]").click()
    expect(page.locator(".held")).to_contain_text("it has to be Friday", timeout=SOON)
    send(page, "We can do that on Friday.")
    expect(page.locator("#scheduled")).to_be_visible(timeout=SOON)
    desk.let_undo_time_pass()
    assert said(ticket) == ["We can do that on Friday."]


def third_collision(desk: Desk, first: Page, second: Page, ticket: Ticket) -> None:
    """Both press send within the ten seconds of undo; one goes, the other is held until Ben has decided."""
    answer(first, desk, ticket, "It is ready since yesterday.")
    answer(second, desk, ticket, "It will be ready tomorrow.")
    desk.let_undo_time_pass()
    assert said(ticket) == ["It is ready since yesterday."]
    open_ticket(second, desk, ticket)
    expect(second.locator(".held")).to_contain_text("Held, and not sent", timeout=SOON)
    send(second, "We are open until six.")
    expect(second.locator("#scheduled")).to_be_visible(timeout=SOON)
    desk.let_undo_time_pass()
    assert said(ticket) == ["It is ready since yesterday.", "We are open until six."]


def wrong_merge(desk: Desk, second: Page, first: Page, one: Ticket, other: Ticket, ben: Agent) -> None:
    """Ben joins two that only look alike; Ann sees it and takes them apart. Then each customer gets an answer of their own."""
    second.goto(f"{desk.url}/lists/open/")
    ready(second)
    for ticket in (one, other):
        row = second.locator(f'[data-pick="{ticket.number}"]')
        if not row.count():
            second.locator(".list-more button").click()
        row.check()
    second.locator('[data-menu="pick-more"] > summary').click()
    second.get_by_role("button", name="Join into one").click()
    expect(second.locator(".toast")).to_contain_text("Joined", timeout=SOON)
    settle()
    into = min(one.number, other.number)
    first.goto(f"{desk.url}/tickets/{into}/")
    ready(first)
    expect(first.locator("#timeline")).to_contain_text(ben.name)
    picture(first, "wrong-merge")
    first.get_by_role("button", name="out again").last.click()
    expect(first.locator("#timeline")).to_contain_text("of its own again", timeout=SOON)
    settle()
    for ticket in (one, other):
        ticket.refresh_from_db()
        assert ticket.merged_into is None
        assert ticket.messages.filter(direction=Direction.IN).count() == 1


def leaver(desk: Desk, page: Page, their_page: Page, dmytro: Agent, tickets: list[Ticket]) -> None:
    """Dmytro is let go: what is open goes back to the list of all, his words stay his, and his page is over."""
    page.goto(f"{desk.url}/people/")
    ready(page)
    page.get_by_role("link", name=dmytro.name).click()
    picture(page, "leaver")
    page.get_by_role("button", name=re.compile(f"Let {dmytro.name} go")).click()
    expect(page.get_by_text("Who has left")).to_be_visible(timeout=SOON)
    settle()
    assert (
        not Ticket.objects.filter(pk__in=[ticket.pk for ticket in tickets], assignee=dmytro)
        .exclude(state="waiting")
        .exists()
    )
    assert Message.objects.get(author=dmytro).text.strip() == "I look at it this afternoon."
    their_page.goto(f"{desk.url}/lists/open/")
    expect(their_page).to_have_url(re.compile("/sign-in/"), timeout=SOON)


def evening(desk: Desk, page: Page, emma: Agent, ticket: Ticket) -> None:
    """Emma reads the report, finds one conversation by its words, and can change nothing."""
    page.context.clear_cookies()
    page.goto(f"{desk.url}/sign-in/")
    page.get_by_label("Email address").fill(emma.email)
    page.get_by_label("Password").fill("correct horse")
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url(re.compile("/lists/|/reports/"))
    page.goto(f"{desk.url}/reports/")
    ready(page)
    expect(page.locator("#report-agents")).to_be_visible()
    picture(page, "evening")
    page.goto(f"{desk.url}/search/?q=%22it+has+to+be+Friday%22")
    ready(page)
    expect(page.locator("mark").first).to_be_visible()
    picture(page, "search")
    page.goto(f"{desk.url}/tickets/{ticket.number}/")
    ready(page)
    expect(page.locator("#composer")).to_have_count(0)


def said(ticket: Ticket) -> list[str]:
    """What people of the shop said to the customer, in order."""
    ticket.refresh_from_db()
    return [
        message.text.strip()
        for message in ticket.messages.filter(direction=Direction.OUT, automatic=False).order_by("at", "pk")
    ]


def assert_nobody_was_told_twice() -> None:
    """No customer got the same words twice. Whom the mail server called spam got nothing, the others only the first mail of all."""
    left = sent_from(iter(Account.objects.all()))
    told = [(mail.to[0].address.lower(), mail.reply or mail.text) for mail in left]
    assert len(told) == len(set(told))
    unmarked = {address for _name, address, _subject in day.UNMARKED}
    assert {recipient for recipient, _words in told} == named() | unmarked
    answered = Message.objects.filter(direction=Direction.OUT, automatic=False)
    assert {box["address"] for message in answered for box in message.to} == named()
