"""A signed address of one file of one message, for vendors that fetch what is sent to their users. It works for a time."""

from datetime import timedelta

from django.conf import settings
from django.core import signing

from tickets.mime.file_names import safe_name
from tickets.models import Message

PATH = "media"
LASTS = timedelta(days=14)  # a vendor keeps what it could not deliver for so long (channels.md §2)
_SALT = "tickets.media"


def media_link(message: Message, part: int, filename: str) -> str:
    """Return the address of a file of `message`, by its number there; it ends with the file's name, which vendors look at."""
    token = signing.dumps([message.public_id, part], salt=_SALT)
    return f"{settings.SITE_URL}/{PATH}/{token}/{safe_name(filename, f'file-{part}')}"


def read_media_link(token: str) -> tuple[str, int] | None:
    """Return the message's public id and the file's number; None for a token that is none of ours, or has run out."""
    try:
        public_id, part = signing.loads(token, salt=_SALT, max_age=LASTS)
    except (signing.BadSignature, ValueError, TypeError):
        return None
    return str(public_id), int(part)
