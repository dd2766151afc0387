"""Sending through a provider's API by django-anymail: every provider it knows, by its backend's name."""

import email
from collections.abc import Iterator, Sequence
from email import policy
from email.encoders import encode_base64
from email.message import EmailMessage as Parsed
from email.mime.base import MIMEBase
from email.mime.image import MIMEImage
from typing import Any

import requests
from anymail.exceptions import (
    AnymailError,
    AnymailInvalidAddress,
    AnymailRecipientsRefused,
    AnymailSerializationError,
    AnymailUnsupportedFeature,
)
from django.core.exceptions import ImproperlyConfigured
from django.core.mail import EmailMultiAlternatives, get_connection
from django.utils.translation import gettext as _
from urllib3.exceptions import ConnectTimeoutError, NewConnectionError

from tickets.channels import BUG, CONTACT_GONE, CUT_OFF, RATE, TEMPORARY, UNCERTAIN, NotSent
from tickets.mail import replies
from tickets.mime.addresses import mailboxes

NOT_COPIED = {"from", "to", "cc", "subject", "reply-to", "mime-version", "content-type", "content-transfer-encoding"}


def backend_path(name: str) -> str:
    """Return the dotted path of a backend: "postmark" is anymail's, a path with dots is itself."""
    return name if "." in name else f"anymail.backends.{name}.EmailBackend"


def connection(name: str, settings: dict[str, Any]) -> Any:
    """Return the backend, with the account's own settings. Raises NotSent when it cannot be made of them."""
    try:
        return get_connection(backend_path(name), fail_silently=False, **settings)
    except (ImproperlyConfigured, ImportError, TypeError, ValueError) as error:
        words = _("The provider “%(name)s” cannot be used: %(why)s")
        raise NotSent(words % {"name": name, "why": replies.words_of(str(error))}, CUT_OFF) from error


def hand_over(backend: Any, rendered: bytes, recipients: Sequence[str]) -> tuple[dict[str, str], dict[str, NotSent]]:
    """Send one mail; return the provider's id by recipient, and the recipients it refused.

    Raises NotSent when it went to nobody, or nobody knows.
    """
    message = message_of(rendered, recipients)
    message.connection = backend
    try:
        backend.send_messages([message])
    except AnymailRecipientsRefused:
        pass  # each recipient's own status says so below
    except (AnymailInvalidAddress, AnymailSerializationError, AnymailUnsupportedFeature) as error:
        raise NotSent(replies.words_of(str(error)), BUG) from error
    except AnymailError as error:
        raise failure(error) from error
    except ImproperlyConfigured as error:
        raise NotSent(replies.words_of(str(error)), CUT_OFF) from error
    except OSError as error:  # a provider's own client, as boto3 for Amazon SES, or another Django backend
        raise NotSent(replies.words_of(str(error)), UNCERTAIN) from error
    return sort_out(message, recipients)


def sort_out(message: Any, recipients: Sequence[str]) -> tuple[dict[str, str], dict[str, NotSent]]:
    """Return what the provider says of each recipient; where a backend tells nothing, all went out."""
    status = getattr(message, "anymail_status", None)
    known = {address.lower(): one for address, one in (status.recipients if status else {}).items()}
    ids: dict[str, str] = {}
    refused: dict[str, NotSent] = {}
    for recipient in recipients:
        one = known.get(recipient.lower())
        if one and one.status in ("invalid", "rejected"):
            refused[recipient] = NotSent(_("The provider refused this recipient (%s).") % one.status, CONTACT_GONE)
        elif one and one.status == "failed":
            refused[recipient] = NotSent(_("The provider could not send to this recipient."), TEMPORARY)
        elif one and one.status == "unknown" and not one.message_id:
            refused[recipient] = NotSent(_("The provider does not say whether it sent to this recipient."), UNCERTAIN)
        else:
            ids[recipient] = str(one.message_id or "") if one else ""
    return ids, refused


def failure(error: AnymailError) -> NotSent:
    """Return what a failed API call means."""
    words, code = replies.words_of(str(error)), getattr(error, "status_code", None)
    if code is None:
        return NotSent(words, TEMPORARY if never_connected(error) else UNCERTAIN)
    if code in (401, 402, 403):
        return NotSent(words, CUT_OFF)
    if code == 429:
        return NotSent(words, RATE, _wait(getattr(error, "response", None)))
    if code == 503:
        return NotSent(words, TEMPORARY)
    return NotSent(words, UNCERTAIN if code >= 500 or code == 408 or code < 300 else BUG)


def never_connected(error: BaseException) -> bool:
    """Whether the request certainly never left: the connection itself failed."""
    return any(
        isinstance(cause, requests.ConnectTimeout | NewConnectionError | ConnectTimeoutError)
        for cause in _causes(error)
    )


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    """The error, what caused it, and the reasons that requests and urllib3 keep inside."""
    waiting, seen = [error], set()
    while waiting:
        one = waiting.pop()
        if not isinstance(one, BaseException) or id(one) in seen:
            continue
        seen.add(id(one))
        yield one
        waiting += [one.__cause__, one.__context__, getattr(one, "reason", None), *one.args]


def _wait(response: Any) -> float:
    try:
        return min(3600.0, max(1.0, float(response.headers["Retry-After"])))
    except (AttributeError, KeyError, TypeError, ValueError):
        return 60.0


def message_of(rendered: bytes, recipients: Sequence[str]) -> EmailMultiAlternatives:
    """Return the rendered mail as Django's message, addressed to `recipients` alone: an API sends to all that it names."""
    mail: Parsed = email.message_from_bytes(rendered, policy=policy.default)
    left = {recipient.lower(): recipient for recipient in recipients}
    to = _chosen(mail, "To", left)
    cc = _chosen(mail, "Cc", left)
    text, page = mail.get_body(("plain",)), mail.get_body(("html",))
    message = EmailMultiAlternatives(
        subject=str(mail["Subject"] or ""),
        body=str(text.get_content()) if text else "",
        from_email=str(mail["From"]),
        to=to,
        cc=cc,
        bcc=list(left.values()),
        reply_to=[str(mail["Reply-To"])] if mail["Reply-To"] else None,
        headers={name: " ".join(str(value).split()) for name, value in mail.items() if name.lower() not in NOT_COPIED},
    )
    if page:
        message.attach_alternative(str(page.get_content()), "text/html")
    for part in mail.walk():
        if part.get_filename() or part.get("Content-ID"):
            message.attach(_file(part))
    return message


def _chosen(mail: Parsed, name: str, left: dict[str, str]) -> list[str]:
    """The recipients of one field that this mail still has to reach, taken out of `left`."""
    boxes = mailboxes(str(mail[name] or ""))
    return [left.pop(box.address.lower()) for box in boxes if box.address.lower() in left]


def _file(part: Any) -> MIMEBase:
    """An attached file as Django takes it; a picture keeps the id by which the HTML shows it."""
    kind, _slash, subtype = part.get_content_type().partition("/")
    content = part.get_payload(decode=True)
    if content is None:  # an attached mail
        content = b"".join(inner.as_bytes() for inner in part.get_payload())
        kind, subtype = "application", "octet-stream"
    made: MIMEBase = MIMEImage(content, subtype) if kind == "image" else _plain(kind, subtype, content)
    inline = bool(part.get("Content-ID"))
    made.add_header("Content-Disposition", "inline" if inline else "attachment", filename=part.get_filename() or "file")
    if inline:
        made.add_header("Content-ID", str(part["Content-ID"]))
    return made


def _plain(kind: str, subtype: str, content: bytes) -> MIMEBase:
    made = MIMEBase(kind, subtype)
    made.set_payload(content)
    encode_base64(made)
    return made
