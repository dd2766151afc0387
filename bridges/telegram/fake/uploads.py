"""Files both ways: uploads by multipart, by file_id; albums; and the way to fetch what a customer sent."""

import json
from typing import Any

from bridges.telegram.fake.failures import Failure, Object, bad
from bridges.telegram.fake.markup import written
from bridges.telegram.fake.sending import LONGEST_CAPTION, chat_of, deliver_message
from bridges.telegram.fake.state import State
from bridges.telegram.images import pixels

BIGGEST_DOWNLOAD = 20 << 20  # TBA Client.h:71
BIGGEST_UPLOAD = 50 << 20  # PTB FileSizeLimit.FILESIZE_UPLOAD
BIGGEST_PHOTO = 10 << 20  # PTB FileSizeLimit.PHOTOSIZE_UPLOAD
LONGEST_SIDES = 10_000  # SPEC sendPhoto: width and height together
NARROWEST = 20  # SPEC sendPhoto: width and height ratio
ALBUM = (2, 10)  # SPEC sendMediaGroup
MIXED = {"photo", "video"}  # in one album; documents and audio only among themselves
NEEDED: dict[str, Object] = {  # what Telegram finds out by itself and always tells (SPEC)
    "video": {"width": 640, "height": 360, "duration": 1},
    "animation": {"width": 320, "height": 240, "duration": 1},
    "video_note": {"length": 240, "duration": 1},
    "sticker": {"width": 512, "height": 512, "type": "regular", "is_animated": False, "is_video": False},
    "audio": {"duration": 1},
    "voice": {"duration": 1},
}
KINDS = ("photo", "document", "video", "audio", "voice", "animation", "video_note", "sticker")


def send_file(kind: str) -> Any:
    """The method that sends a file of this kind."""

    def send(state: State, given: Object) -> Object:
        caption = written(given, "caption", LONGEST_CAPTION, "message caption")
        chat_of(state, given)
        return deliver_message(state, given, {**_medium(state, kind, given, given.get(kind)), **caption})

    return send


def _medium(state: State, kind: str, given: Object, named: Any) -> Object:
    """What a message says of a file that is uploaded with the call, or known by its id. Raises Failure."""
    uploaded: dict[str, tuple[str, bytes]] = given.get("files", {})
    name = str(named or "").removeprefix("attach://") or kind
    if name in uploaded:
        filename, content = uploaded[name]
    elif str(named) in state.files:
        filename, content = "", state.files[str(named)]
    else:
        raise bad("wrong file identifier/HTTP URL specified" if named else f"there is no {kind} in the request")
    _check(kind, content)
    if kind == "photo":
        return {"photo": state.keep_photo(content)}
    named_as = {"file_name": filename} if filename and kind not in ("voice", "video_note", "sticker") else {}
    return {kind: {**state.keep(content), **named_as, **NEEDED.get(kind, {})}}


def _check(kind: str, content: bytes) -> None:
    if not content:
        raise bad("file must be non-empty")
    if len(content) > BIGGEST_UPLOAD:
        raise Failure(413, "Request Entity Too Large")
    if kind != "photo":
        return
    if len(content) > BIGGEST_PHOTO:
        raise bad(
            f"file of size {len(content)} bytes is too big for a photo; the maximum size is {BIGGEST_PHOTO} bytes"
        )
    size = pixels(content)
    if size is None:
        raise bad("IMAGE_PROCESS_FAILED")
    if sum(size) > LONGEST_SIDES or max(size) > NARROWEST * min(size):
        raise bad("PHOTO_INVALID_DIMENSIONS")


def send_media_group(state: State, given: Object) -> list[Object]:
    """An album: 2 to 10 messages with one media_group_id."""
    raw: Any = given.get("media")
    media: list[Object] = raw if isinstance(raw, list) else json.loads(raw or "[]")
    kinds = {str(one.get("type")) for one in media}
    _check_album(len(media), kinds)
    made = [
        {
            **_medium(state, one["type"], given, one.get("media")),
            **written(one, "caption", LONGEST_CAPTION, "message caption"),
        }
        for one in media
    ]
    chat_of(state, given)
    group = str(10_000_000 + state.next_message)
    return [deliver_message(state, given, one | {"media_group_id": group}) for one in made]


def _check_album(count: int, kinds: set[str]) -> None:
    """The words are those of td MessagesManager.cpp and TBA Client.cpp, from memory."""
    if not count:
        raise bad("there are no messages to send")
    if count < ALBUM[0] or count > ALBUM[1]:
        raise bad("too much messages to send as an album" if count > ALBUM[1] else "there must be at least 2 media")
    if len(kinds) > 1 and not kinds <= MIXED:
        odd = "Document" if "document" in kinds else "Audio"
        raise bad(f"{odd} can't be mixed with other media types")
    if not kinds <= {*MIXED, "document", "audio"}:
        raise bad("type specified is not supported in albums")


def get_file(state: State, given: Object) -> Object:
    """Where a file can be fetched, for an hour."""
    file_id = str(given.get("file_id", ""))
    content = state.files.get(file_id)
    if content is None:
        raise bad("wrong file_id or the file is temporarily unavailable")
    if len(content) > BIGGEST_DOWNLOAD:
        raise bad("file is too big")
    return {"file_id": file_id, "file_unique_id": f"u{file_id}", "file_size": len(content), "file_path": file_id}


def get_profile_photos(state: State, given: Object) -> Object:
    """The pictures of the bot, or none."""
    if not state.picture:
        return {"total_count": 0, "photos": []}
    return {"total_count": 1, "photos": [state.keep_photo(state.picture)]}
