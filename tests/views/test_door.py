"""Links, passwords, the second step, and where one is signed in."""

import base64
import hashlib
import hmac
import re
import struct
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
from allauth.mfa.models import Authenticator
from django.core.management import call_command
from django.test import Client

from helpdesk.logs import WithoutLinks
from tests.services.smtp import Sink
from tickets.actions.links import INVITATION, PASSWORD, make_link
from tickets.actions.people import add_agent, remove_agent
from tickets.models import Account, Agent, Entry, Role, Team
from tickets.record.config import snapshot

NEW = "four words in a row"


def path_of(link: str) -> str:
    return "/" + link.split("/", 3)[3]


@contextmanager
def later(seconds: int) -> Iterator[None]:
    """Live some time later."""
    then = time.time() + seconds
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(time, "time", lambda: then)
        yield


def code_of(secret: str, at: float | None = None) -> str:
    """What an app shows (RFC 6238)."""
    counter = struct.pack(">Q", int((at or time.time()) // 30))
    digest = hmac.new(base64.b32decode(secret), counter, hashlib.sha1).digest()
    place = digest[-1] & 15
    return f"{(int.from_bytes(digest[place : place + 4]) & 0x7FFFFFFF) % 1_000_000:06d}"


def signed_in(agent: Agent, password: str = "correct horse") -> Client:
    client = Client(headers={"User-Agent": "Mozilla/5.0 (X11; Linux x86_64) Firefox/140.0"})
    assert client.post("/sign-in/", {"email": agent.email, "password": password}).status_code == 302
    return client


def turn_on(client: Client, password: str = "correct horse") -> str:
    """Set the second step up; return its key."""
    page = client.get("/me/second-step/", follow=True)
    assert "Is it you?" in page.content.decode()
    page = client.post(page.redirect_chain[-1][0], {"password": password, "next": "/me/second-step/"}, follow=True)
    found = re.search(r'totp-key">([A-Z2-7]+)<', page.content.decode())
    assert found
    assert client.post("/me/second-step/", {"code": code_of(found[1])}).headers["Location"] == "/me/codes/"
    return found[1]


def test_who_is_invited_chooses_name_and_password_by_the_link_once(ann: Agent) -> None:
    team = Team.objects.create(name="Billing")
    data = {"key": "k", "name": "Dora", "email": "Dora@desk.example", "role": "agent", "teams": [team.public_id]}
    page = signed_in(ann).post("/people/", data).content.decode()
    assert "No mailbox here can send mail yet." in page
    link = re.search(r">(http[^<]*/join/[^<]*)<", page)
    assert link
    guest = Client()
    assert "You sign in as dora@desk.example" in guest.get(path_of(link[1])).content.decode()
    assert guest.post(path_of(link[1]), {"name": "Dora Dean", "password": "short"}).status_code == 422
    assert guest.post(path_of(link[1]), {"name": "Dora Dean", "password": NEW}).headers["Location"] == "/"
    dora = Agent.objects.get(email="dora@desk.example")
    assert (dora.name, dora.role, list(dora.teams.all())) == ("Dora Dean", "agent", [team])
    assert guest.get("/lists/mine/").status_code == 200
    again = Client().get(path_of(link[1]))
    assert (again.status_code, "It has been used" in again.content.decode()) == (404, True)


def test_a_link_that_is_too_old_cut_or_for_somebody_who_left_says_so(ann: Agent, ben: Agent) -> None:
    invited = add_agent("dora@desk.example", "Dora", by=ann)
    invitation, link = path_of(make_link(invited, INVITATION)), path_of(make_link(ben, PASSWORD))
    with later(8 * 24 * 3600):
        assert "good for a week, and that is over" in Client().get(invitation).content.decode()
        assert "good for a day, and that is over" in Client().get(link).content.decode()
    assert "It is not whole" in Client().get(invitation[:-9] + "/").content.decode()
    assert "It is not whole" in Client().get(link.replace("/password/", "/join/")).content.decode()
    remove_agent(invited, ann)
    assert "does not work here any more" in Client().get(invitation).content.decode()


@pytest.fixture
def sending(smtp_sink: Sink, db: None) -> Account:
    """A mailbox that can send."""
    config = {"smtp_host": smtp_sink.host, "smtp_port": str(smtp_sink.port), "smtp_security": "none"}
    return Account.objects.create(
        channel="email", name="Support", address="support@desk.example", config=config, created_at="2026-01-01T00:00Z"
    )


def test_an_invitation_is_mailed_when_a_mailbox_can_send_and_stands_in_no_entry(
    sending: Account, smtp_sink: Sink, ann: Agent
) -> None:
    data = {"key": "k", "name": "Dora", "email": "dora@desk.example", "role": "agent"}
    assert "It was mailed to dora@desk.example." in signed_in(ann).post("/people/", data).content.decode()
    (letter,) = smtp_sink.to("dora@desk.example")
    assert "/join/" in letter.message.get_content()
    assert not Entry.objects.exclude(kind="configuration").exists()


def test_a_forgotten_password_is_chosen_anew_by_mail_and_ends_all_sessions(
    sending: Account, smtp_sink: Sink, ben: Agent
) -> None:
    elsewhere = signed_in(ben)
    answer = Client().post("/sign-in/forgotten/", {"email": ben.email}).content.decode()
    assert answer == Client().post("/sign-in/forgotten/", {"email": "eve@desk.example"}).content.decode()
    (letter,) = smtp_sink.to(ben.email)
    link = re.search(r"http\S+/password/\S+/", letter.message.get_content())
    assert link
    assert Client().post(path_of(link[0]), {"password": NEW}).headers["Location"] == "/"
    assert elsewhere.get("/lists/mine/").status_code == 302
    signed_in(ben, NEW)


def test_no_mailbox_is_filled_with_links_from_however_many_places_they_are_asked_for(
    sending: Account, smtp_sink: Sink, ben: Agent
) -> None:
    for place in range(5):
        page = Client(REMOTE_ADDR=f"203.0.113.{place}").post("/sign-in/forgotten/", {"email": ben.email})
        assert "is on its way" in page.content.decode()
    assert len(smtp_sink.to(ben.email)) == 3


def test_no_link_for_a_password_comes_into_the_log(ben: Agent, caplog: pytest.LogCaptureFixture) -> None:
    for purpose in (PASSWORD, INVITATION):
        Client().post(path_of(make_link(ben, purpose)), {"password": "short"})  # the link stays good
    said = [WithoutLinks().format(record) for record in caplog.records]
    assert said == ["Unprocessable Entity: /password/(link)/", "Unprocessable Entity: /join/(link)/"]


def test_without_a_way_out_the_page_says_who_can_help(ann: Agent, ben: Agent) -> None:
    assert "Ask an administrator" in Client().get("/sign-in/forgotten/").content.decode()
    page = signed_in(ann).post(f"/people/{ben.public_id}/link/").content.decode()
    assert "/password/" in page


def test_a_changed_password_ends_the_other_sessions_and_wants_the_old_one(ben: Agent) -> None:
    here, elsewhere = signed_in(ben), signed_in(ben)
    data = {"oldpassword": "wrong", "password1": NEW, "password2": NEW}
    assert here.post("/me/password/", data).status_code == 200
    assert here.post("/me/password/", data | {"oldpassword": "correct horse"}).headers["Location"] == "/me/sign-in/"
    assert here.get("/lists/mine/").status_code == 200
    assert elsewhere.get("/lists/mine/").status_code == 302


def test_the_old_password_is_not_guessed_in_a_browser_that_was_left_open(ben: Agent) -> None:
    here = signed_in(ben)
    data = {"oldpassword": "wrong", "password1": NEW, "password2": NEW}
    for _ in range(10):
        here.post("/me/password/", data)
    page = here.post("/me/password/", data | {"oldpassword": "correct horse"})
    assert "Try again in 15 minutes" in page.content.decode()
    ben.refresh_from_db()
    assert ben.check_password("correct horse")


def test_no_browser_keeps_the_recovery_codes(ben: Agent) -> None:
    here = signed_in(ben)
    turn_on(here)
    assert "no-store" in here.get("/me/codes/").headers["Cache-Control"]


def test_the_second_step_is_asked_for_after_the_password_and_by_a_link_too(ben: Agent) -> None:
    secret = turn_on(signed_in(ben))
    for client, path, data, seconds in (
        (Client(), "/sign-in/", {"email": ben.email, "password": "correct horse"}, 60),
        (Client(), path_of(make_link(ben, PASSWORD)), {"password": NEW}, 120),
    ):
        assert client.post(path, data).headers["Location"].startswith("/sign-in/code/")
        assert client.get("/lists/mine/").status_code == 302
        assert client.post("/sign-in/code/", {"code": "000000"}).status_code == 200
        with later(seconds):  # a code is good once
            assert client.post("/sign-in/code/", {"code": code_of(secret)}).status_code == 302
            assert client.get("/lists/mine/").status_code == 200
    assert secret not in str(Authenticator.objects.get(user_id=ben.pk, type="totp").data)


def test_a_recovery_code_lets_in_once(ben: Agent) -> None:
    own = signed_in(ben)
    turn_on(own)
    code = re.search(r"<li><code>([^<]+)</code>", own.get("/me/codes/").content.decode())
    assert code
    for status in (302, 200):
        client = Client()
        client.post("/sign-in/", {"email": ben.email, "password": "correct horse"})
        assert client.post("/sign-in/code/", {"code": code[1]}).status_code == status


def test_wrong_codes_are_counted_and_the_limit_says_how_long(ben: Agent) -> None:
    turn_on(signed_in(ben))
    client = Client()
    client.post("/sign-in/", {"email": ben.email, "password": "correct horse"})
    for _ in range(10):
        client.post("/sign-in/code/", {"code": "000000"})
    assert "Try again in 15 minutes" in client.post("/sign-in/code/", {"code": "000000"}).content.decode()


def test_an_administrator_takes_the_second_step_of_a_lost_phone_away(ann: Agent, ben: Agent) -> None:
    turn_on(signed_in(ben))
    signed_in(ann).post(f"/people/{ben.public_id}/second-step/")
    assert signed_in(ben).get("/lists/mine/").status_code == 200
    assert Entry.objects.get(kind="configuration").fields["changes"][0]["name"] == "second step"


def test_sessions_are_listed_in_words_and_ended_one_or_all_but_not_of_others(ann: Agent, ben: Agent) -> None:
    here, phone, third, anns = signed_in(ben), signed_in(ben), signed_in(ben), signed_in(ann)
    page = here.get("/me/sign-in/").content.decode()
    assert page.count("Firefox on Linux") >= 3
    names = re.findall(r'name="session" value="([^"]+)"', page)
    assert len(names) == 2
    anns.post("/me/sessions/end/", {"session": names[0]})
    here.post("/me/sessions/end/", {"session": names[0]})
    assert sorted(one.get("/lists/mine/").status_code for one in (phone, third)) == [200, 302]
    here.post("/me/sessions/end/")
    assert [one.get("/lists/mine/").status_code for one in (here, phone, third, anns)] == [200, 302, 302, 200]


def test_a_leavers_sessions_end_and_a_come_back_begins_without_a_password(ann: Agent, ben: Agent) -> None:
    client = signed_in(ben)
    remove_agent(ben, ann)
    assert client.get("/lists/mine/").status_code == 302
    back = add_agent(ben.email, "Ben Back", Role.AGENT, ann)
    assert (back.pk, back.is_active, back.has_usable_password()) == (ben.pk, True, False)


def test_the_command_invites_lists_and_links(
    ann: Agent, ben: Agent, capsys: pytest.CaptureFixture[str], make_agent: Callable[..., Agent]
) -> None:
    Team.objects.create(name="Billing")
    call_command("agent", "invite", "dora@desk.example", "--name", "Dora", "--team", "Billing")
    assert "dora" in Client().get(path_of(capsys.readouterr().out.strip())).content.decode()
    call_command("agent", "link", ben.email)
    assert Client().get(path_of(capsys.readouterr().out.strip())).status_code == 200
    call_command("agent", "remove", ben.email)
    capsys.readouterr()
    call_command("agent", "list")
    said = capsys.readouterr().out
    assert "dora@desk.example" in said
    assert ben.email not in said


def test_no_password_and_no_key_stands_in_the_records_configuration(ben: Agent) -> None:
    secret = turn_on(signed_in(ben))
    said = str(snapshot())
    assert ben.password not in said
    assert secret not in said
