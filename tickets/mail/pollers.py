"""One thread for each account that is polled; new, changed and removed accounts are noticed within five seconds."""

import logging
import threading
from dataclasses import dataclass, field

from django.db import DatabaseError, close_old_connections, connection

from tickets.channels import NotConnected, open_channel
from tickets.mail.grants import REFRESH_TOKEN
from tickets.models import Account

logger = logging.getLogger(__name__)

LOOKS_EVERY = 5.0  # seconds
RESTS = 5.0  # seconds after a poller failed in a way that it did not foresee
ENDS_WITHIN = 10.0


@dataclass
class Poller:
    """The thread that polls one account with the settings it had when the thread began."""

    account: Account
    settings: str
    stopped: threading.Event = field(default_factory=threading.Event)
    thread: threading.Thread | None = None

    def start(self) -> None:
        self.thread = threading.Thread(target=self._run, name=f"poll {self.account.address}", daemon=True)
        self.thread.start()

    def _run(self) -> None:
        try:
            while not self.stopped.is_set():
                try:
                    open_channel(self.account).poll(self.stopped.is_set)
                    return  # there is nothing to poll
                except NotConnected as error:
                    logger.warning("%s cannot be polled: %s", self.account, error)
                    return
                except Exception:  # a poller of any channel; one must not end the others
                    logger.exception("the poller of %s failed and starts again", self.account)
                    close_old_connections()
                    self.stopped.wait(RESTS)
        finally:
            connection.close()


def run_pollers(stop: threading.Event) -> None:
    """Poll all accounts that are connected and not paused, until `stop` is set."""
    running: dict[int, Poller] = {}
    while not stop.is_set():
        try:
            close_old_connections()
            _match(running, {account.pk: account for account in polled()})
        except DatabaseError:
            logger.exception("the accounts to poll could not be read")
        stop.wait(LOOKS_EVERY)
    _end(list(running.values()))


def polled() -> list[Account]:
    """Return the accounts that may be polled. One query."""
    return list(Account.objects.filter(removed_at=None, paused_at=None).select_related("mailbox"))


def settings_of(account: Account) -> str:
    """Return what makes a poller start anew when it changes."""
    secrets = sorted(
        (key, value) for key, value in account.secrets.items() if key != REFRESH_TOKEN
    )  # changes by itself
    return repr((account.address, account.since, sorted(account.config.items()), secrets))


def _match(running: dict[int, Poller], wanted: dict[int, Account]) -> None:
    for key, poller in list(running.items()):
        if key not in wanted or poller.settings != settings_of(wanted[key]):
            _end([running.pop(key)])
    for key, account in wanted.items():
        if key not in running:
            running[key] = Poller(account, settings_of(account))
            running[key].start()


def _end(pollers: list[Poller]) -> None:
    for poller in pollers:
        poller.stopped.set()
    for poller in pollers:
        if poller.thread:
            poller.thread.join(ENDS_WITHIN)
