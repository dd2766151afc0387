"""Who is at a ticket: said by pages, gone by the database's clock."""

from datetime import timedelta

import pytest
from django.db.models.functions import Now

from tests.flows.desk import arrive, mail, mailbox
from tickets.actions import presence
from tickets.actions.presence import Present
from tickets.models import Agent, Presence, Ticket

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.database]


@pytest.fixture
def ticket(transactional_db: None) -> Ticket:
    message = arrive(mailbox(acknowledge=False), mail())
    assert message
    return message.ticket


def test_who_looks_and_who_writes_is_known_until_they_leave(ticket: Ticket, ann: Agent, ben: Agent) -> None:
    presence.be_here(ann, ticket, writing=False)
    presence.be_here(ben, ticket, writing=False)
    presence.be_here(ben, ticket, writing=True)
    both = [Present(ann.public_id, ann.name, False), Present(ben.public_id, ben.name, True)]
    assert presence.here(ticket) == both
    assert presence.everywhere() == {ticket.number: frozenset(both)}
    presence.leave(ben, ticket)
    assert presence.here(ticket) == both[:1]


def test_whoever_is_not_heard_of_for_twenty_seconds_is_gone(ticket: Ticket, ann: Agent) -> None:
    presence.be_here(ann, ticket, writing=True)
    row = Presence.objects.annotate(now=Now()).get()
    assert timedelta(seconds=19) < row.until - row.now <= presence.LASTS  # type: ignore[attr-defined]
    Presence.objects.update(until=Now() - timedelta(seconds=1), writing_until=Now() - timedelta(seconds=1))
    assert presence.here(ticket) == []
    assert presence.everywhere() == {}
    presence.forget_old()
    assert Presence.objects.exists()
    Presence.objects.update(until=Now() - timedelta(hours=2))
    presence.forget_old()
    assert not Presence.objects.exists()


def test_it_is_one_question_however_many_are_there(ticket: Ticket, ann: Agent, django_assert_num_queries) -> None:  # type: ignore[no-untyped-def]
    for name in "abcdefgh":
        presence.be_here(
            Agent.objects.create_user(f"{name}@d.example", name=name, created_at=ann.created_at), ticket, True
        )
    with django_assert_num_queries(1):
        assert len(presence.everywhere()[ticket.number]) == 8
    with django_assert_num_queries(3):  # of which one is BEGIN and one COMMIT
        presence.be_here(ann, ticket, True)


def test_looking_or_writing_takes_nothing(ticket: Ticket, ann: Agent) -> None:
    presence.be_here(ann, ticket, writing=True)
    ticket.refresh_from_db()
    assert ticket.assignee is None
