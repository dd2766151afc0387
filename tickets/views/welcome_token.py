"""The one-time link of a first start, with which the first person makes their own sign-in.

For the view behind /welcome/<token>/ (URL name tickets:welcome): call `check(token)` on GET and again inside the
transaction that makes the agent (role administrator); a False is a 404 or a page that says the link has been used.
It works until there is an administrator, so that it can be used once. `make_link()` is printed by `manage.py run`.
"""

from django.conf import settings
from django.core import signing

from tickets.models import Agent, Role

SALT = "tickets.welcome"
VALID_SECONDS = 7 * 24 * 3600


def is_needed() -> bool:
    """Whether nobody can administrate yet."""
    return not Agent.objects.filter(role=Role.ADMINISTRATOR, removed_at__isnull=True).exists()


def make_link() -> str:
    """A new link, valid for a week or until it is used."""
    token = signing.dumps("first", salt=SALT)
    return f"{settings.SITE_URL}/welcome/{token}/"


def check(token: str) -> bool:
    """Whether this token of ours may still make the first administrator."""
    try:
        signing.loads(token, salt=SALT, max_age=VALID_SECONDS)
    except signing.BadSignature:
        return False
    return is_needed()
