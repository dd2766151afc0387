"""Names for files that strangers named: letters, digits, dot and dash, which no system misreads."""

import re

_NOT_IN_NAMES = re.compile(r"[^\w.\-]+")
_EXTENSION = re.compile(r"\.[A-Za-z0-9]{1,8}$")


def safe_name(written: str, instead: str) -> str:
    """Return `written` as an ASCII name without a path, at most 100 characters; `instead` where nothing of it is left."""
    name = written.replace("\\", "/").rsplit("/", 1)[-1]
    extension = _EXTENSION.search(name)
    stem = name[: extension.start()] if extension else name
    plain = _NOT_IN_NAMES.sub("-", stem.encode("ascii", "ignore").decode()).strip("-.")
    return (plain[:80] or instead) + (extension.group().lower() if extension else "")
