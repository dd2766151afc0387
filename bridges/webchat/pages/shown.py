"""A line of the conversation as the page shows it."""

from typing import Any

from bridges.webchat.mail import client_id_of
from tickets.channels import Account, Line
from tickets.mime.html import from_text, sanitise


def shown(account: Account, visitor: str, line: Line) -> dict[str, Any]:
    """Return what the page needs to know of a line, as JSON takes it. What we said comes as HTML that is safe to be put there."""
    message = line.message
    client_id = client_id_of(message.message_id, account, visitor) if line.is_own else ""
    found = {
        "id": message.public_id,
        "client": client_id,
        "own": line.is_own,
        "at": message.at.isoformat(),
        "mail": message.channel != account.channel if line.is_own else not line.is_here,
        "receipt": line.receipt,
        "seen": line.is_seen,
        "changed": message.edited_at is not None,
        "gone": message.deleted_at is not None,
    }
    if found["gone"]:
        return found | {"text": "", "html": "", "footer": "", "files": []}
    words = message.reply or message.text
    return found | {
        "text": words if line.is_own else "",
        "html": "" if line.is_own else sanitise(message.html) if message.html else from_text(words),
        "footer": line.footer,
        "files": [{"part": one.part, "name": one.filename, "size": one.size} for one in line.files],
    }
