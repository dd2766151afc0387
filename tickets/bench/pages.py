"""Pages: what the server takes for a list, a ticket and a search, with many tickets there. Through Django's test client."""

import gc
import random
import time
from collections.abc import Callable
from dataclasses import dataclass
from statistics import median

from django.conf import settings
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from tickets.bench.fill import PER_TICKET, fill
from tickets.bench.scratch import scratch
from tickets.models import Agent, Role, Ticket

LISTS = ("mine", "unassigned", "open", "waiting", "solved")
WORDS = (
    "ref{0:07d}",
    "part{1:04d}",
    "invoice",
    "printer part{1:04d}",
    '"customer number"',
    "замовлення",
    "schaden foto",
)
WARM_UP = 3


@dataclass(frozen=True, slots=True)
class Page:
    """The figures of one kind of page."""

    median_ms: float
    p95_ms: float
    median_cpu_ms: float  # without the database server's, and without waiting for other programs of this machine
    queries: int  # the most that one request made
    kilobytes: float


def measure(tickets: int = 20_000, requests: int = 100) -> dict[str, Page]:
    """Fill a scratch database and ask for each kind of page `requests` times. Raises RuntimeError when one is refused."""
    dice = random.Random(3)  # noqa: S311 - nothing secret
    with scratch() as place:
        place.fresh("pages")
        fill(tickets * PER_TICKET)
        analyse()
        client = sign_in()
        gc.collect()
        gc.freeze()  # as `manage.py run` does before it forks the web server
        kinds: dict[str, Callable[[], str]] = {
            "list": lambda: reverse("tickets:list-show", args=[dice.choice(LISTS)]),
            "ticket": lambda: reverse("tickets:ticket-show", args=[dice.randint(1, tickets)]),
            "search": lambda: f"{reverse('tickets:search-show')}?q={words(dice, tickets)}",
        }
        return {kind: _page(client, url, requests) for kind, url in kinds.items()}


def words(dice: random.Random, tickets: int) -> str:
    """Something that a person looks for: often rare, sometimes in every second message."""
    return dice.choice(WORDS).format(dice.randint(1, tickets * PER_TICKET), dice.randrange(5000))


def sign_in() -> Client:
    """An agent who has worked for a while: some tickets are theirs."""
    agent = Agent.objects.create_user(
        "ann@bench.example", name="Ann", role=Role.ADMINISTRATOR, created_at=timezone.now()
    )
    Ticket.objects.filter(number__lte=Ticket.objects.count() // 20).update(assignee=agent)
    client = Client(headers={"host": "localhost"})
    client.force_login(agent)
    return client


def analyse() -> None:
    """What the database does by itself after a while: count what is in its tables, and tidy up after the filling."""
    tidy = ("VACUUM ANALYZE", "CHECKPOINT") if connection.vendor == "postgresql" else ("ANALYZE",)
    with connection.cursor() as cursor:
        for command in tidy:
            cursor.execute(command)


def _page(client: Client, url: Callable[[], str], requests: int) -> Page:
    times: list[float] = []
    worked: list[float] = []
    size = 0
    for number in range(WARM_UP + requests):
        where = url()
        began, at_work = time.perf_counter(), time.process_time()
        size = _ask(client, where)
        if number >= WARM_UP:
            worked.append(time.process_time() - at_work)
            times.append(time.perf_counter() - began)
    queries = max(_queries(client, url()) for _ in range(10))
    ordered = sorted(times)
    p95 = ordered[int(len(ordered) * 0.95)]
    return Page(
        median_ms=round(median(times) * 1000, 1),
        p95_ms=round(p95 * 1000, 1),
        median_cpu_ms=round(median(worked) * 1000, 1),
        queries=queries,
        kilobytes=round(size / 1024, 1),
    )


def _ask(client: Client, url: str) -> int:
    answer = client.get(url, secure=settings.SECURE_SSL_REDIRECT)
    if answer.status_code != 200:
        raise RuntimeError(f"{url} answered {answer.status_code}.")
    return len(answer.content)


def _queries(client: Client, url: str) -> int:
    with CaptureQueriesContext(connection) as asked:
        _ask(client, url)
    return len(asked)
