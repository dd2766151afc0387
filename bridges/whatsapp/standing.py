"""How the account stands with the vendor, as its webhooks tell it: bans, restrictions, quality, templates, limits.

Shapes: pywa 4.5.0 types/account_update.py; channels.md §3, "Account webhooks". What each means in words, and whether the
account works, warns, or is closed. A probe has the last word (health.py).
"""

from collections.abc import Callable
from datetime import UTC, datetime

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from bridges.payload import Object, get, identifier, items, whole, words
from tickets.channels import Health

Found = tuple[str, str]  # health and the reason

# event of account_update -> its line; what a probe has to look at is in CLOSING and WARNING below.
EVENTS: dict[str, str] = {
    "ACCOUNT_DELETED": gettext_noop("The WhatsApp Business account was deleted."),
    "ACCOUNT_OFFBOARDED": gettext_noop("The number was taken off the platform: its phone changed or was registered anew."),
    "ACCOUNT_RECONNECTED": gettext_noop("The number is connected to the platform again."),
    "PARTNER_APP_UNINSTALLED": gettext_noop("The business took the app’s permissions away."),
    "PARTNER_APP_INSTALLED": gettext_noop("The business gave the app permissions."),
    "PARTNER_ADDED": gettext_noop("The account is shared with a partner."),
    "PARTNER_REMOVED": gettext_noop("The account is not shared with the partner any more."),
    "VERIFIED_ACCOUNT": gettext_noop("The business is verified."),
    "ACCOUNT_VIOLATION": gettext_noop("The account broke a rule of WhatsApp’s: %s."),
    "ACCOUNT_RESTRICTION": gettext_noop("WhatsApp restricts the account: %s."),
    "DISABLED_UPDATE": gettext_noop("WhatsApp on the account’s ban: %s."),
}  # fmt: skip
CLOSING = frozenset(["ACCOUNT_DELETED", "ACCOUNT_OFFBOARDED", "PARTNER_APP_UNINSTALLED", "PARTNER_REMOVED"])
RESTRICTIONS: dict[str, str] = {
    "RESTRICTED_CUSTOMER_INITIATED_MESSAGING": gettext_noop("nobody may be answered, not even those who write first"),
    "RESTRICTED_BIZ_INITIATED_MESSAGING": gettext_noop(
        "no conversation may be begun; who writes first can be answered"
    ),
    "RESTRICTED_ADD_PHONE_NUMBER_ACTION": gettext_noop("no number may be added"),
    "RESTRICTED_UTILITY_TEMPLATES": gettext_noop("no utility templates may be made"),
    "RESTRICTED_DIRECT_SEND_UTILITY_TEMPLATES": gettext_noop("no utility templates may be sent directly"),
    "RESTRICTED_BIZ_INITIATED_AND_USER_INITIATED_CALLING": gettext_noop("no calls"),
    "RESTRICTED_BUSINESS_INITIATED_CALLING": gettext_noop("nobody may be called"),
    "RESTRICTED_USER_INITIATED_CALLING": gettext_noop("nobody can call"),
    "RESTRICTED_USER_INITIATED_CALLING_CALL_BUTTON_HIDDEN": gettext_noop("the button for calls is hidden"),
}
CANNOT_ANSWER = "RESTRICTED_CUSTOMER_INITIATED_MESSAGING"
BANS: dict[str, str] = {
    "SCHEDULE_FOR_DISABLE": gettext_noop("it will be disabled"),
    "DISABLE": gettext_noop("it is disabled"),
    "REINSTATE": gettext_noop("it is allowed again"),
}


def health(field: str, value: Object) -> Found | None:
    """Return how the account does after this, and why; None where it says nothing of that."""
    if field == "account_update":
        return _of_account(value)
    event = words(value, "event")
    if field == "phone_number_quality_update" and event in ("FLAGGED", "DOWNGRADE"):
        return Health.DEGRADED, line(field, value)
    if field == "account_review_update" and words(value, "decision") == "REJECTED":
        return Health.DEGRADED, line(field, value)
    if field == "account_alerts" and words(value, "alert_severity") == "CRITICAL":
        return Health.DEGRADED, line(field, value)
    return None


def _of_account(value: Object) -> Found | None:
    event, said = words(value, "event"), line("account_update", value)
    if event == "ACCOUNT_RECONNECTED":
        return Health.WORKING, ""
    if event == "DISABLED_UPDATE":
        state = words(get(value, "ban_info"), "waba_ban_state")
        found = {"DISABLE": Health.CUT_OFF, "REINSTATE": Health.WORKING}.get(state, Health.DEGRADED)
        return found, "" if found == Health.WORKING else said
    if event == "ACCOUNT_RESTRICTION":
        kinds = {words(one, "restriction_type") for one in items(value, "restriction_info")}
        return (Health.CUT_OFF if CANNOT_ANSWER in kinds else Health.DEGRADED), said
    if event == "ACCOUNT_VIOLATION":
        return Health.DEGRADED, said
    return (Health.CUT_OFF, said) if event in CLOSING else None


def line(field: str, value: Object) -> str:
    """Return what a person reads of a change that is no message; "" for one that nobody here knows."""
    maker = FIELDS.get(field)
    return maker(value) if maker else ""


def _account_update(value: Object) -> str:
    event = words(value, "event")
    text = _(EVENTS[event]) if event in EVENTS else _("WhatsApp tells of the account: %s.") % _plain(event)
    details = {"ACCOUNT_VIOLATION": _violation, "ACCOUNT_RESTRICTION": _restrictions, "DISABLED_UPDATE": _ban}
    text = text % details[event](value) if event in details else text
    why = get(value, "disconnection_info")
    parted = _("It says why: %s.") % _plain(words(why, "reason")) if words(why, "reason") else ""
    return f"{text} {parted} ({event})".replace("  ", " ")


def _plain(name: str) -> str:
    return name.replace("_", " ").lower() or "–"


def _violation(value: Object) -> str:
    return _plain(words(get(value, "violation_info"), "violation_type"))


def _ban(value: Object) -> str:
    info = get(value, "ban_info")
    state = words(info, "waba_ban_state")
    said = _(BANS[state]) if state in BANS else _plain(state)
    date = words(info, "waba_ban_date")
    return f"{said}, {date}" if date else said


def _restrictions(value: Object) -> str:
    found = [_restriction(one) for one in items(value, "restriction_info")]
    return "; ".join(found) or "–"


def _restriction(one: Object) -> str:
    kind = words(one, "restriction_type")
    said = _(RESTRICTIONS[kind]) if kind in RESTRICTIONS else _plain(kind)
    until, remedy = whole(one, "expiration"), words(one, "remediation")
    if until and until < 1 << 33:
        said = _("%(what)s, until %(until)s") % {
            "what": said,
            "until": f"{datetime.fromtimestamp(until, UTC):%Y-%m-%d %H:%M} UTC",
        }
    return f"{said} ({remedy})" if remedy else said


def _quality(value: Object) -> str:
    number, limit = words(value, "display_phone_number"), words(value, "current_limit")
    event = words(value, "event")
    said = {"FLAGGED": _("is flagged for its quality"), "UNFLAGGED": _("is not flagged any more"),
            "UPGRADE": _("may begin more conversations a day"), "DOWNGRADE": _("may begin fewer conversations a day"),
            "ONBOARDING": _("is registered")}.get(event, _plain(event))  # fmt: skip
    return _("The number %(number)s %(what)s (%(limit)s).") % {"number": number, "what": said, "limit": limit or event}


def _template(value: Object) -> str:
    name, language = words(value, "message_template_name"), words(value, "message_template_language")
    event, why = words(value, "event") or words(value, "new_quality_score"), words(value, "reason")
    said = _("The template %(name)s (%(language)s) is now: %(what)s.")
    text = said % {"name": name, "language": language, "what": _plain(event)}
    return f"{text} {why}" if why and why != "NONE" else text


def _capability(value: Object) -> str:
    daily = identifier(value, "max_daily_conversations_per_business") or identifier(
        value, "max_daily_conversation_per_phone"
    )
    numbers = identifier(value, "max_phone_numbers_per_business") or identifier(value, "max_phone_numbers_per_waba")
    said = _("Limits of the business: %(daily)s conversations a day, %(numbers)s numbers.")
    return said % {"daily": daily or "–", "numbers": numbers or "–"}


def _review(value: Object) -> str:
    return _("WhatsApp reviewed the account: %s.") % _plain(words(value, "decision"))


def _alert(value: Object) -> str:
    said = words(value, "alert_description") or _plain(words(value, "alert_type"))
    return _("WhatsApp warns: %s") % said


def _name(value: Object) -> str:
    said = _("The name %(name)s: %(decision)s. %(why)s")
    given = {"name": words(value, "requested_verified_name"), "decision": _plain(words(value, "decision"))}
    return (said % {**given, "why": words(value, "rejection_reason")}).strip()


def _security(value: Object) -> str:
    return _("Security of the number %(number)s: %(what)s.") % {
        "number": words(value, "display_phone_number"),
        "what": _plain(words(value, "event")),
    }


FIELDS: dict[str, Callable[[Object], str]] = {
    "account_update": _account_update,
    "account_review_update": _review,
    "account_alerts": _alert,
    "business_capability_update": _capability,
    "phone_number_quality_update": _quality,
    "phone_number_name_update": _name,
    "message_template_status_update": _template,
    "message_template_quality_update": _template,
    "template_category_update": _template,
    "security": _security,
}
