"""Notifications by mail: what is due of one person and one ticket is one short mail with a link, in one thread per ticket.

The mail is not recorded, holds no words of customers but the subject, and says that answers to it go nowhere. A row is
marked as mailed before it is handed over, so that a worker that dies mails nothing twice; what was certainly not sent is
tried again.
"""

from collections.abc import Sequence
from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import F
from django.db.models.functions import Now
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from tickets.actions.told import words
from tickets.channels import CUT_OFF, RATE, TEMPORARY, NotSent
from tickets.mail import ways
from tickets.mime import identifiers
from tickets.mime.build import build
from tickets.mime.parse import Mailbox
from tickets.models import Account, Agent, Health, Notification, Ticket, new_id
from tickets.models.keys import signing_key
from tickets.permissions import visible_to

MOST_TRIES = 5
PAUSE = timedelta(minutes=5)
HEADERS = {"Auto-Submitted": "auto-generated", "X-Auto-Response-Suppress": "All", "Precedence": "bulk"}


def tell_due(most: int = 50) -> int:
    """Mail what is due; return how many mails were tried."""
    due = Notification.objects.filter(mail_due_at__lte=Now()).order_by("mail_due_at").values_list("agent", "ticket")
    pairs = dict.fromkeys(due[:most])
    for agent, ticket in pairs:
        _tell(agent, ticket)
    return len(pairs)


def _tell(agent_pk: int, ticket_pk: int) -> None:
    rows = _claim(agent_pk, ticket_pk)
    if not rows:
        return
    account = sender(rows[0].ticket)
    if reason := _hindrance(rows[0].agent, rows[0].ticket):
        _note(rows, reason)
    elif account is None:
        _again(rows, _("No mailbox can send just now."))
    else:
        _send(rows, account, rows[0].agent.email)


def _hindrance(agent: Agent, ticket: Ticket) -> str:
    """Why no mail about this ticket goes to somebody at all, or ""."""
    if not visible_to(agent).filter(pk=ticket.pk).exists():
        return _("They may not see this ticket any more.")
    if Account.objects.filter(address=agent.email, removed_at__isnull=True).exists():
        return _("Their address is a mailbox of this helpdesk.")
    return ""


def _send(rows: Sequence[Notification], account: Account, recipient: str) -> None:
    try:
        _sent, refused = ways.way_of(account).carry(["", account.address], [recipient], mail_of(rows, account))
    except NotSent as error:
        (_again if error.kind in (TEMPORARY, RATE, CUT_OFF) else _note)(rows, error.reason)
    else:
        _note(rows, refused[recipient].reason if refused else "")


def _claim(agent_pk: int, ticket_pk: int) -> list[Notification]:
    """Take all that waits to be mailed of this ticket to this person, also what came within the minute."""
    with transaction.atomic():
        rows = Notification.objects.select_for_update(of=("self",)).filter(agent=agent_pk, ticket=ticket_pk)
        found = list(
            rows.exclude(mail_due_at=None)
            .select_related("agent", "ticket__mailbox", "ticket__contact", "by")
            .order_by("at", "pk")
        )
        Notification.objects.filter(pk__in=[row.pk for row in found]).update(
            mail_due_at=None, mailed_at=Now(), mail_attempts=F("mail_attempts") + 1, mail_reason=""
        )
    return found


def _note(rows: Sequence[Notification], reason: str) -> None:
    if reason:
        Notification.objects.filter(pk__in=[row.pk for row in rows]).update(mailed_at=None, mail_reason=reason)


def _again(rows: Sequence[Notification], reason: str) -> None:
    """It was certainly not sent: once more later, while it is unread, and not for ever."""
    _note(rows, reason)
    left = Notification.objects.filter(pk__in=[row.pk for row in rows], mail_attempts__lt=MOST_TRIES, read_at=None)
    left.update(mail_due_at=Now() + PAUSE)


def sender(ticket: Ticket) -> Account | None:
    """Return the mailbox that a notification about this ticket leaves by: its own, else the first that can send."""
    boxes = Account.objects.filter(mailbox__isnull=True, channel=settings.LAST_RESORT, removed_at__isnull=True)
    boxes = boxes.filter(paused_at__isnull=True).exclude(health=Health.CUT_OFF)
    return boxes.filter(pk=ticket.mailbox_id).first() or boxes.order_by("pk").first()


def mail_of(rows: Sequence[Notification], account: Account) -> bytes:
    """Return the mail, in the language of whom it is for."""
    agent, ticket = rows[0].agent, rows[0].ticket
    domain = account.address.rpartition("@")[2]
    thread = identifiers.told_id(signing_key(), ticket.number, "thread", domain)
    with translation.override(agent.language or settings.LANGUAGE_CODE):
        subject, text = f"#{ticket.number} {ticket.subject}", text_of(rows, ticket)
    return build(
        from_=Mailbox(account.name, account.address),
        to=[Mailbox(agent.name, agent.email)],
        subject=subject,
        text=text,
        message_id=identifiers.told_id(signing_key(), ticket.number, new_id(), domain),
        date=timezone.now(),
        in_reply_to=thread,
        references=[thread],
        headers={**HEADERS, "X-Loop": account.address},
    )


def text_of(rows: Sequence[Notification], ticket: Ticket) -> str:
    """Return what happened, where to look, and that an answer is read by nobody."""
    happened = "\n".join(f"{words(row)}." for row in rows)
    where = settings.SITE_URL + reverse("tickets:ticket-show", args=[ticket.number])
    how = settings.SITE_URL + reverse("tickets:me-edit")
    nobody = _("Answers to this mail reach nobody; write in the ticket.")
    choose = _("Choose what you are told by mail: %(url)s") % {"url": how}
    return f"{happened}\n\n{where}\n\n{nobody}\n{choose}\n"
