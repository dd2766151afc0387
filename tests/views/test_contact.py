"""A person's screen: notes, name, addresses, tickets, joining and its undoing; for whoever may see a ticket of theirs."""

from collections.abc import Callable
from io import BytesIO
from typing import Any
from zipfile import ZipFile

import pytest
from django.test import Client
from django.urls import reverse

from tests.flows.desk import arrive, mail, mailbox
from tickets.actions.contact import note_about
from tickets.actions.join import join
from tickets.models import Account, Agent, Contact, Role, Team, Ticket, new_id
from tickets.record.export.mails import Tally
from tickets.views.answer import Person, answer

pytestmark = pytest.mark.django_db
Enter = Callable[[Agent], Client]


def at(name: str, contact: Contact) -> str:
    return reverse(f"tickets:contact-{name}", args=[contact.public_id])


def form(**fields: str) -> dict[str, str]:
    return {"key": new_id(26)} | fields


@pytest.fixture
def zoe(ticket: Ticket) -> Contact:
    return ticket.contact


@pytest.fixture
def zora(support: Account) -> Contact:
    found = arrive(
        support, mail("My invoice, please.", sender="zora@home.example", name="Zora Reed", subject="Invoice")
    )
    assert found is not None
    return found.ticket.contact


def test_an_agent_notes_something_and_colleagues_see_it_beside_the_conversation(
    ticket: Ticket, zoe: Contact, ben: Agent, enter: Enter
) -> None:
    browser = enter(ben)
    assert browser.post(at("note", zoe), form(text="Deaf in one ear:\n<b>write</b>, do not call.")).status_code == 302
    for url in (at("show", zoe), reverse("tickets:ticket-show", args=[ticket.number])):
        page = browser.get(url).content.decode()
        assert "Deaf in one ear:" in page
        assert "&lt;b&gt;write" in page
        assert "Ben Agent" in page


def test_the_same_press_keeps_one_note(zoe: Contact, ben: Agent, enter: Enter) -> None:
    browser, pressed = enter(ben), form(text="Once.")
    for _ in range(2):
        browser.post(at("note", zoe), pressed)
    assert zoe.events.count() == 1


def test_name_and_language_are_edited_and_the_page_says_by_whom(zoe: Contact, ben: Agent, enter: Enter) -> None:
    browser = enter(ben)
    browser.post(at("edit", zoe), form(name="Zoë Reed", language="uk"))
    zoe.refresh_from_db()
    assert (zoe.name, zoe.language) == ("Zoë Reed", "uk")
    assert "Ben Agent changed the name from Zoe Customer to Zoë Reed" in browser.get(at("show", zoe)).content.decode()


def test_an_address_is_added_with_a_reason_and_taken_back(zoe: Contact, ben: Agent, enter: Enter) -> None:
    browser = enter(ben)
    browser.post(at("address-add", zoe), form(address="zoe@private.example", reason="She read it out."))
    page = browser.get(at("show", zoe)).content.decode()
    assert "Ben Agent: She read it out." in page
    assert "unproven" in page
    browser.post(at("address-drop", zoe), form(address="zoe@private.example"))
    assert [one.address for one in zoe.addresses.all()] == ["zoe@customer.example"]


def test_a_refusal_says_why_and_what_to_do(zoe: Contact, zora: Contact, ben: Agent, enter: Enter) -> None:
    browser = enter(ben)
    said = browser.post(at("address-add", zoe), form(address="zora@home.example", reason="hers"), follow=True)
    assert "If both are one person, join them." in said.content.decode()


def test_the_other_contact_is_found_seen_beside_this_one_joined_and_parted_again(
    zoe: Contact, zora: Contact, ben: Agent, enter: Enter
) -> None:
    browser = enter(ben)
    found = browser.get(at("join", zoe), {"q": "zora@home"}).content.decode()
    assert f"?with={zora.public_id}" in found
    beside = browser.get(at("join", zoe), {"with": zora.public_id}).content.decode()
    assert all(words in beside for words in ("Printer", "Invoice", "zoe@customer.example", "zora@home.example"))
    values = form(other=zora.public_id, into=zoe.public_id, reason="She told me.")
    page = browser.post(at("join-do", zoe), values, follow=True).content.decode()
    assert "Invoice" in page
    assert "joined Zora Reed into Zoe Customer — She told me." in page
    assert browser.get(at("show", zora)).headers["Location"] == at("show", zoe)
    browser.post(at("unjoin", zoe), form(joined=zora.public_id, reason="Two sisters."))
    assert "Invoice" not in browser.get(at("show", zoe)).content.decode()
    assert "Invoice" in browser.get(at("show", zora)).content.decode()


def test_a_person_whose_tickets_one_may_not_see_is_not_there(zoe: Contact, ben: Agent, enter: Enter) -> None:
    board = mailbox("board@desk.example", team=Team.objects.create(name="Board"))
    secret = arrive(board, mail("Hush", sender="spy@east.example", to="board@desk.example", subject="Secret plan"))
    both = arrive(board, mail("Hush", to="board@desk.example", subject="Hidden matter"))
    assert secret is not None
    assert both is not None
    browser, spy = enter(ben), secret.ticket.contact
    assert browser.get(at("show", spy)).status_code == 404
    assert browser.get(at("join", zoe), {"with": spy.public_id}).status_code == 404
    assert "?with=" not in browser.get(at("join", zoe), {"q": "spy@east.example"}).content.decode()
    values = form(other=spy.public_id, into=zoe.public_id, reason="x")
    assert browser.post(at("join-do", zoe), values).status_code == 404
    assert "Hidden matter" not in browser.get(at("show", zoe)).content.decode()


def test_a_manager_reads_and_changes_nothing(
    zoe: Contact, zora: Contact, make_agent: Callable[..., Agent], enter: Enter
) -> None:
    browser = enter(make_agent("Mia Manager", Role.MANAGER))
    page = browser.get(at("show", zoe))
    assert page.status_code == 200
    assert "Keep the note" not in page.content.decode()
    for name in ("edit", "note", "address-add", "address-drop", "join-do", "unjoin"):
        assert browser.post(at(name, zoe), form(text="x", name="x", other=zora.public_id)).status_code == 403


def test_the_answer_to_the_person_holds_the_notes_unless_they_are_left_out(
    zoe: Contact, zora: Contact, ben: Agent
) -> None:
    note_about(zora, "Wears a blue hat.", ben)
    join(zora, zoe, ben, "one person")
    for with_notes in (True, False):
        raw = b"".join(answer(Person(zoe, with_notes=with_notes), Tally()))
        index = unzipped(raw)["index.html"].decode()
        assert ("Wears a blue hat." in index) == with_notes
        assert "joined Zora Reed into Zoe Customer" in index
        assert "Invoice" in index


def unzipped(raw: bytes) -> dict[str, bytes]:
    with ZipFile(BytesIO(raw)) as file:
        return {name: file.read(name) for name in file.namelist()}


def test_the_page_asks_as_much_for_many_tickets_and_notes_as_for_few(
    support: Account, zoe: Contact, ben: Agent, enter: Enter, django_assert_max_num_queries: Any
) -> None:
    for number in range(35):
        arrive(support, mail(f"Again {number}", subject=f"Matter {number}"))
        note_about(zoe, f"Note {number}", ben)
    browser = enter(ben)
    with django_assert_max_num_queries(28):
        page = browser.get(at("show", zoe)).content.decode()
    assert page.count('class="other-ticket"') == 30
    assert page.count('class="person-note"') == 30
    older = browser.get(at("show", zoe), {"history": 2}).content.decode()
    assert "Note 4" in older
    assert "Note 34" not in older
