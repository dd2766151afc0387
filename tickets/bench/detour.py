"""Detour: how long a single refusal takes from the vendor's answer to the mail accepted, the parts running as `run` starts them."""

import socket
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session
from django.utils import timezone

from tickets.actions.reply import reply
from tickets.bench.mirror import Latency, connected, figures, running, wait
from tickets.bench.scratch import mailbox, scratch
from tickets.channels import channel_classes
from tickets.models import Account, Agent, Delivery, DeliveryState, Message, Role, Ticket
from tickets.stand_in import StandIn

START_SECONDS = 60.0
LATEST = 120.0


class Sink:
    """Takes every mail and keeps none."""

    async def handle_DATA(self, _server: SMTP, _session: Session, _envelope: Envelope) -> str:  # noqa: N802 - aiosmtpd's
        return "250 2.0.0 taken"


@contextmanager
def sink() -> Iterator[int]:
    """An SMTP server on a free port of this machine."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    controller = Controller(Sink(), hostname="127.0.0.1", port=port)
    controller.start()
    try:
        yield port
    finally:
        controller.stop()


def measure(people: int = 60, pause: float = 0.5) -> Latency:
    """Answer people who have blocked us, one every `pause` seconds. Raises RuntimeError when a mail does not leave."""
    channel = next((cls for cls in channel_classes().values() if cls.stand_in), None)
    if channel is None:
        raise RuntimeError("No channel of settings.CHANNELS has a stand-in for its vendor.")
    with ExitStack() as stack:
        stack.enter_context(scratch()).fresh("detour")
        home = mailbox()
        port = stack.enter_context(sink())
        Account.objects.filter(pk=home.pk).update(
            config=home.config | {"smtp_host": "127.0.0.1", "smtp_port": str(port), "smtp_security": "none"}
        )
        vendor = stack.enter_context(connected(channel, 0, home))
        stack.enter_context(running())
        tickets = come(vendor, people)
        return figures(answer(vendor, tickets, pause))


def come(vendor: StandIn, people: int) -> list[Ticket]:
    """Customers write; of each a proven address is known. Then all of them block us."""
    for number in range(people):
        vendor.say(1000 + number, f"line {number}")
    wait(lambda: Message.objects.count() >= people, START_SECONDS, "The parts do not start")
    tickets = list(Ticket.objects.select_related("contact", "mailbox").order_by("pk"))
    for number, ticket in enumerate(tickets):
        address = f"person{number}@home.example"
        ticket.contact.addresses.create(channel="email", address=address, proven=True, proof="A benchmark.")
        vendor.refuse(1000 + number)
    time.sleep(2)
    return tickets


def answer(vendor: StandIn, tickets: list[Ticket], pause: float) -> list[float]:
    """Answer them one by one; return the seconds from each refusal to the mail accepted."""
    agent = Agent.objects.create_user("ann@bench.example", name="Ann", role=Role.AGENT, created_at=timezone.now())
    for ticket in tickets:
        reply(ticket, f"answer {ticket.number}", agent)
        time.sleep(pause)
    arrived = Delivery.objects.filter(instead_of__isnull=False, state=DeliveryState.SENT)
    wait(lambda: arrived.count() >= len(tickets), LATEST, f"Not all of {len(tickets)} mails left")
    rows = arrived.select_related("outcome", "instead_of__outcome")
    return [(one.outcome.at - one.instead_of.outcome.at).total_seconds() for one in rows]  # type: ignore[union-attr]
