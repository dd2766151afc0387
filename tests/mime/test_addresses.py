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
        ("undisclosed-recipients:;", []),
        ("MAILER-DAEMON", []),
        ("foo@", []),
        ("<>", []),
        ("", []),
    ],
)
def test_an_address_field_gives_its_mailboxes(text: str, wanted: list[Mailbox]) -> None:
    assert mailboxes(text) == wanted
