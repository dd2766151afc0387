#!/usr/bin/env python3
"""The one door to every command: `python manage.py help` lists them."""

import os
import sys
import traceback

TRY_AGAIN = 75  # EX_TEMPFAIL of sysexits.h
PIPE_CODES = (0, 65, 67, TRY_AGAIN)


def main() -> None:
    """Run the command that the arguments name; a wrong setting is said in one sentence, without a traceback."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "helpdesk.settings")
    from django.core.exceptions import ImproperlyConfigured  # noqa: PLC0415 - a broken install must not bounce mail
    from django.core.management import execute_from_command_line  # noqa: PLC0415

    try:
        execute_from_command_line(sys.argv)
    except ImproperlyConfigured as wrong:
        sys.exit(f"{wrong}")


def pipe() -> None:
    """Run `receive`: whatever goes wrong before it begins may pass too, and a mail system bounces on any other code."""
    try:
        main()
    except SystemExit as leaving:
        if leaving.code is not None and leaving.code not in PIPE_CODES:
            sys.stderr.write("" if isinstance(leaving.code, int) else f"{leaving.code}\n")
            sys.exit(TRY_AGAIN)
        raise
    except BaseException:
        traceback.print_exc()
        sys.exit(TRY_AGAIN)


if __name__ == "__main__":
    pipe() if sys.argv[1:2] == ["receive"] else main()
