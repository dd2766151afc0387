"""The vendor closes the account: sending stops, receiving goes on, what waits reaches whom it can by mail, and people are told."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.utils import timezone

from bridges.telegram.fake import FakeTelegram
from tests.flows.desk import arrive, mail, rebuilt_differences, settle
from tests.services.smtp import Sink
from tickets.actions import breaker
from tickets.actions.accounts import change_account
from tickets.actions.change import NotAllowed
from tickets.actions.connect import renew
from tickets.actions.deliver import recheck
from tickets.actions.join import join
from tickets.actions.reply import reply, tell
from tickets.inbox.process import process_all
from tickets.models import Account, Agent, Contact, Delivery, InboxItem, Incident, Message, Ticket
from tickets.record.config import write_config
from tickets.texts.wording import Wording

pytestmark = [pytest.mark.django_db(transaction=True)]
Polling = Callable[[Callable[[], bool]], None]
PEOPLE = 6  # who write; the first four have a proven address beside
WITH_MAIL = 4


@pytest.fixture
def support(support: Account, smtp_sink: Sink) -> Account:
    support.config = {"smtp_host": smtp_sink.host, "smtp_port": str(smtp_sink.port), "smtp_security": "none"}
    support.save()
    return support


@pytest.fixture
def tickets(
    support: Account, bot: Account, telegram: FakeTelegram, poll_until: Polling, ben: Agent, smtp_sink: Sink
) -> list[Ticket]:
    """Six people write on Telegram; of four a proven mail address is known."""
    for who in range(PEOPLE):
        telegram.write(100 + who, f"Question {who}", name=f"Person {who}")
    poll_until(lambda: InboxItem.objects.filter(account=bot).count() >= PEOPLE)
    process_all()
    chats = {one.name: one for one in Contact.objects.all()}
    for who in range(WITH_MAIL):
        before = arrive(support, mail("Hello", sender=address(who), name=f"Mail {who}", subject=f"Mail {who}"))
        assert before
        join(before.ticket.contact, chats[f"Person {who}"], ben, "The same person.")
    settle()
    smtp_sink.reset()
    return list(Ticket.objects.filter(channel="telegram").select_related("contact", "mailbox").order_by("pk"))


def address(who: int) -> str:
    return f"person{who}@home.example"


def work(rounds: int = 6) -> None:
    for _ in range(rounds):
        settle()
        breaker.look_after()


def delay_is_over() -> None:
    Incident.objects.filter(closed_at=None).exclude(reroutes_at=None).update(reroutes_at=timezone.now(), next_at=None)


def reached(sink: Sink) -> list[str]:
    return sorted(recipient for letter in sink.letters for recipient in letter.recipients)


@pytest.fixture
def at_once(bot: Account, ann: Agent) -> None:
    """The account leaves nobody time to halt it."""
    change_account(bot, ann, config=bot.config | {"reroute_seconds": "0"})


def test_for_half_a_minute_a_person_can_halt_it(
    tickets: list[Ticket], telegram: FakeTelegram, ben: Agent, smtp_sink: Sink
) -> None:
    telegram.is_revoked = True
    reply(tickets[0], "Hello", ben)
    work()
    incident = Incident.objects.get()
    assert "Unauthorized" in incident.reason
    assert incident.reroutes_at == incident.opened_at + timedelta(seconds=30)
    assert reached(smtp_sink) == []
    delay_is_over()
    work()
    assert reached(smtp_sink) == [address(0)]


@pytest.mark.database
@pytest.mark.usefixtures("at_once")
def test_what_waits_reaches_everybody_who_has_another_way_once(
    tickets: list[Ticket], bot: Account, telegram: FakeTelegram, ben: Agent, smtp_sink: Sink
) -> None:
    telegram.is_revoked = True
    for ticket in tickets:
        reply(ticket, f"Answer for {ticket.contact.name}", ben)
    work()
    work()

    assert reached(smtp_sink) == [address(who) for who in range(WITH_MAIL)]
    assert telegram.sent == []
    lost = Delivery.objects.filter(account=bot, state="queued")
    assert sorted(one.message.ticket.contact.name for one in lost) == ["Person 4", "Person 5"]
    write_config()
    assert rebuilt_differences() == []


def test_the_incident_is_a_ticket_that_says_what_happened_who_is_lost_and_what_to_do(
    tickets: list[Ticket], bot: Account, telegram: FakeTelegram, ben: Agent, smtp_sink: Sink
) -> None:
    telegram.is_revoked = True
    reply(tickets[0], "Hello", ben)
    work()

    incident = Incident.objects.get()
    assert incident.ticket
    assert incident.ticket.state == "new"
    said = incident.ticket.messages.get()
    assert (said.direction, incident.ticket.mailbox) == ("note", bot.mailbox)
    assert "Unauthorized" in said.text
    assert "6 open conversations are there; 2 customers have no other proven way." in said.text
    assert "Person 4" in said.text
    assert "@BotFather" in said.text
    assert smtp_sink.letters == []


def test_what_is_written_afterwards_goes_by_mail_at_once_and_what_comes_in_is_kept(
    tickets: list[Ticket], bot: Account, telegram: FakeTelegram, ben: Agent, smtp_sink: Sink, poll_until: Polling
) -> None:
    telegram.write(100, "Are you there?", name="Person 0")
    telegram.is_revoked = True
    recheck()  # nobody is degraded yet: nothing happens
    reply(tickets[1], "Hello", ben)
    work()
    reply(tickets[0], "Yes, by mail.", ben)
    work()
    assert reached(smtp_sink) == [address(0)]

    telegram.is_revoked = False
    poll_until(lambda: Message.objects.filter(text="Are you there?").exists() or bool(process_all()))
    assert Message.objects.filter(text="Are you there?").exists()


def test_a_person_halts_it_and_lets_it_go_on(
    tickets: list[Ticket], telegram: FakeTelegram, ben: Agent, ann: Agent, smtp_sink: Sink
) -> None:
    telegram.is_revoked = True
    reply(tickets[0], "Hello", ben)
    work()
    breaker.halt(Incident.objects.get(), ann)
    delay_is_over()
    work()
    assert smtp_sink.letters == []

    breaker.go_on(Incident.objects.get(), ann)
    work()
    assert reached(smtp_sink) == [address(0)]
    assert Incident.objects.get().decided_by == ann


def test_an_account_that_asks_moves_nothing_until_somebody_says_so(
    tickets: list[Ticket], bot: Account, telegram: FakeTelegram, ben: Agent, ann: Agent, smtp_sink: Sink
) -> None:
    change_account(bot, ann, config=bot.config | {"answers": "ask"})
    telegram.is_revoked = True
    reply(tickets[0], "Hello", ben)
    work()
    delay_is_over()
    work()
    assert smtp_sink.letters == []
    breaker.go_on(Incident.objects.get(), ann)
    work()
    assert reached(smtp_sink) == [address(0)]


@pytest.mark.database
@pytest.mark.usefixtures("at_once")
def test_a_renewed_token_sends_what_still_waits_once_and_nothing_again(
    tickets: list[Ticket], bot: Account, telegram: FakeTelegram, ben: Agent, ann: Agent, smtp_sink: Sink
) -> None:
    telegram.is_revoked = True
    for ticket in (tickets[0], tickets[5]):
        reply(ticket, f"Answer for {ticket.contact.name}", ben)
    work()
    assert reached(smtp_sink) == [address(0)]

    telegram.is_revoked = False
    bot.refresh_from_db()
    renew(bot, ann, secrets=bot.secrets)
    recheck()
    work()

    assert [sent["text"] for sent in telegram.sent] == ["Answer for Person 5"]
    assert reached(smtp_sink) == [address(0)]
    incident = Incident.objects.get()
    assert incident.closed_at
    assert incident.ticket
    assert incident.ticket.state == "solved"
    assert "1 answer went another way." in incident.ticket.messages.order_by("pk").last().text  # type: ignore[union-attr]
    write_config()
    assert rebuilt_differences() == []


def test_sending_resumes_by_decision_where_the_account_says_so(
    tickets: list[Ticket], bot: Account, telegram: FakeTelegram, ben: Agent, ann: Agent
) -> None:
    change_account(bot, ann, config=bot.config | {"resumes": "by_decision"})
    telegram.is_revoked = True
    reply(tickets[5], "Hello", ben)
    work()
    with pytest.raises(NotAllowed, match="still cut off"):
        breaker.close(Incident.objects.get(), ann)
    telegram.is_revoked = False
    recheck()
    work()
    assert telegram.sent == []

    breaker.close(Incident.objects.get(), ann)
    work()
    assert [sent["text"] for sent in telegram.sent] == ["Hello"]


def test_until_somebody_decides_it_what_waits_goes_on_going_another_way_and_nobody_looks_all_the_time(
    tickets: list[Ticket],
    bot: Account,
    support: Account,
    telegram: FakeTelegram,
    ben: Agent,
    ann: Agent,
    smtp_sink: Sink,
) -> None:
    change_account(bot, ann, config=bot.config | {"resumes": "by_decision", "reroute_seconds": "0"})
    telegram.is_revoked = True
    reply(tickets[5], "Hello", ben)
    work()
    telegram.is_revoked = False
    recheck()
    work()
    assert not Incident.objects.filter(breaker.due()).exists()

    before = arrive(support, mail("It is me", sender=address(5), name="Mail 5", subject="Me"))
    assert before
    settle()
    smtp_sink.reset()
    join(before.ticket.contact, tickets[5].contact, ben, "The same person.")
    Incident.objects.update(next_at=timezone.now() - timedelta(seconds=1))  # the next round begins
    work()
    assert reached(smtp_sink) == [address(5)]
    assert telegram.sent == []


def test_what_no_person_wrote_is_taken_back_and_comes_neither_late_nor_by_mail(
    tickets: list[Ticket], bot: Account, telegram: FakeTelegram, ben: Agent, ann: Agent, smtp_sink: Sink
) -> None:
    breaker.open_breaker(bot, "Nobody answers there any more.", by=ann)
    line = tickets[0].messages.get()
    tell(line, Wording("Nobody is here just now.", ("away",), "en", ""))
    settle()
    breaker.close(Incident.objects.get(), ann)
    work()
    delivery = Delivery.objects.get(account=bot, message__automatic=True)
    assert (delivery.state, delivery.reason[:11]) == ("failed", "withdrawn: ")
    assert telegram.sent == []
    assert smtp_sink.letters == []


def test_a_person_stops_sending_where_no_vendor_says_a_word(
    tickets: list[Ticket], bot: Account, telegram: FakeTelegram, ben: Agent, ann: Agent, smtp_sink: Sink
) -> None:
    breaker.open_breaker(bot, "Nobody answers there any more.", by=ann)
    reply(tickets[0], "By mail then.", ben)
    work()
    assert telegram.sent == []
    assert reached(smtp_sink) == [address(0)]
    recheck()
    work()
    assert Incident.objects.get().closed_at is None  # only a person ends what a person began


def test_somebody_who_proves_an_address_later_gets_what_waited(
    tickets: list[Ticket], support: Account, telegram: FakeTelegram, ben: Agent, smtp_sink: Sink
) -> None:
    telegram.is_revoked = True
    reply(tickets[5], "Still here for you", ben)
    work()
    delay_is_over()
    work()
    assert smtp_sink.letters == []

    before = arrive(support, mail("It is me", sender=address(5), name="Mail 5", subject="Me"))
    assert before
    settle()
    smtp_sink.reset()
    join(before.ticket.contact, tickets[5].contact, ben, "The same person.")
    Incident.objects.update(next_at=timezone.now() - timedelta(seconds=1))  # the next round begins
    work()
    assert reached(smtp_sink) == [address(5)]


def test_the_same_closing_is_one_incident(
    tickets: list[Ticket], bot: Account, telegram: FakeTelegram, ben: Agent
) -> None:
    telegram.is_revoked = True
    for ticket in tickets[:WITH_MAIL]:
        reply(ticket, "Hello", ben)
        work(1)
    assert Incident.objects.count() == 1
