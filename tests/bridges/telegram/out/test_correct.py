"""A message that went out gets other words, or is taken back: in the chat, in the ticket, in the record."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client

from bridges.telegram.fake import FakeTelegram
from tests.bridges.telegram.out.conftest import ANN
from tests.bridges.telegram.out.test_out import PICTURE
from tests.flows.desk import arrive, mail, rebuilt_differences, settle
from tickets.actions.change import NotAllowed
from tickets.actions.correct import edit_message, hindrance, withdraw_message
from tickets.actions.delivered import retry_delivery
from tickets.actions.erasing import erase_contact
from tickets.actions.reply import reply
from tickets.mime.build import File
from tickets.models import Account, Act, Agent, Delivery, Entry, Message, Ticket, Version
from tickets.record.config import write_config

Say = Callable[..., Delivery]
PICTURES = [File(f"{number}.png", "image/png", PICTURE) for number in range(3)]
PAPERS = [File(f"{number}.pdf", "application/pdf", b"%PDF") for number in range(2)]


def chat(telegram: FakeTelegram) -> list[str | None]:
    """What stands in Ann's chat from the bot."""
    ours = [one for one in telegram.chats[str(ANN)] if one["from"]["is_bot"]]
    return [one.get("text") or one.get("caption") for one in ours]


def last(message: Message) -> Delivery:
    """The newest correction of a message."""
    return message.deliveries.exclude(act=Act.SEND).latest("pk")


def again(message: Message) -> Message:
    return Message.objects.get(pk=message.pk)


def test_other_words_stand_in_the_chat_and_what_stood_there_is_kept(
    say: Say, ben: Agent, telegram: FakeTelegram
) -> None:
    message = say("It comes on Munday.").message
    edit_message(message, "It comes on **Monday**.", ben)
    assert again(message).text == "It comes on Munday."  # Ann still reads that
    settle()
    message = again(message)
    assert (chat(telegram), message.reply) == (["It comes on **Monday**."], "It comes on **Monday**.")
    assert (last(message).state, message.edited_at is not None) == ("sent", True)
    assert [version.text for version in message.versions.all()] == ["It comes on Munday."]
    assert message.ticket.events.get(kind="amendment").by == ben
    kinds = list(Entry.objects.filter(number__isnull=False).order_by("number").values_list("kind", flat=True))
    assert kinds[-2:] == ["amendment", "outcome"]


def test_other_words_keep_the_footer_below_them(say: Say, bot: Account, ben: Agent, telegram: FakeTelegram) -> None:
    Account.objects.filter(pk=bot.pk).update(footer="Kyiv, Khreshchatyk 1")
    edit_message(say("It comes on Munday.").message, "It comes on Monday.", ben)
    settle()
    assert chat(telegram) == ["It comes on Monday.\n\nKyiv, Khreshchatyk 1"]


def test_the_caption_of_a_picture_and_of_an_album_change_where_they_stand(
    say: Say, ben: Agent, telegram: FakeTelegram
) -> None:
    one, album, papers = say("One.", PICTURES[0]), say("Three.", *PICTURES), say("Papers.", *PAPERS)
    for delivery in (one, album, papers):
        edit_message(delivery.message, "Better.", ben)
    settle()
    assert chat(telegram) == ["Better.", "Better.", None, None, None, "Better."]
    with pytest.raises(NotAllowed, match="at most 1024 characters"):
        edit_message(again(one.message), "x" * 1025, ben)
    edit_message(again(one.message), "", ben)  # a picture needs no words
    settle()
    assert chat(telegram)[0] is None


def test_a_long_text_is_changed_part_by_part_and_what_is_left_over_goes(
    say: Say, ben: Agent, telegram: FakeTelegram
) -> None:
    delivery = say("\n\n".join(f"{number} " + "word " * 700 for number in range(3)))
    edit_message(delivery.message, "\n\n".join(f"{number} " + "other " * 600 for number in range(2)), ben)
    settle()
    assert [words[:7] for words in chat(telegram) if words] == ["0 other", "1 other"]
    edit_message(again(delivery.message), "short", ben)
    settle()
    assert (chat(telegram), last(delivery.message).state) == (["short"], "sent")
    with pytest.raises(NotAllowed, match="longer than the 3 messages"):
        edit_message(again(delivery.message), "word " * 4000, ben)


def test_a_message_is_taken_back_whole_and_kept_here(say: Say, ben: Agent, telegram: FakeTelegram) -> None:
    text, album = say("Wrong chat, sorry."), say("Look. " * 300, *PICTURES)
    for delivery in (text, album):
        withdraw_message(delivery.message, ben)
    settle()
    message = again(text.message)
    assert chat(telegram) == []
    assert (message.deleted_by, message.reply, last(message).state) == (ben.name, "Wrong chat, sorry.", "sent")
    with pytest.raises(NotAllowed, match="taken back already"):
        edit_message(message, "No, right chat.", ben)


def test_after_48_hours_it_can_be_edited_and_not_taken_back(say: Say, ben: Agent) -> None:
    delivery = say("Hello.")
    Delivery.objects.filter(pk=delivery.pk).update(at=delivery.at - timedelta(hours=49))
    message = again(delivery.message)
    assert hindrance(message, Act.EDIT) == ""
    with pytest.raises(NotAllowed, match="48 hours"):
        withdraw_message(message, ben)


def test_a_refusal_is_told_in_the_vendors_words_and_the_old_words_stay(
    say: Say, ben: Agent, telegram: FakeTelegram
) -> None:
    message = say("Hello.").message
    telegram.plan("editMessageText", 400, "Bad Request: message can't be edited")
    edit_message(message, "Goodbye.", ben)
    settle()
    correction, message = last(message), again(message)
    assert (correction.state, correction.reason) == ("failed", "Bad Request: message can't be edited")
    assert (message.reply, message.edited_at, message.ticket.state) == ("Hello.", None, "open")
    edit_message(message, "See you.", ben)
    with pytest.raises(NotAllowed, match="asked for since"):
        retry_delivery(correction, ben)
    settle()
    assert chat(telegram) == ["See you."]


def test_an_edit_that_was_never_confirmed_waits_for_a_person_and_may_come_twice(
    say: Say, ben: Agent, telegram: FakeTelegram
) -> None:
    message = say("Hello.").message
    telegram.plan_silence("editMessageText")
    edit_message(message, "Goodbye.", ben)
    settle()
    assert last(message).state == "uncertain"
    assert sum(method == "editmessagetext" for method, _given in telegram.calls) == 1
    retry_delivery(last(message), ben)
    settle()  # “message is not modified”: it had arrived
    assert (last(message).state, again(message).reply, chat(telegram)) == ("sent", "Goodbye.", ["Goodbye."])
    telegram.chats[str(ANN)] = telegram.chats[str(ANN)][:1]
    withdraw_message(again(message), ben)
    settle()  # nothing is left to delete: it is gone, as it was wanted
    assert last(message).state == "sent"


def test_a_correction_never_passes_its_message(ticket: Ticket, ben: Agent, telegram: FakeTelegram) -> None:
    message = reply(ticket, "Hello.", ben)
    with pytest.raises(NotAllowed, match="Not everybody has it yet"):
        edit_message(message, "Goodbye.", ben)
    settle()
    for number in range(5):
        edit_message(again(message), f"Version {number}.", ben)
    settle()
    assert (chat(telegram), Version.objects.count()) == (["Version 4."], 5)


def test_a_mail_has_no_button_and_a_message_of_the_chat_has_two(
    say: Say, bot: Account, ben: Agent, ann: Agent, client: Client, telegram: FakeTelegram
) -> None:
    client.force_login(ann)
    message = say("Hello.").message
    page = client.get(f"/tickets/{message.ticket.number}/").content.decode()
    assert f"/messages/{message.public_id}/edit/" in page
    assert f"/messages/{message.public_id}/withdraw/" in page
    assert client.post(f"/messages/{message.public_id}/edit/", {"key": "k1", "text": "Goodbye."}).status_code == 302
    settle()
    assert "Goodbye." in client.get(f"/tickets/{message.ticket.number}/").content.decode()
    assert "Hello." in client.get(f"/messages/{message.public_id}/versions/").content.decode()
    client.post(f"/messages/{message.public_id}/withdraw/", {"key": "k2"})
    settle()
    assert "took this message back" in client.get(f"/tickets/{message.ticket.number}/").content.decode()
    mailed = arrive(bot.home, mail("A mail."))
    assert mailed is not None
    answer = reply(mailed.ticket, "An answer.", ben, to=[{"name": "", "address": "zoe@customer.example"}])
    settle()
    assert f"/messages/{answer.public_id}/edit/" not in client.get(f"/tickets/{answer.ticket.number}/").content.decode()
    assert "cannot be changed" in hindrance(again(answer), Act.EDIT)


@pytest.mark.django_db(transaction=True)
def test_the_record_gives_edits_and_withdrawals_back_and_an_erasure_reaches_them(
    say: Say, ben: Agent, telegram: FakeTelegram
) -> None:
    first, second, third = (say(f"Words {number}.").message for number in range(3))
    edit_message(first, "The secret word is pineapple.", ben)
    withdraw_message(second, ben)
    telegram.plan("editMessageText", 403, "Forbidden: bot was kicked from the group chat")
    telegram.plans.insert(0, telegram.plans.pop())
    edit_message(third, "Other words.", ben)
    write_config()
    assert rebuilt_differences() == []
    contact = Ticket.objects.get().contact
    erase_contact(contact, Agent.objects.get(), "They asked for it.")
    settle()
    assert not any("pineapple" in message.text for message in Message.objects.all())
    assert Version.objects.count() == 0
    assert rebuilt_differences() == []
