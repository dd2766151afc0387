"""Answers in the name of a business account (SPEC BusinessConnection): why one could not be given, in words."""

from collections.abc import Callable, Mapping
from typing import Any

from django.utils.translation import gettext as _
from telegram import Bot

from bridges.payload import get
from bridges.telegram.media import full_name
from bridges.telegram.refusals import Refused
from tickets.channels import BUG, CONTACT_BLOCKED, WINDOW, NotSent


def why_not(call: Callable[[Callable[[Bot], Any]], Any], connection: Mapping[str, str], refusal: NotSent) -> NotSent:
    """Return the refusal of an answer, with what stands behind it where it was given for a business account."""
    if not connection or refusal.kind not in (BUG, WINDOW, CONTACT_BLOCKED):
        return refusal
    try:
        found = call(lambda bot: bot.do_api_request("getBusinessConnection", api_kwargs=dict(connection)))
    except Refused:
        found = {}
    words, kind = _hindrance(found if isinstance(found, dict) else {}, refusal)
    return NotSent(f"{words} ({refusal.reason})" if words else refusal.reason, kind, refusal.retry_after)


def _hindrance(found: dict[str, Any], refusal: NotSent) -> tuple[str, str]:
    """The words and the kind: whoever owns the business account decides what the bot may do there."""
    name = full_name(get(found, "user"))
    if not found.get("is_enabled"):
        return _("The business account is not connected to the bot any more."), CONTACT_BLOCKED
    if not get(found, "rights").get("can_reply"):
        words = _("%(name)s lets the bot read, but not answer. That is changed in their Telegram: Business, Chatbots.")
        return words % {"name": name}, CONTACT_BLOCKED
    if refusal.kind == WINDOW:
        return _("Telegram lets a bot answer for a business only within 24 hours of what the customer wrote."), WINDOW
    return "", refusal.kind
