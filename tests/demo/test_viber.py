"""The phone with Viber beside the demo, and the shop's own website with its chat."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import include, path, set_urlconf

from bridges.viber.fake import FakeViber, phone
from helpdesk.run import phones
from helpdesk.urls import urlpatterns as whole
from tests.bridges.telegram.out.test_out import PICTURE
from tests.flows.desk import mailbox, settle
from tickets.actions import breaker
from tickets.actions.reply import reply
from tickets.channels import open_channel
from tickets.inbox.process import process_all
from tickets.mime.build import File
from tickets.models import Account, Agent, Delivery, Incident, Message, Ticket

pytestmark = [pytest.mark.django_db(transaction=True)]
urlpatterns = [
    path("demo/", include("tickets.demo.urls")),
    path("demo/", include("bridges.viber.demo.urls")),
    path("demo/", include("bridges.webchat.demo.urls")),
    *whole,
]
IRYNA = "7201"


@pytest.fixture
def viber(tmp_path: Any) -> Iterator[FakeViber]:
    fake = FakeViber().start()
    phone.keep(fake, tmp_path / "viber.json")
    yield fake
    fake.stop()


@pytest.fixture
def shop(settings: Any, viber: FakeViber, monkeypatch: pytest.MonkeyPatch) -> Account:
    """A demo whose shop has a bot at this server."""
    settings.DEMO, settings.ROOT_URLCONF = True, __name__
    set_urlconf(None)
    cls = next(one for one in phones.channels() if one.name == "viber")
    monkeypatch.setattr(phones, "channels", lambda: [cls])
    assert viber.server is not None
    settings.PHONE_PORT = viber.server.server_port
    mailbox(acknowledge=False)
    phones.connect()
    account = Account.objects.get(channel="viber")
    open_channel(account).connect()
    return account


def arrive(shop: Account, viber: FakeViber) -> None:
    for body, headers in viber.pushes():
        kind = headers.pop("Content-Type")
        answer = Client().post(f"/bridges/{shop.public_id}/", body, content_type=kind, headers=headers)
        assert answer.status_code == 200
    process_all()


def do(client: Client, **given: Any) -> None:
    assert client.post("/demo/viber/do/", {"as": IRYNA, **given}).status_code == 302


def test_what_is_written_arrives_and_the_answer_is_on_the_phone(
    shop: Account, viber: FakeViber, ben: Agent, client: Client, live_url: str
) -> None:
    arrive(shop, viber)
    ticket = Ticket.objects.get(contact__name="Iryna Melnyk")
    reply(ticket, "We do.", ben, files=[File("seat.png", "image/png", PICTURE)])
    settle()
    page = client.get("/demo/viber/", {"as": IRYNA}).content.decode()
    assert "We do." in page
    arrive(shop, viber)
    assert Delivery.objects.get(message__text="We do.").receipt == "read"
    do(client, text="Wonderful!")
    do(client, file=SimpleUploadedFile("bike.png", PICTURE, "image/png"))
    arrive(shop, viber)
    assert Message.objects.filter(ticket=ticket, text="Wonderful!").exists()
    sent = next(one for one in viber.chats[int(IRYNA)] if one.get("media") and not one["mine"])
    shown = client.get(f"/demo/viber/file/{sent['token']}/")
    assert (shown.content, shown["Content-Type"]) == (PICTURE, "image/png")
    version = page.partition('data-version="')[2].partition('"')[0]
    assert client.get("/demo/viber/messages/", {"as": IRYNA, "version": version}).status_code == 200
    do(client, do="leave")
    assert "This customer is not subscribed" in client.get("/demo/viber/", {"as": IRYNA}).content.decode()


def test_viber_closes_the_bot_from_the_phone_and_opens_it_again(
    shop: Account, viber: FakeViber, ben: Agent, client: Client
) -> None:
    arrive(shop, viber)
    do(client, do="close", form="unpaid")
    reply(Ticket.objects.get(contact__name="Iryna Melnyk"), "Hello", ben)
    settle()
    breaker.look_after()
    assert "noBalance" in Incident.objects.get().reason
    assert "The bot is closed." in client.get("/demo/viber/").content.decode()
    do(client, do="open")
    assert viber.closed == ""


def test_the_chats_outlive_a_restart_and_without_a_demo_there_is_no_phone(
    shop: Account, viber: FakeViber, client: Client, settings: Any
) -> None:
    viber.stop()
    assert client.get("/demo/viber/").status_code == 503
    settings.DEMO = False
    assert client.get("/demo/viber/").status_code == 404


def test_the_shops_website_has_the_chat_and_leads_to_the_contact_page(
    shop: Account, client: Client, settings: Any
) -> None:
    phones.connect_own()
    account = Account.objects.get(channel="webchat")
    assert account.config["sites"] == settings.SITE_URL
    page = client.get("/demo/webchat/", {"language": "de"}).content.decode()
    assert f'<script async src="/chat/{account.public_id}/widget.js"></script>' in page
    assert f"/contact/{account.home.public_id}/" in page
    assert '<html lang="de">' in page
    phones.connect_own()
    assert Account.objects.filter(channel="webchat").count() == 1
    settings.DEMO = False
    assert client.get("/demo/webchat/").status_code == 404
