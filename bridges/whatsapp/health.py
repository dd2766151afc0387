"""How the number and its business account do, asked of the vendor and told in words for people.

Asked for: the number's status and quality, and `health_status`, which says of the number, the business account, the
business and the app whether messages can be sent, with the errors that stand in the way (Meta, "Messaging Health Status").
"""

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from bridges.payload import Object, get, identifier, items, words
from bridges.whatsapp import api
from bridges.whatsapp.api import Access
from bridges.whatsapp.refusals import Refused, code_in, is_cut_off
from tickets.channels import Account, Closing, Health, NotConnected, Probe

FIELDS = "id,display_phone_number,verified_name,quality_rating,status,name_status,whatsapp_business_manager_messaging_limit,health_status"
CLOSED = frozenset(["BANNED", "DELETED", "DISCONNECTED", "MIGRATED"])
WARNED = frozenset(["FLAGGED", "RESTRICTED", "RATE_LIMITED", "UNVERIFIED", "PENDING"])
ENTITIES = {
    "PHONE_NUMBER": gettext_noop("the number"),
    "WABA": gettext_noop("the WhatsApp Business account"),
    "BUSINESS": gettext_noop("the business"),
    "APP": gettext_noop("the app"),
    "MESSAGE_TEMPLATE": gettext_noop("the template"),
}


def ask(access: Access) -> Object:
    """Return what the vendor says of the number. Raises Refused."""
    return api.call(access, "GET", access.number, params={"fields": FIELDS})


def probe(account: Account, access: Access, business: str, callback: str) -> Probe:
    """Ask how the number does, and whether it pushes to us. Raises NotConnected when nobody answers."""
    try:
        number = ask(access)
    except Refused as refused:
        if is_cut_off(refused):
            return Probe(Health.CUT_OFF, refused.description)
        raise NotConnected(_("WhatsApp cannot be asked: %s") % refused.description) from refused
    note(account, number)
    return judged(number, _subscribed(access, business), callback)


def _subscribed(access: Access, business: str) -> Object | None:
    """Who is pushed to; None where the token may send but not ask for that."""
    try:
        return api.call(access, "GET", f"{business}/subscribed_apps")
    except Refused:
        return None


def judged(number: Object, pushes: Object | None, callback: str) -> Probe:
    """Return what all that means: closed, worth a warning, or well."""
    sending, reasons = words(get(number, "health_status"), "can_send_message"), _reasons(number)
    status = words(number, "status").upper()
    if status in CLOSED:
        return Probe(Health.CUT_OFF, " ".join(filter(None, [_("WhatsApp says of the number: %s.") % status, reasons])))
    if sending == "BLOCKED":
        return Probe(Health.CUT_OFF, reasons or _("WhatsApp lets this number send nothing, and does not say why."))
    faults = [
        reasons if sending == "LIMITED" else "",
        _("WhatsApp says of the number: %s.") % status if status in WARNED else "",
        _("WhatsApp rates the quality of its messages low.") if words(number, "quality_rating") == "RED" else "",
        _pushing(pushes, callback) if pushes is not None else "",
    ]
    fault = " ".join(filter(None, faults))
    return Probe(Health.DEGRADED, fault) if fault else Probe(Health.WORKING)


def _reasons(number: Object) -> str:
    """What stands in the way, each with whom it is about, and what the vendor proposes."""
    found = []
    for entity in items(get(number, "health_status"), "entities"):
        if words(entity, "can_send_message") in ("", "AVAILABLE"):
            continue
        kind = words(entity, "entity_type")
        name = _(ENTITIES[kind]) if kind in ENTITIES else kind
        errors = [_error(one) for one in items(entity, "errors")]
        more = entity.get("additional_info")
        told = [str(one) for one in more[:5]] if isinstance(more, list) else []
        state = words(entity, "can_send_message").lower()
        found.append(f"{name}: {' '.join([*errors, *told]) or state}")
    return " ".join(found)[:1500]


def _error(error: Object) -> str:
    code, said = identifier(error, "error_code"), words(error, "error_description")
    solution = words(error, "possible_solution")
    return " ".join(filter(None, [said, f"(code {code})" if code else "", solution]))


def _pushing(pushes: Object, callback: str) -> str:
    apps = items(pushes, "data")
    if not apps:
        return _("WhatsApp pushes nothing to this helpdesk: the app is not subscribed. Connect the number again.")
    others = [words(one, "override_callback_uri") for one in apps if words(one, "override_callback_uri")]
    if others and callback not in others:
        return _("WhatsApp pushes to another address. Connect the number again to take it back.")
    return ""


def note(account: Account, number: Object) -> None:
    """Keep what the vendor says of the number, for the account's screen."""
    told = {
        name: words(number, name)
        for name in ("verified_name", "quality_rating", "status", "whatsapp_business_manager_messaging_limit")
    }
    told["display"] = words(number, "display_phone_number")
    if account.pk is None or account.state.get("number") == told:
        return
    with transaction.atomic():
        fresh = type(account).objects.select_for_update().only("state").get(pk=account.pk)
        fresh.state = account.state = fresh.state | {"number": told}
        fresh.save(update_fields=["state"])


def described(account: Account) -> str:
    """Return what is kept of the number, as one line."""
    told = account.state.get("number") or {}
    if not told:
        return ""
    words_ = _("%(name)s, %(number)s; quality: %(quality)s; conversations that may be begun: %(limit)s")
    return words_ % {
        "name": told.get("verified_name") or account.name,
        "number": told.get("display") or account.address,
        "quality": (told.get("quality_rating") or "–").lower(),
        "limit": (told.get("whatsapp_business_manager_messaging_limit") or "–").removeprefix("TIER_"),
    }


def explained(reason: str) -> Closing:
    """Say what the vendor's words about an account mean, and what to do now."""
    code = code_in(reason)
    upper = reason.upper()
    if code in (0, 190):
        return Closing(
            _("The access token is not valid any more: it ran out, was revoked, or its user is gone."), _token()
        )
    if code in (3, 10, 131005) or (code is not None and 200 <= code < 300):
        meaning = _("The token may not send by this number any more: a permission was taken away.")
        return Closing(
            meaning,
            (_("In Business Settings give the system user the number and whatsapp_business_messaging."), *_token()),
        )
    if code in (131042, 141006) or "PAYMENT" in upper:
        return Closing(
            _("WhatsApp is not paid: it sends nothing until the business has a valid way to pay."), _payment()
        )
    if code in (33, 131045) or any(one in upper for one in ("DELETED", "OFFBOARDED", "DISCONNECTED", "MIGRATED")):
        meaning = _(
            "The number or its account is not on the platform any more: deleted, moved, or registered elsewhere."
        )
        return Closing(
            meaning, (_("In WhatsApp Manager look whether the number is there, and register it again."), *_rest())
        )
    if "RESTRICT" in upper:
        meaning = _(
            "WhatsApp restricts the account. While this restriction lasts, not even those who write first may be answered."
        )
        return Closing(
            meaning, (_("It ends by itself at the time that is named; the account then sends again."), *_appeal())
        )
    if code == 131048 or "SPAM" in upper:
        meaning = _("Too many people blocked or reported messages of this number: WhatsApp stops it from sending.")
        return Closing(meaning, _appeal())
    meaning = _(
        "WhatsApp closed the account or the number for breaking its rules, or locked it until it has looked at it."
    )
    return Closing(meaning, _appeal())


def _token() -> tuple[str, ...]:
    return (
        _("In Business Settings, System users, make a new token that does not run out, for this app and this account."),
        _("Put it in on the account's screen; everything goes on. What customers write comes in all the while."),
        *_rest(),
    )


def _payment() -> tuple[str, ...]:
    return (
        _("In Business Settings, Billing, look at the way to pay and at what is open. A check here finds it paid."),
        *_rest(),
    )


def _appeal() -> tuple[str, ...]:
    return (
        _("In Business Support Home read which rule is meant, and ask for a review there."),
        _(
            "A review takes one to two days. Nothing here has to be changed when it is granted: the account is asked again."
        ),
        *_rest(),
    )


def _rest() -> tuple[str, ...]:
    return (
        _(
            "Until then answers go by mail to everybody of whom a proven address is known. See who is not reached, below."
        ),
    )
