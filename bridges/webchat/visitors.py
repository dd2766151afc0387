"""Visitors of our own, who keep the chat open as a browser does: for benchmarks. They talk to the pages over real HTTP."""

import asyncio
import re
import threading
import time
from collections.abc import Coroutine
from typing import Any
from uuid import uuid4

import httpx

PATIENCE = 60.0  # seconds for one request
AGAIN = 0.5


def bare(html: str) -> str:
    """Return the words of a line as the page shows them."""
    return " ".join(re.sub(r"<[^>]*>", " ", html).split())


class Visitors:
    """Many visitors of one chat, each with its own pass and stream; `who` tells them apart."""

    def __init__(self, address: str) -> None:
        self.address = address
        self.loop = asyncio.new_event_loop()
        self.thread = threading.Thread(target=self.loop.run_forever, daemon=True, name="visitors")
        self.open: dict[int, asyncio.Task[Any]] = {}
        self.passes: dict[int, str] = {}
        self.turns: dict[int, asyncio.Lock] = {}
        self.told: dict[str, float] = {}
        self.waiting = 0  # lines that the server does not have yet
        self.client: Any = None

    def start(self) -> None:
        """Begin; nobody has come yet."""
        self.thread.start()
        limits = httpx.Limits(max_connections=None, max_keepalive_connections=None)
        self.client = httpx.AsyncClient(limits=limits, timeout=httpx.Timeout(PATIENCE, read=None))

    def stop(self) -> None:
        """Everybody closes the page."""
        self._do(self.client.aclose()).result(10)
        self.loop.call_soon_threadsafe(self.loop.stop)
        self.thread.join(10)

    def say(self, who: int, text: str) -> None:
        """Let somebody write; whoever was not here comes first, and their page stays open."""
        self.waiting += 1
        self._do(self._say(who, text))

    def heard(self) -> list[tuple[str, float]]:
        """Return the texts that visitors saw, and when their page had them."""
        return list(self.told.items())

    def _do(self, what: Coroutine[Any, Any, Any]) -> Any:
        return asyncio.run_coroutine_threadsafe(what, self.loop)

    async def _say(self, who: int, text: str) -> None:
        """One line after the other, each until the server has it, by the same id each time: as the page does it."""
        client_id = uuid4().hex
        async with self.turns.setdefault(who, asyncio.Lock()):
            while not await self._sent(who, client_id, text):
                await asyncio.sleep(AGAIN)
            self.waiting -= 1
        if who not in self.open:
            self.open[who] = asyncio.create_task(self._listen(who))

    async def _sent(self, who: int, client_id: str, text: str) -> bool:
        form = {"id": (None, client_id), "text": (None, text)}
        try:
            if who not in self.passes:
                answer = await self.client.post(f"{self.address}begin/", json={}, headers=self._from(who))
                self.passes[who] = answer.json()["pass"]
            answer = await self.client.post(f"{self.address}say/", files=form, headers=self._head(who))
        except (httpx.HTTPError, ValueError):
            return False
        return bool(answer.is_success)

    async def _listen(self, who: int) -> None:
        while True:
            try:
                async with self.client.stream("GET", f"{self.address}live/", headers=self._head(who)) as stream:
                    async for line in stream.aiter_lines():
                        if line == "event: new":
                            await self._look(who)
            except (httpx.HTTPError, ValueError):
                await asyncio.sleep(AGAIN)

    def shown_to(self, who: int) -> list[str]:
        """Return the words of a visitor's conversation, as their page shows it now. Raises httpx.HTTPError."""
        found: list[str] = self._do(self._lines(who)).result(PATIENCE)
        return found

    async def _lines(self, who: int) -> list[str]:
        answer = await self.client.get(f"{self.address}lines/", headers=self._head(who))
        answer.raise_for_status()
        return [line["text"] or bare(line["html"]) for line in answer.json()["lines"]]

    async def _look(self, who: int) -> None:
        answer = await self.client.get(f"{self.address}lines/", headers=self._head(who))
        for line in answer.json().get("lines", []):
            if not line["own"]:
                self.told.setdefault(bare(line["html"]), time.time())

    def _from(self, who: int) -> dict[str, str]:
        """Each comes from a network of their own, as a proxy on this machine would say it."""
        return {"X-Forwarded-For": f"10.{who >> 16 & 255}.{who >> 8 & 255}.{who & 255}"}

    def _head(self, who: int) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.passes[who]}", **self._from(who)}
