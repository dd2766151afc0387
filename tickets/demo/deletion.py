"""Delete the database, and look on while it is made anew from the record: the demo's proof of the one idea."""

import json
import logging
import threading
import time
from dataclasses import asdict, dataclass, field
from pathlib import Path

from django.apps import apps
from django.conf import settings
from django.db import connection
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from tickets import search
from tickets.demo.alone import Busy, alone
from tickets.inbox.process import park
from tickets.inbox.rebuild import rebuild
from tickets.inbox.sweep import adopt
from tickets.models import Account, Agent, Contact, Entry, InboxItem, ItemState, Message, Ticket
from tickets.record.append import append_all
from tickets.record.compare import differences, snapshot
from tickets.record.config import write_if_changed

STEPS = {
    "waiting": gettext_noop("Waiting until the workers have ended what they are doing"),
    "emptying": gettext_noop("Emptying every table"),
    "rebuilding": gettext_noop("Reading the record, entry by entry"),
    "comparing": gettext_noop("Comparing every row with what was there before"),
    "done": gettext_noop("Done"),
    "failed": gettext_noop("It stopped"),
}
ENDED = ("done", "failed")
STALE_SECONDS = 60  # after which a deletion that says nothing any more has died with its server
log = logging.getLogger(__name__)


@dataclass(slots=True)
class Deletion:
    """How far it is; kept in a file, since there is no database to keep it in."""

    step: str = ""
    done: int = 0
    total: int = 0
    before: dict[str, int] = field(default_factory=dict)
    now: dict[str, int] = field(default_factory=dict)
    rows: int = 0
    different: list[str] = field(default_factory=list)
    seconds: float = 0.0
    reason: str = ""
    at: float = 0.0

    @property
    def is_running(self) -> bool:
        """Whether somebody is at it."""
        return bool(self.step) and self.step not in ENDED and time.time() - self.at < STALE_SECONDS

    @property
    def words(self) -> str:
        """The step in words."""
        return _(STEPS[self.step]) if self.step else ""

    @property
    def counted(self) -> list[tuple[str, int, int]]:
        """(what, how many before, how many now)."""
        return [(_(name), count, self.now.get(name, 0)) for name, count in self.before.items()]


def _path() -> Path:
    return Path(settings.DATA_DIR) / "run" / "deletion.json"


def current() -> Deletion:
    """Return how far the last deletion is; an empty one when there was none."""
    try:
        return Deletion(**json.loads(_path().read_text("utf-8")))
    except (OSError, ValueError, TypeError):
        return Deletion()


def _tell(deletion: Deletion, step: str | None = None) -> None:
    deletion.step, deletion.at = step or deletion.step, time.time()
    aside = _path().with_suffix(".new")
    aside.write_text(json.dumps(asdict(deletion)), "utf-8")
    aside.replace(_path())


def start() -> bool:
    """Begin in a thread of its own; False when one is running already."""
    if current().is_running:
        return False
    _path().parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    deletion = Deletion()
    _tell(deletion, "waiting")
    threading.Thread(target=run, args=(deletion,), name="deletion", daemon=True).start()
    return True


def run(deletion: Deletion) -> None:
    """Delete and rebuild, and say how far it is; whatever goes wrong is said as well."""
    began = time.monotonic()
    try:
        with alone():
            _delete_and_rebuild(deletion)
        deletion.seconds = round(time.monotonic() - began, 1)
        _tell(deletion, "done")
    except Busy:
        deletion.reason = _("The workers did not pause within half a minute. Nothing was deleted; try again.")
        _tell(deletion, "failed")
    except Exception as error:
        log.exception("the demo's database could not be rebuilt")
        deletion.reason = f"{type(error).__name__}: {error}"
        _tell(deletion, "failed")
    finally:
        connection.close()


def _delete_and_rebuild(deletion: Deletion) -> None:
    append_all()
    write_if_changed()
    passwords = dict(Agent.objects.values_list("public_id", "password"))  # no file of the record holds them
    paused = set(Account.objects.filter(paused_at__isnull=False).values_list("public_id", flat=True))
    parked = list(InboxItem.objects.filter(state=ItemState.PARKED).values_list("spool", "reason"))
    before, deletion.before = snapshot(), counts()
    deletion.rows = len(before)
    _tell(deletion, "emptying")
    empty()
    deletion.now = counts()
    _tell(deletion, "rebuilding")

    def progress(done: int, total: int) -> None:
        deletion.done, deletion.total, deletion.now = done, total, counts()
        _tell(deletion)

    rebuild(progress)
    _tell(deletion, "comparing")
    Account.objects.exclude(public_id__in=paused).update(paused_at=None)  # the visitor has said that it may go on
    for public_id, password in passwords.items():
        Agent.objects.filter(public_id=public_id).update(password=password)
    _park_again(parked)
    deletion.different, deletion.now = differences(before, snapshot()), counts()


def _park_again(parked: list[tuple[str, str]]) -> None:
    """Arrivals that are in no entry lie in the spool: they are adopted, and those that were set aside are so again."""
    adopt()
    for spooled, reason in parked:
        for item in InboxItem.objects.filter(spool=spooled, state=ItemState.WAITING):
            park(item, reason)


def counts() -> dict[str, int]:
    """How many rows there are of what a visitor knows."""
    models = (
        (gettext_noop("Tickets"), Ticket),
        (gettext_noop("Messages"), Message),
        (gettext_noop("Contacts"), Contact),
        (gettext_noop("Entries"), Entry),
    )
    return {name: model._default_manager.count() for name, model in models}


def empty() -> None:
    """Empty every table of the helpdesk. Sessions are not the helpdesk's: whoever is signed in stays so."""
    search.forget_all()
    tables = [model._meta.db_table for model in apps.get_app_config("tickets").get_models(include_auto_created=True)]
    with connection.constraint_checks_disabled(), connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(f"TRUNCATE {', '.join(tables)} RESTART IDENTITY CASCADE")
            return
        for table in tables:
            cursor.execute(f"DELETE FROM {table}")  # noqa: S608 - names of our own tables
