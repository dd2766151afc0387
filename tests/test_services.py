"""The real servers that the tests lean on do what the tests believe."""

import smtplib

import httpx
import pytest
from django.conf import settings
from playwright.sync_api import Page
from redis import Redis

from tests.services.dovecot import Imap
from tests.services.smtp import Sink
from tickets.models import Agent


def test_the_sink_keeps_what_it_accepts_and_refuses_what_it_is_told(smtp_sink: Sink) -> None:
    smtp_sink.refuse["gone@shop.example"] = "550 5.1.1 no such person"
    with smtplib.SMTP(smtp_sink.host, smtp_sink.port) as client:
        refused = client.sendmail(
            "a@x.example", ["zoe@x.example", "gone@shop.example"], b"Subject: Hi\r\n\r\nHello\r\n"
        )
    assert refused == {"gone@shop.example": (550, b"5.1.1 no such person")}
    assert [letter.message["Subject"] for letter in smtp_sink.to("zoe@x.example")] == ["Hi"]


@pytest.mark.imap
def test_dovecot_keeps_mail_and_flags(imap_server: Imap) -> None:
    imap_server.append("zoe", b"Subject: Hi\r\n\r\nHello\r\n", flags=r"(\Seen)")
    assert len(imap_server.flags("zoe")) == 1
    assert r"\Seen" in imap_server.flags("zoe")[0]


def test_redis_is_empty_and_answers(redis_server: str) -> None:
    with Redis.from_url(settings.REDIS_URL) as client:
        assert client.keys("*") == []


@pytest.mark.browser
@pytest.mark.database
def test_a_browser_sees_the_real_web_server(live_url: str, page: Page, ann: Agent) -> None:
    page.goto(f"{live_url}/livez")
    assert page.inner_text("body").strip() == "ok"


@pytest.mark.database
def test_the_web_server_sees_what_the_test_commits(live_url: str, ann: Agent) -> None:
    report = httpx.get(f"{live_url}/healthz").json()
    assert report["database"] == "ok"
    assert report["broker"] == "ok"
    assert report["status"] == "degraded", "no worker runs here"
