"""Whom a machine of ours may answer."""

import pytest

from tickets.mime.automatic import may_answer
from tickets.mime.parse import parse


def asked(
    fields: str = "", sender: str = "Zoe <zoe@x.example>", envelope: str | None = "zoe@x.example"
) -> tuple[bool, str]:
    return may_answer(parse(f"{fields}From: {sender}\nSubject: Printer\n\nHello".encode()), envelope)


def test_a_persons_mail_may_be_answered() -> None:
    assert asked() == (True, "written by a person")
    assert asked(envelope=None)[0]


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ("Auto-Submitted: auto-generated\n", "machine"),
        ("Auto-Submitted: auto-forwarded\n", "Auto-Submitted field says auto-forwarded"),
        ("List-Id: <news.x.example>\n", "mailing list"),
        ("Precedence: bulk\n", "Precedence is bulk"),
        ("X-Auto-Response-Suppress: OOF\nList-Post: x\n", "mailing list"),
        ("X-Loop: help@desk.example\n", "X-Loop"),
    ],
)
def test_a_machines_mail_is_not_answered_and_the_reason_says_why(fields: str, reason: str) -> None:
    allowed, why = asked(fields)
    assert not allowed
    assert reason in why


def test_nobody_is_answered_who_cannot_read_it() -> None:
    assert asked(envelope="") == (False, "its envelope sender is empty")
    assert asked(envelope="<>") == (False, "its envelope sender is empty")
    assert asked("Return-Path: <>\n", envelope=None) == (False, "its Return-Path is empty")
    assert not asked(sender="no-reply@x.example")[0]
    assert not asked(envelope="bounces+12=3@x.example")[0]
    assert not asked(sender="")[0]
