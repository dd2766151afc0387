"""The house stays readable: small files, small functions."""

import ast
from collections.abc import Iterator
from pathlib import Path
from statistics import median

ROOT = Path(__file__).resolve().parent.parent
LONGEST_FILE = 400
LONGEST_FUNCTION = 60
ORDINARY_FUNCTION = 8
NAMES_THAT_SAY_NOTHING = {"utils", "helpers", "common", "services", "misc", "util"}


def sources() -> list[Path]:
    """Our own code, without migrations and tests."""
    found = [path for room in ("helpdesk", "tickets", "bridges") for path in (ROOT / room).rglob("*.py")]
    return [path for path in found if "migrations" not in path.parts]


def functions(path: Path) -> Iterator[tuple[str, int]]:
    """Name and length in lines of every function of a file."""
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield f"{path.relative_to(ROOT)}:{node.lineno} {node.name}", (node.end_lineno or 0) - node.lineno + 1


def test_no_file_is_longer_than_one_subject() -> None:
    long = {str(path.relative_to(ROOT)): len(path.read_text("utf-8").splitlines()) for path in sources()}
    assert {name: lines for name, lines in long.items() if lines > LONGEST_FILE} == {}


def test_no_function_is_longer_than_a_screen() -> None:
    long = [found for path in sources() for found in functions(path) if found[1] > LONGEST_FUNCTION]
    assert long == []


def test_an_ordinary_function_is_a_few_lines() -> None:
    assert median(lines for path in sources() for _, lines in functions(path)) <= ORDINARY_FUNCTION


def test_no_module_has_a_name_that_says_nothing() -> None:
    assert [str(path) for path in sources() if path.stem in NAMES_THAT_SAY_NOTHING] == []
