"""What a machine tells of a mail of ours: failed, delayed, delivered, read, or unwanted (RFC 3464, RFC 8098, RFC 5965)."""

import re
from dataclasses import dataclass
from typing import Any

from tickets.mime.addresses import first
from tickets.mime.bounces import Recipient
from tickets.mime.headers import Headers
from tickets.mime.parse import Mail, ids
from tickets.mime.parts import head_of

FAILED, DELAYED, DELIVERED, READ, UNREAD, COMPLAINT = "failed", "delayed", "delivered", "read", "unread", "complaint"
_RETURNED = (
    "message/rfc822",
    "text/rfc822-headers",
    "message/global",
    "message/global-headers",
    "message/rfc822-headers",
)
_NOT_THE_ADDRESS = re.compile(
    r"5\.(?:2\.3|3\.[34]|6\.\d{1,3}|7\.\d{1,3})$"
)  # the mail was too large or unwelcome (RFC 3463)
_MOST_READ = 100_000  # bytes of a report's part


@dataclass(frozen=True, slots=True)
class Report:
    """What is told, of which mail, to which recipients."""

    what: str
    original_message_id: str | None
    recipients: list[Recipient]
    words: str = ""

    def fields(self) -> dict[str, Any]:
        """What an entry keeps of it."""
        named = [one.recipient for one in self.recipients if one.recipient]
        return {"what": self.what, "recipients": named[:20], "words": self.words}


def report_of(mail: Mail) -> Report | None:
    """Return what `mail` reports; None when it is no report."""
    if mail.kind == "feedback":
        return _complaint(mail)
    bounce = mail.bounce
    if bounce is None:
        return None
    recipients = bounce.recipients or [Recipient(bounce.recipient, bounce.status, bounce.permanent, bounce.diagnostic)]
    words = bounce.diagnostic or bounce.status or ""
    return Report(_told(mail), bounce.original_message_id, recipients, words)


def _told(mail: Mail) -> str:
    temporary = mail.bounce is not None and mail.bounce.permanent is False
    if mail.kind == "bounce":
        return DELAYED if temporary else FAILED
    receipt = _part(mail, "message/disposition-notification", "message/global-disposition-notification")
    if receipt is not None:
        return READ if "displayed" in (receipt.get("disposition") or "").lower() else UNREAD
    return DELAYED if temporary else DELIVERED


def _part(mail: Mail, *types: str) -> Headers | None:
    content = next((file.content for file in mail.attachments if file.content_type in types), None)
    return Headers(content[:_MOST_READ].lstrip(b"\r\n")) if content is not None else None


def _complaint(mail: Mail) -> Report:
    said = _part(mail, "message/feedback-report") or Headers(b"")
    about = _returned(mail)
    recipients = [box.address for value in said.get_all("original-rcpt-to") if (box := first(value))]
    message_id = next(iter(ids(about, "message-id")), None) or next(iter(ids(said, "original-message-id")), None)
    return Report(
        COMPLAINT, message_id, [Recipient(address) for address in recipients], said.get("feedback-type") or ""
    )


def _returned(mail: Mail) -> Headers:
    content = next((file.content for file in mail.attachments if file.content_type in _RETURNED), b"")
    content = content[:_MOST_READ].lstrip(b"\r\n")
    return head_of(content, 0, len(content))[0]


def address_is_dead(recipient: Recipient) -> bool:
    """Whether a failure says that nothing reaches this address, and not only that this mail was refused."""
    return recipient.permanent is True and not _NOT_THE_ADDRESS.match(recipient.status or "")
