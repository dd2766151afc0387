"""The phone beside the demo: what is done on it reaches the helpdesk, and the answer appears on it, over real HTTP."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import include, path, set_urlconf
from playwright.sync_api import Page, expect

from bridges.telegram.fake import FakeTelegram
from bridges.telegram.fake.phone import FIRST_LINES
from bridges.telegram.poll import take
from helpdesk.run import phones
from helpdesk.urls import urlpatterns as whole
from tests.bridges.telegram.out.test_out import PICTURE
from tests.browser.test_axe import violations
from tests.flows.desk import mailbox, settle
from tests.services.ports import wait_until
from tickets.actions import breaker
from tickets.actions.reply import reply
from tickets.demo import post
from tickets.inbox.process import process_all
from tickets.mime.build import File
from tickets.models import Account, Agent, Incident, Message, Ticket

urlpatterns = [path("demo/", include("bridges.telegram.demo.urls")), *whole]
MIA = "7001"


@pytest.fixture
def telegram() -> Iterator[FakeTelegram]:
    fake = FakeTelegram().start()
    yield fake
    fake.stop()


def begin(settings: Any, telegram: FakeTelegram) -> Account:
    """A demo whose shop has a bot at this server."""
    settings.DEMO, settings.ROOT_URLCONF = True, __name__
    set_urlconf(None)
    assert telegram.server is not None
    settings.PHONE_PORT = telegram.server.server_port
    mailbox()
    phones.connect()
    return Account.objects.get(channel="telegram")


@pytest.fixture
def shop(db: None, settings: Any, telegram: FakeTelegram) -> Account:
    return begin(settings, telegram)


def arrive(shop: Account, telegram: FakeTelegram) -> None:
    """What waits at the vendor comes in."""
    if telegram.updates:
        take(shop, telegram.updates)
        telegram.updates.clear()
    process_all()
    settle()


def press(client: Client, **given: Any) -> None:
    assert client.post("/demo/phone/do/", {"as": MIA, **given}).status_code == 302


def chat(client: Client) -> str:
    return client.get("/demo/phone/messages/", {"as": MIA}).content.decode()


def test_what_mia_writes_becomes_a_ticket_and_the_answer_appears_on_her_phone(
    client: Client, shop: Account, telegram: FakeTelegram, ben: Agent
) -> None:
    press(client, text="Where is my pedal?")
    arrive(shop, telegram)
    assert "Hello Mia Brandt" in chat(client)
    reply(Ticket.objects.get(), "On its <way>.", ben, files=[File("pedal.png", "image/png", PICTURE)])
    settle()
    page = chat(client)
    assert "On its &lt;way&gt;." in page
    picture = telegram.sent[-1]["photo"][-1]["file_id"]
    assert f"/demo/phone/file/{picture}/" in page
    answer = client.get(f"/demo/phone/file/{picture}/")
    assert (answer.content, answer["Content-Type"]) == (PICTURE, "image/png")
    assert telegram.token not in page


def test_a_picture_an_edit_and_a_reaction_reach_the_bot(client: Client, shop: Account, telegram: FakeTelegram) -> None:
    telegram.allowed = ["message", "edited_message", "message_reaction", "my_chat_member"]
    press(client, text="Here", file=SimpleUploadedFile("bike.png", PICTURE, "image/png"))
    press(client, text="Here it is", message="1")
    press(client, do="react", message="1", emoji="👍")
    press(client, do="block")
    kinds = [next(name for name in update if name != "update_id") for update in telegram.updates]
    assert kinds == ["message", "edited_message", "message_reaction", "my_chat_member"]
    assert (telegram.chats[MIA][0]["caption"], telegram.files[telegram.chats[MIA][0]["photo"][-1]["file_id"]]) == (
        "Here it is",
        PICTURE,
    )
    assert "edited" in chat(client)
    assert "👍" in chat(client)
    assert MIA in telegram.blocked


def test_the_chat_is_sent_again_only_when_it_changed(client: Client, shop: Account, telegram: FakeTelegram) -> None:
    press(client, text="Hello")
    version = chat(client).partition('data-version="')[2].partition('"')[0]
    asked = {"as": MIA, "version": version}
    assert client.get("/demo/phone/messages/", asked).status_code == 204
    press(client, text="Hello?")
    assert client.get("/demo/phone/messages/", asked).status_code == 200


def test_there_is_no_phone_outside_of_a_demo_and_a_dead_one_says_so(
    client: Client, shop: Account, telegram: FakeTelegram, settings: Any
) -> None:
    telegram.stop()
    assert "make demo" in client.get("/demo/phone/").content.decode()
    settings.DEMO = False
    assert client.get("/demo/phone/").status_code == 404
    assert client.post("/demo/phone/do/", {"as": MIA, "text": "x"}).status_code == 404


def test_a_later_start_finds_the_chats_again_and_another_port(
    shop: Account, telegram: FakeTelegram, tmp_path: Path, settings: Any
) -> None:
    telegram.live_in(tmp_path, "Harbour Lane")
    assert sum(len(lines) for lines in telegram.chats.values()) == len(FIRST_LINES)
    telegram.attach(7001, "bike.png", PICTURE)
    file = tmp_path / "telegram.json"
    wait_until(lambda: file.exists() and "file-1" in file.read_text(), 10, "the chats are not kept")
    again = FakeTelegram()
    again.live_in(tmp_path, "Harbour Lane")
    again.is_closed = True
    assert (again.chats, again.files, again.updates) == (telegram.chats, telegram.files, telegram.updates)
    settings.PHONE_PORT = 4711
    phones.connect()
    assert Account.objects.get(channel="telegram").config["api_url"] == "http://127.0.0.1:4711"


@pytest.mark.browser
@pytest.mark.parametrize(("width", "scheme"), [(375, "dark"), (1440, "light")])
def test_the_phone_can_be_used_by_everybody(
    page: Page, live_url: str, settings: Any, telegram: FakeTelegram, width: int, scheme: Any
) -> None:
    shop = begin(settings, telegram)
    page.emulate_media(color_scheme=scheme)
    page.set_viewport_size({"width": width, "height": 800})
    page.goto(f"{live_url}/demo/phone/")
    page.get_by_label("Message", exact=True).fill("Where is my pedal?")
    page.keyboard.press("Enter")
    wait_until(lambda: bool(telegram.updates), 10, "the phone sent nothing")
    arrive(shop, telegram)
    expect(page.get_by_text("thank you for writing to us")).to_be_visible(timeout=30_000)
    assert violations(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    page.get_by_role("button", name="Edit").click()
    page.get_by_label("Message", exact=True).fill("Where is my left pedal?")
    page.keyboard.press("Enter")
    expect(page.get_by_text("edited")).to_be_visible()
    assert Message.objects.filter(direction="in").count() == 1
    page.goto("about:blank")  # it asks every second, and the database of this test is about to go


@pytest.mark.django_db(transaction=True)
def test_the_vendor_closes_the_account_and_the_answer_reaches_mias_mailbox(
    shop: Account, telegram: FakeTelegram, client: Client, ben: Agent
) -> None:
    def say(text: str) -> None:
        client.post("/demo/phone/do/", {"as": MIA, "text": text})
        arrive(shop, telegram)
        arrive(shop, telegram)

    Account.objects.filter(pk=shop.pk).update(config=shop.config | {"burst_seconds": "0", "reroute_seconds": "0"})
    shop.refresh_from_db()
    say("My bike has no pedal.")
    ticket = Ticket.objects.get(contact__name="Mia Brandt")
    reply(ticket, "It is on its way.", ben)
    arrive(shop, telegram)
    say("mia@brandt.example")
    assert [person.name for person in post.customers() if person.address == "mia@brandt.example"] == ["Mia Brandt"]
    [confirmation] = Message.objects.filter(entry__fields__has_key="confirms")
    wait_until(lambda: arrive(shop, telegram) or post.received("mia@brandt.example"), why="she gets no mail")
    sent = post.received("mia@brandt.example")[0].mail.text
    say(re.findall(r"\b\d{6}\b", sent)[0])
    assert confirmation.text.count("••••••") == 1

    page = client.get("/demo/phone/", {"as": MIA}).content.decode()
    assert "Telegram closes the account" in page
    client.post("/demo/phone/do/", {"as": MIA, "do": "close"})
    assert "Telegram opens the account again" in client.get("/demo/phone/", {"as": MIA}).content.decode()
    reply(ticket, "Here it is by mail.", ben)
    before = len(post.received("mia@brandt.example"))

    def has_come() -> bool:
        settle()
        breaker.look_after()
        return len(post.received("mia@brandt.example")) > before

    wait_until(has_come, why="the answer does not reach her mailbox")
    assert "Unauthorized" in Incident.objects.get().reason
    [answer] = [one.mail.text for one in post.received("mia@brandt.example") if "by mail." in one.mail.text[:20]]
    assert "it could not deliver this, so it comes by mail" in answer
