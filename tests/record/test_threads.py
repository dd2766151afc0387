"""Opened in any mail program, the record reads: one ticket is one thread, its root the first message, in order of time."""

import time
from email import message_from_bytes, policy
from email.header import decode_header, make_header
from email.message import EmailMessage
from pathlib import Path

import pytest

from tests.flows import desk
from tests.record import jwz
from tests.services.smtp import Sink
from tickets.actions.change import assign, set_priority, set_status, tag
from tickets.actions.delivered import retry_delivery
from tickets.actions.merge import merge
from tickets.actions.note import note
from tickets.actions.people import add_agent
from tickets.actions.reply import reply
from tickets.mime.build import File, report
from tickets.mime.parse import Mailbox, parse
from tickets.models import Account, Agent, Delivery, Entry, Message, Ticket
from tickets.record import read

pytestmark = pytest.mark.django_db(transaction=True)
ZOE = [{"name": "Zoe", "address": "zoe@customer.example"}]


@pytest.fixture
def support(transactional_db: None, settings: object, smtp_sink: Sink) -> Account:
    """A mailbox whose mail goes out by a real server."""
    settings.EMAIL_HOST, settings.EMAIL_PORT = smtp_sink.host, smtp_sink.port  # type: ignore[attr-defined]
    return desk.mailbox(signature="Your support team", reply_style="plus")


@pytest.fixture
def ann(support: Account) -> Agent:
    return add_agent("ann@desk.example", "Ann Oak", "administrator")


def arrive(support: Account, text: str, **more: str) -> Message:
    message = desk.arrive(support, desk.mail(text, date=desk.timezone.now(), **more))  # type: ignore[arg-type]
    assert message
    desk.settle()
    time.sleep(1.01)  # the Date of a mail has whole seconds
    return message


def conversation(support: Account, ann: Agent, sink: Sink) -> Ticket:
    """Mails in and out, a note, changes, a refusal, a second attempt, a bounce, and a second ticket joined with it."""
    first = arrive(support, "My printer is broken.", subject="Printer")
    ticket = first.ticket
    assign(ticket, ann, ann, reason="I know printers.")
    said = reply(
        ticket, "Is it switched on?", ann, to=ZOE, files=[File("manual.pdf", "application/pdf", b"x" * 90_000)]
    )
    desk.settle()
    second = arrive(support, "It is.", subject="Re: Printer", answers=said.message_id)
    note(ticket, "I have to ask the maker.", ann)
    set_priority(ticket, 3, ann)
    tag(ticket, ["printers"], ann)
    other = arrive(support, "Did you get my mail?", subject="My broken printer")
    merge(ticket, other.ticket, ann, reason="The same printer.")
    ticket = other.ticket
    sink.refuse["zoe@customer.example"] = "550 5.1.1 No such person"
    reply(ticket, "The maker says: turn it round.", ann, to=ZOE)
    desk.settle()
    sink.refuse.clear()
    retry_delivery(Delivery.objects.get(state="failed"), ann)
    desk.settle()
    bounce(support, second)
    set_status(ticket, "solved", ann)
    desk.settle()
    return Ticket.objects.get(pk=ticket.pk)


def bounce(support: Account, answered: Message) -> None:
    """The other side's server could not deliver what it had taken."""
    last = Message.objects.filter(direction="out", automatic=False).order_by("pk").last()
    assert last
    raw = report(
        from_=Mailbox("Mail Delivery Subsystem", "mailer-daemon@customer.example"),
        to=[Mailbox("", support.address)],
        subject="Undelivered Mail Returned to Sender",
        text="Mailbox full.\n",
        message_id="bounce@customer.example",
        date=desk.timezone.now(),
        in_reply_to=last.message_id,
        references=[last.message_id],
        original_message_id=last.message_id,
        recipients=[("zoe@customer.example", "failed", "5.2.2", "552 Mailbox full")],
    )
    desk.arrive(support, raw)


def entries_of(*numbers: int) -> list[Entry]:
    return list(Entry.objects.filter(ticket_number__in=numbers).order_by("number"))


def subject_of(mail: EmailMessage) -> str:
    return str(make_header(decode_header(str(mail["Subject"]))))


def test_one_ticket_is_one_thread_whose_root_is_the_first_message_in_order_of_time(
    support: Account, ann: Agent, smtp_sink: Sink
) -> None:
    ticket = conversation(support, ann, smtp_sink)
    everything = Entry.objects.order_by("number")
    roots = jwz.threads(read.whole(entry) for entry in everything)
    assert len(roots) == 1
    (root,) = roots
    first = Message.objects.order_by("pk")[0]
    assert root.mail
    assert root.mail["Message-ID"] == f"<{first.message_id}>"
    assert len(list(root.mails())) == everything.count()
    above = [(one.parent.mail, one.mail) for one in places(root) if one.parent and one.parent.mail and one.mail]
    assert all(jwz.date_of(parent) <= jwz.date_of(child) for parent, child in above)
    assert ticket.number == 2
    assert {entry.ticket_number for entry in everything} == {1, 2}


def places(container: jwz.Container) -> list[jwz.Container]:
    return [container, *(one for child in container.children for one in places(child))]


def test_each_subject_says_who_did_what(support: Account, ann: Agent, smtp_sink: Sink) -> None:
    conversation(support, ann, smtp_sink)
    said = [
        subject_of(message_from_bytes(read.original(entry), policy=policy.compat32))  # type: ignore[arg-type]
        for entry in Entry.objects.exclude(kind__in=("received", "reply")).order_by("number")
    ]
    for words in (
        "Ann Oak: assigned it to Ann Oak – Printer",
        "Ann Oak: set the priority to high – Printer",
        "Ann Oak: tagged it printers – Printer",
        "Ann Oak: merged #1 into this – My broken printer",
        "Support: delivered to zoe@customer.example – Printer",
        "Support: could not deliver to zoe@customer.example – My broken printer",
        "Ann Oak: sent it to zoe@customer.example again – My broken printer",
        "Ann Oak: set it to solved – My broken printer",
        "Ann Oak: note – Printer",
    ):
        assert words in said
    assert all(" – " in one for one in said)


def test_an_outcome_holds_what_was_sent_once_and_no_file_twice(support: Account, ann: Agent, smtp_sink: Sink) -> None:
    message = arrive(support, "My printer is broken.").ticket
    content = bytes(range(256)) * 400
    cc = [{"name": "Carl", "address": "carl@customer.example"}]
    said = reply(message, "Try this.", ann, to=ZOE, cc=cc, files=[File("fix.bin", "application/x-fix", content)])
    desk.settle()
    (outcome,) = [entry for entry in Entry.objects.filter(kind="outcome") if said.public_id in outcomes(entry)]
    found = message_from_bytes(read.original(outcome), policy=policy.default)
    assert found.get_content_type() == "multipart/report"
    _human, status, returned = found.iter_parts()  # type: ignore[attr-defined]
    assert status.get_content_type() == "message/delivery-status"
    assert [group["Final-Recipient"] for group in status.get_payload() if group["Final-Recipient"]] == [
        "rfc822; zoe@customer.example",
        "rfc822; carl@customer.example",
    ]
    assert "delivered" in subject_of(found)
    sent = returned.get_content()
    letter = smtp_sink.to("zoe@customer.example")[-1].message
    assert (sent["Subject"], sent["Reply-To"]) == (str(letter["Subject"]), str(letter["Reply-To"]))
    body = sent.get_body(("plain",)).get_content()
    assert "Your support team" in body
    assert "My printer is broken." in body
    digest = said.attachments.get().sha256
    assert f"sha256={digest}" in returned.as_string()
    assert len(read.original(outcome)) < 10_000
    assert parse(read.original(said.entry)).attachments[0].content == content


def outcomes(entry: Entry) -> set[str]:
    """The messages that an outcome speaks of."""
    named = [one["delivery"] for one in entry.fields["outcomes"]]
    return set(Delivery.objects.filter(public_id__in=named).values_list("message__public_id", flat=True))


def test_without_files_what_was_sent_is_there_byte_for_byte_and_a_second_attempt_does_not_repeat_it(
    support: Account, ann: Agent, smtp_sink: Sink
) -> None:
    ticket = arrive(support, "My printer is broken.").ticket
    smtp_sink.refuse["zoe@customer.example"] = "550 5.1.1 No such person"
    said = reply(ticket, "Try this.", ann, to=ZOE)
    desk.settle()
    smtp_sink.refuse.clear()
    delivery = Delivery.objects.get(message=said)
    retry_delivery(delivery, ann)
    desk.settle()
    first, second = [
        entry for entry in Entry.objects.filter(kind="outcome").order_by("number") if said.public_id in outcomes(entry)
    ]
    (sent,) = [file for file in parse(read.original(first)).attachments if file.filename == "sent.eml"]
    assert sent.sha256 == Delivery.objects.get(pk=delivery.pk).rendered_sha256
    assert not [file for file in parse(read.original(second)).attachments if file.filename == "sent.eml"]
    assert desk.rebuilt_differences() == []


def test_the_folder_opens_as_a_maildir(support: Account, ann: Agent, smtp_sink: Sink, data_dir: Path) -> None:
    arrive(support, "My printer is broken.")
    (month,) = [path for path in (data_dir / "record").iterdir() if path.name.startswith("20")]
    assert {path.name for path in month.iterdir()} == {"cur", "new", "tmp"}
