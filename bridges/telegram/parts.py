"""How a message is cut into calls of the Bot API: texts, files in the right kind, albums. The same message is always cut the same."""

from collections.abc import Sequence
from typing import Any

from bridges.telegram.images import pixels
from bridges.telegram.rich import Rich
from bridges.telegram.split import LONGEST_CAPTION, ranges, units
from tickets.mime.parse import Attachment, Mail

BIGGEST_PHOTO = 10 << 20
LONGEST_SIDES = 10_000  # width and height of a photo together
NARROWEST = 20  # their ratio
MOST_IN_ALBUM = 10
PHOTOS = frozenset(["image/jpeg", "image/png", "image/webp"])
AUDIO = frozenset(["audio/mpeg", "audio/mp3", "audio/mp4", "audio/x-m4a", "audio/aac"])
ALBUMS = {"photo": "visual", "video": "visual", "document": "document", "audio": "audio"}  # what may stand together
Part = dict[str, Any]  # {"method", "html", "text", "files": [part numbers], "kinds": [one for each file]}
Cut = list[list[Any]]  # for each part [from, to, [part numbers of files]], kept with the delivery


def kind_of(file: Attachment) -> str:
    """Return as what Telegram shows a file; what it would refuse or spoil goes as a document."""
    if file.content_type in PHOTOS and _is_photo(file):
        return "photo"
    if file.content_type == "image/gif":
        return "animation"
    if file.content_type == "video/mp4":
        return "video"
    if file.content_type in AUDIO:
        return "audio"
    if file.content_type in ("audio/ogg", "audio/opus") and b"OpusHead" in file.content[:200]:
        return "voice"
    return "document"


def _is_photo(file: Attachment) -> bool:
    size = pixels(file.content)
    if size is None or file.size > BIGGEST_PHOTO or not min(size):
        return False
    return sum(size) <= LONGEST_SIDES and max(size) <= NARROWEST * min(size)


def cut(text: Rich, files: Sequence[Attachment]) -> Cut:
    """Return what goes into which call. A short text is the caption of its files when these are one call."""
    groups = albums(files)
    if len(groups) == 1 and text.text and units(text.text) <= LONGEST_CAPTION:
        return [[0, len(text.text), groups[0]]]
    pieces = ranges(text.text, whole=text.links)
    return [[start, end, []] for start, end in pieces] + [[0, 0, group] for group in groups]


def albums(files: Sequence[Attachment]) -> list[list[int]]:
    """Return the part numbers of files, those together that one album may hold, ten at most."""
    together: dict[str, list[int]] = {}
    for file in files:
        kind = kind_of(file)
        together.setdefault(ALBUMS.get(kind) or f"{kind} {file.part}", []).append(file.part)
    return [
        numbers[start : start + MOST_IN_ALBUM]
        for numbers in together.values()
        for start in range(0, len(numbers), MOST_IN_ALBUM)
    ]


def parts(mail: Mail, text: Rich, made: Cut) -> list[Part]:
    """Return the calls for a cut that was made before."""
    kinds = {file.part: kind_of(file) for file in mail.attachments}
    return [
        _part(text, start, end, [kinds.get(number, "document") for number in files], files)
        for start, end, files in made
    ]


def _part(text: Rich, start: int, end: int, kinds: list[str], files: list[int]) -> Part:
    words = {"html": text.html(start, end), "text": text.text[start:end]}
    if not files:
        return {"method": "sendMessage", **words}
    method = "sendMediaGroup" if len(files) > 1 else f"send{kinds[0].title()}"
    return {"method": method, "files": files, "kinds": kinds, **words}
