"""From the neutral message to calls of POST /messages, one after the other; each part that went out is committed at once."""

import json
from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _

from bridges.payload import Object, identifier, items
from bridges.whatsapp import api, opaque, parts
from bridges.whatsapp.api import Access
from bridges.whatsapp.mail import remote_id_of
from bridges.whatsapp.parts import Part
from bridges.whatsapp.refusals import NO_USER_ID, Refused, not_sent
from bridges.whatsapp.rich import rich_with
from tickets.channels import BUG, TEMPORARY, Delivery, Done, NotSent, Outgoing
from tickets.mime.parse import Attachment, parse

Files = Mapping[int, Attachment]


def render(outgoing: Outgoing) -> bytes:
    """Return the parts as JSON, files by their digests. How it is cut is kept with the delivery before the first call.

    A template is one part: the vendor's approved words, filled in.
    """
    mail = parse(outgoing.original)
    if filled := outgoing.template:
        rendered: Object = {"answers": "", "cut": [], "parts": [{"kind": "template", "template": filled}], "files": {}}
        return json.dumps(rendered, ensure_ascii=False).encode("utf-8", "replace")
    text = rich_with(mail.text, mail.html, outgoing.footer)
    kept = next((one.data["cut"] for one in outgoing.deliveries if "cut" in one.data), None)
    made = kept or parts.cut(text, mail.attachments)
    known = {file.part: {"name": file.filename, "sha256": file.sha256, "size": file.size} for file in mail.attachments}
    rendered = {
        "answers": remote_id_of(mail.in_reply_to or "", outgoing.account),
        "cut": made,
        "parts": parts.parts(text, mail.attachments, made),
        "files": known,
    }
    return json.dumps(rendered, ensure_ascii=False).encode("utf-8", "replace")


def send(access: Access, outgoing: Outgoing, rendered: bytes, done: Done) -> None:
    """Send what is not sent yet, in order. Raises NotSent for the first part that did not go out."""
    made = json.loads(rendered)
    files: Files = {}
    if made["files"]:
        files = {file.part: file for file in parse(outgoing.original).attachments}
    for delivery in outgoing.deliveries:
        _plan(delivery, made)
        for number in range(delivery.parts_sent, len(made["parts"])):
            answers = made["answers"] if number == 0 else ""
            sender = Sender(access, delivery, made["parts"][number], files, answers)
            done(delivery, number, sender.make(outgoing.message.message_id))


def _plan(delivery: Delivery, made: Mapping[str, Any]) -> None:
    """What goes into which part is known before the first goes out; one part has no half."""
    if not made["parts"]:
        raise NotSent("There is nothing to send: no words and no files.", BUG)
    if made["cut"] and delivery.data.get("cut") != made["cut"] and (len(made["parts"]) > 1 or delivery.data):
        delivery.data = delivery.data | {"cut": made["cut"], "parts": len(made["parts"])}
        delivery.save(update_fields=["data"])


class Sender:
    """One part on its way to one person. What is refused for certain and can be mended is tried once more, nothing else."""

    def __init__(self, access: Access, delivery: Delivery, part: Part, files: Files, answers: str) -> None:
        self.access = access
        self.delivery = delivery
        self.part = part
        self.file = files.get(part.get("file") or 0)
        self.answers = answers

    def make(self, message_id: str) -> str:
        """Return what the vendor calls what was sent. Raises NotSent."""
        kind = self.part["kind"]
        given: Object = {
            "messaging_product": "whatsapp",
            **recipient(self.delivery),
            "type": kind,
            kind: self._content(),
        }
        if self.answers:
            given["context"] = {"message_id": self.answers}
        if words := opaque.write(self.delivery.recipient, message_id):
            given["biz_opaque_callback_data"] = words
        return self._posted(given)

    def _posted(self, given: Object) -> str:
        try:
            return _named(api.call(self.access, "POST", f"{self.access.number}/messages", json=given))
        except Refused as refused:
            phone = self.delivery.way.get("phone")
            if refused.code == NO_USER_ID and phone and given.pop("recipient", None):
                return self._posted(given | {"to": phone})
            raise not_sent(refused) from refused

    def _content(self) -> Object:
        kind, text = self.part["kind"], self.part.get("text", "")
        if kind == "template":
            return dict(self.part["template"])
        if kind == "text":
            return {"body": text, "preview_url": "http" in text}
        assert self.file is not None
        caption = {"caption": text} if text else {}
        named = {"filename": self.file.filename or f"file-{self.file.part}"} if kind == "document" else {}
        return {"id": self._uploaded(self.file), **caption, **named}

    def _uploaded(self, file: Attachment) -> str:
        """Hand over a file. Nobody has seen anything of it yet: an upload without an answer may be made again."""
        if file.size > parts.LARGEST:
            words = _("WhatsApp takes files up to 100 MB; %s is larger. Send a link to it.")
            raise NotSent(words % (file.filename or _("this one")), BUG)
        form = {"messaging_product": "whatsapp", "type": file.content_type}
        content = (file.filename or "file", file.content, file.content_type)
        try:
            path = f"{self.access.number}/media"
            found = api.call(self.access, "POST", path, api.UPLOAD_PATIENCE, data=form, files={"file": content})
        except Refused as refused:
            if refused.status == 0:
                raise NotSent(refused.description, TEMPORARY) from refused
            raise not_sent(refused) from refused
        return identifier(found, "id")


def recipient(delivery: Delivery) -> Object:
    """Return whom it goes to: by the id that the vendor gave them for this business, a number where there is none."""
    way = delivery.way
    if way.get("group"):
        return {"recipient_type": "group", "to": way["group"]}
    if way.get("user_id"):
        return {"recipient_type": "individual", "recipient": way["user_id"]}
    return {"recipient_type": "individual", "to": way.get("phone") or delivery.recipient}


def _named(found: Object) -> str:
    """What the vendor calls it. An answer without a name says that it took it, and nothing more."""
    return next((identifier(one, "id") for one in items(found, "messages")), "") or "unnamed"
