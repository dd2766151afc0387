"""A token that was renewed is put in place of the old one: same bot, same account, same conversations; each answer goes out once."""

from collections.abc import Callable

import pytest
from django.core.management import CommandError, call_command
from django.test import Client

from bridges.telegram.fake import FakeTelegram
from tests.flows.desk import rebuilt_differences, settle
from tickets.actions.configuration import log_of
from tickets.actions.connect import check
from tickets.actions.reply import reply
from tickets.inbox.process import process_all
from tickets.models import Account, Agent, Delivery, InboxItem, Ticket

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.flows]
Polling = Callable[[Callable[[], bool]], None]
ANN = 42
RENEWED = "123456:AAF-renewed-token-of-nobody"
STRANGERS = "777:AAF-token-of-another-bot"


@pytest.fixture
def ticket(bot: Account, telegram: FakeTelegram, poll_until: Polling) -> Ticket:
    """Ann has asked."""
    telegram.write(ANN, "Where is my order?", name="Ann Lee")
    poll_until(lambda: InboxItem.objects.exists())
    process_all()
    return Ticket.objects.get()


@pytest.fixture
def waiting(ticket: Ticket, telegram: FakeTelegram, ben: Agent) -> list[Delivery]:
    """The token was revoked, and two answers wait."""
    telegram.is_revoked = True
    for text in ("On its way.", "It comes tomorrow."):
        reply(ticket, text, ben)
    settle()
    assert Account.objects.get(channel="telegram").health == "cut_off"
    found = list(Delivery.objects.order_by("pk"))
    assert [delivery.state for delivery in found] == ["queued", "queued"]
    return found


def renew(telegram: FakeTelegram) -> None:
    """The owner of the bot has had a new token made."""
    telegram.token, telegram.is_revoked = RENEWED, False


def went_out(telegram: FakeTelegram) -> list[tuple[int, str]]:
    settle()
    settle()
    return [(sent["chat"]["id"], sent["text"]) for sent in telegram.sent]


def test_what_waited_for_a_new_token_goes_out_once_when_it_is_added_by_command(
    waiting: list[Delivery], bot: Account, ticket: Ticket, telegram: FakeTelegram, poll_until: Polling
) -> None:
    renew(telegram)
    call_command("account", "add", "telegram", "--name", "Again", "--token", RENEWED, "--api-url", telegram.url)
    account = Account.objects.get(channel="telegram")
    assert (account.pk, account.name, account.health) == (bot.pk, "Shop bot", "working")
    assert went_out(telegram) == [(ANN, "On its way."), (ANN, "It comes tomorrow.")]
    assert set(Delivery.objects.values_list("state", flat=True)) == {"sent"}
    telegram.write(ANN, "Thank you!", name="Ann Lee")
    poll_until(lambda: InboxItem.objects.count() == 2)
    process_all()
    assert [message.text for message in ticket.messages.filter(direction="in").order_by("pk")][1:] == ["Thank you!"]
    assert rebuilt_differences() == []


def test_a_new_token_is_put_in_place_on_the_screen(
    waiting: list[Delivery], bot: Account, telegram: FakeTelegram, client: Client, ben: Agent
) -> None:
    ben.role = "administrator"
    ben.save()
    client.force_login(ben)
    renew(telegram)
    form = {"name": "Shop bot", "language": "en", "set_token": RENEWED, "set_api_url": telegram.url}
    form |= {"set_receive": "automatic", "set_groups": "ticket", "set_greet": "no", "set_tell_hours": "no"}
    assert client.post(f"/accounts/{bot.public_id}/", form).status_code == 302
    assert went_out(telegram) == [(ANN, "On its way."), (ANN, "It comes tomorrow.")]
    last = log_of(bot).first()
    assert last
    assert last.fields["by_name"] == ben.name
    assert {"name": "token", "before": "", "after": "", "secret": True} in last.fields["changes"]


def test_a_token_of_another_bot_is_refused_and_nothing_is_changed(
    bot: Account, telegram: FakeTelegram, client: Client, ben: Agent
) -> None:
    ben.role = "administrator"
    ben.save()
    client.force_login(ben)
    telegram.token, telegram.username = STRANGERS, "other_bot"
    form = {"name": "Renamed", "language": "en", "set_token": STRANGERS, "set_api_url": telegram.url}
    form |= {"set_receive": "automatic", "set_groups": "ticket", "set_greet": "no", "set_tell_hours": "no"}
    page = client.post(f"/accounts/{bot.public_id}/", form)
    assert "These credentials are of @other_bot, not of Shop bot. Nothing was changed" in page.content.decode()
    bot.refresh_from_db()
    assert (bot.name, bot.secrets["token"]) == ("Shop bot", "123456:AAF-fake-token-of-nobody")


def test_a_token_of_another_bot_makes_an_account_of_its_own(bot: Account, telegram: FakeTelegram) -> None:
    telegram.token, telegram.username = STRANGERS, "other_bot"
    call_command("account", "add", "telegram", "--name", "Other", "--token", STRANGERS, "--api-url", telegram.url)
    assert set(Account.objects.filter(channel="telegram").values_list("name", flat=True)) == {"Shop bot", "Other"}


def test_a_check_of_an_account_that_works_again_sends_what_waits(
    waiting: list[Delivery], bot: Account, telegram: FakeTelegram
) -> None:
    telegram.is_revoked = False
    check(Account.objects.get(pk=bot.pk))
    assert len(went_out(telegram)) == 2


def test_a_token_that_cannot_be_tried_is_not_put_in_place(bot: Account, telegram: FakeTelegram) -> None:
    with pytest.raises(CommandError, match="Unauthorized"):
        call_command("account", "set", "Shop bot", "--set", "token=123456:wrong")
    bot.refresh_from_db()
    assert bot.secrets["token"] == "123456:AAF-fake-token-of-nobody"
