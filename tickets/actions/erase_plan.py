"""What an erasure takes in: which entries go whole, which are cut, and what of them stays because it is about others."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256
from typing import Any

from django.db.models import Q

from tickets.actions.consequences import bounces_of
from tickets.actions.person import Person
from tickets.mime.parse import Mail, parse
from tickets.models import Agent, Delivery, Direction, Entry, Message, Ticket, new_id
from tickets.record import erase, read
from tickets.record.append import head

CUT, WHOLE = "cut", "whole"  # what becomes of others' messages that quote the person: the quote goes, or the message
WITHOUT_TICKET = ("copy", "screened", "ignored", "contact")  # the condition of an index
REWORDED = ("edit", "amendment", "withdrawal")  # kinds that give a message other words, or none
WHO = ("address", "address_data", "moved", "new_contact", "proven", "unreachable")  # what a decision says of a sender


@dataclass(slots=True)
class Order:
    """Who wants what erased, and why."""

    by: Agent | None
    reason: str
    person: Person | None  # None: whole tickets, whoever wrote in them
    quotes: str
    at: datetime
    name: str = field(default_factory=new_id)  # the same for all entries of one erasure
    erased: set[int] = field(default_factory=set)  # numbers, so far
    earlier: set[int] = field(default_factory=set)  # numbers of erasures before this one, which left something of these
    messages: set[str] = field(default_factory=set)  # public ids of messages that went whole, so far
    changed: set[str] = field(default_factory=set)  # of those that were cut, too: copies of all of them go


@dataclass(slots=True)
class Plan:
    """What one entry of an erasure takes in."""

    tickets: list[int]  # whose subject goes too
    seen: int  # the last entry that was there when it was made
    erased: list[int] = field(default_factory=list)
    kept: dict[str, dict[str, str]] = field(default_factory=dict)
    fields: dict[str, dict[str, Any]] = field(default_factory=dict)
    cut: dict[int, bytes] = field(default_factory=dict)
    deliveries: set[str] = field(default_factory=set)  # public ids, of messages that go
    typed: set[str] = field(default_factory=set)  # of those, to an address that the person named and nobody has proven
    messages: set[str] = field(default_factory=set)  # public ids, of those that go
    changed: set[str] = field(default_factory=set)  # of those that are cut, too


def plan_for(order: Order, numbers: list[int]) -> Plan:
    """Look at every entry of the tickets `numbers`; without any, at those that belong to no ticket."""
    whose = Q(contact__public_id__in=order.person.contacts) if order.person else Q()
    there = Q(number__in=numbers) | Q(merged_into__number__in=numbers)
    own = set(Ticket.objects.filter(whose, there).values_list("number", flat=True))
    own |= set(Ticket.objects.filter(merged_into__number__in=own).values_list("number", flat=True))
    plan = Plan(sorted(own), head().number)
    messages = {
        message.entry_id: message
        for message in Message.objects.filter(entry__in=Entry.objects.filter(scope(numbers)))
        .select_related("contact", "ticket")
        .prefetch_related("deliveries")
        .defer("html")
    }
    entries = Entry.objects.filter(scope(numbers)).order_by("number")
    for entry in entries.iterator(chunk_size=200):
        _consider(order, plan, entry, messages.get(entry.pk), own)
    if not numbers:
        _consider_strays(order, plan)
    return plan


def _consider(order: Order, plan: Plan, entry: Entry, message: Message | None, own: set[int]) -> None:
    person = order.person
    if person is None:
        _bury(plan, entry, message, None)
    elif message is not None:
        _consider_message(order, plan, entry, message, bool({entry.ticket_number, message.ticket.number} & own))
    elif (
        entry.ticket_number in own
        or entry.fields.get("message") in order.messages
        or _speaks_of(entry, plan)
        or person.is_named_in(str(entry.fields))
        or _returns_words_of(entry, person)
    ):
        _bury(plan, entry, None, person)


def _consider_message(order: Order, plan: Plan, entry: Entry, message: Message, is_own: bool) -> None:
    person = order.person
    assert person is not None
    asked = is_own and "confirms" in entry.fields
    if asked:
        plan.typed.update(one.public_id for one in message.deliveries.all())
    if asked or _is_from_or_to(message, person):
        plan.deliveries.update(one.public_id for one in message.deliveries.all())
        order.messages.add(message.public_id)
        _bury(plan, entry, message, person)
        return
    mail = parse(read.original(entry))
    quoted = person.is_quoted_in(mail) or bool(order.messages & set(entry.fields.get("knows", [])))
    if quoted and order.quotes == WHOLE:
        _bury(plan, entry, message, person)
    elif quoted or is_own or _is_named(person, mail):
        _cut(plan, entry, message, person, mail)


def _is_from_or_to(message: Message, person: Person) -> bool:
    if message.direction == Direction.IN:
        return message.contact is not None and message.contact.public_id in person.contacts
    named = [one.recipient for one in message.deliveries.all()]
    if message.history:  # it was sent before there were deliveries here
        named += [box["address"] for box in [*message.to, *message.cc]]
    return any(address.lower() in person.addresses for address in named)


def _is_named(person: Person, mail: Mail) -> bool:
    boxes = " ".join(f"{box.name} {box.address}" for box in [*mail.to, *mail.cc])
    return person.is_named_in(f"{mail.subject or ''} {boxes} {mail.text}")


def _speaks_of(entry: Entry, plan: Plan) -> bool:
    """Whether it is about a message that goes, or about a delivery of one: an outcome, a retry, an edit, a file."""
    named = {one["delivery"] for one in entry.fields.get("outcomes", [])} | {entry.fields.get("delivery", "")}
    message = entry.fields.get("message")
    if entry.kind in REWORDED and message in plan.changed:  # the same words, perhaps with the same quote
        return True
    return bool(named & plan.deliveries) or message in plan.messages


def _returns_words_of(entry: Entry, person: Person) -> bool:
    """Whether an outcome holds what was sent to somebody else, and that quotes or names the person (ADR 6)."""
    if entry.kind != "outcome":
        return False
    returned = [parse(file.content) for file in parse(read.original(entry)).attachments]
    return any(person.is_quoted_in(mail) or _is_named(person, mail) for mail in returned)


def _bury(plan: Plan, entry: Entry, message: Message | None, person: Person | None) -> None:
    """The entry becomes a tombstone; of a decision that is also about others, their part stays."""
    plan.erased.append(entry.number or 0)
    if message is not None:
        plan.messages.add(message.public_id)
        plan.changed.add(message.public_id)
        plan.kept[str(entry.number)] = {"id": _id_to_keep(message.message_id, person), "date": message.at.isoformat()}
    kept = _kept_of_others(entry.fields, person, plan.typed)
    if kept != erase.structure(entry.fields):
        plan.fields[str(entry.number)] = kept


def _id_to_keep(message_id: str, person: Person | None) -> str:
    """The Message-ID keeps the thread together; one that names the person becomes a digest of itself."""
    if person and person.is_named_in(message_id):
        return f"{sha256(message_id.encode()).hexdigest()[:32]}@erased.invalid"
    return message_id


def _kept_of_others(fields: dict[str, Any], person: Person | None, typed: set[str]) -> dict[str, Any]:
    """The decision without words, but with the addresses of everybody else: they are customers still."""
    kept: dict[str, Any] = erase.structure(fields)
    if person is None or fields.get("contact") not in person.contacts:
        kept |= {name: fields[name] for name in WHO if name in fields}
    addresses = person.addresses if person else set()
    for name in ("deliveries", "outcomes"):
        decided = fields.get(name, [])
        spared = _not_to(addresses, decided) - typed
        if spared:
            pairs = zip(decided, kept[name], strict=True)
            kept[name] = [whole if whole["delivery"] in spared else empty for whole, empty in pairs]
    if bounced := [one for one in bounces_of(fields) if _not_to(addresses, [one]) - typed]:
        others = [erase.structure(one) for one in bounces_of(fields) if one not in bounced]
        kept["bounced"] = [*bounced, *others]
    return kept


def _not_to(addresses: set[str], decided: Sequence[dict[str, Any]]) -> set[str]:
    """Which of these deliveries went to somebody else."""
    known = {one["delivery"]: one["recipient"] for one in decided if "recipient" in one}
    known |= _recipients(one["delivery"] for one in decided if "recipient" not in one)
    return {name for name, recipient in known.items() if recipient and recipient.lower() not in addresses}


def _recipients(deliveries: Iterable[str]) -> dict[str, str]:
    return dict(Delivery.objects.filter(public_id__in=list(deliveries)).values_list("public_id", "recipient"))


def _cut(plan: Plan, entry: Entry, message: Message, person: Person, mail: Mail) -> None:
    """The entry stays, without what is the person's in it."""
    number = entry.number or 0
    mail.date = mail.date or message.at
    mail.message_id = _id_to_keep(mail.message_id or f"{number}@erased.invalid", person)
    mail.references = [_id_to_keep(one, person) for one in mail.references]
    plan.deliveries.update(one.public_id for one in message.deliveries.all())  # their outcomes hold what was sent
    plan.erased.append(number)
    plan.changed.add(message.public_id)
    plan.cut[number] = person.cut(mail)
    decided = {name: value for name, value in entry.fields.items() if name != "knows"}  # the quote is cut for good
    kept = person.scrub(decided)
    if decided.get("contact") not in person.contacts:  # somebody else may bear the same name
        kept |= {name: decided[name] for name in WHO if name in decided}
    plan.fields[str(number)] = kept


def _consider_strays(order: Order, plan: Plan) -> None:
    """What arrived and made no message: copies of what went or was cut, and what the person's addresses sent."""
    person = order.person
    strays = Entry.objects.filter(kind__in=WITHOUT_TICKET, number__isnull=False).order_by("pk")
    if person is None:
        strays = strays.filter(fields__copy_of__in=sorted(order.changed))
    for entry in strays.iterator(chunk_size=500):
        said = entry.fields
        theirs = person and (_is_about(entry, person) or person.is_named_in(str(said)))
        if person and theirs and entry.kind == "contact" and not _is_about(entry, person):
            _cut_of_contact(plan, entry, person)
        elif theirs or said.get("copy_of") in order.changed:
            _bury(plan, entry, None, person)
    order.erased.update(plan.erased)
    order.earlier |= earlier(plan)
    for entry in Entry.objects.filter(number__in=sorted(order.earlier)).order_by("number").iterator(500):
        _consider_erasure(order, plan, entry)


def _is_about(entry: Entry, person: Person) -> bool:
    return any(entry.fields.get(role) in person.contacts for role in ("contact", "into", "out_of"))


def _cut_of_contact(plan: Plan, entry: Entry, person: Person) -> None:
    """A decision about somebody else, as a note, that names the person: it stays, without them."""
    mail = parse(read.original(entry))
    mail.date = mail.date or entry.at
    said = entry.fields
    plan.erased.append(entry.number or 0)
    plan.cut[entry.number or 0] = person.cut(mail)
    kept = person.scrub(said)
    for whole, cut in (
        (said, kept),
        (said.get("set", {}), kept.get("set", {})),
    ):  # somebody else may bear the same name
        cut.update({name: whole[name] for name in ("name", "address") if name in whole})
    plan.fields[str(entry.number)] = kept


def earlier(plan: Plan) -> set[int]:
    """Return the numbers of the erasures that cut, or left something of, what is erased now."""
    rows = Entry.objects.filter(number__in=plan.erased, erased__isnull=False).values_list("erased", flat=True)
    return {number for number in rows if number}


def _consider_erasure(order: Order, plan: Plan, entry: Entry) -> None:
    """An earlier erasure left in its entry what is erased now: a person's part, or a cut mail. It is carried out since."""
    said = entry.fields
    gone = {str(number) for number in order.erased} & said["fields"].keys()
    if gone and said["erasure"] != order.name:
        rest = {number: fields for number, fields in said["fields"].items() if number not in gone}
        plan.erased.append(entry.number or 0)
        plan.fields[str(entry.number)] = said | {"cut": [], "fields": rest}


def scope(numbers: list[int]) -> Q:
    """Return the entries of these tickets, and of those merged into them: where their messages are now decides."""
    merged = Ticket.objects.filter(merged_into__number__in=numbers).values_list("number", flat=True)
    every = [*numbers, *merged]
    here = Message.objects.filter(ticket__number__in=every).exclude(entry__ticket_number__in=every)
    away = Message.objects.filter(entry__ticket_number__in=every).exclude(ticket__number__in=every)
    filed = Q(ticket_number__in=every) & ~Q(pk__in=list(away.values_list("entry", flat=True)))
    return filed | Q(pk__in=list(here.values_list("entry", flat=True)))
