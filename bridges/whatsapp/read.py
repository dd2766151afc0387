"""From a webhook's payload to notices: every entry, every change, every message and status of it.

Pure: knows no account, no network; a strange payload gives a notice that says so. Shapes: channels.md §3 and pywa 4.5.0.
"""

from collections.abc import Callable, Iterator
from typing import Any

from bridges.payload import Object, get, identifier, items, moment, words
from bridges.whatsapp import opaque, people, standing
from bridges.whatsapp.batch import load
from bridges.whatsapp.media import attachments, contacts, location
from bridges.whatsapp.refusals import kind_of, words_of
from tickets.channels import CUT_OFF, Health, Notice

STATUSES = frozenset(["sent", "delivered", "read", "played", "failed"])


def read(raw: bytes) -> list[Notice]:
    """Return all that a payload tells, in its order."""
    payload, defect = load(raw)
    notices = list(_notices(payload)) or [Notice("other", data={"field": "", "path": []})]
    if defect:
        notices[0].data |= {"defects": [defect], "unreadable": defect}
    seen: set[str] = set()
    for number, notice in enumerate(notices if len(notices) > 1 else []):
        notice.key = notice.key if notice.key and notice.key not in seen else f"{number}"
        seen.add(notice.key)
    if len(notices) == 1:
        notices[0].key = ""
    return notices


def key(raw: bytes) -> str | None:
    """Return what names a payload that tells one thing: the message's id, or a status's id and what it says.

    The vendor tells the same thing again in another batch; a batch of several has no name but its digest.
    """
    found = list(_notices(load(raw)[0]))
    return found[0].key or None if len(found) == 1 else None


def _notices(payload: Object) -> Iterator[Notice]:
    for e, entry in enumerate(_all(payload, "entry")):
        for c, change in enumerate(_all(entry, "changes")):
            value, field = get(change, "value"), words(change, "field")
            listed = [
                notice
                for name, reader in READERS.items()
                for i, thing in enumerate(_all(value, name))
                for notice in [reader(value, thing)]
                if notice is not None and _place(notice, field, [e, c, name, i])
            ]
            if not listed:
                notice = _account(entry, field, value)
                _place(notice, field, [e, c])
                listed = [notice]
            yield from listed


def _all(thing: Object, name: str) -> list[Object]:
    """The objects of a list, those that are none as empty ones: places stay what they are."""
    value = thing.get(name)
    return [one if isinstance(one, dict) else {} for one in value] if isinstance(value, list) else []


def _place(notice: Notice, field: str, path: list[Any]) -> bool:
    notice.data["field"], notice.data["path"] = field, path
    return True


def _account(entry: Object, field: str, value: Object) -> Notice:
    """What the vendor tells of the account itself, or a field that nobody here knows."""
    notice = Notice("system" if field in standing.FIELDS else "other", at=moment(entry, "time"))
    if found := standing.health(field, value):
        notice.data["health"], notice.data["reason"] = found
    return notice


def _message(value: Object, thing: Object) -> Notice:
    kind = words(thing, "type")
    notice = _said(value, thing)
    maker = MAKERS.get(kind)
    if maker:
        maker(notice, thing)
    return notice


def _said(value: Object, thing: Object) -> Notice:
    """A message with what all of them have: who, in which chat, which message, when, what it answers."""
    found, group = people.person(value, thing), identifier(thing, "group_id")
    remote_id = identifier(thing, "id")
    notice = Notice(
        "message",
        key=f"message {remote_id}" if remote_id else "",
        sender=group or found["id"],
        sender_name=group or found["name"],
        chat=group or found["id"],
        remote_id=remote_id,
        at=moment(thing, "timestamp"),
        text=_text(thing),
        data={
            "sender": {"id": found["id"], "name": found["name"]} if found["id"] else None,
            "attachments": attachments(thing),
            "location": location(thing),
            "contacts": contacts(thing),
            "reply_to": identifier(get(thing, "context"), "id") or None,
            "address_data": people.address_data(found, group),
        },
    )
    if group:
        notice.data["is_group"] = True
    elif found["user_id"] and found["phone"]:
        notice.data["moved_from"] = found["phone"]  # who wrote before there were user_ids is known by the number
    return notice


def _text(thing: Object) -> str:
    kind = words(thing, "type")
    about = get(thing, kind)
    return words(about, "body") if kind == "text" else words(about, "caption")


def _reaction(notice: Notice, thing: Object) -> None:
    reaction = get(thing, "reaction")
    notice.kind, notice.target_id = "reaction", identifier(reaction, "message_id")
    notice.data["reaction"] = notice.data["reactions"] = words(reaction, "emoji")
    notice.data["reply_to"] = None


def _edit(notice: Notice, thing: Object) -> None:
    """The whole new content stands in it, as a message of its own kind."""
    edit = get(thing, "edit")
    now = get(edit, "message")
    notice.kind, notice.target_id = "edit", identifier(edit, "original_message_id")
    notice.text = _text(now)
    notice.data |= {"attachments": attachments(now), "location": location(now), "contacts": contacts(now)}


def _revoke(notice: Notice, thing: Object) -> None:
    notice.kind, notice.target_id = "delete", identifier(get(thing, "revoke"), "original_message_id")


def _pressed(notice: Notice, thing: Object) -> None:
    """An answer by button, list or form; what it is called is what they said."""
    notice.kind = "callback"
    if words(thing, "type") == "button":
        button = get(thing, "button")
        notice.text, notice.data["data"] = words(button, "text"), words(button, "payload") or None
        return
    interactive = get(thing, "interactive")
    reply = next((get(interactive, name) for name in ANSWERS if get(interactive, name)), {})
    said = [words(reply, "title") or words(reply, "body"), words(reply, "description")]
    notice.text = "\n".join(filter(None, said))
    notice.data["data"] = identifier(reply, "id") or words(reply, "response_json") or None


def _order(notice: Notice, thing: Object) -> None:
    notice.text = words(get(thing, "order"), "text")


def _system(notice: Notice, thing: Object) -> None:
    """Somebody has another number, and with it another user_id; both are the same person."""
    system = get(thing, "system")
    notice.kind = "system"
    phone = people.digits(identifier(system, "wa_id") or identifier(system, "new_wa_id"))
    user_id = identifier(system, "user_id")
    moved_to = user_id or ("" if notice.data["address_data"].get("user_id") else phone)
    if moved_to and moved_to != notice.sender:
        notice.data["moved_to"] = moved_to
        notice.data.pop("moved_from", None)


def _unsupported(notice: Notice, thing: Object) -> None:
    notice.kind = "unsupported"


def _welcome(notice: Notice, thing: Object) -> None:
    notice.kind = "subscribe"


def _status(value: Object, thing: Object) -> Notice | None:
    """How a message of ours fares. Who has it stands in our own words, which come back with it."""
    status, remote_id = words(thing, "status"), identifier(thing, "id")
    ours = opaque.read(words(thing, "biz_opaque_callback_data"))
    user_id, phone = identifier(thing, "recipient_user_id"), people.digits(identifier(thing, "recipient_id"))
    found = people.known(value, user_id, phone)
    recipient = ours.recipient or found["id"]
    notice = Notice(
        "receipt" if status in STATUSES else "other",
        key=f"{status} {remote_id}" if remote_id else "",
        sender=recipient,
        sender_name=found["name"],
        chat=recipient,
        remote_id=remote_id,
        target_id=remote_id,
        at=moment(thing, "timestamp"),
        data={"status": status, "answers": ours.message_id},
    )
    if status == "failed":
        errors = items(thing, "errors")
        first = errors[0] if errors else {}
        notice.text = words_of(first) or status
        notice.data["refusal"] = kind_of(first.get("code"))
        if notice.data["refusal"] == CUT_OFF:
            notice.data |= {"health": Health.DEGRADED, "reason": notice.text}
    return notice


def _error(value: Object, thing: Object) -> Notice:
    """An error of the account itself, or of the platform."""
    return Notice("system", text=words_of(thing))


def _echo(value: Object, thing: Object) -> Notice:
    """What our own side wrote in the WhatsApp Business app on a phone."""
    notice = _message(value, thing)
    to = people.known(value, identifier(thing, "to_user_id"), identifier(thing, "to"))
    notice.kind = "echo"
    notice.sender = notice.chat = to["id"]
    notice.sender_name = to["name"]
    notice.data["address_data"] = people.address_data(to, "")
    notice.data.pop("moved_from", None)
    return notice


def _preference(value: Object, thing: Object) -> Notice:
    """They want no marketing any more, or want it again; answers to them are no marketing."""
    found = people.known(value, identifier(thing, "user_id"), identifier(thing, "wa_id"))
    named = {"id": found["id"], "name": found["name"]}
    data = {"sender": named, "address_data": people.address_data(found, "")}
    at = moment(thing, "timestamp")
    return Notice("system", sender=found["id"], sender_name=found["name"], chat=found["id"], at=at, data=data)


def _call(value: Object, thing: Object) -> Notice:
    notice = _said(value, thing)
    notice.kind, notice.remote_id, notice.key = "system", "", f"call {notice.remote_id} {words(thing, 'event')}"
    return notice


ANSWERS = ("button_reply", "list_reply", "nfm_reply", "call_permission_reply")
MAKERS: dict[str, Callable[[Notice, Object], None]] = {
    "reaction": _reaction,
    "edit": _edit,
    "revoke": _revoke,
    "button": _pressed,
    "interactive": _pressed,
    "order": _order,
    "system": _system,
    "unsupported": _unsupported,
    "request_welcome": _welcome,
}
# list of the value -> what makes a notice of each of its things
READERS: dict[str, Callable[[Object, Object], Notice | None]] = {
    "messages": _message,
    "statuses": _status,
    "errors": _error,
    "message_echoes": _echo,
    "user_preferences": _preference,
    "calls": _call,
}
