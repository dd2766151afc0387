"""Pictures from elsewhere, fetched through the server for one message when an agent asks for them.

The host's address is resolved once, checked, and the connection goes to that address and no other, so that a name that
answers differently the second time (rebinding) leads nowhere. Private ranges and redirects are refused.
"""

import ipaddress
import socket
import time
from collections.abc import Iterable
from urllib.parse import urlsplit

import httpx
from django.core import signing
from django.http import Http404, HttpRequest, HttpResponse

from tickets.views.access import message_of, signed_in
from tickets.views.message import guarded, kind_of_picture

SALT = "tickets.remote-image"
VALID_SECONDS = 24 * 3600
LARGEST = 5 * 1024 * 1024
TIMEOUT = httpx.Timeout(5, connect=3)
WHOLE_SECONDS = 10
PORTS = {"http": 80, "https": 443}
Address = ipaddress.IPv4Address | ipaddress.IPv6Address


class Refused(Exception):
    """This picture is not fetched; the text says why."""


@signed_in
def show(request: HttpRequest) -> HttpResponse:
    """The picture that a signed address names, for somebody who may see the message it stands in."""
    try:
        public_id, url = signing.loads(request.GET.get("of", ""), salt=SALT, max_age=VALID_SECONDS)
        message_of(request, public_id)
        content = fetch(url)
    except signing.BadSignature as error:
        raise Http404 from error
    except Refused as error:
        return HttpResponse(str(error), status=502, content_type="text/plain; charset=utf-8")
    response = guarded(HttpResponse(content, content_type=kind_of_picture(content)))
    response["Cache-Control"] = "private, max-age=86400"
    return response


def fetch(url: str) -> bytes:
    """The bytes of a picture. Raises Refused."""
    parts = urlsplit(url)
    host = parts.hostname or ""
    try:
        port = parts.port or PORTS[parts.scheme]
    except (KeyError, ValueError) as error:
        raise Refused(f"{url} is no web address.") from error
    if port != PORTS[parts.scheme]:
        raise Refused("Pictures are fetched from the ordinary web ports alone.")
    address = public_address(resolve(host, port))
    pinned = httpx.URL(url).copy_with(host=str(address), username=None, password=None)
    try:
        return read(pinned, host)
    except httpx.HTTPError as error:
        raise Refused(f"{host} did not answer: {type(error).__name__}.") from error


def resolve(host: str, port: int) -> list[Address]:
    """All addresses of a host, asked once. Raises Refused."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise Refused(f"{host} cannot be found.") from error
    return [ipaddress.ip_address(entry[4][0]) for entry in found if "%" not in str(entry[4][0])]


def public_address(addresses: Iterable[Address]) -> Address:
    """The first of them, when all lead to the open internet. Raises Refused when one does not."""
    known = list(addresses)
    if not known or not all(is_public(address) for address in known):
        raise Refused("This address leads into a private network.")
    return known[0]


def is_public(address: Address) -> bool:
    """Whether an address lies in the open internet; those that carry an IPv4 address within are judged by it, too."""
    if isinstance(address, ipaddress.IPv6Address):
        within = address.ipv4_mapped or address.sixtofour or (address.teredo[1] if address.teredo else None)
        if within is not None and not is_public(within):
            return False
        if address in ipaddress.ip_network("64:ff9b::/96"):
            return is_public(ipaddress.IPv4Address(int(address) & 0xFFFFFFFF))
    return address.is_global and not address.is_multicast


def read(url: httpx.URL, host: str) -> bytes:
    """Ask the pinned address for the picture as `host` would be asked. Raises Refused, httpx.HTTPError."""
    headers = {"Host": host, "Accept": "image/*", "User-Agent": "Holdfast", "Accept-Encoding": "identity"}
    with (
        httpx.Client(follow_redirects=False, timeout=TIMEOUT, trust_env=False) as client,
        client.stream("GET", url, headers=headers, extensions={"sni_hostname": host}) as response,
    ):
        if response.status_code != 200:
            raise Refused(f"{host} answered {response.status_code}; redirects are not followed.")
        if not response.headers.get("Content-Type", "").lower().startswith("image/"):
            raise Refused(f"What {host} sent is not a picture.")
        content = take(response)
    if kind_of_picture(content) is None:
        raise Refused(f"What {host} sent is not a picture of a kind that is shown here.")
    return content


def take(response: httpx.Response) -> bytes:
    """The body, up to 5 MB and ten seconds. Raises Refused."""
    content, end = bytearray(), time.monotonic() + WHOLE_SECONDS
    for block in response.iter_bytes(65536):
        content += block
        if len(content) > LARGEST:
            raise Refused("The picture is larger than 5 MB.")
        if time.monotonic() > end:
            raise Refused("The picture took too long.")
    return bytes(content)
