"""The account is banned amid many conversations, with kills of worker and Redis, and comes back: everybody counted.

In CI 30 conversations, with -m soak 200. `pytest -s` prints how long it took from the breaker's delay to each mail.
"""

import os
import random
import time
from collections import Counter
from datetime import datetime
from pathlib import Path
from statistics import quantiles
from typing import Any

import pytest

from bridges.telegram.fake import FakeTelegram
from tests.services import holdfast, migrated
from tests.services.ports import wait_until
from tests.services.smtp import Sink

SEED = int(os.environ.get("SEED", "0")) or random.SystemRandom().randrange(1, 10**6)
FIRST, SECOND = "First answer to", "Second answer to"
DELAY = 2  # seconds that the account leaves a person to halt it
CONNECT = """
from tickets.actions.accounts import add_account
from tickets.actions.people import add_agent
add_account("email", "Help", "help@desk.example")
add_account("telegram", "Shop", "help_bot", {"api_url": "%s", "reroute_seconds": "%d"}, {"token": "%s"})
add_agent("ben@desk.example", "Ben Agent", "agent", password="correct horse battery")
"""
# Every other person has an address that is proven: an agent's decision stands for what they would have typed.
PROVE = """
from tickets.models import Address, Contact
for contact in Contact.objects.order_by("pk"):
    number = int(contact.addresses.get(channel="telegram").address)
    if number %% 2 == 0:
        contact.addresses.create(channel="email", address=f"person{number}@home.example", proven=True, proof="A test.")
tell(Contact.objects.count())
"""
ANSWER = """
from tickets.models import Agent, Ticket
from tickets.actions.reply import NoRoute, reply
ben, without = Agent.objects.get(name="Ben Agent"), []
for ticket in Ticket.objects.filter(channel="telegram").order_by("number"):
    number = ticket.contact.addresses.get(channel="telegram").address
    try:
        reply(ticket, f"%s {number}", ben)
    except NoRoute:
        without.append(ticket.number)
tell(without)
"""
COUNTS = """
from collections import Counter
from tickets.models import Delivery, Incident, Message, Ticket
tell({
    "people": Ticket.objects.filter(channel="telegram").count(),
    "states": [list(row) for row in Delivery.objects.values_list("channel", "recipient", "state", "message__text")],
    "incidents": [[one.opened_at.isoformat(), bool(one.closed_at)] for one in Incident.objects.all()],
    "said": Message.objects.filter(direction="in").count(),
})
"""


class Closing:
    """One run: people write, are answered, the vendor closes the account amid it, and opens it again."""

    def __init__(self, house: holdfast.Running, telegram: FakeTelegram, sink: Sink, people: int) -> None:
        self.house, self.telegram, self.sink, self.people = house, telegram, sink, people
        self.chance = random.Random(SEED)

    def counts(self) -> dict[str, Any]:
        return self.house.ask(COUNTS)  # type: ignore[no-any-return]

    def begin(self) -> None:
        print(f"SEED={SEED}")
        self.house.ask(CONNECT % (self.telegram.url, DELAY, self.telegram.token))
        for who in range(self.people):
            self.telegram.write(1000 + who, f"Question {who}", name=f"Person {who}")
        wait_until(lambda: self.counts()["people"] == self.people, 240, "the questions do not arrive")
        self.house.ask(PROVE.replace("%%", "%"))

    def kill(self, *parts: str) -> None:
        for part in parts:
            wait_until(lambda part=part: part in self.house.pids(), 60, f"{part} is not there")  # type: ignore[misc]
            self.house.kill(part)
            time.sleep(self.chance.uniform(0, 0.3))

    def ban_amid_answers(self) -> None:
        """Some answers have gone when the account is closed; a worker and Redis die while the others wait."""
        self.telegram.closes_after = self.people // 10
        self.house.ask(ANSWER % FIRST)
        wait_until(lambda: self.telegram.is_revoked, 240, "no answer goes out")
        self.kill("out", "redis")
        wait_until(lambda: self.counts()["incidents"], 240, "no incident is opened")
        self.without_way = self.house.ask(ANSWER % SECOND)
        self.kill("out", "record")

    def reached_by_mail(self) -> Counter[tuple[str, str]]:
        found: Counter[tuple[str, str]] = Counter()
        for letter in self.sink.letters:
            text = letter.message.get_body(("plain",)).get_content()  # type: ignore[union-attr]
            found.update((recipient, text.split("\n")[0].strip()) for recipient in letter.recipients)
        return found

    def wanted_by_mail(self) -> set[tuple[str, str]]:
        """Everybody with a second way whose answer was certainly not delivered in the chat.

        A mail whose sender was killed amid it may have gone: it waits for a person, as the answer in a chat does.
        """
        every = self.counts()["states"]
        states = {(who, text): state for channel, who, state, text in every if channel == "telegram"}
        doubtful = {(who, text) for channel, who, state, text in every if (channel, state) == ("email", "uncertain")}
        evens = [str(1000 + who) for who in range(self.people) if who % 2 == 0]
        refused = [who for who in evens if states.get((who, f"{FIRST} {who}")) == "failed"]
        first = {(f"person{who}@home.example", f"{FIRST} {who}") for who in refused}
        return (first | {(f"person{who}@home.example", f"{SECOND} {who}") for who in evens}) - doubtful


def check(run: Closing) -> None:
    try:
        wait_until(lambda: set(run.reached_by_mail()) >= run.wanted_by_mail(), 300, "not everybody is reached")
    except AssertionError:
        missing = {text for _address, text in run.wanted_by_mail() - set(run.reached_by_mail())}
        print([one for one in run.counts()["states"] if one[3] in missing], run.counts()["incidents"])
        raise
    by_mail, states = run.reached_by_mail(), run.counts()["states"]
    by_chat = Counter((str(sent["chat"]["id"]), sent["text"]) for sent in run.telegram.sent)
    assert max(by_mail.values()) == 1
    assert max(by_chat.values(), default=1) == 1
    # Each has their own words, nobody else's, and by one way only
    assert all(text in (f"{FIRST} {who}", f"{SECOND} {who}") for who, text in by_chat)
    mailed = {(address.removeprefix("person").removesuffix("@home.example"), text) for address, text in by_mail}
    evens = {str(1000 + who) for who in range(0, run.people, 2)}
    assert all(who in evens and text in (f"{FIRST} {who}", f"{SECOND} {who}") for who, text in mailed)
    assert mailed & set(by_chat) == set()
    uncertain = [(who, text) for channel, who, state, text in states if state == "uncertain" and channel == "telegram"]
    assert not any((f"person{who}@home.example", text) in by_mail for who, text in uncertain)
    assert len(run.without_way) == run.people // 2
    opened = datetime.fromisoformat(run.counts()["incidents"][0][0])
    late = sorted(
        letter.at - opened.timestamp() - DELAY
        for letter in run.sink.letters
        if FIRST in str(letter.message.get_body(("plain",)))
    )
    print(f"{len(by_mail)} mails, {len(by_chat)} in the chat, {len(uncertain)} uncertain, from the end of the delay to the mail: "
          f"median {late[len(late) // 2]:.1f} s, p95 {quantiles(late, n=20)[-1]:.1f} s")  # fmt: skip


def recover(run: Closing) -> None:
    """The vendor lets it send again: what still waits goes out once, what went by mail is not sent again."""
    mailed, before = len(run.sink.letters), len(run.telegram.sent)
    waiting = sum(state == "queued" and channel == "telegram" for channel, _who, state, _text in run.counts()["states"])
    run.telegram.is_revoked = False
    run.kill("out")
    run.telegram.write(1000, "Are you there again?", name="Person 0")
    run.house.ask("from tickets.actions.deliver import recheck\nrecheck()")
    wait_until(lambda: run.counts()["incidents"][0][1], 240, "the incident is not closed")
    wait_until(lambda: len(run.telegram.sent) >= before + waiting, 240, "what waited does not go out")
    assert len(run.sink.letters) == mailed
    assert max(Counter((str(one["chat"]["id"]), one["text"]) for one in run.telegram.sent).values()) == 1
    wait_until(lambda: run.counts()["said"] == run.people + 1, 120, "what came in is not kept")


def close_and_open(tmp_path: Path, smtp_sink: Sink, people: int) -> None:
    url = os.environ.get("DATABASE_URL", "")
    settings = {"EMAIL_HOST": smtp_sink.host, "EMAIL_PORT": str(smtp_sink.port)}
    settings["DATABASE_URL"] = migrated.database(url) if url.startswith("postgres") else ""
    telegram = FakeTelegram().start()
    try:
        with holdfast.running(tmp_path / "data", **settings) as house:
            run = Closing(house, telegram, smtp_sink, people)
            run.begin()
            run.ban_amid_answers()
            check(run)
            recover(run)
    finally:
        telegram.stop()


@pytest.mark.timeout(900)
def test_the_account_is_banned_amid_thirty_conversations(tmp_path: Path, smtp_sink: Sink) -> None:
    close_and_open(tmp_path, smtp_sink, 30)


@pytest.mark.soak
@pytest.mark.timeout(3600)
def test_the_account_is_banned_amid_two_hundred_conversations(tmp_path: Path, smtp_sink: Sink) -> None:
    close_and_open(tmp_path, smtp_sink, 200)
