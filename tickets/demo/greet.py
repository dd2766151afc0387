"""What a start in a demo does first: play the script once, and say where to go."""

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext as _

from tickets.demo import sign_in
from tickets.demo.seed import is_empty, seed


def prepare() -> str:
    """Fill an empty database; return the lines for the person at the terminal. Raises OSError, NotEmpty."""
    told = _("%d conversations are ready.\n") % seed() if is_empty() else ""
    return told + _(
        "Sign in here, once:   %(link)s\nA customer's mailbox: %(mailbox)s\nDelete the database:  %(deletion)s"
    ) % {
        "link": sign_in.make_link(),
        "deletion": settings.SITE_URL + reverse("demo:deletion"),
        "mailbox": settings.SITE_URL + reverse("demo:mailbox"),
    }
