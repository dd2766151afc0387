"""The customers' side of the number over HTTP, for the phone of the demo; and a file in which their chats outlive a restart."""

import base64
import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from bridges.served import save_always
from bridges.whatsapp.fake.failures import Object
from bridges.whatsapp.fake.state import CLOSED, State
from bridges.whatsapp.fake.templating import template

PEOPLE = {7101: "Amara Nwosu", 7102: "Jonas Weber", 7103: "Olena Tkach"}
HIDES_THE_NUMBER = 7103
FIRST_LINES = (
    (7101, "Hello, is the cargo bike from your window still for sale?"),
    (7102, "My rear light blinks and does not stop 🚲"),
    (7102, "Bought it last Friday"),
    (7103, "Вітаю! Коли ви відкриті у неділю?"),
)
A_DAY_AGO = 26 * 3600  # one of them wrote so long ago that only a template reaches them
KEPT = ("waiting", "sent", "chats", "last_in", "names", "webhook", "closed", "next_id", "reached")
TYPING_SECONDS = 25.0  # META "Typing indicators"
TEMPLATES = (
    template("order_ready", "Hello {{1}}, your order {{2}} is ready. Come by until {{3}}.", header="Good news"),
    template(
        "still_there",
        "Hello {{name}}, you asked us about {{subject}}. May we answer here?",
        footer="Harbour Lane Cycles",
    ),
    template("bestellung_bereit", "Hallo {{1}}, deine Bestellung {{2}} liegt bereit.", language="de"),
)


def do(state: State, given: Object) -> Any:
    """Carry out what a customer does. Raises KeyError, ValueError for what makes no sense."""
    return ACTS[str(given["do"])](state, given)


def _people(state: State, given: Object) -> list[Object]:
    return [
        {
            "id": who,
            "name": name,
            "blocked": who in state.blocked,
            "number": "" if who in state.hidden else f"+{state.phone(who)}",
        }
        for who, name in PEOPLE.items()
    ]


def _chat(state: State, given: Object) -> Object:
    who = int(given["who"])
    for message in state.chats.get(who, []) if given.get("looks") else []:
        if not message.get("mine") and message.get("status") == "delivered":
            state.tell(who, message, "read")
    with state.changed:
        messages = json.loads(json.dumps(state.chats.get(who, [])[-200:]))
    return {
        "messages": messages,
        "typing": time.time() - state.typed.get(who, 0.0) < TYPING_SECONDS,
        "blocked": who in state.blocked,
        "closed": state.closed,
        "forms": list(CLOSED),
        "business": state.name,
    }


def _write(state: State, given: Object) -> Object:
    who = int(given["who"])
    answers = str(given.get("answers") or "")
    more: Object = {"context": {"from": state.display, "id": answers}} if answers and state.find(who, answers) else {}
    return state.write(who, str(given["text"]), name=PEOPLE[who], **more)


def _attach(state: State, given: Object) -> Object:
    who = int(given["who"])
    content = base64.b64decode(given["content"])
    return state.attach(who, str(given["filename"]), content, str(given.get("caption") or ""), name=PEOPLE[who])


def _edit(state: State, given: Object) -> Object:
    return state.edit(int(given["who"]), str(given["message"]), str(given["text"]))


def _revoke(state: State, given: Object) -> Object:
    return state.revoke(int(given["who"]), str(given["message"]))


def _react(state: State, given: Object) -> Object:
    return state.react(int(given["who"]), str(given["message"]), str(given.get("emoji") or ""))


def _block(state: State, given: Object) -> None:
    """Block the business, or let it in again; it is told neither."""
    who = int(given["who"])
    (state.blocked.discard if who in state.blocked else state.blocked.add)(who)


def _close(state: State, given: Object) -> None:
    """The vendor closes the account, in one of its forms."""
    state.close(str(given.get("form") or "banned"))


def _open(state: State, given: Object) -> None:
    state.open()


def _media(state: State, given: Object) -> Object:
    """A file as the customer's phone shows it."""
    kind, content = state.files[str(given["media"])]
    return {"type": kind, "content": base64.b64encode(content).decode()}


ACTS: dict[str, Callable[[State, Object], Any]] = {
    "people": _people, "chat": _chat, "write": _write, "attach": _attach, "edit": _edit, "revoke": _revoke, "react": _react,
    "block": _block, "close": _close, "open": _open, "media": _media,
}  # fmt: skip


def keep(state: State, file: Path) -> None:
    """Go on where the last one ended, and write down what happens; without a file some customers write first."""
    state.hidden.add(HIDES_THE_NUMBER)
    state.templates = list(TEMPLATES)
    if file.exists():
        _load(state, json.loads(file.read_text("utf-8")))
    else:
        for who, text in FIRST_LINES:
            ago = A_DAY_AGO if who == HIDES_THE_NUMBER else 60
            state.write(who, text, name=PEOPLE[who], at=time.time() - ago)
    save_always(state, file, lambda: _kept(state))


def _load(state: State, kept: Object) -> None:
    for name in KEPT:
        setattr(state, name, kept[name])
    state.reached = [(text, at) for text, at in kept["reached"]]
    for name in ("chats", "last_in", "names"):
        setattr(state, name, {int(who): value for who, value in getattr(state, name).items()})
    state.blocked = set(kept["blocked"])
    state.files = {name: (kind, base64.b64decode(content)) for name, (kind, content) in kept["files"].items()}


def _kept(state: State) -> Object:
    kept = {name: getattr(state, name) for name in KEPT} | {"blocked": sorted(state.blocked)}
    kept["files"] = {name: (kind, base64.b64encode(content).decode()) for name, (kind, content) in state.files.items()}
    return kept
