"""`make check`: formatting, lint, types, layers, migrations, deployment checks, sizes, audit. All run; all are summed up."""

import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
BIN = Path(sys.executable).parent

# As a server on the internet is set up: Django's deployment checks have nothing to say about it.
PRODUCTION = {
    "SITE_URL": "https://help.example.org",
    "SECRET_KEY": "not a secret, but as long as one: " + "0123456789abcdef" * 3,
}


def tool(name: str, *arguments: str) -> list[str]:
    """A command of the virtual environment."""
    return [str(BIN / name), *arguments]


def steps() -> dict[str, list[str]]:
    """Every check, by name."""
    python = sys.executable
    return {
        "formatting": tool("ruff", "format", "--check", "--quiet", "."),
        "lint": tool("ruff", "check", "--quiet", "."),
        "types": tool("mypy", "--no-error-summary"),
        "layers": tool("lint-imports"),
        "missing migrations": [python, "manage.py", "makemigrations", "--check", "--dry-run"],
        "deployment": [python, "manage.py", "check", "--deploy", "--fail-level", "WARNING"],
        "sizes and pins": [
            python,
            "-m",
            "pytest",
            "-q",
            "-p",
            "no:cacheprovider",
            "tests/test_sizes.py",
            "tests/test_pins.py",
        ],
    }


def run(name: str, command: list[str], environment: dict[str, str]) -> bool:
    """One check; what it says is shown when it fails."""
    began = time.monotonic()
    done = subprocess.run(
        command, cwd=ROOT, env=environment, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False
    )
    well = done.returncode == 0
    print(f"{'ok    ' if well else 'FAILED'} {name} ({time.monotonic() - began:.0f} s)", flush=True)
    if not well:
        print(done.stdout + done.stderr, flush=True)
    return well


def audit() -> bool:
    """Known weaknesses of the pinned packages; where no index answers, that is said and passes."""
    command = tool("pip-audit", "--requirement", "requirements.txt", "--progress-spinner", "off", "--timeout", "10")
    try:
        done = subprocess.run(
            command, cwd=ROOT, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False, timeout=300
        )
    except subprocess.TimeoutExpired:
        print("ok     audit: not audited (no index answered in time)")
        return True
    found = (
        "known vulnerabilit" in done.stdout + done.stderr
        and "No known vulnerabilities" not in done.stdout + done.stderr
    )
    if done.returncode and not found:
        print("ok     audit: not audited (no index answered)")
        return True
    print("FAILED audit" if found else "ok     audit: no known vulnerabilities")
    if found:
        print(done.stdout + done.stderr)
    return not found


def main() -> None:
    """Exit code 0 when everything passed."""
    data_dir = tempfile.mkdtemp(prefix="holdfast-check-")
    environment = {**os.environ, **PRODUCTION, "DATA_DIR": data_dir, "DATABASE_URL": "", "REDIS_URL": ""}
    try:
        passed = [run(name, command, environment) for name, command in steps().items()]
    finally:
        shutil.rmtree(data_dir, ignore_errors=True)
    passed.append(audit())
    sys.exit(0 if all(passed) else 1)


if __name__ == "__main__":
    main()
