"""The step before filing, done in parallel and outside any transaction: from spooled bytes to mails."""

from collections.abc import Iterator

from django.utils import timezone

from tickets.channels import Channel, open_channel
from tickets.inbox import sender
from tickets.inbox.arriving import Arriving
from tickets.mime.authentication import Finding
from tickets.mime.parse import Mail, parse
from tickets.mime.reports import report_of
from tickets.models import ANSWERED, Account, InboxItem, new_id
from tickets.models.text import storable
from tickets.record import spool
from tickets.record.write import entry_of

REQUEST = "request"  # the source of what is written on the page of a signed link
BY_LINK = Finding("pass", "link")
NOBODY = "unknown@sender.invalid"  # a mail that names nobody is still somebody's words


class Unreadable(Exception):
    """A payload of which its channel can make nothing: it is parked with its bytes, for a person to look at."""


def read(item: InboxItem) -> list[Arriving]:
    """Return the mails that one arrival holds: one for email, any number for a messenger's payload.

    Raises FileNotFoundError when the spool file is gone, and whatever a channel's reader raises: the item is parked.
    """
    raw = spool.get(item.spool).raw
    channel = open_channel(item.account)
    return list(_arriving(item, channel, raw))


def _arriving(item: InboxItem, channel: Channel, raw: bytes) -> Iterator[Arriving]:
    for notice in channel.read(raw):
        if answered := item.envelope.get(ANSWERED):
            notice.data["answered"] = answered
        if why := notice.data.get("unreadable"):
            raise Unreadable(why)
        made = channel.message(notice, raw)
        mail = parse(made)
        finding = BY_LINK if item.source == REQUEST else sender.find(mail.headers, channel.vouches)
        yield Arriving(
            item=item,
            account=item.account,
            mailbox=item.account.home,
            conversational=channel.conversational,
            key=f"{item.key}#{notice.key}" if notice.key else item.key,
            mail=mail,
            entry=entry_of(
                "received",
                at=timezone.now()
                if item.history
                else item.received_at,  # history is dated by its mail, its entry is of today
                fields={},
                original=made,
                account=item.account,
                spooled=item.spool if made is raw or made == raw else "",
            ),
            finding=finding,
            check=sender.begin(made, mail.headers, item) if finding.verdict == "unknown" else None,
            sender=notice.sender.lower() or sender_of(mail, item),
            sender_name=storable(notice.sender_name or (mail.from_.name if mail.from_ else ""), 200),
            recipients=recipients_of(mail, item),
            notice=notice,
            ignored=channel.ignores(notice),
            unreachable=storable(" ".join(mail.text.split()), 500) if notice.kind == "unsubscribe" else "",
            report=report_of(mail),
            message=new_id(),
        )


def sender_of(mail: Mail, item: InboxItem) -> str:
    """Return who wrote the mail: From, else the envelope's sender, else nobody."""
    address = mail.from_.address if mail.from_ and "@" in mail.from_.address else item.envelope.get("from")
    return storable(str(address or NOBODY).strip().lower(), 320)


def recipients_of(mail: Mail, item: InboxItem) -> list[str]:
    """Return every address the mail was sent to: the envelope knows best, then what the trace and the heads say."""
    delivered = [
        value.strip().strip("<>")
        for name in ("Delivered-To", "X-Original-To", "Envelope-To", "X-Delivered-To")
        for value in mail.headers.get_all(name)
    ]
    named = [box.address for box in [*mail.to, *mail.cc]]
    return list(dict.fromkeys(str(address).lower() for address in [*item.envelope.get("to", []), *delivered, *named]))


def mailbox_addresses(account: Account) -> set[str]:
    """Return the addresses that are ours on this account."""
    return {account.address.lower(), account.home.address.lower()}
