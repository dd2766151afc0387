"""All that the steps must look up for a batch, fetched in a number of queries that does not grow with the batch."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from django.db.models import Q

from tickets.inbox.arriving import Arriving
from tickets.inbox.conversation import Line, last_lines
from tickets.inbox.flood import Begun, begun
from tickets.mime import identifiers
from tickets.mime.own_address import codes_in
from tickets.models import Account, Address, AwaitedId, Delivery, Message, Participant, Piece, SpamSender, Ticket
from tickets.models.keys import signing_keys
from tickets.models.tickets import RESTING

READ = ("public_id", "digest", "direction", "message_id", "album", "account", "ticket__number", "ticket__mailbox__team")
LOOKED_UP = 20  # ids of References that are looked up, counted from the right


Where = tuple[str, str]  # (channel, address)
Conversations = dict[tuple[str, int], int]  # (contact, mailbox) -> number of a ticket


@dataclass(slots=True)
class Known:
    """A message that is here, or will be when this batch is filed."""

    message: str
    ticket: int
    mailbox: int
    team: int | None
    digest: str
    ours: bool
    identifier: str
    account: int


@dataclass(slots=True)
class Place:
    """A ticket as the steps see it while they decide."""

    number: int
    state: str
    mailbox: int
    contact: str
    last_at: datetime  # of its newest message
    history: bool  # it came in as history
    subject: str = ""
    solved_at: datetime | None = None
    participants: set[str] = field(default_factory=set)
    snoozed: bool = False
    spam: str = ""  # by what it is called so


@dataclass(slots=True)
class Desk:
    """What is known while a batch is decided; each decision is added, so that the next mail of the batch sees it."""

    by_id: dict[str, list[Known]]
    by_message: dict[str, Known]
    awaited: dict[str, list[int]]
    places: dict[int, Place]
    contacts: dict[tuple[str, str], str]  # (channel, address) -> public id of the contact
    unreachable: set[tuple[str, str]]  # those addresses to which nothing could be delivered
    unproven: set[tuple[str, str]]  # those that nobody has written from
    ways: dict[tuple[str, str], dict[str, Any]]  # what answers to those addresses need, by account
    open_tickets: Conversations  # the open ticket of a conversational contact
    last_tickets: Conversations  # the same, whatever its state: for what is no message
    begun: Begun  # how many tickets each contact began lately
    deliveries: dict[str, Delivery]
    lines: dict[int, Line]  # the last line of a conversation, by ticket
    albums: dict[tuple[int, str], Known]  # (account, album) -> the message that it is
    own_codes: dict[str, int]  # the tickets whose own addresses these are
    spammers: set[tuple[str, int | None]]  # (contact, team of a mailbox): their new tickets go to spam there

    def place(self, number: int | None) -> Place | None:
        """Return a ticket that was looked up or is being made."""
        return self.places.get(number) if number else None


def named_ids(arriving: Arriving) -> list[str]:
    """Return the ids a mail answers, nearest first."""
    mail = arriving.mail
    chain = [mail.in_reply_to, *reversed(mail.references[-LOOKED_UP:])]
    return list(dict.fromkeys(identifier for identifier in chain if identifier))


def tokens(arriving: Arriving) -> list[str]:
    """Return the public ids of messages whose signed reply address the mail was sent to."""
    keys = signing_keys()
    found = (identifiers.read_reply_address(keys, address) for address in arriving.recipients)
    return [token for token in found if token]


def bounced(arriving: Arriving) -> list[str]:
    """Return the public ids of deliveries whose signed return path the mail was sent to."""
    keys = signing_keys()
    found = (identifiers.read_bounce_address(keys, address) for address in arriving.recipients)
    return [token for token in found if token]


def tag(arriving: Arriving) -> int | None:
    """Return the ticket that a signed subject tag names."""
    return identifiers.read_subject_tag(signing_keys(), arriving.mail.subject)


def look_up(batch: Sequence[Arriving]) -> Desk:
    """Fetch what `batch` refers to. Sixteen queries at most, and the tickets that may be joined are locked."""
    deliveries = {d.public_id: d for d in _deliveries(batch)}
    messages = _messages(batch, deliveries.values())
    known = [_known(message) for message in messages]
    known += _pieces(batch)
    awaited = _awaited(batch)
    tags = {number for arriving in batch if (number := tag(arriving))}
    contacts, unreachable, unproven, ways = _contacts(batch)
    open_tickets, last_tickets = _conversations(batch, set(contacts.values()))
    numbers = {k.ticket for k in known} | set().union(*awaited.values()) | tags | set(last_tickets.values())
    numbers |= set(open_tickets.values())
    own_codes = _own_codes(batch)
    numbers |= set(own_codes.values())
    lately = begun(contacts.values(), {arriving.mailbox.pk for arriving in batch}) if contacts else {}
    numbers |= {rate.newest for rate in lately.values() if rate.is_flood}
    by_id: dict[str, list[Known]] = defaultdict(list)
    for one in known:
        by_id[one.identifier].append(one)
    return Desk(
        by_id=by_id,
        by_message={one.message: one for one in known},
        awaited=awaited,
        places=_places(numbers),
        contacts=contacts,
        unreachable=unreachable,
        unproven=unproven,
        ways=ways,
        open_tickets=open_tickets,
        last_tickets=last_tickets,
        begun=lately,
        deliveries=deliveries,
        lines=last_lines(list(batch), set(open_tickets.values())),
        own_codes=own_codes,
        spammers=_spammers(contacts.values()),
        albums={(m.account_id, m.album): one for m, one in zip(messages, known, strict=False) if m.album},
    )


def _known(message: Message) -> Known:
    mailbox = message.ticket.mailbox
    return Known(
        message=message.public_id,
        ticket=message.ticket.number,
        mailbox=mailbox.pk,
        team=mailbox.team_id,
        digest=message.digest,
        ours=message.direction != "in",
        identifier=message.message_id,
        account=message.account_id,
    )


def codes(arriving: Arriving) -> list[str]:
    """Return what may be the code of a conversation's own address that the mail was sent to."""
    return [code for address in arriving.recipients for code in codes_in(address)]


def _own_codes(batch: Sequence[Arriving]) -> dict[str, int]:
    wanted = {code for arriving in batch for code in codes(arriving)}
    rows = Ticket.objects.filter(own_code__in=wanted).select_related("merged_into")
    return {one.own_code or "": (one.merged_into or one).number for one in rows} if wanted else {}


def _messages(batch: Sequence[Arriving], deliveries: Iterable[Delivery]) -> list[Message]:
    ids: set[str] = set()
    wanted: set[str] = set()
    for arriving in batch:
        ids.update(named_ids(arriving))
        ids.add(arriving.mail.message_id or "")
        if arriving.report and arriving.report.original_message_id:
            ids.add(arriving.report.original_message_id)
        wanted.update(tokens(arriving))
    spoken_of = [delivery.message_id for delivery in deliveries]
    matching = Q(message_id__in=ids - {""}) | Q(public_id__in=wanted) | Q(pk__in=spoken_of)
    if albums := {arriving.album for arriving in batch} - {""}:
        matching |= Q(album__in=albums, account__in={arriving.account.pk for arriving in batch})
    return list(Message.objects.filter(matching).select_related("ticket__mailbox").only(*READ).order_by("pk"))


def _pieces(batch: Sequence[Arriving]) -> list[Known]:
    """The messages that are albums, under the ids of their pieces."""
    ids = {arriving.mail.in_reply_to for arriving in batch if arriving.conversational} - {None}
    if not ids:
        return []
    rows = Piece.objects.filter(identifier__in=ids).select_related("message__ticket__mailbox")
    found = rows.only("identifier", *(f"message__{name}" for name in READ)).order_by("pk")
    return [
        replace(_known(piece.message), identifier=piece.identifier)
        for piece in found
        if piece.identifier != piece.message.message_id
    ]


def _deliveries(batch: Sequence[Arriving]) -> list[Delivery]:
    wanted = {token for arriving in batch for token in bounced(arriving)}
    quoted = {a.report.original_message_id for a in batch if a.report and a.report.original_message_id}
    if not wanted and not quoted:
        return []
    named = Delivery.objects.filter(public_id__in=wanted).values("message")
    matching = Q(message__in=named) | Q(message__message_id__in=quoted)
    return list(Delivery.objects.filter(matching).select_related("message")[:500])


def _awaited(batch: Sequence[Arriving]) -> dict[str, list[int]]:
    ids = {arriving.mail.message_id for arriving in batch if arriving.mail.message_id}
    rows = AwaitedId.objects.filter(identifier__in=ids).values_list("identifier", "message__ticket__number")
    found: dict[str, list[int]] = defaultdict(list)
    for identifier, number in rows:
        found[identifier].append(number)
    return found


def _contacts(batch: Sequence[Arriving]) -> tuple[dict[Where, str], set[Where], set[Where], dict[Where, Any]]:
    """The contacts of a batch, which of their addresses are unreachable or unproven, and what answers to them need."""
    people = {arriving.person[0] for arriving in batch} | _moved_from(batch)
    channels = {arriving.account.channel for arriving in batch}
    rows = Address.objects.filter(channel__in=channels, address__in=people)
    found = list(rows.values_list("channel", "address", "contact__public_id", "reachable", "proven", "data"))
    contacts = {(channel, address): contact for channel, address, contact, *_ in found}
    unreachable = {(channel, address) for channel, address, _, reachable, *_ in found if not reachable}
    unproven = {(channel, address) for channel, address, _, _, proven, _ in found if not proven}
    return contacts, unreachable, unproven, {(channel, address): data for channel, address, *_, data in found}


def _spammers(contacts: Iterable[str]) -> set[tuple[str, int | None]]:
    rows = SpamSender.objects.filter(contact__public_id__in=set(contacts))
    return set(rows.values_list("contact__public_id", "mailbox__team")) if contacts else set()


def _moved_from(batch: Sequence[Arriving]) -> set[str]:
    return {str(moved).lower() for arriving in batch if (moved := arriving.notice.data.get("moved_from"))}


def _conversations(batch: Sequence[Arriving], contacts: set[str]) -> tuple[Conversations, Conversations]:
    """The newest open ticket of each conversational contact, and the newest of all."""
    mailboxes = {arriving.mailbox.pk for arriving in batch if arriving.conversational}
    if not mailboxes or not contacts:
        return {}, {}
    rows = Ticket.objects.filter(contact__public_id__in=contacts, mailbox__in=mailboxes).order_by(
        "last_message_at", "pk"
    )
    found = list(rows.values_list("contact__public_id", "mailbox__pk", "number", "state"))
    return {(c, m): n for c, m, n, s in found if s not in RESTING}, {(c, m): n for c, m, n, _ in found}


def _places(numbers: set[int]) -> dict[int, Place]:
    if not numbers:
        return {}
    merged = Ticket.objects.filter(number__in=numbers, merged_into__isnull=False).values("merged_into")
    tickets = list(
        Ticket.objects.select_for_update(of=("self",))
        .filter(Q(number__in=numbers) | Q(pk__in=merged))
        .select_related("merged_into", "contact")
        .order_by("pk")
    )
    places = {t.pk: _place(t) for t in tickets}
    for pk, address in Participant.objects.filter(ticket__in=places).values_list("ticket", "address"):
        places[pk].participants.add(address)
    found = {place.number: place for place in places.values()}
    for ticket in tickets:
        if ticket.merged_into and ticket.merged_into.number in found:
            found[ticket.number] = found[ticket.merged_into.number]
    return found


def _place(ticket: Ticket) -> Place:
    return Place(
        number=ticket.number,
        state=ticket.state,
        mailbox=ticket.mailbox_id,
        contact=ticket.contact.public_id,
        last_at=ticket.last_message_at,
        history=ticket.history,
        subject=ticket.subject,
        solved_at=ticket.solved_at,
        snoozed=ticket.snoozed_at is not None,
        spam=ticket.spam,
    )


def mailbox_team(account: Account) -> int | None:
    """Return the team whose mailboxes share their threads with this one."""
    return account.home.team_id
