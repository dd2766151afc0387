"""When the 24 hours are over: the box says so, an agent picks a template, fills it in, sees it, and it goes; nothing goes into the void."""

import re
from collections.abc import Callable

import pytest
from django.test import Client

from bridges.whatsapp.fake import FakeWhatsApp
from bridges.whatsapp.fake.templating import template
from tests.flows.desk import rebuilt_differences, settle
from tickets.actions.change import NotAllowed
from tickets.actions.template import send_template
from tickets.models import Account, Agent, Message, Ticket
from tickets.outbox.route import NoRoute
from tickets.record.config import write_config

pytestmark = [pytest.mark.django_db(transaction=True)]
Arrive = Callable[..., None]
ANN = 42
KEY = "ready en"
VALUES = {"1": "Ann", "2": "bike"}


@pytest.fixture
def ticket(number: Account, whatsapp: FakeWhatsApp, arrive: Arrive) -> Ticket:
    """Ann asked 25 hours ago."""
    whatsapp.templates = [
        template("ready", "Hello {{1}}, your {{2}} is ready.", footer="Shop"),
        template("hello", "Hello again."),
        template("paused", "Wait.", status="PAUSED"),
    ]
    whatsapp.write(ANN, "Is it ready?", name="Ann Lee")
    arrive()
    return Ticket.objects.get()


@pytest.fixture
def late(ticket: Ticket, whatsapp: FakeWhatsApp) -> Ticket:
    whatsapp.last_in[ANN] -= 25 * 3600
    message = ticket.messages.get()
    Message.objects.update(at=message.at.replace(year=message.at.year - 1))
    return ticket


def test_in_time_the_box_counts_down_and_afterwards_it_offers_the_templates(
    ticket: Ticket, ben: Agent, client: Client, whatsapp: FakeWhatsApp
) -> None:
    client.force_login(ben)
    box = f"/tickets/{ticket.number}/box/"
    page = client.get(box).content.decode()
    assert "They can be answered there until" in page
    assert "Choose a template" not in page
    Message.objects.update(at=ticket.messages.get().at.replace(year=2025))
    page = client.get(box).content.decode()
    assert "They can be answered there until" not in page
    assert f"/tickets/{ticket.number}/template/" in page
    assert "lets us answer only until" in page


def test_an_agent_picks_fills_in_sees_and_sends(
    late: Ticket, ben: Agent, client: Client, whatsapp: FakeWhatsApp
) -> None:
    client.force_login(ben)
    address = f"/tickets/{late.number}/template/"
    page = client.get(address).content.decode()
    assert "ready · en · utility" in page
    assert "paused" not in page
    page = client.get(address, {"template": KEY, "gap-0": "Ann"}).content.decode()
    assert "Hello Ann, your {{2}} is ready.<br><br>Shop" in page
    assert "template/send/" not in page
    given = {"template": KEY, "gap-0": "Ann", "gap-1": "bike"}
    page = client.get(address, given).content.decode()
    assert "Hello Ann, your bike is ready." in page
    key = re.search(r'name="key" value="([^"]+)"', page)
    assert key
    for _ in range(2):  # pressed twice, sent once
        answer = client.post(f"{address}send/", given | {"key": key[1]})
        assert answer.status_code == 302
    settle()
    [sent] = whatsapp.sent
    assert (sent["type"], sent["text"]["body"]) == ("template", "Hello Ann, your bike is ready.\n\nShop")
    said = late.messages.order_by("pk").last()
    assert said
    assert said.text.strip() == "Hello Ann, your bike is ready.\n\nShop"
    assert "As the template “ready” (en)" in said.deliveries.get().route_reason


def test_a_template_comes_back_from_the_record_and_is_not_sent_again(
    ticket: Ticket, ben: Agent, whatsapp: FakeWhatsApp
) -> None:
    send_template(ticket, KEY, VALUES, ben)
    write_config()
    assert rebuilt_differences() == []
    assert len(whatsapp.sent) == 1


def test_what_is_not_filled_in_or_not_approved_is_not_sent(
    late: Ticket, ben: Agent, client: Client, whatsapp: FakeWhatsApp
) -> None:
    with pytest.raises(NotAllowed, match="Nothing stands in: 2"):
        send_template(late, KEY, {"1": "Ann"}, ben)
    with pytest.raises(NotAllowed, match="not approved any more"):
        send_template(late, "paused en", {}, ben)
    client.force_login(ben)
    answer = client.post(f"/tickets/{late.number}/template/send/", {"template": KEY, "gap-0": "Ann", "key": "k"})
    assert (answer.status_code, "Nothing stands in: 2" in answer.content.decode()) == (422, True)
    whatsapp.plan("message_templates", 1, "An unknown error occurred")
    answer = client.get(f"/tickets/{late.number}/template/", follow=True)
    assert "does not list its templates" in answer.content.decode()
    settle()
    assert whatsapp.sent == []


def test_a_template_that_was_paused_meanwhile_is_refused_in_the_vendors_words(
    late: Ticket, ben: Agent, whatsapp: FakeWhatsApp
) -> None:
    message = send_template(late, KEY, VALUES, ben)
    whatsapp.templates[0]["status"] = "PAUSED"
    settle()
    delivery = message.deliveries.get()
    assert (delivery.state, "Template is Paused" in delivery.reason) == ("failed", True)


def test_a_customer_who_wrote_by_mail_gets_no_template(late: Ticket, number: Account, ben: Agent) -> None:
    Account.objects.filter(pk=number.pk).update(health="cut_off")
    late.refresh_from_db()
    with pytest.raises(NoRoute, match="No template"):
        send_template(late, KEY, VALUES, ben)
