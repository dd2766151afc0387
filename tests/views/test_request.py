"""Your request: what a customer sees, says and is told behind a signed link, and what nobody else learns from one."""

from collections.abc import Iterator
from datetime import timedelta
from string import ascii_lowercase
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from helpdesk.logs import WithoutLinks
from tests.flows import desk
from tickets.actions.change import set_subject
from tickets.actions.erasing import erase_tickets
from tickets.actions.merge import merge
from tickets.actions.note import note
from tickets.actions.reply import reply
from tickets.inbox.process import process_all
from tickets.mail.maildir import folder_of
from tickets.mail.request_line import ALWAYS, NEVER, SETTING
from tickets.mime import identifiers
from tickets.mime.parse import parse
from tickets.models import Account, Address, Agent, Delivery, Entry, InboxItem, Message, Ticket
from tickets.models.keys import KEY_ID, signing_key
from tickets.models.request_links import link_of
from tickets.record import read
from tickets.texts.languages import LANGUAGES
from tickets.views.request_words import WORDS

pytestmark = pytest.mark.django_db
ZOE = "zoe@customer.example"


@pytest.fixture(autouse=True)
def offered(settings: Any) -> None:
    """The helpdesk has a public address."""
    settings.REQUEST_LINKS, settings.SITE_URL = True, "https://help.example"


@pytest.fixture
def box(db: None) -> Account:
    return desk.mailbox()


@pytest.fixture
def asked(box: Account) -> Message:
    """Zoe asks, and is told that her mail came in, with a link."""
    message = desk.arrive(box, desk.mail("Does it print blue?", cc="max@customer.example"))
    desk.settle()
    assert message is not None
    return message


@pytest.fixture
def delivery(asked: Message) -> Delivery:
    return Delivery.objects.get(message__automatic=True)


def path_of(delivery: Delivery) -> str:
    return link_of(delivery).removeprefix("https://help.example")


def mails_sent(box: Account) -> list[bytes]:
    folder = folder_of(box) / "new"
    return [file.read_bytes() for file in sorted(folder.iterdir(), key=lambda one: one.stat().st_mtime_ns)]


def grow_old(delivery: Delivery, days: int = 31) -> None:
    Message.objects.filter(pk=delivery.message_id).update(at=timezone.now() - timedelta(days=days))


def test_the_acknowledgement_leads_to_the_request_and_the_record_hands_nothing_out(
    delivery: Delivery, box: Account
) -> None:
    [sent] = mails_sent(box)
    assert link_of(delivery) in parse(sent).text
    assert "Read this conversation and answer here (until" in parse(sent).text
    token = link_of(delivery).split("/")[-2].encode()
    record = b"".join(read.whole(entry) for entry in Entry.objects.order_by("number"))
    assert token not in record.replace(b"=\r\n", b"")
    assert b"/request/left-out" in record.replace(b"=\r\n", b"")


def test_the_page_shows_what_the_person_was_part_of_and_nothing_else(
    asked: Message, delivery: Delivery, box: Account, ann: Agent, client: Client
) -> None:
    ticket = asked.ticket
    note(ticket, "She is a difficult one.", ann)
    reply(
        ticket,
        "It prints blue.",
        ann,
        to=[{"name": "", "address": ZOE}],
        bcc=[{"name": "", "address": "boss@x.example"}],
    )
    reply(ticket, "For Max alone.", ann, to=[{"name": "", "address": "max@customer.example"}])
    aside = desk.mail("Max whispers.", sender="max@customer.example", answers=asked.message_id, cc="")
    desk.arrive(box, aside)
    set_subject(ticket, "Again the one who shouts", ann)
    response = client.get(path_of(delivery))
    page = response.content.decode()
    assert response.status_code == 200
    assert all(words in page for words in ("Does it print blue?", "It prints blue.", "z…@customer.example"))
    hidden = ("difficult", "shouts", "For Max alone", "Max whispers", "boss@", ann.name, ann.email, ZOE, "<script")
    assert [words for words in hidden if words in page] == []
    headers = (response["Cache-Control"], response["Referrer-Policy"], response["X-Robots-Tag"])
    assert headers == ("no-store", "no-referrer", "noindex, nofollow")
    assert not response.cookies


def test_an_answer_with_a_file_is_stored_first_and_joins_as_proven_by_the_link(
    asked: Message, delivery: Delivery, client: Client
) -> None:
    path, photo = path_of(delivery), SimpleUploadedFile("smoke.jpg", b"\xff\xd8\xff" + b"x" * 5000, "image/jpeg")
    typed = {"text": "It smokes now.\r\n\r\nПомогите!", "key": "made-by-the-browser", "files": [photo]}
    response = client.post(path, typed)
    assert (response.status_code, response["Location"]) == (303, f"{path}?sent=made-by-the-browser#sent")
    item = InboxItem.objects.get(source="request")
    assert item.state == "waiting"
    assert WORDS["en"]["sent_soon"] in client.get(response["Location"]).content.decode()
    process_all()
    answer = Message.objects.latest("pk")
    assert (answer.ticket, answer.from_address, answer.verified, answer.via) == (asked.ticket, ZOE, "pass", False)
    assert (answer.reply, answer.trust) == ("It smokes now.\n\nПомогите!", {"by": "link"})
    assert answer.reason == f"Written on the request page, by the link that was mailed to {ZOE}."
    assert [(one.filename, one.size) for one in answer.attachments.all()] == [("smoke.jpg", 5003)]
    page = client.get(response["Location"]).content.decode()
    file = reverse("tickets:request-file", args=[path.split("/")[2], answer.public_id, answer.attachments.get().part])
    assert "Помогите!" in page
    assert file in page
    assert WORDS["en"]["sent_soon"] not in page
    got = client.get(file)
    assert (got.content[:3], got["Content-Disposition"]) == (b"\xff\xd8\xff", 'attachment; filename="smoke.jpg"')


def test_the_same_press_twice_is_one_answer(delivery: Delivery, client: Client) -> None:
    for _ in range(2):
        client.post(path_of(delivery), {"text": "Once.", "key": "k"})
    process_all()
    assert Message.objects.filter(from_address=ZOE, reply="Once.").count() == 1


def test_an_answer_opens_a_closed_request_again(asked: Message, delivery: Delivery, client: Client) -> None:
    Ticket.objects.update(state="closed")
    assert WORDS["en"]["rests"] in client.get(path_of(delivery)).content.decode()
    client.post(path_of(delivery), {"text": "Still broken.", "key": "k"})
    process_all()
    assert Ticket.objects.get().state == "open"


def test_files_that_are_too_large_are_named_and_the_text_is_kept(
    delivery: Delivery, client: Client, settings: Any
) -> None:
    settings.REQUEST_MAX_BYTES = 200_000
    files = [SimpleUploadedFile("small.txt", b"x"), SimpleUploadedFile("film.mov", b"x" * 300_000)]
    response = client.post(path_of(delivery), {"text": "See <the> film.", "key": "k", "files": files})
    page = response.content.decode()
    assert response.status_code == 422
    assert "“film.mov” was not taken: all files together may have 200 kB." in page
    assert "See &lt;the&gt; film.</textarea>" in page
    assert not InboxItem.objects.filter(source="request").exists()


@pytest.mark.parametrize("typed", [{}, {"text": "  "}, {"text": "x" * 100_001}])
def test_what_cannot_be_taken_says_why(typed: dict[str, str], delivery: Delivery, client: Client) -> None:
    assert client.post(path_of(delivery), typed).status_code == 422
    assert not InboxItem.objects.filter(source="request").exists()


def test_nobody_is_told_ok_when_the_disk_is_full(delivery: Delivery, client: Client, monkeypatch: Any) -> None:
    def full(*_: Any, **__: Any) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("tickets.record.spool.put", full)
    response = client.post(path_of(delivery), {"text": "Help.", "key": "k"})
    assert response.status_code == 503
    assert "Help.</textarea>" in response.content.decode()


def test_a_flood_is_stopped_with_words(delivery: Delivery, client: Client, monkeypatch: Any) -> None:
    monkeypatch.setattr("tickets.views.request.MOST_AN_HOUR", 4)
    answers = [client.post(path_of(delivery), {"text": f"Again {n}", "key": str(n)}).status_code for n in range(5)]
    assert answers == [303, 303, 303, 422, 422]  # the first mail counts


def test_an_expired_link_shows_no_word_and_mails_a_new_one_to_the_proven_address(
    delivery: Delivery, box: Account, client: Client
) -> None:
    grow_old(delivery)
    old = path_of(delivery)
    for response in (client.get(old), client.post(old, {"text": "x", "key": "k"})):
        assert response.status_code == 410
        assert "blue" not in response.content.decode()
        assert WORDS["en"]["renew"] in response.content.decode()
    assert len(mails_sent(box)) == 1
    told = client.post(f"{old}renew/", follow=True)
    assert WORDS["en"]["asked"] in told.content.decode()
    desk.settle()
    new = Delivery.objects.latest("pk")
    assert (new.recipient, new.message.automatic) == (ZOE, True)
    assert link_of(new) in parse(mails_sent(box)[-1]).text
    assert client.get(path_of(new)).status_code == 200


@pytest.mark.parametrize("why", ["unproven", "unreachable", "complained", "often"])
def test_the_answer_is_the_same_when_no_new_link_is_mailed(why: str, delivery: Delivery, client: Client) -> None:
    grow_old(delivery)
    said = client.post(f"{path_of(delivery)}renew/", follow=True).content if why == "often" else b""
    changes = {"unproven": {"proven": False}, "unreachable": {"reachable": False}} | {
        "complained": {"complained_at": timezone.now()}
    }
    Address.objects.update(**changes.get(why, {}))
    allowed = 3 if why == "often" else 0
    for _ in range(4):
        answer = client.post(f"{path_of(delivery)}renew/", follow=True).content
        assert WORDS["en"]["asked"] in answer.decode()
        assert answer == (said or answer)
    assert Message.objects.filter(entry__fields__request_link=True).count() == allowed


def test_a_merge_takes_the_link_along(
    asked: Message, delivery: Delivery, box: Account, ann: Agent, client: Client
) -> None:
    other = desk.arrive(box, desk.mail("And does it print red?", subject="Red"))
    assert other is not None
    merge(asked.ticket, other.ticket, ann)
    page = client.get(path_of(delivery)).content.decode()
    assert "print blue" in page
    assert "print red" in page


@pytest.mark.django_db(transaction=True)
def test_an_erased_request_says_so(asked: Message, delivery: Delivery, ann: Agent, client: Client) -> None:
    path = path_of(delivery)
    erase_tickets([asked.ticket], ann, "Its time was over.")
    for response in (client.get(path), client.post(path, {"text": "x"}), client.post(f"{path}renew/", follow=True)):
        assert response.status_code == 410
        assert WORDS["en"]["erased"] in response.content.decode()


def test_where_it_is_switched_off_no_mail_has_the_link_and_an_old_one_says_so(
    delivery: Delivery, box: Account, settings: Any, client: Client
) -> None:
    settings.REQUEST_LINKS = False
    assert WORDS["en"]["off"] in client.get(path_of(delivery)).content.decode()
    desk.arrive(box, desk.mail("Again", sender="yan@customer.example"))
    desk.settle()
    assert "/request/" not in parse(mails_sent(box)[-1]).text


@pytest.mark.parametrize(("setting", "expected"), [(NEVER, [False, False]), (ALWAYS, [True, True])])
def test_the_account_decides_which_mails_carry_it(setting: str, expected: list[bool], box: Account, ann: Agent) -> None:
    box.config = {SETTING: setting}
    box.save()
    message = desk.arrive(box, desk.mail("Hello"))
    assert message is not None
    desk.settle()
    reply(message.ticket, "Yes.", ann, to=[{"name": "", "address": ZOE}])
    desk.settle()
    assert ["/request/" in parse(mail).text for mail in mails_sent(box)] == expected


def test_a_mail_to_two_people_carries_no_link_and_a_quoted_one_is_taken_out(
    asked: Message, delivery: Delivery, box: Account, ann: Agent
) -> None:
    box.config = {SETTING: ALWAYS}
    box.save()
    quoting = desk.mail(f"See {link_of(delivery)} please.", answers=delivery.message.message_id)
    answered = desk.arrive(box, quoting)
    assert answered is not None
    assert answered.text.strip() == "See https://help.example/request/left-out/ please."
    people = [{"name": "", "address": ZOE}, {"name": "", "address": "max@customer.example"}]
    reply(asked.ticket, "To both.", ann, to=people)
    desk.settle()
    last = mails_sent(box)[-1]
    assert "To both." in parse(last).text
    assert link_of(delivery).split("/")[-2] not in parse(last).text


@pytest.mark.django_db(transaction=True)
def test_after_a_rebuild_what_was_answered_is_there_and_the_link_works_as_before(
    delivery: Delivery, client: Client
) -> None:
    path = path_of(delivery)
    client.post(path, {"text": "It smokes.", "key": "k"})
    client.post(f"{path}renew/")
    process_all()
    assert desk.rebuilt_differences() == []
    assert "It smokes." in client.get(path).content.decode()
    client.post(path, {"text": "It smokes.", "key": "k"})
    process_all()
    assert Message.objects.filter(reply="It smokes.").count() == 1


def test_a_long_conversation_costs_as_many_queries_as_a_short_one(
    asked: Message, delivery: Delivery, box: Account, client: Client, django_assert_max_num_queries: Any
) -> None:
    for number in range(55):
        desk.arrive(box, desk.mail(f"Line {number}.", answers=asked.message_id))
    with django_assert_max_num_queries(6):
        page = client.get(path_of(delivery)).content.decode()
    assert page.count('class="said') == 50
    assert WORDS["en"]["older"] in page


def test_no_token_comes_into_the_log(delivery: Delivery, client: Client, caplog: pytest.LogCaptureFixture) -> None:
    grow_old(delivery)
    token = path_of(delivery).split("/")[2]
    client.get(path_of(delivery))
    client.get(f"/request/{token}x/")
    for name in ("welcome", "join", "password-choose"):
        client.get(reverse(f"tickets:{name}", args=["secret-of-an-old-link"]))
    assert [WithoutLinks().format(record) for record in caplog.records] == [
        "Gone: /request/(link)/",
        "Not Found: /request/(link)/",
        "Not Found: /welcome/(link)/",
        "Not Found: /join/(link)/",
        "Not Found: /password/(link)/",
    ]


def test_every_language_has_every_sentence_with_the_same_places() -> None:
    for language, words in WORDS.items():
        assert words.keys() == WORDS["en"].keys(), language
        for name, text in words.items():
            assert places(text) == places(WORDS["en"][name]), (language, name)
    assert WORDS.keys() == LANGUAGES.keys()


def places(text: str) -> set[str]:
    return {part.split("}")[0] for part in text.split("{")[1:]}


def test_the_page_speaks_the_customers_language(asked: Message, delivery: Delivery, client: Client) -> None:
    contact = asked.ticket.contact
    contact.language = "uk"
    contact.save()
    assert WORDS["uk"]["answer"] in client.get(path_of(delivery)).content.decode()


def wrong_tokens(right: str, delivery: Delivery) -> Iterator[str]:
    """Tokens of other purposes, and of deliveries that are not there."""
    key, other = signing_key(), "a" * 16
    yield identifiers.reply_token(key, KEY_ID, delivery.public_id)
    yield identifiers.reply_token(key, KEY_ID, delivery.message.public_id)
    yield identifiers.bounce_address(key, KEY_ID, "b@x.example", delivery.public_id).split("+")[1].split("@")[0]
    yield identifiers.request_token(b"another key", KEY_ID, delivery.public_id)
    yield identifiers.request_token(key, KEY_ID, other)
    yield f"{KEY_ID}{other}-{right.split('-')[1]}"
    yield from (right[:-1], right[1:], right + "a", f"x+{right}", right.upper(), "", "x", "%2e%2e")


def test_a_token_of_another_purpose_key_or_delivery_shows_nothing(delivery: Delivery, client: Client) -> None:
    right = path_of(delivery).split("/")[2]
    for token in filter(None, wrong_tokens(right, delivery)):
        assert_silent(client, token)


@hypothesis_settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(place=st.integers(0, 33), letter=st.sampled_from(ascii_lowercase + "234567-"), cut=st.integers(0, 33))
def test_an_edited_or_truncated_token_shows_nothing(delivery: Delivery, place: int, letter: str, cut: int) -> None:
    right = path_of(delivery).split("/")[2]
    edited = right[:place] + letter + right[place + 1 :]
    for token in (edited, right[:cut], right[cut + 1 :]):
        if token and token != right:
            assert_silent(Client(), token)


def assert_silent(client: Client, token: str) -> None:
    for response in (client.get(f"/request/{token}/"), client.post(f"/request/{token}/renew/")):
        page = response.content.decode()
        assert response.status_code == 404, token
        assert [words for words in ("blue", "Printer", "customer.example", "Support") if words in page] == []
