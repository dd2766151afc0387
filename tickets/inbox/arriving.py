"""What travels through the steps: one mail on its way from the spool into a ticket."""

from concurrent.futures import Future
from dataclasses import dataclass, field
from typing import Any

from tickets.channels import Notice
from tickets.mime.authentication import Finding
from tickets.mime.parse import Mail
from tickets.mime.reports import Report
from tickets.models import Account, Entry, InboxItem


class Stop(Exception):
    """A step ends the way of a mail without a message; the text says why, and is kept with the item."""

    def __init__(self, kind: str, reason: str, **fields: Any) -> None:
        super().__init__(reason)
        self.kind = kind
        self.reason = reason
        self.fields = fields


@dataclass(slots=True)
class Arriving:
    """One mail and what the steps have decided of it so far; `fields` become the entry's decision."""

    item: InboxItem
    account: Account
    mailbox: Account
    conversational: bool
    key: str
    mail: Mail
    entry: Entry
    finding: Finding  # whether the sender is who the mail says
    sender: str  # the address on the account's channel, lower case
    sender_name: str
    recipients: list[str]  # every address it was sent to, envelope first
    notice: Notice
    check: "Future[Finding] | None" = None  # our own check of the sender, under way
    ignored: str = ""  # why the account leaves it out
    unreachable: str = ""  # this notice says that nothing reaches the sender there any more, in these words
    report: Report | None = None  # what it tells of a mail of ours
    knows: list[str] = field(default_factory=list)  # messages of ours whose words its reply leaves out
    message: str = ""  # public id
    number: int = 0  # of the ticket
    is_ours: bool = False  # history that our side wrote: it becomes an outgoing message
    author: str = ""  # the agent who wrote it, by public id
    partner: str = ""  # to whom it was written
    partner_name: str = ""
    about: str = ""  # public id of the message that it speaks of, when it is no message of its own
    fields: dict[str, Any] = field(default_factory=dict)

    @property
    def verified(self) -> str:
        """Pass, fail or unknown."""
        return self.finding.verdict

    @property
    def person(self) -> tuple[str, str]:
        """Address and name of the person whom the mail is from; of what our side wrote, whom it is to."""
        return (self.partner, self.partner_name) if self.is_ours else (self.sender, self.sender_name)

    @property
    def album(self) -> str:
        """What the vendor calls the album that it is a piece of."""
        return str(self.notice.data.get("album") or "")[:200]

    @property
    def automatic(self) -> bool:
        """Made by a machine: reopens nothing and is never answered."""
        return self.mail.kind != "message"
