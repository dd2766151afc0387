"""`manage.py record mirror`: copies of the record elsewhere, added, listed, removed, and brought up to date."""

import json
import time
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import CommandError, CommandParser
from django.db import IntegrityError
from django.utils import timezone

from tickets.actions.mirrors import NoPlace, add_mirror, change_mirror, place_of, remove_mirror
from tickets.mail.mirror import open_target
from tickets.mail.mirroring import probe
from tickets.management.record.verb import Verb
from tickets.models import Mirror
from tickets.models.mirrors import MAILBOX, YEAR
from tickets.record import mirror as mirroring

LOOKS_EVERY = 2.0


class Copy(Verb):
    """Without a word more it copies until it is stopped; `manage.py run` does the same by itself."""

    help = "copy the record into a mailbox, a bucket or a second folder, as it grows"

    @classmethod
    def arguments(cls, parser: CommandParser) -> None:
        parser.add_argument("--once", action="store_true", help="copy what is there now, then end")
        parser.add_argument("--name", help="this mirror alone")
        verbs = parser.add_subparsers(dest="mirror_verb")
        add = verbs.add_parser(
            "add", help="add a mirror: imaps://user@host/Folder, s3://bucket/prefix or file:///folder"
        )
        add.add_argument("name", metavar="NAME")
        add.add_argument("url", metavar="URL")
        add_password(add)
        add.add_argument("--folders", choices=[YEAR, MAILBOX], default=YEAR, help="of a mailbox: one for each of these")
        verbs.add_parser("list", help="show how far each is").add_argument("--json", action="store_true")
        for name, words in (("pause", "stop for a while"), ("resume", "go on"), ("remove", "stop for good")):
            verbs.add_parser(name, help=words).add_argument("name", metavar="NAME")

    def run(self, options: dict[str, Any]) -> int:
        match options["mirror_verb"]:
            case "add":
                return self.add(options)
            case "list":
                return self.list(options["json"])
            case "remove":
                mirror = remove_mirror(mirror_named(options["name"]), None)
                self.say(f"{mirror.name} is removed; what was copied is still at {mirror.url}.")
            case "pause" | "resume" as verb:
                paused = timezone.now() if verb == "pause" else None
                change_mirror(mirror_named(options["name"]), None, paused_at=paused, rests_until=None)
            case _:
                return self.copy(options["name"], options["once"])
        return 0

    def add(self, options: dict[str, Any]) -> int:
        """Add a mirror that answers."""
        password = password_in(options)
        try:
            url, secret = place_of(options["url"])
            mirror = Mirror(name=options["name"], url=url, secrets={"password": password or secret})
            if wrong := probe(mirror, is_new=True):
                raise CommandError(wrong)
            add_mirror(options["name"], options["url"], password, options["folders"])
        except NoPlace as error:
            raise CommandError(str(error)) from None
        except IntegrityError:
            raise CommandError(f"There is a mirror {options['name']} already. Choose another name.") from None
        self.say(f"{options['name']} is added. `manage.py run` copies to it; `record mirror --once` does so now.")
        return 0

    def list(self, as_json: bool) -> int:
        """Say how far each is; exit status 1 when one does not work."""
        lags = mirroring.lags()
        if as_json:
            self.say(json.dumps([row(lag) for lag in lags], ensure_ascii=False))
        else:
            for lag in lags:
                self.say(line(lag))
        return int(any(lag.mirror.last_error for lag in lags))

    def copy(self, name: str | None, once: bool) -> int:
        """Copy until there is nothing more (`once`), or for ever."""
        mirrors = [mirror_named(name)] if name else list(Mirror.objects.filter(removed_at=None, paused_at=None))
        while True:
            for mirror in mirrors:
                while done := mirroring.copy(mirror, open_target):
                    self.say(f"{mirror.name}: {done} entries copied.")
            if once:
                wrong = [f"{mirror.name}: {mirror.last_error}" for mirror in mirrors if mirror.last_error]
                if wrong:
                    raise CommandError("\n".join(wrong))
                return 0
            time.sleep(LOOKS_EVERY)


def add_password(parser: ArgumentParser) -> None:
    """Let a secret be given in a file: an argument could be read by everybody on the machine."""
    parser.add_argument(
        "--password-file", type=Path, metavar="FILE", help="holds the password, or the secret key of the bucket"
    )


def password_in(options: dict[str, Any]) -> str:
    """Return the secret that an option's file holds. Raises CommandError."""
    try:
        return options["password_file"].read_text("utf-8").rstrip("\r\n") if options["password_file"] else ""
    except (OSError, UnicodeDecodeError) as error:
        raise CommandError(f"The file {options['password_file']} cannot be read: {error}") from None


def mirror_named(name: str) -> Mirror:
    """Return the mirror with this name. Raises CommandError, which names those there are."""
    mirrors = Mirror.objects.filter(removed_at=None)
    found = mirrors.filter(name=name).first()
    if found is None:
        names = ", ".join(mirrors.order_by("name").values_list("name", flat=True)) or "none"
        raise CommandError(f"There is no mirror {name}. There are: {names}.")
    return found


def row(lag: mirroring.Lag) -> dict[str, Any]:
    """A mirror as JSON says it."""
    one = lag.mirror
    return {
        "name": one.name,
        "url": one.url,
        "entries_behind": lag.entries,
        "seconds_behind": lag.seconds,
        "paused": one.paused_at is not None,
        "last_success": one.last_success_at.isoformat() if one.last_success_at else None,
        "error": one.last_error,
        "wrapped": one.wrapped_count,
        "missing": one.missing_count,
        "refused": one.refused,
    }


def line(lag: mirroring.Lag) -> str:
    """A mirror on one line."""
    one = lag.mirror
    state = "paused" if one.paused_at else one.last_error or "works"
    refused = f", {one.wrapped_count} wrapped, {one.missing_count} refused" if one.refused else ""
    return f"{one.name} ({one.url}): {lag.entries} entries behind, {lag.seconds:g} s{refused}; {state}"
