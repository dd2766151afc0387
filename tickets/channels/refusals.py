"""How sending, connecting and fetching go wrong: the kinds of refusal, and what each of them says."""

# The kinds of NotSent, and what follows: design.md, "The contract of a channel".
CONTACT_BLOCKED = "contact_blocked"
CONTACT_GONE = "contact_gone"
WINDOW = "window"
CUT_OFF = "cut_off"
RATE = "rate"
TEMPORARY = "temporary"
UNSEEN = "unseen"
UNCERTAIN = "uncertain"
BUG = "bug"
KINDS = (CONTACT_BLOCKED, CONTACT_GONE, WINDOW, CUT_OFF, RATE, TEMPORARY, UNSEEN, UNCERTAIN, BUG)


class NotSent(Exception):
    """A part of a message did not go out, or perhaps not.

    `reason`: the vendor's own words. `kind`: one of KINDS. `retry_after`: seconds the vendor asks for, if it said so.
    """

    def __init__(self, reason: str, kind: str, retry_after: float | None = None) -> None:
        super().__init__(reason)
        self.reason = reason
        self.kind = kind
        self.retry_after = retry_after


class NotConnected(Exception):
    """An account could not be connected or reached; the text says in words what is wrong and what to do."""


class NotFetched(Exception):
    """A file that a vendor holds could not be fetched; the text says why, in the vendor's words where it has any.

    `retry_after`: seconds after which it may work; None: it never will, until a person asks for it again.
    """

    def __init__(self, reason: str, retry_after: float | None = None) -> None:
        super().__init__(reason)
        self.retry_after = retry_after
