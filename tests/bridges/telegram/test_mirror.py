"""What becomes of a message after it was said: edits, deletions, reactions, albums, files. And the record gives it all back."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from bridges.telegram.download import too_large
from bridges.telegram.fake import FakeTelegram
from bridges.telegram.updates import as_bytes
from tests.flows.desk import arrive, mail, rebuilt_differences, settle
from tests.search.desk import found
from tickets.actions.change import set_status
from tickets.actions.erasing import erase_contact
from tickets.actions.files import fetch_again
from tickets.actions.reply import reply
from tickets.channels import NotConnected, NotFetched, open_channel
from tickets.inbox.accept import Arrival, accept_many
from tickets.inbox.fetch import fetch_all
from tickets.inbox.process import process_all
from tickets.mime.parse import attachment
from tickets.models import (
    Account,
    Address,
    Agent,
    Attachment,
    Delivery,
    Entry,
    Fetch,
    InboxItem,
    Message,
    Piece,
    Reaction,
    State,
    Ticket,
    Version,
)
from tickets.record import read
from tickets.record.append import append_all
from tickets.record.config import write_config
from tickets.record.erase import carry_out

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.flows]
ZOE = 7
Tell = Callable[..., None]
PERSON = {"id": ZOE, "is_bot": False, "first_name": "Zoe", "last_name": "Oak"}
CHAT = {"id": ZOE, "type": "private", "first_name": "Zoe"}
GROUP = {"id": -1007, "type": "group", "title": "Allotments"}
JPEG = b"\xff\xd8\xff\xe0 a picture"
THUMB, HEART = {"type": "emoji", "emoji": "👍"}, {"type": "emoji", "emoji": "❤"}


@pytest.fixture
def tell(bot: Account, telegram: FakeTelegram) -> Tell:
    """tell(update, …): these updates come in one batch, and are filed."""
    numbers = iter(range(500, 10_000))
    telegram.next_message = 1000

    def run(*updates: dict[str, Any]) -> None:
        channel = open_channel(bot)
        arrivals = []
        for update in updates:
            for thing in update.values():
                telegram.chats.setdefault(str(thing["chat"]["id"]), []).append(thing)
            raw = as_bytes({"update_id": next(numbers)} | update)
            arrivals.append(Arrival(bot, raw, "poll", channel.key(raw) or ""))
        accept_many(arrivals)
        process_all()

    return run


def said(number: int, **more: Any) -> dict[str, Any]:
    return {"message": message(number, **more)}


def message(number: int, **more: Any) -> dict[str, Any]:
    return {"message_id": number, "date": 1790000000 + number, "chat": CHAT, "from": PERSON} | more


def edited(number: int, **more: Any) -> dict[str, Any]:
    return {"edited_message": message(number, edit_date=1790000900, **more)}


def reacted(number: int, new: list[Any], old: list[Any], **more: Any) -> dict[str, Any]:
    about = {"chat": CHAT, "user": PERSON, "message_id": number, "date": 1790000500}
    return {"message_reaction": about | {"old_reaction": old, "new_reaction": new} | more}


def photo(name: str, size: int = len(JPEG)) -> list[dict[str, Any]]:
    return [{"file_id": name, "file_unique_id": f"u{name}", "width": 800, "height": 600, "file_size": size}]


def nothing_is_lost() -> None:
    write_config()
    assert rebuilt_differences() == []


def test_an_edit_changes_the_message_and_keeps_what_it_said_before(tell: Tell, ann: Agent) -> None:
    tell(said(1, text="It is brken"), said(2, text="Hello?"))
    tell(edited(1, text="It is broken"), edited(1, text="It is broken again"))
    first = Message.objects.get(message_id="7.1@help_bot.telegram.invalid")
    assert (first.text, first.ticket.message_count) == ("It is broken again", 2)
    assert list(first.versions.order_by("pk").values_list("text", flat=True)) == ["It is brken", "It is broken"]
    assert first.edited_at
    assert first.edited_at.timestamp() == 1790000900
    assert found(ann, "again") == [first.ticket.number]
    assert not found(ann, "subject:brken")  # the ticket itself is still called so
    assert first.ticket.snippet == "Hello?"
    nothing_is_lost()


def test_an_edit_in_the_same_batch_as_its_message_finds_it(tell: Tell) -> None:
    tell(said(1, text="one"), edited(1, text="two"), said(2, text="three"))
    assert list(Message.objects.order_by("pk").values_list("text", flat=True)) == ["two", "three"]
    nothing_is_lost()


def test_both_versions_stand_in_the_record(tell: Tell) -> None:
    tell(said(1, text="It is brken"), edited(1, text="It is broken"))
    append_all()
    words = [read.original(entry).decode() for entry in Entry.objects.order_by("number")]
    assert ["brken" in one for one in words] == [True, False]
    assert ["broken" in one for one in words] == [False, True]


def test_an_edit_of_a_message_that_never_came_is_a_message(tell: Tell) -> None:
    tell(edited(5, text="Now you see it"))
    found = Message.objects.get()
    assert (found.text, found.kind) == ("Now you see it", "edit")
    nothing_is_lost()


def test_a_mail_with_the_same_message_id_is_no_target_of_an_edit(tell: Tell, support: Account) -> None:
    arrive(support, mail("I am somebody else", message_id="7.1@help_bot.telegram.invalid"))
    tell(edited(1, text="changed"))
    assert set(Message.objects.values_list("text", flat=True)) == {"I am somebody else", "changed"}


def test_a_live_location_moves_without_a_version_for_each_step(tell: Tell) -> None:
    tell(said(1, location={"latitude": 50.0, "longitude": 30.0, "live_period": 900}))
    for step in range(1, 4):
        tell(edited(1, location={"latitude": 50.0 + step, "longitude": 30.0, "live_period": 900}))
    found = Message.objects.get()
    assert "53.0, 30.0" in found.text
    assert (found.versions.count(), found.edited_at) == (0, None)
    nothing_is_lost()


def test_a_reaction_stands_on_its_message_and_says_whose_it_is_also_when_taken_back(tell: Tell) -> None:
    tell(said(1, text="Thanks"), reacted(1, [THUMB], []))
    reaction = Reaction.objects.get()
    assert (reaction.emoji, reaction.name, Message.objects.count()) == ("👍", "Zoe Oak", 1)
    tell(reacted(1, [HEART], [THUMB]))
    reaction.refresh_from_db()
    assert (reaction.emoji, reaction.taken_back) == ("❤", "👍")
    tell(reacted(1, [], [HEART]))
    reaction.refresh_from_db()
    assert (reaction.emoji, reaction.taken_back) == ("", "❤")
    nothing_is_lost()


def test_a_reaction_to_our_answer_stands_on_the_answer(tell: Tell, ben: Agent, telegram: FakeTelegram) -> None:
    tell(said(1, text="Thanks?"))
    answer = reply(Ticket.objects.get(), "Gladly.", ben)
    settle()
    tell(reacted(int(telegram.sent[0]["message_id"]), [THUMB], []))
    assert Reaction.objects.get().message == answer
    nothing_is_lost()


def test_a_channel_counts_its_reactions_without_names(tell: Tell) -> None:
    news = {"id": -100, "type": "channel", "title": "News"}
    tell({"channel_post": message(3, chat=news, text="Open on Sunday")})
    counts = [{"type": THUMB, "total_count": 3}, {"type": HEART, "total_count": 1}]
    tell({"message_reaction_count": {"chat": news, "message_id": 3, "date": 1790000500, "reactions": counts}})
    reaction = Reaction.objects.get()
    assert (reaction.emoji, reaction.sender) == ("👍 3, ❤ 1", "")
    nothing_is_lost()


def test_a_deleted_message_keeps_its_words_and_says_that_it_was_deleted(tell: Tell) -> None:
    tell({"business_message": message(1, text="Forget it", business_connection_id="BC1")})
    deleted = {"business_connection_id": "BC1", "chat": CHAT, "message_ids": [1, 99]}
    tell({"deleted_business_messages": deleted})
    first = Message.objects.get(text="Forget it")
    assert first.deleted_at
    assert first.deleted_by == "Zoe"
    assert Message.objects.filter(text="Deleted a message.").count() == 1
    nothing_is_lost()


def test_a_command_names_no_conversation_and_its_payload_is_shown(tell: Tell) -> None:
    tell({"message": message(1, text="/start spring-sale")})
    ticket, begun = Ticket.objects.get(), Message.objects.get()
    assert (ticket.subject, ticket.state, begun.subject) == ("", "new", "spring-sale")
    assert "Came by a link with “spring-sale”." in begun.text
    tell({"message": message(2, text="/help")})
    tell({"message": message(3, text="Good evening!\nMy lamp is broken.")})
    assert Ticket.objects.get().subject == "Good evening!"
    tell({"message": message(4, text="Hi!\nMy lamp is broken.", chat={"id": 8, "type": "private"})})
    assert Ticket.objects.latest("number").subject == "Hi! My lamp is broken."


def test_what_the_owner_of_a_business_writes_is_ours_and_answers_know_their_connection(tell: Tell) -> None:
    owner = {"id": 99, "is_bot": False, "first_name": "Olga"}
    tell({"business_message": message(1, text="Open?", business_connection_id="BC1")})
    tell({"business_message": message(2, text="Until six", business_connection_id="BC1") | {"from": owner}})
    [question, answer] = Message.objects.order_by("pk")
    assert (question.direction, answer.direction, answer.from_name) == ("in", "out", "Olga")
    assert answer.from_address == "99@help_bot.telegram.invalid"
    account = question.account.public_id
    assert Address.objects.get(channel="telegram").data == {account: {"business_connection": "BC1"}}
    tell({"message": message(3, text="Here I write to the bot itself")})
    assert Address.objects.get(channel="telegram").data == {account: {}}
    nothing_is_lost()


def test_an_album_is_one_message_whenever_its_pieces_come(tell: Tell, telegram: FakeTelegram) -> None:
    telegram.files |= {"a": JPEG, "b": JPEG + b"b", "c": JPEG + b"c"}
    tell(
        said(1, photo=photo("a"), media_group_id="13"),
        said(2, photo=photo("b"), media_group_id="13", caption="The garden"),
    )
    tell(said(3, text="See?"))
    tell(said(4, photo=photo("c"), media_group_id="13"))
    [album, line] = Message.objects.order_by("pk")
    assert (album.text, line.text) == ("The garden", "See?")
    assert fetch_all() == 3
    pictures = album.attachments.filter(content_type="image/jpeg").order_by("part")
    assert [content(one) for one in pictures] == [JPEG, JPEG + b"b", JPEG + b"c"]
    assert Ticket.objects.get().message_count == 2
    tell(edited(2, photo=photo("b"), media_group_id="13", caption="The old garden"))
    tell(reacted(4, [THUMB], []), said(5, text="nice", reply_to_message=message(4, photo=photo("c"))))
    album.refresh_from_db()
    assert (album.text, album.reactions.count(), album.versions.count()) == ("The old garden", 1, 1)
    assert album.attachments.filter(content_type="image/jpeg").count() == 3
    nothing_is_lost()


def test_an_album_without_words_names_its_files(tell: Tell) -> None:
    tell(*(said(n, photo=photo(f"p{n}"), media_group_id="14") for n in range(3)))
    assert Message.objects.get().text.count("[photo") == 3


def content(file: Attachment) -> bytes:
    found = attachment(read.original(file.entry or file.message.entry), file.entry_part or file.part)
    assert found
    return found.content


def test_a_file_has_its_place_at_once_and_comes_later(tell: Tell, telegram: FakeTelegram) -> None:
    telegram.files["f"] = b"%PDF-1.4"
    tell(said(1, document={"file_id": "f", "file_unique_id": "uf", "file_name": "plan.pdf", "file_size": 8}))
    [place] = Attachment.objects.filter(filename="plan.pdf")
    assert (place.fetch.state, place.entry, place.size) == ("waiting", None, 8)
    assert fetch_all() == 1
    place.refresh_from_db()
    assert not place.fetch.reason
    assert (place.fetch.state, content(place), place.entry.kind if place.entry else "") == ("done", b"%PDF-1.4", "file")
    append_all()
    brought = read.original(Entry.objects.get(kind="file")).decode()
    assert "In-Reply-To: <7.1@help_bot.telegram.invalid>" in brought
    nothing_is_lost()


def test_a_file_that_is_too_large_says_so_and_can_be_asked_for_again(
    tell: Tell, telegram: FakeTelegram, ben: Agent
) -> None:
    telegram.files["f"] = b"x" * (20 * 1024 * 1024 + 1)
    tell(said(1, video={"file_id": "f", "file_unique_id": "uf", "mime_type": "video/mp4", "file_size": 20971521}))
    fetch_all()
    fetch = Fetch.objects.get()
    assert (fetch.state, "Telegram gives bots files up to 20 MB" in fetch.reason) == ("failed", True)
    telegram.files["f"] = b"shorter"
    fetch_again(fetch.attachment, ben)
    assert fetch_all() == 1
    assert content(Attachment.objects.get(filename="video.mp4")) == b"shorter"
    nothing_is_lost()


def test_the_official_server_is_not_even_asked_for_a_file_over_its_limit(bot: Account) -> None:
    bot.config = {}
    with pytest.raises(NotFetched, match="up to 20 MB"):
        list(open_channel(bot).fetch({"file_id": "f", "size": 21 << 20}))
    assert "30.0 MB" in too_large(30 << 20)


def test_a_server_that_is_busy_is_asked_again_and_the_reason_is_shown_meanwhile(
    tell: Tell, telegram: FakeTelegram
) -> None:
    telegram.files["v"] = b"OggS"
    tell(said(1, voice={"file_id": "v", "file_unique_id": "uv", "duration": 4, "mime_type": "audio/ogg"}))
    telegram.plan("getFile", 500, "Internal Server Error")
    assert fetch_all() == 1
    fetch = Fetch.objects.get()
    assert (fetch.state, fetch.reason, fetch.attempts) == ("waiting", "Internal Server Error", 1)
    Fetch.objects.update(due_at=fetch.attachment.message.at)
    fetch_all()
    assert Fetch.objects.get().state == "done"


def test_a_group_that_became_a_supergroup_keeps_its_ticket(tell: Tell, ben: Agent, telegram: FakeTelegram) -> None:
    tell(said(1, chat=GROUP, text="Who waters?"))
    tell(said(2, chat=GROUP, migrate_to_chat_id=-1001234567890))
    moved = {"id": -1001234567890, "type": "supergroup", "title": "Allotments"}
    tell(said(1, chat=moved, migrate_from_chat_id=-1007), said(2, chat=moved, text="Me."))
    assert (Ticket.objects.count(), Address.objects.get(channel="telegram").address) == (1, "-1001234567890")
    assert list(Message.objects.order_by("pk").values_list("kind", flat=True)) == [
        "message",
        "system",
        "system",
        "message",
    ]
    reply(Ticket.objects.get(), "Thanks!", ben)
    settle()
    assert telegram.sent[0]["chat"]["id"] == -1001234567890
    nothing_is_lost()


def test_an_account_may_leave_groups_out_and_the_record_says_why(tell: Tell, bot: Account) -> None:
    Account.objects.filter(pk=bot.pk).update(config=bot.config | {"groups": "ignore"})
    bot.refresh_from_db()
    tell(said(1, chat=GROUP, text="Who waters?"), said(2, text="I do"))
    assert Message.objects.get().text == "I do"
    entry = Entry.objects.get(kind="ignored")
    assert "leaves out groups" in entry.fields["reason"]
    assert InboxItem.objects.get(entry=entry).reason == entry.fields["reason"]
    nothing_is_lost()


def test_a_quiet_line_opens_no_ticket_for_anybody_to_answer(tell: Tell) -> None:
    tell(said(1, chat=GROUP, new_chat_members=[PERSON]))
    assert (Ticket.objects.get().state, Message.objects.get().kind) == (State.SOLVED, "system")
    nothing_is_lost()


def test_a_quote_names_the_message_that_it_answers(tell: Tell) -> None:
    tell(said(1, text="Is it the red one?"))
    tell(said(2, text="Yes, that", reply_to_message=message(1, text="Is it the red one?")))
    [first, second] = Message.objects.order_by("pk")
    assert second.quote == {"text": "Is it the red one?", "name": "Zoe Oak", "message": first.public_id}
    assert (second.reply, second.ticket) == ("Yes, that", first.ticket)
    nothing_is_lost()


def test_filing_a_batch_takes_no_query_for_each_message(tell: Tell) -> None:
    def cost(first: int, count: int) -> int:
        with CaptureQueriesContext(
            connection,
        ) as queries:
            tell(*(said(first + n, photo=photo(f"{first + n}")) for n in range(count)))
        return len(queries)

    cost(1, 1)
    assert cost(100, 18) <= cost(10, 2) + 4


def test_what_is_erased_takes_its_versions_files_and_reactions_along(
    tell: Tell, telegram: FakeTelegram, ann: Agent
) -> None:
    telegram.files |= {"f": b"%PDF-1.4", "a": JPEG}
    tell(said(1, text="It is brken"), said(2, document={"file_id": "f", "file_unique_id": "uf", "file_name": "a.pdf"}))
    tell(edited(1, text="It is broken"), reacted(1, [THUMB], []), said(3, photo=photo("a"), media_group_id="1"))
    tell(said(4, photo=photo("b"), media_group_id="1"))
    fetch_all()
    settle()
    ticket = Ticket.objects.get()
    set_status(ticket, State.SOLVED, ann)
    settle()
    erase_contact(ticket.contact, ann, reason="She asked for it.")
    settle()
    carry_out()
    for model in (Fetch, Reaction, Version, Piece):
        assert not model._default_manager.exists()
    assert not any("broken" in one for one in Message.objects.values_list("text", flat=True))
    nothing_is_lost()


def test_a_token_of_another_bot_is_refused_and_a_renewed_one_sends_what_waits_once(
    tell: Tell, bot: Account, ben: Agent, telegram: FakeTelegram
) -> None:
    tell(said(1, text="Still there?"))
    telegram.is_revoked = True
    delivery = reply(Ticket.objects.get(), "We are.", ben).deliveries.get()
    settle()
    assert Account.objects.get(pk=bot.pk).health == "cut_off"
    telegram.is_revoked, telegram.token = False, "123456:renewed-token"
    bot.refresh_from_db()
    bot.secrets = {"token": telegram.token}
    bot.save()
    open_channel(bot).connect()
    Delivery.objects.filter(pk=delivery.pk).update(due_at=delivery.at)
    settle()
    settle()
    assert [sent["text"] for sent in telegram.sent] == ["We are."]
    Account.objects.filter(pk=bot.pk).update(config=bot.config | {"bot": "999"})
    with pytest.raises(NotConnected, match="token of @help_bot, not of this account"):
        open_channel(Account.objects.get(pk=bot.pk)).connect()


@pytest.mark.parametrize(
    ("address", "expected"),
    [("https://desk.harbour.shop", True), ("https://desk.harbour.shop:8443", True), ("http://desk.harbour.shop", False),
     ("https://desk.harbour.shop:9000", False), ("https://localhost", False), ("https://192.168.1.4", False)],
)  # fmt: skip
def test_a_webhook_is_taken_where_the_helpdesk_can_be_reached(
    address: str, expected: bool, bot: Account, telegram: FakeTelegram, settings: Any
) -> None:
    settings.SITE_URL = address
    telegram.write(ZOE, "waiting")
    open_channel(bot).connect()
    assert bool(telegram.webhook.get("url")) is expected
    assert len(telegram.updates) == 1
    assert "Help (@help_bot)" in open_channel(bot).way_out()
