"""How a message is cut into calls: texts, and each file as what Viber shows it. The same message is always cut the same."""

from collections.abc import Sequence
from pathlib import PurePosixPath
from typing import Any

from bridges.split import ranges
from tickets.mime.parse import Attachment

MB = 1 << 20
LONGEST_TEXT = 7000  # channels.md §2, "Message types"
LONGEST_CAPTION = 768
LARGEST_VIDEO, LARGEST_FILE = 26 * MB, 50 * MB
PICTURES = frozenset(["image/jpeg", "image/png", "image/gif"])
# VC "Forbidden file formats": what runs on a phone or a computer.
FORBIDDEN = frozenset(
    "action apk app bat bin cmd com command cpl csh exe gadget inf1 ins inx ipa isu job jse ksh lnk msc msi msp mst "
    "osx out paf pif prg ps1 reg rgs run sct shb shs u3p vb vbe vbs vbscript workflow ws wsf".split()
)
Part = dict[str, Any]  # {"type", "text", "file": its part number, 0 for none}
Cut = list[list[int]]  # for each part [from, to, part number of its file], kept with the delivery


def type_of(file: Attachment) -> str:
    """Return as what Viber shows a file; what it would refuse goes as a file."""
    if file.content_type in PICTURES:
        return "picture"
    return "video" if file.content_type == "video/mp4" and file.size <= LARGEST_VIDEO else "file"


def is_forbidden(filename: str) -> bool:
    """Whether Viber takes no file of this name."""
    return PurePosixPath(filename).suffix.lower().lstrip(".") in FORBIDDEN


def cut(text: str, files: Sequence[Attachment]) -> Cut:
    """Return what goes into which call. A short text is the caption of a single picture."""
    if len(files) == 1 and text and len(text) <= LONGEST_CAPTION and type_of(files[0]) == "picture":
        return [[0, len(text), files[0].part]]
    return [[start, end, 0] for start, end in ranges(text, LONGEST_TEXT)] + [[0, 0, file.part] for file in files]


def parts(text: str, files: Sequence[Attachment], made: Cut) -> list[Part]:
    """Return the calls for a cut that was made before."""
    types = {file.part: type_of(file) for file in files}
    return [
        {"type": types.get(file, "file") if file else "text", "text": text[start:end], "file": file}
        for start, end, file in made
    ]
