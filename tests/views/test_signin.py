"""Signing in, and the first person's link."""

from django.test import Client

from tickets.models import Agent
from tickets.views import welcome_token


def test_an_agent_signs_in_and_is_led_to_where_they_wanted(client: Client, ben: Agent) -> None:
    page = client.get("/tickets/7/", follow=True)
    assert "Sign in" in page.content.decode()
    answer = client.post(
        "/sign-in/?next=/tickets/7/",
        {"email": " Ben@desk.example ", "password": "correct horse", "next": "/tickets/7/"},
    )
    assert answer.headers["Location"] == "/tickets/7/"


def test_nobody_is_led_to_another_site(client: Client, ben: Agent) -> None:
    data = {"email": ben.email, "password": "correct horse", "next": "https://evil.example/"}
    assert client.post("/sign-in/", data).headers["Location"] == "/"


def test_a_wrong_password_is_said_so_and_after_ten_tries_there_is_a_pause(client: Client, ben: Agent) -> None:
    for _ in range(10):
        page = client.post("/sign-in/", {"email": ben.email, "password": "wrong"})
        assert "do not belong together" in page.content.decode()
    page = client.post("/sign-in/", {"email": ben.email, "password": "correct horse"})
    assert "Too many tries from here. Try again in 15 minutes." in page.content.decode()


def test_whoever_guesses_locks_nobody_out_elsewhere_and_no_colleague_beside_them(
    client: Client, ann: Agent, ben: Agent
) -> None:
    for _ in range(12):
        client.post("/sign-in/", {"email": ben.email, "password": "wrong"}, REMOTE_ADDR="203.0.113.7")
    right = {"email": ben.email, "password": "correct horse"}
    assert Client().post("/sign-in/", right, REMOTE_ADDR="203.0.113.7").status_code == 422
    assert Client().post("/sign-in/", right, REMOTE_ADDR="198.51.100.1").status_code == 302
    beside = {"email": ann.email, "password": "correct horse"}
    assert Client().post("/sign-in/", beside, REMOTE_ADDR="203.0.113.7").status_code == 302


def test_one_household_of_ipv6_is_one_client(client: Client, ben: Agent) -> None:
    for place in range(12):
        client.post("/sign-in/", {"email": ben.email, "password": "wrong"}, REMOTE_ADDR=f"2001:db8:1:2::{place}")
    right = {"email": ben.email, "password": "correct horse"}
    assert client.post("/sign-in/", right, REMOTE_ADDR="2001:db8:1:2::ffff").status_code == 422
    assert client.post("/sign-in/", right, REMOTE_ADDR="2001:db8:1:3::1").status_code == 302


def test_the_first_person_makes_their_own_sign_in_once(client: Client, db: None) -> None:
    path = "/" + welcome_token.make_link().split("/", 3)[3]
    data = {"name": "Ann", "email": "ann@desk.example", "password": "correct horse battery"}
    assert client.post(path, data | {"password": "12345"}).status_code == 422
    assert client.post(path, data).headers["Location"] == "/accounts/"
    ann = Agent.objects.get()
    assert (ann.email, ann.is_administrator) == ("ann@desk.example", True)
    assert client.get("/accounts/").status_code == 200
    assert Client().get(path).status_code == 404
    assert Client().post(path, data | {"email": "eve@desk.example"}).status_code == 404
    assert Agent.objects.count() == 1


def test_signing_out_needs_a_press_not_a_link(client: Client, ben: Agent) -> None:
    client.force_login(ben)
    client.get("/sign-out/")
    assert client.get("/lists/mine/").status_code == 200
    client.post("/sign-out/")
    assert client.get("/lists/mine/").status_code == 302
