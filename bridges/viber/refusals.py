"""What Viber's statuses mean (channels.md §2, VC errors.md). HTTP is 200 even for errors; the vendor's own words are kept as they came."""

import re
from dataclasses import dataclass

from tickets.channels import BUG, CONTACT_BLOCKED, CONTACT_GONE, CUT_OFF, RATE, TEMPORARY, UNCERTAIN, WINDOW, NotSent

NAMES = {
    1: "invalidUrl", 2: "invalidAuthToken", 3: "badData", 4: "missingData", 5: "receiverNotRegistered",
    6: "receiverNotSubscribed", 7: "publicAccountBlocked", 8: "publicAccountNotFound", 9: "publicAccountSuspended",
    10: "webhookNotSet", 11: "receiverNoSuitableDevice", 12: "tooManyRequests", 13: "apiVersionNotSupported",
    14: "incompatibleWithVersion", 15: "publicAccountNotAuthorized", 16: "inchatReplyMessageNotAllowed",
    17: "publicAccountIsNotInline", 18: "noPublicChat", 19: "cannotSendBroadcast", 20: "broadcastNotAllowed",
    21: "unsupportedCountry", 22: "paymentUnsupported", 23: "freeMessagesExceeded", 24: "noBalance",
}  # fmt: skip
_STATUSES: dict[str, tuple[int, ...]] = {
    CUT_OFF: (2, 7, 8, 9, 10, 15, 24),
    CONTACT_GONE: (5, 11),
    CONTACT_BLOCKED: (6, 21),
    RATE: (12,),
    WINDOW: (23,),  # the month's free messages are used up; whoever writes first can still be answered
    BUG: (1, 3, 4, 13, 14, 16, 17, 18, 19, 20, 22),
}
MEANINGS = {status: kind for kind, statuses in _STATUSES.items() for status in statuses}
_STATUS = re.compile(r"\(status (\d+)\)")


@dataclass(slots=True)
class Refused(Exception):
    """A call that was answered with an error, or not answered.

    `status`: the vendor's, None when it named none. `written`: whether the vendor may have seen the request.
    """

    description: str
    status: int | None = None
    written: bool = True

    def __str__(self) -> str:
        return self.description


def kind_of(status: int | None) -> str:
    """Return the kind of NotSent that a status stands for; one that no table knows may mean anything: uncertain."""
    return MEANINGS.get(status or -1, UNCERTAIN)


def words_of(status: int, said: str) -> str:
    """Return what an answer says, with its name and number."""
    name = NAMES.get(status, "")
    told = f"{name}: {said}" if name and said and said.lower() != name.lower() else said or name
    return f"{told} (status {status})".strip()


def status_in(reason: str) -> int | None:
    """Return the status that stands in such words, None when there is none."""
    found = _STATUS.search(reason)
    return int(found[1]) if found else None


def not_sent(refused: Refused) -> NotSent:
    """Return the refusal as the contract wants it. A limit is one person's: nobody else has to wait."""
    if refused.status is None:
        return NotSent(refused.description, UNCERTAIN if refused.written else TEMPORARY)
    return NotSent(refused.description, kind_of(refused.status))


def is_cut_off(refused: Refused) -> bool:
    """Whether the token or the bot themselves are refused."""
    return kind_of(refused.status) == CUT_OFF
