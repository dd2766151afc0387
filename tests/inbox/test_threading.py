"""Which ticket a mail goes into: design.md's table, row by row, each with the reason that is kept."""

import pytest

from tests.flows.desk import arrive, mail, mailbox, settle
from tickets.actions.change import add_participant
from tickets.actions.merge import merge
from tickets.actions.reply import recipients, reply
from tickets.inbox.accept import accept
from tickets.inbox.process import process_all
from tickets.mime.identifiers import reply_address, reply_token, subject_tag
from tickets.models import Account, Agent, Delivery, Message, Team, Ticket
from tickets.models.keys import KEY_ID, signing_key

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.database]


@pytest.fixture
def support(transactional_db: None) -> Account:
    return mailbox()


@pytest.fixture
def question(support: Account) -> Message:
    """Zoe asks, with Carl in Cc."""
    message = arrive(support, mail("Where is it?", cc="carl@customer.example", message_id="first@customer.example"))
    assert message
    return message


@pytest.fixture
def answer(question: Message, ann: Agent) -> Message:
    """Ann has answered."""
    to, cc = recipients(question.ticket, everybody=True)
    message = reply(question.ticket, "On its way.", ann, to=to, cc=cc)
    settle()
    return message


def signed(message: Message) -> str:
    token = reply_token(signing_key(), KEY_ID, message.public_id)
    return reply_address("support@desk.example", token, "plus")


def test_a_first_mail_opens_a_new_ticket_and_says_why(question: Message) -> None:
    assert question.ticket.state == "new"
    assert question.ticket.subject == "Printer"
    assert question.reason == "A new ticket: nothing in this mail refers to one."
    assert question.ticket.contact.name == "Zoe Customer"


def test_an_answer_with_headers_joins_and_opens_the_ticket_again(support: Account, answer: Message) -> None:
    assert answer.ticket.state == "waiting"
    back = arrive(support, mail("Thanks!", answers=answer.message_id))
    assert back
    assert back.ticket == answer.ticket
    assert back.ticket.state == "open"
    assert back.reason == "It answers a message of this ticket."


def test_an_answer_by_a_colleague_in_cc_joins(support: Account, answer: Message) -> None:
    back = arrive(support, mail("Me too", sender="carl@customer.example", name="Carl", answers=answer.message_id))
    assert back
    assert back.ticket == answer.ticket


def test_an_answer_to_the_signed_address_joins_without_any_header(support: Account, answer: Message) -> None:
    back = arrive(support, mail("Thanks!", to=signed(answer), subject="something else"))
    assert back
    assert back.ticket == answer.ticket
    assert back.ticket.subject == "Printer"


def test_a_stranger_at_the_signed_address_joins_as_via_and_takes_no_part(support: Account, answer: Message) -> None:
    back = arrive(support, mail("Hello", to=signed(answer), sender="eve@elsewhere.example"))
    assert back
    assert back.ticket == answer.ticket
    assert back.via
    assert "eve@elsewhere.example" in back.reason
    again = arrive(support, mail("More", answers=answer.message_id, sender="eve@elsewhere.example"))
    assert again
    assert again.ticket != answer.ticket


def test_a_stranger_who_quotes_our_id_gets_a_new_ticket_linked_to_it(support: Account, answer: Message) -> None:
    back = arrive(support, mail("Let me in", answers=answer.message_id, sender="eve@elsewhere.example"))
    assert back
    assert back.ticket != answer.ticket
    assert list(back.ticket.links.all()) == [answer.ticket]
    assert "eve@elsewhere.example was no part of it" in back.reason


def test_a_forged_sender_gets_a_new_ticket_when_our_border_says_so(
    support: Account, answer: Message, settings: object
) -> None:
    settings.AUTHSERV_ID = "mx.desk.example"  # type: ignore[attr-defined]
    raw = b"Authentication-Results: mx.desk.example; dmarc=fail header.from=customer.example\r\n"
    back = arrive(support, raw + mail("It is me", answers=answer.message_id))
    assert back
    assert back.ticket != answer.ticket
    assert back.verified == "fail"
    assert list(back.ticket.links.all()) == [answer.ticket]


def test_a_forged_stranger_with_our_id_or_our_tag_gets_a_new_ticket_linked(
    support: Account, answer: Message, settings: object
) -> None:
    settings.AUTHSERV_ID = "mx.desk.example"  # type: ignore[attr-defined]
    forged = b"Authentication-Results: mx.desk.example; dmarc=fail header.from=elsewhere.example\r\n"
    tagged = f"Re: Printer {subject_tag(signing_key(), answer.ticket.number)}"
    for raw in (mail("A", sender="eve@elsewhere.example", answers=answer.message_id), mail("B", subject=tagged)):
        back = arrive(support, forged.replace(b"elsewhere", b"customer" if b"zoe@" in raw else b"elsewhere") + raw)
        assert back
        assert back.ticket != answer.ticket
        assert list(back.ticket.links.all()) == [answer.ticket]
        assert "our border's check failed" in back.reason


@pytest.mark.parametrize("by", ["id", "tag"])
def test_a_proven_participant_joins_by_id_and_by_tag(
    support: Account, answer: Message, settings: object, by: str
) -> None:
    settings.AUTHSERV_ID = "mx.desk.example"  # type: ignore[attr-defined]
    proven = b"Authentication-Results: mx.desk.example; dmarc=pass header.from=customer.example\r\n"
    tagged = f"Re: Printer {subject_tag(signing_key(), answer.ticket.number)}"
    raw = mail("Thanks", answers=answer.message_id) if by == "id" else mail("Thanks", subject=tagged)
    back = arrive(support, proven + raw)
    assert back
    assert (back.ticket, back.verified, back.trust["by"]) == (answer.ticket, "pass", "mx.desk.example")


def test_a_stranger_who_joined_by_the_signed_address_takes_part_once_an_agent_says_so(
    support: Account, answer: Message, ann: Agent
) -> None:
    arrive(support, mail("Hello", to=signed(answer), sender="eve@elsewhere.example"))
    add_participant(answer.ticket, "eve@elsewhere.example", ann)
    again = arrive(support, mail("More", answers=answer.message_id, sender="eve@elsewhere.example"))
    assert again
    assert again.ticket == answer.ticket


def test_the_signed_subject_tag_joins_a_participant_only(support: Account, answer: Message) -> None:
    tagged = f"Re: Printer {subject_tag(signing_key(), answer.ticket.number)}"
    back = arrive(support, mail("Thanks", subject=tagged))
    stranger = arrive(support, mail("Hm", subject=tagged, sender="eve@elsewhere.example"))
    assert back
    assert back.ticket == answer.ticket
    assert stranger
    assert stranger.ticket != answer.ticket
    assert list(stranger.ticket.links.all()) == [answer.ticket]


def test_a_number_in_the_subject_without_our_signature_means_nothing(support: Account, answer: Message) -> None:
    back = arrive(support, mail("Thanks", subject=f"Re: [#{answer.ticket.number}-aaaa] Printer"))
    assert back
    assert back.ticket != answer.ticket


def test_a_parent_that_comes_late_still_joins(support: Account) -> None:
    child = arrive(support, mail("Any news?", cc="max@customer.example", answers="late@customer.example"))
    parent = arrive(support, mail("First", sender="max@customer.example", message_id="late@customer.example"))
    assert child
    assert parent
    assert parent.ticket == child.ticket
    assert parent.reason == "A message here, which came earlier, answers it."


def test_the_same_mail_by_two_ways_is_one_message_and_a_copy(support: Account, question: Message) -> None:
    raw = mail("Where is it?", cc="carl@customer.example", message_id="first@customer.example")
    arrive(support, b"Received: from elsewhere\r\n" + raw)
    assert Message.objects.count() == 1
    copy = support.entries.order_by("-pk")[0]
    assert copy.kind == "copy"
    assert copy.fields["copy_of"] == question.public_id


def test_the_same_id_with_other_words_is_kept(support: Account, question: Message) -> None:
    other = arrive(support, mail("Something else entirely", message_id="first@customer.example"))
    assert other
    assert Message.objects.count() == 2


def test_one_mail_to_two_mailboxes_is_a_ticket_in_each_linked_and_acknowledged_once(support: Account) -> None:
    orders = mailbox("orders@desk.example")
    raw = mail("Both of you", cc="orders@desk.example")
    one, two = arrive(support, raw), arrive(orders, raw)
    assert one
    assert two
    assert one.ticket != two.ticket
    assert list(two.ticket.links.all()) == [one.ticket]
    settle()
    assert Delivery.objects.filter(message__automatic=True).count() == 1


def test_mailboxes_of_different_teams_do_not_share_threads(support: Account, answer: Message) -> None:
    private = mailbox("board@desk.example", team=Team.objects.create(name="Board"))
    back = arrive(private, mail("Thanks", answers=answer.message_id, to="board@desk.example"))
    assert back
    assert back.ticket != answer.ticket
    assert not back.ticket.links.exists()


def test_our_own_mail_coming_back_makes_no_message(support: Account, answer: Message) -> None:
    before = Message.objects.count()
    raw = mail("On its way.", sender="support@desk.example", message_id=answer.message_id)
    arrive(support, raw)
    assert Message.objects.count() == before
    assert support.entries.order_by("-pk")[0].kind == "screened"


def test_an_answer_finds_its_ticket_after_a_merge(support: Account, answer: Message, ann: Agent) -> None:
    other = arrive(support, mail("Another thing", subject="Other"))
    assert other
    merge(answer.ticket, other.ticket, ann)
    back = arrive(support, mail("Thanks", to=signed(answer)))
    tagged = arrive(support, mail("Hi", subject=f"Re: {subject_tag(signing_key(), answer.ticket.number)}"))
    assert back
    assert back.ticket == other.ticket
    assert tagged
    assert tagged.ticket == other.ticket


def test_a_vacation_mail_does_not_open_the_ticket_again(support: Account, answer: Message) -> None:
    raw = mail("I am away", answers=answer.message_id, headers={"Auto-Submitted": "auto-replied"})
    back = arrive(support, raw)
    assert back
    assert back.kind == "auto-reply"
    assert back.speaks_of == answer
    assert Ticket.objects.get(pk=answer.ticket_id).state == "waiting"


def test_a_mail_without_any_sender_is_somebodys_words_all_the_same(support: Account) -> None:
    message = arrive(support, b"Subject: nothing else\r\n\r\nhelp\r\n")
    assert message
    assert message.from_address == "unknown@sender.invalid"


def test_mails_of_one_batch_thread_with_each_other(support: Account) -> None:
    for number in range(4):
        answers = f"{number - 1}@batch.example" if number else None
        accept(support, mail(f"Part {number}", message_id=f"{number}@batch.example", answers=answers), source="smtp")
    process_all()
    assert Ticket.objects.count() == 1
    assert Ticket.objects.get().message_count == 4


def test_an_answer_to_all_leaves_our_own_addresses_out(support: Account, answer: Message) -> None:
    back = arrive(support, mail("Thanks", to=signed(answer), cc="carl@customer.example"))
    assert back
    to, cc = recipients(back.ticket, everybody=True)
    assert [box["address"] for box in to] == ["zoe@customer.example"]
    assert [box["address"] for box in cc] == ["carl@customer.example"]
