"""How a message is cut into calls: texts, and each file as what WhatsApp shows it. The same message is always cut the same."""

from collections.abc import Sequence
from typing import Any

from bridges.split import ranges
from tickets.mime.parse import Attachment

MB = 1 << 20
LONGEST_TEXT = 4096  # channels.md §3, "Send"
LONGEST_CAPTION = 1024
# kind -> (what it may be, how large): channels.md §3, "Send"; the types are Meta's page "Supported media types".
KINDS: dict[str, tuple[frozenset[str], int]] = {
    "image": (frozenset(["image/jpeg", "image/png"]), 5 * MB),
    "video": (frozenset(["video/mp4", "video/3gpp"]), 16 * MB),
    "audio": (frozenset(["audio/aac", "audio/amr", "audio/mpeg", "audio/mp4", "audio/ogg"]), 16 * MB),
}
LARGEST = 100 * MB  # of a document
Part = dict[str, Any]  # {"kind", "text", "file": its part number, 0 for none}
Cut = list[list[int]]  # for each part [from, to, part number of its file], kept with the delivery


def kind_of(file: Attachment) -> str:
    """Return as what WhatsApp shows a file; what it would refuse goes as a document."""
    for kind, (types, largest) in KINDS.items():
        if file.content_type in types and file.size <= largest:
            return kind
    return "document"


def cut(text: str, files: Sequence[Attachment]) -> Cut:
    """Return what goes into which call. A short text is the caption of a single file that can have one."""
    if len(files) == 1 and text and len(text) <= LONGEST_CAPTION and kind_of(files[0]) != "audio":
        return [[0, len(text), files[0].part]]
    return [[start, end, 0] for start, end in ranges(text, LONGEST_TEXT)] + [[0, 0, file.part] for file in files]


def parts(text: str, files: Sequence[Attachment], made: Cut) -> list[Part]:
    """Return the calls for a cut that was made before."""
    kinds = {file.part: kind_of(file) for file in files}
    return [
        {"kind": kinds.get(file, "document") if file else "text", "text": text[start:end], "file": file}
        for start, end, file in made
    ]
