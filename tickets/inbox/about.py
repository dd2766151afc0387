"""About: what a notice does to a message that is here already, and whether a message continues an album that has begun."""

from typing import Any

from tickets.inbox.arriving import Arriving, Stop
from tickets.inbox.desk import Desk, Known
from tickets.models.text import storable

LONGEST_NAME = 320
SYSTEM = ("system", "subscribe", "unsubscribe")
# What a browser or a person expects; what a system's own table of types says would differ from machine to machine.
ENDINGS = {"image/jpeg": ".jpg", "audio/ogg": ".ogg", "video/mp4": ".mp4", "audio/mpeg": ".mp3", "image/webp": ".webp",
           "video/webm": ".webm", "application/x-tgsticker": ".tgs", "text/vcard": ".vcf"}  # fmt: skip


def about(arriving: Arriving, desk: Desk) -> None:
    """Decide whether this changes a message that is here. What changes one that is not here stays a message of its own.

    Raises Stop for a receipt of nothing that we sent.
    """
    if not arriving.conversational:
        return
    _describe(arriving, desk)
    kind = arriving.notice.kind
    known = _album(arriving, desk) if kind == "message" else _target(arriving, desk)
    if known is None or desk.place(known.ticket) is None:
        if kind == "receipt":
            raise Stop("ignored", "A receipt for a message that is not here.")
        if kind == "edit":
            arriving.fields["kind"] = "edit"  # of a message that is not here: its words are all there is
        return
    maker = MAKERS.get(kind)
    if maker:
        arriving.about = known.message
        arriving.number = desk.places[known.ticket].number
        arriving.fields |= {"message": known.message, **maker(arriving)}


def _describe(arriving: Arriving, desk: Desk) -> None:
    """What a messenger's message has that a mail has not: files to come, the quoted words, what kind of thing it is."""
    notice, fields = arriving.notice, arriving.fields
    if files := [_place(file) for file in notice.data.get("attachments", []) if file.get("file_id") or file.get("url")]:
        fields["files"] = files
    if arriving.album:
        fields["album"] = arriving.album
    if start := notice.data.get("start"):
        fields["start"] = str(start)[:64]
    if wants := notice.data.get("wants"):
        fields["wants"] = str(wants)[:20]
    if notice.data.get("is_group"):
        fields["is_group"] = True
    if not notice.text:
        fields["bare"] = True
    if quote := notice.data.get("quote"):
        answered = _target(arriving, desk)
        fields["quote"] = quote | {"message": answered.message if answered else ""}
    if notice.kind in SYSTEM:
        fields["kind"] = "system"
    if notice.kind == "echo":
        fields["direction"] = "out"


def _place(file: dict[str, Any]) -> dict[str, Any]:
    """A file as the entry names it; one without a name is called by its kind."""
    ending = ENDINGS.get(file.get("content_type") or "", "")
    return file | {"filename": file.get("filename") or f"{file.get('kind') or 'file'}{ending}"}


def _target(arriving: Arriving, desk: Desk) -> Known | None:
    """The message that the notice names: one of the same account, or one of ours. An id in a mail of a stranger is none."""
    same = desk.by_id.get(arriving.mail.in_reply_to or "", [])
    mine = (known for known in same if known.mailbox == arriving.mailbox.pk)
    return next((known for known in mine if known.ours or known.account == arriving.account.pk), None)


def _album(arriving: Arriving, desk: Desk) -> Known | None:
    return desk.albums.get((arriving.account.pk, arriving.album)) if arriving.album else None


def _piece(arriving: Arriving) -> dict[str, Any]:
    return {"reason": "One more piece of an album."}


def _edit(arriving: Arriving) -> dict[str, Any]:
    moves = {"moves": True} if arriving.notice.data.get("moves") else {}
    return {"identifier": arriving.mail.in_reply_to, "reason": "It changes a message that is here.", **moves}


def _deletion(arriving: Arriving) -> dict[str, Any]:
    return {"name": _who(arriving)[1], "reason": "It deletes a message that is here."}


def _reaction(arriving: Arriving) -> dict[str, Any]:
    data = arriving.notice.data
    sender, name = ("", "") if data.get("counted") else _who(arriving)
    return {
        "sender": sender,
        "name": name,
        "emoji": storable(str(data.get("reactions") or data.get("reaction") or ""), 200),
        "taken_back": storable(str(data.get("taken_back") or ""), 200),
        "reason": "A reaction to a message that is here.",
    }


def _receipt(arriving: Arriving) -> dict[str, Any]:
    status = str(arriving.notice.data.get("status") or "")
    reason = storable(arriving.notice.text, 2000) if status == "failed" else f"A receipt: {status}."
    decided = {"recipient": arriving.sender, "status": status, "reason": reason, "remote_id": arriving.notice.target_id}
    return decided | ({"refusal": refusal} if (refusal := arriving.notice.data.get("refusal")) else {})


def _who(arriving: Arriving) -> tuple[str, str]:
    """The person, where a chat of several has sent it."""
    person = arriving.notice.data.get("sender") or {}
    name = person.get("name") or arriving.sender_name
    return str(person.get("id") or arriving.sender)[:LONGEST_NAME], storable(name, LONGEST_NAME)


MAKERS = {"message": _piece, "edit": _edit, "delete": _deletion, "reaction": _reaction, "receipt": _receipt}
KINDS = {"message": "piece", "edit": "edit", "delete": "deletion", "reaction": "reaction", "receipt": "receipt"}
