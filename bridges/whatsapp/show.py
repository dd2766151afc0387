"""What a person sees of a notice: its words, and a line for everything that is not words."""

from collections.abc import Callable, Iterator

from django.utils.translation import gettext as _

from bridges.payload import Object, get, identifier, items, number, whole, words
from bridges.whatsapp import standing
from bridges.whatsapp.refusals import words_of
from tickets.channels import Notice

MAP = "https://www.openstreetmap.org/?mlat={latitude}&mlon={longitude}#map=16/{latitude}/{longitude}"
MOST_LINES = 50  # of an order, of cards


def show(notice: Notice, thing: Object) -> str:
    """Return what an agent sees; `thing`: the message, the status, or the value of a change."""
    maker = SAID.get(notice.kind)
    if maker is not None:
        return maker(notice, thing)
    about = get(get(thing, "edit"), "message") if notice.kind == "edit" else thing
    before = [*_forwarded(about), *_product(about)]
    after = [*_files(notice), *_places(notice, about), *_cards(about), *_order(about), *_advert(about)]
    blocks = [*before, notice.text, "\n".join(after)]
    text = "\n\n".join(block for block in blocks if block)
    return text or _unknown(about)


def _forwarded(message: Object) -> Iterator[str]:
    context = get(message, "context")
    if context.get("frequently_forwarded") is True:
        yield _("Forwarded many times:")
    elif context.get("forwarded") is True:
        yield _("Forwarded:")


def _product(message: Object) -> Iterator[str]:
    if product := get(get(message, "context"), "referred_product"):
        yield _("Asks about the product %s:") % identifier(product, "product_retailer_id")


def _files(notice: Notice) -> Iterator[str]:
    """A line that stands for a file without words; beside words the file itself is enough."""
    for file in notice.data.get("attachments", []) if not notice.text else []:
        yield f"[{_(file['what'])}{': ' if file['filename'] else ''}{file['filename'] or ''}]"


def _places(notice: Notice, message: Object) -> Iterator[str]:
    """Where it points, with a link to a map; no map is loaded from elsewhere."""
    if place := notice.data.get("location"):
        about = get(message, "location")
        names = ", ".join(filter(None, [words(about, "name"), words(about, "address")]))
        where = f"{place['latitude']}, {place['longitude']}"
        yield _("Location: %(title)s%(where)s") % {"title": f"{names}: " if names else "", "where": where}
        yield MAP.format(**place)


def _cards(message: Object) -> Iterator[str]:
    from_media = items(message, "contacts")[:MOST_LINES]
    for card in from_media:
        name = words(get(card, "name"), "formatted_name") or words(get(card, "org"), "company")
        ways = [words(one, "phone") or identifier(one, "wa_id") for one in items(card, "phones")]
        ways += [words(one, "email") for one in items(card, "emails")] + [
            words(one, "url") for one in items(card, "urls")
        ]
        yield _("Contact card: %(name)s, %(ways)s (not proven to be theirs)") % {
            "name": name or "–",
            "ways": ", ".join(filter(None, ways)) or "–",
        }


def _order(message: Object) -> Iterator[str]:
    order = get(message, "order")
    lines = items(order, "product_items")
    if not order:
        return
    yield _("Ordered from the catalogue %s:") % (identifier(order, "catalog_id") or "–")
    total: dict[str, float] = {}
    for one in lines[:MOST_LINES]:
        price, count, currency = number(one, "item_price"), whole(one, "quantity") or 1, words(one, "currency")
        total[currency] = total.get(currency, 0.0) + (price or 0.0) * count
        cost = f"{price:.2f} {currency}" if price is not None else ""
        yield f"{count} × {identifier(one, 'product_retailer_id')} {cost}".rstrip()
    if len(lines) > 1:
        yield _("Together: %s") % ", ".join(f"{value:.2f} {currency}" for currency, value in total.items())


def _advert(message: Object) -> Iterator[str]:
    """They came by an advertisement or a post."""
    if referral := get(message, "referral"):
        about = [words(referral, name) for name in ("headline", "body", "source_url")]
        yield _("Came by an advertisement: %s") % " – ".join(filter(None, about))


def _unknown(message: Object) -> str:
    return _unshown(words(message, "type") or _("message"))


def _unshown(what: str) -> str:
    return _("WhatsApp sent a %(what)s, which cannot be shown yet. All that came is in the attached file.") % {
        "what": what[:200].replace("_", " ")
    }


def _deleted(notice: Notice, thing: Object) -> str:
    return _("Deleted a message.")


def _reacted(notice: Notice, thing: Object) -> str:
    emoji = notice.data.get("reaction")
    return _("Reacted with %(emoji)s") % {"emoji": emoji} if emoji else _("Took back the reaction.")


def _pressed(notice: Notice, thing: Object) -> str:
    """What they chose; of a form all that they filled in."""
    form = words(get(get(thing, "interactive"), "nfm_reply"), "response_json")
    said = notice.text or notice.data.get("data") or ""
    return f"{_('Filled in a form:')} {said}\n{form}" if form else said or _unknown(thing)


def _refused(notice: Notice, thing: Object) -> str:
    """The vendor says that it cannot pass it on: a poll, something to be seen once."""
    errors, what = items(thing, "errors"), words(get(thing, "unsupported"), "type")
    why = words_of(errors[0]) if errors else ""
    text = _("They sent something that WhatsApp does not pass on. Ask them to send it another way.")
    return " ".join(filter(None, [text, f"({what})" if what else "", why]))


def _receipt(notice: Notice, thing: Object) -> str:
    status = notice.data.get("status") or ""
    return _("Not delivered: %s") % notice.text if status == "failed" else _("A message of ours: %s") % status


def _welcome(notice: Notice, thing: Object) -> str:
    return _("Opened the chat for the first time.")


def _service(notice: Notice, thing: Object) -> str:
    if found := standing.line(notice.data["field"], thing):
        return found
    system = get(thing, "system")
    if body := words(system, "body") or notice.text:
        return body
    if category := words(thing, "category"):
        asked = (
            _("Wants no such messages any more: %s")
            if words(thing, "value") == "stop"
            else _("Takes such messages again: %s")
        )
        return asked % (words(thing, "detail") or category.replace("_", " "))
    if notice.data["field"] == "calls":
        return _("A call on WhatsApp (%s). Calls are not answered here.") % (words(thing, "event") or "–")
    return _unshown(notice.data["field"] or words(system, "type"))


def _strange(notice: Notice, thing: Object) -> str:
    what = ", ".join(
        filter(None, [*notice.data.get("defects", []), notice.data["field"], notice.data.get("status") or ""])
    )
    return _unshown(what or "–")


SAID: dict[str, Callable[[Notice, Object], str]] = {
    "delete": _deleted,
    "reaction": _reacted,
    "callback": _pressed,
    "unsupported": _refused,
    "receipt": _receipt,
    "subscribe": _welcome,
    "system": _service,
    "other": _strange,
}
