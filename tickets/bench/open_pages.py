"""Open pages: many customers have a channel's own page open; how long a line takes to its ticket, and an answer to the page.

All parts run as `manage.py run` starts them, the web server among them, whose memory is stated too.
"""

import time
from contextlib import ExitStack
from dataclasses import asdict
from pathlib import Path
from typing import Any

import psutil
from django.conf import settings
from django.utils.module_loading import import_string

from tickets.actions.accounts import add_account
from tickets.bench.mirror import (
    LATEST,
    PARTS,
    come_in,
    figures,
    free_port,
    go_out,
    running,
    wait,
    wait_for_web,
    who_of,
)
from tickets.bench.scratch import mailbox, scratch
from tickets.channels import Channel, channel_classes, open_channel
from tickets.models import Account, Message
from tickets.stand_in import Audience

ACCOUNTS = 4
COME = 15  # customers a second who open the page
MEGABYTE = 1 << 20
SETTLED = 5.0  # seconds


def channel_of(name: str) -> type[Channel]:
    """Return the channel of this name whose customers have pages open. Raises RuntimeError."""
    cls = channel_classes().get(name)
    if cls is None or not cls.audience:
        raise RuntimeError(f"No page of the channel {name} can be open: it has no audience.")
    return cls


def measure(name: str, people: int = 1000, rate: float = 10, seconds: float = 20) -> dict[str, Any]:
    """Open `people` pages, then send that many messages a second each way. Raises RuntimeError when something does not arrive."""
    cls, port = channel_of(name), free_port()
    with ExitStack() as stack:
        place = stack.enter_context(scratch())
        place.fresh("pages")
        home = mailbox()
        settings.SITE_URL = f"http://127.0.0.1:{port}"
        accounts = [_connected(cls, number, home) for number in range(ACCOUNTS)]
        pid = stack.enter_context(running(f"web,{PARTS}", PORT=str(port), SITE_URL=settings.SITE_URL))
        wait_for_web(port)
        before = _memory_of_web(pid)
        audience = [_arrived(cls, account, stack) for account in accounts]
        each = people // ACCOUNTS
        _open(audience, each)
        found: dict[str, Any] = {"pages": each * ACCOUNTS}
        found["web_memory_mb"] = {"before": before, "with_pages": _memory_of_web(pid)}
        found["in"] = asdict(figures(come_in(audience, rate, seconds, each)))
        found["out"] = asdict(figures(go_out(audience, rate, seconds)))
        found["web_memory_mb"]["after"] = _memory_of_web(pid)
        return found


def _connected(cls: type[Channel], number: int, home: Account) -> Account:
    account = add_account(cls.name, f"Shop {number}", f"page-{number}", {}, mailbox=home)
    open_channel(account).connect()
    return account


def _arrived(cls: type[Channel], account: Account, stack: ExitStack) -> Audience:
    audience: Audience = import_string(cls.audience)(open_channel(account).deep_link(""))
    audience.start()
    stack.callback(audience.stop)
    return audience


def _open(audience: list[Audience], each: int) -> None:
    """Everybody comes and writes a first line, at an even pace."""
    began = time.monotonic()
    for number in range(each * len(audience)):
        turn, place = divmod(number, len(audience))
        time.sleep(max(0.0, began + number / COME - time.monotonic()))
        audience[place].say(who_of(place, turn), f"first {place} {turn}")
    wait(lambda: Message.objects.count() >= each * len(audience), LATEST, "Not everybody came in")
    time.sleep(SETTLED)


def _memory_of_web(pid: int) -> int:
    """The web server's own memory in megabytes: what it does not share with the other parts."""
    found = [child for child in psutil.Process(pid).children(recursive=True) if _is_web(child)]
    return int(sum(child.memory_full_info().uss for child in found) // MEGABYTE)


def _is_web(process: psutil.Process) -> bool:
    return Path(f"/proc/{process.pid}/comm").read_text().strip() == "holdfast-web"
