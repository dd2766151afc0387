"""Mails with a code or a link of their own: both are put in when the mail is rendered, the record has neither."""

from typing import Any

from tickets.actions.prove import CODE_MASK, LINK_MASK, link_to
from tickets.channels import Account, Outgoing
from tickets.mail.request_line import Bodies
from tickets.models import Purpose, Token
from tickets.models.press_links import NOT_ME, UNLINK, link_of
from tickets.models.secrets import unwrapped


def with_secrets(bodies: Bodies, outgoing: Outgoing) -> Bodies:
    """Return the words with code and links in their places; without them, as in the record, once the tokens are gone."""
    fields = outgoing.message.entry.fields
    places = _pages(outgoing) | (_tokens(fields["confirms"]) if fields.get("confirms") else {})
    text, page = bodies
    for place, value in places.items():
        text, page = text.replace(place, value), page.replace(place, value)
    return text, page


def _pages(outgoing: Outgoing) -> dict[str, str]:
    """The pages with one button: each is about the delivery that carries its link."""
    carrier = outgoing.deliveries[0].public_id
    return {f"/{page}/{LINK_MASK}/": _path(link_of(page, carrier)) for page in (NOT_ME, UNLINK)}


def _path(link: str) -> str:
    return "/" + "/".join(link.rstrip("/").rsplit("/", 2)[1:]) + "/"


def _tokens(confirms: dict[str, Any]) -> dict[str, str]:
    """What stands in the places of a code and of a link that opens a chat."""
    account = Account.objects.filter(public_id=confirms["account"]).first()
    found = {token.purpose: token for token in Token.objects.filter(digest__in=confirms["tokens"])}
    places = {}
    if (code := found.get(Purpose.CODE)) and "secret" in code.data:
        places[CODE_MASK] = unwrapped(code.data["secret"])
    opens = found.get(Purpose.OPEN) or found.get(Purpose.LINK)
    if account and opens and "secret" in opens.data and (place := link_to(account, LINK_MASK)):
        places[place] = link_to(account, unwrapped(opens.data["secret"]))
    return places
