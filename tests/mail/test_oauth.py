"""Mailboxes that sign in by consent: over a real authorization server, Dovecot and SMTP with XOAUTH2."""

import threading
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import Client
from django.utils import timezone

from tests.flows.desk import mail, settle
from tests.services import authorization, dovecot, smtp
from tests.services.authorization import Authorization
from tests.services.dovecot import Imap
from tests.services.ports import free_port, wait_until
from tests.services.smtp import Sink
from tickets.actions.accounts import add_account
from tickets.actions.configuration import log_of
from tickets.actions.reply import reply
from tickets.channels import open_channel
from tickets.inbox.process import process_all
from tickets.mail import grants, imap, oauth
from tickets.mail.pollers import settings_of
from tickets.models import Account, Agent, Delivery, Grant, InboxItem, Ticket
from tickets.record.config import latest

pytestmark = [
    pytest.mark.imap,
    pytest.mark.django_db(transaction=True),
    pytest.mark.filterwarnings("ignore:Requiring AUTH"),
]
ADDRESS = "support@desk.example"


@pytest.fixture(scope="module")
def house() -> Iterator[tuple[Authorization, Imap, Sink]]:
    """The servers of a provider, which know the tokens of its authorization server."""

    def owner(token: str) -> str:
        try:
            return server.owner(token)["email"]
        except authorization.Denied:
            return ""

    with (
        authorization.running() as server,
        dovecot.running(f"{server.url}/tokeninfo") as imap_server,
        smtp.running(owner) as sink,
    ):
        yield server, imap_server, sink


@pytest.fixture
def provider(house: tuple[Authorization, Imap, Sink], settings: Any) -> Authorization:
    """The authorization server, as this helpdesk is registered there: friendly again for each test."""
    server, _imap, sink = house
    fresh = Authorization(port=server.port)
    vars(server).update(vars(fresh))
    sink.reset()
    sink.signed_in.clear()
    settings.OAUTH = {"google": server.settings(device=False), "microsoft": server.settings("Microsoft")}
    settings.SITE_URL = "http://testserver"
    return server


@pytest.fixture
def account(house: tuple[Authorization, Imap, Sink], provider: Authorization) -> Account:
    """A mailbox there, in which nobody has signed in yet."""
    _server, imap_server, sink = house
    servers = {"imap_host": "127.0.0.1", "imap_port": str(imap_server.port), "imap_security": "none", "since": "all"}
    servers |= {"smtp_host": "127.0.0.1", "smtp_port": str(sink.port), "smtp_security": "none"}
    return add_account("email", "Desk Support", ADDRESS, {**servers, "sign_in": "google"}, acknowledge=False)


@pytest.fixture
def signed_in(account: Account, provider: Authorization) -> Account:
    """The mailbox, signed in as `account authorize` does it."""
    authorize_by_link()
    account.refresh_from_db()
    return account


def authorize_by_link() -> None:
    """`account authorize` with somebody who opens the link and copies the address that could not be opened."""
    told: list[str] = []

    class Out:
        def write(self, text: str) -> None:
            told.append(text.strip())

    def copied(prompt: str) -> str:
        link = next(line for line in told if line.startswith("http"))
        return httpx.get(link, follow_redirects=False).headers["Location"]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("tickets.management.commands.account.input", copied, raising=False)
        call_command("account", "authorize", ADDRESS, stdout=Out())


def fetch_until(account: Account, condition: Callable[[], bool]) -> None:
    """Poll the mailbox until something holds."""
    stop = threading.Event()

    def poll() -> None:
        imap.poll(Account.objects.get(pk=account.pk), stop.is_set)
        connection.close()

    thread = threading.Thread(target=poll, daemon=True)
    thread.start()
    waited = 0
    while not condition() and waited < 300:
        stop.wait(0.1)
        waited += 1
    stop.set()
    thread.join(10)
    assert condition()


def test_mail_is_fetched_and_sent_with_a_token_and_no_password(
    signed_in: Account, house: tuple[Authorization, Imap, Sink], ben: Agent
) -> None:
    _server, imap_server, sink = house
    imap_server.append(ADDRESS, mail("Where is my order?"))
    fetch_until(signed_in, lambda: InboxItem.objects.exists())
    process_all()
    reply(Ticket.objects.get(), "On its way.", ben)
    settle()
    assert [letter.recipients for letter in sink.letters] == [["zoe@customer.example"]]
    assert set(sink.signed_in) == {ADDRESS}
    assert Delivery.objects.get().state == "sent"
    signed_in.refresh_from_db()
    assert (signed_in.health, signed_in.last_fetch_at is not None) == ("working", True)


def test_the_browser_goes_to_the_consent_page_and_back(
    account: Account, provider: Authorization, client: Client, ann: Agent
) -> None:
    client.force_login(ann)
    there = client.get(f"/accounts/{account.public_id}/consent/google/")["Location"]
    back = urlsplit(httpx.get(there, follow_redirects=False).headers["Location"])
    page = client.get(f"{back.path}?{back.query}", follow=True)
    assert "Signed in at Google." in page.content.decode()
    account.refresh_from_db()
    assert account.secrets["refresh_token"] in provider.refresh_tokens
    assert open_channel(account).probe().reason == ""
    last = log_of(account).first()
    assert last
    assert (last.fields["by_name"], "refresh_token" in str(last.fields["changes"])) == (ann.name, True)
    assert client.get(f"{back.path}?{back.query}").status_code == 302  # the state was good once
    assert "refresh_token" not in str(account.config)


def test_a_refused_consent_and_a_strange_state_change_nothing(
    account: Account, provider: Authorization, client: Client, ann: Agent
) -> None:
    client.force_login(ann)
    provider.consents = False
    there = client.get(f"/accounts/{account.public_id}/consent/google/")["Location"]
    back = urlsplit(httpx.get(there, follow_redirects=False).headers["Location"])
    page = client.get(f"{back.path}?{back.query}", follow=True).content.decode()
    assert (
        "the consent was refused. Sign in again, and allow access to mail. (access_denied: The person said no.)" in page
    )
    client.get(f"/accounts/{account.public_id}/consent/google/")
    page = client.get("/accounts/consented/?state=another&code=x", follow=True).content.decode()
    assert "was not begun here" in page
    assert provider.asked == []


def test_only_administrators_sign_mailboxes_in(
    account: Account, provider: Authorization, client: Client, ben: Agent
) -> None:
    client.force_login(ben)
    assert client.get(f"/accounts/{account.public_id}/consent/google/").status_code == 403
    assert client.get("/accounts/consented/").status_code == 403


def test_a_token_is_renewed_before_it_runs_out_and_by_one_process_only(
    signed_in: Account, provider: Authorization
) -> None:
    provider.pause = 0.3
    Grant.objects.update(expires_at=timezone.now() + timedelta(minutes=4))
    found: list[str] = []

    def ask() -> None:
        found.append(grants.access_token(signed_in))
        connection.close()

    threads = [threading.Thread(target=ask) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert (len(found), len(set(found)), provider.refreshes()) == (4, 1, 1)


def test_a_refresh_token_that_changes_is_kept_and_nothing_starts_anew(
    signed_in: Account, provider: Authorization
) -> None:
    provider.rotates = True
    before, running_with = signed_in.secrets["refresh_token"], settings_of(signed_in)
    for _ in range(2):
        grants.Bearer(signed_in).refused()
        grants.access_token(signed_in)
    signed_in.refresh_from_db()
    assert signed_in.secrets["refresh_token"] != before
    assert signed_in.secrets["refresh_token"] in provider.refresh_tokens
    assert settings_of(signed_in) == running_with
    assert signed_in.secrets["refresh_token"] not in str(latest())  # encrypted


def test_a_renewal_that_was_under_way_does_not_take_the_place_of_a_new_sign_in(
    signed_in: Account, provider: Authorization
) -> None:
    provider.rotates, provider.pause = True, 1.0
    grants.Bearer(signed_in).refused()
    slow = threading.Thread(target=lambda: (grants.access_token(signed_in), connection.close()))
    slow.start()
    wait_until(lambda: provider.refreshes() == 1)
    Grant.objects.all().delete()
    Account.objects.update(secrets={"refresh_token": "of the new sign-in"})
    Grant.objects.create(
        account=signed_in, tokens={"access": "new"}, expires_at=timezone.now() + timedelta(hours=1)
    )  # as grants.keep does
    slow.join(20)
    signed_in.refresh_from_db()
    assert signed_in.secrets["refresh_token"] == "of the new sign-in"
    assert grants.access_token(signed_in) == "new"


def test_a_sign_in_that_was_taken_back_is_said_in_words_until_somebody_connects_again(
    signed_in: Account, house: tuple[Authorization, Imap, Sink], provider: Authorization
) -> None:
    provider.take_back()
    Grant.objects.update(expires_at=None)
    with pytest.raises(CommandError, match="Not working"):
        call_command("account", "check", ADDRESS)
    signed_in.refresh_from_db()
    assert signed_in.health == "cut_off"
    assert "it no longer accepts the sign-in" in signed_in.health_reason
    assert "(invalid_grant: Token has been expired or revoked.)" in signed_in.health_reason
    assert f"manage.py account authorize {ADDRESS}" in signed_in.health_reason
    asked = provider.refreshes()
    open_channel(signed_in).probe()
    assert provider.refreshes() == asked  # a refusal is not asked about again at once
    authorize_by_link()
    call_command("account", "check", ADDRESS, "--wait", "0")
    signed_in.refresh_from_db()
    assert signed_in.health == "working"


def test_a_token_that_the_mail_server_no_longer_takes_is_renewed_at_the_next_try(
    signed_in: Account, provider: Authorization
) -> None:
    provider.access_tokens.clear()
    assert "did not accept the sign-in as support@desk.example" in open_channel(signed_in).probe().reason
    assert open_channel(signed_in).probe().reason == ""


def test_a_sign_in_as_somebody_else_is_said_so(account: Account, provider: Authorization) -> None:
    provider.person = "somebody@desk.example"
    authorize_by_link()
    account.refresh_from_db()
    assert "did not accept the sign-in as support@desk.example" in account.health_reason
    assert "Was it made as somebody else?" in account.health_reason


def test_who_does_not_allow_mail_is_told_so(account: Account, provider: Authorization) -> None:
    provider.allowed = "openid email"
    with pytest.raises(CommandError, match="Google gave no access to mail"):
        authorize_by_link()
    account.refresh_from_db()
    assert account.secrets == {}
    provider.allowed = "openid https://mail.example/"
    authorize_by_link()


def test_a_server_that_is_down_for_a_while_costs_no_sign_in(signed_in: Account, provider: Authorization) -> None:
    Grant.objects.update(expires_at=None)
    provider.broken = 1
    with pytest.raises(grants.NoToken, match="answered 503"):
        grants.access_token(signed_in)
    assert grants.access_token(signed_in) in provider.access_tokens


def test_a_sign_in_takes_the_place_of_a_password_and_reading_goes_on_where_it_was(
    account: Account, provider: Authorization
) -> None:
    kept = {"imap": {"folder": "INBOX", "uidvalidity": 7, "last": 41}}
    Account.objects.update(secrets={"imap_password": "x", "smtp_password": "y"}, state=kept)
    authorize_by_link()
    account.refresh_from_db()
    assert list(account.secrets) == ["refresh_token"]
    assert account.state == kept


@pytest.mark.parametrize(
    ("error", "words"),
    [("", ""), ("access_denied", "the consent was refused"), ("expired_token", "nobody entered the code in time")],
)
def test_a_device_code_is_waited_for_as_the_server_asks(
    account: Account, provider: Authorization, error: str, words: str
) -> None:
    pauses: list[float] = []
    provider.device_error, provider.device_waits = error, 3
    at = oauth.server("microsoft")
    code = oauth.begin_device(at)
    if error:
        with pytest.raises(oauth.Refused, match=words):
            oauth.wait_for_device(at, code, pauses.append)
        return
    assert oauth.wait_for_device(at, code, pauses.append).refresh in provider.refresh_tokens
    assert pauses == [1, 1, 6, 6]  # pending, told to slow down, pending, there


def test_a_device_code_signs_in_on_the_command_line(
    account: Account, provider: Authorization, capsys: pytest.CaptureFixture[str]
) -> None:
    provider.device_waits = 0
    call_command("account", "authorize", ADDRESS, "--at", "microsoft")
    said = capsys.readouterr().out
    assert f"Open {provider.url}/enter in any browser and enter the code ABCD-EFGH" in said
    assert "is signed in at Microsoft" in said


def test_what_is_not_registered_or_not_encrypted_is_said(
    account: Account, provider: Authorization, settings: Any
) -> None:
    settings.OAUTH["google"]["token"] = f"http://provider.example:{free_port()}/token"
    with pytest.raises(oauth.NoAnswer, match="is not encrypted"):
        oauth.refresh(oauth.server("google"), "secret")
    settings.OAUTH["google"]["client_id"] = ""
    with pytest.raises(CommandError, match="set OAUTH_GOOGLE_CLIENT_ID"):
        call_command("account", "authorize", ADDRESS)
