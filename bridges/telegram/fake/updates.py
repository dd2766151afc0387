"""How updates reach the bot: long polling, or pushes to a webhook (channels.md §1.2 and §1.3)."""

import json
import random
import re
import threading
import time
from typing import Any
from urllib.error import URLError
from urllib.parse import urlsplit
from urllib.request import Request, urlopen

from bridges.telegram.fake.failures import OTHER_POLLER, WEBHOOK_ACTIVE, WEBHOOK_SET, Failure, Object, Silence, bad
from bridges.telegram.fake.state import State

LONGEST_POLL = 50  # TBA Client.h LONG_POLL_MAX_TIMEOUT
UNUSABLE_OFFSET = 10  # td TQueue.cpp get: an offset further above the tail is ignored
PORTS = (443, 80, 88, 8443)  # TBA WebhookActor.cpp
LONGEST_RETRY_AFTER = 3600  # TBA WebhookActor.cpp 493
_SECRET = re.compile(r"[A-Za-z0-9_-]{0,256}")


def get_updates(state: State, given: Object) -> list[Object]:
    """The long poll: a newer one ends an older one with 409; an offset confirms all below it (TBA Client.cpp 16225, 16348)."""
    if state.webhook.get("url"):
        raise Failure(409, WEBHOOK_ACTIVE)
    _ask_for(state, given)
    timeout = min(_number(given, "timeout", 0), LONGEST_POLL)
    with state.changed:
        state.pollers += 1
        mine = state.pollers
        state.changed.notify_all()
        state.expire()
        _confirm(state, _number(given, "offset", 0))
        over = time.monotonic() + timeout
        while not state.updates and not state.is_closed and time.monotonic() < over:
            state.changed.wait(max(0.0, over - time.monotonic()))
            _refuse_older(state, mine)
        return state.updates[: max(1, min(100, _number(given, "limit", 100)))]


def _number(given: Object, name: str, default: int) -> int:
    try:
        return int(float(given.get(name) or default))
    except ValueError:
        return default  # TBA get_integer_arg: what is no number counts as absent


def _ask_for(state: State, given: Object) -> None:
    """Which kinds are queued from now on; left out, the last setting stays (SPEC)."""
    if (wanted := given.get("allowed_updates")) is not None:
        state.allowed = list(wanted if isinstance(wanted, list) else json.loads(wanted or "[]"))


def _refuse_older(state: State, mine: int) -> None:
    if state.webhook.get("url"):
        raise Failure(409, WEBHOOK_SET)
    if state.pollers != mine:
        raise Failure(409, OTHER_POLLER)


def _confirm(state: State, offset: int) -> None:
    if offset < 0:
        state.updates = state.updates[offset:]
    elif state.updates and offset <= state.updates[-1]["update_id"] + UNUSABLE_OFFSET:
        state.updates = [update for update in state.updates if update["update_id"] >= offset]


def set_webhook(state: State, given: Object) -> bool:
    """Push from now on; a long poll ends. An empty address is deleteWebhook (TBA Client.cpp process_set_webhook_query)."""
    url = str(given.get("url") or "")
    if not url:
        return delete_webhook(state, given)
    if not state.is_local:
        _check_address(url)
    if not _SECRET.fullmatch(str(given.get("secret_token") or "")):
        raise bad("secret token contains unallowed characters")
    _ask_for(state, given)
    with state.changed:
        state.webhook = dict(given)
        _drop(state, given)
        state.changed.notify_all()
    return True


def _check_address(url: str) -> None:
    parts = urlsplit(url)
    if parts.scheme != "https":
        raise bad("bad webhook: An HTTPS URL must be provided for webhook")
    if parts.port and parts.port not in PORTS:
        raise bad("bad webhook: Webhook can be set up only on ports 80, 88, 443 or 8443")


def delete_webhook(state: State, given: Object) -> bool:
    """Push no more. What waits stays, unless it is to be dropped."""
    state.webhook = {}
    _drop(state, given)
    return True


def _drop(state: State, given: Object) -> None:
    if str(given.get("drop_pending_updates")).lower() == "true":
        state.updates.clear()


def get_webhook_info(state: State, given: Object) -> Object:
    """Where is pushed to, and what went wrong last."""
    known = ("url", "last_error_date", "last_error_message", "allowed_updates", "max_connections")
    found = {name: state.webhook[name] for name in known if name in state.webhook}
    return {"url": "", "has_custom_certificate": False, "pending_update_count": len(state.updates), **found}


def deliver(state: State) -> list[int]:
    """Push once what waits, chat by chat in order: one that is refused holds up its own chat (TBA Client.cpp 17279)."""
    statuses: list[int] = []
    held: set[str] = set()
    for update in list(state.updates):
        if not state.webhook.get("url"):
            break
        if (queue := queue_of(update)) in held:
            continue
        status, _after = _post(state, update)
        statuses.append(status)
        if 200 <= status < 300:
            state.updates.remove(update)
        else:
            held.add(queue)
    return statuses


def queue_of(update: Object) -> str:
    """Messages and edits of a chat wait for each other; other kinds have queues of their own and may overtake."""
    kind = next((name for name in update if name != "update_id"), "")
    thing: Any = update.get(kind) or {}
    chat = (thing.get("chat") or {}).get("id", "") if isinstance(thing, dict) else ""
    return f"{chat}" if kind in ("message", "edited_message") else f"{kind} {chat}"


def _post(state: State, update: Object) -> tuple[int, float | None]:
    """Push one update; the status, and what Retry-After asks for. A method in the answer is carried out."""
    headers = {"Content-Type": "application/json"}
    if secret := state.webhook.get("secret_token"):
        headers["X-Telegram-Bot-Api-Secret-Token"] = secret
    request = Request(state.webhook["url"], json.dumps(update).encode(), headers)  # noqa: S310
    try:
        with urlopen(request, timeout=10) as response:  # noqa: S310
            status, body = int(response.status), response.read()
        _carry_out(state, body)
        return status, None
    except URLError as error:
        status = int(getattr(error, "code", 0))
        after = getattr(error, "headers", None) and error.headers.get("Retry-After")  # type: ignore[attr-defined]
        words = f"Wrong response from the webhook: {status} {error.reason}" if status else str(error.reason)
        state.webhook |= {"last_error_date": int(time.time()), "last_error_message": words}
        return status, float(after) if after and after.isdigit() else None


def _carry_out(state: State, body: bytes) -> None:
    """A call in the answer to a push; its result is told to nobody (TBA Client.cpp 601: not get…, webhooks, close, logOut)."""
    try:
        given = json.loads(body or b"{}")
        method = str(given.pop("method", "")).lower()
    except (ValueError, AttributeError):
        return
    if method and not method.startswith(("get", "setwebhook", "deletewebhook", "close", "logout")):
        try:
            state.answer(state.token, method, given)
        except (Failure, Silence):
            return


def push_forever(state: State, second: float = 1.0) -> threading.Thread:
    """Push in the background, with Telegram's pauses after a refusal: none, then 2, 4, 8 … s up to 60–120 s; `second`: how long one is."""
    thread = threading.Thread(target=_push, args=(state, second), daemon=True, name="webhook")
    thread.start()
    return thread


def _push(state: State, second: float) -> None:
    tries: dict[str, int] = {}
    due: dict[str, float] = {}
    while not state.is_closed:
        with state.changed:
            if not (state.webhook.get("url") and state.updates):
                state.changed.wait(0.1)
        for update in _heads(state):
            queue = queue_of(update)
            if due.get(queue, 0) > time.monotonic() or not state.webhook.get("url"):
                continue
            status, after = _post(state, update)
            if 200 <= status < 300:
                state.updates.remove(update)
                tries.pop(queue, None)
                continue
            tries[queue] = tries.get(queue, 0) + 1
            due[queue] = time.monotonic() + second * _pause(tries[queue], after)
        time.sleep(0.01)


def _heads(state: State) -> list[Object]:
    """The first update of each queue."""
    found: dict[str, Object] = {}
    for update in list(state.updates):
        found.setdefault(queue_of(update), update)
    return list(found.values())


def _pause(tries: int, after: float | None) -> float:
    """TBA WebhookActor.cpp 493–525."""
    if after is not None:
        return min(after, LONGEST_RETRY_AFTER)
    return 0.0 if tries == 1 else min(2.0 ** (tries - 1), random.uniform(60, 120))  # noqa: S311
