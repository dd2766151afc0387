"""Accounts on the screen: added by a form that the channel describes, changed without losing a secret, removed."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

import pytest
from django.test import Client

from tests.services.ports import free_port
from tickets.actions.accounts import change_account
from tickets.models import Account, Agent, Ticket

FORM: dict[str, Any] = {
    "key": "1",
    "name": "Help",
    "address": "help@desk.example",
    "language": "de",
    "acknowledge": "on",
}


def test_a_mailbox_is_connected_once_and_its_password_is_never_shown(ann: Agent, enter: Callable[..., Client]) -> None:
    client = enter(ann)
    for _ in range(2):
        client.post("/accounts/add/", FORM | {"set_imap_host": "imap.desk.example", "set_imap_password": "s3cret"})
    account = Account.objects.get()
    assert (account.name, account.config["imap_host"], account.secrets["imap_password"]) == (
        "Help",
        "imap.desk.example",
        "s3cret",
    )
    page = client.get(f"/accounts/{account.public_id}/").content.decode()
    assert "imap.desk.example" in page
    assert "s3cret" not in page


def test_a_secret_stays_when_nothing_is_typed(ann: Agent, enter: Callable[..., Client]) -> None:
    client = enter(ann)
    client.post("/accounts/add/", FORM | {"set_smtp_password": "s3cret"})
    account = Account.objects.get()
    client.post(f"/accounts/{account.public_id}/", FORM | {"name": "Helpers", "set_smtp_password": ""})
    account.refresh_from_db()
    assert (account.name, account.secrets["smtp_password"]) == ("Helpers", "s3cret")


def test_an_address_that_is_connected_gets_its_new_credentials_and_no_second_account(
    ann: Agent, enter: Callable[..., Client]
) -> None:
    client = enter(ann)
    client.post("/accounts/add/", FORM | {"signature": "Your desk", "set_smtp_password": "old"})
    page = client.post("/accounts/add/", FORM | {"key": "2", "set_smtp_password": "new"}, follow=True)
    assert "Help was connected already." in page.content.decode()
    account = Account.objects.get()
    assert (account.signature, account.secrets["smtp_password"]) == ("Your desk", "new")


def test_the_screen_says_where_mail_goes_and_what_waits_for_a_public_address(
    support: Account, ann: Agent, enter: Callable[..., Client]
) -> None:
    page = enter(ann).get("/accounts/").content.decode()
    assert "No way out is set up" in page
    assert "no public address yet" in page


def test_a_removed_mailbox_keeps_its_tickets(
    ticket: Ticket, support: Account, ann: Agent, enter: Callable[..., Client]
) -> None:
    client = enter(ann)
    client.post(f"/accounts/{support.public_id}/remove/")
    assert support.address not in client.get("/accounts/").content.decode().split("No mailbox")[0].split("<main")[1]
    assert client.get(f"/tickets/{ticket.number}/").status_code == 200


def test_a_check_keeps_what_it_found(support: Account, ann: Agent, enter: Callable[..., Client]) -> None:
    support.config = {"smtp_host": "127.0.0.1", "smtp_port": "1"}
    support.save()
    enter(ann).post(f"/accounts/{support.public_id}/check/")
    support.refresh_from_db()
    assert (support.health, bool(support.health_reason)) == ("degraded", True)
    assert "Sending:" in enter(ann).get("/accounts/").content.decode()


def test_hours_are_typed_as_people_write_them_and_stored_by_weekday(ann: Agent, enter: Callable[..., Client]) -> None:
    client = enter(ann)
    hours = {
        "hours": "Mon-Tue 9:00-17:00",
        "days_off": "12-25 Christmas",
        "time_zone": "Europe/Berlin",
        "footer": "Ltd",
    }
    client.post("/accounts/add/", FORM | hours)
    account = Account.objects.get()
    assert account.hours == {"mon": [["09:00", "17:00"]], "tue": [["09:00", "17:00"]]}
    assert account.days_off == [{"day": "12-25", "name": "Christmas"}]
    assert (account.time_zone, account.footer) == ("Europe/Berlin", "Ltd")
    page = client.get(f"/accounts/{account.public_id}/").content.decode()
    assert page.count('value="09:00-17:00"') == 2
    assert "12-25 Christmas" in page
    days = {"hours_mon": "9:00-12:30, 13:30-17:00", "hours_sat": "10:00-14:00"}
    client.post(f"/accounts/{account.public_id}/", FORM | days)
    account.refresh_from_db()
    assert account.hours == {"mon": [["09:00", "12:30"], ["13:30", "17:00"]], "sat": [["10:00", "14:00"]]}
    refused = client.post(f"/accounts/{account.public_id}/", FORM | {"hours_mon": "nine to five"}).content.decode()
    assert "“Mon nine to five” cannot be read." in refused
    assert 'value="nine to five"' in refused


def test_who_changed_what_is_shown_and_no_secret_is(ann: Agent, enter: Callable[..., Client]) -> None:
    client = enter(ann)
    client.post("/accounts/add/", FORM | {"set_smtp_password": "old-s3cret"})
    account = Account.objects.get()
    client.post(f"/accounts/{account.public_id}/", FORM | {"footer": "Desk Ltd", "set_smtp_password": "new-s3cret"})
    for path in ("", "changes/"):
        page = client.get(f"/accounts/{account.public_id}/{path}").content.decode()
        for words in ("Ann Admin", "added this account", "– → Desk Ltd", "SMTP password", "changed; it is not shown"):
            assert words in page
        assert "s3cret" not in page


def test_all_changes_are_paged_and_cost_the_same_queries(
    ann: Agent, enter: Callable[..., Client], django_assert_max_num_queries: Callable[..., AbstractContextManager[Any]]
) -> None:
    client = enter(ann)
    client.post("/accounts/add/", FORM)
    account = Account.objects.get()
    for number in range(60):
        change_account(account, ann, footer=f"Desk {number}")
    with django_assert_max_num_queries(12):
        page = client.get(f"/accounts/{account.public_id}/changes/").content.decode()
    assert ("Desk 59" in page, "Desk 3 →" in page, "?page=2" in page) == (True, False, True)
    with django_assert_max_num_queries(14):
        client.get(f"/accounts/{account.public_id}/")


def test_a_known_address_alone_is_enough(
    ann: Agent, enter: Callable[..., Client], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tickets.mail.channel.imap.begin_now", lambda account: None)
    client = enter(ann)
    said = client.get("/accounts/suggest/?channel=email&address=desk@gmx.de").content.decode()
    assert "GMX: its servers are known." in said
    assert "Access by IMAP has to be switched on in the settings of GMX first." in said
    assert client.get("/accounts/suggest/?address=desk@own.example").content.strip() == b""
    hosted = client.get("/accounts/suggest/?address=desk@own.example&provider=strato").content.decode()
    assert "STRATO: its servers are known." in hosted
    ports = {"set_imap_port": "993", "set_smtp_port": "587", "set_since": "now"}
    client.post("/accounts/add/", FORM | ports | {"address": "desk@gmx.de", "set_imap_password": "x"})
    config = Account.objects.get().config
    assert (config["imap_host"], config["smtp_host"], config["smtp_port"]) == ("imap.gmx.net", "mail.gmx.net", "465")


def test_a_check_says_for_each_way_what_is_wrong(ann: Agent, enter: Callable[..., Client]) -> None:
    client = enter(ann)
    port = str(free_port())
    client.post("/accounts/add/", FORM | {"set_imap_host": "127.0.0.1", "set_imap_port": port, "set_since": "all"})
    account = Account.objects.get()
    page = client.post(f"/accounts/{account.public_id}/check/").content.decode()
    assert f"<b>Receiving</b>: 127.0.0.1:{port} cannot be reached: nothing listens on that port." in page
    assert "<b>Sending</b>: works" in page
    assert Account.objects.get().last_error.startswith("Receiving: 127.0.0.1")
