"""What an agent wrote is there for the visitor's page to fetch: nothing is carried anywhere, so nothing can be refused."""

import json

from tickets.channels import Done, Outgoing
from tickets.mime.parse import parse


def render(outgoing: Outgoing) -> bytes:
    """Return what the page will show: the words, what stands below them, and the files by their digests."""
    mail = parse(outgoing.amended or outgoing.original)
    files = [{"name": one.filename, "sha256": one.sha256, "size": one.size} for one in mail.attachments]
    shown = {"text": mail.text, "html": mail.html or "", "footer": outgoing.footer, "files": files}
    return json.dumps(shown, ensure_ascii=False, sort_keys=True).encode("utf-8", "replace")


def send(outgoing: Outgoing, done: Done) -> None:
    """It is there. The page calls it by the message's own id."""
    for delivery in outgoing.deliveries:
        if not delivery.parts_sent:
            done(delivery, 0, outgoing.message.public_id)
