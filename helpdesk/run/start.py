"""The start, step by step: lock, ports, Redis, database, parts; then watch until told to stop."""

import gc
import os
from collections.abc import Collection
from importlib import import_module
from pathlib import Path

from django.conf import settings

from helpdesk.celery import app
from helpdesk.run import broker, database, phones
from helpdesk.run.lock import lock
from helpdesk.run.parts import parts
from helpdesk.run.ports import listen
from helpdesk.run.problems import CannotStart
from helpdesk.run.process import raise_file_limit
from helpdesk.run.supervisor import Supervisor
from tickets.demo import greet
from tickets.views.welcome_token import is_needed, make_link

EVERYTHING = ("web", *settings.PARTS)


def run(names: Collection[str] = EVERYTHING) -> None:
    """These parts in the foreground. Raises CannotStart with what is in the way."""
    held = lock(settings.DATA_DIR)
    check_record()
    door = listen("PORT", settings.HOST, settings.PORT) if "web" in names else None
    if "mail" in names:
        check_mail_ports()
    raise_file_limit()
    supervisor = Supervisor()
    supervisor.take_signals()
    try:
        start_redis(supervisor)
        say_migrated(database.migrate())
        if settings.DEMO:
            say("Preparing the demo …")
        greeting = supervisor.ask("demo" if settings.DEMO else "greeting", welcome)
        warm_up()
        database.disconnect()
        for part in parts(names, door):
            supervisor.start(part)
        say(greeting)
        supervisor.watch()
    finally:
        supervisor.stop()
        held.close()


def say(text: str) -> None:
    """One line for the person at the terminal."""
    print(text, flush=True)  # noqa: T201


def check_record() -> None:
    """A record in a folder must be writable. Raises CannotStart."""
    if not settings.RECORD_URL.startswith("file://"):
        return
    folder = Path(settings.RECORD_URL.removeprefix("file://"))
    try:
        folder.mkdir(mode=0o750, parents=True, exist_ok=True)
    except OSError as error:
        raise CannotStart(
            f"The record's folder {folder} cannot be made ({error.strerror}). Check RECORD_URL."
        ) from None
    if not os.access(folder, os.W_OK | os.X_OK):
        raise CannotStart(
            f"This user may not write to the record's folder {folder}. Give it to this user, or set RECORD_URL."
        )


def check_mail_ports() -> None:
    """The mail part opens its ports itself; say now, in words, when one is taken. Raises CannotStart."""
    wanted = [("SMTP_PORT", settings.SMTP_PORT), ("LMTP_PORT", settings.LMTP_PORT)]
    for setting, port in wanted + (phones.check() if settings.DEMO else []):
        if port:
            listen(setting, settings.SMTP_HOST, port).close()


def start_redis(supervisor: Supervisor) -> None:
    """The embedded Redis, unless REDIS_URL names another. Raises CannotStart."""
    if settings.REDIS_IS_EMBEDDED:
        child = supervisor.start(broker.prepare())
        broker.wait(lambda: os.waitid(os.P_PID, child.pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is not None)
    else:
        broker.wait(lambda: False)


def say_migrated(count: int) -> None:
    """Only when something was done."""
    if count:
        say(f"The database is ready ({count} migrations applied).")


def warm_up() -> None:
    """Import what the parts need, so that they share its memory, and keep the collector from touching it."""
    os.environ["CELERY_SKIP_CHECKS"] = "1"
    app.finalize()
    app.loader.import_default_modules()
    import_module(settings.ROOT_URLCONF)
    gc.collect()
    gc.freeze()


def connect_phones() -> str:
    """The demo's shop is on the messengers too; the line that says where a customer's phone is."""
    phones.connect()
    phones.connect_own()
    return "".join(f"A customer's phone:   {settings.SITE_URL}{path} ({label})\n" for label, path in phones.addresses())


def welcome() -> str:
    """Where to go now; a demo is filled first."""
    if settings.DEMO:
        first = f"\n{greet.prepare()}\n{connect_phones()}\n"
    else:
        first = f"\nMake your own sign-in here, once:  {make_link()}\n\n" if is_needed() else ""
    mail = f"mail comes in at {settings.SMTP_HOST}:{settings.SMTP_PORT}; " if settings.SMTP_PORT else ""
    return f"{first}Holdfast runs at {settings.SITE_URL} ({mail}Ctrl-C stops it)"
