"""Mirror: how long a customer's line takes to its ticket, and an agent's answer from the end of its undo time to the customer.

The parts run as `manage.py run` starts them, over the vendor's stand-in that a channel brings along.
"""

import os
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from itertools import chain, zip_longest
from statistics import median
from urllib.parse import urlsplit
from urllib.request import urlopen

from django.conf import settings
from django.db import connection
from django.utils import timezone
from django.utils.module_loading import import_string

from tickets.actions.accounts import add_account
from tickets.actions.drafts import save_draft, schedule
from tickets.bench.scratch import mailbox, scratch
from tickets.channels import Channel, channel_classes, open_channel
from tickets.models import Account, Agent, Draft, Message, Role, Ticket
from tickets.stand_in import Audience, StandIn

PARTS = "in,out,slow,record,clock,mail"
CUSTOMERS = 100  # of each account: a vendor takes one message a second for each of them
LOOKS_EVERY = 0.01  # seconds: as exact as the figures are
HEARD_EVERY = 0.5
START_SECONDS = 60.0
LATEST = 120.0
Talks = StandIn | Audience


@dataclass(frozen=True, slots=True)
class Latency:
    """How long one way took, in milliseconds."""

    median_ms: float
    p95_ms: float
    messages: int


def channel_of(name: str) -> type[Channel]:
    """Return the channel of this name, the first for "", whose vendor has a stand-in. Raises RuntimeError."""
    found = [cls for cls in channel_classes().values() if cls.stand_in and name in ("", cls.name)]
    if not found:
        raise RuntimeError(f"No channel {name} of settings.CHANNELS has a stand-in for its vendor.")
    return found[0]


def measure(rate: float = 50, seconds: float = 20, accounts: int = 2, name: str = "") -> dict[str, Latency]:
    """Send that many messages a second each way on a channel. Raises RuntimeError when something does not arrive."""
    channel = channel_of(name)
    with ExitStack() as stack:
        place = stack.enter_context(scratch())
        place.fresh("mirror")
        home = mailbox()
        vendors = [stack.enter_context(connected(channel, number, home)) for number in range(accounts)]
        if channel.poll is Channel.poll:
            _run_with_web(channel, vendors, stack)
        else:
            stack.enter_context(running())
        warm_up(vendors)
        found = {"in": figures(come_in(vendors, rate, seconds))}
        found["out"] = figures(go_out(vendors, rate, seconds))
        return found


def _run_with_web(channel: type[Channel], vendors: Sequence[StandIn], stack: ExitStack) -> None:
    """Where the vendor pushes, the web server takes part, and the accounts are connected once it is there."""
    port = free_port()
    settings.SITE_URL = f"http://127.0.0.1:{port}"
    stack.enter_context(running(f"web,{PARTS}", PORT=str(port), SITE_URL=settings.SITE_URL))
    wait_for_web(port)
    for account in Account.objects.filter(channel=channel.name):
        open_channel(account).connect()
    for vendor in vendors:
        vendor.push_forever()


def wait_for_web(port: int) -> None:
    """Wait until the web server on this machine answers. Raises RuntimeError."""

    def answers() -> bool:
        try:
            with urlopen(f"http://127.0.0.1:{port}/livez", timeout=1) as answer:
                return bool(answer.status == 200)
        except OSError:
            return False

    wait(answers, LATEST, "The web server does not start", 0.2)


def free_port() -> int:
    """Return a port on this machine that nobody uses at this moment."""
    with socket.socket() as door:
        door.bind(("127.0.0.1", 0))
        return int(door.getsockname()[1])


@contextmanager
def connected(channel: type[Channel], number: int, home: Account) -> Iterator[StandIn]:
    """A stand-in with an account that is connected to it."""
    vendor: StandIn = import_string(channel.stand_in)()
    vendor.start()
    given = vendor.connection()
    secret = {field.name for field in channel.config if field.secret}
    config = {name: value for name, value in given.items() if name not in secret}
    secrets = {name: value for name, value in given.items() if name in secret}
    add_account(channel.name, f"Shop {number}", f"shop{number}", config, secrets, mailbox=home)
    try:
        yield vendor
    finally:
        vendor.stop()


@contextmanager
def running(parts: str = PARTS, **more: str) -> Iterator[int]:
    """The parts as `manage.py run` starts them, on the scratch database and record; its process id. `more`: settings."""
    environment = {
        **os.environ,
        "DATA_DIR": str(settings.DATA_DIR),
        "RECORD_URL": settings.RECORD_URL,
        "SECRET_KEY": settings.SECRET_KEY,
        "DATABASE_URL": database_url(),
        "SMTP_PORT": "0",
        "DEMO": "no",
        **more,
    }
    command = [sys.executable, "manage.py", "run", "--parts", parts]
    with open(settings.DATA_DIR / "parts.log", "wb") as log:
        process = subprocess.Popen(command, cwd=settings.BASE_DIR, env=environment, stdout=log, stderr=log)
        try:
            yield process.pid
        finally:
            process.terminate()
            process.wait(30)


def database_url() -> str:
    """The scratch database as another process names it."""
    name = connection.settings_dict["NAME"]
    if connection.vendor == "sqlite":
        return f"sqlite:///{name}"
    return urlsplit(os.environ["DATABASE_URL"])._replace(path=f"/{name}").geturl()


def warm_up(vendors: Sequence[Talks]) -> None:
    """Wait until each account is polled and everybody has a ticket."""
    for number in range(CUSTOMERS):
        for place, vendor in enumerate(vendors):
            vendor.say(who_of(place, number), f"warm {number}")
    wait(lambda: Message.objects.count() >= CUSTOMERS * len(vendors), START_SECONDS, "The parts do not start")
    time.sleep(2)


def who_of(place: int, number: int) -> int:
    """Return a customer of the account at `place`; nobody writes to two accounts: all would be answered by one."""
    return 1000 * (place + 1) + number


def wait(condition: Callable[[], bool], limit: float, words: str, every: float = LOOKS_EVERY) -> None:
    """Ask `every` so many seconds. Raises RuntimeError with the log's end when it does not come about."""
    over = time.monotonic() + limit
    while not condition():
        if time.monotonic() > over:
            log = (settings.DATA_DIR / "parts.log").read_text("utf-8", "replace")[-2000:]
            raise RuntimeError(f"{words} within {limit:.0f} s. The log ends:\n{log}")
        time.sleep(every)


def come_in(vendors: Sequence[Talks], rate: float, seconds: float, each: int = CUSTOMERS) -> list[float]:
    """Customers write at an even pace; how long each line took until its message stood in the database."""
    written: dict[str, float] = {}
    count = int(rate * seconds)

    def write() -> None:
        began = time.monotonic()
        for number in range(count):
            time.sleep(max(0.0, began + number / rate - time.monotonic()))
            written[f"line {number}"] = time.time()
            turn, place = divmod(number, len(vendors))
            vendors[place].say(who_of(place, turn % each), f"line {number}")

    writer = threading.Thread(target=write, daemon=True)
    seen: dict[str, float] = {}
    last = Message.objects.order_by("-pk").values_list("pk", flat=True).first() or 0

    def all_seen() -> bool:
        nonlocal last
        for pk, text in Message.objects.filter(pk__gt=last, direction="in").order_by("pk").values_list("pk", "text"):
            last, seen[text] = pk, time.time()
        return len(seen) >= count

    writer.start()
    wait(all_seen, seconds + LATEST, f"Not all of {count} lines came in")
    return [seen[text] - at for text, at in written.items()]


def go_out(vendors: Sequence[Talks], rate: float, seconds: float) -> list[float]:
    """Agents' answers whose undo time ends at an even pace; how long each took from there to the customer."""
    agent = Agent.objects.create_user("ann@bench.example", name="Ann", role=Role.AGENT, created_at=timezone.now())
    tickets = _in_turns()
    count = int(rate * seconds)
    before = {text for vendor in vendors for text, _at in vendor.heard()}
    drafts = [
        save_draft(
            f"bench-{number}", agent, ticket=tickets[number % len(tickets)], kind="reply", text=f"answer {number}"
        )
        for number in range(count)
    ]
    began, lead = time.monotonic(), 5.0 + count / 100
    for number, draft in enumerate(drafts):
        schedule(draft, lead + number / rate - (time.monotonic() - began))
    due = dict(Draft.objects.filter(key__startswith="bench-").values_list("text", "send_at"))

    def heard() -> dict[str, float]:
        return {text: at for vendor in vendors for text, at in vendor.heard() if text not in before}

    # The vendor notes when it heard each: asking it seldom is as exact, and leaves the machine to those who are measured.
    wait(lambda: len(heard()) >= count, lead + seconds + LATEST, f"Not all of {count} answers went out", HEARD_EVERY)
    return [at - send_at.timestamp() for text, at in heard().items() if (send_at := due[text])]


def _in_turns() -> list[Ticket]:
    """All tickets, one of each account after the other: answers come from many agents at once, and a vendor limits each account."""
    by_account: dict[int, dict[int, None]] = {}
    for account, ticket in Message.objects.order_by("pk").values_list("account", "ticket"):
        by_account.setdefault(account, {})[ticket] = None
    turns = [pk for pk in chain.from_iterable(zip_longest(*by_account.values())) if pk is not None]
    found = Ticket.objects.in_bulk(turns)
    return [found[pk] for pk in turns]


def figures(taken: Sequence[float]) -> Latency:
    """Median and 95th percentile."""
    ordered = sorted(taken)
    p95 = ordered[int(len(ordered) * 0.95)]
    return Latency(round(median(ordered) * 1000, 1), round(p95 * 1000, 1), len(ordered))
