"""The link that signs a visitor of the demo in as its administrator: valid for a day, and once."""

from django.conf import settings
from django.core import signing
from django.urls import reverse

from tickets.demo import script
from tickets.models import Agent

SALT = "tickets.demo.sign-in"
VALID_SECONDS = 24 * 3600


def make_link() -> str:
    """A new link. Signing in with one makes all older ones worthless."""
    agent = Agent.objects.get(email=script.AGENTS[script.ADMINISTRATOR].address)
    token = signing.dumps([agent.public_id, _state(agent)], salt=SALT)
    return settings.SITE_URL + reverse("demo:enter", args=[token])


def agent_for(token: str) -> Agent | None:
    """The agent whom this link signs in, or None when it is not ours, too old or used."""
    try:
        public_id, state = signing.loads(token, salt=SALT, max_age=VALID_SECONDS)
    except (signing.BadSignature, ValueError):
        return None
    agent = Agent.objects.filter(public_id=public_id, removed_at__isnull=True).first()
    return agent if agent and _state(agent) == state else None


def _state(agent: Agent) -> str:
    """Changes with every sign-in."""
    return agent.last_login.isoformat() if agent.last_login else ""
