"""The record in a mailbox: whole, once, dated and marked as it should be, whatever the server and the line do."""

import imaplib
import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone

from tests.flows import desk
from tests.services.dovecot import Imap
from tests.services.imap_proxy import Between, standing_before
from tickets.actions.erasing import erase_contact
from tickets.actions.note import note
from tickets.mail.mirror import open_target
from tickets.mail.mirroring import probe
from tickets.models import Account, Agent, Counter, Entry, Mirror
from tickets.record import mirror as mirroring
from tickets.record.append import append_all
from tickets.record.compare import differences, snapshot
from tickets.record.erase import carry_out
from tickets.record.fetch import fetch
from tickets.record.store import store
from tickets.record.write import entry_of

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def support(transactional_db: None) -> Account:
    return desk.mailbox()


@pytest.fixture
def box(imap_server: Imap, request: pytest.FixtureRequest) -> "Box":
    """A mailbox of this test alone."""
    return Box(imap_server, re.sub(r"\W+", "-", request.node.name)[-60:].strip("-"))


class Box:
    """What lies in the mailbox, as another mail program sees it."""

    def __init__(self, server: Imap, user: str) -> None:
        self.server = server
        self.user = user
        self.port = server.port

    @property
    def url(self) -> str:
        """Where a mirror finds it."""
        return f"imap://{self.user}@{self.server.host}:{self.port}/Copy"

    def folders(self) -> list[str]:
        """The names of its folders."""
        with imaplib.IMAP4(self.server.host, self.server.port) as client:
            client.login(self.user, self.server.password)
            return sorted(line.decode().split(' "/" ')[1].strip('"') for line in client.list()[1])

    def mails(self, folder: str) -> list[tuple[str, bytes]]:
        """(flags and date, bytes) of each mail in a folder."""
        with imaplib.IMAP4(self.server.host, self.server.port) as client:
            client.login(self.user, self.server.password)
            status, _ = client.select(f'"{folder}"', readonly=True)
            if status != "OK":
                return []
            _, found = client.fetch("1:*", "(FLAGS INTERNALDATE BODY.PEEK[])")
            return [(pair[0].decode(), pair[1]) for pair in found if isinstance(pair, tuple)]

    def numbers(self, folder: str) -> list[int]:
        """The entry numbers in a folder, in its order."""
        heads = [re.search(rb"^Helpdesk-Entry: (\d+)", raw, re.M) for _, raw in self.mails(folder)]
        return [int(head[1]) for head in heads if head]


def make(url: str, password: str = "secret", **fields: Any) -> Mirror:
    """A mirror that has copied nothing yet."""
    name = fields.pop("name", "Archive")
    return Mirror.objects.create(
        name=name, url=url, secrets={"password": password}, created_at=timezone.now(), **fields
    )


def copy(mirror: Mirror) -> int:
    """One visit; it must go well."""
    done = mirroring.copy(mirror, open_target)
    mirror.refresh_from_db()
    assert mirror.last_error == ""
    return done


def some(support: Account, count: int) -> None:
    """Entries numbered in their text; cheaper than mail that is filed."""
    for number in range(count):
        raw = desk.mail(f"Mail {number}")
        entry_of("screened", at=timezone.now(), fields={}, original=raw, account=support).save()
    append_all()


def year() -> str:
    return f"Copy/{timezone.now():%Y}"


def test_a_conversation_is_copied_read_back_and_rebuilt_the_same(
    support: Account, ann: Agent, box: Box, tmp_path: Path, settings: Any
) -> None:
    message = desk.arrive(support, desk.mail("Where is it?"))
    assert message
    note(message.ticket, "I look after it.", ann)
    desk.settle()
    mirror = make(box.url)
    desk.write_config()
    assert copy(mirror) == Entry.objects.count()
    fetched = fetch(open_target(mirror), tmp_path / "back")
    assert (fetched.troubles, fetched.faults) == ([], [])
    assert {name: (tmp_path / "back" / name).read_bytes() for name in files()} == files()
    before = snapshot()
    desk.wipe()
    settings.RECORD_URL = f"file://{tmp_path}/back"
    desk.rebuild()
    assert differences(before, snapshot()) == []


def files() -> dict[str, bytes]:
    """Entries and configurations of the record."""
    return {name: store().read(name) for name in store().names("") if not name.startswith("spool/")}


def test_copies_are_marked_as_read_and_dated_as_the_record_dates_them(support: Account, box: Box) -> None:
    at = datetime(2024, 2, 29, 23, 59, 30, tzinfo=UTC)
    entry_of("note", at=at, fields={}, original=b"Subject: old\r\n\r\nwords\r\n").save()
    append_all()
    copy(make(box.url))
    [(said, _)] = box.mails("Copy/2024")
    assert "\\Seen" in said
    assert imaplib.Internaldate2tuple(said.encode()) is not None
    assert "29-Feb-2024 23:59:30 +0000" in said


def test_what_came_while_it_was_away_is_caught_up_without_doubles(support: Account, box: Box) -> None:
    mirror = make(box.url)
    some(support, 2)
    copy(mirror)
    some(support, 3)
    copy(mirror)
    assert copy(mirror) == 0
    assert box.numbers(year()) == list(range(1, Entry.objects.count() + 1))


def test_an_answer_that_was_lost_leads_to_no_doubles(support: Account, box: Box) -> None:
    mirror = make(box.url)
    some(support, 5)
    copy(mirror)
    Mirror.objects.update(cursor=2)
    copy(mirror)
    assert box.numbers(year()) == list(range(1, Entry.objects.count() + 1))


def test_a_folder_per_mailbox_when_that_is_wanted(support: Account, ann: Agent, box: Box) -> None:
    orders = desk.mailbox("orders@desk.example")
    message = desk.arrive(support, desk.mail("Where is it?"))
    assert message
    note(message.ticket, "I look after it.", ann)
    desk.arrive(orders, desk.mail("One more, please", to="orders@desk.example"))
    desk.settle()
    copy(make(box.url, folders="mailbox"))
    assert {"Copy/support@desk_example", "Copy/orders@desk_example", "Copy/config"} <= set(box.folders())
    ours = list(Entry.objects.filter(ticket_number=message.ticket.number).order_by("number"))
    assert box.numbers("Copy/support@desk_example") == [entry.number for entry in ours]


def test_two_entries_with_one_message_id_are_both_there(support: Account, box: Box) -> None:
    orders = desk.mailbox("orders@desk.example")
    for account in (support, orders):
        desk.arrive(account, desk.mail("To both", message_id="one@customer.example"))
    desk.settle()
    copy(make(box.url))
    ids = [raw for _, raw in box.mails(year()) if b"\r\nMessage-ID: <one@customer.example>" in raw]
    assert len(ids) == 2
    assert box.numbers(year()) == list(range(1, Entry.objects.count() + 1))


# --- What servers refuse, change and swallow --------------------------------------------------------------------------


@pytest.fixture
def man(box: Box) -> Iterator[Between]:
    """A man between the mirror and the mailbox; the mirror's URL leads to him."""
    with standing_before(box.server.port) as between:
        box.port = between.port
        yield between


def everything_comes_back(mirror: Mirror, folder: Path) -> None:
    """The mirror gives the record back byte for byte."""
    fetched = fetch(open_target(mirror), folder)
    assert (fetched.troubles, fetched.faults) == ([], [])
    assert {name: (folder / name).read_bytes() for name in files()} == files()


def entries(*originals: bytes) -> None:
    """An entry for each of these mails, in the record."""
    for original in originals:
        entry_of("note", at=timezone.now(), fields={}, original=original).save()
    append_all()


def test_what_no_mailbox_keeps_as_it_is_is_attached_to_a_mail_that_says_so(box: Box, tmp_path: Path, db: None) -> None:
    entries(
        b"Subject: nothing\r\n\r\nA\0B\r\n",
        b"Subject: mixed\r\n\r\none\r\ntwo\nthree",
        b"Subject: lone\r\n\r\none\rtwo\r\n",
    )
    mirror = make(box.url)
    copy(mirror)
    for said, raw in box.mails(year()):
        assert "\\Seen" in said
        assert raw.startswith(b"Helpdesk-Copy: wrapped\r\n")
    assert [one["entry"] for one in mirror.refused if "NUL" in one["words"]] == [1]
    assert [one["entry"] for one in mirror.refused if "line ends" in one["words"]] == [3, 2]
    assert (mirror.wrapped_count, mirror.missing_count) == (3, 0)
    everything_comes_back(mirror, tmp_path / "back")


def test_ordinary_and_odd_mail_is_kept_as_it_is(box: Box, tmp_path: Path, db: None) -> None:
    entries(
        b"Subject: no end of line\r\n\r\nlast",
        b"Subject: unix\n\nlines\n",
        "Subject: ünïcode\r\n\r\n8 bit: äöü €\r\n".encode(),
        b"Subject: latin\r\n\r\n\xe4\xf6\xfc\r\n",
        b"Subject: long\r\n\r\n" + b"x" * 5000 + b"\r\n",
        b"",
        b"\r\n\r\n",
        b"Helpdesk-Entry: 99\r\nHelpdesk-Original: size=0; sha256=0\r\n\r\nforged\r\n",
        b"Helpdesk-Copy: missing\r\n\r\nforged too\r\n",
        b"From nobody\r\n.\r\n..\r\n",
    )
    mirror = make(box.url)
    copy(mirror)
    assert mirror.refused == []
    assert box.numbers(year()) == list(range(1, 11))
    everything_comes_back(mirror, tmp_path / "back")


@pytest.mark.parametrize("hide", [(), (b"MULTIAPPEND",), (b"LITERAL+", b"MULTIAPPEND"), (b"UIDPLUS", b"NAMESPACE")])
def test_a_server_that_refuses_8_bit_mail_gets_it_wrapped(
    support: Account, box: Box, man: Between, tmp_path: Path, hide: tuple[bytes, ...]
) -> None:
    man.hide = hide
    man.refuse = lambda mail: b"[CANNOT] 8-bit data without UTF8=ACCEPT" if max(mail) > 127 else b""
    entries(b"Subject: a\r\n\r\nplain\r\n", b"Subject: b\r\n\r\n\xc3\xa4\r\n", b"Subject: c\r\n\r\nplain\r\n")
    mirror = make(box.url)
    copy(mirror)
    assert mirror.refused == [{"entry": 2, "missing": False, "words": "[CANNOT] 8-bit data without UTF8=ACCEPT"}]
    assert sorted(box.numbers(year())) == [1, 2, 3]
    everything_comes_back(mirror, tmp_path / "back")


def test_what_is_too_large_for_the_server_is_listed_in_its_words_and_holds_up_nothing(
    support: Account, box: Box, man: Between, tmp_path: Path
) -> None:
    man.refuse = lambda mail: b"[TOOBIG] message exceeds 3000 bytes" if len(mail) > 3000 else b""
    entries(*(b"Subject: x\r\n\r\n" + b"y" * size for size in (10, 5000, 20)))
    mirror = make(box.url)
    copy(mirror)
    assert (mirror.cursor, mirror.wrapped_count, mirror.missing_count) == (3, 0, 1)
    assert mirror.refused == [{"entry": 2, "missing": True, "words": "[TOOBIG] message exceeds 3000 bytes"}]
    assert b"not in this copy" in next(raw for _, raw in box.mails(year()) if b"Helpdesk-Entry: 2\r\n" in raw)
    fetched = fetch(open_target(mirror), tmp_path / "back")
    assert ["message exceeds 3000 bytes" in words for words in fetched.troubles] == [True]
    assert ["missing" in str(fault) for fault in fetched.faults] == [True]


def test_what_is_over_the_limit_that_a_server_states_is_not_even_sent(support: Account, box: Box, man: Between) -> None:
    man.show = b"APPENDLIMIT=3000"
    entries(b"Subject: x\r\n\r\n" + b"y" * 5000)
    mirror = make(box.url)
    copy(mirror)
    assert "3000 at most" in mirror.refused[0]["words"]
    assert max(map(len, man.appended)) <= 3000


def test_a_server_that_takes_equal_message_ids_for_one_mail_gets_the_second_wrapped(
    support: Account, box: Box, man: Between, tmp_path: Path
) -> None:
    seen: set[bytes] = set()

    def is_known(mail: bytes) -> bool:
        found = re.search(rb"^Message-ID: \S+", mail, re.M)
        known = bool(found) and found[0] in seen
        seen.update([found[0]] if found else [])
        return known

    man.show, man.hide = b"X-GM-EXT-1", (b"MULTIAPPEND",)
    man.swallow = is_known
    orders = desk.mailbox("orders@desk.example")
    for account in (support, orders):
        desk.arrive(account, desk.mail("To both", message_id="one@customer.example"))
    desk.settle()
    mirror = make(box.url)
    copy(mirror)
    assert sorted(box.numbers(year())) == list(range(1, Entry.objects.count() + 1))
    assert "one Message-ID for the same" in mirror.refused[0]["words"]
    everything_comes_back(mirror, tmp_path / "back")
    Mirror.objects.update(cursor=1, failures=1)
    copy(mirror)
    assert sorted(box.numbers(year())) == list(range(1, Entry.objects.count() + 1))


def test_a_server_that_changes_mail_gets_it_wrapped(support: Account, box: Box, man: Between, tmp_path: Path) -> None:
    man.change = lambda mail: mail if mail.startswith(b"Helpdesk-Copy") else mail + b"-- \r\nScanned\r\n"
    some(support, 2)
    mirror = make(box.url)
    copy(mirror)
    assert mirror.wrapped_count == Entry.objects.count()
    everything_comes_back(mirror, tmp_path / "back")


def test_a_full_mailbox_is_no_refusal_of_a_mail(support: Account, box: Box, man: Between) -> None:
    man.refuse = lambda mail: b"[OVERQUOTA] Quota exceeded"
    some(support, 1)
    mirror = make(box.url)
    mirroring.copy(mirror, open_target)
    mirror.refresh_from_db()
    assert "Quota exceeded" in mirror.last_error
    assert (mirror.cursor, mirror.failures, mirror.refused) == (0, 1, [])
    assert mirror.rests_until > timezone.now()
    man.refuse = lambda mail: b""
    Mirror.objects.update(rests_until=None)
    copy(mirror)
    assert mirror.cursor == Entry.objects.count()


def test_a_server_that_takes_nothing_at_all_stops_the_copy_instead_of_losing_it(
    support: Account, box: Box, man: Between
) -> None:
    man.refuse = lambda mail: b"no more of this"
    some(support, 3)
    mirror = make(box.url)
    mirroring.copy(mirror, open_target)
    mirror.refresh_from_db()
    assert "takes no mail at all: no more of this" in mirror.last_error
    assert (mirror.cursor, mirror.refused) == (0, [])


# --- Lines that break -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("when", ["cut_before", "cut_after"])
@pytest.mark.parametrize("hide", [(), (b"MULTIAPPEND",)])
def test_a_line_that_breaks_amid_a_batch_loses_and_doubles_nothing(
    support: Account, box: Box, man: Between, tmp_path: Path, when: str, hide: tuple[bytes, ...]
) -> None:
    man.hide = hide
    some(support, 4)
    setattr(man, when, lambda mail: b"Mail 2" in mail)
    mirror = make(box.url)
    mirroring.copy(mirror, open_target)
    mirror.refresh_from_db()
    assert "broke the connection" in mirror.last_error
    setattr(man, when, lambda mail: False)
    Mirror.objects.update(rests_until=None)
    copy(mirror)
    assert box.numbers(year()) == list(range(1, Entry.objects.count() + 1))
    everything_comes_back(mirror, tmp_path / "back")


def test_an_entry_that_breaks_the_line_each_time_is_listed_in_the_end_and_the_rest_goes_on(
    support: Account, box: Box, man: Between
) -> None:
    some(support, 8)
    poison = Entry.objects.order_by("number")[6].number
    man.cut_before = lambda mail: b"Mail 6" in mail
    mirror = make(box.url)
    visits = 0
    while mirror.cursor < Entry.objects.count():
        mirroring.copy(mirror, open_target)
        mirror.refresh_from_db()
        visits += 1
        assert visits < 12
    assert mirror.last_error == ""
    assert [(one["entry"], one["missing"]) for one in mirror.refused] == [(poison, True)]
    assert mirror.cursor == Entry.objects.count()


def test_a_server_that_is_away_is_named_and_tried_ever_more_rarely(support: Account, box: Box) -> None:
    some(support, 1)
    mirror = make("imap://archive@127.0.0.1:1/Copy")
    rests = []
    for _ in range(3):
        mirroring.copy(mirror, open_target)
        mirror.refresh_from_db()
        rests.append(mirror.rests_until - timezone.now())
    assert "127.0.0.1:1 cannot be reached" in mirror.last_error
    assert rests == sorted(rests)
    assert not mirroring.due().exists()


# --- A database that has forgotten ------------------------------------------------------------------------------------


def test_after_a_rebuild_the_copy_goes_on_where_it_was(support: Account, ann: Agent, box: Box) -> None:
    some(support, 3)
    mirror = make(box.url)
    desk.write_config()
    copy(mirror)
    assert desk.rebuilt_differences() == []
    again = Mirror.objects.get()
    assert (again.cursor, again.secrets, again.paused_at is not None) == (0, {"password": "secret"}, True)
    some(Account.objects.get(), 1)
    Mirror.objects.update(paused_at=None)
    copy(again)
    assert box.numbers(year()) == list(range(1, Entry.objects.count() + 1))


def test_the_copy_of_another_helpdesk_is_not_written_into(support: Account, box: Box) -> None:
    some(support, 3)
    copy(make(box.url))
    desk.wipe()
    desk.new_record()
    some(desk.mailbox(), 2)
    mirror = make(box.url)
    mirroring.copy(mirror, open_target)
    mirror.refresh_from_db()
    assert "copy of another helpdesk" in mirror.last_error


def test_two_at_once_copy_nothing_twice(support: Account, box: Box) -> None:
    some(support, 2)
    mirror = make(box.url)
    Mirror.objects.update(lease_by="another", lease_until=timezone.now() + timedelta(minutes=1))
    assert mirroring.copy(mirror, open_target) == 0
    assert box.numbers(year()) == []


# --- Where it may not write -------------------------------------------------------------------------------------------


def test_a_folder_that_an_account_reads_is_refused(support: Account, box: Box) -> None:
    Account.objects.update(
        config={
            "imap_host": "127.0.0.1",
            "imap_port": str(box.server.port),
            "imap_user": "other",
            "imap_folder": year(),
        }
    )
    some(support, 1)
    mirror = make(box.url)
    mirroring.copy(mirror, open_target)
    mirror.refresh_from_db()
    assert "is read by the account support@desk.example" in mirror.last_error
    assert "is read by the account support@desk.example" in probe(mirror)
    assert year() not in box.folders()


# --- Erasure ----------------------------------------------------------------------------------------------------------


def test_who_is_erased_goes_from_the_copy_too(support: Account, ann: Agent, box: Box, tmp_path: Path) -> None:
    message = desk.arrive(support, desk.mail("My knee hurts.", subject="Knee"))
    assert message
    for number in range(10):
        desk.arrive(support, desk.mail(f"Mail {number}", sender=f"other{number}@customer.example", name="Otto"))
    desk.settle()
    mirror = make(box.url)
    copy(mirror)
    assert any(b"knee" in raw for _, raw in box.mails(year()))
    erase_contact(message.ticket.contact, ann, "She asked for it.")
    desk.settle()
    erasures = list(Entry.objects.filter(kind="erasure").order_by("number").values_list("number", flat=True))
    assert "has not come to this erasure yet" in mirroring.unreached(erasures[0])[0]
    Mirror.objects.update(rests_until=None)
    copy(mirror)
    mails = [raw for _, raw in box.mails(year())]
    assert not any(b"knee" in raw or b"zoe@" in raw for raw in mails)
    assert sorted(box.numbers(year())) == list(range(1, Entry.objects.count() + 1))
    assert [mirroring.unreached(number) for number in erasures] == [[]] * len(erasures)
    everything_comes_back(mirror, tmp_path / "back")
    Mirror.objects.update(cursor=erasures[0] - 1, rests_until=None)
    copy(mirror)
    assert sorted(box.numbers(year())) == list(range(1, Entry.objects.count() + 1))


def erase_first() -> int:
    """Erase entry 1; return the number of the erasure."""
    fields = {"erased": [1], "by": "", "reason": "asked"}
    entry_of("erasure", at=timezone.now(), fields=fields, original=b"Subject: erased\r\n\r\n").save()
    append_all()
    carry_out()
    return Entry.objects.count()


def test_a_copy_that_the_server_does_not_delete_is_told_in_its_words(support: Account, box: Box, man: Between) -> None:
    man.refuse_line = lambda line: b"[NOPERM] this folder is under legal hold" if b" UID EXPUNGE " in line else b""
    some(support, 2)
    mirror = make(box.url)
    copy(mirror)
    erasure = erase_first()
    copy(mirror)
    [sentence] = mirroring.unreached(erasure)
    assert "Entry 1 is still in the folder" in sentence
    assert "under legal hold" in sentence


def test_an_erasure_waits_until_its_tombstones_are_in_the_record(support: Account, box: Box) -> None:
    some(support, 1)
    mirror = make(box.url)
    copy(mirror)
    erasure = erase_first()
    Counter.objects.filter(name="erasures").update(value=0)
    Mirror.objects.update(rests_until=None)
    copy(mirror)
    assert mirror.cursor == erasure - 1
