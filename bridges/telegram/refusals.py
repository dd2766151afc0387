"""What Telegram's refusals mean (channels.md §1.6). The vendor's own words are kept as they came."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from tickets.channels import BUG, CONTACT_BLOCKED, CONTACT_GONE, CUT_OFF, RATE, TEMPORARY, UNCERTAIN, WINDOW, NotSent


@dataclass(slots=True)
class Refused(Exception):
    """A call that Telegram answered with an error, or did not answer.

    `status`: the HTTP status, 0 when there was no answer. `written`: whether Telegram may have seen the request.
    """

    status: int
    description: str
    retry_after: float | None = None
    migrated_to: int | None = None
    written: bool = True

    def __str__(self) -> str:
        return self.description


# The first row that fits decides; descriptions are compared from their beginning, without regard to case.
MEANINGS: tuple[tuple[int, str, str], ...] = (
    (401, "", CUT_OFF),
    (421, "", CUT_OFF),
    (404, "not found: method", BUG),
    (404, "", CUT_OFF),
    (400, "logged out", CUT_OFF),
    (403, "forbidden: user is deactivated", CONTACT_GONE),
    (403, "forbidden: the group chat was deleted", CONTACT_GONE),
    (403, "", CONTACT_BLOCKED),
    (400, "bad request: chat not found", CONTACT_GONE),
    (400, "bad request: private chat not found", CONTACT_GONE),
    (400, "bad request: wrong file_id", TEMPORARY),
    (400, "bad request: business connection not found", CONTACT_BLOCKED),
    (400, "bad request: business_peer_usage_missing", WINDOW),  # they have not written for 24 hours
    (409, "", TEMPORARY),  # another poller, or a webhook: degraded, and nothing about this message
    (429, "", RATE),
    (500, "", TEMPORARY),
    (502, "", TEMPORARY),
)


def kind_of(refused: Refused) -> str:
    """Return the kind of NotSent that follows from a refusal.

    An unknown 4xx is a refusal all the same; whatever else is unknown (a gateway that waited for somebody who may have
    sent it, a page of a proxy) is uncertain, and never sent again by itself.
    """
    if refused.status == 0:
        return UNCERTAIN if refused.written else TEMPORARY
    description = refused.description.lower()
    for status, beginning, kind in MEANINGS:
        if status == refused.status and description.startswith(beginning):
            return kind
    return BUG if 400 <= refused.status < 500 else UNCERTAIN


def not_sent(refused: Refused) -> NotSent:
    """Return the refusal as the contract wants it."""
    return NotSent(refused.description, kind_of(refused), refused.retry_after)


def is_cut_off(refused: Refused) -> bool:
    """Whether the token itself is refused."""
    return kind_of(refused) == CUT_OFF


def is_broken_markup(refused: Refused) -> bool:
    """Whether the text was refused for its formatting alone: it has certainly not been sent."""
    return refused.status == 400 and "can't parse entities" in refused.description.lower()


def is_done_already(refused: Refused) -> bool:
    """Whether what was to be corrected is as it was wanted: the same words stand there, or nothing is left to delete."""
    words = refused.description.lower()
    return refused.status == 400 and ("message is not modified" in words or "message to delete not found" in words)


def parameter(answer: dict[str, Any], name: str, kind: Callable[[Any], float]) -> float | None:
    """Return one of the ResponseParameters of an error, None when it is absent or senseless."""
    parameters = answer.get("parameters")
    try:
        return kind(parameters[name]) if isinstance(parameters, dict) else None
    except (KeyError, TypeError, ValueError):
        return None
