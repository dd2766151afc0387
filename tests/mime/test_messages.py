"""Every mail of tests/messages is read as the .json beside it says. Keys that a .json leaves out are not looked at."""

import json
from pathlib import Path

import pytest

from tickets.mime.parse import parse
from tickets.mime.show import fields_of

MESSAGES = sorted((Path(__file__).parent.parent / "messages").glob("*.eml"))


@pytest.mark.parametrize("path", MESSAGES, ids=lambda path: path.stem)
def test_a_message_is_read_as_its_pair_says(path: Path) -> None:
    wanted = json.loads(path.with_suffix(".json").read_text(encoding="utf-8"))
    found = fields_of(path.name, parse(path.read_bytes()))
    for file in found["attachments"]:
        file.pop("sha256")
    assert {key: found[key] for key in wanted} == wanted
