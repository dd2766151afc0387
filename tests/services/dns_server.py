"""A DNS server on loopback that knows the records it is given, and nothing else; or one that never answers."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import dns.flags
import dns.message
import dns.rcode
import dns.rdatatype
import dns.rrset

Zone = dict[tuple[str, str], list[str]]  # ("zoe.example", "TXT") -> ['"v=spf1 -all"']


@dataclass
class Server:
    """Where it listens, what it knows, and what it was asked."""

    port: int
    zone: Zone
    asked: list[str] = field(default_factory=list)

    @property
    def address(self) -> str:
        return f"127.0.0.1:{self.port}"


def quoted(text: str) -> str:
    """A long text as a TXT record writes it: strings of 255 characters at most."""
    return " ".join(f'"{text[start : start + 250]}"' for start in range(0, len(text), 250))


@contextmanager
def running(zone: Zone, *, silent: bool = False) -> Iterator[Server]:
    """Serve `zone` by UDP while the block runs."""
    door = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    door.bind(("127.0.0.1", 0))
    server = Server(door.getsockname()[1], zone)
    thread = threading.Thread(target=_serve, args=(door, server, silent), daemon=True)
    thread.start()
    try:
        yield server
    finally:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as end:
            end.sendto(b"", ("127.0.0.1", server.port))
        thread.join(5)
        door.close()


def _serve(door: socket.socket, server: Server, silent: bool) -> None:
    while True:
        wire, visitor = door.recvfrom(4096)
        if not wire:
            return
        query = dns.message.from_wire(wire)
        question = query.question[0]
        name, kind = question.name.to_text(omit_final_dot=True).lower(), dns.rdatatype.to_text(question.rdtype)
        server.asked.append(f"{name} {kind}")
        if not silent:
            door.sendto(_answer(server.zone, query, name, kind), visitor)


def _answer(zone: Zone, query: dns.message.Message, name: str, kind: str) -> bytes:
    answer = dns.message.make_response(query)
    answer.flags |= dns.flags.RA
    if records := zone.get((name, kind)):
        answer.answer.append(dns.rrset.from_text(query.question[0].name, 60, "IN", kind, *records))
    elif not any(known == name for known, _ in zone):
        answer.set_rcode(dns.rcode.NXDOMAIN)
    return answer.to_wire()
