"""One message on the screen: its HTML on its own paper, pictures, files, and the original."""

from collections.abc import Callable

import pytest
from django.test import Client

from tests.flows.desk import arrive, mail, settle
from tickets.actions.reply import reply
from tickets.mime.build import File
from tickets.models import Account, Agent, Message
from tickets.views import paper

PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 40
HTML = b"""From: Zoe <zoe@customer.example>\r
To: support@desk.example\r
Subject: Look\r
Message-ID: <html@customer.example>\r
MIME-Version: 1.0\r
Content-Type: text/html; charset=utf-8\r
\r
<p onclick="x()">Hello<script>alert(1)</script> <b>there</b></p><img src="https://tracker.example/p.gif?a=1&amp;b=2"><form action="https://evil.example"><input></form>
<div class="gmail_quote">On Monday you wrote:<blockquote>Old words</blockquote></div>\r
"""


@pytest.fixture
def html(support: Account) -> Message:
    found = arrive(support, HTML)
    assert found is not None
    return found


def test_html_is_shown_without_scripts_forms_and_foreign_pictures(
    html: Message, ben: Agent, enter: Callable[..., Client]
) -> None:
    response = enter(ben).get(f"/messages/{html.public_id}/html")
    page = response.content.decode()
    assert "<b>there</b>" in page
    for bad in ("<script", "onclick", "<form", "<input", "tracker.example"):
        assert bad not in page
    policy = response.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "script-src" not in policy
    assert "sandbox" in policy
    assert "1 picture from elsewhere is not shown" in page


def test_pictures_from_elsewhere_come_through_us_when_asked_for(
    html: Message, ben: Agent, enter: Callable[..., Client]
) -> None:
    page = enter(ben).get(f"/messages/{html.public_id}/html?images=1").content.decode()
    assert 'src="/pictures/?of=' in page
    assert "tracker.example" not in page
    assert paper.remote_urls(html).keys() == {"https://tracker.example/p.gif?a=1&b=2"}


def test_quoted_history_is_folded(html: Message, ben: Agent, enter: Callable[..., Client]) -> None:
    page = enter(ben).get(f"/messages/{html.public_id}/html").content.decode()
    before, after = page.split("<details class='folded'>")
    assert "there" in before
    assert "Old words" in after


def test_a_mail_that_is_nothing_but_a_quotation_is_not_folded_away() -> None:
    quote = '<div class="gmail_quote">All there is</div>'
    assert paper.folded(quote) == quote


def test_the_frame_on_the_page_is_sandboxed_without_scripts(
    html: Message, ben: Agent, enter: Callable[..., Client]
) -> None:
    page = enter(ben).get(f"/tickets/{html.ticket.number}/").content.decode()
    assert 'sandbox="allow-same-origin allow-popups' in page
    assert "allow-scripts" not in page


def filed(support: Account, filename: str, kind: str, content: bytes) -> Message:
    found = arrive(support, mail("See the file", files=(File(filename, kind, content),)))
    assert found is not None
    return found


def test_a_file_is_a_download_under_a_name_of_our_making(
    support: Account, ben: Agent, enter: Callable[..., Client]
) -> None:
    message = filed(support, '../../x"y;\r\n übel.HTML', "text/html", b"<script>alert(1)</script>")
    part = message.attachments.get().part
    response = enter(ben).get(f"/messages/{message.public_id}/files/{part}/")
    assert response.content == b"<script>alert(1)</script>"
    assert response.headers["Content-Type"] == "application/octet-stream"
    assert response.headers["Content-Disposition"].startswith('attachment; filename="')
    assert not set("\r\n;/\\") & set(response.headers["Content-Disposition"].removeprefix("attachment; "))
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in response.headers["Content-Security-Policy"]


def test_only_what_is_a_picture_by_its_bytes_is_shown_as_one(
    support: Account, ben: Agent, enter: Callable[..., Client]
) -> None:
    client = enter(ben)
    real, false = filed(support, "a.png", "image/png", PNG), filed(support, "b.png", "image/png", b"<svg onload=x()>")
    shown = client.get(f"/messages/{real.public_id}/pictures/{real.attachments.get().part}/")
    assert (shown.status_code, shown.headers["Content-Type"]) == (200, "image/png")
    assert client.get(f"/messages/{false.public_id}/pictures/{false.attachments.get().part}/").status_code == 404


@pytest.mark.parametrize("written", [False, True])
def test_the_original_is_shown_and_given_byte_for_byte(
    written: bool, html: Message, ben: Agent, enter: Callable[..., Client]
) -> None:
    if written:
        settle()
    client = enter(ben)
    assert "tracker.example" in client.get(f"/messages/{html.public_id}/original/").content.decode()
    eml = client.get(f"/messages/{html.public_id}/original/?download")
    assert (eml.content, eml.headers["Content-Type"]) == (HTML, "message/rfc822")
    assert "attachment" in eml.headers["Content-Disposition"]


def test_the_original_of_a_reply_shows_what_was_really_sent(
    html: Message, ben: Agent, enter: Callable[..., Client]
) -> None:
    said = reply(html.ticket, "Gladly.", ben, to=[{"name": "Zoe", "address": "zoe@customer.example"}])
    settle()
    page = enter(ben).get(f"/messages/{said.public_id}/original/").content.decode()
    assert "As it was written" in page
    assert "As it left by Support" in page
    assert "from the record" in page


def test_the_whole_text_is_fetched_when_it_is_unfolded(
    support: Account, ben: Agent, enter: Callable[..., Client]
) -> None:
    message = arrive(support, mail("New words\n\nOn Mon, Zoe wrote:\n> old words https://example.org/a"))
    assert message is not None
    page = enter(ben).get(f"/messages/{message.public_id}/whole/").content.decode()
    assert "old words" in page
    assert '<a href="https://example.org/a"' in page
