"""How a call goes wrong: a status of the vendor's, with HTTP 200; or no answer at all."""

from dataclasses import dataclass

from bridges.viber.refusals import NAMES


class Failure(Exception):
    """A status that is not 0 (channels.md §2, "Status codes"); its message is its name unless the vendor says more."""

    def __init__(self, status: int, message: str = "") -> None:
        super().__init__(message)
        self.status = status
        self.message = message or NAMES.get(status, "general error")


class Silence(Exception):
    """The connection ends without an answer."""


@dataclass(slots=True)
class Planned:
    """What the next call of a method ends with."""

    method: str
    failure: Exception
    is_done_first: bool = False
