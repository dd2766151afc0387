"""The customer's mailbox beside the demo, and the link that signs its visitor in."""

from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import include, path, set_urlconf

from helpdesk.urls import urlpatterns as whole
from tickets.actions.accounts import add_account
from tickets.actions.deliver import deliver_due
from tickets.actions.people import add_agent
from tickets.actions.reply import recipients, reply
from tickets.demo import sign_in
from tickets.inbox.process import process_all
from tickets.models import Account, Agent, InboxItem, Role, Ticket, new_id
from tickets.record.append import append_all

urlpatterns = [path("demo/", include("tickets.demo.urls")), *whole]

ZOE = "zoe.lindqvist@fjordmail.example"
pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def in_a_demo(settings: Any) -> None:
    """A demo's settings; its addresses are added by this module."""
    settings.DEMO = True
    settings.ROOT_URLCONF = __name__
    set_urlconf(None)


@pytest.fixture
def ann() -> Agent:
    return add_agent("ann@harbourlane.example", "Ann Oak", Role.ADMINISTRATOR)


@pytest.fixture
def support() -> Account:
    return add_account(
        "email", "Harbour Lane Workshop", "support@harbourlane.example", reply_style="plus", acknowledge=False
    )


def write(client: Client, **fields: str) -> Any:
    """Press send as Zoe."""
    form = {"as": ZOE, "key": new_id(), "subject": "Front light", "text": "It flickers."} | fields
    return client.post("/demo/mailbox/send/", form)


def answer(ann: Agent, text: str) -> None:
    """Ann answers the only ticket, and the answer goes out."""
    ticket = Ticket.objects.get()
    to, cc = recipients(ticket)
    reply(ticket, text, ann, to=to, cc=cc)
    append_all()
    assert deliver_due() == 1


def test_what_a_customer_writes_becomes_a_ticket(client: Client, support: Account) -> None:
    response = write(client, to=support.public_id)
    assert response.status_code == 302
    process_all()
    ticket = Ticket.objects.get()
    assert ticket.subject == "Front light"
    assert ticket.contact.name == "Zoe Lindqvist"
    assert ticket.mailbox == support


def test_the_same_press_of_send_writes_once(client: Client, support: Account) -> None:
    key = new_id()
    write(client, to=support.public_id, key=key)
    write(client, to=support.public_id, key=key)
    assert InboxItem.objects.count() == 1


def test_the_answer_arrives_and_can_be_answered(client: Client, support: Account, ann: Agent) -> None:
    write(client, to=support.public_id)
    process_all()
    answer(ann, "Bend the left pin back.")
    page = client.get("/demo/mailbox/mails/", {"as": ZOE})
    assert "Re: Front light" in page.content.decode()
    (came,) = page.context["mails"]
    opened = client.get("/demo/mailbox/", {"as": ZOE, "open": came.name}).content.decode()
    assert "Bend the left pin back." in opened
    assert "support+" in opened
    write(client, open=came.name, subject="Re: Front light", text="That was it!")
    process_all()
    assert [message.reply for message in Ticket.objects.get().messages.order_by("at")] == [
        "It flickers.",
        "Bend the left pin back.",
        "That was it!",
    ]


def test_nobody_sees_another_customers_mail(client: Client, support: Account, ann: Agent) -> None:
    write(client, to=support.public_id)
    process_all()
    answer(ann, "Bend the left pin back.")
    page = client.get("/demo/mailbox/", {"as": "tom@wu.example"})
    assert "Front light" not in page.content.decode()
    assert page.context["mails"] == []


def test_an_empty_letter_says_what_is_missing(client: Client, support: Account) -> None:
    response = write(client, text="", to="")
    assert response.status_code == 422
    assert not InboxItem.objects.exists()


def test_a_stranger_to_the_script_has_no_mailbox(client: Client) -> None:
    assert client.get("/demo/mailbox/", {"as": "nobody@nowhere.example"}).status_code == 404


def test_the_link_signs_in_once(client: Client, ann: Agent) -> None:
    link = sign_in.make_link().partition("/demo/")[2]
    assert client.get(f"/demo/{link}").status_code == 302
    assert client.session["_auth_user_id"] == str(ann.pk)
    assert Client().get(f"/demo/{link}").status_code == 410


def test_a_forged_link_signs_nobody_in(client: Client, ann: Agent) -> None:
    assert client.get("/demo/sign-in/forged/").status_code == 410
    assert "_auth_user_id" not in client.session


def test_there_is_no_such_page_outside_a_demo(client: Client, settings: Any, ann: Agent) -> None:
    link = sign_in.make_link().partition("/demo/")[2]
    settings.DEMO = False
    for address in ("mailbox/", "mailbox/mails/", link):
        assert client.get(f"/demo/{address}").status_code == 404
    assert write(client).status_code == 404


def test_the_command_refuses_where_there_is_no_demo(settings: Any) -> None:
    settings.DEMO = False
    with pytest.raises(CommandError, match="make demo"):
        call_command("demo")
