"""The rules of a conversation, on a channel made for this test: which ticket a line belongs to, bursts, greeting, hours."""

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar

import pytest
from django.utils import timezone

from tests.flows.desk import mailbox, rebuilt_differences, settle
from tickets.actions.accounts import add_account
from tickets.actions.change import set_status
from tickets.actions.reply import reply
from tickets.channels import Channel, Done, Notice, Outgoing, Refused
from tickets.hours import is_open, read_days_off, read_week
from tickets.inbox.accept import accept
from tickets.inbox.process import process_all
from tickets.mime.build import build
from tickets.mime.parse import Mailbox
from tickets.models import Account, Agent, Delivery, Entry, Message, State, Ticket
from tickets.models.conversations import rules_of

MONDAY = datetime(2026, 3, 2, 10, 0, tzinfo=UTC)
HOURS = {"hours": read_week("Mon-Fri 09:00-17:00"), "time_zone": "UTC"}


class Pigeon(Channel):
    """A messenger as simple as can be: {"who", "id", "text"}, and {"failed"} for the Message-ID of what did not arrive."""

    name: ClassVar[str] = "pigeon"
    label: ClassVar[str] = "Pigeon post"
    conversational: ClassVar[bool] = True
    vouches: ClassVar[bool] = True
    sent: ClassVar[list[tuple[str, str]]] = []

    def read(self, raw: bytes) -> list[Notice]:
        told = json.loads(raw)
        failed = told.get("failed", "")
        return [
            Notice(
                "receipt" if failed else "message",
                sender=told["who"],
                sender_name="Zoe",
                remote_id=told["id"],
                target_id=failed,
                text=told["text"],
                data={"status": "failed"} if failed else {"language": told.get("language", "")},
            )
        ]

    def message(self, notice: Notice, raw: bytes) -> bytes:
        return build(
            from_=Mailbox("Zoe", f"{notice.sender}@loft.pigeon.invalid"),
            to=[Mailbox("Loft", "loft@pigeon.invalid")],
            subject=notice.text[:60],
            text=notice.text,
            message_id=f"{notice.sender}.{notice.remote_id}@loft.pigeon.invalid",
            in_reply_to=notice.target_id or None,
            date=timezone.now(),
            headers={"Content-Language": language} if (language := notice.data.get("language")) else {},
        )

    def render(self, outgoing: Outgoing) -> bytes:
        return outgoing.message.text.encode()

    def send(self, outgoing: Outgoing, rendered: bytes, done: Done) -> Refused:
        for delivery in outgoing.deliveries:
            self.sent.append((delivery.recipient, rendered.decode()))
            done(delivery, 0, str(len(self.sent)))
        return []


@pytest.fixture(autouse=True)
def pigeons(settings: Any, db: None) -> list[tuple[str, str]]:
    """What the pigeons carried."""
    settings.CHANNELS = [*settings.CHANNELS, f"{__name__}.Pigeon"]
    Pigeon.sent.clear()
    return Pigeon.sent


@pytest.fixture
def connect() -> Callable[..., Account]:
    """connect(greet="yes", hours=…, …): the loft, with these settings."""

    def made(**given: Any) -> Account:
        columns = {name: given.pop(name) for name in ("hours", "days_off", "time_zone", "texts") if name in given}
        return add_account("pigeon", "Loft", "loft", given, mailbox=mailbox(), at=MONDAY, **columns)

    return made


def texts(**own: str) -> dict[str, dict[str, str]]:
    """Words of the account's own, in English."""
    return {name: {"en": template} for name, template in own.items()}


class Clock:
    """A clock that stands still until it is moved."""

    def __init__(self) -> None:
        self.now = MONDAY

    def shift(self, by: timedelta) -> None:
        self.now += by

    def move_to(self, at: datetime) -> None:
        self.now = at


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    made = Clock()
    monkeypatch.setattr(timezone, "now", lambda: made.now)
    return made


def line(account: Account, number: int, text: str, who: str = "zoe", language: str = "", **more: Any) -> Message:
    """A customer writes; `language`: what their app reports."""
    raw = json.dumps({"who": who, "id": str(number), "text": text, "language": language}).encode()
    accept(account, raw, source="webhook", **more)
    process_all()
    settle()
    return Message.objects.get(message_id=f"{who}.{number}@loft.pigeon.invalid")


def test_an_open_conversation_goes_on(connect: Callable[..., Account], clock: Clock) -> None:
    loft = connect()
    first = line(loft, 1, "My order?")
    clock.shift(timedelta(days=300))
    assert line(loft, 2, "Hello?").ticket == first.ticket


def test_a_solved_one_is_opened_again_within_a_week_and_then_a_new_one_begins(
    connect: Callable[..., Account], clock: Clock, ben: Agent
) -> None:
    loft = connect()
    ticket = line(loft, 1, "My order?").ticket
    set_status(ticket, State.SOLVED, ben)
    clock.shift(timedelta(days=6, hours=23))
    again = line(loft, 2, "It came, thanks")
    assert (again.ticket, again.ticket.state) == (ticket, State.OPEN)
    assert "less than 7 days ago" in again.reason
    set_status(ticket, State.SOLVED, ben)
    clock.shift(timedelta(days=7, seconds=1))
    other = line(loft, 3, "A new question")
    assert other.ticket != ticket
    assert list(other.ticket.links.all()) == [ticket]
    assert "more than 7 days ago" in other.reason


def test_the_account_says_how_long_and_a_closed_one_never_goes_on(
    connect: Callable[..., Account], clock: Clock, ben: Agent
) -> None:
    loft = connect(reopen_days="0")
    first = line(loft, 1, "My order?").ticket
    set_status(first, State.SOLVED, ben)
    clock.shift(timedelta(minutes=1))
    second = line(loft, 2, "And another thing").ticket
    assert second != first
    Account.objects.filter(pk=loft.pk).update(config={"reopen_days": "30"})
    set_status(second, State.CLOSED, ben)
    assert line(loft, 3, "Really").ticket not in (first, second)


def bursts(ticket: Ticket) -> list[str]:
    """For each incoming message the first of its burst."""
    rows = ticket.messages.filter(direction="in").order_by("pk").select_related("entry")
    names = {row.public_id: row.text for row in rows}
    return [names[row.entry.fields.get("burst", row.public_id)] for row in rows]


def test_lines_within_a_burst_are_messages_of_their_own_and_one_item(
    connect: Callable[..., Account], clock: Clock, ben: Agent
) -> None:
    loft = connect(greet="yes")
    for number, seconds in enumerate([0, 80, 80, 95, 5]):
        clock.shift(timedelta(seconds=seconds))
        ticket = line(loft, number, f"line {number}").ticket
    assert bursts(ticket) == ["line 0", "line 0", "line 0", "line 3", "line 3"]
    clock.shift(timedelta(seconds=1))
    reply(ticket, "Yes?", ben)
    line(loft, 9, "after an answer")
    assert bursts(ticket)[-1] == "after an answer"
    assert Ticket.objects.count() == 1
    assert [text.split(",")[0] for _who, text in Pigeon.sent] == ["Hello Zoe", "Yes?"]


def test_lines_that_come_in_one_batch_are_one_burst(connect: Callable[..., Account]) -> None:
    loft = connect(greet="yes", burst_seconds="10")
    for number in range(5):
        raw = json.dumps({"who": "zoe", "id": str(number), "text": f"line {number}"}).encode()
        accept(loft, raw, source="webhook")
    process_all()
    settle()
    assert bursts(Ticket.objects.get()) == ["line 0"] * 5
    assert len(Pigeon.sent) == 1


def test_a_greeting_comes_at_first_contact_in_the_words_of_the_account(connect: Callable[..., Account]) -> None:
    loft = connect(greet="yes", texts=texts(greeting="Hi {name}, this is {mailbox}, ticket {number}."))
    message = line(loft, 1, "My order?")
    assert Pigeon.sent == [("zoe", f"Hi Zoe, this is Support, ticket {message.ticket.number}.")]
    said = Message.objects.get(direction="out")
    assert (said.automatic, said.ticket.state, said.ticket.first_answer_at) == (True, State.NEW, None)
    line(loft, 2, "Hello?", who="zoe")
    line(loft, 3, "Hello?", who="max")
    assert [who for who, _text in Pigeon.sent] == ["zoe", "max"]


def test_nothing_is_said_to_history_or_where_nothing_is_set(connect: Callable[..., Account]) -> None:
    loft = connect(greet="yes", tell_hours="yes", **HOURS)
    line(loft, 1, "Long ago", history=True)
    Account.objects.filter(pk=loft.pk).update(config={})
    line(loft, 2, "Today", who="max")
    assert Pigeon.sent == []


def test_who_writes_at_night_is_told_once_a_night_when_we_are_back(
    connect: Callable[..., Account], clock: Clock
) -> None:
    loft = connect(tell_hours="yes", **HOURS)
    line(loft, 1, "At ten in the morning")
    assert Pigeon.sent == []
    clock.move_to(MONDAY.replace(hour=20))
    line(loft, 2, "In the evening")
    clock.shift(timedelta(hours=3))
    line(loft, 3, "Still there?")
    assert [text for _who, text in Pigeon.sent] == [
        "Nobody is here just now; we are back on Tuesday at 9:00. We have your message and will answer here then."
    ]
    clock.shift(timedelta(days=1))
    line(loft, 4, "The next evening")
    assert len(Pigeon.sent) == 2


def test_a_first_contact_at_night_is_one_answer(connect: Callable[..., Account], clock: Clock) -> None:
    loft = connect(
        greet="yes",
        tell_hours="yes",
        texts=texts(greeting="Hi.", away="Closed until {opens}."),
        days_off=read_days_off("03-03"),
        **HOURS,
    )
    clock.move_to(MONDAY.replace(hour=20))
    line(loft, 1, "Hello?")
    assert Pigeon.sent == [("zoe", "Hi.\n\nClosed until on Wednesday at 9:00.")]


def test_each_is_greeted_in_the_language_they_write_or_their_app_reports_and_the_reason_is_kept(
    connect: Callable[..., Account], clock: Clock
) -> None:
    loft = connect(greet="yes", tell_hours="yes", **HOURS)
    clock.move_to(MONDAY.replace(hour=20))
    line(loft, 1, "Здравствуйте, мой заказ до сих пор не пришёл", who="ivan")
    line(loft, 2, "/start", who="ana", language="pt-br")
    line(loft, 3, "ok", who="max")
    said = {row.deliveries.get().recipient: row for row in Message.objects.filter(automatic=True)}
    assert "Сейчас никого нет на месте; мы вернёмся во вторник в 9:00." in said["ivan"].text
    assert said["ana"].text.startswith("Olá Zoe,\n\nAgradecemos por nos escrever.")
    assert "voltamos na terça-feira às 9:00" in said["ana"].text
    assert said["max"].text.startswith("Hello Zoe,")
    reasons = [said[who].reason for who in ("ivan", "ana", "max")]
    assert all(reason.startswith("They write for the first time. Nobody is here just now. In ") for reason in reasons)
    assert "In Russian, as they write (" in reasons[0]
    assert "In Portuguese, as their app or mail program says." in reasons[1]
    assert "In English, the account's language: they wrote too little to tell theirs." in reasons[2]


def test_automatic_answers_are_capped(connect: Callable[..., Account], clock: Clock) -> None:
    hours = read_week("Mon 09:00-10:00, Mon 10:10-10:20, Mon 10:30-10:31")
    loft = connect(tell_hours="yes", hours=hours, time_zone="UTC")
    for minute in (5, 25, 35):  # three stretches without anybody within an hour
        clock.move_to(MONDAY.replace(minute=minute))
        line(loft, minute, f"minute {minute}")
    assert len(Pigeon.sent) == 2


def test_a_rebuild_asks_no_clock_and_says_nothing_again(
    transactional_db: None, connect: Callable[..., Account], clock: Clock, ben: Agent
) -> None:
    loft = connect(greet="yes")
    ticket = line(loft, 1, "My order?").ticket
    line(loft, 2, "It is late")
    set_status(ticket, State.SOLVED, ben)
    clock.shift(timedelta(days=8))
    line(loft, 3, "A new question")
    sent = list(Pigeon.sent)
    assert rebuilt_differences() == []
    assert Pigeon.sent == sent
    assert Entry.objects.filter(fields__has_key="burst").count() == 1


@pytest.mark.django_db
def test_what_makes_no_sense_in_a_config_counts_as_not_set() -> None:
    odd = {"reopen_days": "soon", "burst_seconds": "-1"}
    rules = rules_of(Account(channel="pigeon", config=odd, hours="whenever", days_off=["never"], time_zone="Moon"))
    assert (rules.reopens_for.days, rules.burst.seconds, is_open(rules.hours, MONDAY)) == (7, 90, True)


def test_who_lays_down_no_hours_keeps_those_of_the_mailbox(connect: Callable[..., Account]) -> None:
    loft = connect(time_zone="Asia/Tokyo")
    home = loft.home
    home.hours, home.time_zone = read_week("Mon 09:00-10:00"), "UTC"
    assert (loft.opening_hours.week, str(loft.opening_hours.zone)) == (home.opening_hours.week, "Asia/Tokyo")
    loft.hours = read_week("Mon-Sun 00:00-24:00")
    assert is_open(loft.opening_hours, MONDAY.replace(hour=3))


def test_nothing_more_is_said_by_itself_to_an_account_that_is_cut_off(connect: Callable[..., Account]) -> None:
    loft = connect(greet="yes")
    Account.objects.filter(pk=loft.pk).update(health="cut_off")
    line(loft, 1, "Hello?")
    assert not Delivery.objects.exists()


def test_a_line_and_the_word_that_ours_did_not_arrive_take_effect_in_the_order_in_which_they_came(
    transactional_db: None, connect: Callable[..., Account], ben: Agent
) -> None:
    loft = connect()
    ticket = line(loft, 1, "My order?").ticket
    ours = reply(ticket, "It is on its way", ben)
    settle()
    set_status(ticket, State.WAITING, ben)
    for told in (
        {"id": "2", "text": "The pigeon came back", "failed": ours.message_id},
        {"id": "3", "text": "Hello?"},
    ):
        accept(loft, json.dumps({"who": "zoe", **told}).encode(), source="webhook")
    process_all()
    settle()
    assert ours.deliveries.get().state == "failed"
    reopened = ticket.events.filter(kind="state", data__to=State.OPEN).order_by("pk")
    assert [(event.entry.kind, event.data["from"]) for event in reopened] == [("receipt", State.WAITING)]
    assert rebuilt_differences() == []


def test_a_conversation_is_called_by_its_first_words_that_tell_anything(
    transactional_db: None, connect: Callable[..., Account]
) -> None:
    loft = connect()
    ticket = line(loft, 1, "Hi!").ticket
    assert (ticket.subject, ticket.snippet) == ("", "Hi!")  # lists show what was said last until there is a name
    named = line(loft, 2, "My lamp is broken").ticket
    assert (named, named.subject) == (ticket, "My lamp is broken")
    assert line(loft, 3, "It does not even flicker").ticket.subject == "My lamp is broken"
    assert line(loft, 4, "我的灯坏了", who="mei").ticket.subject == "我的灯坏了"
    assert line(loft, 5, "Order 20418", who="max").ticket.subject == "Order 20418"
    assert rebuilt_differences() == []
