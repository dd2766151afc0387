"""Tickets and what is said and done in them."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from tickets.models.contacts import Contact
from tickets.models.ids import new_id
from tickets.models.intake import Account, Entry
from tickets.models.people import Team


class State(models.TextChoices):
    """Where a ticket stands."""

    NEW = "new"
    OPEN = "open"
    WAITING = "waiting"
    SOLVED = "solved"
    CLOSED = "closed"


RESTING = (State.SOLVED, State.CLOSED)  # nothing is left to be done
UNATTENDED = (State.WAITING, *RESTING)  # nobody looks at it just now: what comes in opens it again


class Priority(models.IntegerChoices):
    """How soon somebody should look."""

    LOW = 1
    NORMAL = 2
    HIGH = 3
    URGENT = 4


class SpamBy(models.TextChoices):
    """Who calls a ticket spam."""

    AGENT = "agent"
    MEMORY = "memory"  # its sender was called so before
    BORDER = "border"  # our own mail server or channel says so


class Direction(models.TextChoices):
    """Whose words a message holds."""

    IN = "in"
    OUT = "out"
    NOTE = "note"


NO_SPAM = Q(spam_at__isnull=True)


class Tag(models.Model):
    """A word that agents put on tickets."""

    name = models.CharField(max_length=60, unique=True)

    def __str__(self) -> str:
        return self.name


class Ticket(models.Model):
    """A conversation: messages threaded together."""

    number = models.PositiveBigIntegerField(unique=True)
    subject = models.CharField(max_length=998, blank=True)
    state = models.CharField(max_length=10, default=State.NEW)
    priority = models.PositiveSmallIntegerField(default=Priority.NORMAL)
    channel = models.CharField(max_length=20)
    mailbox = models.ForeignKey(Account, models.PROTECT, related_name="tickets")
    contact = models.ForeignKey(Contact, models.PROTECT, related_name="tickets")
    origin = models.ForeignKey(  # whose it was before a join
        Contact, models.PROTECT, null=True, related_name="+", db_index=False
    )
    assignee = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="tickets")
    team = models.ForeignKey(Team, models.PROTECT, null=True, related_name="tickets")
    tags = models.ManyToManyField(Tag, related_name="tickets")
    links = models.ManyToManyField("self", symmetrical=True)
    merged_into = models.ForeignKey("self", models.PROTECT, null=True, related_name="merged")
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()
    last_message_at = models.DateTimeField()
    first_answer_at = models.DateTimeField(null=True)
    solved_at = models.DateTimeField(null=True)
    history = models.BooleanField(default=False)
    hold = models.TextField(blank=True)  # why this ticket may not be erased: a legal hold
    erased_at = models.DateTimeField(null=True)
    own_code = models.CharField(max_length=12, null=True, unique=True)  # of its own address: mime.own_address
    snippet = models.CharField(max_length=200, blank=True)
    message_count = models.PositiveIntegerField(default=0)
    snoozed_at = models.DateTimeField(null=True)  # out of the lists since then, until it is woken
    snoozed_until = models.DateTimeField(null=True)  # None: until the customer writes, which wakes it in any case
    spam = models.CharField(max_length=10, blank=True, default="")  # "", or by what it is called so: SpamBy
    spam_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=["state", "-last_message_at"], condition=NO_SPAM, name="ticket_in_state"),
            models.Index(
                fields=["assignee", "state", "-last_message_at"], condition=NO_SPAM, name="ticket_of_assignee"
            ),
            models.Index(fields=["mailbox", "state", "-last_message_at"], condition=NO_SPAM, name="ticket_of_mailbox"),
            models.Index(fields=["-last_message_at"], condition=Q(spam_at__isnull=False), name="ticket_spam"),
            models.Index(fields=["-last_message_at"], condition=Q(snoozed_at__isnull=False), name="ticket_snoozed"),
            models.Index(fields=["snoozed_until"], condition=Q(snoozed_until__isnull=False), name="ticket_to_wake"),
            models.Index(fields=["contact", "-last_message_at"], name="ticket_by_contact"),
            models.Index(fields=["-last_message_at"], name="ticket_by_time"),
            models.Index(fields=["created_at"], name="ticket_by_creation"),
        ]

    def __str__(self) -> str:
        return f"#{self.number} {self.subject}"


class Message(models.Model):
    """One thing said: incoming, outgoing, or an internal note."""

    public_id = models.CharField(max_length=16, unique=True, default=new_id)
    ticket = models.ForeignKey(Ticket, models.PROTECT, related_name="messages")
    entry = models.OneToOneField(Entry, models.PROTECT, related_name="message")
    direction = models.CharField(max_length=4)
    channel = models.CharField(max_length=20)
    account = models.ForeignKey(Account, models.PROTECT, related_name="messages")
    author = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="messages")
    contact = models.ForeignKey(Contact, models.PROTECT, null=True, related_name="messages")
    from_name = models.CharField(max_length=320, blank=True)
    from_address = models.CharField(max_length=320, blank=True)
    to = models.JSONField(default=list)  # [{"name": …, "address": …}]
    cc = models.JSONField(default=list)
    bcc = models.JSONField(default=list)
    reply_to = models.JSONField(default=list)
    subject = models.CharField(max_length=998, blank=True)
    date = models.DateTimeField(null=True)
    at = (
        models.DateTimeField()
    )  # when it reached us or was said here; history: its own date. Lists and pages sort by it
    text = models.TextField(blank=True)
    reply = models.TextField(blank=True)
    html = models.TextField(blank=True)
    message_id = models.CharField(max_length=998, blank=True)
    references = models.JSONField(default=list)
    digest = models.CharField(max_length=64, blank=True)
    kind = models.CharField(
        max_length=20, default="message"
    )  # message, forward, auto-reply, bounce, delivery-status, feedback, system
    automatic = models.BooleanField(default=False)  # ours, made without a person
    verified = models.CharField(max_length=8, blank=True)  # pass, fail, unknown: is the sender who the mail says
    trust = models.JSONField(default=dict)  # who found that out, and why: mime.authentication.Finding
    protection = models.CharField(max_length=16, blank=True)  # signed or encrypted, and how: mime.protection
    report = models.JSONField(default=dict)  # what a machine says of the message in speaks_of: mime.reports
    via = models.BooleanField(default=False)  # written by somebody who is no participant
    speaks_of = models.ForeignKey("self", models.PROTECT, null=True, related_name="reports")
    reason = models.TextField(blank=True)
    defects = models.JSONField(default=list)
    history = models.BooleanField(default=False)
    quote = models.JSONField(default=dict)  # the words that it answers: {"text", "name", "message": public id, if here}
    album = models.CharField(max_length=200, blank=True)  # what the vendor calls the album that it is
    edited_at = models.DateTimeField(null=True)
    deleted_at = models.DateTimeField(null=True)  # by whoever wrote it, at the vendor; the words stay here
    deleted_by = models.CharField(max_length=320, blank=True)

    class Meta:
        indexes = [
            models.Index(fields=["ticket", "at", "id"], name="message_in_ticket"),
            models.Index(fields=["account", "album"], condition=~models.Q(album=""), name="message_by_album"),
            models.Index(fields=["message_id"], name="message_by_message_id"),
            models.Index(fields=["direction", "at"], name="message_by_direction"),
        ]

    def __str__(self) -> str:
        return f"{self.direction} {self.public_id}"


class Attachment(models.Model):
    """A file in a message: where it stands in the record. Its bytes are read from there."""

    message = models.ForeignKey(Message, models.PROTECT, related_name="attachments")
    part = models.PositiveIntegerField()  # its number in the message
    entry = models.ForeignKey(
        Entry, models.PROTECT, null=True, related_name="files"
    )  # where it is not the message's own
    entry_part = models.PositiveIntegerField(null=True)  # its number there
    filename = models.CharField(max_length=255, blank=True)
    content_type = models.CharField(max_length=255)
    size = models.PositiveBigIntegerField()
    sha256 = models.CharField(max_length=64)
    content_id = models.CharField(max_length=998, blank=True)
    inline = models.BooleanField(default=False)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["message", "part"], name="one_attachment_per_part")]

    def __str__(self) -> str:
        return self.filename or f"part {self.part}"


class Participant(models.Model):
    """An address in From, To or Cc of a ticket's public messages; an index for threading."""

    ticket = models.ForeignKey(Ticket, models.PROTECT, related_name="participants")
    address = models.CharField(max_length=320)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["ticket", "address"], name="participant_once")]

    def __str__(self) -> str:
        return self.address


class AwaitedId(models.Model):
    """A Message-ID that a message refers to and that is not here yet: a late parent still joins."""

    message = models.ForeignKey(Message, models.PROTECT, related_name="awaited")
    identifier = models.CharField(max_length=998)

    class Meta:
        indexes = [models.Index(fields=["identifier"], name="awaited_by_identifier")]

    def __str__(self) -> str:
        return self.identifier


class Event(models.Model):
    """Something that happened to a ticket: assigned, solved, merged …"""

    ticket = models.ForeignKey(Ticket, models.PROTECT, related_name="events")
    entry = models.ForeignKey(Entry, models.PROTECT, related_name="events")
    kind = models.CharField(max_length=30)
    at = models.DateTimeField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="events")
    reason = models.TextField(blank=True)
    data = models.JSONField(default=dict)
    # Where an entry speaks of many tickets: the number of the one that this is about, which stays when it is merged.
    of = models.PositiveBigIntegerField(default=0)

    class Meta:
        indexes = [models.Index(fields=["ticket", "at", "id"], name="event_in_ticket")]

    def __str__(self) -> str:
        return self.kind
