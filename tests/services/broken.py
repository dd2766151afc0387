"""Holdfast with one promise taken out, to show that the kill test sees it: `python -m tests.services.broken PROMISE run`."""

import os
import sys
import threading
import time
from collections.abc import Callable
from typing import Any

import django

os.environ["DJANGO_SETTINGS_MODULE"] = "helpdesk.settings"
django.setup()

from django.core.management import execute_from_command_line  # noqa: E402

from helpdesk.run import parts  # noqa: E402
from tickets.actions import deliver  # noqa: E402
from tickets.mail import batch  # noqa: E402
from tickets.models import Delivery, DeliveryState  # noqa: E402


def answer_before_storing() -> None:
    """250 first, storing later: what a listener without the fsync promises and cannot keep."""
    store = batch._try

    def later(arrivals: Any) -> None:
        kept = list(arrivals)
        threading.Timer(1.0, lambda: store(kept)).start()

    batch._try = later


def send_again_when_unsure() -> None:
    """A delivery whose sender died is sent again: what a queue without the claim does."""

    def again() -> None:
        Delivery.objects.filter(state=DeliveryState.SENDING).update(state=DeliveryState.QUEUED, lease_until=None)

    deliver.give_up_on_abandoned = again
    tick_too(again)


def tick_too(act: Callable[[], None]) -> None:
    """Do something with every tick of the clock."""
    tick = parts.tick

    def both() -> None:
        act()
        time.sleep(0.05)
        tick()

    parts.tick = both


PROMISES = {"stored": answer_before_storing, "claimed": send_again_when_unsure}


def main() -> None:
    """Break one promise, then do what manage.py does."""
    promise = sys.argv.pop(1)
    PROMISES[promise]()
    execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
