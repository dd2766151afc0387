"""Write to us: a page that a firm can publish. Its message is mail like any other, and the chats behind it can change."""

from typing import Any

import pytest
from django.conf import settings as settings_
from django.core.cache import cache
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from tests.flows import desk
from tests.flows.desk import rebuilt_differences
from tickets.actions.accounts import add_account, change_account
from tickets.channels import open_channel
from tickets.inbox.process import process_all
from tickets.mime.parse import parse
from tickets.models import Account, Address, Delivery, Entry, Health, InboxItem, Message, Ticket
from tickets.record import read
from tickets.views.write_to_us import WORDS

pytestmark = pytest.mark.django_db


@pytest.fixture
def box(transactional_db: None) -> Account:
    """A mailbox whose page is open."""
    cache.clear()
    return desk.mailbox(config={"contact_page": "yes", "sites": "https://shop.example"})


def write(box: Account, **more: Any) -> Any:
    """Fill in the form and press the button, as a browser without a script does it."""
    page = Client().get(f"/contact/{box.public_id}/").content.decode()
    key = page.partition('name="key" value="')[2].partition('"')[0]
    typed = {"key": key, "name": "Zoe Hart", "email": "zoe@customer.example", "text": "Is the red kettle in stock?"}
    answer = Client().post(f"/contact/{box.public_id}/", typed | more)
    process_all()
    return answer


def test_what_is_written_there_is_a_mail_like_any_other_and_is_acknowledged(box: Account) -> None:
    answer = write(box, files=[SimpleUploadedFile("list.txt", b"one kettle")])
    assert "Your message has come in, and we answer to zoe@customer.example." in answer.content.decode()
    message = Message.objects.get(direction="in")
    assert (message.channel, message.from_name, message.from_address) == ("email", "Zoe Hart", "zoe@customer.example")
    assert (message.ticket.subject, message.text) == ("Is the red kettle in stock?", "Is the red kettle in stock?")
    assert [file.filename for file in message.attachments.all()] == ["list.txt"]
    assert parse(read.original(message.entry)).to[0].address == box.address
    desk.settle()
    assert Delivery.objects.get().recipient == "zoe@customer.example"
    assert rebuilt_differences() == []


def test_the_same_form_sent_twice_is_one_message(box: Account) -> None:
    for _twice in range(2):
        assert write(box, key="a" * 26).status_code == 200
    assert Ticket.objects.count() == 1
    assert Entry.objects.filter(kind="received").count() == 1


@pytest.mark.parametrize(
    ("typed", "why"),
    [
        ({"email": "zoe"}, "Enter an email address to which we can answer."),
        ({"email": "zoe@a.example, max@b.example"}, "Enter an email address to which we can answer."),
        ({"email": "zoe@a.example\r\nBcc: max@b.example"}, "Enter an email address to which we can answer."),
        ({"text": ""}, "Write something, or add a file."),
    ],
)
def test_what_is_not_taken_is_explained_and_nothing_that_was_typed_is_lost(
    typed: dict[str, str], why: str, box: Account
) -> None:
    answer = write(box, **{"text": "My words", **typed})
    assert answer.status_code == 422
    assert why in answer.content.decode()
    assert typed.get("text", "My words") in answer.content.decode()
    assert "Zoe Hart" in answer.content.decode()
    assert InboxItem.objects.count() == 0


def test_too_many_from_one_network_wait_with_their_words(box: Account) -> None:
    answers = [write(box, email=f"zoe{number}@customer.example") for number in range(11)]
    assert [answer.status_code for answer in answers] == [200] * 10 + [422]
    assert "Many messages came from your network. Your text is kept below: send it in" in answers[-1].content.decode()
    assert "Is the red kettle in stock?" in answers[-1].content.decode()


def test_nobodys_mailbox_is_filled_with_our_acknowledgements(box: Account) -> None:
    statuses = []
    for number in range(11):
        client = Client(REMOTE_ADDR=f"192.0.2.{number}")
        typed = {"email": "victim@customer.example", "text": f"Line {number}"}
        statuses.append(client.post(f"/contact/{box.public_id}/", typed).status_code)
    assert statuses == [200] * 10 + [422]


def test_what_a_machine_fills_in_is_held_as_spam_and_shown(box: Account) -> None:
    assert write(box, website="https://gold.example").status_code == 200
    assert Ticket.objects.get().spam == "border"


def test_it_proves_nothing_and_shows_nothing_of_whose_address_is_typed(box: Account) -> None:
    desk.arrive(box, desk.mail("An old secret", sender="zoe@customer.example"))
    answer = write(box)
    assert "secret" not in answer.content.decode()
    assert Message.objects.get(text="Is the red kettle in stock?").verified == "unknown"
    assert Address.objects.count() == 1


def test_it_leads_to_the_chats_that_work_and_the_vendors_behind_it_can_change(box: Account) -> None:
    chat = add_account("webchat", "Shop", "chat")
    open_channel(chat).connect()
    link = f"{settings_.SITE_URL}/chat/{chat.public_id}/"
    assert link in Client().get(f"/contact/{box.public_id}/").content.decode()
    chat.note_health(Health.CUT_OFF, "closed")
    assert link not in Client().get(f"/contact/{box.public_id}/").content.decode()


def test_it_stands_in_a_frame_on_the_websites_that_are_named(box: Account) -> None:
    page = Client().get(f"/contact/{box.public_id}/")
    assert "frame-ancestors 'self' https://shop.example" in page.headers["Content-Security-Policy"]
    assert "X-Frame-Options" not in page
    assert not page.cookies


def test_a_mailbox_has_no_page_until_somebody_opens_it(box: Account) -> None:
    change_account(box, None, config={})
    page = Client().get(f"/contact/{box.public_id}/")
    assert page.status_code == 404
    assert "This page is not there" in page.content.decode()
    assert write(box).status_code == 404
    assert InboxItem.objects.count() == 0


def test_the_mailboxs_screen_says_where_its_page_is(box: Account) -> None:
    assert open_channel(box).way_out().endswith(f" · its contact page: {settings_.SITE_URL}/contact/{box.public_id}/")
    change_account(box, None, config={})
    assert "contact page" not in open_channel(box).way_out()


def test_it_speaks_the_customers_language(box: Account) -> None:
    page = Client().get(f"/contact/{box.public_id}/", headers={"Accept-Language": "de"}).content.decode()
    assert "Schreiben Sie uns" in page
    assert all(words.keys() == WORDS["en"].keys() for words in WORDS.values())
