"""Every address of the project, as nobody and in every role: what each gets, and that nobody hears of what is not theirs.

`pytest -s tests/views/test_crawl.py` prints how many addresses were tried by whom. Each request is undone, but a manager's:
after all of theirs, the tables must be what they were.
"""

from collections.abc import Iterator
from typing import Any

import pytest
from django.apps import apps
from django.db import transaction
from django.http import HttpResponse
from django.test import Client

from tests.views.crawl import (
    ADMINISTRATORS,
    AGENTS,
    ANYONE,
    MACHINES,
    OVERSEERS,
    SECRETS,
    WRITERS,
    Way,
    World,
    address,
    enter,
    patterns,
    world,
)
from tests.views.crawl_ways import ways

ROLES = ("nobody", "outsider", "member", "manager", "administrator")
DONE = {200, 204, 302}
REFUSED_FORM = {409, 422}
# What a person keeps for themselves, and what signing in leaves.
OWN = {"Session", "ReadMark", "WriteKey", "Presence", "Follow", "Notification", "UserSession"}
ENTRIES_OF = {
    ADMINISTRATORS: {"administrator"},
    OVERSEERS: {"administrator", "manager"},
    WRITERS: {"administrator", "member", "outsider"},
}


@pytest.fixture
def there(db: None) -> World:
    return world()


def test_every_address_has_its_line_in_the_crawl(there: World) -> None:
    names, known = {name for name, _ in patterns()}, set(ways(there))
    missing, gone = sorted(names - known), sorted(known - names)
    assert not missing, (
        f"The crawl does not know {', '.join(missing)}: add a line for each to tests/views/crawl_ways.py, that says who may go "
        "there, with which arguments (for what belongs to a ticket both a shared and a hidden one), and what is posted there."
    )
    assert not gone, f"These addresses are gone; take their lines out of tests/views/crawl_ways.py: {', '.join(gone)}"


@pytest.mark.parametrize("role", ROLES)
def test_each_gets_what_their_role_allows_and_hears_nothing_else(role: str, there: World) -> None:
    agent = there.people.get(role)
    client, before = enter(agent), rows()
    faults, tries = [], list(all_ways(there))
    for name, way, method in tries:
        fault = wrong_of(client, method, address(name, way), role, way)
        faults += [f"{role} {method.upper()} {address(name, way)}: {fault}"] if fault else []
    print(f"\n{role}: {len({name for name, _, _ in tries})} addresses, {len(tries)} requests")
    assert not faults, "\n".join(faults)
    if role in ("manager", "nobody"):
        after = rows()
        assert [name for name in before if before[name] != after[name]] == [], "they changed rows"


def all_ways(there: World) -> Iterator[tuple[str, Way, str]]:
    """Every way by GET; by POST too, but a second look at what only shows says nothing new."""
    for name, found in ways(there).items():
        for place, way in enumerate(found):
            yield name, way, "get"
            if not place or way.who in (WRITERS, ADMINISTRATORS):
                yield name, way, "post"


def wrong_of(client: Client, method: str, path: str, role: str, way: Way) -> str:
    """What is wrong with the answer, in words; "" when nothing is."""
    with transaction.atomic():
        response: Any = getattr(client, method)(path, way.data if method == "post" else None)
        body = body_of(response)
        if role not in ("manager", "nobody"):
            transaction.set_rollback(True)
    wanted = expected(role, way, method)
    if response.status_code not in wanted:
        return f"{response.status_code}, and not {sorted(wanted)}"
    if (
        response.status_code == 302
        and role == "nobody"
        and way.who != ANYONE
        and "/sign-in/" not in response["Location"]
    ):
        return f"is led to {response['Location']}"
    told = [word for word in SECRETS if role in ("nobody", "outsider") and word in body and word not in path]
    return f"tells {', '.join(told)}" if told else ""


def expected(role: str, way: Way, method: str) -> set[int]:
    """The status codes that are right."""
    if way.who == MACHINES:
        return {400, 403, 404, 405, 500} | {200}
    if way.who == ANYONE:
        return DONE | {404, 405, 422}
    if role == "nobody":
        return {302, 401, 405}
    method_refused = {405} if method == "post" or way.who != AGENTS else set()
    if role not in ENTRIES_OF.get(way.who, {role}):
        return {403} if way.who == WRITERS and method == "post" else {403, 405}
    if way.who == WRITERS and method == "get":
        return {405}
    if (way.of_hidden and role == "outsider") or (way.owner and way.owner != role):
        return {404} | method_refused | set(way.answers)
    return DONE | set(way.answers) | (REFUSED_FORM if method == "post" else set()) | method_refused


def body_of(response: HttpResponse) -> str:
    """All that is said; a stream without an end is not read."""
    if getattr(response, "is_async", False):
        return ""
    content = b"".join(response.streaming_content) if response.streaming else response.content  # type: ignore[attr-defined]
    return f"{response.headers.get('Location', '')} {content.decode('utf-8', 'replace')}"


def rows() -> dict[str, Any]:
    """Every row of every table of the helpdesk, but what is a person's own."""
    models = [model for model in apps.get_models(include_auto_created=True) if model.__name__ not in OWN]
    return {model._meta.db_table: sorted(map(repr, model._default_manager.values_list())) for model in models}
