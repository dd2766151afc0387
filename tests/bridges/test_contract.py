"""What every channel of settings.CHANNELS keeps to, and what tickets/ keeps to: it knows no messenger by name."""

import re
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings

from tickets.channels import Channel, NotConnected, Notice, channel_classes, open_channel
from tickets.forms.account import names_of
from tickets.mime.parse import parse
from tickets.models import Account

ROOT = Path(__file__).resolve().parents[2]
CHANNELS = channel_classes()
MESSENGERS = re.compile(r"telegram|viber|whatsapp|messenger\.com|instagram|signal-cli|slack|discord", re.I)
STRANGE = [b"", b"{", b"null", b"[]", b"\x00\xff", b'{"update_id": 1}', b"From: x\r\n\r\nhello", b"[" * 50_000]
NOTICE_KINDS = frozenset(
    "message edit delete reaction callback receipt subscribe unsubscribe system echo unsupported other".split()
)


@pytest.fixture(params=sorted(CHANNELS))
def channel(request: pytest.FixtureRequest) -> Channel:
    """Each channel, on an account that is connected to nothing."""
    account = Account(channel=request.param, name="Shop", address="shop")
    return CHANNELS[request.param](account)


def test_a_channel_names_itself_and_what_it_wants_to_know(channel: Channel) -> None:
    assert re.fullmatch(r"[a-z]{2,20}", channel.name)
    assert channel.label
    assert f'<symbol id="{channel.icon}"' in (ROOT / "tickets/static/tickets/icons.svg").read_text()
    names = [field.name for field in channel.config]
    assert len(names) == len(set(names))
    assert all(field.label for field in channel.config)
    assert all(field.default in field.choices or not field.default for field in channel.config if field.choices)
    secret = {field.name for field in channel.config if field.secret}
    assert {name for name in names if re.search(r"token|password|secret", name)} <= secret


def test_each_choice_of_a_setting_is_called_by_words_that_people_use(channel: Channel) -> None:
    for field in channel.config:
        names = names_of(field)
        assert len(names) == len(set(names)) == len(field.choices)
        assert all(names), field.name
        assert not any("_" in name for name in names), field.name


@pytest.mark.parametrize("raw", STRANGE)
def test_any_payload_is_read_and_gives_something_visible(channel: Channel, raw: bytes) -> None:
    notices = channel.read(raw)
    assert notices
    for notice in notices:
        assert notice.kind in NOTICE_KINDS
        made = parse(channel.message(notice, raw))
        assert made.text or made.attachments or not raw.strip() or channel.name == settings.LAST_RESORT


@pytest.mark.parametrize("raw", STRANGE)
def test_reading_is_pure(channel: Channel, raw: bytes) -> None:
    assert channel.read(raw) == channel.read(raw)
    assert channel.key(raw) == channel.key(raw)


def test_a_payload_with_several_notices_tells_them_apart(channel: Channel) -> None:
    keys = [notice.key for notice in channel.read(b"{}")]
    assert len(keys) == len(set(keys))


def test_a_push_from_a_stranger_is_refused(channel: Channel, rf: Any) -> None:
    response = channel.verify(rf.post("/", b"{}", content_type="application/json"))
    assert response is not None
    assert response.status_code in (401, 403, 404)


def test_nothing_is_answered_that_a_vendor_would_act_upon(channel: Channel) -> None:
    assert channel.answer(b"{}") == b""


def test_polling_ends_when_it_is_told_to(channel: Channel, db: None) -> None:
    channel.poll(lambda: True)


@pytest.mark.django_db
def test_an_account_of_a_channel_that_is_not_there_is_named_not_hidden() -> None:
    with pytest.raises(NotConnected, match=r"settings\.CHANNELS"):
        open_channel(Account(channel="pigeon", name="Loft"))


def test_the_last_resort_is_a_channel_that_is_there() -> None:
    assert settings.LAST_RESORT in CHANNELS


def test_a_notice_begins_empty() -> None:
    assert Notice("message").data == {}


def test_tickets_knows_no_messenger_by_name() -> None:
    sources = [path for path in (ROOT / "tickets").rglob("*") if path.suffix in {".py", ".html", ".js", ".css"}]
    sources.remove(ROOT / "tickets/mime/signature_words.py")  # what people write below their names, in their own words
    named = [str(path.relative_to(ROOT)) for path in sources if MESSENGERS.search(path.read_text("utf-8"))]
    assert named == []
