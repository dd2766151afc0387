"""Erasing and holding on the screens: for administrators, with a reason, and a report of what could not be reached."""

from collections.abc import Callable
from typing import Any

import pytest
from django.core.management import call_command
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from tests.flows import desk
from tickets.actions.accounts import change_account
from tickets.actions.erasing import erase_contact
from tickets.actions.erasure_report import report
from tickets.actions.reply import recipients
from tickets.models import Account, Agent, Contact, InboxItem, Message, Ticket, new_id
from tickets.record.erase import carry_out

pytestmark = pytest.mark.django_db(transaction=True)
Enter = Callable[[Agent], Client]


def form(**fields: Any) -> dict[str, Any]:
    return {"key": new_id(26), "quotes": "cut", "reason": "She asked for it."} | fields


def test_an_administrator_erases_a_person_and_reads_the_report(ticket: Ticket, ann: Agent, enter: Enter) -> None:
    browser, contact = enter(ann), ticket.contact
    page = browser.get(reverse("tickets:contact-erase", args=[contact.public_id])).content.decode()
    assert "zoe@customer.example" in page
    answer = browser.post(reverse("tickets:contact-erase", args=[contact.public_id]), form())
    assert answer.status_code == 302
    desk.settle()
    report = browser.get(answer.headers["Location"]).content.decode()
    assert "She asked for it." in report
    assert "Ann Admin" in report
    assert "Backups made before" in report
    assert "It does not work." not in browser.get(f"/tickets/{ticket.number}/").content.decode()
    assert "erased on" in browser.get(f"/tickets/{ticket.number}/").content.decode()
    assert recipients(ticket) == ([], []), "nobody is offered as a recipient"
    assert "She asked for it." in browser.get(reverse("tickets:erasure-list")).content.decode()


def test_the_report_names_what_could_not_be_read_and_so_not_be_looked_through(
    ticket: Ticket, ann: Agent, support: Account
) -> None:
    fields = {"source": "smtp", "spool": "f" * 64, "size": 3, "received_at": timezone.now()}
    InboxItem.objects.create(account=support, key="k", state="parked", reason="It cannot be read.", **fields)
    found = report(erase_contact(ticket.contact, ann, "She asked for it."))
    assert found is not None
    assert any(words.startswith("1 arrival is parked") for words in found.unreached)


def test_the_same_press_erases_once_and_a_second_one_is_told(ticket: Ticket, ann: Agent, enter: Enter) -> None:
    browser, url = enter(ann), reverse("tickets:contact-erase", args=[ticket.contact.public_id])
    press = form()
    first = browser.post(url, press)
    assert browser.post(url, press).headers["Location"] == first.headers["Location"]
    again = browser.post(url, form())
    assert again.status_code == 422
    assert "erased already" in again.content.decode()


def test_without_a_reason_nothing_is_erased(ticket: Ticket, ann: Agent, enter: Enter) -> None:
    url = reverse("tickets:contact-erase", args=[ticket.contact.public_id])
    assert enter(ann).post(url, form(reason="")).status_code == 422
    assert Message.objects.get().text.startswith("It does not work.")


def test_a_held_person_cannot_be_erased_and_the_page_says_why(ticket: Ticket, ann: Agent, enter: Enter) -> None:
    browser, public_id = enter(ann), ticket.contact.public_id
    browser.post(reverse("tickets:contact-hold", args=[public_id]), form(reason="The insurer asks for it"))
    answer = browser.post(reverse("tickets:contact-erase", args=[public_id]), form())
    assert answer.status_code == 422
    assert "The insurer asks for it" in answer.content.decode()
    browser.post(reverse("tickets:contact-hold", args=[public_id]), form(reason=""))
    assert Contact.objects.get().hold == ""


def test_a_ticket_is_held_and_released_from_its_head(ticket: Ticket, ann: Agent, enter: Enter) -> None:
    browser = enter(ann)
    browser.post(reverse("tickets:ticket-hold", args=[ticket.number]), form(reason="Court of Ulm"))
    page = browser.get(f"/tickets/{ticket.number}/").content.decode()
    assert "Held, and not to be erased: Court of Ulm" in page
    assert "holds it: Court of Ulm" in page
    browser.post(reverse("tickets:ticket-hold", args=[ticket.number]), form(reason=""))
    assert Ticket.objects.get().hold == ""


def test_agents_who_do_not_administrate_may_not_erase_or_hold(ticket: Ticket, ben: Agent, enter: Enter) -> None:
    browser, public_id = enter(ben), ticket.contact.public_id
    for url in (
        reverse("tickets:contact-erase", args=[public_id]),
        reverse("tickets:contact-hold", args=[public_id]),
        reverse("tickets:ticket-hold", args=[ticket.number]),
        reverse("tickets:erasure-list"),
    ):
        assert browser.post(url, form()).status_code in (403, 405)
    assert Message.objects.get().text.startswith("It does not work.")


def test_how_long_a_mailbox_keeps_resting_tickets_is_a_setting(support: Account, ann: Agent, enter: Enter) -> None:
    page = enter(ann).get(reverse("tickets:account-edit", args=[support.public_id])).content.decode()
    assert "retention_days" in page
    change_account(support, ann, retention_days=90)
    assert 'value="90"' in enter(ann).get(reverse("tickets:account-edit", args=[support.public_id])).content.decode()


def test_the_command_erases_and_says_what_it_could_not_reach(
    ticket: Ticket, ann: Agent, capsys: pytest.CaptureFixture[str]
) -> None:
    desk.settle()
    call_command("record", "erase", "zoe@customer.example", "--reason", "asked", "--by", ann.email, "--dry-run")
    assert "Nothing was changed." in capsys.readouterr().out
    call_command("record", "erase", "zoe@customer.example", "--reason", "asked", "--by", ann.email)
    said = capsys.readouterr().out
    assert "entries erased" in said
    assert "Not reached: Backups made before" in said
    assert carry_out() == 0, "the command has carried it out"
    assert not Message.objects.filter(text__contains="does not work").exists()
