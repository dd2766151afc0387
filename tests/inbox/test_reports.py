"""What machines tell of our mail, and what follows: failed, delayed, read, unwanted."""

import pytest
from django.test import Client

from tests.flows.desk import arrive, mail, mailbox, rebuilt_differences, settle
from tickets.actions.change import assign, set_status
from tickets.actions.people import add_agent
from tickets.actions.reply import recipients, reply
from tickets.mail.render import return_path
from tickets.models import Account, Address, Agent, Delivery, Message, ReadMark, Ticket
from tickets.record.config import write_config

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.database]


@pytest.fixture
def support(transactional_db: None) -> Account:
    return mailbox(reply_style="plus")


@pytest.fixture
def agent(support: Account) -> Agent:
    return add_agent("ann@desk.example", "Ann Oak", "administrator")


@pytest.fixture
def answer(support: Account, agent: Agent) -> Message:
    """Zoe asked, with Carl in Cc; Ann has answered both, and it was sent."""
    question = arrive(support, mail("Where is it?", cc="carl@customer.example"))
    assert question
    assign(question.ticket, agent, agent)
    to, cc = recipients(question.ticket, everybody=True)
    message = reply(question.ticket, "On its way.", agent, to=to, cc=cc)
    settle()
    return message


def report(kind: str, part: str, returned: str = "", sender: str = "MAILER-DAEMON@mx.example", to: str = "") -> bytes:
    """A report in standard form."""
    subtype = {"delivery-status": "delivery-status", "disposition-notification": "disposition-notification"}.get(
        kind, kind
    )
    return f"""From: <{sender}>
To: {to or "support@desk.example"}
Subject: Report
Message-ID: <{abs(hash((kind, part, returned, to)))}@mx.example>
MIME-Version: 1.0
Content-Type: multipart/report; report-type={subtype}; boundary=b

--b
Content-Type: text/plain

This is a report.
--b
Content-Type: message/{kind}

{part}
--b
Content-Type: message/rfc822

{returned}
--b--
""".encode()


def failed(
    answer: Message, *who: str, status: str = "5.1.1", action: str = "failed", words: str = "550 no such user"
) -> str:
    groups = [
        f"Final-Recipient: rfc822; {one}\nAction: {action}\nStatus: {status}\nDiagnostic-Code: smtp; {words}"
        for one in who
    ]
    return "Reporting-MTA: dns; mx.example\n\n" + "\n\n".join(groups)


def returned(answer: Message) -> str:
    return f"From: support@desk.example\nTo: zoe@customer.example\nMessage-ID: <{answer.message_id}>\nSubject: x\n\nOn its way."


def screen(agent: Agent, url: str) -> str:
    client = Client()
    client.force_login(agent)
    return client.get(url, follow=True).content.decode()


def address(name: str = "zoe") -> Address:
    return Address.objects.get(address=f"{name}@customer.example")


def states(answer: Message) -> dict[str, str]:
    return dict(answer.deliveries.values_list("recipient", "state"))


def test_a_permanent_bounce_settles_the_delivery_marks_the_address_and_tells_the_agent(
    support: Account, answer: Message, agent: Agent
) -> None:
    assert answer.ticket.state == "waiting"
    ReadMark.objects.update_or_create(agent=agent, ticket=answer.ticket, defaults={"read_at": answer.at})
    message = arrive(support, report("delivery-status", failed(answer, "zoe@customer.example"), returned(answer)))
    assert message
    assert (message.ticket, message.speaks_of, message.kind) == (answer.ticket, answer, "bounce")
    assert states(answer) == {"zoe@customer.example": "failed", "carl@customer.example": "sent"}
    assert (address().reachable, address().unreachable_reason) == (False, "550 no such user")
    ticket = Ticket.objects.get(pk=answer.ticket_id)
    assert (ticket.state, ticket.assignee) == ("open", agent)
    assert ticket.last_message_at > ReadMark.objects.get().read_at
    assert "unread" in screen(agent, "/?list=mine")


def test_a_bounce_to_the_signed_return_path_needs_no_quoted_mail(support: Account, answer: Message) -> None:
    delivery = answer.deliveries.get(recipient="carl@customer.example")
    verp = return_path(support, delivery)
    assert verp != support.address
    raw = report("delivery-status", failed(answer, "carl@customer.example"), "Subject: nothing\n\n", to=verp)
    arrive(support, raw, envelope={"from": "", "to": [verp]})
    assert states(answer) == {"zoe@customer.example": "sent", "carl@customer.example": "failed"}


def test_one_report_may_name_several_people(support: Account, answer: Message) -> None:
    both = failed(answer, "zoe@customer.example", "carl@customer.example")
    arrive(support, report("delivery-status", both, returned(answer)))
    assert set(states(answer).values()) == {"failed"}


def test_a_bounce_that_names_nobody_we_wrote_to_is_only_shown(support: Account, answer: Message) -> None:
    raw = report("delivery-status", failed(answer, "eve@elsewhere.example"), returned(answer))
    message = arrive(support, raw)
    assert message
    assert message.speaks_of == answer
    assert set(states(answer).values()) == {"sent"}
    assert Ticket.objects.get(pk=answer.ticket_id).state == "waiting"


def test_a_bounce_that_guesses_is_a_ticket_of_its_own(support: Account, answer: Message) -> None:
    forged = returned(answer).replace(answer.message_id, "guess@desk.example")
    message = arrive(support, report("delivery-status", failed(answer, "zoe@customer.example"), forged))
    assert message
    assert message.ticket != answer.ticket
    assert address().reachable


@pytest.mark.parametrize(("status", "words"), [("5.7.1", "550 looks like spam"), ("5.3.4", "552 too large")])
def test_a_mail_that_was_refused_leaves_its_address_alone(
    support: Account, answer: Message, status: str, words: str
) -> None:
    part = failed(answer, "zoe@customer.example", status=status, words=words)
    arrive(support, report("delivery-status", part, returned(answer)))
    assert states(answer)["zoe@customer.example"] == "failed"
    assert address().reachable


@pytest.mark.parametrize(("action", "status"), [("delayed", "4.4.1"), ("failed", "4.2.2")])
def test_a_delay_is_shown_and_marks_nothing(
    support: Account, answer: Message, agent: Agent, action: str, status: str
) -> None:
    part = failed(answer, "zoe@customer.example", action=action, status=status, words="451 try again later")
    message = arrive(support, report("delivery-status", part, returned(answer)))
    assert message
    assert (message.speaks_of, message.report["what"]) == (answer, "delayed")
    assert set(states(answer).values()) == {"sent"}
    assert address().reachable
    assert Ticket.objects.get(pk=answer.ticket_id).state == "waiting"
    page = screen(agent, f"/tickets/{answer.ticket.number}/")
    assert "delayed on its way to zoe@customer.example" in page
    assert "451 try again later" in page


def test_who_writes_from_an_address_can_be_reached_there_again(support: Account, answer: Message) -> None:
    arrive(support, report("delivery-status", failed(answer, "zoe@customer.example"), returned(answer)))
    assert not address().reachable
    arrive(support, mail("I am away", headers={"Auto-Submitted": "auto-replied"}))
    assert not address().reachable
    arrive(support, mail("It is me again", answers=answer.message_id))
    assert (address().reachable, address().unreachable_reason) == (True, "")


def test_a_read_receipt_is_shown_on_the_message_and_changes_nothing(
    support: Account, answer: Message, agent: Agent
) -> None:
    said = (
        f"Final-Recipient: rfc822; zoe@customer.example\nOriginal-Message-ID: <{answer.message_id}>\n"
        "Disposition: manual-action/MDN-sent-manually; displayed"
    )
    message = arrive(support, report("disposition-notification", said, sender="zoe@customer.example"))
    assert message
    assert (message.kind, message.speaks_of, message.report["what"]) == ("delivery-status", answer, "read")
    assert Ticket.objects.get(pk=answer.ticket_id).state == "waiting"
    assert "read by zoe@customer.example" in screen(agent, f"/tickets/{answer.ticket.number}/")


def complaint(answer: Message, who: str = "") -> bytes:
    part = "Feedback-Type: abuse\nVersion: 1\nUser-Agent: FBL/1" + (f"\nOriginal-Rcpt-To: <{who}>" if who else "")
    return report("feedback-report", part, returned(answer), sender="fbl@provider.example")


def test_a_complaint_stops_automatic_mail_to_that_address_for_good(
    support: Account, answer: Message, agent: Agent
) -> None:
    message = arrive(support, complaint(answer, "zoe@customer.example"))
    assert message
    assert (message.kind, message.speaks_of) == ("feedback", answer)
    assert address().complained_at == message.entry.at
    before = Delivery.objects.filter(message__automatic=True).count()
    arrive(support, mail("A new thing", subject="Other"))
    settle()
    assert Delivery.objects.filter(message__automatic=True).count() == before
    page = screen(agent, f"/tickets/{answer.ticket.number}/")
    assert "reported as unwanted by zoe@customer.example" in page
    assert "no automatic mail" in page


def test_a_complaint_that_hides_its_writer_counts_when_there_was_one_recipient(
    support: Account, answer: Message, agent: Agent
) -> None:
    arrive(support, complaint(answer))
    assert not Address.objects.filter(complained_at__isnull=False).exists()
    alone = reply(answer.ticket, "Only you.", agent, to=[{"name": "", "address": "zoe@customer.example"}])
    settle()
    arrive(support, complaint(alone))
    assert address().complained_at


def test_a_forged_complaint_silences_nobody(support: Account, answer: Message) -> None:
    raw = complaint(answer, "zoe@customer.example").replace(answer.message_id.encode(), b"guess@desk.example")
    arrive(support, raw)
    assert address().complained_at is None


def test_nothing_is_acknowledged_to_an_address_that_failed(support: Account, answer: Message) -> None:
    Address.objects.filter(address="zoe@customer.example").update(reachable=False, unreachable_reason="gone")
    before = Delivery.objects.filter(message__automatic=True).count()
    arrive(support, mail("I am a program", subject="Other", headers={"X-Nothing": "y"}), history=False)
    assert address().reachable  # it wrote: it lives
    Address.objects.filter(address="zoe@customer.example").update(reachable=False, unreachable_reason="gone")
    settle()
    assert Delivery.objects.filter(message__automatic=True).count() == before


def test_all_of_it_comes_back_from_the_record(support: Account, answer: Message, agent: Agent) -> None:
    write_config()
    arrive(support, report("delivery-status", failed(answer, "zoe@customer.example"), returned(answer)))
    arrive(support, complaint(answer, "carl@customer.example"))
    arrive(support, mail("I write", sender="carl@customer.example", name="Carl"))
    arrive(support, report("delivery-status", failed(answer, "carl@customer.example"), returned(answer)))
    set_status(answer.ticket, "solved", agent)
    arrive(support, mail("Me again", answers=answer.message_id))
    assert rebuilt_differences() == []
