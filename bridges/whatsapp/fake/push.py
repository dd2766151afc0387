"""Pushing to the webhook: signed, in order of what happened, repeated with growing pauses until it is taken (channels.md §3)."""

import hashlib
import hmac
import json
import threading
import time
from urllib.error import URLError
from urllib.request import Request, urlopen

from bridges.whatsapp.fake.failures import Object
from bridges.whatsapp.fake.state import State

LONGEST_PAUSE = 3600.0  # seconds, of the growing ones, for seven days (360dialog, in channels.md)
MOST_TOGETHER = 100


def payload(state: State, changes: list[Object]) -> Object:
    """The envelope of one push: an entry for each change, as a batch has them."""
    now = int(time.time())
    entries = [
        {"id": state.business_id, **({"time": now} if one["field"] != "messages" else {}), "changes": [one]}
        for one in changes
    ]
    return {"object": "whatsapp_business_account", "entry": entries}


def sign(secret: str, body: bytes) -> str:
    """The signature of a body (PYWA utils.webhook_updates_validator)."""
    return "sha256=" + hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()


def deliver(state: State, together: int = 1) -> list[int]:
    """Push once what waits, `together` changes in one; return the statuses. What is not taken stays."""
    statuses: list[int] = []
    while state.waiting and state.webhook:
        changes = state.waiting[:together]
        status = post(state, changes)
        statuses.append(status)
        if status != 200:
            break
        del state.waiting[: len(changes)]
    return statuses


def taken(state: State, together: int = 1) -> list[tuple[bytes, dict[str, str]]]:
    """Take out what waits, as bodies with their headers."""
    found = []
    with state.changed:
        while state.waiting:
            changes, state.waiting = state.waiting[:together], state.waiting[together:]
            found.append(_signed(state, changes))
    return found


def _signed(state: State, changes: list[Object]) -> tuple[bytes, dict[str, str]]:
    body = json.dumps(payload(state, changes)).encode()
    return body, {"Content-Type": "application/json", "X-Hub-Signature-256": sign(state.app_secret, body)}


def post(state: State, changes: list[Object]) -> int:
    """Push changes; the HTTP status, 0 when nobody answers."""
    body, headers = _signed(state, changes)
    try:
        with urlopen(Request(state.webhook["url"], body, headers), timeout=10) as response:  # noqa: S310
            return int(response.status)
    except URLError as error:
        return int(getattr(error, "code", 0))


def push_forever(state: State, second: float = 1.0) -> threading.Thread:
    """Push in the background; `second`: how long one is."""
    thread = threading.Thread(target=_push, args=(state, second), daemon=True, name="webhook")
    thread.start()
    return thread


def _push(state: State, second: float) -> None:
    pause = 1.0
    while not state.is_closed:
        with state.changed:
            if not (state.waiting and state.webhook):
                state.changed.wait(0.2)
                continue
            changes = state.waiting[:MOST_TOGETHER]
        if post(state, changes) == 200:
            with state.changed:
                del state.waiting[: len(changes)]
            pause = 1.0
            continue
        _rest(state, pause * second)
        pause = min(pause * 2, LONGEST_PAUSE)


def _rest(state: State, seconds: float) -> None:
    over = time.monotonic() + seconds
    while time.monotonic() < over and not state.is_closed:
        time.sleep(min(0.1, seconds))
