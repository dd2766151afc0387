"""Contacts and the addresses by which they can be reached."""

from django.db import models

from tickets.models.ids import new_id


class Contact(models.Model):
    """A person who writes to us. Removed, never deleted."""

    public_id = models.CharField(max_length=16, unique=True, default=new_id)
    name = models.CharField(max_length=200, blank=True)
    language = models.CharField(max_length=12, blank=True)
    hold = models.TextField(blank=True)  # why nothing of this person may be erased: a legal hold
    created_at = models.DateTimeField()
    removed_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return self.name


class Address(models.Model):
    """One way to reach a contact on one channel; two belong to one person only by proof or an agent's decision."""

    contact = models.ForeignKey(Contact, models.PROTECT, related_name="addresses")
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
