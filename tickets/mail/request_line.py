"""The grey line below a mail that leads to "your request". It is written when the mail is rendered: the record never has it."""

from html import escape

from django.conf import settings
from django.utils import timezone, translation
from django.utils.formats import date_format

from tickets.channels import Outgoing, spoken_in
from tickets.mime.request_links import MASK, PATH
from tickets.models.request_links import link_of, until
from tickets.texts import own

SETTING = "request_link"
NEVER, FIRST, ALWAYS = "no", "acknowledgement", "every mail"
STYLE = "color:#6b6b6b;font-size:0.875em"
Bodies = tuple[str, str]  # text, HTML


def with_link(bodies: Bodies, outgoing: Outgoing) -> Bodies:
    """Return the words of a mail with the link in its place, or in a line of its own, where the mail carries one."""
    text, page = bodies
    if not settings.REQUEST_LINKS or not has_one_recipient(outgoing):
        return bodies
    link = link_of(outgoing.deliveries[0])
    if outgoing.message.entry.fields.get("request_link"):  # its words have a place for the link
        place = PATH + MASK
        return text.replace(place, PATH + link.split("/")[-2]), page.replace(place, PATH + link.split("/")[-2])
    if not is_wanted(outgoing):
        return bodies
    line = _line(outgoing, link)
    shown = escape(line).replace(escape(link), f'<a style="{STYLE}" href="{escape(link)}">{escape(link)}</a>')
    return f"{text}\n\n{line}", f'{page}\n<p style="{STYLE}">{shown}</p>'


def has_one_recipient(outgoing: Outgoing) -> bool:
    """Whether a mail may carry the link: one to several people is the same for all, and the link is for one alone."""
    decided = outgoing.message.entry.fields.get("deliveries", [])
    return len(outgoing.deliveries) == len(decided) == 1


def is_wanted(outgoing: Outgoing) -> bool:
    """Whether the account wants the link in this mail."""
    message, setting = outgoing.message, outgoing.account.config.get(SETTING) or FIRST
    if message.kind == "forward" or message.history or setting == NEVER:
        return False
    return setting == ALWAYS or "acknowledges" in message.entry.fields


def _line(outgoing: Outgoing, link: str) -> str:
    language = spoken_in(outgoing.message, outgoing.account)
    with translation.override(language):
        day = date_format(
            timezone.localtime(until(outgoing.message.at), timezone.get_default_timezone()), "DATE_FORMAT"
        )
    return own.words(outgoing.account, "request-link", language, {"link": link, "until": day})
