"""From the neutral message to calls of the Bot API, one after the other; each part that went out is committed at once."""

import json
from collections.abc import Mapping, Sequence
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

from bridges.telegram import parts
from bridges.telegram.attempt import Attempt, Call, note
from bridges.telegram.mail import remote_id_of
from bridges.telegram.parts import Part
from bridges.telegram.rich import rich_with
from tickets.channels import BUG, Account, Delivery, Done, NotSent, Outgoing
from tickets.mime.parse import Attachment, parse

UPLOAD_TIMEOUT = 60.0
MEDIA = {"photo": InputMediaPhoto, "video": InputMediaVideo, "audio": InputMediaAudio, "document": InputMediaDocument}
Files = Mapping[int, Attachment]


def render(outgoing: Outgoing) -> bytes:
    """Return the parts as JSON, files by their digests. How it is cut is kept with the delivery before the first call."""
    mail = parse(outgoing.original)
    text = rich_with(mail.text, mail.html, outgoing.footer)
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
            done(delivery, number, sender.make())


def _plan(delivery: Delivery, made: Mapping[str, Any]) -> None:
    """What goes into which part is known before the first goes out: a sender that dies half-way leaves no doubt.

    One part has no half.
    """
    if not made["parts"]:
        raise NotSent("There is nothing to send: no words and no files.", BUG)
    if delivery.data.get("cut") != made["cut"] and (len(made["parts"]) > 1 or delivery.data):
        note(delivery, cut=made["cut"], parts=len(made["parts"]))


class Sender(Attempt):
    """One part on its way to one chat; what goes out is called by its id there, an album by ids divided by spaces."""

    def __init__(self, call: Call, delivery: Delivery, part: Part, files: Files, answered: str) -> None:
        super().__init__(call, delivery, part)
        self.files = [files[number] for number in part.get("files", [])]
        self.answered = answered

    def moved(self) -> None:
        """Ids of the old chat mean nothing in the new one."""
        self.answered = ""

    @property
    def about(self) -> dict[str, Any]:
        """What every kind of call takes."""
        quoted = ReplyParameters(int(self.answered), allow_sending_without_reply=True) if self.answered else None
        return {"reply_parameters": quoted, **self.connection}

    async def do(self, bot: Bot) -> str:
        """Make the call."""
        mode = self.mode
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
