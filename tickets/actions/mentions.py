"""Mentions: "@Ben Oak" in a note calls somebody who works here. Found by full name, address, or a first name that one has."""

import re
from collections.abc import Iterable, Sequence

from django.utils.translation import gettext as _

from tickets.actions.change import NotAllowed
from tickets.models import Agent, Ticket
from tickets.permissions import who_sees

_AT = re.compile(r"(?<![\w@.+-])@(?=\w)")  # an @ that begins a word: none within an address
MOST = 500  # people who work here


def mentioned(ticket: Ticket, text: str, by: Agent | None) -> list[Agent]:
    """Return whom a note in `ticket` calls, without its writer. Raises NotAllowed for somebody who cannot see the ticket."""
    if not _AT.search(text):
        return []
    people = list(Agent.objects.filter(removed_at__isnull=True).only("public_id", "name", "email")[:MOST])
    calls = calls_of(people)
    may_see = set(who_sees(ticket).values_list("pk", flat=True)) if calls else set()
    found: dict[int, Agent] = {}
    for called in find(text, calls):
        seeing = [agent for agent in called if agent.pk in may_see]
        if not seeing:
            raise NotAllowed(_refusal(called[0]))
        found |= {agent.pk: agent for agent in seeing if by is None or agent.pk != by.pk}
    return list(found.values())


def _refusal(agent: Agent) -> str:
    words = _(
        "%(name)s cannot see this ticket and would not learn of your note: it belongs to another team's mailbox. "
        "Take the @ away, or call somebody else."
    )
    return words % {"name": agent.name}


def calls_of(people: Iterable[Agent]) -> dict[str, list[Agent]]:
    """Return what people are called after an @, in lower case; two of the same name are both meant."""
    calls: dict[str, list[Agent]] = {}
    first: dict[str, list[Agent]] = {}
    for agent in people:
        calls.setdefault(" ".join(agent.name.lower().split()), []).append(agent)
        calls.setdefault(agent.email.lower(), []).append(agent)
        first.setdefault(next(iter(agent.name.lower().split()), ""), []).append(agent)
    return {name: agents for name, agents in first.items() if len(agents) == 1} | calls


def find(text: str, calls: dict[str, list[Agent]]) -> list[Sequence[Agent]]:
    """Return who is called, in order; the longest call that fits counts."""
    longest_first = sorted((call for call in calls if call), key=len, reverse=True)
    found: list[Sequence[Agent]] = []
    for at in _AT.finditer(text):
        rest = " ".join(text[at.end() : at.end() + 300].lower().split(" "))
        call = next((one for one in longest_first if rest.startswith(one) and not rest[len(one) :][:1].isalnum()), "")
        if call:
            found.append(calls[call])
    return found
