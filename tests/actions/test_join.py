"""Two contacts are one person, and two again: what belongs to whom, in the database and after a rebuild."""

from collections.abc import Callable

import pytest

from tests.flows import desk
from tickets.actions.change import NotAllowed
from tickets.actions.contact import add_address, drop_address, edit_contact, note_about
from tickets.actions.erasing import erase_contact, erase_tickets
from tickets.actions.hold import Held, hold_contact
from tickets.actions.join import join, unjoin
from tickets.actions.reply import reply, start
from tickets.actions.retention import overdue
from tickets.models import Account, Address, Agent, Contact, ContactEvent, Entry, Message, Ticket
from tickets.record import read

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.database]


@pytest.fixture
def box(ann: Agent) -> Account:
    return desk.mailbox()


def writes(box: Account, sender: str, subject: str, text: str = "Hello there.") -> Message:
    name = sender.split("@")[0].title()
    message = desk.arrive(box, desk.mail(text, sender=sender, name=name, subject=subject))
    assert message is not None
    return message


@pytest.fixture
def zoe(box: Account) -> Contact:
    return writes(box, "zoe@work.example", "Printer").ticket.contact


@pytest.fixture
def zo(box: Account) -> Contact:
    return writes(box, "zo@home.example", "Invoice").ticket.contact


def subjects(contact: Contact) -> list[str]:
    return sorted(contact.tickets.values_list("subject", flat=True))


def addresses(contact: Contact) -> list[str]:
    return sorted(contact.addresses.values_list("address", flat=True))


def test_joined_contacts_have_all_addresses_and_tickets_and_new_mail_comes_to_who_is_left(
    zoe: Contact, zo: Contact, box: Account, ann: Agent
) -> None:
    join(zo, zoe, ann, "She said so on the phone.")
    zo.refresh_from_db()
    assert (zo.joined_into, zo.removed_at is None) == (zoe, False)
    assert addresses(zoe) == ["zo@home.example", "zoe@work.example"]
    assert writes(box, "zo@home.example", "Delivery").ticket.contact == zoe
    assert subjects(zoe) == ["Delivery", "Invoice", "Printer"]
    assert [(e.kind, e.by) for e in ContactEvent.objects.order_by("pk")] == [("joined", ann), ("joined-into", ann)]


def test_undone_everybody_has_what_was_theirs_and_what_came_since_by_the_address_used(
    zoe: Contact, zo: Contact, box: Account, ann: Agent
) -> None:
    note_about(zo, "Prefers the phone.", ann)
    join(zo, zoe, ann, "the same name")
    of_zo = writes(box, "zo@home.example", "Delivery")
    of_zoe = writes(box, "zoe@work.example", "Toner")
    answered = reply(of_zo.ticket, "It is on its way.", ann, to=[{"name": "", "address": "zo@home.example"}])
    begun = start(box, "Your invoice", "Here it is.", ann, to=[{"name": "", "address": "zo@home.example"}])
    note_about(zoe, "Needs toner often.", ann)
    unjoin(zo, ann, "Zo is her sister.")
    for row in (zo, zoe, of_zo, of_zoe, answered, begun):
        row.refresh_from_db()
    assert (zo.joined_into, zo.removed_at, zo.name) == (None, None, "Zo")
    assert (addresses(zo), addresses(zoe)) == (["zo@home.example"], ["zoe@work.example"])
    assert subjects(zo) == ["Delivery", "Invoice", "Your invoice"]
    assert subjects(zoe) == ["Printer", "Toner"]
    assert (of_zo.contact, answered.contact, begun.contact, of_zoe.contact) == (zo, zo, zo, zoe)
    notes = ContactEvent.objects.filter(kind="note").order_by("pk")
    assert [(one.contact, one.entry.fields["text"]) for one in notes] == [
        (zo, "Prefers the phone."),
        (zoe, "Needs toner often."),
    ]
    assert not Address.objects.exclude(origin=None).exists()
    assert not Ticket.objects.exclude(origin=None).exists()
    assert desk.rebuilt_differences() == []


def test_of_three_that_were_joined_one_after_the_other_each_undo_takes_apart_what_its_join_had_brought(
    zoe: Contact, zo: Contact, box: Account, ann: Agent
) -> None:
    zz = writes(box, "zz@chat.example", "Chat").ticket.contact
    join(zz, zo, ann, "one")
    join(zo, zoe, ann, "two")
    unjoin(zo, ann, "not two")
    assert (subjects(zo), subjects(zoe)) == (["Chat", "Invoice"], ["Printer"])
    assert list(zo.joined.all()) == [zz]
    join(zo, zoe, ann, "two again")
    unjoin(zz, ann, "not one")
    assert (addresses(zz), addresses(zoe)) == (["zz@chat.example"], ["zo@home.example", "zoe@work.example"])
    unjoin(zo, ann, "not two either")
    assert (subjects(zz), subjects(zo), subjects(zoe)) == (["Chat"], ["Invoice"], ["Printer"])
    assert desk.rebuilt_differences() == []


def test_a_join_needs_two_people_who_are_there_and_a_reason_or_a_proof(zoe: Contact, zo: Contact, ann: Agent) -> None:
    for wrong in (lambda: join(zo, zoe, ann, " "), lambda: join(zoe, zoe, ann, "x"), lambda: join(zo, zoe, None, "x")):
        with pytest.raises(NotAllowed):
            wrong()
    join(zo, zoe, None, "", proof="What was sent to zo@home.example was used at zoe@work.example.")
    for wrong in (
        lambda: join(zo, zoe, ann, "again"),
        lambda: edit_contact(zo, ann, name="Z", language=""),
        lambda: erase_contact(zo, ann, "asked"),
        lambda: unjoin(zoe, ann, "x"),
    ):
        with pytest.raises(NotAllowed):
            wrong()


def test_a_hold_on_one_holds_the_whole_person(zoe: Contact, zo: Contact, box: Account, ann: Agent) -> None:
    hold_contact(zo, "a court asks for it", ann)
    join(zo, zoe, ann, "the same")
    mine = Ticket.objects.get(subject="Printer")
    with pytest.raises(Held, match="a court asks for it"):
        erase_contact(zoe, ann, "asked")
    with pytest.raises(Held, match="a court asks for it"):
        erase_tickets([mine], None, "over")
    box.retention_days = 1
    old = Ticket.objects.filter(pk=mine.pk)
    old.update(state="solved", last_message_at=desk.NOW, updated_at=desk.NOW)
    assert not overdue(box, mine.last_message_at).exists()
    unjoin(zo, ann, "not the same")
    assert list(overdue(box, mine.last_message_at)) == list(old)
    erase_contact(zoe, ann, "asked")


def test_an_erasure_reaches_names_notes_and_mail_of_everybody_who_was_joined(
    zoe: Contact, zo: Contact, box: Account, ann: Agent
) -> None:
    max_ = writes(box, "max@work.example", "Desk").ticket.contact
    note_about(zo, "Zo is allergic to wool.", ann)
    note_about(max_, "Max is the boss of Zoe and of nobody else.", ann)
    add_address(zoe, "zoe@private.example", ann, "she told me her private one")
    edit_contact(zo, ann, name="Zora Reed", language="de")
    join(zo, zoe, ann, "Zora is Zoe")
    erase_contact(zoe, ann, "They asked for it.")
    desk.settle()
    zo.refresh_from_db()
    assert (zo.name, zo.language, Address.objects.filter(contact__in=zoe.selves).count()) == ("", "", 0)
    record = b"".join(read.whole(entry) for entry in Entry.objects.order_by("number"))
    for word in (b"Zoe", b"Zora", b"wool", b"home.example", b"private"):
        assert word not in record
    assert b"Max is the boss of (erased) and of nobody else." in record
    assert desk.rebuilt_differences() == []


def test_an_added_address_is_unproven_with_author_and_reason_until_they_write_from_it(
    zoe: Contact, box: Account, ann: Agent
) -> None:
    add_address(zoe, "Zoe@Private.example", ann, "she read it out to me")
    added = Address.objects.get(address="zoe@private.example")
    assert (added.contact, added.proven, added.proof) == (zoe, False, "Ann Admin: she read it out to me")
    assert writes(box, "zoe@private.example", "Hello").ticket.contact == zoe
    added.refresh_from_db()
    assert (added.proven, added.proof) == (True, "They wrote from it.")
    with pytest.raises(NotAllowed):
        drop_address(zoe, "zoe@private.example", ann)
    assert desk.rebuilt_differences() == []


def test_an_address_that_was_added_by_mistake_is_taken_back(zoe: Contact, zo: Contact, ann: Agent) -> None:
    add_address(zoe, "zeo@work.example", ann, "typed wrong")
    drop_address(zoe, "zeo@work.example", ann)
    assert addresses(zoe) == ["zoe@work.example"]
    with pytest.raises(NotAllowed):
        drop_address(zoe, "zoe@work.example", ann)


@pytest.mark.parametrize("typed", ["", "no address", "zo@home.example", "zoe@work.example"])
def test_what_is_no_address_or_somebodys_already_is_not_added(
    typed: str, zoe: Contact, zo: Contact, ann: Agent
) -> None:
    with pytest.raises(NotAllowed):
        add_address(zoe, typed, ann, "because")
    assert Address.objects.count() == 2


def test_a_join_costs_as_many_queries_with_many_tickets_as_with_one(
    zoe: Contact, zo: Contact, box: Account, ann: Agent, django_assert_max_num_queries: Callable[[int], object]
) -> None:
    for number in range(6):
        writes(box, "zo@home.example", f"Matter {number}")
    with django_assert_max_num_queries(30):
        join(zo, zoe, ann, "the same")
    for number in range(6):
        writes(box, "zo@home.example", f"Later matter {number}")
    with django_assert_max_num_queries(40):
        unjoin(zo, ann, "not the same")
    assert zo.tickets.count() == 13
