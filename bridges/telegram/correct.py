"""Other words for what went out, or taking it back (SPEC editMessageText, editMessageCaption, deleteMessages).

Doing it twice does no harm: words that stand there already, and a message that is gone, count as done.
"""

import json
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from telegram import Bot

from bridges.telegram import parts
from bridges.telegram.attempt import Attempt, Call, note
from bridges.telegram.refusals import Refused, is_done_already
from bridges.telegram.rich import rich, rich_with
from bridges.telegram.split import LONGEST_CAPTION, LONGEST_TEXT, ranges
from tickets.channels import BUG, Delivery, Done, NotSent, Outgoing
from tickets.mime.parse import Mail, parse

MOST_AT_ONCE = 100  # SPEC deleteMessages
UNDER_THE_LAST = ("document", "audio")  # albums of which Telegram shows the last one's caption


def render(outgoing: Outgoing) -> bytes:
    """Return the calls that give what went out other words, as JSON. Raises NotSent when these do not fit in its place."""
    first = parse(outgoing.original)
    mail = parse(outgoing.amended)
    text = rich_with(mail.text, mail.html, outgoing.footer)
    held = places(outgoing.deliveries[0].corrects, first)
    pieces = ranges(text.text, held[0]["longest"], whole=text.links)
    _check(len(pieces), held)
    made = [
        {
            "method": place["method"],
            "message": place["message"],
            "html": text.html(*piece),
            "text": text.text[slice(*piece)],
        }
        for place, piece in zip(held, pieces or [(0, 0)], strict=False)
    ]
    spare = [place["message"] for place in held[max(1, len(pieces)) :]]
    made += [{"method": "deleteMessages", "messages": spare}] if spare else []
    return json.dumps({"parts": made}, ensure_ascii=False).encode("utf-8", "replace")


def places(sent: Delivery | None, first: Mail) -> list[dict[str, Any]]:
    """Return which messages of the chat hold the words of what was sent: texts of their own, else one caption."""
    cut = (sent.data.get("cut") if sent else None) or parts.cut(rich(first.text, first.html), first.attachments)
    ids = [part.split() for part in (sent.remote_ids if sent else [])]
    texts = [names[0] for (_from, _to, files), names in zip(cut, ids, strict=False) if not files and names]
    if texts:
        return [{"method": "editMessageText", "message": one, "longest": LONGEST_TEXT} for one in texts]
    files, names = cut[0][2], ids[0] if ids else []
    if not names:
        raise NotSent("What went out cannot be found: Telegram never named it.", BUG)
    kinds = {file.part: parts.kind_of(file) for file in first.attachments}
    place = len(names) - 1 if len(files) > 1 and kinds.get(files[0]) in UNDER_THE_LAST else 0
    return [{"method": "editMessageCaption", "message": names[place], "longest": LONGEST_CAPTION}]


def _check(count: int, held: list[dict[str, Any]]) -> None:
    if count > len(held):
        words = ngettext(
            "These words are longer than the message that is to hold them: at most %(longest)d characters. "
            "Shorten them, or write another message.",
            "These words are longer than the %(count)d messages that are to hold them: at most %(longest)d characters "
            "each. Shorten them, or write another message.",
            len(held),
        )
        raise NotSent(words % {"longest": held[0]["longest"], "count": len(held)}, BUG)
    if not count and held[0]["method"] == "editMessageText":
        raise NotSent(_("A message needs words. To be rid of it, take it back."), BUG)


def correct(call: Call, outgoing: Outgoing, rendered: bytes, done: Done) -> None:
    """Make the calls that are not made yet, in order. Raises NotSent for the first that did not go through."""
    for delivery in outgoing.deliveries:
        made = json.loads(rendered)["parts"] if rendered else _deletions(delivery)
        if delivery.data.get("parts") != len(made):
            note(delivery, parts=len(made), **_moved(delivery))
        for number in range(delivery.parts_sent, len(made)):
            done(delivery, number, Corrector(call, delivery, made[number]).make())


def _deletions(delivery: Delivery) -> list[dict[str, Any]]:
    """All that stands in the chat for one message, a hundred at once."""
    ids = [one for part in (delivery.corrects.remote_ids if delivery.corrects else []) for one in part.split()]
    if not ids:
        raise NotSent("What went out cannot be found: Telegram never named it.", BUG)
    groups = (ids[start : start + MOST_AT_ONCE] for start in range(0, len(ids), MOST_AT_ONCE))
    return [{"method": "deleteMessages", "messages": group} for group in groups]


def _moved(delivery: Delivery) -> dict[str, Any]:
    chat = delivery.corrects.data.get("chat") if delivery.corrects else None
    return {"chat": chat} if chat else {}


class Corrector(Attempt):
    """One edit, or one deletion."""

    async def do(self, bot: Bot) -> str:
        """Make the call; what it was about keeps its id."""
        if "messages" in self.part:
            await self._delete(bot, [int(one) for one in self.part["messages"]])
            return " ".join(self.part["messages"])
        given: dict[str, Any] = {
            "chat_id": self.chat,
            "message_id": int(self.part["message"]),
            "parse_mode": self.mode,
            **self.connection,
        }
        if self.part["method"] == "editMessageText":
            await bot.edit_message_text(self.words, **given)
        else:
            await bot.edit_message_caption(caption=self.words or None, **given)
        return str(self.part["message"])

    async def _delete(self, bot: Bot, ids: list[int]) -> None:
        """One message by the call that says why it cannot be; several by the one that skips what is gone."""
        if self.connection:
            await bot.delete_business_messages(self.connection["business_connection_id"], ids)
        elif len(ids) == 1:
            await bot.delete_message(self.chat, ids[0])
        else:
            await bot.delete_messages(self.chat, ids)

    def settled(self, refused: Refused) -> str | None:
        """Whatever is as it was wanted is done."""
        return " ".join(self.part.get("messages") or [self.part["message"]]) if is_done_already(refused) else None
