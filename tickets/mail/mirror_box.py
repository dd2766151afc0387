"""The mailbox that a mirror writes to: its folders, the first fields of what is in them, and what goes wrong, in words."""

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _
from imapclient import IMAPClient
from imapclient.exceptions import IMAPClientError

from tickets.mail.mailbox import Mailbox, TurnedAway, Unreachable, enter, folder_of, imap_server, words_of
from tickets.mail.server import Server
from tickets.models import Account
from tickets.record.target import Cut, Trouble

FIELDS = "BODY.PEEK[HEADER.FIELDS (HELPDESK-ENTRY HELPDESK-CHAIN HELPDESK-ERASED HELPDESK-FILE)]"
TAIL = 200  # mails at the end of a folder that are looked at together
SEARCHED = 20  # entry numbers in one SEARCH
READ_AT_ONCE, READ_BYTES = 200, 8 * 1024 * 1024
CONFIG = "config"
_ODD = re.compile(r"[^\w@+-]")


@dataclass(frozen=True, slots=True)
class Head:
    """What the first fields of a mail in a mirror say, and how large it is."""

    number: int = 0
    chain: str = ""
    erased: int = 0  # the number of the erasure that put a tombstone there
    file: str = ""
    size: int = 0


class Box:
    """A connection to the mailbox, signed in. Use its methods inside `talking()`."""

    def __init__(self, server: Server, root: str) -> None:
        self.server = server
        try:
            self.client = enter(server)
        except (TurnedAway, Unreachable) as error:
            raise Trouble(str(error)) from error
        with self.talking():
            prefix, self.separator = self._namespace()
            levels = [part.replace(self.separator, "_") for part in root.split("/")]
            self.root = prefix + self.separator.join(levels) + self.separator

    @contextmanager
    def talking(self, seconds: float | None = None) -> Iterator[None]:
        """What goes wrong in the conversation becomes Cut, when the connection broke, or Trouble in the server's words."""
        door = self.client.socket()
        before = door.gettimeout()
        door.settimeout(seconds or before)
        try:
            yield
        except (OSError, IMAPClient.AbortError) as error:
            words = _("%(server)s broke the connection: %(said)s")
            raise Cut(words % {"server": self.server, "said": words_of(error) or type(error).__name__}) from error
        except IMAPClientError as error:
            raise Trouble(_("%(server)s says: %(said)s") % {"server": self.server, "said": words_of(error)}) from error
        finally:
            door.settimeout(before)

    def _namespace(self) -> tuple[str, str]:
        """What stands before and between the names of one's own folders (RFC 2342)."""
        if self.client.has_capability("NAMESPACE") and (personal := self.client.namespace().personal):
            return str(personal[0][0]), str(personal[0][1] or "/")
        found = self.client.list_folders("", "%")
        return "", (found[0][1] or b"/").decode() if found else "/"

    def append_limit(self) -> int:
        """The largest mail that the server takes (RFC 7889); 0 when it does not say."""
        said = [word.decode() for word in self.client.capabilities() if word.upper().startswith(b"APPENDLIMIT=")]
        return int(said[0].partition("=")[2]) if said else 0

    def name_of(self, leaf: str) -> str:
        """The full name of one of the mirror's folders: letters and digits that every server takes (some mind a full stop)."""
        return self.root + _ODD.sub("_", leaf)

    def select(self, name: str) -> int:
        """Select a folder for writing, made if it is not there; return its next UID. Raises Trouble for one that we read."""
        refuse_polled(self.server, self.root, self.separator)
        if not self.client.folder_exists(name):
            self.client.create_folder(name)
            self.client.subscribe_folder(name)
        return int(self.client.select_folder(name)[b"UIDNEXT"])

    def folders(self) -> list[str]:
        """The names of all folders of this mirror that hold entries."""
        names = [str(name) for _flags, _separator, name in self.client.list_folders("", f"{self.root}*")]
        return sorted(name for name in names if name.startswith(self.root) and name != self.name_of(CONFIG))

    def heads(self, uids: Sequence[int]) -> dict[int, Head]:
        """The heads of mails in the selected folder, by UID."""
        found = self.client.fetch(list(uids), ["RFC822.SIZE", FIELDS]) if uids else {}
        return {uid: _head(said) for uid, said in found.items()}

    def heads_from(self, uid: int) -> dict[int, Head]:
        """The heads from a UID on, by UID. "n:*" always names the last mail too, so what is below is left out."""
        self.client.noop()
        return self.heads([found for found in self.client.search(["UID", f"{uid}:*"]) if found >= uid])

    def tail(self, cursor: int) -> dict[int, Head]:
        """The last mails of the selected folder, back to one that is not above `cursor`. Tombstones stand out of order."""
        uids = sorted(self.client.search("ALL"))
        found: dict[int, Head] = {}
        while uids:
            heads = self.heads(uids[-TAIL:])
            del uids[-TAIL:]
            found |= heads
            if any(head.number and head.number <= cursor and not head.erased for head in heads.values()):
                break
        return found

    def search(self, numbers: Sequence[int]) -> dict[int, dict[int, Head]]:
        """Where entries are in the selected folder: {number: {uid: head}}. SEARCH finds parts of words, so look again."""
        found: dict[int, dict[int, Head]] = {}
        for start in range(0, len(numbers), SEARCHED):
            some = numbers[start : start + SEARCHED]
            criteria: list[Any] = [part for n in some for part in ("HEADER", "Helpdesk-Entry", str(n))]
            for uid, head in self.heads(self.client.search(["OR"] * (len(some) - 1) + criteria)).items():
                if head.number in some:
                    found.setdefault(head.number, {})[uid] = head
        return found

    def delete(self, uids: list[int]) -> None:
        """Delete mails of the selected folder for good."""
        self.client.delete_messages(uids, silent=True)
        if self.client.has_capability("UIDPLUS"):
            self.client.uid_expunge(uids)
        else:
            self.client.expunge()

    def mails(self, folder: str) -> Iterator[tuple[int, bytes]]:
        """Yield (uid, mail) of a whole folder, a few megabytes in memory at once."""
        self.client.select_folder(folder, readonly=True)
        for batch in self._batches(sorted(self.client.search("ALL"))):
            for uid, said in sorted(self.client.fetch(batch, ["BODY.PEEK[]"]).items()):
                yield uid, said.get(b"BODY[]") or b""

    def _batches(self, uids: Sequence[int]) -> Iterator[list[int]]:
        for start in range(0, len(uids), READ_AT_ONCE):
            some = uids[start : start + READ_AT_ONCE]
            sizes = {uid: int(said[b"RFC822.SIZE"]) for uid, said in self.client.fetch(some, ["RFC822.SIZE"]).items()}
            batch: list[int] = []
            for uid in some:
                if batch and sum(sizes.get(one, 0) for one in batch) + sizes.get(uid, 0) > READ_BYTES:
                    yield batch
                    batch = []
                batch.append(uid)
            yield batch

    def close(self) -> None:
        """Leave, whatever state the connection is in."""
        Mailbox(self.client, 0, 0).close()


def _head(said: dict[bytes, Any]) -> Head:
    """The first of each field: the trace stands at the top, and what is below it counts for nothing."""
    text = next((value for key, value in said.items() if key.startswith(b"BODY[HEADER")), b"") or b""
    values: dict[str, str] = {}
    for line in text.decode("ascii", "replace").splitlines():
        name, _colon, value = line.partition(":")
        values.setdefault(name.strip().lower(), value.strip())
    return Head(
        _number(values.get("helpdesk-entry", "")),
        values.get("helpdesk-chain", ""),
        _number(values.get("helpdesk-erased", "")),
        values.get("helpdesk-file", ""),
        int(said.get(b"RFC822.SIZE", 0)),
    )


def _number(text: str) -> int:
    return int(text) if text.isdigit() else 0


def refuse_polled(server: Server, root: str, separator: str) -> None:
    """Refuse to write below a folder that we read: each entry would come in as a mail again. Raises Trouble."""
    below = root.casefold().replace(separator, "/")
    for account in Account.objects.filter(removed_at__isnull=True, channel=settings.LAST_RESORT).defer("state"):
        polled = imap_server(account)
        if polled is None or not folder_of(account).casefold().replace(separator, "/").startswith(below):
            continue
        if server.host.casefold() == polled.host.casefold() or server.user.casefold() == polled.user.casefold():
            words = _(
                "The folder “%(folder)s” is read by the account %(account)s: what is copied there would come in as new "
                "mail. Choose another folder."
            )
            raise Trouble(words % {"folder": folder_of(account), "account": account.address})
