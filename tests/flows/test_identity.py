"""No identity without proof: three people and what they may try, in any order; nobody ever gets what is another's.

Each has a mailbox and a chat of their own, and a secret that agents name only when they answer them. They type addresses of their own and
of each other, codes that they were mailed, codes of others that they guess, links that they were mailed, links that others were
mailed, edited links; they send mail under anybody's Message-ID, to a conversation's own address, and forward what they got. (That
somebody lies when they are asked whether a link that was forwarded to them is theirs, is told to its owner, who undoes it: test_invite.)
"""

import json
import re
from email import message_from_bytes, policy
from pathlib import Path
from typing import Any, ClassVar

import pytest
from django.conf import settings as django_settings
from django.utils import timezone
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from tests.flows import chats, desk
from tickets.actions.accounts import add_account
from tickets.actions.change import NotAllowed
from tickets.actions.invite import invite
from tickets.actions.people import add_agent
from tickets.actions.reply import NoRoute, reply
from tickets.channels import Done, Outgoing
from tickets.models import Address, Contact, Ticket

PEOPLE = ("ada", "bo", "cy")
WHO = st.sampled_from(PEOPLE)
CODE, LINK = re.compile(r"\b\d{6}\b"), re.compile(r"gossip://start/([\w-]+)")


class Gossip(chats.Parrot):
    """A parrot that has links into its chats, and remembers what it said to whom."""

    said: ClassVar[list[tuple[str, str]]] = []

    def deep_link(self, payload: str) -> str:
        return f"gossip://start/{payload}"

    def _carry(self, outgoing: Outgoing, done: Done) -> None:
        self.said.extend((delivery.recipient, outgoing.message.text) for delivery in outgoing.deliveries)
        super()._carry(outgoing, done)


def home(who: str) -> str:
    return f"{who}@home.example"


def secret(who: str) -> str:
    return f"the-secret-of-{who}"


class Identity(RuleBasedStateMachine):
    """People who try everything."""

    def __init__(self) -> None:
        super().__init__()
        desk.wipe()
        desk.new_record()
        Gossip.said.clear()
        self.read = set(Path(django_settings.DATA_DIR).glob("outgoing/**/*"))
        self.numbers = iter(range(1, 10**6))
        self.mails: dict[str, list[str]] = {who: [] for who in PEOPLE}  # the words of what each was mailed
        self.codes: list[tuple[str, str]] = []  # that were mailed, and whose chat asked for them
        self.links: set[tuple[str, str]] = set()  # as codes
        self.ids: dict[str, list[str]] = {who: [] for who in PEOPLE}
        self.desk = desk.mailbox()
        self.ann = add_agent("ann@desk.example", "Ann Agent", "administrator", None)
        self.perch = add_account("parrot", "Perch", "perch", {"burst_seconds": "0"}, {}, mailbox=self.desk)

    # What happens in between

    def settle(self) -> None:
        desk.settle()
        for path in sorted(set(Path(django_settings.DATA_DIR).glob("outgoing/**/*")) - self.read):
            self.read.add(path)
            if path.is_file():
                self._deliver(path.read_bytes())

    def _deliver(self, raw: bytes) -> None:
        letter = message_from_bytes(raw, policy=policy.default)
        body = letter.get_body(("plain",))
        who = str(letter["To"]).rpartition("<")[2].rstrip(">").partition("@")[0]
        if who in PEOPLE:
            self.mails[who].append(body.get_content() if body else "")
            self.ids[who].append(str(letter["Message-ID"]).strip("<>"))

    def say(self, who: str, text: str, **data: Any) -> None:
        told = {"kind": "message", "sender": who, "sender_name": who.title(), "text": text, "data": data}
        told |= {"remote_id": str(next(self.numbers)), "at": timezone.now().isoformat()}
        desk.arrive(self.perch, json.dumps(told).encode())
        self.settle()

    @initialize()
    def they_are_known_here(self) -> None:
        """Ada has written by mail and was answered, Bo has asked for a code in the chat, and somebody named Cy's address there."""
        self.a_mail_is_sent_under_the_id_of_what_somebody_was_mailed("ada", "ada")
        [ticket] = self._tickets()
        reply(ticket, f"About {secret('ada')}: it is on its way.", self.ann)
        invite(ticket, ticket.contact.addresses.get(), self.perch, self.ann)
        self.settle()
        self.an_address_is_typed("bo", "bo")
        self.an_address_is_typed("bo", "cy")
        self.something_is_said("cy")

    # What people do

    @rule(who=WHO, whose=WHO)
    def an_address_is_typed(self, who: str, whose: str) -> None:
        before = len(self.mails[whose])
        self.say(who, home(whose))
        asked = self.mails[whose][before:]
        self.codes += [(code, who) for words in asked for code in CODE.findall(words)]
        self.links |= {(token, who) for words in asked for token in LINK.findall(words)}

    @rule(who=WHO)
    def something_is_said(self, who: str) -> None:
        self.say(who, f"This is {secret(who)}.")

    @rule(who=WHO)
    def the_last_code_that_they_were_mailed_is_typed(self, who: str) -> None:
        found = [code for words in self.mails[who] for code in CODE.findall(words)]
        self.say(who, found[-1] if found else "000000")

    @rule(who=WHO, which=st.integers(0, 3))
    def a_code_is_typed_that_another_chat_asked_for(self, who: str, which: int) -> None:
        """As though they had guessed it, or somebody had told them."""
        found = [code for code, asked_by in self.codes if asked_by != who]
        own = {code for code, asked_by in self.codes if asked_by == who}
        if found and found[-1 - which % len(found)] not in own:
            self.say(who, found[-1 - which % len(found)])

    @rule(who=WHO, guess=st.from_regex(r"\A[0-9]{6}\Z"))
    def a_code_is_guessed(self, who: str, guess: str) -> None:
        if guess not in {code for code, _asked_by in self.codes}:
            self.say(who, guess)

    @rule(who=WHO, which=st.integers(0, 5), edited=st.booleans())
    def a_link_that_they_were_mailed_opens_their_chat(self, who: str, which: int, edited: bool) -> None:
        found = [token for words in self.mails[who] for token in LINK.findall(words)]
        token = found[-1 - which % len(found)] if found else "left-out"
        self.say(who, "/start", start=token[:-1] + ("A" if token[-1] != "A" else "B") if edited else token)

    @rule(who=WHO, whose=WHO)
    def a_link_that_somebody_else_was_mailed_opens_their_chat_and_they_say_no(self, who: str, whose: str) -> None:
        links = [token for words in self.mails[whose] for token in LINK.findall(words)]
        found = [token for token in links if (token, who) not in self.links]
        if found and who != whose:
            self.say(who, "/start", start=found[-1])
            self.say(who, "no")

    @rule(who=WHO)
    def they_say_yes_when_the_last_words_were_about_their_own_address(self, who: str) -> None:
        said = [text for recipient, text in Gossip.said if recipient == who]
        if not said or "Is that you?" not in said[-1] or f"{who[0]}…@home.example" in said[-1]:
            self.say(who, "yes")

    @rule(who=WHO, whose=WHO)
    def a_mail_is_sent_under_the_id_of_what_somebody_was_mailed(self, who: str, whose: str) -> None:
        answers = self.ids[whose][-1] if self.ids[whose] else None
        text = f"This is {secret(who)}."
        desk.arrive(
            self.desk, desk.mail(text, sender=home(who), name=who.title(), answers=answers, subject=f"{who} asks")
        )
        self.settle()

    @precondition(lambda self: Ticket.objects.exclude(own_code=None).exclude(own_code="").exists())
    @rule(who=WHO, data=st.data())
    def a_mail_is_sent_to_the_own_address_of_a_conversation(self, who: str, data: Any) -> None:
        codes = list(Ticket.objects.exclude(own_code=None).exclude(own_code="").values_list("own_code", flat=True))
        code = data.draw(st.sampled_from(sorted(codes)))
        to = f"support+{code[:5]}-{code[5:]}@desk.example"
        desk.arrive(
            self.desk, desk.mail(f"This is {secret(who)}.", sender=home(who), name=who.title(), to=to, subject="Hi")
        )
        self.settle()

    @rule(who=WHO)
    def what_they_were_mailed_is_forwarded_to_us(self, who: str) -> None:
        if self.mails[who]:
            text = f"FYI {secret(who)}\n\n-------- Forwarded message --------\n{self.mails[who][-1]}"
            desk.arrive(self.desk, desk.mail(text, sender=home(who), name=who.title(), subject="Fwd: something"))
            self.settle()

    # What agents do

    def _tickets(self) -> list[Ticket]:
        rows = Ticket.objects.filter(merged_into=None).select_related("contact", "mailbox").order_by("number")
        return [ticket for ticket in rows if ticket.contact.addresses.exists()]

    @precondition(lambda self: self._tickets())
    @rule(data=st.data())
    def an_agent_answers(self, data: Any) -> None:
        ticket = data.draw(st.sampled_from(self._tickets()))
        whose = self.owner(ticket.contact)
        try:
            reply(ticket, f"About {secret(whose)}: it is on its way.", self.ann)
        except NoRoute:
            return
        self.settle()

    @precondition(lambda self: self._tickets())
    @rule(data=st.data())
    def an_agent_invites_into_the_chat(self, data: Any) -> None:
        ticket = data.draw(st.sampled_from(self._tickets()))
        address = ticket.contact.addresses.filter(channel="email").first()
        if address:
            try:
                invite(ticket, address, self.perch, self.ann)
            except NotAllowed:
                return
            self.settle()

    # What always holds

    @staticmethod
    def owner(contact: Contact) -> str:
        """Who a contact is: all of their addresses are one person's."""
        owners = {one.address.partition("@")[0] for one in contact.addresses.all()}
        assert len(owners) == 1, f"one contact for {sorted(owners)}"
        return owners.pop()

    @invariant()
    def nobody_is_somebody_else(self) -> None:
        for contact in Contact.objects.filter(joined_into=None, addresses__isnull=False).distinct():
            self.owner(contact)
        assert not Address.objects.filter(contact__joined_into__isnull=False).exists()

    @invariant()
    def nobody_gets_what_is_anothers(self) -> None:
        got = [*Gossip.said, *((name, text) for name in PEOPLE for text in self.mails[name])]
        for who, words in got:
            others = [secret(other) for other in PEOPLE if other != who]
            assert not any(one in words for one in others), f"{who} got: {words}"


def hold_for(examples: int, steps: int, *, is_random: bool) -> None:
    run_state_machine_as_test(  # type: ignore[no-untyped-call]
        Identity,
        settings=settings(
            max_examples=examples,
            stateful_step_count=steps,
            deadline=None,
            derandomize=not is_random,
            phases=[Phase.generate],  # what is found is a story of a few steps as it is; shrinking it takes minutes
            suppress_health_check=list(HealthCheck),
        ),
    )


@pytest.fixture(autouse=True)
def gossip(settings: Any) -> None:
    settings.CHANNELS = [*settings.CHANNELS, "tests.flows.test_identity.Gossip"]


@pytest.mark.django_db(transaction=True)
def test_nobody_gets_what_is_anothers_whatever_they_try() -> None:
    hold_for(5, 14, is_random=False)


@pytest.mark.soak
@pytest.mark.timeout(3600)
@pytest.mark.django_db(transaction=True)
def test_nobody_gets_what_is_anothers_whatever_they_try_for_long() -> None:
    hold_for(100, 40, is_random=True)
