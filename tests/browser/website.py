"""Somebody's website with a strict policy of its own, on which a chat stands."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

PAGE = """<!doctype html><html lang="{language}"><head><meta charset="utf-8"><title>Harbour Kettles</title>
<meta name="viewport" content="width=device-width, initial-scale=1"></head>
<body><h1>Harbour Kettles</h1><p><a href="/other">Another page</a></p>
<script async src="{snippet}"{more}></script></body></html>"""


@dataclass
class Website:
    """Where it is, and what it serves."""

    origin: str
    snippet: str = ""
    language: str = "en"
    more: str = ""

    @property
    def policy(self) -> str:
        """What docs/webchat.md says that such a site must allow, and nothing else."""
        holdfast = "/".join(self.snippet.split("/")[:3])
        return f"default-src 'none'; script-src {holdfast}; frame-src {holdfast}"

    @property
    def page(self) -> bytes:
        return PAGE.format(snippet=self.snippet, language=self.language, more=self.more).encode()


@contextmanager
def website() -> Iterator[Website]:
    """It is another origin than the helpdesk, and by its name another site too."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.send_header("Content-Security-Policy", shop.policy)
            self.end_headers()
            self.wfile.write(shop.page)

        def log_message(self, *_anything: object) -> None:
            """Silent."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    shop = Website(f"http://localhost:{server.server_address[1]}")
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield shop
    finally:
        server.shutdown()
        server.server_close()
