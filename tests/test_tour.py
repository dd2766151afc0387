"""docs/tour.md is run: its Python in one session, its commands as `manage.py` runs them; what it shows must be so."""

import doctest
import re
from collections.abc import Iterator
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command

from tests.flows.desk import wipe

TOUR = Path(__file__).resolve().parents[1] / "docs" / "tour.md"
BLOCK = re.compile(r"^```(\w*)\n(.*?)^```$", re.DOTALL | re.MULTILINE)
OPTIONS = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE


def blocks(text: str) -> Iterator[tuple[str, str, int]]:
    """Language, content and first line of each fenced block."""
    for found in BLOCK.finditer(text):
        yield found[1], found[2], text.count("\n", 0, found.start(2))


def run_python(block: str, names: dict[str, Any], line: int) -> None:
    """Run one block; the names it makes stay for the next."""
    test = doctest.DocTestParser().get_doctest(block, {}, "tour.md", str(TOUR), line)
    test.globs = names
    said = StringIO()
    doctest.DocTestRunner(optionflags=OPTIONS, verbose=False).run(test, out=said.write, clear_globs=False)
    assert not said.getvalue(), said.getvalue()


def run_command(block: str) -> None:
    """Run `$ manage.py …` and compare what it prints with what stands below it."""
    command, _end, shown = block.removeprefix("$ manage.py ").partition("\n")
    out = StringIO()
    call_command(*command.split(), stdout=out)
    assert doctest.OutputChecker().check_output(shown, out.getvalue(), OPTIONS), out.getvalue()


@pytest.mark.database
@pytest.mark.flows
def test_the_tour_is_true(transactional_db: None) -> None:
    names: dict[str, Any] = {"lose_the_database": wipe}
    run = 0
    for language, block, line in blocks(TOUR.read_text("utf-8")):
        if language == "python":
            run_python(block, names, line)
        else:
            assert language == "console"
            run_command(block)
        run += 1
    assert run > 10


def test_the_tour_names_only_rooms_that_exist() -> None:
    named = re.findall(r"`(tickets/[\w/.]+)`", TOUR.read_text("utf-8"))
    assert named
    assert [path for path in named if not (TOUR.parents[1] / path).exists()] == []


def test_a_block_that_is_not_true_fails() -> None:
    with pytest.raises(AssertionError, match="Expected"):
        run_python(">>> 1 + 1\n3\n", {}, 1)
