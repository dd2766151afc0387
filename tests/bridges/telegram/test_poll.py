"""The poll loses nothing and doubles nothing: another poller, ids that start anew, an offset that confirms nothing, a dead disk."""

import json
import threading
import time
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection

from bridges.telegram import api, poll
from bridges.telegram.fake import FakeTelegram
from bridges.telegram.health import keep
from bridges.telegram.updates import as_bytes, key
from tickets.actions.deliver import watch
from tickets.channels import open_channel
from tickets.inbox.process import process_all
from tickets.models import Account, InboxItem, Message

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.database]
Polling = Callable[[Callable[[], bool]], None]


def arrived(count: int) -> Callable[[], bool]:
    return lambda: InboxItem.objects.count() >= count


def polls(telegram: FakeTelegram) -> int:
    return sum(method == "getupdates" for method, _given in telegram.calls)


def test_an_update_is_stored_before_the_next_offset_confirms_it(
    bot: Account, telegram: FakeTelegram, monkeypatch: pytest.MonkeyPatch
) -> None:
    telegram.write(42, "hello")
    monkeypatch.setattr(poll, "accept_many", broken_disk)
    with pytest.raises(OSError, match="disk"):
        open_channel(bot).poll(lambda: False)
    bot.refresh_from_db()
    assert "offset" not in bot.state
    assert len(telegram.updates) == 1


def broken_disk(arrivals: Any) -> list[bool]:
    raise OSError("the disk is full")


def test_what_is_fetched_twice_is_one_message(bot: Account, telegram: FakeTelegram, poll_until: Polling) -> None:
    telegram.write(42, "hello")
    [update] = list(telegram.updates)
    poll_until(arrived(1))
    telegram.updates.append(update)
    Account.objects.filter(pk=bot.pk).update(state={})
    poll_until(lambda: InboxItem.objects.get().seen_count >= 2)
    process_all()
    assert Message.objects.count() == 1


def test_ids_that_start_anew_are_new_messages_and_the_queue_empties(
    bot: Account, telegram: FakeTelegram, poll_until: Polling
) -> None:
    telegram.next_update = 900_000
    telegram.write(42, "before a quiet week")
    poll_until(arrived(1))
    telegram.next_update = 17
    telegram.write(42, "after it")
    telegram.write(42, "and more")
    poll_until(arrived(3))
    poll_until(lambda: not telegram.updates)
    before = polls(telegram)
    time.sleep(1)
    assert polls(telegram) <= before + 1


def test_an_offset_far_above_the_queue_does_not_poll_in_a_hot_loop(
    bot: Account, telegram: FakeTelegram, poll_until: Polling
) -> None:
    Account.objects.filter(pk=bot.pk).update(state={"offset": 5_000_000})
    for number in range(3):
        telegram.write(42, f"line {number}")
    poll_until(lambda: InboxItem.objects.count() >= 3 and not telegram.updates)
    assert polls(telegram) < 10


def test_a_reused_id_with_another_content_is_not_lost(
    bot: Account, telegram: FakeTelegram, poll_until: Polling
) -> None:
    for number, first_id in enumerate([17, 900_000, 17]):
        telegram.next_update = first_id
        telegram.write(42, f"line {number}")
        poll_until(arrived(number + 1))


def test_a_second_poller_degrades_the_account_and_it_recovers(
    bot: Account, telegram: FakeTelegram, poll_until: Polling, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(poll, "SECOND_POLLER_PAUSE", 0.5)

    def other() -> None:
        while not telegram.pollers:
            time.sleep(0.05)
        time.sleep(0.3)
        api.call(telegram.token, telegram.url + "/", lambda client: client.get_me())
        stranger = {"offset": 1, "timeout": 1}
        api.call(telegram.token, telegram.url.replace("127.0.0.1", "localhost"), fetch(stranger))

    thread = threading.Thread(target=other, daemon=True)
    thread.start()
    seen: list[str] = []

    def degraded_then_working() -> bool:
        account = Account.objects.get(pk=bot.pk)
        if account.health == "degraded":
            seen.append(account.health_reason)
            if len(seen) == 1:
                telegram.write(42, "still here")
        return bool(seen) and account.health == "working"

    poll_until(degraded_then_working)
    thread.join(5)
    assert "only one bot instance" in open_channel(Account.objects.get(pk=bot.pk)).probe().reason
    assert "only one bot instance" in seen[0]
    assert InboxItem.objects.count() == 1


def fetch(given: dict[str, Any]) -> Any:
    async def run(client: Any) -> Any:
        return await client.do_api_request("getUpdates", api_kwargs=given)

    return run


def test_a_webhook_of_somebody_else_is_named(bot: Account, telegram: FakeTelegram, poll_until: Polling) -> None:
    telegram.webhook = {"url": "https://elsewhere.example/"}
    poll_until(lambda: Account.objects.get(pk=bot.pk).health == "degraded")
    assert "webhook" in Account.objects.get(pk=bot.pk).health_reason
    assert open_channel(bot).probe().health == "degraded"
    open_channel(bot).connect()
    assert telegram.webhook == {}


def test_a_refused_token_cuts_off_and_an_unreachable_server_does_not(
    bot: Account, telegram: FakeTelegram, poll_until: Polling
) -> None:
    telegram.plan("getUpdates", 502, "Bad Gateway")
    telegram.write(42, "hello")
    poll_until(arrived(1))
    assert Account.objects.get(pk=bot.pk).health == "working"
    telegram.is_revoked = True
    telegram.write(42, "hello?")
    poll_until(lambda: Account.objects.get(pk=bot.pk).health == "cut_off")
    assert "Unauthorized" in Account.objects.get(pk=bot.pk).health_reason


def test_a_poll_stops_within_a_second(bot: Account, telegram: FakeTelegram) -> None:
    stop = threading.Event()

    def run() -> None:
        open_channel(bot).poll(stop.is_set)
        connection.close()

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    while not telegram.pollers:
        time.sleep(0.05)
    stop.set()
    thread.join(3)
    assert not thread.is_alive()


HOUR = 3600


def test_nobody_polled_for_twelve_hours_is_said_while_nothing_is_lost_yet(
    bot: Account, poll_until: Polling, telegram: FakeTelegram
) -> None:
    keep(bot, polled=time.time() - 11 * HOUR)
    watch()
    assert Account.objects.get(pk=bot.pk).health == "working"
    keep(bot, polled=time.time() - 13 * HOUR)
    watch()
    bot.refresh_from_db()
    assert (bot.health, "24 hours only" in bot.health_reason) == ("degraded", True)
    assert "Nothing was fetched" in open_channel(bot).probe().reason
    telegram.write(42, "hello")
    poll_until(arrived(1))
    poll_until(lambda: Account.objects.get(pk=bot.pk).health == "working")


def test_after_more_than_a_day_it_is_said_what_is_lost(
    bot: Account, poll_until: Polling, telegram: FakeTelegram
) -> None:
    keep(bot, polled=time.time() - 30 * HOUR)
    telegram.write(42, "too old")
    telegram.expire(time.time() + 25 * HOUR)
    telegram.write(42, "young enough")
    poll_until(lambda: Account.objects.get(pk=bot.pk).health == "degraded")
    assert "is lost" in Account.objects.get(pk=bot.pk).health_reason
    assert InboxItem.objects.count() == 1


def test_what_others_keep_with_the_account_is_not_overwritten_by_the_poll(bot: Account, telegram: FakeTelegram) -> None:
    stale = Account.objects.get(pk=bot.pk)
    keep(bot, refused={"count": 3})
    telegram.write(42, "hello")
    poll.take(stale, telegram.updates)
    assert Account.objects.get(pk=bot.pk).state["refused"] == {"count": 3}


def test_a_push_and_a_poll_of_the_same_update_have_one_key() -> None:
    update = {"update_id": 5, "message": {"text": "häh 🙂", "message_id": 1}}
    pushed = json.dumps(update, ensure_ascii=False, indent=1).encode()
    assert key(json.loads(pushed)) == key(json.loads(as_bytes(update)))
