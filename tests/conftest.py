"""What every test may ask for: people, an isolated DATA_DIR, and real servers (each started once, when first asked for)."""

import asyncio
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as django_settings
from django.utils import timezone
from playwright.sync_api import Browser, Page, expect
from redis import Redis

from tests.services import browser as chromium
from tests.services import dovecot, redis, smtp, web
from tests.services.dovecot import Imap
from tests.services.smtp import Sink
from tickets.models import Agent, Role

# Shown at the end of `make test`: which tests met which real server.
SERVICES = {
    "imap_server": "Dovecot (IMAP)",
    "smtp_sink": "SMTP server",
    "browser": "Chromium",
    "live_url": "web server (uvicorn)",
    "redis_server": "Redis",
}


def long_ones_first(items: list[pytest.Item], workers: int) -> list[pytest.Item]:
    """Return the tests in an order in which no worker has a long one left when the others are done.

    Each worker begins with an equal run of the list. A long test has a limit of its own, or a browser.
    """
    long = [item for item in items if item.get_closest_marker("timeout")]
    long += [item for item in items if item.get_closest_marker("browser") and item not in long]
    others = [item for item in items if item not in set(long)]
    share, size = [], -(-len(others) // workers)
    for worker in range(workers):
        share += long[worker::workers] + others[worker * size : (worker + 1) * size]
    return share


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Note in the report which real servers a test uses; where several workers run, the long tests come first in each share."""
    if workers := getattr(config, "workerinput", {}).get("workercount", 0):
        items[:] = long_ones_first(items, workers)
    for item in items:
        asked = set(getattr(item, "fixturenames", ())) - (
            {"redis_server"} if "live_url" not in item.fixturenames else set()
        )  # type: ignore[attr-defined]
        for fixture, service in SERVICES.items():
            if fixture in asked:
                item.user_properties.append(("service", service))


# What a page shows is waited for, however slow the machine is; how fast it is shown is for a benchmark to say.
expect.set_options(timeout=30_000)


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_protocol(item: pytest.Item) -> Iterator[None]:
    """The loop that drives a browser runs beside all tests of its worker; those without a browser are not to meet it.

    A hook, because it has to come before every fixture: with another loop Django has another connection.
    """
    running = None if "browser" in getattr(item, "fixturenames", ()) else asyncio._get_running_loop()
    if running:
        asyncio._set_running_loop(None)
    try:
        return (yield)
    finally:
        if running:
            asyncio._set_running_loop(running)


# --- Servers ----------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="session")
def redis_server() -> Iterator[str]:
    """The URL of a real Redis on the socket that the settings name."""
    with redis.running(django_settings.REDIS_SOCKET, django_settings.DATA_DIR / "redis") as url:
        yield url


@pytest.fixture(scope="session")
def smtp_server() -> Iterator[Sink]:
    with smtp.running() as sink:
        yield sink


@pytest.fixture
def smtp_sink(smtp_server: Sink) -> Sink:
    """A real SMTP server that keeps what it accepts: `.letters`, `.to(address)`, `.refuse[address] = "550 …"`."""
    smtp_server.reset()
    return smtp_server


@pytest.fixture(scope="session")
def imap_server() -> Iterator[Imap]:
    """A real Dovecot: `.host`, `.port`, `.password`; every user name has a mailbox of its own."""
    with dovecot.running() as imap:
        yield imap


@pytest.fixture(scope="session")
def web_server(redis_server: str) -> Iterator[str]:
    with web.running() as url:
        yield url


@pytest.fixture
def live_url(web_server: str, transactional_db: None, settings: Any) -> str:
    """The address of the real web server; it sees what the test commits."""
    settings.SITE_URL = web_server
    return web_server


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """A real Chromium."""
    with chromium.running() as started:
        yield started


@pytest.fixture
def page(browser: Browser, request: pytest.FixtureRequest) -> Iterator[Page]:
    """A page of a fresh profile, 1440×900. A script error, or anything the CSP refused, fails the test.

    It is closed before the database is emptied: a page that is open goes on asking the web server.
    """
    if "live_url" in request.fixturenames:
        request.getfixturevalue("live_url")
    context = browser.new_context(viewport={"width": 1440, "height": 900}, locale="en-GB")
    new_page = context.new_page()
    new_page.set_default_timeout(30_000)
    faults: list[str] = []
    new_page.on("pageerror", lambda error: faults.append(str(error)))
    new_page.on("console", lambda said: faults.append(said.text) if "Content Security Policy" in said.text else None)
    yield new_page
    context.close()
    assert not faults, faults


# --- A world of its own for each test ---------------------------------------------------------------------------------


@pytest.fixture(autouse=True)
def data_dir(tmp_path: Path, settings: Any, redis_server: str) -> Path:
    """settings.DATA_DIR and the record of this test alone, and an empty Redis."""
    folder = tmp_path / "data"
    folder.mkdir()
    settings.DATA_DIR = folder
    settings.RECORD_URL = f"file://{folder}/record"
    with Redis.from_url(redis_server) as client:
        client.flushall()
    return folder


@pytest.fixture
def make_agent(db: None) -> Callable[..., Agent]:
    """make_agent("Cem", role=…): an agent with the password "correct horse"."""

    def make(name: str, role: str = Role.AGENT, **fields: Any) -> Agent:
        email = f"{name.split()[0].lower()}@desk.example"
        return Agent.objects.create_user(
            email, "correct horse", name=name, role=role, created_at=timezone.now(), **fields
        )

    return make


@pytest.fixture
def ann(make_agent: Callable[..., Agent]) -> Agent:
    """Ann administrates."""
    return make_agent("Ann Admin", Role.ADMINISTRATOR)


@pytest.fixture
def ben(make_agent: Callable[..., Agent]) -> Agent:
    """Ben answers customers."""
    return make_agent("Ben Agent")
