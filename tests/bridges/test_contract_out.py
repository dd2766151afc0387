"""What every channel of settings.CHANNELS keeps to on the way out, and what follows from each kind of refusal."""

import threading
import time
from collections.abc import Iterator
from typing import Any

import pytest
from django.conf import settings
from django.db import connection
from django.test import Client
from django.utils.module_loading import import_string

from tests.flows.desk import arrive, mail, mailbox, settle
from tests.services.ports import wait_until
from tickets.actions.accounts import add_account
from tickets.actions.correct import edit_message, hindrance, withdraw_message
from tickets.actions.deliver import deliver_due
from tickets.actions.delivered import retry_delivery
from tickets.actions.reply import recipients, reply
from tickets.channels import KINDS, Channel, NotFetched, Notice, NotSent, Outgoing, Probe, channel_classes, open_channel
from tickets.inbox.process import process_all
from tickets.mime.build import File
from tickets.models import Account, Act, Address, Agent, Delivery, InboxItem, Message, Ticket
from tickets.outbox import pace
from tickets.record import read
from tickets.record.append import append_all

CHANNELS = channel_classes()
WHO = 42
# What becomes of a delivery, and whether the address is marked (design.md, "The contract of a channel").
FOLLOWS = {
    "contact_blocked": ("failed", False),
    "contact_gone": ("failed", False),
    "window": ("failed", True),
    "cut_off": ("queued", True),
    "rate": ("queued", True),
    "temporary": ("queued", True),
    "unseen": ("failed", True),
    "uncertain": ("uncertain", True),
    "bug": ("failed", True),
}


@pytest.fixture(autouse=True)
def any_pace(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody waits for a turn here: a quick machine would else find half of what it sent queued."""
    monkeypatch.setattr(pace, "take", lambda account, limits: 0.0)


@pytest.fixture(params=sorted(CHANNELS))
def ticket(request: pytest.FixtureRequest, transactional_db: None) -> Iterator[Ticket]:
    """On each channel a customer who has asked: of its stand-in where it has one, on its own page where it has that, else by mail."""
    home, cls = mailbox(acknowledge=False), CHANNELS[request.param]
    if cls.audience:
        request.getfixturevalue("live_url")
        yield from on_a_page(cls)
        return
    if not cls.stand_in:
        arrive(home, mail("Where is my order?"))
        yield Ticket.objects.get()
        return
    vendor = import_string(cls.stand_in)()
    vendor.start()
    given = vendor.connection()
    secret = {field.name for field in cls.fields() if field.secret}
    config = {name: value for name, value in given.items() if name not in secret}
    account = add_account(cls.name, "Shop", "shop", config, {name: given[name] for name in secret & given.keys()})
    open_channel(account).connect()
    vendor.say(WHO, "Where is my order?")
    for body, headers in vendor.pushes():
        kind = headers.pop("Content-Type")
        pushed = Client().post(f"/bridges/{account.public_id}/", body, content_type=kind, headers=headers)
        assert pushed.status_code == 200
    poll_once(account)
    yield Ticket.objects.get()
    vendor.stop()


def on_a_page(cls: type[Channel]) -> Iterator[Ticket]:
    """Somebody has the channel's own page open, and writes there over real HTTP."""
    account = add_account(cls.name, "Shop", "shop")
    open_channel(account).connect()
    audience = import_string(cls.audience)(open_channel(account).deep_link(""))
    audience.start()
    audience.say(WHO, "Where is my order?")
    wait_until(InboxItem.objects.exists, 30, "nothing came from the page")
    process_all()
    yield Ticket.objects.get()
    audience.stop()


def poll_once(account: Account) -> None:
    """Poll in a thread of its own, as the mail part does, until something came."""
    stop = threading.Event()

    def poll() -> None:
        open_channel(account).poll(stop.is_set)
        connection.close()

    thread = threading.Thread(target=poll, daemon=True)
    thread.start()
    over = time.monotonic() + 20
    while not InboxItem.objects.exists() and time.monotonic() < over:
        time.sleep(0.02)
    stop.set()
    thread.join(10)
    process_all()


def answer(ticket: Ticket, by: Agent, text: str = "On its **way**.", **more: Any) -> Message:
    return reply(ticket, text, by, to=recipients(ticket)[0], **more)


def only(message: Message) -> Delivery:
    return message.deliveries.select_related("account", "message__entry").latest("pk")


def test_what_is_sent_is_rendered_alike_each_time_and_every_part_is_noted(ticket: Ticket, ben: Agent) -> None:
    message = answer(ticket, ben, "A long answer. " * 200, files=[File("a.pdf", "application/pdf", b"%PDF-1.4")])
    settle()
    delivery = only(message)
    assert (delivery.state, delivery.reason) == ("sent", "")
    assert delivery.parts_sent == len(delivery.remote_ids) == delivery.data.get("parts", 1)
    outgoing = Outgoing(message, delivery.account, [delivery], read.original(delivery.message.entry))
    channel = open_channel(delivery.account)
    assert channel.render(outgoing) == channel.render(outgoing)
    settle()
    assert Delivery.objects.count() == 1


def test_the_accounts_own_limit_comes_first_and_each_is_counted_apart(ticket: Ticket, ben: Agent) -> None:
    message = answer(ticket, ben)
    limits = open_channel(only(message).account).limits(only(message).recipient)
    assert [limit.name for limit in limits[:1]] in ([], [""])
    assert len({limit.name for limit in limits}) == len(limits)
    assert all(limit.interval > 0 and limit.burst >= 1 for limit in limits)


def test_what_a_channel_can_do_besides_it_does_twice_without_harm(ticket: Ticket, ben: Agent) -> None:
    message = answer(ticket, ben)
    settle()
    capabilities = open_channel(only(message).account).capabilities
    assert capabilities <= {Act.EDIT, Act.WITHDRAW, "typing", "templates"}
    for act in (Act.EDIT, Act.WITHDRAW):
        message = Message.objects.get(pk=message.pk)
        if act not in capabilities:
            assert "cannot be changed" in hindrance(message, act)
            continue
        assert hindrance(message, act) == ""
        edit_message(message, "It came back.", ben) if act == Act.EDIT else withdraw_message(message, ben)
        settle()
        assert (only(message).act, only(message).state) == (act, "sent")
        Delivery.objects.filter(pk=only(message).pk).update(state="uncertain", parts_sent=0, remote_ids=[])
        retry_delivery(only(message), ben)
        settle()
        assert only(message).state == "sent"


@pytest.mark.parametrize("kind", KINDS)
def test_each_kind_of_refusal_has_its_consequence(
    kind: str, ticket: Ticket, ben: Agent, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(self: Channel, outgoing: Outgoing, rendered: bytes, done: Any) -> Any:
        raise NotSent("In the vendor’s own words.", kind, 30.0 if kind == "rate" else None)

    message = answer(ticket, ben)
    cls = CHANNELS[only(message).channel]
    monkeypatch.setattr(cls, "send", refuse)
    monkeypatch.setattr(cls, "probe", lambda self: Probe("cut_off", "They closed it."))
    append_all()
    deliver_due()
    delivery = only(message)
    known = Address.objects.get(channel=delivery.channel, address=delivery.recipient)
    assert (delivery.state, known.reachable) == FOLLOWS[kind]
    assert delivery.reason == "In the vendor’s own words."
    delivery.account.refresh_from_db()
    assert (delivery.account.health == "cut_off") == (kind == "cut_off")
    assert Message.objects.filter(direction="out").count() == 1  # nothing is said twice by itself


def test_what_an_account_leaves_out_it_says_in_words_and_a_file_that_is_none_is_refused(ticket: Ticket) -> None:
    account = Account.objects.order_by("-pk")[0]
    channel = open_channel(account)
    for kind in ("message", "edit", "reaction", "receipt", "other"):
        assert isinstance(channel.ignores(Notice(kind)), str)
    with pytest.raises(NotFetched) as told:
        list(channel.fetch({"file_id": "no-such-file", "size": 1}))
    assert str(told.value)
    assert settings.LAST_RESORT in CHANNELS
