"""Which addresses a mailbox takes mail at besides its own: the pattern, and the one of a conversation."""

from tickets.mime.own_address import address_of
from tickets.models.intake import Account


def reply_pattern(account: Account) -> str:
    """Return how a mailbox's further addresses look: "plus", a pattern with {token}, or "" where it takes none."""
    if account.reply_style == "pattern":
        pattern = str(account.config.get("reply_pattern", ""))
        return pattern if "{token}" in pattern else ""
    return "plus" if account.reply_style == "plus" else ""


def own_address(account: Account, code: str | None) -> str:
    """Return the address of the conversation with this code; "" where the mailbox takes none, or it would be too long to read out."""
    return address_of(code, account.address, reply_pattern(account)) if code else ""
