"""`manage.py run`: what an operator meets when it starts, when something is in the way, when a part dies, when it stops."""

import os
import signal
import socket
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.services import holdfast, postgres, redis
from tests.services.holdfast import PARTS, Running
from tests.services.ports import free_port, wait_until

pytestmark = pytest.mark.timeout(900)


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """One Holdfast for the tests of this file that leave it as they found it."""
    with holdfast.running(tmp_path_factory.mktemp("house") / "data", from_nothing=True, DATABASE_URL="") as running:
        yield running


def ends_with(data_dir: Path, words: str, **settings: str) -> None:
    """`run` ends by itself with exit code 1, and says these words."""
    house = holdfast.start(data_dir, DATABASE_URL="", **settings)
    try:
        assert house.process.wait(60) == 1
    finally:
        holdfast.stop(house)
    assert words in house.words()
    assert "Traceback" not in house.words()


def test_every_part_runs_and_the_first_start_shows_a_link_that_works(house: Running) -> None:
    assert set(house.pids()) >= {*PARTS, "redis"}
    assert house.health()["status"] == "ok"
    link = next(line.split()[-1] for line in house.words().splitlines() if "/welcome/" in line)
    assert house.get(link.removeprefix(house.url))[0] == 200


@pytest.mark.parametrize("part", [*PARTS, "redis"])
def test_a_killed_part_is_back_within_five_seconds(house: Running, part: str) -> None:
    before = house.kill(part)
    wait_until(lambda: house.pids().get(part, before) != before, 5, f"{part} did not come back")
    wait_until(lambda: house.health().get("workers", {}).get(part, 1), 5, f"{part} shows no life")
    assert house.process.poll() is None


def test_the_web_server_misses_no_request_while_it_is_replaced(house: Running) -> None:
    house.kill("web")
    assert house.get("/livez") == (200, "ok\n")


def test_a_second_start_on_the_same_data_says_so(house: Running) -> None:
    ends_with(house.data_dir, f"Holdfast already runs on {house.data_dir} (process {house.process.pid})")


def test_the_whole_idle_stack_fits_in_400_megabytes(house: Running) -> None:
    report = house.manage("run", "--memory").stdout.decode()
    print(report)
    assert float(report.splitlines()[-1].split()[1]) < 400


def test_it_stops_cleanly_and_starts_again_with_its_data(tmp_path: Path) -> None:
    with holdfast.running(tmp_path / "data", from_nothing=True, DATABASE_URL="") as first:
        children = first.pids().values()
        first.process.send_signal(signal.SIGINT)
        assert first.process.wait(15) == 0
    assert not [pid for pid in children if Path(f"/proc/{pid}").exists()]
    with holdfast.running(tmp_path / "data", DATABASE_URL="") as second:
        assert second.words().count("migrations applied") == 1


def test_no_part_outlives_a_killed_parent(tmp_path: Path) -> None:
    with holdfast.running(tmp_path / "data", DATABASE_URL="") as house:
        children = house.pids().values()
        house.process.kill()
        wait_until(lambda: not [pid for pid in children if Path(f"/proc/{pid}").exists()], 5, "a part lives on")


@pytest.mark.parametrize("setting", ["PORT", "SMTP_PORT"])
def test_a_taken_port_is_named_with_what_to_do(tmp_path: Path, setting: str) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        ends_with(tmp_path / "data", f"Port {port} on 127.0.0.1 is taken by another program.", **{setting: str(port)})


def test_a_record_folder_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    ends_with(tmp_path / "data", "cannot be made (Not a directory)", RECORD_URL=f"file://{tmp_path}/file/record")


def test_a_redis_that_does_not_answer_is_named(tmp_path: Path) -> None:
    port = free_port()
    ends_with(tmp_path / "data", f"The Redis of REDIS_URL (127.0.0.1:{port})", REDIS_URL=f"redis://127.0.0.1:{port}/0")


def test_a_database_that_does_not_answer_is_named_without_its_password(tmp_path: Path) -> None:
    url = f"postgresql://holdfast:hush@127.0.0.1:{free_port()}/holdfast"
    house = holdfast.start(tmp_path / "data", DATABASE_URL=url)
    assert house.process.wait(60) == 1
    assert "The database does not answer: connection failed" in house.words()
    assert "hush" not in house.words()
    assert "Traceback" not in house.words()


def test_a_database_that_a_newer_version_made_is_refused(prepared: Path) -> None:
    change(
        prepared, "INSERT INTO django_migrations (app, name, applied) VALUES ('tickets', '9999_later', '2030-01-01')"
    )
    ends_with(prepared, "made by a newer version of Holdfast (it has tickets.9999_later)")


def test_a_half_migrated_database_is_refused(prepared: Path) -> None:
    change(prepared, "ALTER TABLE tickets_agent RENAME COLUMN name TO nickname")
    ends_with(prepared, "The database is half migrated: tickets_agent has no name.")


@pytest.fixture
def prepared(tmp_path: Path) -> Path:
    """A DATA_DIR with a database of this version."""
    done = Running(None, holdfast.environment(tmp_path / "data", DATABASE_URL=""), tmp_path).manage("migrate")  # type: ignore[arg-type]
    assert done.returncode == 0, done.stderr
    return tmp_path / "data"


def change(data_dir: Path, statement: str) -> None:
    """Do something to the database behind its back."""
    with sqlite3.connect(data_dir / "db.sqlite3") as database:
        database.execute(statement)
    database.close()


def test_a_part_that_cannot_start_ends_the_command_with_its_reason(tmp_path: Path) -> None:
    (tmp_path / "data" / "redis").mkdir(parents=True)
    (tmp_path / "data" / "redis" / "appendonly.aof").write_bytes(b"this is no append-only file\r\n" * 10)
    os.chmod(tmp_path / "data" / "redis", 0o700)
    ends_with(tmp_path / "data", "The embedded Redis does not start: ")


def test_a_part_that_does_not_exist_is_wrong_use(tmp_path: Path) -> None:
    with_parts = ("manage.py", "run", "--parts", "web,fax")
    house = holdfast.start(tmp_path / "data", with_parts, DATABASE_URL="")
    assert house.process.wait(60) == 2
    assert "There is no part fax. Choose from web, in, out" in house.words()


def test_with_a_postgresql_and_a_redis_of_their_own_the_same_command_uses_them(tmp_path: Path) -> None:
    with (
        postgres.running() as database,
        redis.running(tmp_path / "redis.sock", tmp_path / "redis") as broker,
        holdfast.running(tmp_path / "data", DATABASE_URL=database, REDIS_URL=broker) as house,
    ):
        assert house.health()["status"] == "ok"
        assert "redis" not in house.pids()
        assert not (house.data_dir / "db.sqlite3").exists()


def test_bells_that_wait_while_a_worker_does_nothing_are_noticed(house: Running) -> None:
    deaf = house.ask(
        "from helpdesk.run import parts\n"
        "from tickets import heartbeat\nfrom django.conf import settings\n"
        "client = heartbeat.connect()\nbefore = parts.is_deaf(client, 'nobody')\n"
        "client.rpush(settings.BELLS_PREFIX + 'nobody', 'bell')\nafter = parts.is_deaf(client, 'nobody')\n"
        "client.delete(settings.BELLS_PREFIX + 'nobody')\ntell([before, after])"
    )
    assert deaf == [False, True]
