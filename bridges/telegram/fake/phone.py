"""The customers' side of the bot over HTTP, for the phone of the demo; and a file in which their chats outlive a restart."""

import base64
import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from bridges.served import save_always
from bridges.telegram.fake.failures import Object
from bridges.telegram.fake.state import State

PEOPLE = {7001: "Mia Brandt", 7002: "Tom Adeyemi", 7003: "Яна Коваль"}
FIRST_LINES = (
    (7001, "Hi! My folding bike arrived without the left pedal 😕"),
    (7001, "Order 20418, from Tuesday"),
    (7002, "Do you repair hub gears, and how long does it take?"),
    (7003, "Добрий день! Чи є у вас дитячі шоломи розміру S?"),
)
KEPT = ("updates", "chats", "blocked", "allowed", "next_update", "next_message", "reached", "moved")
TYPING_SECONDS = 5.0  # SPEC sendChatAction


def do(state: State, given: Object) -> Any:
    """Carry out what a customer does. Raises KeyError, ValueError for what makes no sense."""
    return ACTS[str(given["do"])](state, given)


def _people(state: State, given: Object) -> list[Object]:
    return [
        {"id": who, "name": name, "unread": len(state.chats.get(str(who), [])), "blocked": str(who) in state.blocked}
        for who, name in PEOPLE.items()
    ]


def _chat(state: State, given: Object) -> Object:
    who = str(int(given["who"]))
    with state.changed:
        messages = json.loads(json.dumps(state.chats.get(who, [])[-200:]))
    is_typing = time.time() - state.acted.get(who, 0.0) < TYPING_SECONDS
    return {
        "messages": messages,
        "typing": is_typing,
        "blocked": who in state.blocked,
        "bot": state.me,
        "closed": state.is_revoked,
    }


def _write(state: State, given: Object) -> Object:
    who = int(given["who"])
    answered = state.find(str(who), int(given.get("answers") or 0))
    more: Object = {}
    if answered:
        more["reply_to_message"] = {name: value for name, value in answered.items() if name != "reply_to_message"}
    return state.write(who, str(given["text"]), name=PEOPLE[who], **more)


def _attach(state: State, given: Object) -> Object:
    who = int(given["who"])
    content = base64.b64decode(given["content"])
    return state.attach(who, str(given["filename"]), content, str(given.get("caption") or ""), name=PEOPLE[who])


def _edit(state: State, given: Object) -> Object:
    return state.edit(int(given["who"]), int(given["message"]), str(given["text"]))


def _react(state: State, given: Object) -> None:
    who = int(given["who"])
    state.react(who, int(given["message"]), str(given.get("emoji") or ""), name=PEOPLE[who])


def _block(state: State, given: Object) -> None:
    who = int(given["who"])
    state.block(who, PEOPLE[who], status="member" if str(who) in state.blocked else "kicked")


def _close(state: State, given: Object) -> None:
    """The vendor closes the bot's account: its token is refused from now on, without a reason."""
    state.is_revoked = True


def _open(state: State, given: Object) -> None:
    """The vendor lets it in again."""
    state.is_revoked = False


ACTS: dict[str, Callable[[State, Object], Any]] = {
    "people": _people, "chat": _chat, "write": _write, "attach": _attach, "edit": _edit, "react": _react, "block": _block,
    "close": _close, "open": _open,
}  # fmt: skip


def keep(state: State, file: Path) -> None:
    """Go on where the last one ended, and write down what happens; without a file some customers write first."""
    if file.exists():
        _load(state, json.loads(file.read_text("utf-8")))
    else:
        for who, text in FIRST_LINES:
            state.write(who, text, name=PEOPLE[who])
    save_always(state, file, lambda: _kept(state))


def _load(state: State, kept: Object) -> None:
    for name in KEPT:
        setattr(state, name, set(kept[name]) if name == "blocked" else kept[name])
    state.reached = [(text, at) for text, at in kept["reached"]]
    state.files = {name: base64.b64decode(content) for name, content in kept["files"].items()}


def _kept(state: State) -> Object:
    kept = {name: getattr(state, name) for name in KEPT} | {"blocked": sorted(state.blocked)}
    kept["files"] = {name: base64.b64encode(content).decode() for name, content in state.files.items()}
    return kept
