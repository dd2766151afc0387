"""The search screen: what was found, with the words marked, and what was not understood."""

from collections.abc import Callable

import pytest
from django.test import Client

from tests.flows.desk import arrive, mail, settle
from tickets.actions.merge import merge
from tickets.mime.build import File
from tickets.models import Account, Agent, Message
from tickets.search.highlight import excerpt, marked


@pytest.fixture
def look(ann: Agent, enter: Callable[[Agent], Client]) -> Callable[[str], str]:
    """look("words"): the page as Ann sees it."""
    client = enter(ann)
    return lambda typed: client.get("/search/", {"q": typed}).content.decode()


def test_the_words_found_are_marked_in_subject_text_and_name(support: Account, look: Callable[[str], str]) -> None:
    found = arrive(
        support, mail("A long story. " * 30 + "In the end the Größe is wrong.", subject="Größe 42", name="Zoe Große")
    )
    assert found is not None
    page = look("grosse")
    assert "<mark>Größe</mark> 42" in page
    assert "the end the <mark>Größe</mark> is wrong." in page
    assert "Zoe <mark>Große</mark>" in page
    assert f"/tickets/{found.ticket.number}/?q=grosse#message-{found.public_id}" in page


def test_a_find_in_a_file_name_an_address_or_far_down_is_shown_too(
    support: Account, look: Callable[[str], str]
) -> None:
    file = File("plan-final.pdf", "application/pdf", b"%PDF")
    arrive(support, mail("See there. " * 600 + "Pineapple.", files=(file,), cc="eve@hill.example"))
    assert "<mark>plan</mark>-final.pdf" in look("plan")
    assert "&lt;<mark>eve</mark>@hill.example&gt;" in look("to:eve")
    assert "<mark>Pineapple</mark>." in look("pineapple")


def test_a_ticket_opens_at_what_a_person_said_not_at_our_acknowledgement(
    message: Message, look: Callable[[str], str]
) -> None:
    settle()
    assert message.ticket.messages.filter(automatic=True, subject__contains="Printer").exists()
    assert f"#message-{message.public_id}" in look("printer")


def test_what_is_typed_is_shown_as_text(support: Account, look: Callable[[str], str]) -> None:
    arrive(support, mail("<script>alert(1)</script> alert"))
    page = look("<script>alert")
    assert "&lt;script&gt;" in page.lower()
    assert "<script>alert" not in page


def test_what_was_not_understood_stands_beside_what_was_found(message: Message, look: Callable[[str], str]) -> None:
    page = look("work before:soon")
    assert "“soon” is no date" in page
    assert f"#message-{message.public_id}" in page


def test_the_number_of_a_ticket_that_was_joined_leads_to_where_it_is(
    support: Account, message: Message, ann: Agent, look: Callable[[str], str]
) -> None:
    other = arrive(support, mail("Me too", sender="bob@x.example"))
    assert other is not None
    merge(other.ticket, message.ticket, ann)
    assert f"<b>#{message.ticket.number}</b>" in look(f"#{other.ticket.number}")


def test_a_ticket_opened_from_a_search_knows_what_to_mark(
    message: Message, ann: Agent, enter: Callable[[Agent], Client]
) -> None:
    page = (
        enter(ann).get(f"/tickets/{message.ticket.number}/", {"q": 'from:zoe "not work" -blue is:new'}).content.decode()
    )
    assert 'data-find="zoe\nnot work"' in page


def test_every_screen_says_how_to_search(message: Message, ann: Agent, enter: Callable[[Agent], Client]) -> None:
    for path in ("/lists/open/", "/reports/", f"/tickets/{message.ticket.number}/"):
        page = enter(ann).get(path).content.decode()
        assert 'popovertarget="search-help"' in page
        assert 'href="/search/?q=has:attachment"' in page


def test_marks_stand_where_the_letters_are_whatever_folding_does_to_them() -> None:
    assert marked("ﬁne, Straße; 修理中", [("strasse",), ("理", "中"), ("fin",)]) == [
        ("ﬁne", True), (", ", False), ("Straße", True), ("; 修", False), ("理中", True),
    ]  # fmt: skip
    assert excerpt("one two three", [("four",)]) == ([("one two three", False)], False)
    assert excerpt("", [("four",)]) == ([], False)
