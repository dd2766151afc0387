"""The demo's script: what it holds, and that it can happen in the order in which it is written."""

from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest

from tickets.demo.script import AGENTS, LANGUAGES, MAILBOXES, Conversation, Person, conversations, moment

NOON = datetime(2026, 3, 12, 12, 0, tzinfo=UTC)
STORY = conversations()


def test_the_script_has_eighty_conversations_in_seven_languages() -> None:
    spoken = Counter(conversation.language for conversation in STORY)
    assert len(STORY) == 80
    assert set(spoken) == set(LANGUAGES)
    assert min(spoken.values()) >= 4


def test_every_mailbox_client_and_agent_has_work() -> None:
    assert {conversation.mailbox for conversation in STORY} == set(MAILBOXES)
    assert {step.by for conversation in STORY for step in conversation.steps if step.kind == "reply"} == set(AGENTS)
    assert len({conversation.client for conversation in STORY}) >= 8


def test_every_kind_of_step_is_there() -> None:
    kinds = Counter(step.kind for conversation in STORY for step in conversation.steps)
    assert set(kinds) == {"in", "vacation", "bounce", "reply", "note", "assign", "tag", "state", "priority"}
    assert kinds["in"] > 100
    assert kinds["note"] >= 20


def test_files_pictures_tables_and_copied_people_are_there() -> None:
    steps = [step for conversation in STORY for step in conversation.steps]
    assert {name.rpartition(".")[2] for step in steps for name in step.files} >= {"pdf", "csv", "png", "txt"}
    assert sum(bool(step.inline) for step in steps) >= 8
    assert sum("<table" in step.html for step in steps) >= 1
    assert sum(bool(step.cc) for step in steps) >= 6


def test_the_history_covers_a_month() -> None:
    first = min(moment(conversation.steps[0].at, NOON) for conversation in STORY)
    assert timedelta(days=28) <= NOON - first <= timedelta(days=31)


@pytest.mark.parametrize("now", [NOON, NOON.replace(hour=0, minute=3), NOON.replace(hour=23, minute=58)])
@pytest.mark.parametrize("conversation", STORY, ids=lambda conversation: conversation.subject)
def test_steps_follow_one_another_at_any_time_of_day(conversation: Conversation, now: datetime) -> None:
    times = [moment(step.at, now) for step in conversation.steps]
    assert times == sorted(times)
    assert times[-1] < now


def test_people_have_one_name_per_address() -> None:
    names: dict[str, set[str]] = {}
    for conversation in STORY:
        for person in (conversation.customer, *(copied for step in conversation.steps for copied in step.cc)):
            names.setdefault(person.address, set()).add(person.name)
    assert {address: known for address, known in names.items() if len(known) > 1} == {}


def test_an_age_that_is_misspelt_says_how_to_write_it() -> None:
    with pytest.raises(ValueError, match="12d 09:14"):
        moment("yesterday", NOON)


def test_a_person_without_an_address_is_refused() -> None:
    with pytest.raises(ValueError, match="no email address"):
        Person.parse("Zoe Lindqvist")
