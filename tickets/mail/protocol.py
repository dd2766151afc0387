"""aiosmtpd's SMTP and LMTP, mended where a mail server must do more: any line length, whole data at once, LMTP's answers."""

# aiosmtpd finds its commands and hooks by names in this form.
# ruff: noqa: N802

import asyncio
from typing import Any

from aiosmtpd.smtp import SMTP, syntax

END = b"\r\n.\r\n"
TOO_LARGE = "552 5.3.4 The mail is larger than %d bytes, the most that is taken here"


class Smtp(SMTP):
    """One connection. Lines of a mail may have any length: what other systems wrote cannot be sent back for it."""

    line_length_limit = 256 * 1024  # how much asyncio buffers; a longer line is read in pieces
    is_lmtp = False

    @syntax("DATA")
    async def smtp_DATA(self, arg: str) -> None:
        """Read a mail up to its final dot, byte for byte, and let the handler answer."""
        if await self.check_helo_needed("LHLO" if self.is_lmtp else "HELO"):
            return
        assert self.envelope is not None
        if not self.envelope.rcpt_tos:
            await self.push("503 5.5.1 Name a recipient first (RCPT TO)")
            return
        if arg:
            await self.push("501 5.5.4 DATA takes no arguments")
            return
        await self.push("354 End data with <CR><LF>.<CR><LF>")
        content = await self._read_data()
        if content is None:
            answer = TOO_LARGE % (self.data_size_limit or 0)
            status: Any = "\r\n".join([answer] * len(self.envelope.rcpt_tos)) if self.is_lmtp else answer
        else:
            self.envelope.content = self.envelope.original_content = content
            status = await self._call_handler_hook("DATA")
        self._set_post_data_state()  # type: ignore[no-untyped-call]
        await self.push(status)

    async def _read_data(self) -> bytes | None:
        """Return the mail with dots undoubled (RFC 5321 §4.5.2), or None when it is too large: then it is read, not kept."""
        # The line end before a final dot may be that of the DATA command itself: an empty mail.
        self._reader._buffer[:0] = b"\r\n"  # type: ignore[attr-defined]
        pieces: list[bytes] = []
        size, limit = 0, self.data_size_limit
        complete = False
        while not complete:
            self._reset_timeout()
            try:
                piece = await self._reader.readuntil(END)
                complete = True
            except asyncio.LimitOverrunError as more:
                piece = await self._reader.readexactly(more.consumed)
            except asyncio.CancelledError:
                self._writer.close()
                raise
            size += len(piece)
            if limit and size > limit + len(END) + 2:
                pieces.clear()
            else:
                pieces.append(piece)
        if not pieces:
            return None
        return b"".join(pieces)[:-3].replace(b"\r\n.", b"\r\n")[2:]


class Lmtp(Smtp):
    """LMTP (RFC 2033): greeted with LHLO, answers DATA once for every recipient."""

    is_lmtp = True

    @syntax("LHLO hostname")
    async def smtp_LHLO(self, arg: str) -> None:
        """The greeting."""
        await super().smtp_EHLO(arg)

    async def smtp_HELO(self, arg: str) -> None:
        """Not of this protocol."""
        await self.push("500 5.5.1 This is LMTP: say LHLO")

    async def smtp_EHLO(self, arg: str) -> None:
        """Not of this protocol."""
        await self.push("500 5.5.1 This is LMTP: say LHLO")
