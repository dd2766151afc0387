"""What one customer may see of their conversation, for channels that show it themselves; and who has something new in theirs."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import Exists, Max, OuterRef, Q, QuerySet
from django.utils import timezone

from tickets.channels.values import Outgoing
from tickets.mime.parse import attachment as read_attachment
from tickets.models import (
    Account,
    Act,
    Address,
    Attachment,
    Delivery,
    DeliveryState,
    Direction,
    Message,
    ReadMark,
)
from tickets.record import changes
from tickets.record.read import Missing, original

MOST_TICKETS = 20  # of one customer among which their lines are looked for, the newest
MOST_UNSEEN = 100
UNSEEN_WITHIN = timedelta(hours=24)  # what lay there longer is past


@dataclass(slots=True)
class Line:
    """A message as its reader knows it."""

    message: Message
    is_own: bool
    is_here: bool = True  # of what we said: whether it went to the chat, and not only by mail
    receipt: str = ""  # of what we said: delivered or read, as far as that is known
    is_seen: bool = False  # of what they said: whether one of us has looked since
    footer: str = ""
    files: list[Attachment] = field(default_factory=list)


def lines(account: Account, address: str, most: int, before: str = "") -> list[Line]:
    """Return the newest lines that were said from or to `address` on `account`, the oldest first; never a note.

    In the same conversations also what the same person wrote, and was sent, by mail at an address that is proven to be theirs.
    `before`: the public id of a message; only what came before it. The number of queries is fixed.
    """
    known = _address(account, address)
    if known is None:
        return []
    rows = _theirs(account, known).filter(ticket__in=_tickets(account, known))
    if before:
        rows = rows.filter(pk__lt=Message.objects.filter(public_id=before).values("pk")[:1])
    found = list(
        rows.select_related("entry", "ticket__mailbox", "account__mailbox")
        .defer("entry__body")
        .prefetch_related("attachments")
        .order_by("-pk")[:most]
    )
    return _shown(account, known, found[::-1])


def _address(account: Account, address: str) -> Address | None:
    return Address.objects.select_related("contact").filter(channel=account.channel, address=address).first()


def _tickets(account: Account, known: Address) -> list[int]:
    """The newest tickets in which something was said from or to the address."""
    there = Message.objects.filter(ticket=OuterRef("pk")).filter(_in_chat(account, known.address))
    rows = known.contact.tickets.filter(Exists(there)).order_by("-last_message_at")
    return list(rows.values_list("pk", flat=True)[:MOST_TICKETS])


def _in_chat(account: Account, address: str) -> Q:
    sent = Delivery.objects.filter(message=OuterRef("pk"), account=account, recipient=address)
    return Q(direction=Direction.IN, account=account, from_address=address) | Q(Exists(sent))


def _theirs(account: Account, known: Address) -> QuerySet[Message]:
    """What they said or were told there, and by mail at what is proven to be theirs."""
    proven = known.contact.addresses.filter(channel=settings.LAST_RESORT, proven=True)
    mails = list(proven.values_list("address", flat=True)[:MOST_TICKETS])
    arrived = Delivery.objects.filter(message=OuterRef("pk"), act=Act.SEND, state=DeliveryState.SENT)
    here = arrived.filter(account=account, recipient=known.address)
    mailed = arrived.filter(channel=settings.LAST_RESORT, recipient__in=mails)
    own = Q(account=account, from_address=known.address) | Q(channel=settings.LAST_RESORT, from_address__in=mails)
    said = Q(direction=Direction.IN, contact__in=known.contact.selves, kind__in=("message", "forward")) & own
    return Message.objects.filter(
        said | (Q(direction=Direction.OUT) & (Q(Exists(here)) | Q(Exists(mailed), automatic=False)))
    )


def _shown(account: Account, known: Address, messages: Sequence[Message]) -> list[Line]:
    sent = Delivery.objects.filter(
        message__in=[one.pk for one in messages], account=account, recipient=known.address, act=Act.SEND
    )
    receipts = dict(sent.values_list("message_id", "receipt"))
    looked = _looked_at(messages)
    return [_line(account, message, receipts, looked) for message in messages]


def _line(account: Account, message: Message, receipts: dict[int, str], looked: dict[int, datetime]) -> Line:
    files = _shown_files(message)
    if message.direction == Direction.IN:
        seen = message.ticket_id in looked and looked[message.ticket_id] >= message.at
        return Line(message, is_own=True, is_seen=seen, files=files)
    footer = Outgoing(message, account, (), b"").footer if message.pk in receipts else ""
    here = message.pk in receipts
    return Line(message, is_own=False, is_here=here, receipt=receipts.get(message.pk, ""), footer=footer, files=files)


def _shown_files(message: Message) -> list[Attachment]:
    """Files to be had; the payload that a message of a chat was made of, its first JSON file, is none."""
    files = sorted(message.attachments.all(), key=lambda one: one.part)
    is_chat = message.channel != settings.LAST_RESORT and message.direction == Direction.IN
    payload = next((one for one in files if one.content_type == "application/json"), None) if is_chat else None
    return [one for one in files if one is not payload and not one.inline]


def _looked_at(messages: Sequence[Message]) -> dict[int, datetime]:
    marks = ReadMark.objects.filter(ticket__in={one.ticket_id for one in messages})
    return dict(marks.values_list("ticket").annotate(Max("read_at")))


def file_in(account: Account, address: str, message: str, part: int) -> tuple[Attachment, bytes] | None:
    """Return a file of a line that `lines` would show them, and its bytes; None when there is none (any more)."""
    known = _address(account, address)
    if known is None:
        return None
    rows = _theirs(account, known).filter(ticket__in=_tickets(account, known), public_id=message, deleted_at=None)
    found = rows.select_related("entry").prefetch_related("attachments__entry").first()
    file = next((one for one in _shown_files(found) if one.part == part), None) if found else None
    if found is None or file is None:
        return None
    try:
        content = read_attachment(original(file.entry or found.entry), file.entry_part or part)
    except (Missing, FileNotFoundError):
        return None
    return (file, content.content) if content else None


def kept_with(account: Account, address: str) -> dict[str, object]:
    """Return what the notices of `address` said under `address_data` for answers on `account`; {} for nobody known."""
    data = Address.objects.filter(channel=account.channel, address=address).values_list("data", flat=True).first()
    return dict((data or {}).get(account.public_id) or {})


def proven_way(account: Account, address: str) -> str:
    """Return the address of the last resort that is proven to belong to whoever has `address`; "" where there is none."""
    known = _address(account, address)
    if known is None:
        return ""
    theirs = known.contact.addresses.filter(channel=settings.LAST_RESORT, proven=True, reachable=True)
    return theirs.order_by("-last_used_at", "pk").values_list("address", flat=True).first() or ""


def unseen(account: Account, after: timedelta, at: datetime | None = None) -> Iterator[tuple[str, str]]:
    """Yield (recipient, remote id) of what a person wrote, went out `after` so long ago, and was not read, where there is another
    proven way to whoever it was for; at most 100 at once. Nothing is yielded of what lay there for more than a day."""
    when = at or timezone.now()
    there = Address.objects.filter(channel=account.channel, address=OuterRef("recipient"))
    other = Address.objects.filter(channel=settings.LAST_RESORT, proven=True, reachable=True)
    theirs = other.filter(contact=OuterRef("message__ticket__contact"))
    rows = Delivery.objects.filter(
        Exists(there), Exists(theirs), account=account, act=Act.SEND, state=DeliveryState.SENT,
        at__gt=when - UNSEEN_WITHIN, at__lte=when - after, message__automatic=False,
    ).exclude(receipt__in=("read", "played"))  # fmt: skip
    for recipient, remote_ids in rows.order_by("pk").values_list("recipient", "remote_ids")[:MOST_UNSEEN]:
        if remote_ids:
            yield recipient, str(remote_ids[0])


def newest() -> int:
    """Return the number of the newest entry: whoever reads the lines now has all up to it."""
    return changes.newest()


def something_new(channel: str, after: int) -> tuple[int, frozenset[str]]:
    """Return the number of the newest entry of those after `after`, and the addresses on `channel` in whose conversations
    they changed something. Of many entries the first 500: ask again from the number returned."""
    found = changes.after(after)
    numbers: Collection[int] = frozenset().union(*(tickets for _number, tickets in found))
    rows = Address.objects.filter(channel=channel, contact__tickets__number__in=numbers)
    return (found[-1][0] if found else after), frozenset(
        rows.values_list("address", flat=True)
    ) if numbers else frozenset()
