"""The chat's window and the line that puts it on a website: where it may stand, and that it asks for nothing it does not need."""

import gzip
import json
import re
from datetime import UTC, datetime
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from django.conf import settings
from django.core.cache import cache
from django.test import Client

from bridges.webchat.pages.window import hours
from bridges.webchat.words import WORDS
from tests.bridges.webchat.conftest import SITE, Visitor, connected
from tickets.actions.accounts import change_account
from tickets.channels import open_channel, sites
from tickets.models import Account, InboxItem, Ticket

ROOM = Path(settings.BASE_DIR) / "bridges/webchat/pages"


def policy(response: object) -> dict[str, str]:
    said = response.headers["Content-Security-Policy"]  # type: ignore[attr-defined]
    return dict(part.strip().split(" ", 1) for part in said.split(";"))


def test_the_frame_stands_on_the_sites_that_the_account_names_and_nowhere_else(chat: Account) -> None:
    response = Client().get(f"/chat/{chat.public_id}/frame/")
    assert policy(response)["frame-ancestors"] == SITE
    assert policy(response)["script-src"] == "'self'"
    assert "X-Frame-Options" not in response
    assert not response.cookies


def test_the_page_of_its_own_stands_in_no_frame(chat: Account) -> None:
    response = Client().get(f"/chat/{chat.public_id}/")
    assert policy(response)["frame-ancestors"] == "'none'"
    assert b'class="alone"' in response.content


def test_without_a_site_the_frame_stands_nowhere(support: Account) -> None:
    assert policy(Client().get(f"/chat/{connected(sites='').public_id}/frame/"))["frame-ancestors"] == "'none'"


def test_of_the_words_for_another_account_nothing_is_shown(support: Account) -> None:
    for path in ("", "frame/", "widget.js", "qr.svg", "live/"):
        assert Client().get(f"/chat/{support.public_id}/{path}").status_code == 404


def test_what_a_website_loads_is_under_30_kb_gzipped(chat: Account) -> None:
    served = [Client().get(f"/chat/{chat.public_id}/{path}").content for path in ("widget.js", "frame/")]
    served += [path.read_bytes() for path in (ROOM / "static/webchat").iterdir()]
    sizes = [len(gzip.compress(one)) for one in served]
    print(f"\nwidget {sizes[0]}, window {sizes[1]}, script and style {sizes[2:]}: {sum(sizes)} bytes gzipped")
    assert sum(sizes) < 30_000


def test_the_script_knows_its_chat_and_holds_no_secret(chat: Account) -> None:
    script = Client().get(f"/chat/{chat.public_id}/widget.js")
    assert script["Content-Type"].startswith("text/javascript")
    told = json.loads(re.search(r"const told = (\{.*\});", script.content.decode())[1])  # type: ignore[index]
    assert told["frame"] == f"{settings.SITE_URL}/chat/{chat.public_id}/frame/"
    assert chat.secrets["key"] not in script.content.decode()


def test_a_title_cannot_end_the_script(support: Account) -> None:
    script = Client().get(f"/chat/{connected(title='</script><b>').public_id}/widget.js").content.decode()
    assert "</script>" not in script


def test_the_window_speaks_the_visitors_language(chat: Account) -> None:
    german = Client().get(f"/chat/{chat.public_id}/frame/?language=de")
    assert "Nachricht schreiben" in german.content.decode()
    asked = Client().get(f"/chat/{chat.public_id}/", headers={"Accept-Language": "uk"})
    assert '<html lang="uk">' in asked.content.decode()


def test_every_language_has_every_sentence_with_the_same_places() -> None:
    for language, words in WORDS.items():
        assert words.keys() == WORDS["en"].keys()
        for name, sentence in words.items():
            assert re.findall(r"\{\w+\}", sentence) == re.findall(r"\{\w+\}", WORDS["en"][name]), (language, name)


AWAY = "Nobody is here just now. Write all the same: we answer by email, and here from "


@pytest.mark.parametrize(
    ("at", "said"),
    [
        (datetime(2026, 3, 4, 10, 0, tzinfo=UTC), "Somebody is here."),
        (datetime(2026, 3, 4, 7, 0, tzinfo=UTC), f"{AWAY}09:00."),
        (datetime(2026, 3, 6, 20, 0, tzinfo=UTC), f"{AWAY}Monday, 09:00."),
    ],
)
def test_it_says_when_somebody_is_there(at: datetime, said: str) -> None:
    week = {day: [["09:00", "17:00"]] for day in ("mon", "tue", "wed", "thu", "fri")}
    account = Account(channel="webchat", name="Shop", hours=week, time_zone="UTC")
    assert hours(account, "en", at) == said
    assert hours(Account(channel="webchat", name="Shop"), "en", at) == ""


def test_a_shops_door_gets_a_code_with_the_address(chat: Account) -> None:
    drawn = Client().get(f"/chat/{chat.public_id}/qr.svg")
    assert drawn["Content-Type"] == "image/svg+xml"
    assert ET.fromstring(drawn.content).tag == "{http://www.w3.org/2000/svg}svg"


@pytest.mark.parametrize(
    ("typed", "origin"),
    [
        ("https://shop.example", "https://shop.example"),
        ("shop.example", "https://shop.example"),
        ("http://localhost:3000/", "http://localhost:3000"),
        ("HTTPS://Shop.Example", "https://shop.example"),
        ("https://shop.example/page", ""),
        ("https://*.shop.example", ""),
        ("javascript:alert(1)", ""),
        ("https://a.example; script-src *", ""),
        ("https://user@shop.example", ""),
    ],
)
def test_only_an_origin_is_a_site(typed: str, origin: str) -> None:
    assert sites.origin_of(typed) == origin
    assert bool(sites.fault_of_sites(typed)) == (not origin)


def test_the_accounts_screen_says_the_line_and_the_addresses(chat: Account) -> None:
    said = open_channel(chat).way_out()
    assert f'<script async src="{settings.SITE_URL}/chat/{chat.public_id}/widget.js"></script>' in said
    assert open_channel(chat).deep_link("") == f"{settings.SITE_URL}/chat/{chat.public_id}/"
    assert open_channel(chat).deep_link("a-code") == ""


# --- Against abuse: held and explained, nothing lost ---------------------------------------------------------------------


def test_who_sends_too_fast_waits_and_is_told_for_how_long(chat: Account) -> None:
    zoe = Visitor(chat)
    answers = [zoe.say(f"Line {number}") for number in range(21)]
    assert [one.status_code for one in answers] == [200] * 20 + [429]
    told = answers[-1].json()
    assert 0 < told["wait"] <= 61
    assert told["error"].startswith("Too many messages at once. This one is kept and goes out in")
    assert answers[-1]["Retry-After"] == str(told["wait"])
    assert Visitor(chat).say("Somebody else").status_code == 200


def test_one_network_begins_only_so_many_chats_an_hour_and_goes_on_with_those_it_has(chat: Account) -> None:
    people = [Visitor(chat) for _ in range(21)]
    answers = [one.say("Hello").status_code for one in people]
    assert answers == [200] * 20 + [429]
    assert people[0].say("I was here before").status_code == 200
    cache.clear()
    assert people[-1].say("Hello").status_code == 200


def test_what_a_machine_fills_in_is_held_as_spam_and_shown(chat: Account) -> None:
    assert Visitor(chat).say("Buy gold", website="https://gold.example").status_code == 200
    ticket = Ticket.objects.get()
    assert (ticket.spam, ticket.messages.get().text) == ("border", "Buy gold")
    assert "A field of the chat that nobody sees was filled in" in ticket.messages.get().reason


@pytest.mark.parametrize(
    ("sent", "why"),
    [
        ({"text": " "}, "Write something, or add a file."),
        ({"text": "x" * 20_001}, "More than 20000 characters: shorten it, or add it as a file."),
        ({"text": "x", "client_id": "short"}, "A message needs an id of its own: 8 to 64 letters, digits and hyphens."),
    ],
)
def test_what_is_not_taken_is_explained_and_stored_nowhere(sent: dict[str, str], why: str, chat: Account) -> None:
    answer = Visitor(chat).say(**sent)
    assert (answer.status_code, answer.json()["error"]) == (422, why)
    assert InboxItem.objects.count() == 0


def test_files_that_are_too_large_are_named(chat: Account, settings: object) -> None:
    settings.REQUEST_MAX_BYTES = 1000  # type: ignore[attr-defined]
    answer = Visitor(chat).say("My film", ("film.mp4", b"0" * 1001))
    assert answer.status_code == 422
    assert "film.mp4" in answer.json()["error"]


def test_a_chat_that_is_paused_or_removed_is_not_there(chat: Account) -> None:
    zoe = Visitor(chat)
    zoe.say("Hello")
    change_account(chat, None, removed_at=chat.created_at)
    assert zoe.get("lines/").status_code == 404
