"""`parseupdate CHANNEL FILE… --json`: what does the system make of this call of a messenger? (docs/operating.md)"""

import json
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from tickets.channels import Channel, Notice, channel_classes
from tickets.models import Account

KINDS = {"receipt": "delivery-status"}  # our word -> the word of the interface; the others are the same
FILE_KEYS = ("kind", "file_id", "filename", "content_type", "size", "url")


def event(channel: str, notice: Notice) -> dict[str, Any]:
    """Return one notice under the keys of the interface."""
    data = notice.data
    known = {"id": notice.sender, "name": notice.sender_name} if notice.sender else None
    return {
        "channel": channel,
        "kind": KINDS.get(notice.kind, notice.kind),
        "sender": data.get("sender", known),
        "chat_id": notice.chat or None,
        "message_id": notice.remote_id or None,
        "timestamp": notice.at.isoformat() if notice.at else None,
        "text": notice.text,
        "attachments": [{key: file.get(key) for key in FILE_KEYS} for file in data.get("attachments", [])],
        "location": data.get("location"),
        "contacts": data.get("contacts", []),
        "reply_to": data.get("reply_to"),
        "target_id": (notice.target_id if notice.target_id != notice.remote_id else "") or None,
        "reaction": data.get("reaction"),
        "status": data.get("status"),
        "data": data.get("data"),
    }


def told(channel: Channel, path: str) -> dict[str, Any]:
    """Return all that one file tells; a file that cannot be read tells nothing, and why."""
    try:
        raw = Path(path).read_bytes()
    except OSError as error:
        return {"file": path, "events": [], "defects": [f"the file cannot be read: {error.strerror}"]}
    except ValueError as error:
        return {"file": path, "events": [], "defects": [f"the file cannot be read: {error}"]}
    notices = channel.read(raw)
    defects = [defect for notice in notices for defect in notice.data.get("defects", [])]
    events = [event(channel.name, notice) for notice in notices]
    return {"file": path, "events": events, "defects": list(dict.fromkeys(defects))}


class Command(BaseCommand):
    help = "Read the bodies of webhook calls from files and show what the helpdesk understands of them."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("channel", metavar="CHANNEL")
        parser.add_argument("files", nargs="+", metavar="FILE")
        parser.add_argument("--json", action="store_true", help="one JSON object on one line for each file")

    def handle(self, *args: Any, channel: str, files: list[str], **options: Any) -> None:
        classes = {name: cls for name, cls in channel_classes().items() if cls.conversational}
        if channel not in classes:
            words = {"name": channel, "known": ", ".join(sorted(classes)) or "–"}
            raise CommandError(_("There is no messenger %(name)s here. There are: %(known)s.") % words, returncode=2)
        reader = classes[channel](Account(channel=channel))
        for path in files:
            self.stdout.write(json.dumps(told(reader, path), indent=None if options["json"] else 2))
            self.stdout.flush()
