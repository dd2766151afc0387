"""A mirror in a mailbox: each entry a mail, by APPEND, marked as read, and dated as the record dates it.

What is there is found out by looking, never by trust in an answer: after each batch the end of the folder is asked for
entry numbers and sizes, and so it is at the beginning of each visit. A server that takes two mails with one Message-ID for
the same (Gmail), or changes what it is given, is found out by that, and gets the entry attached to a mail of our own.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import unquote, urlsplit

from django.utils.translation import gettext as _
from imapclient import IMAPClient
from imapclient.exceptions import IMAPClientError

from tickets.mail.mailbox import words_of
from tickets.mail.mirror_box import CONFIG, Box, Head, refuse_polled
from tickets.mail.server import AUTO, SSL, Server
from tickets.models import Mirror
from tickets.models.mirrors import MAILBOX
from tickets.record import wrapper
from tickets.record.target import File, Refusal, Target, Trouble, open_store
from tickets.record.trace import BadEntry
from tickets.record.wrapper import Copied

DEFAULT_ROOT = "Holdfast record"
SEARCH_SECONDS = 600.0
# Refusals that concern the mailbox and not the mail (RFC 9051 §7.1, RFC 9208): nothing else would be taken either.
_OF_ALL = re.compile(
    r"\[(OVERQUOTA|UNAVAILABLE|INUSE|LIMIT|THROTTLED|NOPERM|TRYCREATE|NONEXISTENT|SERVERBUG|CONTACTADMIN|EXPIRED)", re.I
)


def open_target(mirror: Mirror) -> Target:
    """Return the place that a mirror's URL names, ready to be written to. Raises Trouble."""
    if mirror.kind in ("imap", "imaps"):
        return ImapTarget(mirror)
    return open_store(mirror)


def server_of(mirror: Mirror) -> Server:
    """The IMAP server in imap://user@host:port/folder; imaps: TLS from the start."""
    parts = urlsplit(mirror.url)
    first = parts.scheme == "imaps"
    user = unquote(parts.username or "")
    password = str(mirror.secrets.get("password") or "")
    return Server(parts.hostname or "", parts.port or (993 if first else 143), SSL if first else AUTO, user, password)


def root_of(mirror: Mirror) -> str:
    """The folder under which a mirror's folders lie, with "/" between levels."""
    return unquote(urlsplit(mirror.url).path).strip("/") or DEFAULT_ROOT


@dataclass(slots=True)
class Folder:
    """A folder that has been entered: where its end is, and which entries were found above the cursor, by number."""

    name: str
    uidnext: int
    there: dict[int, tuple[int, Head]]


class ImapTarget:
    """See tickets/record/target.py for what the methods promise."""

    rests = 30

    def __init__(self, mirror: Mirror) -> None:
        self.mirror = mirror
        self.entered: dict[str, Folder] = {}
        self.refusals: list[Refusal] = []
        self.box = Box(server_of(mirror), root_of(mirror))
        self.client = self.box.client
        with self.box.talking():
            self.limit = self.box.append_limit()
            self.at_once = self.client.has_capability("MULTIAPPEND") and self.client.has_capability("LITERAL+")

    def close(self) -> None:
        self.box.close()

    def probe(self) -> None:
        refuse_polled(self.box.server, self.box.root, self.box.separator)
        with self.box.talking():
            self.box.folders()

    def last(self) -> tuple[int, str] | None:
        found: list[Head] = []
        with self.box.talking():
            for name in self.box.folders():
                self.client.select_folder(name, readonly=True)
                found += [head for head in self.box.tail(1 << 62).values() if not head.erased]
        last = max(found, key=lambda head: head.number, default=Head())
        return (last.number, last.chain) if last.number else None

    def _leaf(self, file: File) -> str:
        return file.mailbox if self.mirror.folders == MAILBOX else f"{file.at:%Y}"

    def _enter(self, leaf: str, cursor: int) -> Folder:
        """Select a folder; the first time, find out what is there above `cursor`: an answer may have been lost."""
        name = self.box.name_of(leaf)
        uidnext = self.box.select(name)
        if name not in self.entered:
            tail = self.box.tail(cursor)
            there = {head.number: (uid, head) for uid, head in tail.items() if head.number > cursor}
            self.entered[name] = Folder(name, uidnext, there)
        return self.entered[name]

    # --- Entries ------------------------------------------------------------------------------------------------------

    def put(self, files: Sequence[File], cursor: int) -> list[Refusal]:
        self.refusals = []
        with self.box.talking():
            for leaf in dict.fromkeys(self._leaf(file) for file in files):
                folder = self._enter(leaf, cursor)
                wanted = [file for file in files if self._leaf(file) == leaf]
                self._put_into(folder, self._unmerged([file for file in wanted if not self._is_there(folder, file)]))
        return self.refusals

    def _is_there(self, folder: Folder, file: File) -> bool:
        """Whether an entry came there in an earlier visit whose answer was lost. One that was changed on the way goes."""
        uid, head = folder.there.get(file.number, (0, Head()))
        if uid and not head.file and head.size != len(wrapper.with_crlf(file.data)):
            self.box.delete([uid])
            return False
        return bool(uid)

    def _unmerged(self, files: list[File]) -> list[File]:
        """Where equal mails are merged, an entry need not be at the folder's end: search before a repeat."""
        if not files or not self.mirror.failures or not self.client.has_capability("X-GM-EXT-1"):
            return files
        known = self.box.search([file.number for file in files])
        return [file for file in files if file.number not in known]

    def _put_into(self, folder: Folder, files: Sequence[File]) -> None:
        """Append to the selected folder: as they are, else wrapped, else a mail that says why not."""
        reasons = {file.number: file.refused or wrapper.why_not_plain(file.data) for file in files}
        plain = [file for file in files if not reasons[file.number]]
        mails = {file.number: wrapper.with_crlf(file.data) for file in plain}
        reasons |= self._append_all(folder, plain, mails)
        reasons |= self._not_as_given(folder, {n: len(mail) for n, mail in mails.items() if not reasons[n]})
        for file in files:
            if reasons[file.number]:
                self._put_wrapped(folder, file, reasons[file.number])

    def _append_all(self, folder: Folder, files: Sequence[File], mails: dict[int, bytes]) -> dict[int, str]:
        """Append, all in one command where the server can (RFC 3502); return what was refused, and why."""
        fitting = [file for file in files if not self._too_large(mails[file.number])]
        said = {file.number: self._too_large(mails[file.number]) for file in files}
        if self.at_once and len(fitting) > 1:
            given = [{"flags": [b"\\Seen"], "date": file.at, "msg": mails[file.number]} for file in fitting]
            if self.client.multiappend(folder.name, given)[0] == "OK":
                return said
        return said | {file.number: self._append(folder, mails[file.number], file.at) for file in fitting}

    def _append(self, folder: Folder, mail: bytes, at: datetime) -> str:
        """Append one mail; return the server's words when it refuses this one. Raises for what would concern any mail."""
        if said := self._too_large(mail):
            return said
        try:
            self.client.append(folder.name, mail, [b"\\Seen"], at)
        except IMAPClientError as error:
            if isinstance(error, IMAPClient.AbortError) or _OF_ALL.search(str(error)):
                raise
            return words_of(error)
        return ""

    def _too_large(self, mail: bytes) -> str:
        """Say so when a mail is larger than the server takes."""
        if not self.limit or len(mail) <= self.limit:
            return ""
        return f"It has {len(mail)} bytes, and the server takes {self.limit} at most (APPENDLIMIT)."

    def _written(self, folder: Folder) -> dict[int, Head]:
        """What has come to the end of the selected folder since this was asked last, by UID."""
        heads = self.box.heads_from(folder.uidnext)
        folder.uidnext = max([folder.uidnext, *(uid + 1 for uid in heads)])
        return heads

    def _not_as_given(self, folder: Folder, sizes: dict[int, int]) -> dict[int, str]:
        """Look at what was appended; return the entries that are not there as they were given, and why. Changed ones go."""
        heads = {uid: head for uid, head in self._written(folder).items() if head.number in sizes} if sizes else {}
        changed = {uid: head for uid, head in heads.items() if head.size != sizes[head.number]}
        if changed:
            self.box.delete(list(changed))
        lost = "The server said that it took it, and does not show it: it takes mails with one Message-ID for the same."
        return dict.fromkeys(sizes.keys() - {head.number for head in heads.values()}, lost) | {
            head.number: f"The server changed it: of {sizes[head.number]} bytes it made {head.size}."
            for head in changed.values()
        }

    def _put_wrapped(self, folder: Folder, file: File, why: str) -> None:
        """Attach an entry to a mail of our own; what is refused in that form too leaves a mail that says so."""
        wrapped = wrapper.wrap(file.name, file.data, why, file.at, file.number, file.chain, file.erased)
        refused = file.refused or self._hand_over(folder, wrapped, file)
        if refused:
            note = wrapper.missing(file.name, refused, file.at, file.number, file.chain)
            if said := self._hand_over(folder, note, file):
                words = _("%(server)s takes no mail at all: %(said)s")
                raise Trouble(words % {"server": self.box.server, "said": said})
        self.refusals.append(Refusal(file.number, bool(refused), refused or why))

    def _hand_over(self, folder: Folder, mail: bytes, file: File) -> str:
        """Append one mail and look whether it is there; return the server's words, "" when it is."""
        if said := self._append(folder, mail, file.at):
            return said
        shown = any(head.number == file.number for head in self._written(folder).values())
        return "" if shown else "The server said that it took it, and does not show it."

    # --- Erasure ------------------------------------------------------------------------------------------------------

    def replace(self, files: Sequence[File]) -> list[str]:
        found: list[str] = []
        with self.box.talking(SEARCH_SECONDS):
            for name in self.box.folders():
                folder = Folder(name, self.box.select(name), {})
                known = self.box.search([file.number for file in files])
                here = {file.number: file.erased for file in files if file.number in known}
                done = {n for n, erased in here.items() if any(h.erased == erased for h in known[n].values())}
                self._put_into(folder, [file for file in files if file.number in here.keys() - done])
                old = [uid for n, heads in known.items() for uid, h in heads.items() if h.erased != here[n]]
                found += self._delete_old(name, old)
        return found

    def _delete_old(self, folder: str, old: list[int]) -> list[str]:
        """Delete what tombstones stand for from the selected folder; return in words what stays."""
        if not old:
            return []
        said = "–"
        try:
            self.box.delete(old)
        except IMAPClientError as error:
            if isinstance(error, IMAPClient.AbortError):
                raise
            said = words_of(error)
        words = _("Entry %(number)d is still in the folder “%(folder)s”. The server says: %(said)s")
        left = self.box.heads(old).values()
        sentences = [words % {"number": head.number, "folder": folder, "said": said} for head in left]
        if self.client.has_capability("X-GM-EXT-1"):
            sentences.append(_("Gmail may keep in “All mail” what is deleted from a folder. Delete it there by hand."))
        return sentences

    # --- Configurations, and the way back -----------------------------------------------------------------------------

    def put_configs(self, configs: Sequence[tuple[str, bytes, datetime]]) -> None:
        with self.box.talking():
            uidnext = self.box.select(self.box.name_of(CONFIG))
            folder = Folder(self.box.name_of(CONFIG), uidnext, {})
            known = {head.file for head in self.box.heads(self.client.search("ALL")).values()}
            why = "The configuration of the helpdesk as it was at this time; passwords in it are encrypted."
            for name, data, at in configs:
                if name not in known and (said := self._append(folder, wrapper.wrap(name, data, why, at), at)):
                    raise Trouble(_("%(server)s says: %(said)s") % {"server": self.box.server, "said": said})

    def read(self) -> Iterator[Copied]:
        with self.box.talking():
            for name in [*self.box.folders(), self.box.name_of(CONFIG)]:
                if self.client.folder_exists(name):
                    yield from self._read_folder(name)

    def _read_folder(self, folder: str) -> Iterator[Copied]:
        for uid, mail in self.box.mails(folder):
            try:
                copied = wrapper.restore(mail)
            except BadEntry as error:
                words = _("Mail %(uid)d in the folder “%(folder)s” cannot be used: %(error)s.")
                copied = Copied("", words=words % {"uid": uid, "folder": folder, "error": error})
            if copied:
                yield copied
