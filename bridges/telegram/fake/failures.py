"""The errors of the API, as it tells them (channels.md §1.6)."""

from dataclasses import dataclass
from typing import Any

Object = dict[str, Any]


class Failure(Exception):
    """An error: the HTTP status, the description, and perhaps parameters."""

    def __init__(self, code: int, description: str, **parameters: Any) -> None:
        super().__init__(description)
        self.code = code
        self.body: Object = {"ok": False, "error_code": code, "description": description}
        if parameters:
            self.body["parameters"] = parameters


class Silence(Exception):
    """The connection is closed without an answer."""


@dataclass
class Planned:
    """What happens to the next call of a method instead of, or after, doing it."""

    method: str
    failure: Exception
    after_doing: bool = False


def bad(words: str) -> Failure:
    """A 400 in these words."""
    return Failure(400, f"Bad Request: {words}")


NOT_FOUND = "Not Found"
NO_METHOD = "Not Found: method not found"
MALFORMED = "Unauthorized: invalid token specified"  # TBA ClientManager.cpp: the part before ":" is no number
UNAUTHORIZED = "Unauthorized"  # TBA Client.cpp: revoked or unknown
BLOCKED = "Forbidden: bot was blocked by the user"
OTHER_POLLER = "Conflict: terminated by other getUpdates request; make sure that only one bot instance is running"
WEBHOOK_ACTIVE = (
    "Conflict: can't use getUpdates method while webhook is active; use deleteWebhook to delete the webhook first"
)
WEBHOOK_SET = "Conflict: terminated by setWebhook request"
NOT_MODIFIED = (  # td MessageQuery.cpp MESSAGE_NOT_MODIFIED, worded in TBA Client.cpp
    "message is not modified: specified new message content and reply markup are exactly the same "
    "as a current content and reply markup of the message"
)
MIGRATED = "Bad Request: group chat was upgraded to a supergroup chat"
