"""A man between an IMAP client and a real server: refuses, swallows or changes what is appended, and cuts the line."""

import re
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field

_LITERAL = re.compile(rb"\{(\d+)(\+?)\}\r\n$")


@dataclass
class Between:
    """What the man does; a test sets it while he stands there."""

    port: int = 0
    hide: tuple[bytes, ...] = ()  # capabilities that the client does not see
    show: bytes = b""  # capabilities that it sees besides
    refuse: Callable[[bytes], bytes] = lambda mail: b""  # NO with these words, for one appended mail
    swallow: Callable[[bytes], bool] = lambda mail: False  # OK, and the server never hears of it
    change: Callable[[bytes], bytes] = lambda mail: mail
    refuse_line: Callable[[bytes], bytes] = lambda line: b""  # NO with these words, for any other command
    cut_before: Callable[[bytes], bool] = lambda mail: False  # hang up amid the literal
    cut_after: Callable[[bytes], bool] = lambda mail: False  # hang up when the server has stored it
    appended: list[bytes] = field(default_factory=list)  # every mail that a client tried to append
    lines: list[bytes] = field(default_factory=list)


class _Talk:
    """One connection."""

    def __init__(self, between: Between, client: socket.socket, server: socket.socket) -> None:
        self.between, self.client, self.server = between, client, server
        self.file = client.makefile("rb")
        self.deaf = False  # the client hears no answer any more

    def answers(self) -> None:
        """Carry what the server says."""
        with suppress(OSError):
            for line in self.server.makefile("rb"):
                if self.deaf:
                    break
                self.client.sendall(self._shown(line))
        self.hang_up()

    def _shown(self, line: bytes) -> bytes:
        if b"CAPABILITY" not in line:
            return line
        for word in self.between.hide:
            line = re.sub(rb" %s(?=[ \]\r])" % re.escape(word), b"", line)
        return re.sub(rb"CAPABILITY", b"CAPABILITY " + self.between.show, line) if self.between.show else line

    def commands(self) -> None:
        """Carry what the client says, one command with its literals at a time."""
        with suppress(OSError):
            while line := self.file.readline():
                self._command(line)
        self.hang_up()

    def _command(self, line: bytes) -> None:
        parts, mails = [line], []
        while found := _LITERAL.search(parts[-1]):
            if not found[2]:
                self.client.sendall(b"+ go on\r\n")
            mails.append(self.file.read(int(found[1])))
            if self.between.cut_before(mails[-1]):
                self.server.sendall(b"".join(parts) + mails[-1][: len(mails[-1]) // 2])
                self.hang_up()
                return
            parts.append(self.file.readline())
        if parts[-1].endswith(b"\n") and not self._judge(line, mails):
            self._pass_on(parts, [self.between.change(mail) for mail in mails])

    def _judge(self, line: bytes, mails: list[bytes]) -> bool:
        """Answer in the server's place; False when it is to answer itself."""
        between, tag = self.between, (line.split() or [b"*"])[0]
        if b" APPEND " not in line:
            between.lines.append(line)
            return self._say_no(tag, between.refuse_line(line))
        between.appended += mails
        if any(self._say_no(tag, said) for said in map(between.refuse, mails) if said):
            return True
        if all(between.swallow(mail) for mail in mails):
            self.client.sendall(tag + b" OK done\r\n")
            return True
        self.deaf = any(between.cut_after(mail) for mail in mails)
        return False

    def _say_no(self, tag: bytes, said: bytes) -> bool:
        if said:
            self.client.sendall(tag + b" NO " + said + b"\r\n")
        return bool(said)

    def _pass_on(self, parts: list[bytes], mails: list[bytes]) -> None:
        out = b""
        for part, mail in zip(parts, [*mails, b""], strict=True):
            out += _LITERAL.sub(b"{%d+}\r\n" % len(mail), part) + mail
        self.server.sendall(out)

    def hang_up(self) -> None:
        """Both ways."""
        for door in (self.client, self.server):
            with suppress(OSError):
                door.shutdown(socket.SHUT_RDWR)


@contextmanager
def standing_before(port: int) -> Iterator[Between]:
    """A man before the server on `port`, for as long as the block runs; clients connect to `.port`."""
    between = Between()
    with socket.create_server(("127.0.0.1", 0)) as door:
        between.port = door.getsockname()[1]

        def welcome() -> None:
            with suppress(OSError):
                while True:
                    client, _ = door.accept()
                    talk = _Talk(between, client, socket.create_connection(("127.0.0.1", port)))
                    for carry in (talk.answers, talk.commands):
                        threading.Thread(target=carry, daemon=True).start()

        threading.Thread(target=welcome, daemon=True).start()
        try:
            yield between
        finally:
            with suppress(OSError):
                door.shutdown(socket.SHUT_RDWR)
