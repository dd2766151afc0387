"""The number, its business account, its files: what the API says of them (PYWA api.get_business_phone_number, get_media_url)."""

import secrets
import time
from typing import Any
from urllib.error import URLError
from urllib.parse import urlencode
from urllib.request import urlopen

from bridges.whatsapp.fake.failures import Failure, Object, gone, missing
from bridges.whatsapp.fake.state import CLOSED, State

EXPIRES = 5 * 60  # seconds: a file's address is good for so long (channels.md §3, "Media in")
TYPES: dict[str, int] = {  # META "Supported media types": type -> bytes
    **dict.fromkeys(("image/jpeg", "image/png"), 5 << 20),
    "image/webp": 500 << 10,
    **dict.fromkeys(
        ("video/mp4", "video/3gpp", "audio/aac", "audio/amr", "audio/mpeg", "audio/mp4", "audio/ogg"), 16 << 20
    ),
}
UNSET = frozenset(  # fields of a number that this one has nothing in (PYWA types/others.py BusinessPhoneNumber)
    """conversational_automation webhook_configuration eligibility_for_api_business_global_search is_official_business_account
    is_on_biz_app is_pin_enabled is_preverified_number last_onboarded_time new_name_status new_display_name search_visibility
    account_mode certificate new_certificate quality_score country_code country_dial_code""".split()
)
DOCUMENT = 100 << 20
BLOCKED_BY = {"restricted": "WABA", "banned": "PHONE_NUMBER", "disabled": "BUSINESS", "unpaid": "WABA"}


def get_number(state: State, given: Object) -> Object:
    """The number; only the fields that are asked for."""
    if state.closed == "deleted":
        raise gone(state.number_id)
    status = {"banned": "BANNED", "restricted": "RESTRICTED"}.get(state.closed, "CONNECTED")
    told: Object = {
        "id": state.number_id,
        "display_phone_number": f"+{state.display[:1]} {state.display[1:4]}-{state.display[4:7]}-{state.display[7:]}",
        "verified_name": state.name,
        "code_verification_status": "VERIFIED",
        "name_status": "APPROVED",
        "quality_rating": state.quality,
        "status": status,
        "platform_type": "CLOUD_API",
        "throughput": {"level": "STANDARD"},
        "whatsapp_business_manager_messaging_limit": "TIER_1K",
        "health_status": _health(state),
    }
    wanted = [name for name in str(given.get("fields") or "").split(",") if name]
    unknown = [name for name in wanted if name.partition("{")[0] not in told.keys() | UNSET]
    if unknown:
        raise Failure(100, f"Tried accessing nonexisting field ({unknown[0]})")
    return {name: told[name] for name in dict.fromkeys([*(wanted or told), "id"]) if name in told}


def _health(state: State) -> Object:
    """META "Messaging Health Status": what each entity says, and the worst of it."""
    blocker = BLOCKED_BY.get(state.closed, "")
    entities: list[Object] = []
    for kind, node in (
        ("PHONE_NUMBER", state.number_id),
        ("WABA", state.business_id),
        ("BUSINESS", "300"),
        ("APP", "400"),
    ):
        entity: Object = {
            "entity_type": kind,
            "id": node,
            "can_send_message": "BLOCKED" if kind == blocker else "AVAILABLE",
        }
        if kind == blocker:
            code, words, details = CLOSED[state.closed]
            entity["errors"] = [{"error_code": code, "error_description": f"{words}. {details}",
                                 "possible_solution": "Visit the Business Support Home."}]  # fmt: skip
        entities.append(entity)
    return {"can_send_message": "BLOCKED" if blocker else "AVAILABLE", "entities": entities}


def get_numbers(state: State, given: Object) -> Object:
    """The numbers of the business account."""
    return {"data": [get_number(state, {"fields": given.get("fields") or "id"})]}


def get_business(state: State, given: Object) -> Object:
    """The business account."""
    return {"id": state.business_id, "name": state.name, "timezone_id": "1", "status": "ACTIVE"}


def get_subscribed(state: State, given: Object) -> Object:
    """Who is pushed to (PYWA api.get_waba_subscribed_apps)."""
    app = {
        "whatsapp_business_api_data": {
            "id": "400",
            "name": "Helpdesk",
            "link": "https://www.facebook.com/games/?app_id=400",
        }
    }
    return {"data": [{**app, "override_callback_uri": state.webhook["url"]}] if state.webhook else []}


def subscribe(state: State, given: Object) -> Object:
    """Push to an address from now on. The vendor asks it for the token first (channels.md §3, "Verify")."""
    url, token = str(given.get("override_callback_uri") or ""), str(given.get("verify_token") or "")
    if not url or not token:
        raise missing("override_callback_uri" if not url else "verify_token")
    if state.is_verifying and not _answers(url, token):
        raise Failure(
            2200, "Callback verification failed", "The URL couldn't be validated. Response does not match challenge."
        )
    state.webhook = {"url": url, "verify_token": token}
    with state.changed:
        state.changed.notify_all()
    return {"success": True}


def _answers(url: str, token: str) -> bool:
    challenge = str(secrets.randbelow(10**10))
    query = urlencode({"hub.mode": "subscribe", "hub.challenge": challenge, "hub.verify_token": token})
    try:
        with urlopen(f"{url}?{query}", timeout=5) as answer:  # noqa: S310
            return bool(answer.status == 200 and answer.read() == challenge.encode())
    except (URLError, ValueError):
        return False


def unsubscribe(state: State, given: Object) -> Object:
    """Push no more."""
    state.webhook = {}
    return {"success": True}


def upload(state: State, given: Object) -> Object:
    """Take a file of the business's (PYWA api.upload_media)."""
    if given.get("messaging_product") != "whatsapp":
        raise missing("messaging_product")
    file: Any = (given.get("files") or {}).get("file")
    kind = str(given.get("type") or "")
    if not file or not kind:
        raise missing("file" if not file else "type")
    largest = TYPES.get(kind, DOCUMENT)
    if kind.partition("/")[0] in ("image", "video", "audio") and kind not in TYPES:
        raise Failure(
            100, "Invalid parameter", f"Param file must be a file with one of the following types: {', '.join(TYPES)}."
        )
    if len(file[1]) > largest:
        raise Failure(131053, "Media upload error", f"The file is {len(file[1])} bytes; at most {largest} are taken.")
    return {"id": state.keep(kind, file[1])}


def get_media(state: State, media_id: str, url: str) -> Object:
    """Where a file is, for five minutes."""
    kind, content = state.files[media_id]
    state.handed_out[media_id] = time.time() + EXPIRES
    return {"url": f"{url}/media/?mid={media_id}", "mime_type": kind, "sha256": state.digest(content),
            "file_size": len(content), "id": media_id, "messaging_product": "whatsapp"}  # fmt: skip


def media(state: State, media_id: str) -> tuple[str, bytes] | None:
    """A file's type and bytes while its address is good."""
    return state.files.get(media_id) if state.handed_out.get(media_id, 0.0) > time.time() else None
