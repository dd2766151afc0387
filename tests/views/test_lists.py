"""Lists: what is in them, how many, page by page, and at what price."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from tests.flows.desk import arrive, mail
from tickets.actions.change import assign, set_status
from tickets.models import Account, Agent, Contact, Ticket
from tickets.views import lists, rows

pytestmark = pytest.mark.database


def many(support: Account, count: int, **fields: object) -> None:
    """Tickets made at once; every third has the time of the one before."""
    now = timezone.now()
    contact = Contact.objects.create(name="Zoe", created_at=now)
    first = (Ticket.objects.count() or 0) + 1
    made = []
    for number in range(first, first + count):
        at = now - timedelta(minutes=number - number % 3)
        times = {"created_at": at, "updated_at": at, "last_message_at": at}
        known = {"subject": f"T{number}", "channel": "email", "mailbox": support, "contact": contact}
        made.append(Ticket(number=number, **known, **times, **fields))
    Ticket.objects.bulk_create(made)


def test_each_ticket_is_in_its_lists(support: Account, ben: Agent) -> None:
    tickets = [
        arrive(support, mail(subject=name, sender=f"{name}@customer.example")).ticket for name in ("a", "b", "c", "d")
    ]  # type: ignore[union-attr]
    assign(tickets[0], ben, ben)
    set_status(tickets[1], "waiting", ben)
    set_status(tickets[2], "closed", ben)
    found = lists.counts(lists.lists_for(ben))
    box = f"mailbox-{support.public_id}"
    assert {name: found[name] for name in ("mine", "unassigned", "open", "waiting", "solved", box)} == {
        "mine": 1, "unassigned": 1, "open": 2, "waiting": 1, "solved": 1, box: 2,
    }  # fmt: skip


def test_a_count_is_exact_to_999(support: Account, ben: Agent) -> None:
    many(support, 1005, state="open")
    every = lists.lists_for(ben)
    assert lists.said(lists.counts(every)["open"]) == "1000+"
    Ticket.objects.filter(number__gt=999).delete()
    assert lists.said(lists.counts(every)["open"]) == "999"


def test_a_list_is_walked_page_by_page_without_loss_or_doubles(support: Account, ben: Agent) -> None:
    many(support, 120, state="open")
    many(support, 53, state="new")
    every, seen, after = lists.lists_for(ben), [], ""
    while True:
        page = rows.page(ben, every.parts(every.named("open")), after)
        seen += [ticket.number for ticket in page.tickets]
        after = page.next
        if not after:
            break
    by_time = Ticket.objects.order_by("-last_message_at", "-number").values_list("number", flat=True)
    assert seen == list(by_time)


def test_a_key_that_is_none_of_ours_shows_the_first_page(
    support: Account, ben: Agent, enter: Callable[..., Client]
) -> None:
    many(support, 3, state="open")
    for key in ("x", "2026-13-99~1", "~", "2026-01-01T00:00:00+00:00~x"):
        assert enter(ben).get("/lists/open/", {"rows": "1", "after": key}).content.decode().count("list-row") == 3


def test_pages_cost_a_few_queries_however_much_there_is(
    support: Account, ben: Agent, enter: Callable[..., Client]
) -> None:
    message = arrive(support, mail("It prints nothing"))
    assert message is not None
    for n in range(30):
        arrive(support, mail(f"And {n}", answers=message.message_id))
    many(support, 80, state="open")
    client = enter(ben)
    for path in ("/lists/open/", "/lists/solved/", f"/tickets/{message.ticket.number}/", "/search/?q=prints", "/rail/"):
        with CaptureQueriesContext(connection) as queries:
            assert client.get(path).status_code == 200
        assert len(queries) <= 25, path


def test_a_list_that_does_not_exist_is_a_404(ben: Agent, enter: Callable[..., Client]) -> None:
    assert enter(ben).get("/lists/nonsense/").status_code == 404
