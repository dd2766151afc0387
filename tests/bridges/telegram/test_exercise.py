"""An exercise: the real switch for the test contacts that were named, measured; nobody else gets anything."""

import json
from collections.abc import Callable
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.test import Client

from bridges.telegram.fake import FakeTelegram
from tests.flows.desk import arrive, mail, rebuilt_differences, settle
from tests.services.smtp import Sink
from tickets.actions.join import join
from tickets.inbox.process import process_all
from tickets.models import Account, Agent, Delivery, Drill, InboxItem, Incident, Message, Ticket
from tickets.reach import exercise
from tickets.record.config import write_config

pytestmark = [pytest.mark.django_db(transaction=True)]
Polling = Callable[[Callable[[], bool]], None]
NAMES = ("Mona", "Omar", "Zoe")


@pytest.fixture
def tickets(
    support: Account, bot: Account, telegram: FakeTelegram, poll_until: Polling, ben: Agent, smtp_sink: Sink
) -> dict[str, Ticket]:
    """Mona and Zoe have a proven address beside the chat, Omar has none."""
    support.config = {"smtp_host": smtp_sink.host, "smtp_port": str(smtp_sink.port), "smtp_security": "none"}
    support.save()
    for number, name in enumerate(NAMES):
        telegram.write(100 + number, f"Hello from {name}", name=name)
    poll_until(lambda: InboxItem.objects.filter(account=bot).count() >= len(NAMES))
    process_all()
    found = {ticket.contact.name: ticket for ticket in Ticket.objects.select_related("contact")}
    for name in ("Mona", "Zoe"):
        before = arrive(support, mail("Hello", sender=f"{name.lower()}@home.example", name=name, subject="Hi"))
        assert before
        join(before.ticket.contact, found[name].contact, ben, "The same person.")
    settle()
    smtp_sink.reset()
    return found


@pytest.mark.database
def test_who_was_named_gets_one_real_mail_and_nobody_else_anything(
    tickets: dict[str, Ticket], bot: Account, telegram: FakeTelegram, ann: Agent, smtp_sink: Sink
) -> None:
    held = exercise.exercise(bot, exercise.tickets_of(bot, ["mona@home.example", "101"]), ann)
    settle()

    assert (held.affected, held.rerouted, held.lost) == (2, 1, 1)
    [letter] = smtp_sink.letters
    assert letter.recipients == ["mona@home.example"]
    text = letter.message.get_body(("plain",)).get_content()  # type: ignore[union-attr]
    assert text.startswith("This is an exercise: Support tries out how you are answered if Telegram fails.")
    assert "Do not answer me by email" in text
    assert telegram.sent == []
    [step] = exercise.steps(held)
    assert (step.contact, step.route, step.state) == ("Mona", "email mona@home.example", "sent")
    assert step.milliseconds is not None
    assert exercise.is_over(held)
    assert not Incident.objects.exists()
    bot.refresh_from_db()
    assert bot.stopped_at is None
    write_config()
    assert rebuilt_differences() == []


def test_who_is_not_there_is_named_and_nobody_gets_anything(
    tickets: dict[str, Ticket], bot: Account, smtp_sink: Sink, ann: Agent
) -> None:
    with pytest.raises(CommandError, match=r"nobody@else\.example: nobody with this address"):
        call_command("drill", "Shop bot", "--live", "--contact", "zoe@home.example", "--contact", "nobody@else.example")
    with pytest.raises(CommandError, match="add --live"):
        call_command("drill", "Shop bot", "--contact", "zoe@home.example")
    assert not Delivery.objects.filter(account=bot).exists()
    assert not Drill.objects.exists()


def test_the_command_says_who_was_answered_where(tickets: dict[str, Ticket], bot: Account, ann: Agent) -> None:
    out = StringIO()
    call_command(
        "drill", "Shop bot", "--live", "--contact", "zoe@home.example", "--by", ann.email, "--wait", "0", "--json",
        stdout=out,
    )  # fmt: skip
    found = json.loads(out.getvalue())
    assert (found["affected"], found["lost"]) == (1, 0)
    assert [(step["contact"], step["route"], step["state"]) for step in found["rerouted"]] == [
        ("Zoe", "email zoe@home.example", "queued")
    ]


def test_an_administrator_holds_it_on_the_page_and_sees_what_came_of_it(
    tickets: dict[str, Ticket], bot: Account, ann: Agent, client: Client
) -> None:
    client.force_login(ann)
    press = {"key": "once", "contacts": "mona@home.example, zoe@home.example"}
    for _ in range(2):
        client.post(f"/reach/{bot.public_id}/exercise/", press)
    settle()
    page = client.get(f"/reach/{bot.public_id}/").content.decode()
    assert page.count("ms until the mail was accepted") == 2
    assert Message.objects.filter(direction="out", author=ann).count() == 2
