"""Long polling: what came is stored before the next offset confirms it (channels.md §1.2)."""

import time
from collections.abc import Callable, Coroutine
from functools import partial
from typing import Any

from django.utils.translation import gettext as _
from telegram import Bot

from bridges.payload import Object
from bridges.telegram import api
from bridges.telegram.health import conflict, keep, note, note_conflict, note_poll, refused_token, silence
from bridges.telegram.refusals import Refused, is_cut_off
from bridges.telegram.updates import ALLOWED, as_bytes, key, pressed
from tickets.channels import Account, Health
from tickets.inbox.accept import Arrival, accept_many

LONG_POLL = 25  # seconds; Telegram cuts at 50
SECOND_POLLER_PAUSE = 5.0
CUT_OFF_PAUSE = 60.0
LONGEST_PAUSE = 60.0


def poll(account: Account, token: str, url: str, stop: Callable[[], bool]) -> None:
    """Fetch and accept until `stop()`. Raises OSError or DatabaseError when something could not be stored."""
    pause, healthy = 1.0, False
    while not stop():
        try:
            batch = api.call(token, url, _fetch(account.state.get("offset")), stop)
        except Refused as refused:
            healthy = False
            rest = _trouble(account, refused)
            _sleep(rest or pause, stop)
            pause = 1.0 if rest else min(pause * 2, LONGEST_PAUSE)
            continue
        pause = 1.0
        if batch is None:
            continue
        if batch:
            take(account, batch)
            _hear(token, url, batch)
        note_poll(account)
        if not healthy:
            healthy = True
            note(account, Health.DEGRADED if silence(account) else Health.WORKING, silence(account))


def _fetch(offset: int | None) -> Callable[[Bot], Any]:
    async def fetch(bot: Bot) -> Any:
        wanted = {"offset": offset, "timeout": LONG_POLL, "limit": 100, "allowed_updates": ALLOWED}
        given = {name: value for name, value in wanted.items() if value is not None}
        return await bot.do_api_request("getUpdates", api_kwargs=given, read_timeout=LONG_POLL + 10)

    return fetch


def take(account: Account, batch: list[Object]) -> None:
    """Store a batch, then move the cursor: behind the last update of this batch, not behind the highest id ever seen.

    Ids start anew at random after a quiet week, and an offset far above the queue confirms nothing.
    """
    arrivals = [Arrival(account, raw, "poll", key(update)) for update in batch for raw in [as_bytes(update)]]
    accept_many(arrivals)
    keep(account, offset=int(batch[-1]["update_id"]) + 1)


def _hear(token: str, url: str, batch: list[Object]) -> None:
    """Say that pressed buttons were heard: until then the customer's app shows that it waits. What came is stored already."""
    for press in filter(None, map(pressed, batch)):
        api.send_off(token, url, partial(_answer, press))


def _answer(press: str, bot: Bot) -> Coroutine[Any, Any, bool]:
    return bot.answer_callback_query(press)


def _trouble(account: Account, refused: Refused) -> float | None:
    """Note how the account does; return how long to rest, None for a pause that grows."""
    if is_cut_off(refused):
        note(account, Health.CUT_OFF, refused_token(refused.description))
        return CUT_OFF_PAUSE
    if refused.status == 409:
        note_conflict(account, conflict(refused.description))
        note(account, Health.DEGRADED, conflict(refused.description))
        return SECOND_POLLER_PAUSE
    if refused.status == 429:
        return (refused.retry_after or 1.0) + 0.5
    if 400 <= refused.status < 500:
        note(account, Health.DEGRADED, _("Telegram refuses to hand over messages: %s") % refused.description)
        return LONGEST_PAUSE
    return None


def _sleep(seconds: float, stop: Callable[[], bool]) -> None:
    over = time.monotonic() + seconds
    while time.monotonic() < over and not stop():
        time.sleep(min(api.LOOKS_EVERY, seconds))
