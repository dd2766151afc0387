"""A messenger made for the flows, which tells of everything that one can tell, and a day on it for the stateful test."""

import json
from collections.abc import Iterator
from datetime import datetime
from itertools import count
from typing import Any, ClassVar

from django.utils import timezone
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, precondition, rule

from tests.flows import desk
from tickets.actions.accounts import add_account
from tickets.actions.correct import edit_message, hindrance, withdraw_message
from tickets.actions.files import fetch_again
from tickets.actions.reply import NoRoute, reply
from tickets.channels import BUG, UNCERTAIN, Act, Channel, Done, NotFetched, Notice, NotSent, Outgoing, Refused
from tickets.inbox.fetch import fetch_all
from tickets.mime.build import build
from tickets.mime.parse import Mailbox
from tickets.models import Account, Agent, Direction, Fetch, FetchState, Message, Ticket

_numbers = count(1)
WORDS = st.text(min_size=1, max_size=60).filter(lambda text: text.strip())
OUTCOMES = ("sent", "sent", "refused", "unconfirmed")


class Parrot(Channel):
    """Its payload is the notice itself as JSON; `target_id` is the Message-ID of what it speaks of."""

    name: ClassVar[str] = "parrot"
    label: ClassVar[str] = "Parrot"
    conversational: ClassVar[bool] = True
    vouches: ClassVar[bool] = True
    capabilities: ClassVar[frozenset[str]] = frozenset({Act.EDIT, Act.WITHDRAW})
    outcome: ClassVar[str] = "sent"  # of whatever goes out next

    def read(self, raw: bytes) -> list[Notice]:
        told = json.loads(raw)
        return [Notice(**{**told, "at": datetime.fromisoformat(told["at"])})]

    def message(self, notice: Notice, raw: bytes) -> bytes:
        is_own = notice.kind == "message"
        return build(
            from_=Mailbox(notice.sender_name, f"{notice.sender}@parrot.invalid"),
            to=[Mailbox("Perch", "perch@parrot.invalid")],
            subject=notice.text[:60],
            text=notice.text or f"[{notice.kind}]",
            message_id=f"{notice.sender}.{notice.remote_id if is_own else notice.kind + notice.remote_id}@parrot.invalid",
            in_reply_to=notice.target_id or None,
            date=notice.at or timezone.now(),
            headers={} if notice.kind in ("message", "edit") else {"Auto-Submitted": "auto-generated"},
        )

    def fetch(self, file: dict[str, Any]) -> Iterator[bytes]:
        if file["file_id"] == "lost":
            raise NotFetched("The file is gone.")
        yield file["file_id"].encode()

    def render(self, outgoing: Outgoing) -> bytes:
        return outgoing.amended or outgoing.original

    def send(self, outgoing: Outgoing, rendered: bytes, done: Done) -> Refused:
        self._carry(outgoing, done)
        return []

    def correct(self, outgoing: Outgoing, rendered: bytes, done: Done) -> None:
        self._carry(outgoing, done)

    def _carry(self, outgoing: Outgoing, done: Done) -> None:
        if self.outcome != "sent":
            raise NotSent(self.outcome, BUG if self.outcome == "refused" else UNCERTAIN)
        for delivery in outgoing.deliveries:
            done(delivery, 0, str(next(_numbers)))


def connect(mailbox: Account) -> Account:
    """Connect the one parrot there is."""
    return add_account("parrot", "Perch", "perch", {}, {}, mailbox=mailbox)


class Chats(RuleBasedStateMachine):
    """What happens on a messenger, in any order. `ann` and `perch` are there."""

    ann: Agent
    perch: Account

    def _hear(self, kind: str, who: str, **more: Any) -> None:
        told = {"kind": kind, "sender": who, "sender_name": who.title(), "remote_id": str(next(_numbers))} | more
        raw = json.dumps(told | {"at": timezone.now().isoformat()}).encode()
        desk.arrive(self.perch, raw)

    def _chatted(self) -> list[Message]:
        return list(Message.objects.filter(channel="parrot").exclude(message_id="").order_by("pk"))

    def some_chats(self) -> bool:
        return bool(self._chatted())

    def _answers(self) -> list[Message]:
        ours = Message.objects.filter(channel="parrot", direction=Direction.OUT).order_by("pk")
        return [message for message in ours if not hindrance(message, Act.WITHDRAW)]

    def some_answers(self) -> bool:
        return bool(self._answers())

    @rule(text=WORDS, who=st.sampled_from(["kim", "lee"]), file=st.sampled_from(["", "", "bytes", "lost"]))
    def somebody_chats(self, text: str, who: str, file: str) -> None:
        files = [{"file_id": file, "unique": file, "filename": f"{file}.txt", "content_type": "text/plain"}]
        self._hear("message", who, text=text, data={"attachments": files if file else []})

    @precondition(some_chats)
    @rule(data=st.data(), text=WORDS, kind=st.sampled_from(["edit", "delete", "reaction", "receipt", "late failure"]))
    def something_is_told_of_a_chat(self, data: Any, text: str, kind: str) -> None:
        message = data.draw(st.sampled_from(self._chatted()))
        status = "failed" if kind == "late failure" else data.draw(st.sampled_from(["delivered", "read"]))
        told = {"reaction": {"reactions": text[:5]}, "receipt": {"status": status}, "late failure": {"status": status}}
        sent = message.deliveries.first()
        who = sent.recipient if sent else message.from_address.split("@")[0]
        if who:  # nobody tells of what an erased person said
            known = "receipt" if kind == "late failure" else kind
            self._hear(known, who, text=text, target_id=message.message_id, data=told.get(kind, {}))

    @precondition(some_chats)
    @rule(who=st.sampled_from(["kim", "lee"]), kind=st.sampled_from(["unsubscribe", "subscribe", "system"]))
    def somebody_goes_or_comes_back(self, who: str, kind: str) -> None:
        self._hear(kind, who)

    @rule(data=st.data())
    def files_are_fetched(self, data: Any) -> None:
        fetch_all()
        failed = Fetch.objects.filter(state=FetchState.FAILED).select_related("attachment__message__ticket__mailbox")
        if (one := failed.first()) and data.draw(st.booleans()):
            fetch_again(one.attachment, self.ann)

    @precondition(some_chats)
    @rule(data=st.data(), text=WORDS, outcome=st.sampled_from(OUTCOMES))
    def ann_answers_a_chat(self, data: Any, text: str, outcome: str) -> None:
        chats = Ticket.objects.filter(channel="parrot", merged_into=None).order_by("number")
        try:
            reply(data.draw(st.sampled_from(list(chats))), text, self.ann)
        except NoRoute:
            return
        self._settle(outcome)

    @precondition(some_answers)
    @rule(data=st.data(), text=WORDS, outcome=st.sampled_from(OUTCOMES), withdraws=st.booleans())
    def ann_corrects_what_she_said(self, data: Any, text: str, outcome: str, withdraws: bool) -> None:
        message = data.draw(st.sampled_from(self._answers()))
        if withdraws:
            withdraw_message(message, self.ann)
        elif text.strip() != message.text.strip():
            edit_message(message, text, self.ann)
        self._settle(outcome)

    @staticmethod
    def _settle(outcome: str) -> None:
        Parrot.outcome = outcome
        desk.settle()
        Parrot.outcome = "sent"
