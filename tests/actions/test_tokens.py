"""What is sent to one side and comes back from another: single-use, short-lived, never guessed."""

from datetime import UTC, datetime, timedelta

import pytest

from tickets.actions import tokens
from tickets.actions.accounts import add_account
from tickets.models import Account, Contact, Purpose, Token

NOW = datetime(2026, 3, 4, 10, 0, tzinfo=UTC)
LATER = NOW + timedelta(hours=1)


@pytest.fixture
def bot(db: None) -> Account:
    return add_account("email", "Chat", "chat@shop.example")


@pytest.fixture
def mona(db: None) -> Contact:
    return Contact.objects.create(name="Mona", created_at=NOW)


@pytest.fixture
def paul(db: None) -> Contact:
    return Contact.objects.create(name="Paul", created_at=NOW)


def test_a_code_counts_from_the_contact_it_was_made_for(bot: Account, mona: Contact, paul: Contact) -> None:
    code = tokens.issue(Purpose.CODE, bot, mona, "mona@home.example", NOW)

    assert tokens.try_code(bot, paul, code, LATER) is None
    found = tokens.try_code(bot, mona, code, LATER)

    assert found is not None
    assert found.address == "mona@home.example"
    assert found.contact == mona


def test_a_code_is_used_once(bot: Account, mona: Contact) -> None:
    code = tokens.issue(Purpose.CODE, bot, mona, "mona@home.example", NOW)
    found = tokens.try_code(bot, mona, code, LATER)
    assert found is not None

    assert tokens.use(found, LATER)
    assert not tokens.use(found, LATER)
    assert tokens.try_code(bot, mona, code, LATER) is None


def test_five_wrong_codes_use_the_right_one_up(bot: Account, mona: Contact) -> None:
    code = tokens.issue(Purpose.CODE, bot, mona, "mona@home.example", NOW)
    wrong = "000000" if code != "000000" else "111111"

    for _ in range(tokens.MOST_TRIES):
        assert tokens.try_code(bot, mona, wrong, LATER) is None

    assert tokens.try_code(bot, mona, code, LATER) is None


def test_a_newer_code_takes_the_place_of_an_older_one(bot: Account, mona: Contact) -> None:
    first = tokens.issue(Purpose.CODE, bot, mona, "mona@home.example", NOW)
    second = tokens.issue(Purpose.CODE, bot, mona, "mona@work.example", NOW)

    assert tokens.try_code(bot, mona, first, LATER) is None
    found = tokens.try_code(bot, mona, second, LATER)

    assert found is not None
    assert found.address == "mona@work.example"


@pytest.mark.parametrize("purpose", [Purpose.OPEN, Purpose.LINK, Purpose.ANSWER])
def test_a_link_is_good_until_it_expires_and_for_its_own_purpose(purpose: str, bot: Account, mona: Contact) -> None:
    secret = tokens.issue(Purpose(purpose), bot, mona, "mona@home.example", NOW)
    found = tokens.find(Purpose(purpose), secret)
    assert found is not None

    assert tokens.is_good(found, LATER)
    assert not tokens.is_good(found, NOW + tokens.VALID[Purpose(purpose)])
    assert not tokens.use(found, NOW + tokens.VALID[Purpose(purpose)])
    assert all(
        tokens.find(other, secret) is None for other in (Purpose.OPEN, Purpose.LINK, Purpose.ANSWER) if other != purpose
    )


def test_no_secret_stands_in_the_database(bot: Account, mona: Contact) -> None:
    code = tokens.issue(Purpose.CODE, bot, mona, "mona@home.example", NOW)
    link = tokens.issue(Purpose.LINK, bot, mona, "mona@home.example", NOW)

    stored = " ".join(str(value) for row in Token.objects.values() for value in row.values())
    assert code not in stored.replace(str(NOW), "")
    assert link not in stored
