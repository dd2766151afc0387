"""`manage.py tickets`: the pinned form of tickets, messages and events, and its exit codes."""

import json
import os
import subprocess
import sys
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from tests.flows import desk
from tests.services import migrated
from tickets.actions.change import assign, set_priority, set_status, tag
from tickets.actions.merge import merge
from tickets.actions.note import note
from tickets.actions.reply import recipients, reply
from tickets.mime.build import File
from tickets.models import Account, Agent, Entry, Ticket

pytestmark = [pytest.mark.django_db, pytest.mark.database]
ROOT = Path(__file__).resolve().parents[2]
TICKET_KEYS = [
    "number", "subject", "state", "channel", "mailbox", "contact", "assignee", "team", "tags", "priority", "created", "updated",
]  # fmt: skip
MESSAGE_KEYS = [
    "id", "entry", "direction", "channel", "from", "to", "date", "received", "subject", "text", "reply", "attachments",
    "message_id", "reason", "deliveries",
]  # fmt: skip


@pytest.fixture
def support(db: None) -> Account:
    return desk.mailbox()


def run(*arguments: str) -> str:
    out = StringIO()
    call_command("tickets", *arguments, stdout=out, stderr=StringIO())
    return out.getvalue()


def as_json(*arguments: str) -> Any:
    return json.loads(run(*arguments, "--json"))


def some_tickets(support: Account, count: int) -> list[int]:
    for place in range(count):
        desk.arrive(support, desk.mail(f"It is broken, part {place}."))
    return list(Ticket.objects.order_by("number").values_list("number", flat=True))


def test_the_list_is_newest_first_and_goes_on_below_a_number(support: Account) -> None:
    one, two, three = some_tickets(support, 3)
    assert [found["number"] for found in as_json()] == [three, two, one]
    assert [found["number"] for found in as_json("--limit", "2")] == [three, two]
    assert [found["number"] for found in as_json("--after", str(two))] == [one]
    assert as_json("--after", str(one)) == []
    assert list(as_json()[0]) == TICKET_KEYS


def test_a_list_longer_than_one_reading_is_whole(support: Account, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tickets.management.showing.AT_ONCE", 2)
    numbers = some_tickets(support, 5)
    assert [found["number"] for found in as_json()] == numbers[::-1]
    assert [found["number"] for found in as_json("--limit", "3")] == numbers[:1:-1]
    assert [found["number"] for found in as_json("--limit", "4")] == numbers[:0:-1]


def test_a_ticket_is_shown_whole_with_what_was_said_and_done(support: Account, ann: Agent) -> None:
    photo = File("photo.jpg", "image/jpeg", b"\xff\xd8 smoke")
    raw = desk.mail(
        "It smokes.\n\nOn Monday, Help wrote:\n> Is it on?", files=(photo,), message_id="1@customer.example"
    )
    arrived = desk.arrive(support, raw)
    assert arrived is not None
    ticket = desk.only_ticket()
    assert as_json(str(ticket.number))["messages"][0]["entry"] is None
    to, _cc = recipients(ticket, everybody=False)
    answer = reply(ticket, "Pull the plug.", ann, to=to)
    note(ticket, "The third one this week.", ann)
    assign(ticket, ann, ann, reason="She knows printers.")
    set_priority(ticket, 4, ann)
    tag(ticket, ["printer", "fire"], ann)
    desk.settle()
    whole = as_json(str(ticket.number))
    assert list(whole) == [*TICKET_KEYS, "messages", "events"]
    assert (whole["subject"], whole["state"], whole["priority"]) == ("Printer", "waiting", "urgent")
    assert (whole["mailbox"], whole["assignee"], whole["team"]) == ("support@desk.example", "ann@desk.example", None)
    assert whole["tags"] == ["fire", "printer"]
    zoe = {"channel": "email", "address": "zoe@customer.example", "proven": True}
    assert whole["contact"] == {"name": "Zoe Customer", "addresses": [zoe]}
    came, *others = whole["messages"]
    assert list(came) == MESSAGE_KEYS
    assert (came["id"], came["direction"], came["entry"]) == (
        arrived.public_id,
        "in",
        Entry.objects.get(pk=arrived.entry_id).number,
    )
    assert came["from"] == {"name": "Zoe Customer", "address": "zoe@customer.example"}
    assert came["to"] == [{"name": "", "address": "support@desk.example"}]
    assert (came["reply"], came["message_id"]) == ("It smokes.", "1@customer.example")
    assert "Is it on?" in came["text"]
    assert came["date"].endswith("+00:00")
    assert came["received"].endswith("+00:00")
    assert came["reason"] == "A new ticket: nothing in this mail refers to one."
    assert [(file["filename"], file["content_type"], file["size"]) for file in came["attachments"]] == [
        ("photo.jpg", "image/jpeg", 8)
    ]
    sent = next(one for one in others if one["id"] == answer.public_id)
    [delivery] = sent["deliveries"]
    assert list(delivery) == ["channel", "address", "state", "reason", "remote_ids", "at"]
    assert (delivery["address"], delivery["state"]) == ("zoe@customer.example", "sent")
    assert [one["direction"] for one in whole["messages"] if one["deliveries"] == [] and one is not came] == ["note"]
    assert [list(event) for event in whole["events"]] == [["entry", "kind", "at", "by", "reason"]] * 4
    assigned = next(event for event in whole["events"] if event["kind"] == "assigned")
    assert (assigned["by"], assigned["reason"]) == ("ann@desk.example", "She knows printers.")
    assert all(isinstance(one["entry"], int) for one in [*whole["messages"], *whole["events"]])


def test_a_merged_ticket_is_shown_as_the_one_it_is_part_of(support: Account, ann: Agent) -> None:
    one, two = some_tickets(support, 2)
    merge(Ticket.objects.get(number=two), Ticket.objects.get(number=one), ann)
    assert [found["number"] for found in as_json()] == [one]
    assert as_json(str(two))["number"] == one


def test_without_json_it_is_text_that_steers_no_terminal(support: Account, ann: Agent) -> None:
    desk.arrive(support, desk.mail("Look: \x1b[2J\x9b31m\u202etxt.exe", subject="=?utf-8?q?=1B]0;pwned=07?="))
    ticket = desk.only_ticket()
    set_status(ticket, "solved", ann, reason="Not a question.")
    for text in (run(), run(str(ticket.number)), run(f"#{ticket.number}")):
        assert "pwned" in text
        assert not {"\x1b", "\x07", "\x9b", "\u202e"} & set(text)
    assert "Not a question." in run(str(ticket.number))


def test_a_ticket_that_is_not_there_is_said(db: None) -> None:
    with pytest.raises(CommandError, match="There is no ticket 99"):
        run("99")
    assert run("--json") == "[]\n"
    assert run() == ""


@pytest.fixture(scope="module")
def empty_helpdesk(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """The environment of a helpdesk of its own, with nothing in it."""
    environ = {"PATH": os.environ["PATH"], "DATA_DIR": str(tmp_path_factory.mktemp("data")), "LOG_LEVEL": "ERROR"}
    migrated.put_into(Path(environ["DATA_DIR"]))
    return environ


@pytest.mark.parametrize(
    ("line", "code"),
    [("--json", 0), ("7", 1), ("x", 2), ("--limit 0", 2), ("7 --limit 1", 2), ("--sideways", 2)],
)
def test_the_exit_code_tells_done_from_wrong_and_from_wrong_use(
    empty_helpdesk: dict[str, str], line: str, code: int
) -> None:
    command = [sys.executable, "manage.py", "tickets", *line.split()]
    done = subprocess.run(command, cwd=ROOT, env=empty_helpdesk, capture_output=True, timeout=60, check=False)
    assert (done.returncode, b"Traceback" in done.stderr) == (code, False), done.stderr
    assert bool(done.stderr) == bool(code)


def test_the_documentation_names_every_key() -> None:
    document = (ROOT / "docs" / "scripts.md").read_text("utf-8")
    assert [key for key in [*TICKET_KEYS, *MESSAGE_KEYS, "messages", "events"] if f"`{key}`" not in document] == []
