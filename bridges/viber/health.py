"""How the bot does, asked of the vendor and told in words for people; and what its words about a closed bot mean."""

from django.utils.translation import gettext as _

from bridges.payload import Object, words
from bridges.viber import api
from bridges.viber.api import Access
from bridges.viber.refusals import Refused, is_cut_off, status_in
from tickets.channels import Closing, Health, NotConnected, Probe


def probe(access: Access, callback: str) -> Probe:
    """Ask who the bot is, and whether it pushes to us. Raises NotConnected when nobody answers."""
    try:
        found = api.call(access, "get_account_info")
    except Refused as refused:
        if is_cut_off(refused):
            return Probe(Health.CUT_OFF, refused.description)
        raise NotConnected(_("Viber cannot be asked: %s") % refused.description) from refused
    return judged(found, callback)


def judged(found: Object, callback: str) -> Probe:
    """Return what the answer means."""
    webhook = words(found, "webhook")
    if not webhook:
        return Probe(Health.DEGRADED, _("Viber pushes nothing: no address is set. Save the account's settings once."))
    if webhook != callback:
        return Probe(Health.DEGRADED, _("Viber pushes to another address (%s): nothing comes in here.") % webhook)
    return Probe(Health.WORKING)


def explained(reason: str) -> Closing:
    """Return what the vendor's words mean, and what to do now."""
    again = _("Enter the new token of the same bot on its screen: what waits goes out once.")
    found: dict[int | None, Closing] = {
        2: Closing(
            _("Viber does not know this token."),
            (_("Look the token up in Viber's admin panel: it may have been renewed."), again),
        ),
        7: Closing(_("Viber blocked the bot."), (_ask_why(), again)),
        9: Closing(_("Viber suspended the bot."), (_ask_why(), again)),
        8: Closing(_("The bot is not there any more."), (_look(), again)),
        15: Closing(_("The bot may not use the API any more."), (_look(), again)),
        24: Closing(
            _("The bot's messages are not paid."),
            (_("Pay, or raise the limit, with the partner with whom the bot was ordered."),),
        ),
        10: Closing(
            _("Viber does not know where to push: no address is set."),
            (_("Save the account's settings once: that sets the address again."),),
        ),
    }
    rest = Closing(
        _("Viber does not let this bot send any more."),
        (_("Read what Viber says, and ask it what has to be done."), again),
    )
    return found.get(status_in(reason), rest)


def _ask_why() -> str:
    return _("Ask Viber's support, or the partner with whom the bot was ordered, for the reason.")


def _look() -> str:
    return _("Look in Viber's admin panel whether the bot still exists and is published.")
