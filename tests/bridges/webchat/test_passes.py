"""A pass is its visitor's alone: nobody makes one, changes one, or uses one in another chat."""

import time
from typing import Any

import jwt
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridges.webchat import passes
from bridges.webchat.passes import NoPass, Pass
from tests.bridges.webchat.conftest import Visitor, connected
from tickets.actions.accounts import change_account
from tickets.models import Account, Ticket

KEY = "a key that only the shop and we know of, 32+"


def site(account: Account, **claims: Any) -> str:
    """A JWT as the website signs it."""
    return jwt.encode({"exp": int(time.time()) + 60, **claims}, KEY, algorithm="HS256")


@pytest.fixture
def known_site(chat: Account) -> Account:
    """A chat whose website signs who its visitors are."""
    return change_account(chat, None, secrets=chat.secrets | {"site_key": KEY})


def test_a_pass_is_read_as_it_was_written(chat: Account) -> None:
    one = passes.stranger()
    assert passes.read(chat, passes.written(chat, one)) == one
    assert len(one.visitor) == 26
    assert one.visitor != passes.stranger().visitor


@given(st.text(max_size=120))
def test_no_text_is_a_pass_but_one_that_we_signed(text: str) -> None:
    chat = Account(public_id="chat", channel="webchat", secrets={"key": "k" * 32})
    assert passes.read(chat, text) is None


@given(st.data())
def test_a_changed_pass_is_none(data: st.DataObject) -> None:
    chat = Account(public_id="chat", channel="webchat", secrets={"key": "k" * 32})
    token = passes.written(chat, Pass("v" + "a" * 25, 3, 0))
    at = data.draw(st.integers(0, len(token) - 1))
    letter = data.draw(st.characters(min_codepoint=33, max_codepoint=126).filter(lambda one: one != token[at]))
    assert passes.read(chat, token[:at] + letter + token[at + 1 :]) is None


def test_a_pass_of_one_chat_opens_no_other(chat: Account) -> None:
    other = connected()
    token = passes.written(chat, passes.stranger())
    assert passes.read(other, token) is None
    copied = Account(public_id=other.public_id, channel="webchat", secrets=chat.secrets)
    assert passes.read(copied, token) is None


def test_without_a_key_there_are_no_passes(chat: Account) -> None:
    token = passes.written(chat, passes.stranger())
    chat.secrets = {}
    assert passes.read(chat, token) is None
    assert passes.read(chat, passes.written(chat, passes.stranger())) is None


def test_a_pass_that_has_run_out_counts_no_more(chat: Account) -> None:
    late = Pass(passes.stranger().visitor, 0, int(time.time()) - 1)
    assert passes.read(chat, passes.written(chat, late)) is None


def test_a_new_key_of_the_account_ends_all_passes(visitor: Any, chat: Account) -> None:
    zoe: Visitor = visitor()
    zoe.say("Hello, shop")
    change_account(chat, None, secrets={"key": "another one that nobody guesses"})
    assert zoe.get("lines/").status_code == 401


def test_whom_the_website_vouches_for_is_the_same_person_on_every_device(known_site: Account) -> None:
    phone, laptop = Visitor(known_site), Visitor(known_site)
    told = phone.begin(jwt=site(known_site, sub="customer-7", name="Zoe Hart", email="zoe@customer.example")).json()
    assert (told["name"], told["email"]) == ("Zoe Hart", "zoe@customer.example")
    phone.say("From my phone", name=told["name"])
    laptop.begin(jwt=site(known_site, sub="customer-7"))
    assert laptop.sees == ["From my phone"]
    other = Visitor(known_site)
    other.begin(jwt=site(known_site, sub="customer-8"))
    assert other.sees == []
    assert Ticket.objects.get().contact.name == "Zoe Hart"


@pytest.mark.parametrize(
    ("claims", "why"),
    [
        ({"sub": "customer-7", "exp": 1}, "expired"),
        ({"sub": ""}, "says nobody"),
        ({"exp": int(time.time()) + 60}, "sub"),
    ],
)
def test_a_jwt_that_does_not_count_says_why(claims: dict[str, Any], why: str, known_site: Account) -> None:
    answer = Visitor(known_site).begin(jwt=jwt.encode({"exp": time.time() + 60} | claims, KEY, algorithm="HS256"))
    assert answer.status_code == 403
    assert why in answer.json()["error"]


def test_a_jwt_signed_by_another_or_by_nobody_lets_nobody_in(known_site: Account) -> None:
    claims = {"sub": "customer-7", "exp": int(time.time()) + 60}
    for token in (jwt.encode(claims, "x" * 40, algorithm="HS256"), jwt.encode(claims, None, algorithm="none"), "a.b.c"):
        with pytest.raises(NoPass):
            passes.known(known_site, token)


def test_a_site_without_a_key_is_told_to_enter_one(chat: Account) -> None:
    answer = Visitor(chat).begin(jwt=site(chat, sub="customer-7"))
    assert (answer.status_code, answer.json()["error"]) == (
        403,
        "This chat has no key for its site: enter one in the account's settings.",
    )


def test_a_chat_for_known_visitors_lets_no_stranger_begin(known_site: Account) -> None:
    change_account(known_site, None, config=known_site.config | {"only_known": "yes"})
    answer = Visitor(known_site).begin()
    assert (answer.status_code, answer.json()["error"]) == (403, "Sign in on the website to write here.")
    assert Visitor(known_site).begin(jwt=site(known_site, sub="customer-7")).status_code == 200
