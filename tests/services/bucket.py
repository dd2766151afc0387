"""An S3-compatible bucket over real HTTP: what the record needs of one, and no more. It checks no signature."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from email.utils import formatdate
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, unquote, urlsplit
from xml.sax.saxutils import escape

PAGE = 100  # keys a listing gives at once: small, so that tests page
KEEPS_VERSIONS = False


class Bucket(BaseHTTPRequestHandler):
    """Objects live in the server's dict, by path ("/bucket/key")."""

    protocol_version = "HTTP/1.1"

    @property
    def objects(self) -> dict[str, bytes]:
        """What is stored."""
        return self.server.objects  # type: ignore[attr-defined, no-any-return]

    def answer(self, status: int, body: bytes = b"", **headers: str) -> None:
        """Send one answer."""
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def fault(self, status: int, code: str) -> None:
        """Refuse, as S3 words it."""
        self.answer(status, f"<Error><Code>{code}</Code><Message>{code}</Message></Error>".encode())

    def do_PUT(self) -> None:
        body = self._body()
        path = unquote(urlsplit(self.path).path)
        if self.headers.get("If-None-Match") == "*" and path in self.objects:
            self.fault(412, "PreconditionFailed")
            return
        self.objects[path] = body
        self.answer(200, ETag='"x"')

    def _body(self) -> bytes:
        """The body; boto3 sends it in signed chunks."""
        length = int(self.headers["Content-Length"])
        raw = self.rfile.read(length)
        if "aws-chunked" not in self.headers.get("Content-Encoding", ""):
            return raw
        body = b""
        while raw:
            size, _, raw = raw.partition(b"\r\n")
            count = int(size.split(b";")[0], 16)
            if not count:
                return body
            body, raw = body + raw[:count], raw[count + 2 :]
        return body

    def do_GET(self) -> None:
        parts = urlsplit(self.path)
        query = parse_qs(parts.query)
        if "versioning" in parts.query:
            status = "<Status>Enabled</Status>" if KEEPS_VERSIONS else ""
            self.answer(200, f"<VersioningConfiguration>{status}</VersioningConfiguration>".encode())
            return
        if "list-type" in query:
            self._list(unquote(parts.path).rstrip("/") + "/", query)
            return
        found = self.objects.get(unquote(parts.path))
        if found is None:
            self.fault(404, "NoSuchKey")
        else:
            self.answer(200, found, Last_Modified=formatdate(usegmt=True), ETag='"x"')

    do_HEAD = do_GET  # noqa: N815

    def do_DELETE(self) -> None:
        self.objects.pop(unquote(urlsplit(self.path).path), None)
        self.answer(204)

    def _list(self, bucket: str, query: dict[str, list[str]]) -> None:
        prefix = bucket + query.get("prefix", [""])[0]
        after = query.get("continuation-token", [""])[0]
        keys = sorted(key for key in self.objects if key.startswith(prefix) and key > after)
        page = keys[:PAGE]
        more = len(keys) > PAGE
        rows = "".join(f"<Contents><Key>{escape(key[len(bucket) :])}</Key></Contents>" for key in page)
        token = f"<NextContinuationToken>{escape(page[-1])}</NextContinuationToken>" if more else ""
        text = f"<ListBucketResult><IsTruncated>{str(more).lower()}</IsTruncated>{token}{rows}</ListBucketResult>"
        self.answer(200, text.encode(), Content_Type="application/xml")

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


@contextmanager
def running() -> Iterator[tuple[str, dict[str, bytes]]]:
    """The endpoint's URL and what is stored there, for as long as the block runs."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), Bucket)
    server.daemon_threads = True
    server.objects = {}  # type: ignore[attr-defined]
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}", server.objects  # type: ignore[attr-defined]
    finally:
        server.shutdown()
        server.server_close()
