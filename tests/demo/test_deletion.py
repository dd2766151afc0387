"""A visitor deletes the database of a running demo, looks on while it is rebuilt, and goes on working."""

import os
import re
import smtplib
import threading
import time
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from playwright.sync_api import Page, expect

from bridges.telegram.fake import phone as telegram
from bridges.viber.fake import phone as viber
from bridges.whatsapp.fake import phone as whatsapp
from tests.browser.test_axe import violations
from tests.flows import desk
from tests.services import holdfast, migrated
from tests.services.ports import wait_until
from tickets.demo import deletion
from tickets.demo.alone import alone, beside_others
from tickets.demo.deletion import Deletion
from tickets.inbox.accept import accept
from tickets.inbox.process import park
from tickets.models import Account, InboxItem, Ticket
from tickets.record.compare import snapshot

TICKETS = "from tickets.models import Ticket\ntell(list(Ticket.objects.order_by('number').values_list('number', 'subject', 'state')))"
PARKED = "from tickets.models import InboxItem\ntell(InboxItem.objects.filter(state='parked').count())"
SMALL_SHOP = """
from tickets.actions.accounts import add_account
from tickets.actions.note import note
from tickets.actions.people import add_agent
from tickets.demo import script
from tickets.inbox.accept import accept
from tickets.inbox.process import park, process_all
from tickets.models import InboxItem, Ticket
from tickets.record.append import append_all
ann = script.AGENTS[script.ADMINISTRATOR]
ann = add_agent(ann.address, ann.name, "administrator")
support = add_account("email", "Harbour Lane", "support@harbourlane.example", acknowledge=False)
for number in range(120):
    accept(support, f"From: zoe{number}@fjordmail.example\\nSubject: Lamp {number}\\n\\nIt flickers.".encode(), source="smtp")
process_all()
for ticket in Ticket.objects.all()[:20]:
    note(ticket, "Bend the pin.", ann)
append_all()
accept(support, b"Subject: Odd\\n\\nOdd", source="smtp")
park(InboxItem.objects.get(state="waiting"), "To be looked at.")
"""
MAIL = "From: Zoe <zoe.lindqvist@fjordmail.example>\r\nTo: {to}\r\nSubject: After the rebuild\r\n\r\nAre you still there?\r\n"


@pytest.fixture
def in_a_demo(settings: Any) -> None:
    settings.DEMO = True
    settings.ROOT_URLCONF = "tests.demo.test_views"


@pytest.fixture
def support(transactional_db: None, in_a_demo: None) -> Account:
    """A mailbox with two tickets, and one mail that was set aside."""
    support = desk.mailbox(acknowledge=False)
    for text in ("It does not work.", "Nor does mine."):
        desk.arrive(support, desk.mail(text))
    accept(support, desk.mail("Set aside"), source="smtp")
    park(InboxItem.objects.get(state="waiting"), "To be looked at.")
    return support


@pytest.mark.django_db(transaction=True)
@pytest.mark.database
def test_every_row_comes_back_and_the_desk_goes_on(support: Account) -> None:
    desk.settle()
    before = snapshot()
    found = Deletion()
    deletion.run(found)
    assert (found.step, found.different, found.rows) == ("done", [], len(before))
    assert found.before == found.now
    assert (found.done, found.total) == (2, 2)
    assert desk.differences(before, snapshot()) == []
    assert InboxItem.objects.get(state="parked").reason == "To be looked at."
    assert Account.objects.get().paused_at is None
    desk.arrive(support, desk.mail("Still there?"))
    assert Ticket.objects.count() == 3


@pytest.mark.django_db(transaction=True)
def test_who_works_is_waited_for_and_nobody_begins_while_it_is_rebuilt(
    support: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tickets.demo.alone.PATIENCE", 0.2)
    found = Deletion()
    with beside_others():
        deletion.run(found)
    assert found.step == "failed"
    assert "Nothing was deleted" in found.reason
    assert Ticket.objects.count() == 2
    began = threading.Event()

    def work() -> None:
        with beside_others():
            began.set()

    with alone():
        worker = threading.Thread(target=work)
        worker.start()
        assert not began.wait(0.2)
    assert began.wait(5)


@pytest.mark.django_db
def test_outside_a_demo_there_is_no_such_page(client: Client, settings: Any) -> None:
    settings.ROOT_URLCONF = "tests.demo.test_views"
    assert client.get("/demo/database/").status_code == 404
    assert client.post("/demo/database/").status_code == 404


def test_a_deletion_that_died_with_its_server_can_be_begun_again(in_a_demo: None, data_dir: Path) -> None:
    assert not Deletion(step="rebuilding", at=time.time() - 100).is_running
    assert Deletion(step="rebuilding", at=time.time()).is_running
    assert not Deletion().is_running


@pytest.mark.browser
@pytest.mark.timeout(900)
def test_a_visitor_deletes_the_database_of_a_running_demo_and_stays_signed_in(page: Page, tmp_path: Path) -> None:
    (tmp_path / "demo").mkdir()
    ours = {"DEMO": "yes", "DATABASE_URL": ""}
    idle = holdfast.Running(None, holdfast.environment(tmp_path / "demo", **ours), tmp_path / "log")  # type: ignore[arg-type]
    migrated.put_into(tmp_path / "demo")
    idle.ask(SMALL_SHOP)
    with holdfast.running(tmp_path / "demo", ("manage.py", "run", "--demo"), **ours) as house:
        link = re.search(r"http\S+/demo/sign-in/\S+", house.words())
        assert link
        page.goto(link[0])
        on_phones = len(telegram.PEOPLE) + len(viber.PEOPLE) + len(whatsapp.PEOPLE)
        wait_until(lambda: len(house.ask(TICKETS)) == 120 + on_phones, 120, "The customers on the phones did not write")
        before = house.ask(TICKETS)
        page.goto(f"{house.url}/demo/mailbox/")
        page.get_by_role("link", name="Delete the database").click()
        look(page, "before")
        page.get_by_role("button", name="Delete the database").click()
        expect(page.get_by_role("progressbar")).to_be_visible(timeout=30_000)
        look(page, "meanwhile")
        expect(page.get_by_text("rows are the same as before")).to_be_visible(timeout=120_000)
        look(page, "after")
        assert house.ask(TICKETS) == before
        assert house.ask(PARKED) == 1
        page.get_by_role("link", name="To the helpdesk").click()
        expect(page).to_have_url(re.compile("/lists/"))
        with smtplib.SMTP("127.0.0.1", house.smtp_port) as client:
            to = "support@harbourlane.example"
            client.sendmail("zoe.lindqvist@fjordmail.example", [to], MAIL.format(to=to))
        wait_until(lambda: len(house.ask(TICKETS)) == len(before) + 1, 60, "The mail was not filed")


def look(page: Page, moment: str) -> None:
    """Usable by everybody, in light and dark, on a phone; SCREENS names a folder for pictures."""
    folder = os.environ.get("SCREENS", "")
    for scheme, width in (("light", 1440), ("dark", 1440), ("light", 375), ("dark", 375)):
        page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
        page.set_viewport_size({"width": width, "height": 900})
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        if folder:
            page.screenshot(path=f"{folder}/deletion-{moment}-{scheme}-{width}.png")
        if moment != "meanwhile":
            assert violations(page) == []
