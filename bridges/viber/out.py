"""From the neutral message to calls of send_message, one after the other; each part that went out is committed at once."""

import json
from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _

from bridges.payload import Object, identifier
from bridges.viber import api, parts
from bridges.viber.api import Access
from bridges.viber.refusals import Refused, not_sent
from tickets.channels import BUG, Delivery, Done, NotSent, Outgoing, media_link
from tickets.mime.file_names import safe_name
from tickets.mime.parse import parse

OLDEST_APP = 1  # min_api_version: what is sent here every app shows


def render(outgoing: Outgoing) -> bytes:
    """Return the parts as JSON, files by their digests. How it is cut is kept with the delivery before the first call. Raises NotSent."""
    mail = parse(outgoing.original)
    text = "\n\n".join(filter(None, [mail.text.strip("\n"), outgoing.footer]))
    for file in mail.attachments:
        _check(file.filename or "", file.size)
    kept = next((one.data["cut"] for one in outgoing.deliveries if "cut" in one.data), None)
    made = kept or parts.cut(text, mail.attachments)
    known = {file.part: {"name": file.filename, "sha256": file.sha256, "size": file.size} for file in mail.attachments}
    rendered = {"cut": made, "parts": parts.parts(text, mail.attachments, made), "files": known}
    return json.dumps(rendered, ensure_ascii=False).encode("utf-8", "replace")


def _check(filename: str, size: int) -> None:
    if size > parts.LARGEST_FILE:
        words = _("Viber takes files up to 50 MB; %s is larger. Send a link to it.")
        raise NotSent(words % (filename or _("this one")), BUG)
    if parts.is_forbidden(filename):
        raise NotSent(_("Viber takes no programs: %s. Send it by mail, or a link to it.") % filename, BUG)


def send(access: Access, sender: Object, outgoing: Outgoing, rendered: bytes, done: Done) -> None:
    """Send what is not sent yet, in order. Raises NotSent for the first part that did not go out."""
    made = json.loads(rendered)
    if not made["parts"]:
        raise NotSent("There is nothing to send: no words and no files.", BUG)
    for delivery in outgoing.deliveries:
        _plan(delivery, made)
        for number in range(delivery.parts_sent, len(made["parts"])):
            given = content(made["parts"][number], made["files"], outgoing)
            done(delivery, number, _posted(access, delivery, {**given, "sender": sender}))


def _plan(delivery: Delivery, made: Mapping[str, Any]) -> None:
    """What goes into which part is known before the first goes out; one part has no half."""
    if delivery.data.get("cut") != made["cut"] and (len(made["parts"]) > 1 or delivery.data):
        delivery.data = delivery.data | {"cut": made["cut"], "parts": len(made["parts"])}
        delivery.save(update_fields=["data"])


def content(part: parts.Part, files: Mapping[str, Object], outgoing: Outgoing) -> Object:
    """Return what a call says of one part. A file is named by a signed address: Viber fetches it."""
    kind, text, number = part["type"], part["text"], part["file"]
    if kind == "text":
        return {"type": "text", "text": text}
    file = files[str(number)]
    name = safe_name(str(file["name"] or ""), f"file-{number}")
    media = media_link(outgoing.message, number, name)
    if kind == "picture":
        return {"type": "picture", "text": text, "media": media}
    named = {"file_name": name if "." in name else f"{name}.bin"} if kind == "file" else {}
    return {"type": kind, "media": media, "size": file["size"], **named}


def _posted(access: Access, delivery: Delivery, given: Object) -> str:
    """Return what the vendor calls what was sent: a number beyond what a float holds, kept as text. Raises NotSent."""
    receiver = delivery.way.get("id") or delivery.recipient
    try:
        found = api.call(access, "send_message", receiver=receiver, min_api_version=OLDEST_APP, **given)
    except Refused as refused:
        raise not_sent(refused) from refused
    return identifier(found, "message_token") or "unnamed"
