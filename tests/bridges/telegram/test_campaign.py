"""Asking many: the right people, once each, with the words that were shown; it ends by itself when something speaks against it."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from bridges.telegram.fake import FakeTelegram
from tests.flows.desk import rebuilt_differences, settle
from tickets.actions import campaign
from tickets.actions.accounts import change_account
from tickets.actions.ask import decline, hold_back
from tickets.actions.change import NotAllowed
from tickets.actions.reply import reply
from tickets.inbox.process import process_all
from tickets.models import Account, Agent, Campaign, Contact, ContactEvent, InboxItem, Message, Ticket
from tickets.outbox import pace
from tickets.record.config import write_config

pytestmark = [pytest.mark.django_db(transaction=True)]
Polling = Callable[[Callable[[], bool]], None]
NAMES = ("Ada", "Bo", "Cy", "Di", "Eve")
QUESTION = "ever fails us, where may we answer you?"


@pytest.fixture(autouse=True)
def any_pace_of_asking(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pace, "take", lambda *_limits: 0)


@pytest.fixture
def five(bot: Account, telegram: FakeTelegram, poll_until: Polling, ben: Agent) -> dict[str, Ticket]:
    """Five people were answered by Ben, and their account asks nobody by itself."""
    for number, name in enumerate(NAMES):
        telegram.write(100 + number, f"Hello from {name}", name=name)
    poll_until(lambda: InboxItem.objects.filter(account=bot).count() >= len(NAMES))
    process_all()
    tickets = {ticket.contact.name: ticket for ticket in Ticket.objects.select_related("contact", "mailbox")}
    for ticket in tickets.values():
        reply(ticket, "Thank you.", ben)
    settle()
    telegram.sent.clear()
    Message.objects.filter(direction="in").update(at=timezone.now() - timedelta(minutes=10))  # no burst is under way
    return tickets


def carry_on(rounds: int = 8) -> None:
    for _ in range(rounds):
        Campaign.objects.filter(ended_at=None).update(next_at=timezone.now() - timedelta(seconds=1))
        campaign.carry_on()
        settle()


def asked(telegram: FakeTelegram) -> list[str]:
    return sorted(NAMES[int(sent["chat"]["id"]) - 100] for sent in telegram.sent if QUESTION in sent["text"])


@pytest.mark.database
def test_everybody_without_another_way_is_asked_once_and_it_ends_by_itself(
    five: dict[str, Ticket], bot: Account, telegram: FakeTelegram, ann: Agent
) -> None:
    five["Ada"].contact.addresses.create(channel="email", address="ada@home.example", proven=True)
    decline(five["Bo"].contact)
    hold_back(five["Cy"], ann)

    campaign.start(bot, ann)
    carry_on()

    assert asked(telegram) == ["Di", "Eve"]
    over = Campaign.objects.get()
    assert over.ended_at
    assert over.ended_why == "Everybody who may be asked was asked."
    assert campaign.progress_of(over) == campaign.Progress(asked=2, proved=0, declined=0, failed=0)
    campaign.start(bot, ann)
    carry_on()
    assert asked(telegram) == ["Di", "Eve"]  # not again within 90 days


@pytest.mark.database
def test_the_record_tells_all_of_it(bot: Account, telegram: FakeTelegram, poll_until: Polling, ann: Agent) -> None:
    change_account(bot, ann, config=bot.config | {"burst_seconds": "0"})
    for number, name in enumerate(NAMES[:2]):
        telegram.write(100 + number, f"Hello from {name}", name=name)
    poll_until(lambda: InboxItem.objects.filter(account=bot).count() >= 2)
    process_all()
    for ticket in Ticket.objects.all():
        reply(ticket, "Thank you.", ann)
    settle()
    campaign.start(bot, ann)
    carry_on()
    assert asked(telegram) == ["Ada", "Bo"]
    campaign.start(bot, ann)
    campaign.stop(Campaign.objects.latest("pk"), ann)
    settle()
    write_config()
    assert rebuilt_differences() == []


def test_who_was_never_answered_or_wrote_long_ago_is_not_asked(
    five: dict[str, Ticket], bot: Account, telegram: FakeTelegram, ann: Agent
) -> None:
    Ticket.objects.filter(pk=five["Ada"].pk).update(first_answer_at=None)
    Ticket.objects.filter(pk=five["Bo"].pk).update(state="solved", last_message_at=timezone.now() - timedelta(days=40))
    found = campaign.preview(bot)
    assert (found.people, found.lately, found.unanswered) == (3, 4, 1)
    campaign.start(bot, ann)
    carry_on()
    assert asked(telegram) == ["Cy", "Di", "Eve"]


def test_nobody_is_asked_outside_of_the_vendors_window_or_amid_a_burst(
    five: dict[str, Ticket], bot: Account, telegram: FakeTelegram, ann: Agent, monkeypatch: pytest.MonkeyPatch
) -> None:
    campaign.start(bot, ann)
    Campaign.objects.update(next_at=timezone.now() - timedelta(seconds=1))
    five["Ada"].messages.filter(direction="in").update(at=timezone.now())
    window = timedelta(minutes=5)
    monkeypatch.setattr("bridges.telegram.channel.Telegram.closes", lambda _self, last_in: last_in + window)
    carry_on()
    assert asked(telegram) == []
    assert Campaign.objects.get().ended_at


def test_it_stops_at_the_first_refusal_that_is_about_more_than_one_person(
    five: dict[str, Ticket], bot: Account, telegram: FakeTelegram, ann: Agent
) -> None:
    campaign.start(bot, ann)
    telegram.plan("sendMessage", 400, "Bad Request: message is spam")
    Campaign.objects.update(next_at=timezone.now() - timedelta(seconds=1))
    carry_on()
    over = Campaign.objects.get()
    assert over.ended_why == "It was refused: Bad Request: message is spam"
    assert len(asked(telegram)) < len(NAMES)


def test_one_who_blocks_us_ends_nothing_and_three_do(
    five: dict[str, Ticket], bot: Account, telegram: FakeTelegram, ann: Agent
) -> None:
    telegram.blocked |= {"100", "101", "102"}
    campaign.start(bot, ann)
    carry_on()
    assert "blocked" in Campaign.objects.get().ended_why
    assert campaign.preview(bot).asked == len(asked(telegram))  # what was refused nobody has heard


def test_it_ends_when_its_account_fails_and_does_not_begin_then(
    five: dict[str, Ticket], bot: Account, telegram: FakeTelegram, ann: Agent
) -> None:
    campaign.start(bot, ann)
    Account.objects.filter(pk=bot.pk).update(stopped_at=timezone.now())
    carry_on(1)
    assert Campaign.objects.get().ended_why.startswith("Nothing is sent by Shop bot")
    assert asked(telegram) == []
    with pytest.raises(NotAllowed, match="Nothing is sent"):
        campaign.start(bot, ann)


def test_a_person_sees_it_before_starts_it_and_stops_it(
    five: dict[str, Ticket], bot: Account, telegram: FakeTelegram, ann: Agent, client: Client
) -> None:
    client.force_login(ann)
    page = client.get(f"/reach/{bot.public_id}/ask/").content.decode()
    assert "5 people would be asked" in page
    assert QUESTION in page
    client.post(f"/reach/{bot.public_id}/ask/begin/", {"key": "begin"})
    client.post(f"/reach/{bot.public_id}/ask/begin/", {"key": "begin"})
    assert Campaign.objects.count() == 1
    shown = client.post(f"/reach/{bot.public_id}/ask/stop/", {"key": "end"}, follow=True).content.decode()
    assert "Somebody stopped it." in shown
    carry_on()
    assert asked(telegram) == []


def test_at_night_nobody_is_asked(five: dict[str, Ticket], bot: Account, telegram: FakeTelegram, ann: Agent) -> None:
    today = timezone.localdate()
    off = [{"day": (today + timedelta(days=ahead)).isoformat(), "name": ""} for ahead in (-1, 0, 1)]
    change_account(bot, ann, days_off=off)
    campaign.start(bot, ann)
    carry_on()
    running = Campaign.objects.get()
    assert running.ended_at is None
    assert running.next_at
    assert running.next_at > timezone.now()
    assert asked(telegram) == []


def test_the_question_after_an_answer_and_the_one_of_a_campaign_are_one(
    five: dict[str, Ticket], bot: Account, telegram: FakeTelegram, ann: Agent, ben: Agent
) -> None:
    config = bot.config | {"ask_address": "after_answer", "burst_seconds": "0"}
    change_account(bot, ann, config=config)
    campaign.start(bot, ann)
    reply(five["Ada"], "One more thing.", ben)
    carry_on()
    assert asked(telegram).count("Ada") == 1
    assert ContactEvent.objects.filter(contact=Contact.objects.get(name="Ada"), kind="asked").count() == 1
