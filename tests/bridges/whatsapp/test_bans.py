"""The vendor closes the account, in each of its forms: sending stops, receiving goes on, and what waits goes by mail."""

from collections.abc import Callable

import pytest

from bridges.whatsapp.fake import FakeWhatsApp
from bridges.whatsapp.fake.state import CLOSED
from tests.flows.desk import arrive as arrive_mail
from tests.flows.desk import mail, rebuilt_differences, settle
from tests.services.smtp import Sink
from tickets.actions import breaker
from tickets.actions.accounts import change_account
from tickets.actions.deliver import recheck
from tickets.actions.join import join
from tickets.actions.reply import reply
from tickets.channels import open_channel
from tickets.models import Account, Address, Agent, Contact, Incident, Message, Ticket
from tickets.record.config import write_config

pytestmark = [pytest.mark.django_db(transaction=True)]
Arrive = Callable[..., None]
ANN, BO = 42, 43
MEANS = {
    "expired": "access token is not valid",
    "restricted": "restricts the account",
    "banned": "closed the account or the number",
    "disabled": "closed the account or the number",
    "unpaid": "not paid",
    "deleted": "not on the platform any more",
}


@pytest.fixture
def support(support: Account, smtp_sink: Sink) -> Account:
    support.config = {"smtp_host": smtp_sink.host, "smtp_port": str(smtp_sink.port), "smtp_security": "none"}
    support.save()
    return support


@pytest.fixture
def tickets(
    support: Account, number: Account, whatsapp: FakeWhatsApp, arrive: Arrive, ann: Agent, ben: Agent, smtp_sink: Sink
) -> list[Ticket]:
    """Ann and Bo write; of Ann a proven mail address is known. Nobody has time to halt what follows."""
    change_account(number, ann, config=number.config | {"reroute_seconds": "0"})
    whatsapp.write(ANN, "Question of Ann", name="Ann")
    whatsapp.write(BO, "Question of Bo", name="Bo")
    arrive()
    before = arrive_mail(support, mail("Hello", sender="ann@home.example", name="Ann", subject="Mail"))
    assert before
    join(before.ticket.contact, Contact.objects.get(name="Ann", addresses__channel="whatsapp"), ben, "The same.")
    settle()
    smtp_sink.reset()
    return list(Ticket.objects.filter(channel="whatsapp").order_by("pk"))


def work() -> None:
    for _ in range(6):
        settle()
        breaker.look_after()


@pytest.mark.parametrize("form", sorted(CLOSED))
def test_the_answer_goes_by_mail_the_incident_says_why_and_receiving_goes_on(
    form: str,
    tickets: list[Ticket],
    number: Account,
    whatsapp: FakeWhatsApp,
    arrive: Arrive,
    ben: Agent,
    smtp_sink: Sink,
) -> None:
    whatsapp.close(form)
    for ticket in tickets:
        reply(ticket, f"Answer for {ticket.contact.name}", ben)
    work()
    assert [letter.recipients for letter in smtp_sink.letters] == [["ann@home.example"]]
    assert whatsapp.sent == []
    number.refresh_from_db()
    incident = Incident.objects.get()
    assert (number.health, incident.reason) == ("cut_off", number.health_reason)
    assert MEANS[form] in open_channel(number).explain(number.health_reason).meaning
    assert incident.ticket
    said = incident.ticket.messages.get().text
    assert MEANS[form] in said
    assert "Bo" in said
    whatsapp.write(BO, "Are you there?", name="Bo")
    arrive()
    assert Message.objects.filter(text="Are you there?", ticket__channel="whatsapp").exists()
    whatsapp.open()
    recheck()
    work()
    assert [sent["text"]["body"] for sent in whatsapp.sent] == ["Answer for Bo"]
    assert len(smtp_sink.letters) == 1


def test_all_of_it_comes_back_from_the_record(
    tickets: list[Ticket], whatsapp: FakeWhatsApp, arrive: Arrive, ben: Agent
) -> None:
    whatsapp.close("restricted")
    arrive()
    reply(tickets[0], "Hello", ben)
    work()
    write_config()
    assert rebuilt_differences() == []


def test_a_number_of_low_quality_warns_and_goes_on_sending(
    tickets: list[Ticket], number: Account, whatsapp: FakeWhatsApp, ben: Agent
) -> None:
    whatsapp.quality = "RED"
    found = open_channel(number).probe()
    assert (found.health, "quality" in found.reason) == ("degraded", True)
    reply(tickets[1], "Still here", ben)
    work()
    assert len(whatsapp.sent) == 1


def test_what_the_vendor_tells_of_the_account_is_asked_about_before_anything_is_refused(
    tickets: list[Ticket], number: Account, whatsapp: FakeWhatsApp, arrive: Arrive
) -> None:
    whatsapp.close("restricted")
    arrive()
    number.refresh_from_db()
    assert (number.health, "nobody may be answered" in number.health_reason) == ("degraded", True)
    recheck()
    work()
    number.refresh_from_db()
    assert (number.health, Incident.objects.count(), whatsapp.sent) == ("cut_off", 1, [])
    told = Ticket.objects.get(contact__name="WhatsApp")
    assert "not even those who write first" in told.messages.get().text


@pytest.mark.parametrize(("code", "reachable"), [(131047, True), (131026, False)])
def test_a_refusal_that_comes_late_goes_by_mail_as_an_early_one(
    code: int,
    reachable: bool,
    tickets: list[Ticket],
    whatsapp: FakeWhatsApp,
    arrive: Arrive,
    ben: Agent,
    smtp_sink: Sink,
) -> None:
    message = reply(tickets[0], "Answer for Ann", ben)
    settle()
    whatsapp.waiting.clear()
    whatsapp.tell(ANN, whatsapp.sent[0], "failed", errors=[{"code": code, "title": "No", "message": "Not delivered"}])
    arrive()
    work()
    first, second = message.deliveries.order_by("pk")
    assert (first.state, first.reason, second.state) == ("failed", f"Not delivered (code {code})", "sent")
    assert [letter.recipients for letter in smtp_sink.letters] == [["ann@home.example"]]
    address = Address.objects.get(channel="whatsapp", address=first.recipient)
    assert address.reachable == reachable
    write_config()
    assert rebuilt_differences() == []


def test_a_late_status_settles_what_was_uncertain(
    tickets: list[Ticket], whatsapp: FakeWhatsApp, arrive: Arrive, ben: Agent
) -> None:
    whatsapp.plan_silence("messages")
    message = reply(tickets[1], "Only once", ben)
    work()
    assert message.deliveries.get().state == "uncertain"
    arrive()
    delivery = message.deliveries.get()
    assert (delivery.state, delivery.receipt, delivery.remote_ids) == ("sent", "delivered", [whatsapp.sent[0]["id"]])
    work()
    assert len(whatsapp.sent) == 1
    write_config()
    assert rebuilt_differences() == []
