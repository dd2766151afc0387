"""The mail that asks whether an address is somebody's: code and links are put in when it is rendered, the record has none."""

from tickets.actions.prove import CODE_MASK, LINK_MASK, link_to
from tickets.channels import Account, Outgoing
from tickets.mail.request_line import Bodies
from tickets.models import Purpose, Token
from tickets.models.press_links import NOT_ME, link_of
from tickets.models.secrets import unwrapped


def is_confirmation(outgoing: Outgoing) -> bool:
    """Whether this mail is one."""
    return "confirms" in outgoing.message.entry.fields


def with_secrets(bodies: Bodies, outgoing: Outgoing) -> Bodies:
    """Return the words with code and links in their places; without them, as in the record, once the tokens are gone."""
    confirms = outgoing.message.entry.fields.get("confirms")
    if not confirms:
        return bodies
    account = Account.objects.filter(public_id=confirms["account"]).first()
    found = {token.purpose: token for token in Token.objects.filter(digest__in=confirms["tokens"])}
    places = {f"/{NOT_ME}/{LINK_MASK}/": _path(link_of(NOT_ME, outgoing.deliveries[0].public_id))}
    if (code := found.get(Purpose.CODE)) and "secret" in code.data:
        places[CODE_MASK] = unwrapped(code.data["secret"])
    if account and (opens := found.get(Purpose.OPEN) or found.get(Purpose.LINK)) and "secret" in opens.data:
        places[link_to(account, LINK_MASK)] = link_to(account, unwrapped(opens.data["secret"]))
    text, page = bodies
    for place, value in places.items():
        if place:
            text, page = text.replace(place, value), page.replace(place, value)
    return text, page


def _path(link: str) -> str:
    return f"/{NOT_ME}/" + link.rstrip("/").rsplit("/", 1)[1] + "/"
