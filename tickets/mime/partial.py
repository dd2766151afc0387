"""A mail without its files: what a delivery notification gives back of a message whose files lie in the record already.

RFC 3462 §2 lets a report return a part of the message; each file is replaced by a line that names its digest.
"""

from collections.abc import Iterator
from email import message_from_bytes, policy
from email.message import Message
from hashlib import sha256

_POLICY = policy.compat32.clone(linesep="\r\n", mangle_from_=False)
LINE = "This file is not repeated here. Its content: {size} bytes, sha256={digest}\r\n"


def without_files(raw: bytes) -> bytes:
    """Return `raw` with a line in place of every attached file; byte for byte the same when there is none."""
    mail = message_from_bytes(raw, policy=_POLICY)
    files = list(_files(mail))
    for part in files:
        content = _content(part)
        if part.get_content_maintype() == "message":  # a mail or a report: a line in its place is text
            part.replace_header("Content-Type", "text/plain")
        del part["Content-Transfer-Encoding"]
        part["Content-Transfer-Encoding"] = "7bit"
        part.set_payload(LINE.format(size=len(content), digest=sha256(content).hexdigest()))
    return mail.as_bytes(policy=_POLICY) if files else raw


def _files(part: "Message[str, str]") -> "Iterator[Message[str, str]]":
    """Yield the outermost parts that are files: a file within an attached mail goes with that."""
    inner = part.get_payload()
    if _is_file(part):
        yield part
    elif isinstance(inner, list):
        for one in inner:
            yield from _files(one)  # type: ignore[arg-type]


def _is_file(part: "Message[str, str]") -> bool:
    return part.get_content_disposition() in ("attachment", "inline") and part.get_content_maintype() != "multipart"


def _content(part: "Message[str, str]") -> bytes:
    found = part.get_payload(decode=True)
    if isinstance(found, bytes):
        return found
    inner = part.get_payload()  # an attached mail
    return inner[0].as_bytes(policy=_POLICY) if isinstance(inner, list) and isinstance(inner[0], Message) else b""
