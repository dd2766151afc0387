"""The users' side of the bot over HTTP, for the phone of the demo; and a file in which their chats outlive a restart."""

import base64
import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.error import URLError
from urllib.request import urlopen

from bridges.payload import Object, words
from bridges.served import save_always
from bridges.viber.fake.state import CLOSED, State

PEOPLE = {7201: "Iryna Melnyk", 7202: "Petro Shevchuk", 7203: "Dana Kolar"}
FIRST_LINES = (
    (7201, "Доброго дня! Чи встановлюєте ви дитячі сидіння?"),
    (7202, "The chain slips in the smallest gear"),
    (7203, "Do you sell gift vouchers?"),
)
KEPT = ("waiting", "sent", "chats", "names", "webhook", "events", "closed", "next_token", "reached", "welcomed")
PATIENCE = 5


def do(state: State, given: Object) -> Any:
    """Carry out what a user does. Raises KeyError, ValueError for what makes no sense."""
    return ACTS[str(given["do"])](state, given)


def _people(state: State, given: Object) -> list[Object]:
    return [{"id": who, "name": name, "is_gone": who not in state.subscribed} for who, name in PEOPLE.items()]


def _chat(state: State, given: Object) -> Object:
    who = int(given["who"])
    if given.get("looks"):
        state.look(who)
    with state.changed:
        messages = json.loads(json.dumps(state.chats.get(who, [])[-200:]))
    subscribed = who in state.subscribed
    return {
        "messages": messages,
        "subscribed": subscribed,
        "closed": state.closed,
        "forms": list(CLOSED),
        "business": state.name,
    }


def _write(state: State, given: Object) -> Object:
    who = int(given["who"])
    return state.write(who, str(given["text"]), PEOPLE[who])


def _attach(state: State, given: Object) -> Object:
    who = int(given["who"])
    return state.attach(who, str(given["filename"]), base64.b64decode(given["content"]), PEOPLE[who])


def _open_chat(state: State, given: Object) -> Object:
    who = int(given["who"])
    return state.open_chat(who, str(given.get("context") or ""), PEOPLE[who])


def _leave(state: State, given: Object) -> Object:
    return state.leave(int(given["who"]))


def _close(state: State, given: Object) -> None:
    """The vendor closes the bot, in one of its forms."""
    state.close(str(given.get("form") or "blocked"))


def _open(state: State, given: Object) -> None:
    state.open()


def _media(state: State, given: Object) -> Object:
    """A file as the user's phone shows it: one that the bot sent is fetched from where the bot said, as the vendor does it."""
    token = int(given["message"])
    message = next(one for chat in state.chats.values() for one in chat if one["token"] == token)
    place = words(message, "media").rpartition("/files/")[2]
    content = state.files[place][1] if place in state.files else _fetched(words(message, "media"))
    return {
        "type": words(message, "type"),
        "name": words(message, "file_name"),
        "content": base64.b64encode(content).decode(),
    }


def _fetched(address: str) -> bytes:
    try:
        with urlopen(address, timeout=PATIENCE) as response:  # noqa: S310
            found: bytes = response.read()
            return found
    except (URLError, OSError) as error:
        raise ValueError(f"The file cannot be fetched: {error}") from error


ACTS: dict[str, Callable[[State, Object], Any]] = {
    "people": _people, "chat": _chat, "write": _write, "attach": _attach, "open-chat": _open_chat, "leave": _leave,
    "close": _close, "open": _open, "media": _media,
}  # fmt: skip


def keep(state: State, file: Path) -> None:
    """Go on where the last one ended, and write down what happens; without a file some users write first."""
    if file.exists():
        _load(state, json.loads(file.read_text("utf-8")))
    else:
        for who, text in FIRST_LINES:
            state.write(who, text, PEOPLE[who], at=time.time() - 60)
    save_always(state, file, lambda: _kept(state))


def _load(state: State, kept: Object) -> None:
    for name in KEPT:
        setattr(state, name, kept[name])
    state.reached = [(text, at) for text, at in kept["reached"]]
    state.chats = {int(who): lines for who, lines in kept["chats"].items()}
    state.names = {int(who): name for who, name in kept["names"].items()}
    state.subscribed = set(kept["subscribed"])
    state.files = {place: (name, base64.b64decode(content)) for place, (name, content) in kept["files"].items()}


def _kept(state: State) -> Object:
    kept = {name: getattr(state, name) for name in KEPT} | {"subscribed": sorted(state.subscribed)}
    kept["files"] = {
        place: (name, base64.b64encode(content).decode()) for place, (name, content) in state.files.items()
    }
    return kept
