"""The ways of the crawl: for each address of the project, who may go there, with which arguments, and what is sent.

Whoever adds a URL adds a line to `ways`. An address about a ticket has two: one about a ticket that everybody works on
(`world.shared`), and one about a ticket in a mailbox of the team Board (`world.hidden`), of which the team Sales must hear nothing.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse
from django.utils import timezone

from tests.flows.desk import arrive, mail, mailbox, settle
from tickets.inbox.accept import accept
from tickets.inbox.process import park
from tickets.mime.build import File
from tickets.models import (
    Account,
    Agent,
    Bulk,
    Delivery,
    Draft,
    DraftFile,
    InboxItem,
    Message,
    Mirror,
    Role,
    SavedReply,
    Team,
)
from tickets.models.numbers import taken

PNG = b"\x89PNG\r\n\x1a\n" + b"\x00" * 40
NUMBER = 770077  # of the hidden ticket: no other number, id or time looks like it
SECRETS = ("Quartzbach", "Quirin", "quirin", "kuratorium", "Kuratorium", "Verschwiegen", str(NUMBER))
ANYONE, AGENTS, WRITERS, ADMINISTRATORS = "anyone", "agents", "writers", "administrators"
OVERSEERS = "managers and administrators"
MACHINES = "machines"  # providers and messengers, who prove themselves in ways of their own; 500 makes them try again


@dataclass(slots=True)
class Way:
    """One address as somebody may try it."""

    who: str
    args: tuple[Any, ...] = ()
    query: str = ""
    data: dict[str, Any] = field(default_factory=dict)
    of_hidden: bool = False  # about what only the Board may know of
    owner: str = ""  # the one person whose it is: for all others it is not there
    answers: tuple[int, ...] = ()  # what whoever may go there gets besides 200, 204 and 302


@dataclass(slots=True)
class Place:
    """A ticket with all that hangs on it."""

    account: Account
    message: Message
    item: InboxItem
    delivery: Delivery


@dataclass(slots=True)
class World:
    """Two teams, a mailbox for all and one of the Board, and one of everything."""

    people: dict[str, Agent]
    board: Team
    shared: Place
    hidden: Place
    mirror: Mirror
    draft: Draft
    file: DraftFile
    bulk: Bulk
    reply: SavedReply


def world() -> World:
    """Make it. Sales and Board each have an agent; manager and administrator are in no team."""
    board, sales = Team.objects.create(name="Board"), Team.objects.create(name="Sales")
    roles = {"administrator": Role.ADMINISTRATOR, "manager": Role.MANAGER, "member": Role.AGENT, "outsider": Role.AGENT}
    people = {
        name: Agent.objects.create_user(
            f"{name}@desk.example", "correct horse", name=name.title(), role=role, created_at="2026-01-01T00:00Z"
        )
        for name, role in roles.items()
    }
    people["member"].teams.add(board)
    people["outsider"].teams.add(sales)
    shared = place(mailbox(), "Printer", "zoe@customer.example", "Zoe Customer", "It does not work.")
    taken(NUMBER - 1)
    secret = "Takeover of Quartzbach", "quirin@geheim.example", "Quirin Verschwiegen", "About Quartzbach: say yes."
    hidden = place(mailbox("kuratorium@desk.example", team=board), *secret)
    assert hidden.message.ticket.number == NUMBER
    settle()
    mirror = Mirror.objects.create(name="Disk", url="file:///nowhere", created_at="2026-01-01T00:00Z")
    data = {
        "agent": people["member"],
        "ticket": hidden.message.ticket,
        "text": "Quartzbach says",
        "updated_at": mirror.created_at,
    }
    draft = Draft.objects.create(key="written by the member", **data)
    file = DraftFile.objects.create(draft=draft, filename="Quartzbach.txt", size=1, stored="none")
    numbers = [shared.message.ticket.number, hidden.message.ticket.number]
    bulk = Bulk.objects.create(agent=people["member"], what="read", numbers=numbers, at=timezone.now())
    texts = {"title": "Quartzbach", "text": "Quartzbach says yes.", "created_at": mirror.created_at}
    reply = SavedReply.objects.create(team=board, **texts)
    return World(people, board, shared, hidden, mirror, draft, file, bulk, reply)


def place(account: Account, subject: str, sender: str, name: str, text: str) -> Place:
    """A ticket with a file, a delivery that failed, and an item that was parked."""
    files = (File(f"{subject}.png", "image/png", PNG),)
    raw = mail(text, sender=sender, name=name, to=account.address, subject=subject, files=files)
    message = arrive(account, raw)
    assert message is not None
    accept(account, mail("Odd", sender=sender, name=name, to=account.address, subject=subject), source="smtp")
    item = InboxItem.objects.get(account=account, state="waiting")
    park(item, f"{subject} could not be read")
    delivery = Delivery.objects.create(
        message=message,
        account=account,
        channel="email",
        recipient=sender,
        state="failed",
        at=message.at,
        due_at=message.at,
    )
    return Place(account, message, item, delivery)


def patterns(resolver: URLResolver | None = None, space: str = "", route: str = "") -> Iterator[tuple[str, URLPattern]]:
    """Every address of the project by the name that `reverse` knows, else by its route."""
    for one in (resolver or get_resolver()).url_patterns:
        if isinstance(one, URLResolver):
            yield from patterns(one, f"{space}{one.namespace}:" if one.namespace else space, route + str(one.pattern))
        else:
            yield (f"{space}{one.name}" if one.name else route + str(one.pattern)), one


def address(name: str, way: Way) -> str:
    """The address itself."""
    path = reverse(name, args=way.args) if ":" in name or "_" in name else f"/{name}"
    return path + way.query


def enter(agent: Agent | None) -> Client:
    """A browser of this person, or of nobody."""
    client = Client(raise_request_exception=False)
    if agent:
        client.force_login(agent)
    return client
