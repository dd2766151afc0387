"""The appender: gap-free numbers, files before marks, and a crash anywhere between its steps does no harm."""

import pytest
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from tests.flows.desk import arrive, mail, mailbox, new_record, wipe
from tickets.models import Account, Counter, Entry
from tickets.record import append, read, trace
from tickets.record.store import FolderStore, store
from tickets.record.write import entry_of

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.database]


@pytest.fixture
def support(transactional_db: None) -> Account:
    return mailbox()


def some(support: Account, count: int) -> None:
    for number in range(count):
        arrive(support, mail(f"Mail {number}"))


def files() -> dict[str, bytes]:
    return {name: store().read(name) for _, name in read.numbers()}


def test_numbers_are_gap_free_and_follow_the_chain(support: Account) -> None:
    some(support, 5)
    append.append_all()
    assert [number for number, _ in read.numbers()] == [1, 2, 3, 4, 5]
    chain = ""
    for one in read.walk():
        chain = trace.link(chain, one.trace.digest)
        assert one.trace.chain == chain
    assert append.head().chain == chain


def test_a_crash_before_the_files_are_written_loses_nothing(support: Account, monkeypatch: pytest.MonkeyPatch) -> None:
    some(support, 3)
    monkeypatch.setattr(FolderStore, "write_many", lambda *args: (_ for _ in ()).throw(OSError("disk full")))
    with pytest.raises(OSError, match="disk full"):
        append.append()
    assert Entry.objects.filter(number__isnull=False, marked_at__isnull=True).count() == 3
    assert read.original(Entry.objects.order_by("pk")[0])
    monkeypatch.undo()
    append.append_all()
    assert len(files()) == 3


def test_a_crash_before_the_marks_writes_the_same_files_again(support: Account) -> None:
    some(support, 3)
    append._number(10)
    for entry in Entry.objects.order_by("number"):
        store().write(entry.path, trace.render(entry, read.original(entry)))
    before = files()
    append.append_all()
    assert files() == before
    assert not Entry.objects.filter(marked_at__isnull=True).exists()


def test_two_appenders_do_each_other_no_harm(support: Account) -> None:
    some(support, 4)
    append._number(2)
    append._number(10)
    append._write(1)
    append._write(10)
    assert [e.number for e in Entry.objects.order_by("pk")] == [1, 2, 3, 4]
    assert len(files()) == 4


def test_an_appender_whose_head_has_moved_gives_no_numbers(support: Account, monkeypatch: pytest.MonkeyPatch) -> None:
    some(support, 1)
    old = append.head()
    Counter.objects.filter(name=append.HEAD).update(value=7)
    monkeypatch.setattr(append, "head", lambda: old)
    append._number(10)
    assert Entry.objects.get().number is None


def test_a_record_that_is_ahead_of_the_database_is_not_written_to(support: Account) -> None:
    some(support, 2)
    append.append_all()
    wipe()
    append.check_start.cache_clear()
    entry_of("note", at=timezone.now(), fields={}, original=b"x").save()
    with pytest.raises(append.RecordAhead, match="record rebuild"):
        append.append()


def test_what_is_not_in_the_record_yet_can_be_read_all_the_same(support: Account) -> None:
    large = entry_of("note", at=timezone.now(), fields={}, original=b"x" * 100_000)
    large.save()
    small = entry_of("note", at=timezone.now(), fields={}, original=b"small")
    small.save()
    assert (large.source, small.source) == ("made", "inline")
    for _ in range(2):
        assert read.original(Entry.objects.get(pk=large.pk)) == b"x" * 100_000
        assert read.original(Entry.objects.get(pk=small.pk)) == b"small"
        append.append_all()


def test_a_changed_file_is_found(support: Account) -> None:
    new_record()
    some(support, 1)
    append.append_all()
    name = read.numbers()[0][1]
    path = store().root / name  # type: ignore[attr-defined]
    path.write_bytes(path.read_bytes().replace(b"Mail 0", b"Mail 9"))
    with pytest.raises(trace.BadEntry):
        list(read.walk())


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=10,
)


@given(fields=st.dictionaries(st.text(), VALUES), original=st.binary(max_size=200))
def test_a_trace_gives_back_every_decision(fields: dict[str, object], original: bytes) -> None:
    entry = entry_of("note", at=timezone.now(), fields=fields, original=original, ticket=7)
    entry.number = 12
    entry.chain = trace.link("", trace.digest(entry))
    head, body = trace.split(trace.render(entry, original))
    said = trace.read(head)
    assert body == original
    assert said.fields == fields
    assert (said.number, said.kind, said.ticket, said.at) == (12, "note", 7, entry.at.isoformat())
    assert said.digest == trace.digest(entry)
