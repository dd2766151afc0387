"""`parsemail` prints one object a line for whatever it is given, and never fails."""

import json
from io import StringIO
from pathlib import Path

from django.core.management import call_command

MESSAGES = Path(__file__).parent.parent / "messages"
KEYS = [
    "file", "message_id", "in_reply_to", "references", "date", "from", "reply_to", "to", "cc", "subject", "text", "html", "reply",
    "attachments", "kind", "bounce", "defects",
]  # fmt: skip


def lines(*paths: str) -> list[dict[str, object]]:
    out = StringIO()
    call_command("parsemail", *paths, "--json", stdout=out)
    return [json.loads(line) for line in out.getvalue().splitlines()]


def test_each_file_gives_one_object_with_all_keys_in_the_order_given(tmp_path: Path) -> None:
    empty, picture = tmp_path / "empty", tmp_path / "picture.png"
    empty.write_bytes(b"")
    picture.write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(range(256)))
    paths = [
        str(MESSAGES / "plain-mail-with-all-common-fields.eml"),
        str(empty),
        str(picture),
        str(tmp_path),
        str(tmp_path / "missing"),
    ]
    found = lines(*paths)
    assert [line["file"] for line in found] == paths
    assert all(list(line) == KEYS for line in found)
    assert found[0]["subject"] == "Printer"
    assert [bool(line["defects"]) for line in found[3:]] == [True, True]


def test_without_json_it_is_text_for_people() -> None:
    out = StringIO()
    call_command("parsemail", str(MESSAGES / "reply-top-gmail.eml"), stdout=out)
    assert "reply: Works, thanks!\n" in out.getvalue()
