"""Many rows in one statement hold what one row each would hold, on SQLite and on PostgreSQL."""

from datetime import UTC, datetime

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.flows.desk import mailbox
from tickets.models import Account, Contact, Entry, Participant, Ticket
from tickets.models.many import insert_many, insert_new, save_many

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.database]

AT = datetime(2026, 3, 4, 10, 0, 0, 123456, tzinfo=UTC)
ODD = ["plain", "tab\tand\nline", "back\\slash \\N \\.", "quote \" and ' {a,b}", "Ümläut 漢字 🙂", "", "NULL", "(1,2)"]


@pytest.fixture
def support(transactional_db: None) -> Account:
    return mailbox()


def entries(support: Account) -> list[Entry]:
    return [
        Entry(
            kind="received",
            at=AT,
            account=support if place % 2 else None,
            fields={"text": text, "list": [text, None, 1.5, True], "nested": {text: {}}},
            body=text.encode() if place % 2 else None,
            source="inline",
            spool=text[:64],
            original_size=2**40 + place,
            original_sha256=f"{place:064x}",
        )
        for place, text in enumerate(ODD)
    ]


def test_rows_copied_in_read_back_as_they_were(support: Account) -> None:
    made = entries(support)
    insert_many(made)
    found = list(Entry.objects.order_by("pk"))
    assert [row.pk for row in made] == [row.pk for row in found]
    for row, back in zip(made, found, strict=True):
        for field in Entry._meta.concrete_fields:
            ours, theirs = getattr(row, field.attname), getattr(back, field.attname)
            assert (bytes(theirs) if isinstance(theirs, memoryview) else theirs) == ours
    after = Entry.objects.create(kind="x", at=AT, source="in", original_size=0, original_sha256="")
    assert after.pk > max(row.pk for row in made)


def ticket(support: Account, contact: Contact, number: int) -> Ticket:
    return Ticket(
        number=number, subject=ODD[number], channel="email", mailbox=support, contact=contact,
        created_at=AT, updated_at=AT, last_message_at=AT,
    )  # fmt: skip


def test_what_a_row_refers_to_may_be_saved_after_it_was_made(support: Account) -> None:
    contact = Contact(name="Zoe", created_at=AT)
    made = [ticket(support, contact, number) for number in range(len(ODD))]
    insert_many([contact])
    insert_many(made)
    assert set(Ticket.objects.values_list("contact", flat=True)) == {contact.pk}
    made[3].subject = "changed"
    made[3].save()
    assert Ticket.objects.get(number=3).subject == "changed"


def test_rows_that_are_there_stay_as_they_are(support: Account) -> None:
    contact = Contact.objects.create(name="Zoe", created_at=AT)
    one = ticket(support, contact, 1)
    one.save()
    for _ in range(2):
        insert_new([Participant(ticket=one, address=address) for address in ODD])
    insert_new([])
    assert sorted(Participant.objects.values_list("address", flat=True)) == sorted(ODD)


def test_many_rows_change_each_to_values_of_its_own_in_one_statement(support: Account) -> None:
    made = entries(support)
    insert_many(made)
    for place, row in enumerate(made):
        row.number, row.path, row.fields, row.marked_at = (
            place + 1,
            ODD[-place],
            {"n": ODD[place]},
            AT if place else None,
        )
    with CaptureQueriesContext(
        connection,
    ) as asked:
        save_many(made, ["number", "path", "fields", "marked_at"])
    if connection.vendor == "postgresql":
        assert len(asked) == 1
    found = list(Entry.objects.order_by("pk").values_list("number", "path", "fields", "marked_at"))
    assert found == [(row.number, row.path, row.fields, row.marked_at) for row in made]
