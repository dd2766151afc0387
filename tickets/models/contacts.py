"""Contacts, the addresses by which they can be reached, and what happened to them."""

from django.conf import settings
from django.db import models
from django.db.models import Q, QuerySet

from tickets.models.ids import new_id


class Contact(models.Model):
    """A person who writes to us. Removed, never deleted."""

    public_id = models.CharField(max_length=16, unique=True, default=new_id)
    name = models.CharField(max_length=200, blank=True)
    language = models.CharField(max_length=12, blank=True)
    hold = models.TextField(blank=True)  # why nothing of this person may be erased: a legal hold
    created_at = models.DateTimeField()
    removed_at = models.DateTimeField(null=True)  # erased, or joined into somebody
    joined_into = models.ForeignKey("self", models.PROTECT, null=True, related_name="joined")  # always who is left

    def __str__(self) -> str:
        return self.name

    @property
    def selves(self) -> "QuerySet[Contact]":
        """This contact, and those who turned out to be the same person."""
        return Contact.objects.filter(Q(pk=self.pk) | Q(joined_into=self.pk))


class Address(models.Model):
    """One way to reach a contact on one channel; two belong to one person only by proof or an agent's decision."""

    is_newly_linked = objects_to_detours = False  # where somebody has looked; no columns

    contact = models.ForeignKey(Contact, models.PROTECT, related_name="addresses")
    origin = models.ForeignKey(  # whose it was before a join
        Contact, models.PROTECT, null=True, related_name="+", db_index=False
    )
    channel = models.CharField(max_length=20)
    address = models.CharField(max_length=320)
    proven = models.BooleanField(default=False)
    proof = models.TextField(blank=True)
    reachable = models.BooleanField(default=True)
    unreachable_reason = models.TextField(blank=True)
    complained_at = models.DateTimeField(null=True)  # reported our mail as unwanted: nothing automatic goes there
    data = models.JSONField(default=dict)
    last_used_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["channel", "address"], name="one_contact_per_address")]

    def __str__(self) -> str:
        return self.address

    @property
    def shown(self) -> str:
        """What people call it: a number that the channel told of, say, where the address is an id that tells nobody anything."""
        ways = (way for way in self.data.values() if isinstance(way, dict))
        return next((str(way["shown"]) for way in ways if way.get("shown")), self.address)


class ContactEvent(models.Model):
    """Something that happened to a contact: edited, noted, joined …; an index over entries, in which its words stand."""

    contact = models.ForeignKey(Contact, models.PROTECT, related_name="events")
    entry = models.ForeignKey("Entry", models.PROTECT, related_name="contact_events")
    kind = models.CharField(max_length=30)
    at = models.DateTimeField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["contact", "entry"], name="contact_event_once")]
        indexes = [models.Index(fields=["contact", "kind", "-at"], name="event_of_contact")]

    def __str__(self) -> str:
        return self.kind
