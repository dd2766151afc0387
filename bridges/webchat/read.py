"""From what the chat's pages told to notices. Pure: knows no account, no network; a strange payload gives a notice that says so."""

from datetime import datetime

from bridges.payload import Object, load, whole, words
from tickets.channels import UNSEEN, Notice

RECEIPTS = ("delivered", "read")
LONGEST = 200


def read(raw: bytes) -> list[Notice]:
    """Return all that a payload tells."""
    payload, defect = load(raw)
    reader = READERS.get(words(payload, "kind"))
    visitor = words(payload, "visitor")[:LONGEST]
    found = reader(payload, visitor) if reader and visitor else []
    if found:
        return found
    why = defect or "it is nothing that this chat says"
    return [Notice("other", data={"unreadable": why, "defects": [why]})]


def key(raw: bytes) -> str | None:
    """Return what names a message: its visitor, and the id that their browser gave it. The same message may come again."""
    payload = load(raw)[0]
    named = [words(payload, "visitor")[:LONGEST], words(payload, "id")[:LONGEST]]
    return "/".join(named) if words(payload, "kind") == "message" and all(named) else None


def _message(payload: Object, visitor: str) -> list[Notice]:
    name, client_id = words(payload, "name"), words(payload, "id")[:LONGEST]
    notice = _notice("message", payload, visitor)
    notice.text, notice.remote_id, notice.sender_name = words(payload, "text"), f"{visitor}.{client_id}", name
    shown = {"shown": name or f"{visitor[:6]}…", "passes_from": whole(payload, "number") or 0}
    notice.data |= {
        "sender": {"id": visitor, "name": name},
        "address_data": shown,
        "page": words(payload, "page"),
        "language": words(payload, "language"),
        "suspect": words(payload, "suspect"),
    }
    return [notice] if client_id else []


def _receipts(payload: Object, visitor: str) -> list[Notice]:
    status = words(payload, "status")
    return [_receipt(payload, visitor, one, status) for one in _ids(payload)] if status in RECEIPTS else []


def _unseen(payload: Object, visitor: str) -> list[Notice]:
    found = []
    for one in _ids(payload):
        notice = _receipt(payload, visitor, one, "failed")
        notice.data["refusal"] = UNSEEN
        notice.text = f"Not read in the chat for {whole(payload, 'minutes') or 0} minutes."
        found.append(notice)
    return found


def _receipt(payload: Object, visitor: str, remote_id: str, status: str) -> Notice:
    notice = _notice("receipt", payload, visitor)
    notice.key, notice.target_id = f"{status} {remote_id}", remote_id
    notice.data["status"] = status
    return notice


def _ended(payload: Object, visitor: str) -> list[Notice]:
    notice = _notice("system", payload, visitor)
    number = (whole(payload, "number") or 0) + 1
    notice.data["address_data"] = {"shown": f"{visitor[:6]}…", "passes_from": number}
    return [notice]


def _transcript(payload: Object, visitor: str) -> list[Notice]:
    notice = _notice("system", payload, visitor)
    notice.data["wants"] = "transcript"
    return [notice]


def _notice(kind: str, payload: Object, visitor: str) -> Notice:
    return Notice(kind, sender=visitor, chat=visitor, at=_moment(words(payload, "at")))


def _ids(payload: Object) -> list[str]:
    named = payload.get("ids")
    return list(dict.fromkeys(str(one)[:LONGEST] for one in named)) if isinstance(named, list) else []


def _moment(written: str) -> datetime | None:
    try:
        found = datetime.fromisoformat(written)
    except ValueError:
        return None
    return found if found.tzinfo else None


READERS = {"message": _message, "receipts": _receipts, "unseen": _unseen, "ended": _ended, "transcript": _transcript}
