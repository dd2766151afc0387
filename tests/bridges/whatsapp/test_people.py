"""Who somebody is on WhatsApp: an id without a number, a number that people know them by, a group that is answered as one."""

from collections.abc import Callable

import pytest
from django.test import Client

from bridges.whatsapp.fake import FakeWhatsApp
from tests.flows.desk import rebuilt_differences, settle
from tickets.actions.erasing import erase_contact
from tickets.actions.note import note
from tickets.actions.reply import reply
from tickets.models import Account, Address, Agent, Contact, Message, Ticket
from tickets.record import read
from tickets.record.config import write_config

pytestmark = [pytest.mark.django_db(transaction=True)]
Arrive = Callable[..., None]
ANN = 42


def test_who_hides_the_number_is_answered_by_the_id_all_the_same(
    number: Account, whatsapp: FakeWhatsApp, arrive: Arrive, ben: Agent
) -> None:
    whatsapp.hidden.add(ANN)
    whatsapp.write(ANN, "I have no number", name="Ann")
    arrive()
    ticket = Ticket.objects.get()
    reply(ticket, "We answer you all the same.", ben)
    settle()
    [call] = [given for name, given in whatsapp.calls if name == "messages" and "text" in given]
    assert (call["recipient"], call.get("to")) == (whatsapp.user_id(ANN), None)
    address = Address.objects.get()
    assert (address.address, address.shown) == (whatsapp.user_id(ANN).lower(), f"@user{ANN}")
    write_config()
    assert rebuilt_differences() == []


def test_a_delivery_names_the_number_and_not_the_id(
    number: Account, whatsapp: FakeWhatsApp, arrive: Arrive, ben: Agent, ann: Agent, client: Client
) -> None:
    whatsapp.write(ANN, "Where is my order?", name="Ann")
    arrive()
    ticket = Ticket.objects.get()
    reply(ticket, "On its way.", ben)
    settle()
    client.force_login(ann)
    page = client.get(f"/tickets/{ticket.number}/").content.decode()
    assert f"to +{whatsapp.phone(ANN)}" in page
    assert f"to {whatsapp.user_id(ANN).lower()}" not in page


def test_a_group_is_one_conversation_and_its_answer_goes_to_the_group(
    number: Account, whatsapp: FakeWhatsApp, arrive: Arrive, ben: Agent
) -> None:
    group = {"group_id": "HBgLGroupOfTheHarbour"}
    whatsapp.write(ANN, "When do we meet?", name="Ann", **group)
    whatsapp.write(43, "At nine, I think", name="Bo", **group)
    arrive()
    ticket = Ticket.objects.get()
    said = ticket.messages.order_by("pk")
    assert [(one.text, one.entry.fields["is_group"]) for one in said] == [
        ("When do we meet?", True),
        ("At nine, I think", True),
    ]
    reply(ticket, "At ten.", ben)
    settle()
    [call] = [given for name, given in whatsapp.calls if name == "messages" and "text" in given]
    assert (call["recipient_type"], call["to"]) == ("group", "HBgLGroupOfTheHarbour")


def test_an_erasure_takes_the_number_out_of_what_others_wrote(
    number: Account, whatsapp: FakeWhatsApp, arrive: Arrive, ann: Agent
) -> None:
    whatsapp.write(ANN, "Where is my order?", name="Annabel Lee")
    arrive()
    phone = whatsapp.phone(ANN)
    about = note(Ticket.objects.get(), f"Call her at +{phone} or {phone}, not at +{phone}9.", ann)
    assert about.direction == "note"
    settle()
    write_config()
    erase_contact(Contact.objects.get(name="Annabel Lee"), ann, "She asked for it.")
    settle()
    text = Message.objects.get(pk=about.pk).text
    assert text.strip() == f"Call her at (erased) or (erased), not at +{phone}9."
    assert phone.encode() + b"," not in read.original(Message.objects.get(pk=about.pk).entry)
    assert rebuilt_differences() == []


def test_what_a_customer_wrote_is_marked_as_read_with_the_first_answer_and_not_with_each(
    number: Account, whatsapp: FakeWhatsApp, arrive: Arrive, ben: Agent
) -> None:
    first = whatsapp.write(ANN, "Where is my order?", name="Ann")
    arrive()
    ticket = Ticket.objects.get()
    for text in ("On its way.", "It comes tomorrow."):
        reply(ticket, text, ben)
        settle()
    assert whatsapp.seen == [(first["id"], False)]
    second = whatsapp.write(ANN, "Thank you!", name="Ann")
    arrive()
    reply(ticket, "You are welcome.", ben)
    settle()
    assert whatsapp.seen == [(first["id"], False), (second["id"], False)]
