"""Export on the screen: administrators alone, streamed, and the answer to a person who asks."""

import re
import zipfile
from collections.abc import Callable
from io import BytesIO
from typing import Any

import pytest
from asgiref.sync import async_to_sync
from django.test import AsyncRequestFactory, Client
from django.utils import timezone

from tests.flows.desk import arrive, mail, settle
from tickets.actions.change import set_status
from tickets.actions.note import note
from tickets.actions.reply import recipients, reply
from tickets.mime.build import File
from tickets.models import Account, Agent, Contact, InboxItem, Message
from tickets.record.store import store
from tickets.views.export import download


@pytest.fixture
def talk(support: Account, ann: Agent) -> Message:
    """Zoe asks with a file, Ann answers, writes a note and solves it; Max, who is asked too, wrote of his own as well."""
    file = File("../Rechnung für März.pdf", "application/pdf", b"%PDF-1.4 invoice")
    found = arrive(support, mail("<b>It</b> does not work.", files=(file,)))
    assert found is not None
    ticket = found.ticket
    to, cc = recipients(ticket)
    reply(ticket, "Try again.", ann, to=to, cc=[*cc, {"name": "Max", "address": "max@customer.example"}])
    note(ticket, "She is patient.", ann)
    set_status(ticket, "solved", ann, reason="It works now.")
    arrive(support, mail("My own secret.", sender="max@customer.example", name="Max", subject="Parcel"))
    settle()
    return found


def body(response: Any) -> bytes:
    assert response.status_code == 200, response.content
    return b"".join(response.streaming_content)


def answer_of(client: Client, contact: Contact, query: str = "") -> zipfile.ZipFile:
    response = client.get(f"/contacts/{contact.public_id}/answer.zip{query}")
    assert "attachment" in response["Content-Disposition"]
    return zipfile.ZipFile(BytesIO(body(response)))


def test_a_ticket_is_downloaded_from_its_page_as_an_mbox(
    talk: Message, ann: Agent, enter: Callable[..., Client]
) -> None:
    page = enter(ann).get(f"/tickets/{talk.ticket.number}/").content.decode()
    link = re.search(r'href="(/export/download\?[^"]+)"', page)
    assert link
    content = body(enter(ann).get(link[1].replace("&amp;", "&")))
    assert content.startswith(b"From zoe@customer.example ")
    assert b"Try again." in content
    assert b"My own secret." not in content


def test_the_page_offers_formats_and_choices_and_says_what_is_wrong(
    talk: Message, ann: Agent, enter: Callable[..., Client]
) -> None:
    page = enter(ann).get("/export/").content.decode()
    for name in ("format", "ticket", "contact", "since", "until", "with_trace"):
        assert f'name="{name}"' in page
    wrong = enter(ann).get("/export/download?format=mbox&ticket=99")
    assert wrong.status_code == 422
    assert "There is no such ticket." in wrong.content.decode()
    content = body(enter(ann).get("/export/download?format=zip&contact=max@customer.example&since=2020-01-01"))
    with zipfile.ZipFile(BytesIO(content)) as archive:
        assert any(b"My own secret." in archive.read(name) for name in archive.namelist())


def test_only_administrators_export(talk: Message, ben: Agent, enter: Callable[..., Client]) -> None:
    contact = talk.ticket.contact
    for url in ("/export/", "/export/download?format=mbox", f"/contacts/{contact.public_id}/answer.zip"):
        assert enter(ben).get(url).status_code == 403
    assert "answer.zip" not in enter(ben).get(f"/tickets/{talk.ticket.number}/").content.decode()


def test_the_answer_tells_who_which_addresses_what_was_said_and_why(
    talk: Message, ann: Agent, enter: Callable[..., Client]
) -> None:
    archive = answer_of(enter(ann), talk.ticket.contact)
    page = archive.read("index.html").decode()
    for words in (
        "Zoe Customer",
        "zoe@customer.example",
        "They wrote from it.",
        "&lt;b&gt;It&lt;/b&gt; does not work.",
        "A new ticket: nothing in this mail refers to one.",
        "Try again.",
        "internal note, never sent",
        "She is patient.",
        "set it to solved",
        "It works now.",
        "Delivery",
        "How long it is kept",
        "Kept without a fixed end.",
    ):
        assert words in page, words
    assert "My own secret." not in page
    assert not re.search(r'(src|href)="(https?:)?//|<script|@import|url\(', page)


def test_every_link_of_the_answer_leads_to_a_file_with_a_safe_name(
    talk: Message, ann: Agent, enter: Callable[..., Client]
) -> None:
    archive = answer_of(enter(ann), talk.ticket.contact)
    links = set(re.findall(r'href="((?:mails|files)/[^"]+)"', archive.read("index.html").decode()))
    assert links == set(archive.namelist()) - {"index.html"}
    assert (
        len([name for name in links if name.startswith("mails/")]) == 4
    )  # hers, the acknowledgement, the answer, the note
    files = [name for name in links if name.startswith("files/")]
    assert [archive.read(name) for name in files] == [b"%PDF-1.4 invoice"]
    assert all(re.fullmatch(r"files/[A-Za-z0-9._-]+\.pdf", name) for name in files)


def test_notes_are_left_out_when_that_is_asked_for(talk: Message, ann: Agent, enter: Callable[..., Client]) -> None:
    archive = answer_of(enter(ann), talk.ticket.contact, "?notes=0")
    everything = b"".join(archive.read(name) for name in archive.namelist())
    assert b"She is patient." not in everything
    assert b"notes of the people who work here were left out" in everything


def test_of_anothers_conversation_one_gets_what_was_written_to_one(
    talk: Message, ann: Agent, enter: Callable[..., Client]
) -> None:
    archive = answer_of(enter(ann), Contact.objects.get(name="Max"))
    page = archive.read("index.html").decode()
    assert "My own secret." in page
    assert "Try again." in page
    assert "does not work" not in page
    assert "She is patient." not in page
    assert "another person’s conversation" in page


def test_the_answer_is_in_the_persons_language_where_it_is_spoken(
    talk: Message, ann: Agent, enter: Callable[..., Client]
) -> None:
    Contact.objects.update(language="ar-EG")
    page = answer_of(enter(ann), talk.ticket.contact).read("index.html").decode()
    assert '<html lang="ar" dir="rtl">' in page
    Contact.objects.update(language="tlh")
    assert '<html lang="en" dir="ltr">' in answer_of(enter(ann), talk.ticket.contact).read("index.html").decode()


def test_what_is_lost_is_listed_in_the_answer(talk: Message, ann: Agent, enter: Callable[..., Client]) -> None:
    talk.entry.refresh_from_db()
    store().remove(talk.entry.path)
    archive = answer_of(enter(ann), talk.ticket.contact)
    assert talk.public_id in archive.read("missing.txt").decode()


def test_mail_set_aside_that_is_gone_meanwhile_is_listed_and_ends_no_answer(
    talk: Message, ann: Agent, enter: Callable[..., Client]
) -> None:
    InboxItem.objects.create(
        account=talk.account,
        key="k",
        source="smtp",
        state="parked",
        reason="It cannot be read.",
        spool="f" * 64,
        size=3,
        envelope={"from": "zoe@customer.example"},
        received_at=timezone.now(),
    )
    archive = answer_of(enter(ann), talk.ticket.contact)
    assert "set-aside" in archive.read("missing.txt").decode()
    assert archive.testzip() is None


def test_under_asgi_it_is_sent_piece_by_piece(talk: Message, ann: Agent) -> None:
    request = AsyncRequestFactory().get("/export/download?format=mbox")
    request.user = ann
    response = download(request)
    assert response.is_async

    async def gather() -> bytes:
        return b"".join([piece async for piece in response.streaming_content])

    assert b"Try again." in async_to_sync(gather)()


def test_the_answers_queries_do_not_grow_with_the_messages(
    talk: Message, ann: Agent, enter: Callable[..., Client], django_assert_max_num_queries: Any
) -> None:
    for number in range(10):
        arrive(talk.account, mail(f"Again {number}", answers=talk.message_id))
    settle()
    client = enter(ann)
    with django_assert_max_num_queries(40):
        archive = answer_of(client, talk.ticket.contact)
    assert len(archive.namelist()) == 1 + 4 + 10 + 1
