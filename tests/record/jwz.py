"""Message threading as Jamie Zawinski describes it (https://www.jwz.org/doc/threading.html), for the tests; without its step 5.

Step 5 gathers by subject what refers to nothing; here only references count, so that the tests are stricter than mail programs.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from email import message_from_bytes
from email.message import Message
from email.utils import parsedate_to_datetime
from itertools import pairwise

_ID = re.compile(r"<([^<>\s]+)>")


@dataclass(eq=False)
class Container:
    """A place in a thread; empty when its message is only referred to."""

    mail: "Message[str, str] | None" = None
    parent: "Container | None" = None
    children: "list[Container]" = field(default_factory=list)

    def is_above(self, other: "Container | None") -> bool:
        """Whether `other` lies in this branch."""
        while other is not None:
            if other is self:
                return True
            other = other.parent
        return False

    def adopt(self, child: "Container") -> None:
        """Put a branch below this place."""
        if child.parent:
            child.parent.children.remove(child)
        child.parent = self
        self.children.append(child)

    def mails(self) -> "Iterator[Message[str, str]]":
        """All messages of this branch, as an index lists them."""
        if self.mail:
            yield self.mail
        for child in sorted(self.children, key=lambda one: one.first()):
            yield from child.mails()

    def first(self) -> datetime:
        """The earliest date in this branch."""
        return min(date_of(mail) for one in [self] for mail in _all(one))


def _all(container: Container) -> "list[Message[str, str]]":
    found = [container.mail] if container.mail else []
    return found + [mail for child in container.children for mail in _all(child)]


def date_of(mail: "Message[str, str]") -> datetime:
    """When it was written."""
    return parsedate_to_datetime(str(mail["Date"]))


def threads(raws: Iterable[bytes]) -> list[Container]:
    """The roots, in order of their first message."""
    table: dict[str, Container] = {}
    for number, raw in enumerate(raws):
        mail = message_from_bytes(raw)
        own = (_ID.findall(str(mail["Message-ID"] or "")) or [f"none-{number}"])[0]
        if own in table and table[own].mail:
            own = f"{own}-again-{number}"
        this = table.setdefault(own, Container())
        this.mail = mail
        references = _ID.findall(str(mail["References"] or "")) or _ID.findall(str(mail["In-Reply-To"] or ""))[:1]
        chain = [table.setdefault(reference, Container()) for reference in references]
        for above, below in pairwise(chain):
            if below.parent is None and not below.is_above(above) and not above.is_above(below):
                above.adopt(below)
        if chain and not this.is_above(chain[-1]):
            chain[-1].adopt(this)
        elif this.parent:
            this.parent.children.remove(this)
            this.parent = None
    roots = [one for container in table.values() if container.parent is None for one in _pruned(container)]
    return sorted(roots, key=lambda one: one.first())


def _pruned(container: Container) -> list[Container]:
    """Without empty places: a lone child takes the place of its empty parent."""
    children = [kept for child in list(container.children) for kept in _pruned(child)]
    container.children = children
    for child in children:
        child.parent = container
    if container.mail is None and len(children) <= 1:
        for child in children:
            child.parent = None
        return children
    return [container]
