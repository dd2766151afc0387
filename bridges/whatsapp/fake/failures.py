"""The errors of the API, as it tells them (channels.md §3, "Error body")."""

from dataclasses import dataclass
from typing import Any

Object = dict[str, Any]
# META "Error codes": the HTTP status of a code, where it is not 400. Those of 3, 33 and 131057 are from memory.
STATUSES = {0: 401, 190: 401, 3: 500, 10: 403, 368: 403, 131031: 403, 131005: 403, 2: 503, 131000: 500, 131016: 500,
            131045: 500, 131057: 500, 130429: 429, 135000: 500}  # fmt: skip


class Failure(Exception):
    """An error: the HTTP status, and the body."""

    def __init__(self, code: int, message: str, details: str = "", subcode: int = 0, status: int = 0) -> None:
        super().__init__(message)
        self.code = code
        self.status = status or (403 if 200 <= code < 300 else STATUSES.get(code, 400))
        error: Object = {"message": f"(#{code}) {message}", "type": "OAuthException", "code": code}
        if code in (0, 190, 100) and subcode:
            error |= {"message": message, "error_subcode": subcode}
        if details:
            error["error_data"] = {"messaging_product": "whatsapp", "details": details}
        self.headers: dict[str, str] = {}
        self.body: Object = {"error": error | {"fbtrace_id": "AbCdEfGhIjK"}}


class Silence(Exception):
    """The connection is closed without an answer."""


@dataclass
class Planned:
    """What happens to the next call of a kind instead of, or after, doing it."""

    method: str
    failure: Exception
    after_doing: bool = False


def bad_token() -> Failure:
    """A token that is none (META "Access tokens", from memory)."""
    failure = Failure(190, "Invalid OAuth access token - Cannot parse access token")
    failure.body["error"]["message"] = "Invalid OAuth access token - Cannot parse access token"
    return failure


def expired() -> Failure:
    """samples.json, api_error_190."""
    return Failure(190, "Error validating access token: Session has expired", subcode=463)


def gone(node: str) -> Failure:
    """An object that is not there, or that the token may not see (Graph API; from memory)."""
    words = f"Unsupported request. Object with ID '{node}' does not exist, cannot be loaded due to missing permissions"
    return Failure(100, words, subcode=33)


def missing(name: str) -> Failure:
    """A parameter that has to be there (PYWA errors.py MissingRequiredParameter)."""
    return Failure(131008, "Required parameter is missing", f"The parameter {name} is required.")


def wrong(details: str) -> Failure:
    """A parameter with a value that is not taken (PYWA errors.py InvalidParameter)."""
    return Failure(131009, "Parameter value is not valid", details)


def unknown_key(name: str, place: str) -> Failure:
    """A field that the API does not have: Graph refuses it (META "Error codes", 100)."""
    return Failure(100, "Invalid parameter", f'Unexpected key "{name}" on param "{place}".')


def window() -> Failure:
    """The customer service window is closed (samples.json, status_failed_window)."""
    details = "More than 24 hours have passed since the customer last replied to this number"
    return Failure(131047, "Re-engagement message", details)
