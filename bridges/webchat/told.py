"""What the chat's pages tell us, as the JSON that is stored before they are answered. One payload tells one thing, or receipts."""

import base64
import binascii
import json
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from bridges.payload import Object, items, words
from bridges.webchat.passes import Pass
from tickets.mime.build import File

LONGEST_TEXT = 20_000


def message(given: Pass, client_id: str, at: datetime, text: str, files: Sequence[File], **more: str) -> bytes:
    """Return what a visitor wrote. `more`: name, page, language, and `suspect`: why it may be a machine's."""
    told: Object = {"kind": "message", **_who(given), "id": client_id, "at": at.isoformat(), "text": text}
    told |= {name: value for name, value in more.items() if value}
    if files:
        told["files"] = [
            {"name": one.filename, "type": one.content_type, "content": base64.b64encode(one.content).decode()}
            for one in files
        ]
    return _bytes(told)


def receipts(given: Pass, at: datetime, status: str, remote_ids: Iterable[str]) -> bytes:
    """Return that what we said was delivered or read."""
    told = {"kind": "receipts", **_who(given), "at": at.isoformat(), "status": status, "ids": sorted(remote_ids)}
    return _bytes(told)


def unseen(visitor: str, remote_id: str, minutes: int) -> bytes:
    """Return that what we said was not read for so long. Always the same bytes: it is told once."""
    return _bytes({"kind": "unseen", "visitor": visitor, "ids": [remote_id], "minutes": minutes})


def ended(given: Pass, at: datetime) -> bytes:
    """Return that a visitor ended their chat in this browser: no pass up to this one counts any more."""
    return _bytes({"kind": "ended", **_who(given), "at": at.isoformat()})


def transcript(given: Pass, at: datetime) -> bytes:
    """Return that a visitor wants their conversation by mail."""
    return _bytes({"kind": "transcript", **_who(given), "at": at.isoformat()})


def _who(given: Pass) -> Object:
    return {"visitor": given.visitor, "number": given.number}


def _bytes(told: Object) -> bytes:
    return json.dumps(told, ensure_ascii=False, sort_keys=True).encode("utf-8", "replace")


def files_in(payload: Object) -> list[File]:
    """Return the files that a visitor sent along; what is no base64 is left out."""
    found = []
    for one in items(payload, "files"):
        try:
            content = base64.b64decode(words(one, "content"), validate=True)
        except (binascii.Error, ValueError):
            continue
        found.append(File(words(one, "name") or "file", words(one, "type") or "application/octet-stream", content))
    return found


def without_files(payload: Object) -> Any:
    """Return a payload that names its files and does not hold them: they stand beside it."""
    named = [{name: one[name] for name in ("name", "type") if name in one} for one in items(payload, "files")]
    return payload | {"files": named} if named else payload
