"""Pushing to the webhook: signed, in order of what happened, repeated with growing pauses until it is taken (channels.md §3)."""

import hashlib
import hmac
import json
import time

from bridges.whatsapp.fake.failures import Object
from bridges.whatsapp.fake.state import State

MOST_TOGETHER = 100


def payload(state: State, changes: list[Object]) -> Object:
    """The envelope of one push: an entry for each change, as a batch has them."""
    now = int(time.time())
    entries = [
        {"id": state.business_id, **({"time": now} if one["field"] != "messages" else {}), "changes": [one]}
        for one in changes
    ]
    return {"object": "whatsapp_business_account", "entry": entries}


def sign(secret: str, body: bytes) -> str:
    """The signature of a body (PYWA utils.webhook_updates_validator)."""
    return "sha256=" + hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()


def signed(state: State, changes: list[Object]) -> tuple[bytes, dict[str, str]]:
    """The body and the headers of one push."""
    body = json.dumps(payload(state, changes)).encode()
    return body, {"Content-Type": "application/json", "X-Hub-Signature-256": sign(state.app_secret, body)}
