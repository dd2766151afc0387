"""What an agent writes, as it reaches the customer's Telegram: words, pictures, files, albums; cut as a reader would cut."""

import struct
import time
import zlib
from collections.abc import Callable
from typing import Any

import pytest

from bridges.telegram.fake import FakeTelegram
from bridges.telegram.fake.markup import parse as read_markup
from bridges.telegram.images import pixels
from bridges.telegram.poll import take
from bridges.telegram.rich import rich
from bridges.telegram.split import ranges, units
from tests.flows.desk import settle
from tickets.actions.deliver import deliver_due
from tickets.actions.delivered import retry_delivery
from tickets.actions.reply import reply
from tickets.channels import Outgoing, open_channel
from tickets.inbox.process import process_all
from tickets.mime.build import File
from tickets.models import Account, Agent, Delivery, Ticket
from tickets.record import read
from tickets.record.append import append_all


def png(width: int, height: int) -> bytes:
    """A picture of one colour."""

    def chunk(name: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    rows = zlib.compress((b"\x00" + b"\x80" * width) * height)
    head = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + head + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


PICTURE = png(40, 30)
JPEG = bytes.fromhex("ffd8ffe000104a46494600010100000100010000ffc00011080003000203011100021100031100") + b"\xff\xd9"


def kinds(telegram: FakeTelegram) -> list[str]:
    """What reached Ann, each by what it is."""
    names = ("text", "photo", "video", "animation", "audio", "voice", "document")
    return [next(name for name in names if name in sent) for sent in telegram.sent]


KINDS = [
    ("sofa.png", "image/png", PICTURE, "photo"),
    ("sofa.jpg", "image/jpeg", JPEG, "photo"),
    ("plan.png", "image/png", png(9000, 1200), "document"),  # too large for a photo
    ("strip.png", "image/png", png(400, 10), "document"),  # too narrow for a photo
    ("broken.png", "image/png", b"no picture", "document"),
    ("wave.gif", "image/gif", b"GIF89a" + struct.pack("<HH", 4, 4), "animation"),
    ("clip.mp4", "video/mp4", b"\0\0\0\x18ftypmp42", "video"),
    ("song.mp3", "audio/mpeg", b"ID3", "audio"),
    ("memo.ogg", "audio/ogg", b"OggS" + b"\0" * 24 + b"OpusHead", "voice"),
    ("noise.ogg", "audio/ogg", b"OggS" + b"\0" * 24 + b"vorbis", "document"),
    ("terms.pdf", "application/pdf", b"%PDF-1.4", "document"),
]


def test_a_file_goes_as_what_it_is_and_the_words_below_it(say: Callable[..., Delivery], telegram: FakeTelegram) -> None:
    for name, content_type, content, _kind in KINDS:
        delivery = say(f"Look at {name}.", File(name, content_type, content))
        assert (delivery.state, delivery.reason) == ("sent", "")
    assert kinds(telegram) == [kind for *_file, kind in KINDS]
    assert [sent["caption"] for sent in telegram.sent] == [f"Look at {name}." for name, *_rest in KINDS]


def test_several_pictures_are_one_album_and_documents_another(
    say: Callable[..., Delivery], telegram: FakeTelegram
) -> None:
    files = [File(f"{number}.png", "image/png", PICTURE) for number in range(3)]
    papers = [File(f"{number}.pdf", "application/pdf", b"%PDF") for number in range(2)]
    delivery = say("All of it.", files[0], *papers, *files[1:])
    assert kinds(telegram) == ["text", "photo", "photo", "photo", "document", "document"]
    groups = [sent.get("media_group_id") for sent in telegram.sent]
    assert len(set(groups[1:4])) == len(set(groups[4:])) == 1
    assert delivery.remote_ids == ["2", "3 4 5", "6 7"]
    assert [sent["document"]["file_name"] for sent in telegram.sent[4:]] == ["0.pdf", "1.pdf"]


def test_an_album_holds_ten_and_has_its_caption_once(say: Callable[..., Delivery], telegram: FakeTelegram) -> None:
    say("Ten.", *[File(f"{number}.png", "image/png", PICTURE) for number in range(10)])
    assert [sent.get("caption") for sent in telegram.sent] == ["Ten."] + [None] * 9
    say("Eleven.", *[File(f"{number}.png", "image/png", PICTURE) for number in range(11)])
    assert kinds(telegram)[10:] == ["text"] + ["photo"] * 11


def test_a_picture_that_stands_in_the_text_goes_along(say: Callable[..., Delivery], telegram: FakeTelegram) -> None:
    say("Press here: [knob.png] and wait.", File("knob.png", "image/png", PICTURE, "knob@desk", inline=True))
    assert (kinds(telegram), telegram.sent[0]["caption"]) == (["photo"], "Press here: [knob.png] and wait.")


def test_long_words_come_before_their_files(say: Callable[..., Delivery], telegram: FakeTelegram) -> None:
    say("word " * 300, File("sofa.png", "image/png", PICTURE))
    assert kinds(telegram) == ["text", "photo"]
    assert "caption" not in telegram.sent[1]


def test_signs_of_html_arrive_as_they_were_typed(say: Callable[..., Delivery], telegram: FakeTelegram) -> None:
    say('if a < b && c > "d":\n    print("&amp;")')
    assert telegram.sent[0]["text"] == 'if a < b && c > "d":\n    print("&amp;")'
    assert telegram.calls[-1][1]["parse_mode"] == "HTML"


def test_markup_that_telegram_cannot_read_goes_once_more_as_plain_text(
    say: Callable[..., Delivery], telegram: FakeTelegram
) -> None:
    telegram.plan("sendMessage", 400, "Bad Request: can't parse entities: Unsupported start tag")
    delivery = say("a < b")
    assert (delivery.state, [sent["text"] for sent in telegram.sent]) == ("sent", ["a < b"])
    assert "parse_mode" not in telegram.calls[-1][1]


def test_a_retry_begins_at_the_first_unsent_part_and_keeps_the_cut(
    ticket: Ticket, ben: Agent, telegram: FakeTelegram, monkeypatch: pytest.MonkeyPatch
) -> None:
    message = reply(ticket, "\n\n".join(f"{number} " + "word " * 700 for number in range(3)), ben)
    append_all()
    telegram.plan("sendPhoto", 500, "Internal Server Error")
    telegram.plan_silence("sendMessage", after_doing=False)
    telegram.plans.insert(0, telegram.plans.pop())
    deliver_due()
    delivery = message.deliveries.get()
    assert (delivery.state, delivery.parts_sent) == ("uncertain", 0)
    kept = delivery.data["cut"]
    monkeypatch.setattr("bridges.telegram.split.LONGEST_TEXT", 100)
    retry_delivery(delivery, ben)
    settle()
    delivery.refresh_from_db()
    assert (delivery.state, delivery.parts_sent, delivery.data["cut"]) == ("sent", 3, kept)
    assert [sent["text"][0] for sent in telegram.sent] == ["0", "1", "2"]


def test_the_bots_own_footer_stands_below_the_words(
    say: Callable[..., Delivery], bot: Account, telegram: FakeTelegram
) -> None:
    Account.objects.filter(pk=bot.pk).update(footer="Kyiv, Khreshchatyk 1 <2>")
    say("It is on its way.")
    assert telegram.sent[-1]["text"] == "It is on its way.\n\nKyiv, Khreshchatyk 1 <2>"


def test_what_is_rendered_is_the_same_for_the_same_message(
    say: Callable[..., Delivery], bot: Account, telegram: FakeTelegram
) -> None:
    delivery = say("word " * 2000, File("sofa.png", "image/png", PICTURE))
    original = read.original(delivery.message.entry)
    made = open_channel(bot).render(Outgoing(delivery.message, bot, [delivery], original))
    again = open_channel(bot).render(Outgoing(delivery.message, bot, [Delivery()], original))
    assert made == again
    assert PICTURE[:40].hex() not in made.hex()  # files by their digests


RICH: list[tuple[str, str]] = [
    ("<p>one</p>\n<p><u>two</u><br>three</p>", "one\n\n<u>two</u>\nthree"),
    ("<p>Dear <b>Ann</b>, <i>soon</i></p>", "Dear <b>Ann</b>, <i>soon</i>"),
    ("<ul><li>one</li><li>two</li></ul>after", "• one\n• two\n\nafter"),
    ("<ol><li>one</li><li><b>two</b></li></ol>", "1. one\n2. <b>two</b>"),
    ('<a href="https://a.example/?x=1&amp;y=2">here</a>', '<a href="https://a.example/?x=1&amp;y=2">here</a>'),
    ('<a href="javascript:alert(1)">here</a> <b>!</b>', "here <b>!</b>"),
    ("<blockquote>said</blockquote><p>yes</p>", "<blockquote>said</blockquote>\n\nyes"),
    ("<pre>a\n  b</pre>", "<pre>a\n  b</pre>"),
    ("<h2>Title</h2><p>text</p>", "<b>Title</b>\n\ntext"),
    ("<b>bold <i>both</b> italic</i>", "<b>bold <i>both</i></b> italic"),
    ("<b>a</b> <img alt='knob.png' src='cid:x'>", "<b>a</b> [knob.png]"),
    ("<table><tr><td>a</td><td>b</td></tr></table>", "a b"),
]


@pytest.mark.parametrize(("html", "telegram_html"), RICH)
def test_a_mails_html_becomes_the_tags_that_telegram_knows(html: str, telegram_html: str) -> None:
    found = rich("", html)
    assert found.html(0, len(found.text)) == telegram_html
    assert read_markup(telegram_html)[0].strip() == found.text


def test_a_cut_never_breaks_a_link_or_a_tag() -> None:
    link = '<a href="https://shop.example/">our terms of delivery and everything else that matters</a>'
    found = rich("", f"<p><b>{'word ' * 20}{link}{' more' * 20}</b></p>")
    pieces = [found.html(start, end) for start, end in ranges(found.text, 120, found.links)]
    for piece in pieces:
        text, entities = read_markup(piece)
        assert units(text) <= 120
        assert entities[0]["type"] == "bold"
    assert [piece.count("<a href") for piece in pieces].count(1) == 1
    address = "https://shop.example/" + "x" * 90
    texts = [f"{'y' * 60}{address}"[start:end] for start, end in ranges("y" * 60 + address, 120, [(60, 171)])]
    assert texts == ["y" * 60, address]


def test_the_size_of_a_picture_is_read_from_its_first_bytes() -> None:
    assert (pixels(PICTURE), pixels(JPEG), pixels(b"GIF89a\x04\0\x05\0")) == ((40, 30), (2, 3), (4, 5))
    webp = b"RIFF\0\0\0\0WEBPVP8X" + b"\0" * 8 + (99).to_bytes(3, "little") + (49).to_bytes(3, "little")
    assert pixels(webp) == (100, 50)
    assert [pixels(junk) for junk in (b"", b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", b"RIFF0000WEBPVP8 ")] == [None] * 4


def test_an_answer_names_what_it_answers_once(say: Callable[..., Delivery], telegram: FakeTelegram) -> None:
    say("\n\n".join("word " * 700 for _ in range(2)))
    answered: list[Any] = [sent.get("reply_to_message", {}).get("message_id") for sent in telegram.sent]
    assert answered == [1, None]


@pytest.mark.pace
def test_a_chat_gets_three_at_once_and_then_one_a_second(ticket: Ticket, ben: Agent, telegram: FakeTelegram) -> None:
    for number in range(5):
        reply(ticket, str(number), ben)
    began = time.monotonic()
    settle()
    assert [sent["text"] for sent in telegram.sent] == ["0", "1", "2"]
    assert "turn" in Delivery.objects.get(message__text="3").reason
    while len(telegram.sent) < 5 and time.monotonic() < began + 10:
        time.sleep(0.05)
        settle()
    assert [sent["text"] for sent in telegram.sent] == ["0", "1", "2", "3", "4"]
    assert time.monotonic() - began >= 2


def test_after_a_429_nothing_goes_to_anybody_until_its_time_is_over(
    ticket: Ticket, bot: Account, ben: Agent, telegram: FakeTelegram
) -> None:
    telegram.write(43, "And mine?", name="Bo")
    take(bot, telegram.updates[-1:])
    process_all()
    telegram.plan("sendMessage", 429, "Too Many Requests: retry after 2", retry_after=2)
    reply(ticket, "one", ben)
    reply(Ticket.objects.get(contact__name="Bo"), "two", ben)
    settle()
    assert (telegram.sent, sum(method == "sendmessage" for method, _given in telegram.calls)) == ([], 1)
