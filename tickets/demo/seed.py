"""Plays the script: mail goes in through accept(), agents act through the verbs, each at its own time in the past.

Nothing is put into a table by hand that a verb could put there, so that a demo is also a test of the whole pipe.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _

from tickets.actions import change
from tickets.actions.accounts import add_account, change_account
from tickets.actions.delivered import Outcome, settle
from tickets.actions.note import note
from tickets.actions.people import add_agent
from tickets.actions.reply import recipients, reply
from tickets.demo import mails, papers, script
from tickets.demo.mails import Previous
from tickets.demo.script import Conversation, Person, Step
from tickets.inbox.accept import Arrival, accept_many
from tickets.inbox.process import park, process_all
from tickets.mail import maildir
from tickets.mime.build import File
from tickets.mime.parse import parse
from tickets.models import Account, Agent, DeliveryState, InboxItem, Message, Priority, ReadMark, Role, Ticket
from tickets.models.numbers import skip_automation
from tickets.outbox.deliver import Due, deliver_next
from tickets.record.append import append, append_all, head

FIRST_DAY = timedelta(days=45)  # when the shop's people and mailboxes were set up
FRESH = timedelta(hours=8)  # what came in since is unread


class NotEmpty(Exception):
    """The database holds something already: a demo begins in an empty one."""


@dataclass(slots=True)
class Scene:
    """One conversation while it is played."""

    conversation: Conversation
    mailbox: Account
    previous: Previous | None = None
    first_id: str = ""
    unfiled: bool = False

    @property
    def ticket(self) -> Ticket:
        """The ticket that the conversation's first mail became."""
        message = Message.objects.only("ticket").get(message_id=self.first_id.strip("<>"), ticket__mailbox=self.mailbox)
        return Ticket.objects.select_related("mailbox", "contact").get(pk=message.ticket_id)


@dataclass(slots=True)
class Stage:
    """The people and mailboxes, and the mail that has come in and is not filed yet."""

    agents: dict[str, Agent]
    mailboxes: dict[str, Account]
    arrivals: list[Arrival] = field(default_factory=list)
    scenes: list[Scene] = field(default_factory=list)


def is_empty() -> bool:
    """Whether nobody works here and nothing is connected yet."""
    return not Account.objects.exists() and not Agent.objects.exists()


def seed(now: datetime | None = None) -> int:
    """Play the whole script up to `now`; return how many conversations there are. Raises NotEmpty, OSError."""
    if not is_empty():
        raise NotEmpty(
            _("There is data here already. Give the demo a DATA_DIR of its own, or empty %s.") % settings.DATA_DIR
        )
    end = now or timezone.now()
    stage = _stage(end - FIRST_DAY)
    for at, scene, step in _timeline(stage, end):
        if not step.is_incoming:
            _file(stage, scene)
        PLAYED[step.kind](stage, scene, step, at)
    _file_all(stage)
    _park_one(stage, end)
    _mark_read(stage, end)
    support = stage.mailboxes["support"]
    change_account(support, None, acknowledge=True, config=support.config | {"contact_page": "yes"})
    append_all()
    skip_automation(head().number)  # what has been told here was acted on when it happened
    return len(stage.scenes)


def _stage(at: datetime) -> Stage:
    agents: dict[str, Agent] = {}
    for key, person in script.AGENTS.items():
        role = Role.ADMINISTRATOR if key == script.ADMINISTRATOR else Role.AGENT
        agents[key] = add_agent(person.address, person.name, role, agents.get(script.ADMINISTRATOR), at=at)
    by = agents[script.ADMINISTRATOR]
    return Stage(agents, {key: _mailbox(key, box, by, at) for key, box in script.MAILBOXES.items()})


def _mailbox(key: str, box: Person, by: Agent, at: datetime) -> Account:
    return add_account(
        "email",
        box.name,
        box.address,
        by=by,
        at=at,
        signature=script.SIGNATURES[key],
        reply_style="plus",
        acknowledge=False,
    )


def _timeline(stage: Stage, end: datetime) -> list[tuple[datetime, Scene, Step]]:
    """Every step of every conversation, in order of time."""
    told = script.conversations()
    stage.scenes = [Scene(conversation, stage.mailboxes[conversation.mailbox]) for conversation in told]
    steps = [(script.moment(step.at, end), scene, step) for scene in stage.scenes for step in scene.conversation.steps]
    return sorted(steps, key=lambda planned: planned[0])


def _arrive(stage: Stage, scene: Scene, step: Step, at: datetime) -> None:
    """A mail reaches the shop."""
    told = scene.conversation
    identity = mails.identifier(told, step)
    raw = mails.write(told, step, at, scene.previous)
    to = scene.previous.reply_to if scene.previous and scene.previous.reply_to else scene.mailbox.address
    envelope = {"from": mails.envelope_sender(told, step), "to": [to]}
    stage.arrivals.append(Arrival(scene.mailbox, raw, "smtp", identity.strip("<>")[:200], envelope, at))
    scene.unfiled = True
    scene.first_id = scene.first_id or identity
    if step.kind == "in":
        scene.previous = mails.previous(identity, told, step, at, scene.previous)


def _file(stage: Stage, scene: Scene) -> None:
    if scene.unfiled:
        _file_all(stage)


def _file_all(stage: Stage) -> None:
    """File what has come in, as a worker does."""
    accept_many(stage.arrivals)
    process_all()
    stage.arrivals.clear()
    for scene in stage.scenes:
        scene.unfiled = False


def _reply(stage: Stage, scene: Scene, step: Step, at: datetime) -> None:
    ticket = scene.ticket
    to, cc = recipients(ticket, everybody=True)
    message = reply(ticket, step.body, stage.agents[step.by], to=to, cc=cc, files=_files(step), at=at)
    _send(at)
    scene.previous = _sent(message)


def _files(step: Step) -> list[File]:
    return [File(name, kind, data, None, False) for name in step.files for data, kind in [papers.content(name)]]


def _send(at: datetime) -> None:
    """Write the record and carry the one reply that is due, as the workers do; a demo's way out is a folder."""
    append()
    sent = deliver_next(Due())
    assert sent is not None, "a reply is due at once"
    outcomes = [
        Outcome(delivery, DeliveryState.SENT, "", sent.remote_ids[delivery.pk], sent.rendered_sha256)
        for delivery in sent.deliveries
    ]
    settle(outcomes, at + timedelta(seconds=2), sent.rendered)


def _sent(message: Message) -> Previous:
    """What the customer received, from the folder that takes the place of the world."""
    name = message.deliveries.values_list("remote_ids", flat=True)[0][0]
    mail = parse((maildir.folder_of(message.account) / "new" / name).read_bytes())
    sender = Person(mail.from_.name, mail.from_.address) if mail.from_ else Person("", message.account.address)
    reply_to = mail.reply_to[0].address if mail.reply_to else ""
    ids = tuple(f"<{identity}>" for identity in mail.references)
    return Previous(f"<{mail.message_id}>", ids, sender, message.at, mail.subject or "", mail.text, reply_to)


def _note(stage: Stage, scene: Scene, step: Step, at: datetime) -> None:
    note(scene.ticket, step.body, stage.agents[step.by], at=at)


def _assign(stage: Stage, scene: Scene, step: Step, at: datetime) -> None:
    change.assign(scene.ticket, stage.agents[step.body], stage.agents[step.by], at=at)


def _tag(stage: Stage, scene: Scene, step: Step, at: datetime) -> None:
    change.tag(scene.ticket, [step.body], stage.agents[step.by], at=at)


def _state(stage: Stage, scene: Scene, step: Step, at: datetime) -> None:
    change.set_status(scene.ticket, step.body, stage.agents[step.by], at=at)


def _priority(stage: Stage, scene: Scene, step: Step, at: datetime) -> None:
    change.set_priority(scene.ticket, Priority[step.body.upper()], stage.agents[step.by], at=at)


PLAYED: dict[str, Callable[[Stage, Scene, Step, datetime], None]] = {
    "in": _arrive,
    "vacation": _arrive,
    "bounce": _arrive,
    "reply": _reply,
    "note": _note,
    "assign": _assign,
    "tag": _tag,
    "state": _state,
    "priority": _priority,
}


def _park_one(stage: Stage, end: datetime) -> None:
    """Set one mail aside, so that the screen of parked mail has something to show; its retry files it."""
    told = script.PARKED
    step = told.steps[0]
    at = script.moment(step.at, end)
    raw = mails.write(told, step, at)
    mailbox = stage.mailboxes[told.mailbox]
    key = mails.identifier(told, step).strip("<>")
    accept_many([Arrival(mailbox, raw, "smtp", key, {"from": told.customer.address, "to": [mailbox.address]}, at)])
    item = InboxItem.objects.get(account=mailbox, key=key)
    park(item, _("The demo set this mail aside, so that there is one to look at. Try it again, and it is filed."))


def _mark_read(stage: Stage, end: datetime) -> None:
    """Everybody has read what is older than this morning."""
    known = Ticket.objects.filter(last_message_at__lt=end - FRESH)
    marks = [ReadMark(agent=agent, ticket=ticket, read_at=end) for agent in stage.agents.values() for ticket in known]
    ReadMark.objects.bulk_create(marks, batch_size=500)
