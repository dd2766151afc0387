"""Ann on Telegram writes, an agent answers in the helpdesk, and it reaches her once: over real HTTP, end to end."""

import time
from collections.abc import Callable

import pytest
from django.core.management import call_command
from django.test import Client

from bridges.telegram.fake import FakeTelegram
from tests.bridges.telegram.out.test_out import png
from tests.flows.desk import rebuilt_differences, settle
from tickets.actions.accounts import add_account
from tickets.actions.change import set_status
from tickets.actions.deliver import deliver_due
from tickets.actions.delivered import retry_delivery
from tickets.actions.reply import NoRoute, recipients, reply
from tickets.channels import open_channel
from tickets.inbox.process import process_all
from tickets.mime.build import File
from tickets.models import Account, Address, Agent, Delivery, InboxItem, Reaction, State, Ticket
from tickets.record import read
from tickets.record.append import append_all
from tickets.record.config import write_config

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.flows]
Polling = Callable[[Callable[[], bool]], None]
ANN = 42


def arrived(count: int) -> Callable[[], bool]:
    return lambda: InboxItem.objects.count() >= count


@pytest.fixture
def ticket(bot: Account, telegram: FakeTelegram, poll_until: Polling) -> Ticket:
    """Ann has asked."""
    telegram.write(ANN, "Where is my order?", name="Ann Lee")
    poll_until(arrived(1))
    process_all()
    return Ticket.objects.get()


def answer(ticket: Ticket, text: str, agent: Agent, **more: object) -> Delivery:
    message = reply(ticket, text, agent, **more)  # type: ignore[arg-type]
    settle()
    return message.deliveries.get()


def test_a_bot_is_connected_by_its_token_alone(support: Account, telegram: FakeTelegram) -> None:
    words = ["--name", "Shop bot", "--token", telegram.token, "--api-url", telegram.url]
    call_command("account", "add", "telegram", *words)
    account = Account.objects.get(channel="telegram")
    assert (account.address, account.mailbox, account.health) == ("help_bot", support, "working")
    assert "token" not in str(account.config)


def test_the_bots_name_and_picture_come_back_as_proof(
    support: Account, telegram: FakeTelegram, ann: Agent, client: Client
) -> None:
    telegram.picture = picture = png(160, 160)
    account = add_account("telegram", "Shop bot", "shop bot", {"api_url": telegram.url}, {"token": telegram.token})
    open_channel(account).connect()
    client.force_login(ann)
    address = f"/accounts/{account.public_id}/picture"
    shown = client.get(address)
    assert (shown.content, shown["Content-Type"], shown["X-Content-Type-Options"]) == (picture, "image/png", "nosniff")
    page = client.get(f"/accounts/{account.public_id}/").content.decode()
    assert address in page
    assert address in client.get("/accounts/").content.decode()
    telegram.picture = b""
    telegram.plan("getUserProfilePhotos", 500, "Internal Server Error")
    open_channel(account).connect()  # a bot works without a picture
    assert client.get(address).status_code == 404
    assert address not in client.get(f"/accounts/{account.public_id}/").content.decode()


def test_a_wrong_token_is_said_so(support: Account, telegram: FakeTelegram, capsys: pytest.CaptureFixture[str]) -> None:
    call_command("account", "add", "telegram", "--name", "Shop", "--token", "1:wrong", "--api-url", telegram.url)
    account = Account.objects.get(channel="telegram")
    assert account.health == "degraded"
    assert "Unauthorized" in account.health_reason


def test_what_ann_writes_becomes_a_ticket_and_the_answer_reaches_her_once(
    ticket: Ticket, ben: Agent, telegram: FakeTelegram
) -> None:
    assert (ticket.channel, ticket.subject, ticket.contact.name) == ("telegram", "Where is my order?", "Ann Lee")
    assert recipients(ticket) == ([], [])
    assert ticket.messages.get().verified == "pass"
    delivery = answer(ticket, "On its way.", ben)
    settle()
    assert [(sent["chat"]["id"], sent["text"]) for sent in telegram.sent] == [(ANN, "On its way.")]
    assert (delivery.state, delivery.remote_ids) == ("sent", [str(telegram.sent[0]["message_id"])])
    ticket.refresh_from_db()
    assert ticket.state == State.WAITING


def test_the_message_in_the_record_is_a_mail_with_the_payload(ticket: Ticket) -> None:
    append_all()
    message = ticket.messages.get()
    mail = read.original(message.entry).decode()
    assert 'From: "Ann Lee" <42@help_bot.telegram.invalid>' in mail or "From: Ann Lee <42@help_bot" in mail
    assert "Message-ID: <42.1@help_bot.telegram.invalid>" in mail
    assert [file.content_type for file in message.attachments.all()] == ["application/json"]


def test_a_quoted_answer_of_ours_joins_its_ticket_even_when_that_is_solved(
    ticket: Ticket, bot: Account, ben: Agent, telegram: FakeTelegram, poll_until: Polling
) -> None:
    delivery = answer(ticket, "On its way.", ben)
    set_status(ticket, State.SOLVED, ben)
    quoted = {"message_id": int(delivery.remote_ids[0]), "text": "On its way."}
    telegram.write(ANN, "Still nothing!", name="Ann Lee", reply_to_message=quoted)
    poll_until(arrived(2))
    process_all()
    [_first, second] = ticket.messages.filter(direction="in").order_by("pk")
    assert "answers a message of this ticket" in second.reason
    assert second.reply == "Still nothing!"
    ticket.refresh_from_db()
    assert ticket.state == State.OPEN


def test_the_next_line_joins_the_open_conversation_in_order(
    ticket: Ticket, telegram: FakeTelegram, poll_until: Polling
) -> None:
    for number in range(30):
        telegram.write(ANN, f"line {number}", name="Ann Lee")
    poll_until(arrived(31))
    process_all()
    lines = list(ticket.messages.order_by("pk").values_list("text", flat=True))[1:]
    assert lines == [f"line {number}" for number in range(30)]


def test_answers_keep_their_order_when_the_first_has_to_wait(
    ticket: Ticket, ben: Agent, telegram: FakeTelegram
) -> None:
    telegram.plan("sendMessage", 429, "Too Many Requests: retry after 1", retry_after=1)
    first = answer(ticket, "one", ben)
    second = answer(ticket, "two", ben)
    assert (first.state, first.reason, second.state) == ("queued", "Too Many Requests: retry after 1", "queued")
    waited = time.monotonic() + 10
    while len(telegram.sent) < 2 and time.monotonic() < waited:
        time.sleep(0.1)
        settle()
    assert [sent["text"] for sent in telegram.sent] == ["one", "two"]


def test_a_customer_who_blocked_the_bot_is_told_of_in_the_vendors_words(
    ticket: Ticket, ben: Agent, telegram: FakeTelegram
) -> None:
    telegram.blocked.add(str(ANN))
    delivery = answer(ticket, "Hello?", ben)
    assert (delivery.state, delivery.reason) == ("failed", "Forbidden: bot was blocked by the user")
    ticket.refresh_from_db()
    assert ticket.state == State.OPEN
    assert not Address.objects.get(channel="telegram").reachable
    with pytest.raises(NoRoute, match="blocked by the user"):
        reply(ticket, "Hello??", ben)


def test_blocking_is_seen_at_once_and_forgotten_when_she_is_back(
    ticket: Ticket, ben: Agent, telegram: FakeTelegram, poll_until: Polling
) -> None:
    set_status(ticket, State.SOLVED, ben)
    telegram.block(ANN, "Ann Lee")
    poll_until(arrived(2))
    process_all()
    address = Address.objects.get(channel="telegram")
    assert (address.reachable, "Blocked the bot" in address.unreachable_reason) == (False, True)
    ticket.refresh_from_db()
    assert (ticket.state, ticket.messages.count()) == (State.SOLVED, 2)
    telegram.block(ANN, "Ann Lee", status="member")
    telegram.write(ANN, "Sorry!", name="Ann Lee")
    poll_until(arrived(4))
    process_all()
    address.refresh_from_db()
    assert address.reachable


def test_an_answer_that_telegram_never_confirmed_is_uncertain_and_not_repeated(
    ticket: Ticket, ben: Agent, telegram: FakeTelegram
) -> None:
    telegram.plan_silence("sendMessage")
    delivery = answer(ticket, "Only once.", ben)
    settle()
    assert delivery.state == "uncertain"
    assert len(telegram.sent) == 1


def test_a_long_answer_goes_in_parts_and_a_retry_begins_at_the_first_unsent(
    ticket: Ticket, ben: Agent, telegram: FakeTelegram
) -> None:
    text = "\n\n".join(f"{number} " + "word " * 700 for number in range(3))
    telegram.plans.clear()
    message = reply(ticket, text, ben)
    append_all()
    telegram.plan_silence("sendMessage")  # part 1 goes out, and so does the first try of part 2
    deliver_due()
    delivery = message.deliveries.get()
    assert delivery.state == "uncertain"
    retry_delivery(delivery, ben)
    telegram.plan("sendDocument", 500, "Internal Server Error")
    settle()
    delivery.refresh_from_db()
    assert (delivery.state, delivery.parts_sent, len(delivery.remote_ids)) == ("sent", 3, 3)


def test_a_refusal_half_way_is_no_success(ticket: Ticket, ben: Agent, telegram: FakeTelegram) -> None:
    files = [File("plan.pdf", "application/pdf", b"%PDF-1.4")]
    telegram.plan("sendDocument", 400, "Bad Request: file must be non-empty")
    delivery = answer(ticket, "See the file. " * 80, ben, files=files)
    assert (delivery.state, delivery.parts_sent, len(delivery.remote_ids)) == ("failed", 1, 1)
    retry_delivery(delivery, ben)
    settle()
    delivery.refresh_from_db()
    assert delivery.state == "sent"
    assert ["text" in sent for sent in telegram.sent] == [True, False]
    assert telegram.files[telegram.sent[1]["document"]["file_id"]] == b"%PDF-1.4"


def test_an_answer_quotes_what_it_answers(ticket: Ticket, ben: Agent, telegram: FakeTelegram) -> None:
    answer(ticket, "Yes.", ben)
    assert (
        '"message_id": 1' in telegram.sent[0]["reply_parameters"]
        or '"message_id":1' in telegram.sent[0]["reply_parameters"]
    )


def test_a_chat_that_moved_is_followed(ticket: Ticket, ben: Agent, telegram: FakeTelegram) -> None:
    telegram.migrate(ANN, -1001234567890)
    delivery = answer(ticket, "Here too?", ben)
    assert delivery.state == "sent"
    assert telegram.sent[0]["chat"]["id"] == -1001234567890


def test_a_revoked_token_cuts_the_account_off_and_a_new_one_sends_what_waits(
    ticket: Ticket, bot: Account, ben: Agent, telegram: FakeTelegram
) -> None:
    telegram.is_revoked = True
    delivery = answer(ticket, "Patience.", ben)
    bot.refresh_from_db()
    assert (bot.health, delivery.state, telegram.sent) == ("cut_off", "queued", [])
    telegram.is_revoked = False
    assert open_channel(bot).probe().health == "working"
    Account.objects.filter(pk=bot.pk).update(health="working")
    Delivery.objects.update(due_at=delivery.at)
    settle()
    assert [sent["text"] for sent in telegram.sent] == ["Patience."]


def test_the_record_alone_gives_it_all_back(
    ticket: Ticket, ben: Agent, telegram: FakeTelegram, poll_until: Polling
) -> None:
    answer(ticket, "On its way.", ben)
    telegram.block(ANN, "Ann Lee")
    telegram.push({"message_reaction": {"chat": {"id": ANN, "type": "private"}, "message_id": 2, "date": 1790000000,
                   "user": {"id": ANN, "first_name": "Ann Lee"}, "old_reaction": [],
                   "new_reaction": [{"type": "emoji", "emoji": "👍"}]}})  # fmt: skip
    poll_until(arrived(3))
    process_all()
    assert Reaction.objects.get().emoji == "👍"
    write_config()
    assert rebuilt_differences() == []


def test_a_bot_is_connected_in_the_browser_and_its_token_renewed_in_place(
    support: Account, telegram: FakeTelegram, ann: Agent, client: Client
) -> None:
    client.force_login(ann)
    page = "/accounts/add/?channel=telegram"
    given = {
        "key": "k1",
        "name": "Shop",
        "language": "en",
        "set_token": "1:old",
        "set_api_url": telegram.url,
        "set_receive": "polling",
    }
    client.post(page, given)
    account = Account.objects.get(channel="telegram")
    assert (account.health, "Unauthorized" in account.health_reason) == ("degraded", True)
    given |= {"key": "k2", "set_token": telegram.token}
    client.post(f"/accounts/{account.public_id}/", given)
    account.refresh_from_db()
    assert (account.address, account.mailbox, account.health) == ("help_bot", support, "working")


def test_a_group_is_one_conversation_and_the_answer_goes_to_the_group(
    bot: Account, ben: Agent, telegram: FakeTelegram, poll_until: Polling
) -> None:
    group = {"chat": {"id": -1007, "type": "supergroup", "title": "Allotments"}}
    telegram.write(1, "Who waters?", name="Ann", **group)
    telegram.write(2, "Me.", name="Bo", **group)
    poll_until(arrived(2))
    process_all()
    ticket = Ticket.objects.get()
    assert (ticket.contact.name, ticket.messages.count()) == ("Allotments", 2)
    assert list(ticket.messages.order_by("pk").values_list("from_name", flat=True)) == ["Ann", "Bo"]
    answer(ticket, "Thanks!", ben)
    assert telegram.sent[0]["chat"]["id"] == -1007
