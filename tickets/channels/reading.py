"""Questions to the database out of an event loop: in one thread for each purpose, so that its connection is one."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from django.db import Error, connection

T = TypeVar("T")


class Reading:
    """One thread that asks for all streams of a process; no stream holds a thread."""

    def __init__(self, name: str) -> None:
        self.thread = ThreadPoolExecutor(1, name)

    async def ask(self, question: Callable[[], T]) -> T:
        """Run a database question in the thread; a broken connection is closed, so that the next one is new."""

        def answer() -> T:
            try:
                return question()
            except Error:
                connection.close()
                raise

        return await asyncio.get_running_loop().run_in_executor(self.thread, answer)
