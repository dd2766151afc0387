"""A mail as `parsemail` prints it (interfaces.md §1)."""

import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

from tickets.mime.addresses import Mailbox
from tickets.mime.body import Attachment
from tickets.mime.parse import Mail, parse


def as_json(path: str) -> str:
    """One JSON object on one line, in ASCII, for the mail in the file `path`."""
    return json.dumps(describe(path))


def as_text(path: str) -> str:
    """The same keys for a person to read."""
    return "\n".join(f"{key}: {value}" for key, value in describe(path).items()) + "\n"


def describe(path: str) -> dict[str, Any]:
    """All keys of interfaces.md §1 for the mail in the file `path`; a file that cannot be read gives them empty, with a defect."""
    try:
        return fields_of(path, parse(Path(path).read_bytes()))
    except Exception as error:  # whatever it is, the next file is still to be read
        mail = parse(b"")
        mail.defects = [f"cannot be read: {getattr(error, 'strerror', None) or error}"]
        return fields_of(path, mail)


def fields_of(path: str, mail: Mail) -> dict[str, Any]:
    """The keys of interfaces.md §1, as values that JSON knows."""
    return {
        "file": path.encode("utf-8", "replace").decode("utf-8"),
        "message_id": mail.message_id,
        "in_reply_to": mail.in_reply_to,
        "references": mail.references,
        "date": mail.date.isoformat() if mail.date else None,
        "from": _box(mail.from_) if mail.from_ else None,
        "reply_to": [_box(box) for box in mail.reply_to],
        "to": [_box(box) for box in mail.to],
        "cc": [_box(box) for box in mail.cc],
        "subject": mail.subject,
        "text": mail.text,
        "html": mail.html,
        "reply": mail.reply,
        "attachments": [_file(file) for file in mail.attachments],
        "kind": mail.kind,
        "bounce": asdict(mail.bounce) if mail.bounce else None,
        "defects": mail.defects,
    }


def _box(box: Mailbox) -> dict[str, str]:
    return {"name": box.name, "address": box.address}


def _file(file: Attachment) -> dict[str, Any]:
    keys = ("filename", "content_type", "size", "sha256", "content_id", "inline")
    return {key: getattr(file, key) for key in keys}
