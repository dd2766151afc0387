"""The phone with WhatsApp beside the demo: what is done on it reaches the helpdesk, and the answer appears on it."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import include, path, set_urlconf

from bridges.whatsapp.fake import FakeWhatsApp, phone
from helpdesk.run import phones
from helpdesk.urls import urlpatterns as whole
from tests.bridges.telegram.out.test_out import PICTURE
from tests.flows.desk import mailbox, settle
from tickets.actions import breaker
from tickets.actions.reply import reply
from tickets.channels import open_channel
from tickets.inbox.process import process_all
from tickets.models import Account, Agent, Incident, Message, Ticket

pytestmark = [pytest.mark.django_db(transaction=True)]
urlpatterns = [path("demo/", include("bridges.whatsapp.demo.urls")), *whole]
AMARA = "7101"


@pytest.fixture
def whatsapp(tmp_path: Any) -> Iterator[FakeWhatsApp]:
    fake = FakeWhatsApp().start()
    phone.keep(fake, tmp_path / "whatsapp.json")
    yield fake
    fake.stop()


@pytest.fixture
def shop(settings: Any, whatsapp: FakeWhatsApp, monkeypatch: pytest.MonkeyPatch) -> Account:
    """A demo whose shop has a number at this server."""
    settings.DEMO, settings.ROOT_URLCONF = True, __name__
    set_urlconf(None)
    cls = next(one for one in phones.channels() if one.name == "whatsapp")
    monkeypatch.setattr(phones, "channels", lambda: [cls])
    assert whatsapp.server is not None
    settings.PHONE_PORT = whatsapp.server.server_port
    mailbox()
    phones.connect()
    account = Account.objects.get(channel="whatsapp")
    open_channel(account).connect()
    return account


def arrive(shop: Account, whatsapp: FakeWhatsApp) -> None:
    for body, headers in whatsapp.pushes():
        kind = headers.pop("Content-Type")
        answer = Client().post(f"/bridges/{shop.public_id}/", body, content_type=kind, headers=headers)
        assert answer.status_code == 200
    process_all()


def do(client: Client, **given: Any) -> None:
    assert client.post("/demo/whatsapp/do/", {"as": AMARA, **given}).status_code == 302


def test_what_is_written_edited_and_deleted_arrives_and_the_answer_is_on_the_phone(
    shop: Account, whatsapp: FakeWhatsApp, ben: Agent, client: Client
) -> None:
    arrive(shop, whatsapp)
    ticket = Ticket.objects.get(contact__name="Amara Nwosu")
    reply(ticket, "Yes, it is.", ben)
    settle()
    page = client.get("/demo/whatsapp/", {"as": AMARA}).content.decode()
    assert "Yes, it is." in page
    assert "cargo bike" in page
    do(client, text="Wonderful!")
    do(client, file=SimpleUploadedFile("bike.png", PICTURE, "image/png"), text="like this")
    first = whatsapp.chats[int(AMARA)][0]["id"]
    do(client, message=first, text="Is the bike still for sale?")
    do(client, do="react", message=whatsapp.sent[0]["id"], emoji="👍")
    do(client, do="revoke", message=whatsapp.chats[int(AMARA)][-2]["id"])
    arrive(shop, whatsapp)
    said = ticket.messages.order_by("pk")
    assert said[0].text == "Is the bike still for sale?"
    assert said.filter(deleted_at__isnull=False).exists()
    answer = said.filter(direction="out").first()
    assert answer
    assert answer.deliveries.get().receipt == "read"
    [picture] = list(whatsapp.files)
    shown = client.get(f"/demo/whatsapp/file/{picture}/")
    assert (shown.content, shown["Content-Type"]) == (PICTURE, "image/png")
    page = client.get("/demo/whatsapp/messages/", {"as": AMARA}).content.decode()
    assert "You deleted this message" in page


def test_meta_closes_the_account_from_the_phone_and_opens_it_again(
    shop: Account, whatsapp: FakeWhatsApp, ben: Agent, client: Client
) -> None:
    arrive(shop, whatsapp)
    do(client, do="close", form="unpaid")
    reply(Ticket.objects.get(contact__name="Amara Nwosu"), "Hello", ben)
    settle()
    breaker.look_after()
    assert "payment" in Incident.objects.get().reason
    assert "The account is closed." in client.get("/demo/whatsapp/").content.decode()
    do(client, do="open")
    assert whatsapp.closed == ""


def test_the_chats_outlive_a_restart_and_without_a_demo_there_is_no_phone(
    shop: Account, whatsapp: FakeWhatsApp, client: Client, settings: Any, tmp_path: Any
) -> None:
    assert Message.objects.count() == 0
    whatsapp.stop()
    assert client.get("/demo/whatsapp/").status_code == 503
    settings.DEMO = False
    assert client.get("/demo/whatsapp/").status_code == 404
