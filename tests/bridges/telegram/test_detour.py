"""When a messenger refuses, the same words go by mail: once, by a proven way only, and everybody sees why."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from bridges.telegram.fake import FakeTelegram
from tests.flows.desk import arrive, mail, rebuilt_differences, settle
from tests.services.smtp import Sink
from tickets.actions.accounts import change_account
from tickets.actions.change import NotAllowed
from tickets.actions.delivered import retry_delivery
from tickets.actions.detour import detour, withdraw_late
from tickets.actions.drafts import save_draft, schedule, send_due, send_waiting
from tickets.actions.join import join
from tickets.actions.reply import reply
from tickets.inbox.process import process_all
from tickets.mime.build import File
from tickets.models import Account, Agent, Delivery, InboxItem, Message, Objection, Ticket
from tickets.outbox.route import ways
from tickets.record.append import append_all
from tickets.record.config import write_config

pytestmark = [pytest.mark.django_db(transaction=True)]
Polling = Callable[[Callable[[], bool]], None]
MONA = 42
HOME = "mona@home.example"
BLOCKED = "Forbidden: bot was blocked by the user"


@pytest.fixture
def support(support: Account, smtp_sink: Sink) -> Account:
    """The mailbox sends by a real server."""
    support.config = {"smtp_host": smtp_sink.host, "smtp_port": str(smtp_sink.port), "smtp_security": "none"}
    support.save()
    return support


@pytest.fixture
def ticket(bot: Account, telegram: FakeTelegram, poll_until: Polling) -> Ticket:
    """Mona has asked on Telegram."""
    telegram.write(MONA, "Where is my secret order?", name="Mona Lee")
    poll_until(lambda: InboxItem.objects.filter(account=bot).exists())
    process_all()
    return Ticket.objects.get()


@pytest.fixture
def proven(ticket: Ticket, support: Account, ben: Agent, smtp_sink: Sink) -> Ticket:
    """She has written by mail too, and Ben knows that both are one person."""
    before = arrive(support, mail("Hello from my mail.", sender=HOME, name="Mona Lee", subject="Hello"))
    assert before
    join(before.ticket.contact, ticket.contact, ben, "She told me on the phone.")
    settle()
    smtp_sink.reset()
    ticket.refresh_from_db()
    return ticket


def answer(ticket: Ticket, text: str, agent: Agent, **more: object) -> Message:
    message = reply(ticket, text, agent, **more)  # type: ignore[arg-type]
    settle()
    settle()
    return message


def states(message: Message) -> list[tuple[str, str]]:
    return list(message.deliveries.order_by("pk").values_list("channel", "state"))


@pytest.mark.database
def test_a_refused_answer_reaches_its_customer_by_mail_once(
    proven: Ticket, ben: Agent, telegram: FakeTelegram, smtp_sink: Sink
) -> None:
    telegram.blocked.add(str(MONA))
    message = answer(proven, "It is on its way.", ben, files=[File("slip.pdf", "application/pdf", b"%PDF slip")])

    assert states(message) == [("telegram", "failed"), ("email", "sent")]
    [failed, sent] = message.deliveries.order_by("pk")
    assert failed.reason == BLOCKED
    assert sent.instead_of == failed
    [letter] = smtp_sink.to(HOME)
    assert letter.message["From"] == "Support <support@desk.example>"
    assert "slip.pdf" in [part.get_filename() for part in letter.message.walk()]
    settle()
    assert len(smtp_sink.letters) == 1
    write_config()
    assert rebuilt_differences() == []


def test_the_mail_has_the_answer_first_then_one_line_and_the_question(
    proven: Ticket, ben: Agent, telegram: FakeTelegram, smtp_sink: Sink
) -> None:
    telegram.blocked.add(str(MONA))
    answer(proven, "It is on its way.", ben)

    [letter] = smtp_sink.to(HOME)
    subject, text = str(letter.message["Subject"]), letter.message.get_body(("plain",)).get_content()  # type: ignore[union-attr]
    assert subject.startswith("Support: your message on Telegram, ")
    assert "secret" not in subject
    line = text.index("You wrote to us on Telegram on ")
    assert text.startswith("It is on its way.")
    assert text.index("It is on its way.") < line < text.index("> Where is my secret order?")
    assert "it could not deliver this, so it comes by mail. Answer here or there." in text
    assert "Do not answer me by email: " in text
    assert "blocked" not in text
    assert "/no-mail/" in letter.message["List-Unsubscribe"]


def test_an_answer_by_mail_to_a_question_on_a_messenger_says_why_and_says_nothing_of_the_chat(
    proven: Ticket, bot: Account, ann: Agent, ben: Agent, smtp_sink: Sink
) -> None:
    change_account(bot, ann, config=bot.config | {"answers": "by_mail"})
    answer(proven, "It is on its way.", ben)

    [letter] = smtp_sink.to(HOME)
    text = letter.message.get_body(("plain",)).get_content()  # type: ignore[union-attr]
    assert str(letter.message["Subject"]).startswith("Support: your message on Telegram, ")
    assert "secret" not in str(letter.message["Subject"])
    assert "; this time we answer by email. Answer here or there." in text
    assert text.index("It is on its way.") < text.index("this time we answer") < text.index("> Where is my secret")
    assert "could not deliver" not in text
    assert "/no-mail/" in letter.message["List-Unsubscribe"]


def test_a_mail_that_answers_a_mail_has_no_such_line(proven: Ticket, ben: Agent, smtp_sink: Sink) -> None:
    mailed = Ticket.objects.get(subject="Hello")
    answer(mailed, "Hello to you.", ben)
    [letter] = smtp_sink.to(HOME)
    assert str(letter.message["Subject"]).startswith("Re: Hello")
    assert "by email" not in letter.message.get_body(("plain",)).get_content()  # type: ignore[union-attr]
    assert letter.message["List-Unsubscribe"] is None


def test_an_answer_without_any_way_waits_and_goes_the_moment_an_address_is_proven(
    ticket: Ticket, bot: Account, ann: Agent, ben: Agent, support: Account, smtp_sink: Sink
) -> None:
    change_account(bot, ann, config=bot.config | {"answers": "by_mail"})
    draft = schedule(save_draft("a", ben, ticket=ticket, kind="reply", text="It is on its way."), seconds=0)
    send_due()
    draft.refresh_from_db()
    assert draft.state == "waiting"
    assert "only receives" in draft.error
    assert send_waiting() == 0
    assert smtp_sink.letters == []

    before = arrive(support, mail("It is me.", sender=HOME, name="Mona Lee", subject="Me"))
    assert before
    settle()
    smtp_sink.reset()
    join(before.ticket.contact, ticket.contact, ben, "She told me on the phone.")
    settle()
    send_due()
    settle()

    [letter] = smtp_sink.to(HOME)
    assert "It is on its way." in letter.message.get_body(("plain",)).get_content()  # type: ignore[union-attr]
    draft.refresh_from_db()
    assert draft.state == "sent"


def test_where_an_account_only_receives_the_question_for_an_address_is_all_that_is_said_there(
    ticket: Ticket, bot: Account, ann: Agent, ben: Agent, telegram: FakeTelegram
) -> None:
    rules = {"answers": "by_mail", "ask_address": "after_answer", "greet": "yes", "burst_seconds": "0"}
    change_account(bot, ann, config=bot.config | rules)
    schedule(save_draft("a", ben, ticket=ticket, kind="reply", text="It is on its way."), seconds=0)
    send_due()
    for _ in range(3):
        send_waiting()
        settle()
    [said] = telegram.sent
    assert "where may we answer you?" in said["text"]


def test_her_answer_to_that_mail_comes_back_into_the_ticket(
    proven: Ticket, support: Account, ben: Agent, telegram: FakeTelegram, smtp_sink: Sink
) -> None:
    telegram.blocked.add(str(MONA))
    answer(proven, "It is on its way.", ben)
    [letter] = smtp_sink.to(HOME)

    named = str(letter.message["Message-ID"]).strip("<>")
    back = arrive(support, mail("Thank you!", sender=HOME, name="Mona Lee", subject="Re: x", answers=named))

    assert back
    assert back.ticket == proven
    assert not back.via


def test_without_a_proven_way_nothing_goes_anywhere(
    ticket: Ticket, ben: Agent, telegram: FakeTelegram, smtp_sink: Sink
) -> None:
    telegram.blocked.add(str(MONA))
    message = answer(ticket, "It is on its way.", ben)
    assert states(message) == [("telegram", "failed")]
    assert smtp_sink.letters == []


def test_who_blocked_us_is_answered_elsewhere_once_and_then_a_person_is_asked(
    proven: Ticket, bot: Account, ben: Agent, telegram: FakeTelegram, smtp_sink: Sink
) -> None:
    telegram.blocked.add(str(MONA))
    answer(proven, "It is on its way.", ben)
    there = f"{bot.public_id} {MONA}"
    proven.contact.addresses.filter(channel="telegram").update(reachable=True)  # as if she had come back

    second = answer(proven, "Anything else?", ben, way=there)

    assert states(second) == [("telegram", "failed")]
    assert len(smtp_sink.to(HOME)) == 1
    made = detour(second.deliveries.get(), BLOCKED, by=ben)
    settle()
    assert made
    assert len(smtp_sink.to(HOME)) == 2


def test_who_blocked_us_and_wrote_long_ago_is_left_to_a_person(
    proven: Ticket, ben: Agent, telegram: FakeTelegram, smtp_sink: Sink
) -> None:
    proven.messages.filter(channel="telegram").update(at=timezone.now() - timedelta(days=15))
    telegram.blocked.add(str(MONA))
    message = answer(proven, "Do you still wait?", ben)
    assert states(message) == [("telegram", "failed")]
    assert smtp_sink.letters == []


def test_an_account_that_asks_sends_nothing_another_way_by_itself(
    proven: Ticket, bot: Account, ann: Agent, ben: Agent, telegram: FakeTelegram, smtp_sink: Sink
) -> None:
    change_account(bot, ann, config=bot.config | {"answers": "ask"})
    telegram.blocked.add(str(MONA))
    message = answer(proven, "It is on its way.", ben)
    assert states(message) == [("telegram", "failed")]
    assert smtp_sink.letters == []


def test_who_does_not_want_mail_gets_none_for_good(
    proven: Ticket, ben: Agent, telegram: FakeTelegram, smtp_sink: Sink, client: Client
) -> None:
    telegram.blocked.add(str(MONA))
    answer(proven, "It is on its way.", ben)
    link = str(smtp_sink.to(HOME)[0].message["List-Unsubscribe"]).strip("<>")
    path = link[link.index("/no-mail/") :]

    assert HOME in client.get(path).content.decode()
    assert not Objection.objects.exists()  # scanners click
    assert client.post(path).status_code == client.post(path).status_code == 200

    assert [(one.address, one.against) for one in Objection.objects.all()] == [(HOME, "detours")]
    hindrances = {way.recipient: way.hindrance for way in ways(proven)}
    assert "does not want" in hindrances[HOME]
    append_all()
    write_config()
    assert rebuilt_differences() == []


def test_an_edited_link_does_nothing(client: Client, db: None) -> None:
    assert client.get("/no-mail/abcdefgh.nonsense/").status_code == 404
    assert client.post("/no-mail/abcdefgh.nonsense/").status_code == 404
    assert not Objection.objects.exists()


@pytest.mark.database
def test_what_is_not_delivered_in_time_is_withdrawn_and_goes_by_mail(
    proven: Ticket, ben: Agent, telegram: FakeTelegram, smtp_sink: Sink
) -> None:
    telegram.plan("sendMessage", 500, "Internal Server Error")
    message = answer(proven, "It is on its way.", ben)
    assert states(message) == [("telegram", "queued")]
    assert withdraw_late() == 0

    later = timezone.now() + timedelta(minutes=31)
    assert withdraw_late(at=later) == 1
    settle()

    assert states(message) == [("telegram", "failed"), ("email", "sent")]
    assert message.deliveries.order_by("pk")[0].reason.startswith("withdrawn: ")
    assert telegram.sent == []
    assert len(smtp_sink.to(HOME)) == 1


def test_what_has_no_other_way_goes_on_waiting(ticket: Ticket, ben: Agent, telegram: FakeTelegram) -> None:
    telegram.plan("sendMessage", 500, "Internal Server Error")
    message = answer(ticket, "It is on its way.", ben)
    assert withdraw_late(at=timezone.now() + timedelta(minutes=31)) == 0
    assert states(message) == [("telegram", "queued")]


def test_where_nothing_is_sent_by_decision_what_waits_is_not_withdrawn(
    proven: Ticket, bot: Account, ben: Agent, telegram: FakeTelegram
) -> None:
    telegram.plan("sendMessage", 500, "Internal Server Error")
    message = answer(proven, "It is on its way.", ben)
    Account.objects.filter(pk=bot.pk).update(stopped_at=timezone.now())
    assert withdraw_late(at=timezone.now() + timedelta(minutes=31)) == 0
    assert states(message) == [("telegram", "queued")]


def test_what_went_another_way_is_not_sent_again_by_whoever_still_sees_it_as_failed(
    proven: Ticket, ben: Agent, telegram: FakeTelegram, smtp_sink: Sink
) -> None:
    telegram.plan("sendMessage", 400, "Bad Request: something")
    message = answer(proven, "It is on its way.", ben)
    seen = message.deliveries.get()
    assert seen.state == "failed"
    detour(seen, "Bad Request", by=ben)
    with pytest.raises(NotAllowed, match="another way already"):
        retry_delivery(seen, ben)
    settle()
    assert len(smtp_sink.to(HOME)) == 1
    assert telegram.sent == []


def test_what_is_uncertain_is_left_to_a_person_who_may_send_it_another_way(
    proven: Ticket, ben: Agent, telegram: FakeTelegram, smtp_sink: Sink, client: Client
) -> None:
    delivery = answer(proven, "It is on its way.", ben).deliveries.get()
    Delivery.objects.filter(pk=delivery.pk).update(state="uncertain", reason="No answer.", remote_ids=[], parts_sent=0)
    settle()
    assert smtp_sink.letters == []

    client.force_login(ben)
    page = client.get(f"/tickets/{proven.number}/").content.decode()
    assert "Send it another way" in page
    client.post(f"/deliveries/{delivery.public_id}/detour/", {"key": "once"})
    client.post(f"/deliveries/{delivery.public_id}/detour/", {"key": "twice"})
    settle()

    assert len(smtp_sink.to(HOME)) == 1
    with pytest.raises(NotAllowed, match="another way already"):
        retry_delivery(Delivery.objects.get(pk=delivery.pk), ben)
    assert "It went another way" in client.get(f"/tickets/{proven.number}/").content.decode()
