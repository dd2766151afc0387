"""Blue ticks and “typing”: courtesies that nobody waits for, and of whose failure nobody is told."""

import logging
import threading

from bridges.payload import Object
from bridges.whatsapp import api
from bridges.whatsapp.api import Access
from bridges.whatsapp.mail import remote_id_of
from bridges.whatsapp.refusals import Refused
from tickets.channels import Account, Message, Outgoing

PATIENCE = 5.0  # seconds
LOOKED_BACK = 5  # messages of a customer among which one has an id to be marked
log = logging.getLogger(__name__)


def last_of(outgoing: Outgoing) -> str:
    """Return what the vendor calls the newest message of this conversation; "" where there is none of theirs, or it was marked with
    an answer before this one."""
    said = Message.objects.filter(ticket=outgoing.message.ticket_id, pk__lt=outgoing.message.pk)
    before = said.exclude(direction="note").order_by("-pk").values_list("direction", "deliveries__state").first()
    if before == ("out", "sent"):
        return ""
    rows = Message.objects.filter(ticket=outgoing.message.ticket_id, account=outgoing.account, direction="in")
    return _newest(
        list(rows.order_by("-at", "-pk").values_list("message_id", flat=True)[:LOOKED_BACK]), outgoing.account
    )


def last_from(account: Account, recipient: str) -> str:
    """Return what the vendor calls the newest message of a customer."""
    theirs = {"ticket__contact__addresses__channel": account.channel, "ticket__contact__addresses__address": recipient}
    rows = Message.objects.filter(account=account, direction="in", **theirs)
    return _newest(list(rows.order_by("-at", "-pk").values_list("message_id", flat=True)[:LOOKED_BACK]), account)


def _newest(ids: list[str], account: Account) -> str:
    return next(filter(None, (remote_id_of(one, account) for one in ids)), "")


def mark(access: Access, remote_id: str, **more: Object) -> None:
    """Let the customer see that a message, and all before it, was read."""
    if not remote_id:
        return
    given = {"messaging_product": "whatsapp", "status": "read", "message_id": remote_id, **more}
    try:
        api.call(access, "POST", f"{access.number}/messages", PATIENCE, json=given)
    except Refused as refused:
        log.info("A message could not be marked as read: %s", refused)


def show_typing(access: Access, account: Account, recipient: str) -> None:
    """Show that somebody writes; the vendor takes it with the message that is answered."""
    if remote_id := last_from(account, recipient):
        told = {"typing_indicator": {"type": "text"}}
        threading.Thread(target=mark, args=(access, remote_id), kwargs=told, daemon=True, name="typing").start()
