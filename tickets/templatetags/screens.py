"""How the screens write icons, times, sizes, names and texts."""

import re
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any
from zlib import crc32

from django import template
from django.conf import settings
from django.templatetags.static import static
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.text import Truncator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from tickets.channels import channel_classes
from tickets.mime.html import from_text
from tickets.models import Account, Attachment, Event, Ticket, new_id

register = template.Library()
TONES = 8
_TOKEN = re.compile(r"\+[a-z2-7-]{16,}@")
# Translated when shown, and only the one that is: a list asks fifty times.
STATE_NAMES = {
    "new": gettext_lazy("new"), "open": gettext_lazy("open"), "waiting": gettext_lazy("waiting"),
    "solved": gettext_lazy("solved"), "closed": gettext_lazy("closed"), "queued": gettext_lazy("queued"),
    "sending": gettext_lazy("sending"), "sent": gettext_lazy("sent"), "failed": gettext_lazy("failed"),
    "uncertain": gettext_lazy("uncertain"), "working": gettext_lazy("working"), "degraded": gettext_lazy("degraded"),
    "cut_off": gettext_lazy("cut off"), "administrator": gettext_lazy("administrator"),
    "manager": gettext_lazy("manager"), "agent": gettext_lazy("agent"),
}  # fmt: skip
STATE_ICONS = {"new": "circle-dot", "open": "circle", "waiting": "clock", "solved": "circle-check", "closed": "archive"}
DELIVERY_ICONS = {
    "queued": "clock",
    "sending": "send",
    "sent": "check",
    "failed": "circle-alert",
    "uncertain": "circle-help",
}
EVENT_ICONS = {
    "assigned": "user-check",
    "priority": "flag",
    "tagged": "tag",
    "untagged": "tag",
    "merged": "git-merge",
    "retried": "rotate-cw",
    "subject": "square-pen",
    "team": "users",
    "amendment": "square-pen",
    "withdrawal": "undo-2",
    "snoozed": "hourglass",
    "woken": "hourglass",
    "spam": "shield-alert",
    "not-spam": "shield-alert",
    "unmerged": "split",
    "participant": "user-plus",
}
TOLD_ICONS = {
    "new": "inbox",
    "assigned": "user-check",
    "answered": "reply",
    "mentioned": "at-sign",
    "held": "pause",
    "refused": "mail-warning",
}


@register.simple_tag
@lru_cache(maxsize=500)
def icon(name: str, size: str = "") -> SafeString:
    """A picture from the sprite; it repeats what a word beside it says, and is hidden from screen readers."""
    extra = f" icon-{size}" if size else ""
    return format_html(
        '<svg class="icon{}" aria-hidden="true" focusable="false"><use href="{}#{}"></use></svg>',
        extra,
        static("tickets/icons.svg"),
        name,
    )


@register.filter
def state_icon(state: str) -> str:
    """The icon of a ticket's state."""
    return STATE_ICONS.get(state, "circle")


@register.filter
def told_icon(kind: str) -> str:
    """The icon of a notification's kind."""
    return TOLD_ICONS.get(kind, "bell")


@register.filter
def delivery_icon(state: str) -> str:
    """The icon of a delivery's state."""
    return DELIVERY_ICONS.get(state, "circle")


@register.filter
def state_name(state: str) -> str:
    """A ticket's or a delivery's state in words."""
    return str(STATE_NAMES.get(state, state))


@register.filter
def priority_name(priority: int) -> str:
    """A priority in words."""
    return {1: _("low"), 2: _("normal"), 3: _("high"), 4: _("urgent")}.get(priority, str(priority))


def exact(local: datetime) -> str:
    """Date and time as a person writes them."""
    return f"{date_format(local, 'DATE_FORMAT')}, {date_format(local, 'TIME_FORMAT')}"


def near(local: datetime, now: datetime) -> str:
    """Relative when near, absolute when far; both times are of the person's zone."""
    today, age = now.date(), now - local
    if timedelta(0) <= age < timedelta(minutes=1):
        return _("now")
    if timedelta(0) <= age < timedelta(hours=1):
        minutes = int(age.total_seconds() // 60)
        return ngettext("%(count)d min", "%(count)d min", minutes) % {"count": minutes}
    if local.date() == today or timedelta(0) <= age < timedelta(hours=12):
        return local.strftime("%H:%M")
    if timedelta(0) <= today - local.date() < timedelta(days=7):
        return date_format(local, "D")
    return date_format(local, "j M") if local.year == today.year else date_format(local, "j M Y")


@register.simple_tag
def when(moment: datetime | None, style: str = "near") -> SafeString:
    """A time: "near" for lists, "clock" for conversations (always with the hour); exact on hover."""
    if moment is None:
        return mark_safe("")
    local, now = timezone.localtime(moment), timezone.localtime()
    text = near(local, now)
    if style == "clock" and now - local >= timedelta(hours=12) and local.date() != now.date():
        text = f"{text} {local:%H:%M}"
    return format_html(
        '<time datetime="{}" title="{}">{}</time>', moment.isoformat(timespec="seconds"), exact(local), text
    )


@register.simple_tag
def due(moment: datetime | None) -> SafeString:
    """A time to come: the hour today, the day within a week, else the date; exact on hover."""
    if moment is None:
        return mark_safe("")
    local, now = timezone.localtime(moment), timezone.localtime()
    days = (local.date() - now.date()).days
    form = "H:i" if days <= 0 else "D H:i" if days < 7 else "j M" if local.year == now.year else "j M Y"
    iso = moment.isoformat(timespec="seconds")
    return format_html('<time datetime="{}" title="{}">{}</time>', iso, exact(local), date_format(local, form))


@register.filter
def exactly(moment: datetime | None) -> str:
    """Date and time in full."""
    return exact(timezone.localtime(moment)) if moment else ""


@register.filter
def size(octets: int) -> str:
    """A size of a file as people say it, in powers of 1000."""
    value = float(octets)
    for unit in ("B", "kB", "MB", "GB"):
        if value < 1000 or unit == "GB":
            return f"{value:.0f} {unit}" if unit == "B" or value >= 10 else f"{value:.1f} {unit}"
        value /= 1000
    return ""


@register.filter
def file_name(file: Attachment) -> str:
    """The name of a file, or what it is when it has none."""
    kinds = {
        "message/rfc822": _("the mail itself"),
        "message/delivery-status": _("delivery report"),
        "text/rfc822-headers": _("head of the mail"),
    }
    return file.filename or kinds.get(file.content_type, _("file"))


@register.filter
def said(text: str) -> SafeString:
    """Plain text as HTML: paragraphs, line breaks, links."""
    return mark_safe(from_text(text))  # noqa: S308 (from_text escapes)


@register.filter
def teaser(text: str) -> str:
    """The beginning of a text on one line."""
    return Truncator(" ".join(text[:400].split())).chars(160)


@register.simple_tag
@lru_cache(maxsize=2000)
def avatar(name: str, small: bool = False) -> SafeString:
    """A circle with initials; its tone follows from the name alone. The name stands beside it, so that it is hidden."""
    words = [word for word in name.split("@")[0].replace(".", " ").split() if word[:1].isalnum()]
    letters = "".join(word[0] for word in (words[:1] + words[-1:] if len(words) > 1 else words)) or "?"
    tone = crc32(name.encode("utf-8", "replace")) % TONES
    return format_html(
        '<span class="avatar{} tone-{}" aria-hidden="true">{}</span>',
        " small" if small else "",
        tone,
        letters.upper()[:2],
    )


@register.filter
def addresses(boxes: list[dict[str, Any]]) -> str:
    """Mailboxes as they are typed: Ann Lee <ann@example.org>, bob@example.org."""
    return ", ".join(f"{box['name']} <{box['address']}>" if box.get("name") else str(box["address"]) for box in boxes)


@register.filter
def people(boxes: list[dict[str, Any]]) -> str:
    """Mailboxes in few words: names, or addresses without the token that a signed reply address carries."""
    return ", ".join(box.get("name") or _TOKEN.sub("@", str(box["address"])) for box in boxes)


@register.filter
def channel_label(name: str) -> str:
    """A channel in words."""
    cls = channel_classes().get(name)
    return _(cls.label) if cls else name


@register.filter
def is_special(name: str) -> bool:
    """Whether a channel is worth a mark: the one that everything comes back to is not."""
    return name != settings.LAST_RESORT


@register.filter
def channel_icon(name: str) -> str:
    """A channel's icon in the sprite."""
    cls = channel_classes().get(name)
    return cls.icon if cls else "message-square"


@register.simple_tag
def form_key() -> str:
    """A new idempotency key: the form that carries it writes once."""
    return new_id(26)


@register.filter
def receipt_name(receipt: str) -> str:
    """What the vendor's receipt says of a message of ours."""
    return {"delivered": _("delivered"), "read": _("read"), "played": _("played")}.get(receipt, receipt)


@register.filter
def name_of(ticket: Ticket) -> str:
    """What a ticket is called: a conversation that has no name yet, by what was said last in it."""
    is_talk = ticket.channel != settings.LAST_RESORT
    return ticket.subject or (ticket.snippet if is_talk else "") or str(_("(no subject)"))


@register.filter
def event_icon(event: Event) -> str:
    """The icon of an event."""
    return EVENT_ICONS.get(event.kind, "circle-dot")


@register.filter
def account_name(account: Account) -> str:
    """An account as people name it."""
    return account.name or account.address


@register.simple_tag
def site_url() -> str:
    """The address of this helpdesk."""
    return str(settings.SITE_URL)
