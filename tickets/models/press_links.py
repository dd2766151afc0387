"""Signed links to a page with one button: "do not answer me by email", "not me", "undo". They never expire, and GET changes nothing.

A link names what it is about by the public id of the delivery that carried it: through that its address is known.
"""

from django.conf import settings
from django.core import signing

NO_MAIL, NOT_ME, UNLINK = "no-mail", "not-me", "unlink"
PAGES = (NO_MAIL, NOT_ME, UNLINK)


def link_of(page: str, named: str) -> str:
    """Return the address of a page of PAGES about what `named` is the public id of. The same each time it is asked for."""
    return f"{settings.SITE_URL}/{page}/{_signer(page).sign(named)}/"


def read_token(page: str, token: str) -> str:
    """Return the public id that a token names; "" when it was not made by us for this page."""
    try:
        return _signer(page).unsign(token)
    except signing.BadSignature:
        return ""


def _signer(page: str) -> signing.Signer:
    return signing.Signer(salt=f"tickets.{page}", sep=".")
