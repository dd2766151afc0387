"""Files that a customer sends with an answer: read up to a limit, and named where they were too large. Nothing else is lost."""

from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.core.files.uploadhandler import SkipFile, TemporaryFileUploadHandler, UploadFileException
from django.http import HttpRequest

from tickets.mime.build import File

MOST_FILES = 20


class Bounded(TemporaryFileUploadHandler):
    """Lets files in while all of them together are small enough. The rest is read and left out, so that the text arrives."""

    def __init__(self, request: HttpRequest) -> None:
        super().__init__(request)
        self.left = settings.REQUEST_MAX_BYTES
        self.refused: list[str] = []

    def receive_data_chunk(self, raw_data: bytes, start: int) -> bytes | None:
        """Take a piece of a file. Raises SkipFile for one that does not fit."""
        self.left -= len(raw_data)
        if self.left < 0:
            self.refused.append(self.file_name or "")
            raise SkipFile
        return super().receive_data_chunk(raw_data, start)


def receive(request: HttpRequest) -> tuple[list[File], list[str]]:
    """Return the files of a request and the names of those that were too large. Call it before anything reads the request."""
    bound = Bounded(request)
    request.upload_handlers = [bound]
    try:
        sent: Sequence[UploadedFile[Any]] = [file for file in request.FILES.getlist("files") if file]
    except UploadFileException:
        return [], [bound.file_name or ""]
    refused = [*bound.refused, *(file.name or "" for file in sent[MOST_FILES:])]
    return [_file(one) for one in sent[:MOST_FILES]] if not refused else [], refused


def _file(sent: "UploadedFile[Any]") -> File:
    kind = (sent.content_type or "application/octet-stream").lower()
    return File(sent.name or "file", kind, sent.read())
