"""Fetching a file that Telegram holds: getFile, then its bytes (channels.md §1.5). The address holds the token and is shown to nobody."""

from collections.abc import Iterator
from typing import Any

from django.utils.translation import gettext as _
from telegram import Bot

from bridges.telegram import api
from bridges.telegram.refusals import Refused, is_cut_off
from tickets.channels import NotFetched

LARGEST = 20 << 20  # bytes; of the official server (telegram-bot-api, Client.h)
PORTRAIT = 160  # pixels wide: the size of it that is fetched
TRY_AGAIN = 15.0  # seconds
CUT_OFF_TRIES_AGAIN = 600.0


def fetch(token: str, url: str, file: dict[str, Any], is_official: bool) -> Iterator[bytes]:
    """Yield the bytes. Raises NotFetched, for a file over the limit before a call is made."""
    size = file.get("size") or 0
    if is_official and size > LARGEST:
        raise NotFetched(too_large(size))
    try:
        content = api.call(token, url, _whole(str(file.get("file_id") or "")))
    except Refused as refused:
        raise _not_fetched(refused, size) from None
    yield content or b""


def _whole(file_id: str) -> Any:
    async def whole(bot: Bot) -> bytes:
        found = await bot.get_file(file_id)
        return bytes(await found.download_as_bytearray())

    return whole


def portrait(token: str, url: str, bot_id: str) -> bytes:
    """Return the picture of a bot, b"" when it has none or it cannot be had: nothing depends on it."""

    async def newest(bot: Bot) -> bytes:
        photos = (await bot.get_user_profile_photos(int(bot_id), limit=1)).photos
        if not photos:
            return b""
        smallest = min(photos[0], key=lambda one: abs(one.width - PORTRAIT))
        return bytes(await (await bot.get_file(smallest.file_id)).download_as_bytearray())

    try:
        return api.call(token, url, newest) or b""
    except (Refused, ValueError):
        return b""


def too_large(size: int) -> str:
    """Say that a file is over what Telegram hands to bots, and what can be done."""
    words = _("Telegram gives bots files up to 20 MB; this one has %(size)s. Ask for it by mail, or for a link to it.")
    return words % {"size": f"{size / (1 << 20):.1f} MB" if size else _("more")}


def _not_fetched(refused: Refused, size: int) -> NotFetched:
    words = refused.description
    if "file is too big" in words.lower():
        return NotFetched(f"{too_large(size)} ({words})")
    if is_cut_off(refused):
        return NotFetched(words, CUT_OFF_TRIES_AGAIN)
    if refused.status in (0, 429) or refused.status >= 500 or "temporarily" in words.lower():
        return NotFetched(words, refused.retry_after or TRY_AGAIN)
    return NotFetched(words)
