"""The people who work here: agents, managers, administrators, and their teams."""

from typing import Any, ClassVar

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager
from django.db import models

from tickets.models.ids import new_id


class Role(models.TextChoices):
    """What a person may do."""

    ADMINISTRATOR = "administrator"
    MANAGER = "manager"
    AGENT = "agent"


class Team(models.Model):
    """A group of agents that shares mailboxes. Removed, never deleted: entries of the record name it."""

    public_id = models.CharField(max_length=16, unique=True, default=new_id)
    name = models.CharField(max_length=80)
    removed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["name"], condition=models.Q(removed_at__isnull=True), name="one_team_per_name"
            )
        ]

    def __str__(self) -> str:
        return self.name


class AgentManager(BaseUserManager["Agent"]):
    """Makes agents; the email address is the name they sign in with."""

    def create_user(self, email: str, password: str | None = None, **fields: Any) -> "Agent":
        """Store a new agent; without a password they cannot sign in until one is set."""
        agent = self.model(email=email.strip().lower(), **fields)
        agent.set_password(password)
        agent.save(using=self._db)
        return agent

    def get_by_natural_key(self, email: str | None) -> "Agent":
        return self.get(email=(email or "").strip().lower())

    def named(self, public_id: str | None) -> "Agent | None":
        """Return who an entry names, also somebody who has left; None for nobody, and for one who is not here."""
        return self.filter(public_id=public_id).first() if public_id else None


class Agent(AbstractBaseUser):
    """Somebody who works here, whatever the role. Removed, never deleted: their words stay theirs."""

    public_id = models.CharField(max_length=16, unique=True, default=new_id)
    email = models.CharField(max_length=254, unique=True)
    name = models.CharField(max_length=120)
    role = models.CharField(max_length=20, default=Role.AGENT)
    teams = models.ManyToManyField(Team, blank=True, related_name="agents")
    language = models.CharField(max_length=12, blank=True)
    time_zone = models.CharField(max_length=40, blank=True)
    preferences = models.JSONField(default=dict)
    created_at = models.DateTimeField()
    removed_at = models.DateTimeField(null=True)

    objects: ClassVar[AgentManager] = AgentManager()
    USERNAME_FIELD = "email"

    @property
    def is_active(self) -> bool:  # type: ignore[override]
        """Django's sign-in asks this name."""
        return self.removed_at is None

    @property
    def is_administrator(self) -> bool:
        return self.role == Role.ADMINISTRATOR

    @property
    def may_write(self) -> bool:
        """A manager reads everything and changes nothing."""
        return self.role != Role.MANAGER

    def __str__(self) -> str:
        return self.name
