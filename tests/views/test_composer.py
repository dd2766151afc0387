"""The reply box: drafts, sending once, taking back."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from tests.flows.desk import arrive, mail, settle
from tickets.actions import drafts
from tickets.models import Account, Agent, Draft, Message, Ticket

PART = {"X-Part": "1"}


def words(ticket: Ticket, **more: Any) -> dict[str, Any]:
    return {
        "key": "key-1",
        "kind": "reply",
        "to": "Zoe <zoe@customer.example>",
        "text": "We look at it.",
        "ticket": ticket.number,
    } | more


def send_all() -> None:
    Draft.objects.filter(state="scheduled").update(send_at=timezone.now() - timedelta(seconds=1))
    drafts.send_due()


def test_a_reply_waits_ten_seconds_and_goes_once(ticket: Ticket, ben: Agent, enter: Callable[..., Client]) -> None:
    client = enter(ben)
    for _ in range(2):
        page = client.post("/drafts/send/", words(ticket), headers=PART).content.decode()
        assert "data-undo-send" in page
    assert not Message.objects.filter(author=ben).exists()
    send_all()
    message = Message.objects.get(author=ben)
    assert (message.text.strip(), message.to) == (
        "We look at it.",
        [{"name": "Zoe", "address": "zoe@customer.example"}],
    )
    client.post("/drafts/send/", words(ticket), headers=PART)
    send_all()
    assert Message.objects.filter(author=ben).count() == 1


def test_undo_gives_back_text_files_and_recipients(ticket: Ticket, ben: Agent, enter: Callable[..., Client]) -> None:
    client = enter(ben)
    file = SimpleUploadedFile("map.txt", b"left, then right", "text/plain")
    client.post("/drafts/send/", words(ticket, cc="omar@customer.example", files=file), headers=PART)
    draft = Draft.objects.get()
    page = client.post(f"/drafts/{draft.public_id}/undo/", headers=PART).content.decode()
    assert "We look at it." in page
    assert "map.txt" in page
    assert "omar@customer.example" in page
    assert 'value="key-1"' in page
    send_all()
    assert not Message.objects.filter(author=ben).exists()


def test_what_is_written_is_still_there_after_the_page_was_closed(
    ticket: Ticket, ben: Agent, enter: Callable[..., Client]
) -> None:
    client = enter(ben)
    client.post("/drafts/save/", words(ticket, text="Half a sent"))
    assert "Half a sent" in client.get(f"/tickets/{ticket.number}/").content.decode()
    assert (
        "Half a sent"
        not in enter(Agent.objects.create_user("c@desk.example", name="C", created_at=timezone.now()))
        .get(f"/tickets/{ticket.number}/")
        .content.decode()
    )


def test_send_and_solve(ticket: Ticket, ben: Agent, enter: Callable[..., Client]) -> None:
    enter(ben).post("/drafts/send/", words(ticket, then_state="solved"))
    send_all()
    ticket.refresh_from_db()
    assert ticket.state == "solved"


def test_a_note_goes_to_nobody(ticket: Ticket, ben: Agent, enter: Callable[..., Client]) -> None:
    enter(ben).post("/drafts/send/", words(ticket, kind="note"))
    send_all()
    note = Message.objects.get(author=ben)
    assert (note.direction, note.deliveries.count()) == ("note", 0)


def test_an_agent_is_told_that_the_customer_wrote_meanwhile_and_decides(
    ticket: Ticket, message: Message, support: Account, ben: Agent, enter: Callable[..., Client]
) -> None:
    settle()
    client, seen = enter(ben), Message.objects.get(pk=message.pk).entry.number
    arrive(support, mail("It works now!", answers=message.message_id, subject="Re: Printer"))
    settle()
    page = client.post("/drafts/send/", words(ticket, seen=seen), headers=PART).content.decode()
    assert "wrote since you began" in page
    assert "We look at it." in page
    now = Message.objects.order_by("-entry__number").first()
    assert now
    assert "It works now!" in page
    assert "Send anyway" in page
    again = client.get(f"/tickets/{ticket.number}/").content.decode()
    assert "wrote since you began" in again, "whoever comes back finds it held"
    page = client.post("/drafts/send/", words(ticket, seen=seen, shown=now.entry.number), headers=PART).content.decode()
    assert "data-undo-send" in page


def test_a_held_reply_can_be_kept_as_a_draft(
    ticket: Ticket, message: Message, support: Account, ben: Agent, enter: Callable[..., Client]
) -> None:
    settle()
    client, seen = enter(ben), Message.objects.get(pk=message.pk).entry.number
    arrive(support, mail("It works now!", answers=message.message_id, subject="Re: Printer"))
    settle()
    client.post("/drafts/send/", words(ticket, seen=seen), headers=PART)
    shown = Message.objects.order_by("-entry__number")[0].entry.number
    page = client.post("/drafts/keep/", words(ticket, text="Good.", seen=seen, shown=shown), headers=PART)
    assert "Good." in page.content.decode()
    assert "wrote since you began" not in page.content.decode()
    assert "data-undo-send" in client.post("/drafts/send/", words(ticket, seen=shown), headers=PART).content.decode()


def test_a_wrong_address_is_named_and_the_words_are_kept(
    ticket: Ticket, ben: Agent, enter: Callable[..., Client]
) -> None:
    page = enter(ben).post("/drafts/send/", words(ticket, to="not an address"), headers=PART).content.decode()
    assert "is not an email address" in page
    assert "We look at it." in page


def test_a_new_message_makes_a_ticket(support: Account, ben: Agent, enter: Callable[..., Client]) -> None:
    client = enter(ben)
    data = {
        "key": "new-1",
        "kind": "new",
        "to": "una@customer.example",
        "subject": "Your bike is ready",
        "text": "Come by.",
    }
    client.post("/drafts/send/", data | {"mailbox": support.public_id})
    send_all()
    found = Ticket.objects.get()
    assert (found.subject, found.contact.addresses.get().address) == ("Your bike is ready", "una@customer.example")
    draft = Draft.objects.get()
    assert f'data-goto="/tickets/{found.number}/"' in client.get(f"/drafts/{draft.public_id}/").content.decode()


def test_a_file_is_taken_off_again(ticket: Ticket, ben: Agent, enter: Callable[..., Client]) -> None:
    client = enter(ben)
    page = client.post("/drafts/attach/", words(ticket, files=SimpleUploadedFile("a.txt", b"a")), headers=PART)
    assert "a.txt" in page.content.decode()
    file = Draft.objects.get().files.get()
    page = client.post(f"/drafts/files/{file.public_id}/remove/", headers=PART)
    assert "a.txt" not in page.content.decode()


def test_without_a_script_what_was_wrong_is_said_on_the_page_that_follows(
    ticket: Ticket, ben: Agent, enter: Callable[..., Client]
) -> None:
    page = enter(ben).post("/drafts/send/", words(ticket, text=" "), follow=True).content.decode()
    assert "There is nothing to send yet" in page


def test_enter_in_a_line_of_the_box_sends_and_does_nothing_else(
    ticket: Ticket, ben: Agent, enter: Callable[..., Client]
) -> None:
    page = enter(ben).get(f"/tickets/{ticket.number}/").content.decode()
    form = page[page.index('id="composer"') :]
    first = form[form.index("<button") :].partition(">")[0]
    assert 'name="then_state"' in first
    assert "formaction" not in first


def test_who_holds_the_question_back_loses_nothing_that_they_chose(
    ticket: Ticket, ben: Agent, enter: Callable[..., Client]
) -> None:
    chosen = words(ticket, text="", cc="lee@customer.example", to="other@customer.example")
    enter(ben).post(f"/tickets/{ticket.number}/ask/hold/", chosen, headers=PART)
    draft = Draft.objects.get()
    assert [box["address"] for box in draft.cc] == ["lee@customer.example"]
    assert [box["address"] for box in draft.to] == ["other@customer.example"]
