"""Every change of an account's settings is logged with its author, kept in the record, and tells no secret."""

import pytest

from tests.flows.desk import mailbox, rebuilt_differences, settle
from tickets.actions.accounts import add_account, change_account, remove_account
from tickets.actions.configuration import log_of
from tickets.models import Account, Agent, Entry
from tickets.record import read

pytestmark = [pytest.mark.django_db(transaction=True)]


@pytest.fixture
def support() -> Account:
    return mailbox(secrets={"smtp_password": "old-password"})


def test_a_change_says_what_from_what_to_what_and_who(support: Account, ben: Agent) -> None:
    hours = {"mon": [["09:00", "17:00"]]}
    secrets = {"smtp_password": "new-password"}
    change_account(support, ben, footer="Desk Ltd", acknowledge=False, hours=hours, secrets=secrets, config={"x": "1"})
    entry = log_of(support).get()
    assert (entry.fields["done"], entry.fields["by"], entry.fields["by_name"]) == ("changed", ben.public_id, ben.name)
    assert [(c["name"], c["before"], c["after"], c["secret"]) for c in entry.fields["changes"]] == [
        ("footer", "", "Desk Ltd", False),
        ("acknowledge", "yes", "no", False),
        ("hours", "", "Mon 09:00-17:00", False),
        ("smtp_password", "", "", True),
        ("x", "", "1", False),
    ]


def test_the_record_holds_the_change_as_a_mail_without_the_secret(support: Account, ben: Agent) -> None:
    change_account(support, ben, footer="Desk Ltd", secrets={"smtp_password": "new-password"})
    settle()
    raw = read.original(Entry.objects.get(kind="configuration")).decode()
    assert f"Subject: {ben.name} changed Support" in raw
    assert "footer:" in raw
    assert "smtp_password: changed" in raw
    assert "new-password" not in raw
    assert "old-password" not in raw


def test_adding_and_removing_are_logged_too_and_a_rebuild_gives_the_log_back(support: Account, ben: Agent) -> None:
    other = add_account("email", "Orders", "orders@desk.example", by=ben)
    remove_account(other, ben)
    change_account(support, ben, footer="Desk Ltd")
    told = [(entry.fields["done"], entry.fields["name"]) for entry in Entry.objects.order_by("pk")]
    assert told == [("added", "Orders"), ("removed", "Orders"), ("changed", "Support")]
    assert rebuilt_differences() == []
    assert log_of(Account.objects.get(address="support@desk.example")).get().fields["by_name"] == ben.name


def test_what_changes_nothing_and_what_nobody_did_is_not_logged(support: Account, ben: Agent) -> None:
    change_account(support, ben, footer="", config={"smtp_host": ""})
    change_account(support, None, footer="Desk Ltd")
    assert not Entry.objects.exists()
