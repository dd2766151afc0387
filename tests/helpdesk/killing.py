"""Mail in, replies out, and kill -9 of every part in the middle. Then everything is counted."""

import random
import re
import smtplib
import threading
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.services.holdfast import PARTS, Running
from tests.services.ports import wait_until
from tests.services.smtp import Sink

MAILBOX = "help@desk.example"
VICTIMS = (*PARTS, "redis")

MAKE_MAILBOX = f"""
from tickets.actions.accounts import add_account
add_account("email", "Help", "{MAILBOX}")
"""
REPLY_TO_ALL = """
from tickets.models import Ticket
from tickets.actions.reply import reply
from tickets.actions.reply import recipients
sent = []
for ticket in Ticket.objects.order_by("number")[:%d]:
    to, cc = recipients(ticket)
    sent.append(reply(ticket, f"Answer to ticket {ticket.number}", None, to=to, cc=cc).message_id)
tell(sent)
"""
TICKETS = "from tickets.models import Ticket\ntell(Ticket.objects.count())"
STATE = """
from collections import Counter
from tickets.models import Delivery, Entry, InboxItem, Message
tell({
    "waiting": InboxItem.objects.filter(state="waiting").count(),
    "parked": list(InboxItem.objects.filter(state="parked").values_list("reason", flat=True)),
    "unwritten": Entry.objects.filter(marked_at__isnull=True).count(),
    "moving": Delivery.objects.filter(state__in=["queued", "sending"]).count(),
    "messages": Counter(Message.objects.filter(direction="in").values_list("message_id", flat=True)),
    "why": Counter(Delivery.objects.filter(state__in=["queued", "sending"]).values_list("reason", flat=True)),
    "deliveries": [list(row) for row in Delivery.objects.values_list("message__message_id", "state")],
})
"""


@dataclass
class Killing:
    """What was done to a Holdfast, and what it said."""

    house: Running
    sink: Sink
    seed: int
    acknowledged: set[str] = field(default_factory=set)
    replies: list[str] = field(default_factory=list)
    killed: Counter[str] = field(default_factory=Counter)

    def send_mails(self, count: int, connections: int = 8) -> None:
        """`count` mails from as many people; each is tried until it has its 250."""
        with ThreadPoolExecutor(connections) as people:
            list(people.map(self.send_mail, range(count)))

    def send_mail(self, number: int) -> None:
        """One mail, tried as a mail server does, only faster."""
        raw = (
            f"From: Person {number} <person{number}@customer{number}.example>\r\nTo: {MAILBOX}\r\n"
            f"Subject: Question {number}\r\nMessage-ID: <{self.seed}-{number}@customer.example>\r\n"
            f"Date: {time.strftime('%a, %d %b %Y %H:%M:%S +0000', time.gmtime())}\r\n\r\nHow does it work? ({number})\r\n"
        )
        late = time.monotonic() + 300
        while not self.try_mail(f"person{number}@customer{number}.example", raw):
            assert time.monotonic() < late, f"mail {number} was not taken"
            time.sleep(0.05)
        self.acknowledged.add(f"{self.seed}-{number}@customer.example")

    def try_mail(self, sender: str, raw: str) -> bool:
        """Whether it got its 250."""
        try:
            with smtplib.SMTP("127.0.0.1", self.house.smtp_port, timeout=15) as client:
                client.sendmail(sender, [MAILBOX], raw.encode())
                return True
        except (OSError, smtplib.SMTPException):
            return False

    def send_replies(self, count: int) -> None:
        """Answer that many tickets, as soon as there are so many."""
        wait_until(lambda: self.house.ask(TICKETS) >= count, 300, f"there are no {count} tickets to answer")
        self.replies += self.house.ask(REPLY_TO_ALL % count)

    @contextmanager
    def murder(self, victims: tuple[str, ...], pause: float) -> Iterator[None]:
        """Kill these, in this order again and again, while the block runs; each at least once."""
        over, chance = threading.Event(), random.Random(self.seed)

        def kill() -> None:
            while not (over.is_set() and all(self.killed[victim] for victim in victims)):
                for victim in victims:
                    over.wait(chance.uniform(0.5, 1.5) * pause) if not over.is_set() else time.sleep(0.05)
                    if victim in self.house.pids():
                        self.house.kill(victim)
                        self.killed[victim] += 1

        thread = threading.Thread(target=kill, daemon=True)
        thread.start()
        yield
        over.set()
        thread.join(60)

    def settle(self, seconds: float) -> None:
        """Until nothing is on its way any more: what a dead sender held becomes uncertain when its lease is over."""
        late = time.monotonic() + seconds
        while on_its_way := self.on_its_way():
            assert time.monotonic() < late, f"it did not come to rest in {seconds:g} s: {on_its_way}"
            time.sleep(0.5)

    def on_its_way(self) -> dict[str, Any]:
        """What is not done yet, by kind."""
        state = self.house.ask(STATE)
        return {kind: state[kind] for kind in ("waiting", "unwritten", "moving", "why") if state[kind]}

    def faults(self) -> list[str]:
        """Everything that is lost or doubled; empty when every promise was kept."""
        state = self.house.ask(STATE)
        files = self.files()
        arrived = {name: (state["messages"].get(name, 0), files[name]) for name in self.acknowledged}
        sent = Counter(str(letter.message["Message-ID"]).strip("<>") for letter in self.sink.letters)
        known = {name for name, _ in state["deliveries"]}
        settled = {name for name, how in state["deliveries"] if how in {"sent", "uncertain"}}
        return [
            *(f"parked: {reason}" for reason in state["parked"]),
            *(f"{name}: {found[0]} messages, {found[1]} files" for name, found in arrived.items() if found != (1, 1)),
            *(f"{name} was sent {count} times" for name, count in sent.items() if count > 1),
            *(f"{name} was sent and is not known" for name in set(sent) - known),
            *(f"reply {name} is neither sent nor uncertain" for name in set(self.replies) - settled),
            *(
                f"{name} is called sent, and was not"
                for name, how in state["deliveries"]
                if how == "sent" and not sent[name]
            ),
        ]

    def files(self) -> Counter[str]:
        """How many files of the record hold an arrival, by its Message-ID."""
        found: Counter[str] = Counter()
        for path in Path(self.house.data_dir, "record").glob("*/cur/*"):
            names = re.findall(
                rb"^Message-ID: <(%d-\d+@customer\.example)>" % self.seed, path.read_bytes(), re.MULTILINE
            )
            found.update(name.decode() for name in names)
        return found
