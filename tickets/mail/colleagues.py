"""Mail to people who work here: invitations, links for a new password. It is no entry of the record."""

from datetime import datetime

from django.conf import settings
from django.utils.translation import gettext as _

from tickets.channels import NotSent
from tickets.mail.ways import FolderWay, Way, way_of
from tickets.mime.build import build
from tickets.mime.parse import Mailbox
from tickets.models import Account, Agent, Health, new_id


def way_out() -> tuple[Way, Account] | None:
    """Return the way that mail to colleagues takes: out of the first mailbox that works and really sends; else None."""
    working = Account.objects.filter(
        channel=settings.LAST_RESORT, mailbox=None, removed_at=None, paused_at=None, health=Health.WORKING
    )
    ways = ((way_of(account), account) for account in working.order_by("pk"))
    return next(((way, account) for way, account in ways if not isinstance(way, FolderWay)), None)


def tell(agent: Agent, subject: str, text: str, at: datetime) -> str:
    """Mail words to a colleague; return "" when their mail server took it, else why not, in words."""
    found = way_out()
    if found is None:
        return _("No mailbox here can send mail yet.")
    way, account = found
    raw = build(
        from_=Mailbox(account.name, account.address),
        to=[Mailbox(agent.name, agent.email)],
        subject=subject,
        text=text,
        message_id=f"colleague.{new_id()}@{account.address.rpartition('@')[2]}",
        date=at,
        headers={"Auto-Submitted": "auto-generated"},
    )
    try:
        sent, refused = way.carry([account.address], [agent.email], raw)
    except NotSent as error:
        return error.reason
    return (
        "" if agent.email in sent else refused[agent.email].reason if agent.email in refused else _("It was refused.")
    )
