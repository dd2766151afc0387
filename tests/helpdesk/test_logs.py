"""The log: no link that lets somebody in, not in a traceback either; and a line that is wrong stops nobody."""

import logging
from collections.abc import Iterator
from io import StringIO

import pytest

from helpdesk.logs import WithoutLinks

TOKEN = "WyJiZW4iLCJzdGF0ZSJd:1wXyZa:mQ3vK-x_9"


@pytest.fixture
def log() -> Iterator[tuple[logging.Logger, StringIO]]:
    written, logger = StringIO(), logging.getLogger("tests.log")
    handler = logging.StreamHandler(written)
    handler.setFormatter(WithoutLinks())
    logger.addHandler(handler)
    yield logger, written
    logger.removeHandler(handler)


def test_no_token_stands_in_a_line_or_in_its_traceback(log: tuple[logging.Logger, StringIO]) -> None:
    logger, written = log
    try:
        raise ValueError(f"no page at /join/{TOKEN}/")
    except ValueError:
        logger.exception("Internal Server Error: %s", f"/password/{TOKEN}/")
    assert TOKEN not in written.getvalue()
    assert "Internal Server Error: /password/(link)/" in written.getvalue()
    assert "ValueError: no page at /join/(link)/" in written.getvalue()


def test_a_line_that_cannot_be_made_stops_nobody(
    log: tuple[logging.Logger, StringIO], capsys: pytest.CaptureFixture[str]
) -> None:
    logger, _written = log
    logger.propagate = False  # pytest's own handler would raise
    logger.warning("%d mails", "many")
    logger.propagate = True
    assert "Logging error" in capsys.readouterr().err
