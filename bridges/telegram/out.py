"""From the neutral message to calls of the Bot API, one after the other; each part that went out is committed at once."""

import base64
import json
from collections.abc import Callable
from typing import Any

from telegram import Bot, InputFile, ReplyParameters

from bridges.telegram import api
from bridges.telegram.mail import remote_id_of
from bridges.telegram.refusals import Refused, not_sent
from bridges.telegram.split import split
from tickets.channels import BUG, Account, Delivery, Done, NotSent, Outgoing
from tickets.mime.parse import parse

UPLOAD_TIMEOUT = 60.0
Part = dict[str, Any]


def render(outgoing: Outgoing) -> bytes:
    """Return the parts as JSON: the text in pieces, then each file. The same message always gives the same parts."""
    mail = parse(outgoing.original)
    parts: list[Part] = [{"method": "sendMessage", "text": piece} for piece in split(mail.text)]
    for file in mail.attachments:
        content = base64.b64encode(file.content).decode()
        name = file.filename or f"file-{file.part}"
        parts.append({"method": "sendDocument", "filename": name, "content": content})
    answered = mail.in_reply_to or ""
    return json.dumps({"answers": answered, "parts": parts}, ensure_ascii=False).encode("utf-8", "replace")


def send(account: Account, call: "Call", outgoing: Outgoing, rendered: bytes, done: Done) -> None:
    """Send what is not sent yet, in order. Raises NotSent for the first part that did not go out."""
    made = json.loads(rendered)
    parts: list[Part] = made["parts"]
    for delivery in outgoing.deliveries:
        _plan(delivery, len(parts))
        chat = str(delivery.data.get("chat", delivery.recipient))
        answered = remote_id_of(made["answers"], account, delivery.recipient)
        for number in range(delivery.parts_sent, len(parts)):
            remote_id = _part(call, delivery, chat, parts[number], answered if number == 0 else "")
            done(delivery, number, remote_id)


def _plan(delivery: Delivery, count: int) -> None:
    """How many parts there are is known before the first goes out: a sender that dies half-way leaves no doubt."""
    if not count:
        raise NotSent("There is nothing to send: no words and no files.", BUG)
    if delivery.data.get("parts") != count:
        _note(delivery, parts=count)


def _note(delivery: Delivery, **data: Any) -> None:
    delivery.data = delivery.data | data
    delivery.save(update_fields=["data"])


def _part(call: "Call", delivery: Delivery, chat: str, part: Part, answered: str) -> str:
    """Send one part; a chat that moved is followed once."""
    try:
        return _call(call, str(delivery.data.get("chat", chat)), part, answered)
    except Refused as refused:
        if refused.migrated_to is None:
            raise not_sent(refused) from refused
        _note(delivery, chat=str(refused.migrated_to))
    try:
        return _call(call, delivery.data["chat"], part, "")
    except Refused as refused:
        raise not_sent(refused) from refused


def _call(call: "Call", chat: str, part: Part, answered: str) -> str:
    quoted = ReplyParameters(int(answered), allow_sending_without_reply=True) if answered else None

    async def text(bot: Bot) -> int:
        return (await bot.send_message(chat, part["text"], reply_parameters=quoted)).message_id

    async def file(bot: Bot) -> int:
        document = InputFile(base64.b64decode(part["content"]), part["filename"])
        sent = await bot.send_document(
            chat, document, reply_parameters=quoted, read_timeout=UPLOAD_TIMEOUT, write_timeout=UPLOAD_TIMEOUT
        )
        return sent.message_id

    return str(call(text if part["method"] == "sendMessage" else file))


Call = Callable[[Callable[[Bot], Any]], Any]


def caller(token: str, url: str) -> Call:
    """Return what runs a call on the Bot of a token."""
    return lambda make: api.call(token, url, make)
