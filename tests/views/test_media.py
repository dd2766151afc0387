"""A file by its signed address: for vendors that fetch what is sent. Nobody reaches another file by it, and it ends."""

from datetime import timedelta

import pytest
from django.core import signing
from django.test import Client
from django.utils import timezone

from helpdesk.logs import WithoutLinks
from tests.flows.desk import arrive, mail, mailbox
from tickets.actions.reply import reply
from tickets.channels import media_link, read_media_link
from tickets.mime.build import File
from tickets.models import Agent, Message

pytestmark = pytest.mark.django_db
PNG = b"\x89PNG\r\n\x1a\n" + b"0" * 20


@pytest.fixture
def sent(ben: Agent) -> Message:
    """An answer with a picture and a page."""
    asked = arrive(mailbox(), mail("Hello"))
    assert asked is not None
    files = [File("kettle.png", "image/png", PNG), File("page.html", "text/html", b"<script>alert(1)</script>")]
    return reply(asked.ticket, "Here they are.", ben, files=files)


def path(message: Message, filename: str) -> str:
    part = message.attachments.get(filename=filename).part
    return "/" + media_link(message, part, filename).split("/", 3)[3]


def test_a_picture_is_shown_and_everything_else_is_a_download(sent: Message) -> None:
    picture, page = Client().get(path(sent, "kettle.png")), Client().get(path(sent, "page.html"))
    assert (picture.content, picture["Content-Type"]) == (PNG, "image/png")
    assert (page["Content-Type"], page["Content-Disposition"]) == (
        "application/octet-stream",
        'attachment; filename="page.html"',
    )
    assert page["X-Content-Type-Options"] == "nosniff"
    assert path(sent, "kettle.png").endswith("/kettle.png")


def test_an_address_that_was_changed_or_has_run_out_shows_nothing(
    sent: Message, monkeypatch: pytest.MonkeyPatch
) -> None:
    good = path(sent, "kettle.png")
    token = good.split("/")[2]
    assert read_media_link(token) == (sent.public_id, sent.attachments.get(filename="kettle.png").part)
    for bad in (token[:-1], token + "a", token.replace(":", ""), signing.dumps([sent.public_id, 1])):
        assert Client().get(f"/media/{bad}/kettle.png").status_code == 404
    later = (timezone.now() + timedelta(days=15)).timestamp()
    monkeypatch.setattr(signing.time, "time", lambda: later)
    assert Client().get(good).status_code == 404


def test_what_a_customer_sent_has_no_such_address(sent: Message) -> None:
    theirs = Message.objects.get(direction="in")
    assert Client().get("/" + media_link(theirs, 1, "a").split("/", 3)[3]).status_code == 404


def test_the_log_keeps_no_address_that_opens_a_file(sent: Message) -> None:
    import logging  # noqa: PLC0415

    line = logging.LogRecord("web", logging.INFO, "", 0, f"404 {path(sent, 'kettle.png')}", (), None)
    assert "/media/(link)/kettle.png" in WithoutLinks("%(message)s").format(line)
