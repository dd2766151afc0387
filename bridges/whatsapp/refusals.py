"""What WhatsApp's errors mean: a code decides, titles are ignored (channels.md §3). The vendor's own words are kept as they came."""

import re
from dataclasses import dataclass
from typing import Any

from bridges.payload import Object, get, words
from tickets.channels import BUG, CONTACT_BLOCKED, CONTACT_GONE, CUT_OFF, RATE, TEMPORARY, UNCERTAIN, WINDOW, NotSent

# Sources: pywa 4.5.0 errors.py, and Meta's page of error codes of 15 May 2026; the same rows as channels/errors.json.
_CODES: dict[str, tuple[int, ...]] = {
    CUT_OFF: (0, 3, 10, 33, 190, 368, *range(200, 300), 131005, 131031, 131037, 131042, 131045, 131048),
    CONTACT_BLOCKED: (130497,),  # the country may not be written to
    CONTACT_GONE: (131026,),  # not on WhatsApp, an old app, terms not accepted; a block is never told
    WINDOW: (131047, 131049, 131050, 130472, 132015),
    RATE: (4, 80007, 130429, 131056, 131064, 133016),
    TEMPORARY: (1, 2, 131000, 131016, 131052, 131057),
    BUG: (
        *(100, 131008, 131009, 131021, 131030, 131051, 131053, 131062, 131063, 135000, 137000),
        *(132000, 132001, 132005, 132007, 132008, 132012, 132016),
    ),
}
MEANINGS = {code: kind for kind, codes in _CODES.items() for code in codes}
NO_USER_ID = 131062  # this kind of message takes a number only
ONE_PERSON = 131056  # too much to one person: nobody else has to wait
TOKEN = (0, 190)
_CODE = re.compile(r"\(code (\d+)\)")
PAUSES = {130429: 1.0, 4: 60.0, 80007: 60.0, 133016: 3600.0, 131064: 3600.0}  # where the vendor names none


@dataclass(slots=True)
class Refused(Exception):
    """A call that was answered with an error, or not answered.

    `status`: the HTTP status, 0 when there was no answer. `code`: the vendor's, None when it named none.
    `written`: whether the vendor may have seen the request.
    """

    status: int
    description: str
    code: int | None = None
    retry_after: float | None = None
    written: bool = True

    def __str__(self) -> str:
        return self.description


def kind_of(code: Any) -> str:
    """Return the kind of NotSent that a code stands for; one that no table knows may mean anything: uncertain."""
    return MEANINGS.get(code, UNCERTAIN) if isinstance(code, int) and not isinstance(code, bool) else UNCERTAIN


def words_of(error: Object) -> str:
    """Return what an error says, with its details and its code: of an answer, a status or a message."""
    said = words(error, "message") or words(error, "title")
    details = words(get(error, "error_data"), "details") or words(error, "error_user_msg")
    text = f"{said}: {details}" if said and details and details not in said else said or details
    code = error.get("code")
    return f"{text} (code {code})".strip() if isinstance(code, int) and not isinstance(code, bool) else text


def code_in(reason: str) -> int | None:
    """Return the code that stands in such words, None when there is none."""
    found = _CODE.search(reason)
    return int(found[1]) if found else None


def not_sent(refused: Refused) -> NotSent:
    """Return the refusal as the contract wants it."""
    kind = kind_of(refused.code)
    if refused.status == 0:
        kind = UNCERTAIN if refused.written else TEMPORARY
    wait = refused.retry_after or PAUSES.get(refused.code or -1)
    return NotSent(refused.description, kind, wait if kind == RATE and refused.code != ONE_PERSON else None)


def is_cut_off(refused: Refused) -> bool:
    """Whether the credentials or the number themselves are refused."""
    return refused.status != 0 and kind_of(refused.code) == CUT_OFF
