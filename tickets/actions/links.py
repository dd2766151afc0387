"""Links that let one person choose a password: an invitation, or a new password. Good once, and for a while.

A link holds no secret of ours: it is signed, names the person, and a digest of the password that they had when it was made. When
a password is chosen the digest changes, so that the link, and every other one made before, has been used. Nothing is stored.
"""

from dataclasses import dataclass
from enum import StrEnum

from django.conf import settings
from django.core import signing
from django.utils.crypto import constant_time_compare, salted_hmac

from tickets.models import Agent

SALT = "tickets.link"
INVITATION, PASSWORD = "join", "password"
VALID_SECONDS = {INVITATION: 7 * 24 * 3600, PASSWORD: 24 * 3600}


class Fault(StrEnum):
    """Why a link does not work."""

    FORGED = "forged"
    EXPIRED = "expired"
    USED = "used"
    LEFT = "left"


@dataclass(frozen=True, slots=True)
class Found:
    """What a link leads to: a person, or why it does not work."""

    agent: Agent | None = None
    fault: Fault | None = None


def make_link(agent: Agent, purpose: str) -> str:
    """A new link for `agent`: `purpose` is INVITATION or PASSWORD, and the first part of its path."""
    token = signing.dumps([agent.public_id, _state(agent)], salt=f"{SALT}.{purpose}")
    return f"{settings.SITE_URL}/{purpose}/{token}/"


def read_link(token: str, purpose: str) -> Found:
    """The person whom a link is for, when it still works."""
    try:
        public_id, state = signing.loads(token, salt=f"{SALT}.{purpose}", max_age=VALID_SECONDS[purpose])
    except signing.SignatureExpired:
        return Found(fault=Fault.EXPIRED)
    except (signing.BadSignature, ValueError):
        return Found(fault=Fault.FORGED)
    agent = Agent.objects.filter(public_id=public_id).first()
    if agent is None or not agent.is_active:
        return Found(fault=Fault.LEFT)
    if not constant_time_compare(state, _state(agent)):
        return Found(fault=Fault.USED)
    return Found(agent)


def _state(agent: Agent) -> str:
    """Changes with the password, and with the address."""
    return salted_hmac(SALT, f"{agent.password}\n{agent.email}", algorithm="sha256").hexdigest()[:32]
