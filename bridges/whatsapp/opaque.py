"""Our own words that travel with a message and come back with each of its statuses (`biz_opaque_callback_data`).

A status may arrive before the answer to our own call does, or after that answer was lost: these words say for certain
which message it speaks of, and to whom it went.
"""

from dataclasses import dataclass

LONGEST = 512  # characters, from memory of the reference of POST /messages
MARK = "holdfast"


@dataclass(frozen=True, slots=True)
class Opaque:
    """Whom a message went to, and its Message-ID; "" for what was not said."""

    recipient: str = ""
    message_id: str = ""


def write(recipient: str, message_id: str) -> str:
    """Return the words for a message to `recipient`; "" when there is no room for them."""
    made = f"{MARK} {recipient} {message_id}"
    return made if len(made) <= LONGEST and len(made.split(" ")) == 3 else ""


def read(words: str) -> Opaque:
    """Return what the words say; nothing for those that are not ours."""
    parts = words.split(" ")
    return Opaque(parts[1], parts[2]) if len(parts) == 3 and parts[0] == MARK else Opaque()
