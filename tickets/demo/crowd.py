"""A crowd for the demo: many customers of its messenger, so that reach and drill have something to say.

Everybody writes to the vendor's stand-in, and comes in as any customer does. Who has what depends on their number alone: two
of five have written by mail too and are known to be the same person, one of six was answered and is done with.
"""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from time import sleep

from django.conf import settings
from django.db import connection
from django.utils import timezone
from django.utils.module_loading import import_string
from django.utils.translation import gettext as _

from tickets.actions.change import set_status
from tickets.actions.join import join
from tickets.actions.reply import reply
from tickets.channels import channel_classes, open_channel
from tickets.inbox.accept import Arrival, accept_many
from tickets.inbox.process import process_all
from tickets.mime.build import build
from tickets.mime.parse import Mailbox
from tickets.models import Account, Agent, Contact, InboxItem, Message, State, Ticket
from tickets.record.append import append_all
from tickets.stand_in import StandIn

FIRST = 50_000  # the number of the first of them at the vendor
LINES = (
    "Has my parcel left yet?",
    "Can I still change the colour?",
    "Do you have this in green?",
    "The lamp came without a cable.",
    "When are you open on Saturday?",
    "I should like to send it back.",
)
HAS_MAIL, OF = 2, 5
DONE_WITH = 6


class NoMessenger(Exception):
    """There is no messenger in this demo; the text says what to do."""


def gather(people: int) -> int:
    """Let so many people write to the demo's messenger; return how many came in. Raises NoMessenger, OSError."""
    account = _account()
    with _vendor(account) as vendor, _polled(account, people):
        for number in range(people):
            vendor.say(FIRST + number, LINES[number % len(LINES)])
    process_all()
    append_all()
    tickets = Ticket.objects.filter(channel=account.channel, contact__addresses__address__in=_who(people))
    by_number = {int(one.contact.addresses.get(channel=account.channel).address): one for one in tickets}
    agent = Agent.objects.filter(removed_at=None).order_by("pk")[0]
    for who, ticket in sorted(by_number.items()):
        _befriend(account, ticket, who - FIRST, agent)
    append_all()
    return len(by_number)


def _who(people: int) -> list[str]:
    return [str(FIRST + number) for number in range(people)]


def _account() -> Account:
    """The account on a messenger whose vendor we can be ourselves."""
    names = [name for name, cls in channel_classes().items() if cls.stand_in and cls.conversational]
    account = Account.objects.filter(channel__in=names, removed_at=None).order_by("pk").first()
    if account is None:
        raise NoMessenger(
            _("This demo has no messenger yet: start it once with `make demo`, stop it, and call this again.")
        )
    return account


@contextmanager
def _vendor(account: Account) -> Iterator[StandIn]:
    """The vendor, at the port to which the account is connected."""
    vendor: StandIn = import_string(channel_classes()[account.channel].stand_in)()
    vendor.live_in(settings.DATA_DIR / "phones", account.name.partition(" · ")[0])
    vendor.start(settings.PHONE_PORT)
    try:
        yield vendor
    finally:
        vendor.stop()


@contextmanager
def _polled(account: Account, people: int) -> Iterator[None]:
    """Fetch what comes until everybody is there."""
    before, over = InboxItem.objects.filter(account=account).count(), threading.Event()

    def fetch() -> None:
        try:
            open_channel(account).poll(over.is_set)
        finally:
            connection.close()

    thread = threading.Thread(target=fetch, daemon=True)
    thread.start()
    try:
        yield
        while InboxItem.objects.filter(account=account).count() < before + people and thread.is_alive():
            sleep(0.1)
    finally:
        over.set()
        thread.join()


def _befriend(account: Account, ticket: Ticket, number: int, agent: Agent) -> None:
    """Answer them, know their mail address, be done with them: each for some."""
    if number % OF < HAS_MAIL:
        _write_by_mail(account, ticket.contact, number, agent)
    if number % DONE_WITH == 0:
        reply(ticket, _("It is done. Have a good day!"), agent)
        set_status(ticket, State.SOLVED, agent)


def _write_by_mail(account: Account, contact: Contact, number: int, agent: Agent) -> None:
    address, home = f"customer{number}@home.example", account.home
    raw = build(
        from_=Mailbox(contact.name, address),
        to=[Mailbox(home.name, home.address)],
        subject=_("My order"),
        text=_("I have a question about my order."),
        message_id=f"crowd-{number}@home.example",
        date=timezone.now(),
    )
    accept_many(
        [Arrival(home, raw, "smtp", f"crowd-{number}", {"from": address, "to": [home.address]}, timezone.now())]
    )
    process_all()
    mailed = Message.objects.select_related("ticket__contact").get(message_id=f"crowd-{number}@home.example")
    set_status(mailed.ticket, State.SOLVED, agent)
    join(mailed.ticket.contact, contact, agent, _("They told us on the phone."))
