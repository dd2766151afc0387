"""Seals: they state where the chain ends, go to an outside witness once, and find a record that was rewritten whole."""

import io
import mailbox as mailboxes
from datetime import timedelta
from email import message_from_bytes
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from tests.flows import desk
from tests.record.tampering import Record
from tests.record.test_verify import verify
from tests.services.smtp import Sink
from tickets.actions.seal import seal, seal_when_due
from tickets.mail.witness import send_seals
from tickets.mime.parse import parse
from tickets.models import Account, Counter, Entry
from tickets.record import read
from tickets.record.append import append_all

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.database]
WITNESS = "notary@outside.example"


@pytest.fixture
def support(transactional_db: None, settings: Any, smtp_sink: Sink) -> Account:
    """A mailbox with one conversation; its mail goes out by a real server."""
    settings.EMAIL_HOST, settings.EMAIL_PORT = smtp_sink.host, smtp_sink.port
    settings.SEAL_WITNESS, settings.SEAL_MINUTES = WITNESS, 10
    support = desk.mailbox(acknowledge=False)
    desk.arrive(support, desk.mail("It does not work."))
    append_all()
    return support


def wait(minutes: int) -> None:
    """Let that much time pass for what is in the record."""
    for entry in Entry.objects.exclude(marked_at=None):
        Entry.objects.filter(pk=entry.pk).update(
            marked_at=(entry.marked_at or timezone.now()) - timedelta(minutes=minutes)
        )


def sealed() -> Entry:
    """Seal now, and write that."""
    entry = seal()
    append_all()
    assert entry
    entry.refresh_from_db()
    return entry


def test_a_seal_states_the_number_and_the_chain_value_of_the_last_entry(support: Account) -> None:
    entry = sealed()
    text = parse(read.original(entry)).text
    first = Entry.objects.get(number=1)
    assert (entry.number, entry.fields["sealed"], entry.fields["chain"]) == (2, 1, first.chain)
    assert f"Entry: 1\nChain: {first.chain}\nTime: {entry.at.isoformat()}" in text


def test_the_clock_seals_what_stood_for_ten_minutes_and_nothing_when_nothing_is_new(support: Account) -> None:
    assert not seal_when_due()
    wait(10)
    assert seal_when_due()
    append_all()
    wait(10)
    assert not seal_when_due()
    assert seal() is None
    desk.arrive(support, desk.mail("And now?"))
    append_all()
    wait(10)
    assert seal_when_due()
    append_all()
    first, second = Entry.objects.filter(kind="seal").order_by("number")
    assert parse(read.original(second)).in_reply_to == parse(read.original(first)).message_id


def test_no_minutes_no_seals(support: Account, settings: Any) -> None:
    settings.SEAL_MINUTES = 0
    wait(10)
    assert not seal_when_due()


def test_the_witness_gets_each_seal_once_and_it_is_recorded_how(support: Account, smtp_sink: Sink) -> None:
    entry = sealed()
    assert [send_seals(), send_seals()] == [1, 0]
    (letter,) = smtp_sink.to(WITNESS)
    assert parse(letter.message.as_bytes()).text == parse(read.original(entry)).text
    noted = Entry.objects.get(kind="witnessed")
    assert (noted.fields["seal"], noted.fields["state"]) == (entry.number, "sent")
    assert message_from_bytes(bytes(noted.body or b"")).get_content_type() == "multipart/report"


def test_a_refusal_is_recorded_in_the_servers_words_and_not_tried_again(support: Account, smtp_sink: Sink) -> None:
    smtp_sink.refuse[WITNESS] = "550 5.1.1 No such notary"
    sealed()
    assert [send_seals(), send_seals()] == [1, 0]
    noted = Entry.objects.get(kind="witnessed")
    assert noted.fields["state"] == "failed"
    assert "No such notary" in noted.fields["reason"]


def test_a_seal_whose_sender_died_is_uncertain_and_not_sent_again(support: Account, smtp_sink: Sink) -> None:
    entry = sealed()
    hour_ago = timezone.now() - timedelta(hours=1)
    Counter.objects.update_or_create(name="witness", defaults={"value": entry.number, "chain": hour_ago.isoformat()})
    assert [send_seals(), send_seals()] == [1, 0]
    assert Entry.objects.get(kind="witnessed").fields["state"] == "uncertain"
    assert smtp_sink.to(WITNESS) == []


def test_a_mailbox_of_ours_is_no_witness(support: Account, settings: Any, smtp_sink: Sink) -> None:
    settings.SEAL_WITNESS = support.address
    sealed()
    send_seals()
    assert "it witnesses nothing" in Entry.objects.get(kind="witnessed").fields["reason"]
    assert smtp_sink.letters == []


def test_without_a_witness_nothing_is_mailed_also_not_later(support: Account, settings: Any, smtp_sink: Sink) -> None:
    settings.SEAL_WITNESS = ""
    sealed()
    assert send_seals() == 0
    settings.SEAL_WITNESS = WITNESS
    desk.arrive(support, desk.mail("And now?"))
    append_all()
    sealed()
    assert send_seals() == 1
    assert len(smtp_sink.to(WITNESS)) == 1


def test_a_rebuild_keeps_the_seals_and_mails_none(support: Account, smtp_sink: Sink) -> None:
    sealed()
    send_seals()
    desk.arrive(support, desk.mail("And now?"))
    append_all()
    sealed()
    assert desk.rebuilt_differences() == []
    assert Counter.objects.get(name="seal").value == 4
    Account.objects.update(paused_at=None)
    assert send_seals() == 0
    assert len(smtp_sink.to(WITNESS)) == 1


def test_a_wholly_rewritten_record_is_found_by_the_seals_that_the_witness_kept(
    support: Account, smtp_sink: Sink, data_dir: Path, tmp_path: Path
) -> None:
    sealed()
    send_seals()
    append_all()
    box = mailboxes.mbox(tmp_path / "kept.mbox")
    box.add(smtp_sink.to(WITNESS)[0].message)
    box.flush()
    status, said = verify("--seals", str(tmp_path / "kept.mbox"))
    assert (status, said.splitlines()[0]) == (0, "1 seals read, the last of entry 1.")
    desk.wipe()  # whoever rewrites the record rewrites the database, too
    record = Record(data_dir / "record")
    record.edit(1, b"does not work", b"does not wink")
    for number in range(1, record.last() + 1):
        record.mend(number)
    assert verify()[0] == 0
    status, said = verify("--seals", str(tmp_path / "kept.mbox"))
    assert status == 1
    assert "the record up to here was rewritten after it was sealed" in said


def test_a_record_cut_short_is_found_by_the_seals(support: Account, data_dir: Path, tmp_path: Path) -> None:
    kept = tmp_path / "seal.eml"
    kept.write_bytes(
        b"Subject: Fwd: Seal\r\n\r\n" + b"".join(b"> " + line for line in read.original(sealed()).splitlines(True))
    )
    desk.wipe()
    for path in (data_dir / "record").glob("*/cur/*"):
        path.unlink()
    assert "it is not in the record, which ends at 0" in verify("--seals", str(kept))[1]


def test_mails_without_a_seal_are_said_to_be_none(support: Account, tmp_path: Path) -> None:
    (tmp_path / "other.eml").write_bytes(b"Subject: Hello\r\n\r\nHello\r\n")
    with pytest.raises(CommandError, match="There is no seal"):
        call_command("record", "verify", "--seals", str(tmp_path), stderr=io.StringIO(), stdout=io.StringIO())
