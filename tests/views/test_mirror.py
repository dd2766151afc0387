"""Mirrors on the screen: added when they answer, paused, removed, and what goes wrong stands there in words."""

from collections.abc import Callable
from pathlib import Path

import pytest
from django.test import Client
from django.utils import timezone

from tests.flows import desk
from tickets.actions.mirrors import add_mirror
from tickets.models import Account, Agent, Mirror, Ticket
from tickets.record.append import append_all

Enter = Callable[[Agent], Client]
pytestmark = pytest.mark.django_db


def form(place: Path, **more: str) -> dict[str, str]:
    """What Ann types."""
    return {"key": "1", "name": "Disk", "url": f"file://{place}", "folders": "year"} | more


def test_a_mirror_is_added_once_and_its_password_is_never_shown(ann: Agent, enter: Enter, tmp_path: Path) -> None:
    client = enter(ann)
    for _ in range(2):
        client.post("/mirrors/add/", form(tmp_path / "copy", password="s3cret"))
    mirror = Mirror.objects.get()
    assert (mirror.name, mirror.secrets) == ("Disk", {"password": "s3cret"})
    assert (tmp_path / "copy").is_dir()
    page = client.get(f"/mirrors/{mirror.public_id}/").content.decode()
    assert str(tmp_path) in page
    assert "s3cret" not in page


def test_a_place_that_does_not_answer_or_is_the_record_itself_is_not_added(
    ann: Agent, enter: Enter, data_dir: Path
) -> None:
    client = enter(ann)
    away = client.post("/mirrors/add/", form(data_dir, url="imap://ann@127.0.0.1:1/Copy"))
    assert "cannot be reached" in away.content.decode()
    itself = client.post("/mirrors/add/", form(data_dir / "record"))
    assert "The record itself lies there" in itself.content.decode()
    assert (away.status_code, itself.status_code) == (422, 422)
    assert not Mirror.objects.exists()


def test_a_secret_stays_when_nothing_is_typed_and_another_place_begins_anew(
    ann: Agent, enter: Enter, tmp_path: Path
) -> None:
    mirror = add_mirror("Disk", f"file://{tmp_path}/one", "s3cret")
    Mirror.objects.update(cursor=7)
    enter(ann).post(f"/mirrors/{mirror.public_id}/", form(tmp_path / "one", name="Other"))
    mirror.refresh_from_db()
    assert (mirror.name, mirror.secrets, mirror.cursor) == ("Other", {"password": "s3cret"}, 7)
    enter(ann).post(f"/mirrors/{mirror.public_id}/", form(tmp_path / "two"))
    mirror.refresh_from_db()
    assert (mirror.url, mirror.cursor) == (f"file://{tmp_path}/two", 0)


def test_a_name_is_given_once(ann: Agent, enter: Enter, tmp_path: Path) -> None:
    add_mirror("Disk", f"file://{tmp_path}/one")
    answer = enter(ann).post("/mirrors/add/", form(tmp_path / "two"))
    assert "a mirror of this name already" in answer.content.decode()


def test_the_screen_says_how_far_each_is_what_went_wrong_and_what_was_refused(
    ticket: Ticket, ann: Agent, enter: Enter, tmp_path: Path
) -> None:
    append_all()
    add_mirror("Disk", f"file://{tmp_path}/copy")
    refused = [{"entry": 1, "missing": True, "words": "[TOOBIG] <b>too large</b>"}]
    Mirror.objects.update(last_error="imap.x.example does not answer", failures=3, refused=refused, missing_count=1)
    page = enter(ann).get("/mirrors/").content.decode()
    for words in (
        "1 entry",
        "imap.x.example does not answer",
        "does not work",
        "1 not copied",
        "[TOOBIG] &lt;b&gt;too large",
    ):
        assert words in page


def test_a_mirror_is_checked_paused_let_go_on_and_removed(ann: Agent, enter: Enter, tmp_path: Path) -> None:
    client = enter(ann)
    (tmp_path / "copy").mkdir()
    mirror = add_mirror("Disk", f"file://{tmp_path}/copy")
    Mirror.objects.update(rests_until=timezone.now())
    page = client.post(f"/mirrors/{mirror.public_id}/check/", follow=True).content.decode()
    assert "Disk answers" in page
    assert Mirror.objects.get().rests_until is None
    for is_paused in (True, False):
        client.post(f"/mirrors/{mirror.public_id}/pause/")
        assert (Mirror.objects.get().paused_at is not None) == is_paused
    client.post(f"/mirrors/{mirror.public_id}/remove/")
    assert Mirror.objects.get().removed_at is not None
    assert "in one place only" in client.get("/mirrors/").content.decode()


def test_only_administrators_see_mirrors(ben: Agent, enter: Enter) -> None:
    assert enter(ben).get("/mirrors/").status_code == 403
    assert enter(ben).post("/mirrors/add/", {}).status_code == 403


def test_health_says_how_far_each_mirror_is_and_not_where_it_is(
    client: Client, support: Account, tmp_path: Path
) -> None:
    desk.arrive(support, desk.mail())
    append_all()
    add_mirror("Disk", f"file://{tmp_path}/copy")
    Mirror.objects.update(last_error="secret.host does not answer", failures=1)
    answer = client.get("/healthz")
    [row] = answer.json()["mirrors"]
    behind = row.pop("seconds_behind")
    assert 0 <= behind < 60
    assert row == {"name": "Disk", "entries_behind": 1, "works": False, "paused": False, "refused": 0}
    assert "secret.host" not in answer.content.decode()
    assert str(tmp_path) not in answer.content.decode()
