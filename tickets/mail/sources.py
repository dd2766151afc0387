"""Where old mail comes from: files, or folders on an IMAP server. Heads are read first, whole mails when their turn comes."""

import json
import logging
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from hashlib import sha256
from io import BytesIO
from pathlib import Path
from typing import Any, Protocol

from imapclient import IMAPClient
from imapclient.exceptions import IMAPClientError

from tickets.mail import flags, replies
from tickets.mail.files import kind_of, mail_files, mails, split_mbox
from tickets.mail.heads import head_of

AT_ONCE = 500
FIELDS = (
    "FROM TO CC BCC DATE SUBJECT MESSAGE-ID IN-REPLY-TO REFERENCES DELIVERED-TO X-ORIGINAL-TO RETURN-PATH "
    "AUTO-SUBMITTED CONTENT-TYPE X-AUTO-RESPONSE-SUPPRESS PRECEDENCE LIST-ID"
)
SENT = b"\\Sent"
logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Head:
    """What is known of a mail before it is read: where it lies, its fields, and what names it for good."""

    place: str
    fields: bytes
    came: datetime
    size: int
    key: str
    flags: list[str] = field(default_factory=list)


class Source(Protocol):
    """Old mail, looked through once and then read in any order."""

    def heads(self, skip: Callable[[str], None]) -> Iterator[Head]:
        """Yield every mail's head; what cannot be read is said to `skip` and stops no other."""

    def read(self, places: Sequence[str]) -> dict[str, bytes]:
        """Return the mails at these places, without those that have gone."""


class Files:
    """An .eml, an mbox, a Maildir, or a folder of them."""

    def __init__(self, path: Path) -> None:
        self.files = mail_files(path)

    def heads(self, skip: Callable[[str], None]) -> Iterator[Head]:
        for number, file in enumerate(self.files):
            try:
                kind = kind_of(file)
                if kind:
                    yield from self._heads(number, file, kind)
                else:
                    skip(f"{file}: no mail")
            except OSError as error:
                skip(f"{file}: {error.strerror or error}")

    def _heads(self, number: int, file: Path, kind: str) -> Iterator[Head]:
        offset = 0
        for found in mails(file, kind):
            place = json.dumps([number, offset, found.size, kind])
            offset += found.size
            head = found.raw[:65536].replace(b"\r\n", b"\n").partition(b"\n\n")[0]
            marks = flags.of_file(file, head_of(found.raw))
            yield Head(place, head, found.came, len(found.raw), sha256(found.raw).hexdigest(), marks)

    def read(self, places: Sequence[str]) -> dict[str, bytes]:
        return {place: raw for place in places if (raw := self._read(place)) is not None}

    def _read(self, place: str) -> bytes | None:
        number, offset, size, kind = json.loads(place)
        try:
            with open(self.files[number], "rb") as file:
                file.seek(offset)
                raw = file.read(size)
        except OSError:
            return None
        if kind != "mbox":
            return raw
        return next((one.raw for one in split_mbox(BytesIO(raw), datetime.now(UTC))), None)


class Folders:
    """Folders on an IMAP server, opened to be read only: nothing is changed there, no mail is marked as seen."""

    def __init__(self, client: IMAPClient, folders: Sequence[str] = (), polled: str = "") -> None:
        self.client = client
        self.folders = list(folders) or _inbox_and_sent(client)
        self.polled = polled  # the folder that an account reads anyway, whose mails have keys already
        self.validity: dict[str, int] = {}
        self.open = ""

    def heads(self, skip: Callable[[str], None]) -> Iterator[Head]:
        for number, folder in enumerate(self.folders):
            try:
                self._select(folder)
            except IMAPClientError as error:
                skip(f"{folder}: {replies.words_of(str(error))}")
                continue
            uids = sorted(self.client.search(["ALL"]))
            for start in range(0, len(uids), AT_ONCE):
                yield from self._heads(number, folder, uids[start : start + AT_ONCE])

    def _heads(self, number: int, folder: str, uids: list[int]) -> Iterator[Head]:
        wanted = f"BODY.PEEK[HEADER.FIELDS ({FIELDS})]"
        for uid, found in self.client.fetch(uids, ["INTERNALDATE", "FLAGS", "RFC822.SIZE", wanted]).items():
            came = found.get(b"INTERNALDATE") or datetime.now(UTC)
            yield Head(
                place=json.dumps([number, uid]),
                fields=next((value or b"" for name, value in found.items() if name.startswith(b"BODY[")), b""),
                came=came if came.tzinfo else came.replace(tzinfo=UTC),
                size=found.get(b"RFC822.SIZE", 0),
                key=self._key(folder, uid),
                flags=flags.of_imap(found.get(b"FLAGS", ())),
            )

    def _key(self, folder: str, uid: int) -> str:
        """As the poller names its mails; in other folders with the folder's name before it, shortened where it is long."""
        key = f"{self.validity[folder]}/{uid}"
        if folder == self.polled:
            return key
        return f"{folder if len(folder) <= 150 else sha256(folder.encode()).hexdigest()}/{key}"

    def _select(self, folder: str) -> None:
        found: dict[bytes, Any] = self.client.select_folder(folder, readonly=True)
        self.validity[folder] = int(found.get(b"UIDVALIDITY", 0))
        self.open = folder

    def read(self, places: Sequence[str]) -> dict[str, bytes]:
        wanted: dict[int, dict[int, str]] = defaultdict(dict)
        for place in places:
            number, uid = json.loads(place)
            wanted[number][uid] = place
        found: dict[str, bytes] = {}
        for number, uids in wanted.items():
            if self.open != self.folders[number]:
                self._select(self.folders[number])
            found |= {uids[uid]: raw for uid, raw in self._fetch(list(uids)).items()}
        return found

    def _fetch(self, uids: list[int]) -> dict[int, bytes]:
        """The mails; of those that the server cannot hand out together, each alone."""
        try:
            found = self.client.fetch(uids, ["BODY.PEEK[]"])
        except IMAPClientError as error:
            if isinstance(error, self.client.AbortError) or len(uids) == 1:
                logger.warning("mail %s cannot be fetched: %s", uids, error)
                if isinstance(error, self.client.AbortError):
                    raise
                return {}
            return {number: raw for uid in uids for number, raw in self._fetch([uid]).items()}
        return {uid: found[uid][b"BODY[]"] or b"" for uid in uids if b"BODY[]" in found.get(uid, {})}


def _inbox_and_sent(client: IMAPClient) -> list[str]:
    """INBOX, and the folder that the server calls its sent mail (RFC 6154), or one of the usual name."""
    listed = [(marks, str(name)) for marks, _separator, name in client.list_folders()]
    marked = [name for marks, name in listed if SENT in marks]
    usual = [name for _, name in listed if name.rpartition("/")[2].rpartition(".")[2].lower() in ("sent", "sent items")]
    return ["INBOX", *(marked or usual)[:1]]
