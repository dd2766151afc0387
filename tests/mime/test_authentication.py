"""Only the word of our own border counts, and only about the domain in From."""

import pytest

from tickets.mime.authentication import border
from tickets.mime.headers import Headers

FROM = "From: Zoe <zoe@x.example>\n"
RECEIVED = "Received: from x by mx.desk.example; Tue, 4 Mar 2025 10:00:00 +0100\n"


def said(results: str, below: str = "", sender: str = FROM) -> str:
    head = f"Authentication-Results: mx.desk.example; {results}\n" if results else ""
    return border(Headers((head + RECEIVED + below + sender).encode()), "mx.desk.example").verdict


@pytest.mark.parametrize(
    ("results", "wanted"),
    [
        ("dmarc=pass header.from=x.example", "pass"),
        ("dmarc=fail (p=none) header.from=x.example", "fail"),
        ("dkim=pass header.d=x.example", "pass"),
        ("dkim=pass header.i=@mail.x.example; spf=fail smtp.mailfrom=b.example", "pass"),
        ("dkim=pass header.d=other.example", "unknown"),
        ("spf=pass smtp.mailfrom=bounce@x.example", "pass"),
        ("spf=fail smtp.mailfrom=x.example", "fail"),
        ("dkim=pass (comment; dmarc=fail) header.d=x.example", "pass"),
        ("dkim=pass header.d=example", "unknown"),
        ("none", "unknown"),
        ("", "unknown"),
    ],
)
def test_our_borders_word_about_the_sender(results: str, wanted: str) -> None:
    assert said(results) == wanted


def test_a_field_that_came_with_the_mail_is_not_believed() -> None:
    forged = "Received: from y by x.example; Tue, 4 Mar 2025 09:00:00 +0100\nAuthentication-Results: mx.desk.example; dmarc=pass\n"
    assert said("", forged) == "unknown"
    assert said("dmarc=fail header.from=x.example", forged) == "fail"


def test_another_servers_word_is_not_believed() -> None:
    headers = Headers(("Authentication-Results: mx.evil.example; dmarc=pass\n" + FROM).encode())
    assert border(headers, "mx.desk.example").verdict == "unknown"
    assert border(headers, "").verdict == "unknown"


def test_two_senders_are_nobodys_identity() -> None:
    assert said("dmarc=pass", sender=FROM + "From: ann@desk.example\n") == "unknown"


def test_a_forged_field_below_our_own_is_not_read() -> None:
    forged = "Authentication-Results: mx.desk.example; dmarc=pass header.from=x.example\n"
    assert said("dmarc=fail header.from=x.example", forged) == "fail"
    assert said("none", forged) == "unknown"


def test_a_border_that_writes_below_its_received_is_heard() -> None:
    inner = "Received: by 2002:a05:0:0:0:0 with SMTP id x; Tue, 4 Mar 2025 10:00:00 +0100\n"
    results = "Authentication-Results: mx.desk.example; dmarc=pass header.from=x.example\n"
    assert border(Headers((inner + RECEIVED + results + FROM).encode()), "mx.desk.example").verdict == "pass"
