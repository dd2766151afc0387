"""Acceptance alone: by SMTP to the 250, over many connections at once, into a scratch spool and database."""

import asyncio
import os
import signal
import socket
import threading
import time
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from types import FrameType

from django.conf import settings

from tickets.bench import cpu
from tickets.bench.ingest import read_mails
from tickets.bench.scratch import disconnect, mailbox, scratch
from tickets.mail import run_listener
from tickets.models import InboxItem

HOST = "127.0.0.1"
READY_SECONDS = 20


@dataclass(frozen=True, slots=True)
class Accepted:
    """The figures: mails with their 250, and how many rows and fsynced files stand behind them."""

    mails: int
    connections: int
    mails_per_second: float
    p95_ms: float  # from the first command of a mail to its 250
    stored: int
    listener_cpu_ms_per_mail: float
    database_cpu_ms_per_mail: float


def accept(folder: Path, connections: int = 20) -> Accepted:
    """Send every .eml below `folder` over that many connections. Raises FileNotFoundError, RuntimeError."""
    mails = [wire(raw) for raw in read_mails(folder)]
    with scratch() as place:
        place.fresh("accept")
        address = mailbox().address
        server = cpu.postmaster()
        disconnect()
        settings.SMTP_HOST, settings.SMTP_PORT = HOST, free_port()
        before = cpu.seconds_of(server)
        listener = cpu.fork(listen)
        try:
            wait_for(settings.SMTP_PORT)
            began = time.perf_counter()
            waits = asyncio.run(send(mails, address, connections))
            seconds = time.perf_counter() - began
        finally:
            os.kill(listener, signal.SIGTERM)
            used = cpu.wait(listener, "listener")
        stored = InboxItem.objects.count()
        disconnect()
        return Accepted(
            mails=len(mails),
            connections=connections,
            mails_per_second=round(len(mails) / seconds, 1),
            p95_ms=round(sorted(waits)[int(len(waits) * 0.95)] * 1000, 1),
            stored=stored,
            listener_cpu_ms_per_mail=round(used.cpu_seconds / len(mails) * 1000, 2),
            database_cpu_ms_per_mail=round((cpu.seconds_of(server) - before) / len(mails) * 1000, 2),
        )


def wire(raw: bytes) -> bytes:
    """Return a mail as DATA carries it: CRLF, dots doubled, the final dot."""
    lines = raw.replace(b"\r\n", b"\n").rstrip(b"\n").split(b"\n")
    return b"".join((b"." + line if line.startswith(b".") else line) + b"\r\n" for line in lines) + b".\r\n"


def listen() -> None:
    """The listener, until SIGTERM."""
    stop = threading.Event()

    def end(number: int, frame: FrameType | None) -> None:
        stop.set()

    signal.signal(signal.SIGTERM, end)
    run_listener(stop)
    disconnect()


def free_port() -> int:
    """Return a port that nobody uses just now."""
    with socket.socket() as door:
        door.bind((HOST, 0))
        return int(door.getsockname()[1])


def wait_for(port: int) -> None:
    """Wait until somebody listens. Raises RuntimeError."""
    late = time.monotonic() + READY_SECONDS
    while time.monotonic() < late:
        with socket.socket() as visitor:
            if visitor.connect_ex((HOST, port)) == 0:
                return
        time.sleep(0.05)
    raise RuntimeError(f"The listener did not answer within {READY_SECONDS} s.")


async def send(mails: Sequence[bytes], address: str, connections: int) -> list[float]:
    """Send all mails; return how long each took, in seconds."""
    waiting, waits = deque(mails), list[float]()
    await asyncio.gather(*(converse(waiting, address, waits) for _ in range(connections)))
    return waits


async def converse(waiting: deque[bytes], address: str, waits: list[float]) -> None:
    """One connection: mail after mail, the envelope in one packet (RFC 2920). Raises RuntimeError at any refusal."""
    reader, writer = await asyncio.open_connection(settings.SMTP_HOST, settings.SMTP_PORT)
    await expect(reader, b"220")
    writer.write(b"EHLO bench.example\r\n")
    await expect(reader, b"250")
    while waiting:
        mail, began = waiting.popleft(), time.perf_counter()
        writer.write(f"MAIL FROM:<customer@mail.example>\r\nRCPT TO:<{address}>\r\nDATA\r\n".encode())
        for code in (b"250", b"250", b"354"):
            await expect(reader, code)
        writer.write(mail)
        await writer.drain()
        await expect(reader, b"250")
        waits.append(time.perf_counter() - began)
    writer.write(b"QUIT\r\n")
    await expect(reader, b"221")
    writer.close()


async def expect(reader: asyncio.StreamReader, code: bytes) -> None:
    """Read one reply. Raises RuntimeError when it is another."""
    line = await reader.readline()
    while line[3:4] == b"-":
        line = await reader.readline()
    if not line.startswith(code):
        raise RuntimeError(
            f"The listener answered {line.decode(errors='replace').strip()!r} instead of {code.decode()}."
        )
