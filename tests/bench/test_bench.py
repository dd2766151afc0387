"""The benchmarks measure the real thing, on scratch data that is gone afterwards. No figure is judged here."""

import json
import os
import subprocess
import sys
from email import message_from_bytes, policy
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.flows import desk
from tickets.bench.mails import mails, write
from tickets.inbox.accept import Arrival, accept_many
from tickets.inbox.process import process_waiting
from tickets.models import Account, Message, Ticket

ROOT = Path(__file__).resolve().parent.parent.parent


def bench(data_dir: Path, *arguments: str) -> dict[str, Any]:
    """The figures of `manage.py bench … --json` in a process of its own."""
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "DATABASE_URL") if name in os.environ}
    command = [sys.executable, "manage.py", "bench", *arguments, "--json"]
    done = subprocess.run(command, cwd=ROOT, env={**kept, "DATA_DIR": str(data_dir)}, capture_output=True, check=False)
    assert done.returncode == 0, done.stderr.decode()
    figures: dict[str, Any] = json.loads(done.stdout)
    return figures


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Thirty mails."""
    found = tmp_path_factory.mktemp("mails")
    write(found, 30)
    return found


def test_the_same_seed_writes_the_same_mails_and_another_writes_others() -> None:
    assert list(mails(20, 7)) == list(mails(20, 7))
    assert list(mails(20, 7)) != list(mails(20, 8))


def test_the_mails_are_in_threads_and_languages_and_some_carry_files() -> None:
    read = [message_from_bytes(raw, policy=policy.default) for raw in mails(400)]
    assert len({mail["Message-ID"] for mail in read}) == 400
    known = {str(mail["Message-ID"]) for mail in read}
    assert 100 < sum(str(mail["In-Reply-To"]) in known for mail in read) < 250
    assert 5 < sum(any(part.get_filename() for part in mail.walk()) for mail in read) < 50
    assert sum(any(part.get_content_type() == "text/html" for part in mail.walk()) for mail in read) > 150


@pytest.mark.database
@pytest.mark.django_db(transaction=True)
def test_ingest_files_every_mail_and_leaves_nothing_behind(folder: Path, tmp_path: Path) -> None:
    figures = bench(tmp_path / "own", "ingest", str(folder), "--workers", "2", "--preload", "30")
    assert figures["mails"] == figures["messages"] == 30
    assert 0 < figures["tickets"] <= 30
    for name in ("mails_per_second", "mails_per_cpu_second", "floor_mails_per_second", "ratio", "peak_memory_mb"):
        assert figures[name] > 0, name
    assert {path.name for path in (tmp_path / "own").iterdir()} <= {"secret_key"}
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SELECT count(*) FROM pg_database WHERE datname LIKE 'holdfast_bench%'")
            assert cursor.fetchone() == (0,)


def test_acceptance_stores_every_mail_that_got_its_250(folder: Path, tmp_path: Path) -> None:
    figures = bench(tmp_path / "own", "accept", str(folder), "--connections", "4")
    assert figures["mails"] == figures["stored"] == 30


def test_the_reader_is_measured_beside_pythons_own(folder: Path, tmp_path: Path) -> None:
    figures = bench(tmp_path / "own", "parse", str(folder))
    assert {"messages_per_second", "us_per_kb", "floor_messages_per_second", "ratio"} <= set(figures)


@pytest.mark.database
def test_pages_are_measured_with_their_queries(tmp_path: Path) -> None:
    figures = bench(tmp_path / "own", "pages", "--tickets", "40", "--requests", "5")
    assert set(figures) == {"list", "ticket", "search"}
    assert all(0 < page["queries"] <= 24 for page in figures.values()), figures


def test_a_folder_without_mail_is_said_in_words(tmp_path: Path) -> None:
    with pytest.raises(AssertionError, match=r"no \.eml file"):
        bench(tmp_path / "own", "ingest", str(tmp_path))


def queries_to_file(account: Account, raws: list[bytes]) -> int:
    """How many queries filing these takes, all in one batch."""
    accept_many(
        [Arrival(account, raw, "smtp", str(number)) for number, raw in enumerate(raws, Message.objects.count())]
    )
    with CaptureQueriesContext(connection) as asked:
        assert process_waiting(100) == len(raws)
    return len(asked)


@pytest.mark.database
@pytest.mark.django_db(transaction=True)
def test_the_queries_do_not_grow_with_the_batch() -> None:
    account = desk.mailbox("support@bench.example")
    some = list(mails(70, seed=3))
    queries_to_file(account, some[:10])
    few = queries_to_file(account, some[10:20])
    many = queries_to_file(account, some[20:])
    assert Message.objects.count() == 70
    assert 10 < Ticket.objects.count() < 60
    assert many <= few + 2


def test_verify_reads_every_entry_of_a_record_of_its_own(tmp_path: Path) -> None:
    figures = bench(tmp_path / "own", "verify", "--entries", "300")
    assert (figures["entries"], figures["faults"]) == (300, 0)
    assert figures["entries_per_second"] > 0
    assert list((tmp_path / "own").glob("bench-*")) == []


def test_rebuild_makes_the_same_messages_again_beside_the_ingest_that_wrote_them(folder: Path, tmp_path: Path) -> None:
    figures = bench(tmp_path / "own", "rebuild", str(folder))
    assert (figures["mails"], figures["messages"], figures["entries"]) == (30, 30, 30)
    assert figures["ratio"] > 0


@pytest.mark.timeout(240)
def test_a_messenger_is_measured_both_ways_over_its_vendors_stand_in(tmp_path: Path) -> None:
    figures = bench(tmp_path / "own", "mirror", "--rate", "10", "--seconds", "1", "--accounts", "1")
    assert set(figures) == {"in", "out"}
    for way in figures.values():
        assert (way["messages"], way["median_ms"] > 0, way["p95_ms"] >= way["median_ms"]) == (10, True, True)


@pytest.mark.timeout(240)
def test_open_pages_are_measured_both_ways_with_the_memory_of_the_web_server(tmp_path: Path) -> None:
    figures = bench(tmp_path / "own", "webchat", "--pages", "8", "--rate", "8", "--seconds", "1")
    assert figures["pages"] == 8
    assert figures["web_memory_mb"]["with_pages"] > 0
    for way in (figures["in"], figures["out"]):
        assert (way["messages"], way["median_ms"] > 0, way["p95_ms"] >= way["median_ms"]) == (8, True, True)
