"""Pictures from elsewhere: fetched from the open internet alone, once resolved, never by way of a redirect."""

import http.server
import ipaddress
import threading
from collections.abc import Callable, Iterator

import pytest
from django.core import signing
from django.test import Client

from tickets.models import Agent, Message
from tickets.views import remote_image
from tickets.views.remote_image import Refused

PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 40
PRIVATE = [
    "127.0.0.1", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1", "0.0.0.0", "224.0.0.1", "::1", "fe80::1",
    "fc00::1", "::ffff:10.0.0.1", "64:ff9b::7f00:1", "2002:7f00:1::", "255.255.255.255",
]  # fmt: skip


@pytest.mark.parametrize("address", PRIVATE)
def test_an_address_of_a_private_network_is_refused(address: str) -> None:
    with pytest.raises(Refused):
        remote_image.public_address([ipaddress.ip_address(address)])


def test_one_private_address_among_public_ones_is_enough_to_refuse() -> None:
    mixed = [ipaddress.ip_address("93.184.216.34"), ipaddress.ip_address("10.0.0.1")]
    with pytest.raises(Refused):
        remote_image.public_address(mixed)


@pytest.mark.parametrize("address", ["93.184.216.34", "2606:2800:220:1::1"])
def test_an_address_of_the_open_internet_is_taken(address: str) -> None:
    assert str(remote_image.public_address([ipaddress.ip_address(address)])) == address


@pytest.mark.parametrize(
    "url",
    [
        "ftp://example.org/a.png",
        "file:///etc/passwd",
        "http://localhost/",
        "http://[::1]/",
        "http://example.org:6379/",
        "http://0x7f.1/",
    ],
)
def test_what_is_no_public_web_address_is_refused(url: str) -> None:
    with pytest.raises(Refused):
        remote_image.fetch(url)


class Answer(http.server.BaseHTTPRequestHandler):
    """What the test wants a foreign server to answer."""

    status, kind, body = 200, "image/png", PNG
    hosts: list[str] = []

    def do_GET(self) -> None:
        self.hosts.append(self.headers["Host"])
        self.send_response(self.status)
        self.send_header("Content-Type", self.kind)
        self.send_header("Location", "http://127.0.0.1/")
        self.end_headers()
        self.wfile.write(self.body)

    def log_message(self, *args: object) -> None:
        pass


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[type[Answer]]:
    """A foreign server on loopback, which counts as the open internet here."""
    handler = type("Handler", (Answer,), {"hosts": []})
    running = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=running.serve_forever, daemon=True).start()
    monkeypatch.setattr(remote_image, "is_public", lambda address: True)
    monkeypatch.setattr(remote_image, "PORTS", {"http": running.server_port})
    monkeypatch.setattr(remote_image, "resolve", lambda host, port: [ipaddress.ip_address("127.0.0.1")])
    yield handler
    running.shutdown()


def url() -> str:
    return f"http://pictures.example:{remote_image.PORTS['http']}/a.png"


def test_a_picture_is_fetched_from_the_address_that_was_checked(server: type[Answer]) -> None:
    assert remote_image.fetch(url()) == PNG
    assert server.hosts == ["pictures.example"]


@pytest.mark.parametrize(
    ("status", "kind", "body"),
    [
        (302, "image/png", PNG),
        (404, "image/png", PNG),
        (200, "text/html", PNG),
        (200, "image/svg+xml", b"<svg/>"),
        (200, "image/png", b"<b>"),
    ],
)
def test_what_is_no_picture_is_refused(status: int, kind: str, body: bytes, server: type[Answer]) -> None:
    server.status, server.kind, server.body = status, kind, body
    with pytest.raises(Refused):
        remote_image.fetch(url())


def test_a_picture_over_five_megabytes_is_refused(server: type[Answer]) -> None:
    server.body = PNG + b"\0" * remote_image.LARGEST
    with pytest.raises(Refused, match="larger than 5 MB"):
        remote_image.fetch(url())


def test_only_an_address_that_we_signed_is_fetched_and_for_those_who_may_see_the_message(
    server: type[Answer], message: Message, ben: Agent, enter: Callable[..., Client], client: Client
) -> None:
    signed = signing.dumps([message.public_id, url()], salt=remote_image.SALT)
    shown = enter(ben).get("/pictures/", {"of": signed})
    assert (shown.status_code, shown.content, shown.headers["Content-Type"]) == (200, PNG, "image/png")
    assert enter(ben).get("/pictures/", {"of": signed[:-2] + "xx"}).status_code == 404
    assert enter(ben).get("/pictures/", {"of": url()}).status_code == 404
    assert client.get("/pictures/", {"of": signed}).status_code == 302
