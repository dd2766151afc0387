"""What little the sources themselves read of a mail's head: when it was written, and whom bounces go to."""

from datetime import UTC, datetime

from tickets.mime.addresses import normal
from tickets.mime.dates import date
from tickets.mime.headers import Headers

HEAD_BYTES = 64 * 1024
EARLIEST = datetime(1980, 1, 1, tzinfo=UTC)


def head_of(raw: bytes) -> Headers:
    """Return the fields of a mail's head; of a very long head, those at its beginning."""
    return Headers(raw[:HEAD_BYTES].replace(b"\r\n", b"\n").partition(b"\n\n")[0])


def date_of(raw: bytes, now: datetime) -> datetime | None:
    """Return the mail's Date, or None when it has none that can be true: before email, or after `now`."""
    found = date(head_of(raw).text("date"))
    return found if found and EARLIEST <= found <= now else None


def return_path_of(raw: bytes) -> str | None:
    """Return the envelope sender that the last server noted (RFC 5321 §4.4), "" for the null one; None if it did not."""
    noted = head_of(raw).text("return-path")
    return None if noted is None else normal(noted)
