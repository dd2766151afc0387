"""Copy to all mirrors that have something to do, each in a thread of its own: a place that hangs holds up nobody."""

import logging
import threading

from django.db import connection

from tickets.mail.mirror import open_target
from tickets.models import Mirror
from tickets.record import mirror as mirroring
from tickets.record.target import Trouble, make_place

SECONDS = 120.0  # of one visit; what is left then waits for the next bell
logger = logging.getLogger(__name__)
_running: dict[int, threading.Thread] = {}


def begin() -> list[threading.Thread]:
    """Start a visit to each mirror that is due and has none under way in this process; return the threads."""
    started = []
    for mirror in mirroring.due():
        if (known := _running.get(mirror.pk)) and known.is_alive():
            continue
        thread = threading.Thread(target=_visit, args=(mirror,), name=f"mirror {mirror.name}", daemon=True)
        _running[mirror.pk] = thread
        thread.start()
        started.append(thread)
    return started


def _visit(mirror: Mirror) -> None:
    try:
        mirroring.copy(mirror, open_target, SECONDS)
        if mirror.last_error:
            logger.warning("The mirror %s: %s", mirror.name, mirror.last_error)
    except Exception:
        logger.exception("the visit to the mirror %s failed", mirror.name)
    finally:
        connection.close()


def probe(mirror: Mirror, is_new: bool = False) -> str:
    """Go there and look; return what is wrong in words, "" when nothing is. A new one need not be saved; its folder is made."""
    try:
        if is_new:
            make_place(mirror.url)
        target = open_target(mirror)
        try:
            target.probe()
        finally:
            target.close()
    except Trouble as error:
        return str(error)
    return ""
