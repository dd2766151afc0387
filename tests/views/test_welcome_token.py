"""The one-time link of a first start."""

from typing import Any

import pytest

from tests.conftest import Agent
from tickets.views import welcome_token


def token(link: str) -> str:
    return link.rstrip("/").rsplit("/", 1)[1]


def test_the_link_is_good_until_there_is_an_administrator(db: None, settings: Any) -> None:
    link = welcome_token.make_link()
    assert link.startswith(f"{settings.SITE_URL}/welcome/")
    assert welcome_token.check(token(link))


def test_it_cannot_be_used_twice(ann: Agent) -> None:
    assert not welcome_token.check(token(welcome_token.make_link()))


def test_an_agent_who_does_not_administrate_leaves_it_open(ben: Agent) -> None:
    assert welcome_token.check(token(welcome_token.make_link()))


@pytest.mark.parametrize("forged", ["", "first", "first:1:abc", "\x00", "ä" * 3000])
def test_what_we_did_not_sign_is_refused(db: None, forged: str) -> None:
    assert not welcome_token.check(forged)
