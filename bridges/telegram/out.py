"""From the neutral message to calls of the Bot API, one after the other; each part that went out is committed at once."""

import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from telegram import (
    Bot,
    InputFile,
    InputMediaAudio,
    InputMediaDocument,
    InputMediaPhoto,
    InputMediaVideo,
    ReplyParameters,
)

from bridges.telegram import api, parts
from bridges.telegram.mail import remote_id_of
from bridges.telegram.parts import Part
from bridges.telegram.refusals import Refused, is_broken_markup, not_sent
from bridges.telegram.rich import rich
from tickets.channels import BUG, Account, Delivery, Done, NotSent, Outgoing
from tickets.mime.parse import Attachment, parse

UPLOAD_TIMEOUT = 60.0
MEDIA = {"photo": InputMediaPhoto, "video": InputMediaVideo, "audio": InputMediaAudio, "document": InputMediaDocument}
Files = Mapping[int, Attachment]
Call = Callable[[Callable[[Bot], Any]], Any]


def render(outgoing: Outgoing) -> bytes:
    """Return the parts as JSON, files by their digests. How it is cut is kept with the delivery before the first call."""
    mail = parse(outgoing.original)
    text = rich(mail.text, mail.html)
    if text.text and outgoing.footer:
        text.text += f"\n\n{outgoing.footer}"
    kept = next((one.data["cut"] for one in outgoing.deliveries if "cut" in one.data), None)
    made = kept or parts.cut(text, mail.attachments)
    known = {file.part: {"name": file.filename, "sha256": file.sha256, "size": file.size} for file in mail.attachments}
    rendered = {"answers": mail.in_reply_to or "", "cut": made, "parts": parts.parts(mail, text, made), "files": known}
    return json.dumps(rendered, ensure_ascii=False).encode("utf-8", "replace")


def send(account: Account, call: Call, outgoing: Outgoing, rendered: bytes, done: Done) -> None:
    """Send what is not sent yet, in order. Raises NotSent for the first part that did not go out."""
    made = json.loads(rendered)
    files: Files = {}
    if made["files"]:
        files = {file.part: file for file in parse(outgoing.original).attachments}
    for delivery in outgoing.deliveries:
        _plan(delivery, made)
        answered = remote_id_of(made["answers"], account, delivery.recipient)
        for number in range(delivery.parts_sent, len(made["parts"])):
            sender = Sender(call, delivery, made["parts"][number], files, answered if number == 0 else "")
            done(delivery, number, sender.send())


def _plan(delivery: Delivery, made: Mapping[str, Any]) -> None:
    """What goes into which part is known before the first goes out: a sender that dies half-way leaves no doubt.

    One part has no half.
    """
    if not made["parts"]:
        raise NotSent("There is nothing to send: no words and no files.", BUG)
    if delivery.data.get("cut") != made["cut"] and (len(made["parts"]) > 1 or delivery.data):
        _note(delivery, cut=made["cut"], parts=len(made["parts"]))


def _note(delivery: Delivery, **data: Any) -> None:
    delivery.data = delivery.data | data
    delivery.save(update_fields=["data"])


class Sender:
    """One part on its way to one chat."""

    def __init__(self, call: Call, delivery: Delivery, part: Part, files: Files, answered: str) -> None:
        self.call = call
        self.delivery = delivery
        self.part = part
        self.files = [files[number] for number in part.get("files", [])]
        self.answered = answered
        self.is_plain = False

    def send(self) -> str:
        """Return what the chat calls the message; the ids of an album divided by spaces. Raises NotSent.

        A chat that moved is followed once; markup that Telegram cannot read is sent once more as plain text: both were
        refused for certain.
        """
        for _attempt in range(3):
            try:
                return str(self.call(self._do))
            except Refused as refused:
                if refused.migrated_to is not None:
                    _note(self.delivery, chat=str(refused.migrated_to))
                    self.answered = ""  # ids of the old chat mean nothing in the new one
                elif is_broken_markup(refused) and not self.is_plain:
                    self.is_plain = True
                else:
                    raise not_sent(refused) from refused
        raise NotSent("The chat moves on and on.", BUG)

    @property
    def chat(self) -> str:
        """Where to: the recipient, or where its chat has moved."""
        return str(self.delivery.data.get("chat", self.delivery.recipient))

    @property
    def words(self) -> str:
        """Text or caption."""
        return str(self.part["text"] if self.is_plain else self.part["html"])

    @property
    def about(self) -> dict[str, Any]:
        """What every kind of call takes."""
        quoted = ReplyParameters(int(self.answered), allow_sending_without_reply=True) if self.answered else None
        return {"reply_parameters": quoted}

    async def _do(self, bot: Bot) -> str:
        mode = None if self.is_plain else "HTML"
        if not self.files:
            sent = await bot.send_message(self.chat, self.words, parse_mode=mode, **self.about)
            return str(sent.message_id)
        patience: dict[str, Any] = {"read_timeout": UPLOAD_TIMEOUT, "write_timeout": UPLOAD_TIMEOUT}
        if len(self.files) > 1:
            album = await bot.send_media_group(self.chat, self._album(mode), **self.about, **patience)
            return " ".join(str(one.message_id) for one in album)
        [file], [kind] = self.files, self.part["kinds"]
        method = getattr(bot, f"send_{kind}")
        more = {"caption": self.words or None, "parse_mode": mode, **self.about, **patience}
        return str((await method(self.chat, upload(file), **more)).message_id)

    def _album(self, mode: str | None) -> Sequence[Any]:
        """The caption stands at the first picture, and below the last document: there Telegram shows it."""
        kinds = self.part["kinds"]
        place = len(kinds) - 1 if kinds[0] in ("document", "audio") else 0
        captions = [self.words if number == place else None for number in range(len(kinds))]
        return [
            MEDIA[kind](upload(file, attach=True), caption=caption or None, parse_mode=mode)
            for kind, file, caption in zip(kinds, self.files, captions, strict=True)
        ]


def upload(file: Attachment, attach: bool = False) -> InputFile:
    """Return a file as the library takes it."""
    return InputFile(file.content, file.filename or f"file-{file.part}", attach=attach)


def caller(token: str, url: str) -> Call:
    """Return what runs a call on the Bot of a token."""
    return lambda make: api.call(token, url, make)
