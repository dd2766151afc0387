"""Address lists as people and programs really write them."""

import pytest

from tickets.mime.addresses import Mailbox, mailboxes

ANN = Mailbox("Ann", "ann@x.example")


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("Ann <ann@X.Example>", [ANN]),
        ("ann@x.example (Ann)", [ANN]),
        ('ann@x.example ("" Ann)', [ANN]),
        ("Ann <mailto:ann@x.example>", [ANN]),
        ("Ann [ann@x.example]", [ANN]),
        ('"Ann <ann@x.example>', [ANN]),
        ("Ann <<ann@x.example>>", [ANN]),
        ("Ann <@relay.example:ann@x.example>", [ANN]),
        ("Ann <ann @ x.example.>", [ANN]),
        ("Ann <ann@x.example> <tim@x.example>", [ANN]),
        ("Team: Ann <ann@x.example>;", [ANN]),
        ("Ann <ann@x.example", [ANN]),
        ('"ann oak"@x.example', [Mailbox("", '"ann oak"@x.example')]),
        ("Ann@Home <ann@x.example>", [Mailbox("Ann@Home", "ann@x.example")]),
        (
            '"Oak, Ann" <ann@x.example>, tim@x.example',
            [Mailbox("Oak, Ann", "ann@x.example"), Mailbox("", "tim@x.example")],
        ),
        ("ann@[192.0.2.1]", [Mailbox("", "ann@[192.0.2.1]")]),
        ("ann@x.example.", [Mailbox("", "ann@x.example")]),
        ("Ann ann@x.example", [ANN]),
        ("Ann ann@x.example>", [ANN]),
        ("Ann <ann@x.example> trailing words", [Mailbox("Ann trailing words", "ann@x.example")]),
        ("Pat o'neil@x.example", [Mailbox("Pat", "o'neil@x.example")]),
        ("'pat@x.example'", [Mailbox("", "pat@x.example")]),
        ("ann@x.example tim@x.example", [Mailbox("", "ann@x.example"), Mailbox("", "tim@x.example")]),
        ("ann@x.example <ann@x.example>", [Mailbox("ann@x.example", "ann@x.example")]),
        ("Ann (home) <ann@x.example>", [ANN]),
        ("Ann (at (my) home) <ann(c)@x.example>", [Mailbox("Ann", "ann(c)@x.example")]),
        ("ann (work) @ (c) x.example (Ann)", [Mailbox("work c Ann", "ann@x.example")]),
        ("Ann (never closed <ann@x.example>", [Mailbox("", "ann@x.example")]),
        ("=?utf-8?q?Oak,_Ann?= <ann@x.example>", [Mailbox("Oak, Ann", "ann@x.example")]),
        ("=?utf-8?q?Ann_(Oak)?= <ann@x.example>", [Mailbox("Ann (Oak)", "ann@x.example")]),
        ("=?utf-8?q?Ann:_Oak?= <ann@x.example>", [Mailbox("Ann: Oak", "ann@x.example")]),
        ('"=?utf-8?q?Gr=C3=BCn?=" <ann@x.example>', [Mailbox("Grün", "ann@x.example")]),
        ("ann@x.example (=?utf-8?q?Gr=C3=BCn?=)", [Mailbox("Grün", "ann@x.example")]),
        ("=?utf-8?q?Gr=C3=BCn?=<ann@x.example>", [Mailbox("Grün", "ann@x.example")]),
        ("Grün <grün@bücher.example>", [Mailbox("Grün", "grün@bücher.example")]),
        ('"Ann \\"A.\\" Oak" <ann@x.example>', [Mailbox('Ann "A." Oak', "ann@x.example")]),
        ('"Ann <ann@x.example>, Tim <tim@x.example>', [ANN, Mailbox("Tim", "tim@x.example")]),
        ("Ann <@a.example,@b.example:ann@x.example>", [ANN]),
        ("A: ann@x.example, tim@x.example; B:;", [Mailbox("", "ann@x.example"), Mailbox("", "tim@x.example")]),
        ("Ann <ann@x.example>;Tim <tim@x.example>;", [ANN, Mailbox("Tim", "tim@x.example")]),
        (",, Ann <ann@x.example>,,", [ANN]),
        ("Ann = Co <ann@x.example>", [Mailbox("Ann = Co", "ann@x.example")]),
        ("undisclosed-recipients:;", []),
        ("undisclosed recipients", []),
        ("MAILER-DAEMON", []),
        ("foo@", []),
        ("<>", []),
        ("", []),
    ],
)
def test_an_address_field_gives_its_mailboxes(text: str, wanted: list[Mailbox]) -> None:
    assert mailboxes(text) == wanted
