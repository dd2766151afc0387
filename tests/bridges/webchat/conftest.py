"""What the tests of the webchat share: a chat that is connected, and visitors who talk to its pages as a browser does."""

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import count
from typing import Any

import pytest
from django.core.cache import cache
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from tests.flows.desk import mailbox, send_by, settle
from tests.services.smtp import Sink
from tickets.actions.accounts import add_account
from tickets.actions.reply import recipients, reply
from tickets.channels import open_channel
from tickets.inbox.process import process_all
from tickets.models import Account, Agent, Message, Ticket
from tickets.record.config import write_config

SITE = "https://shop.example"
_ids = count(1)


@pytest.fixture(autouse=True)
def nothing_counted() -> None:
    """Nobody has sent anything yet."""
    cache.clear()


@pytest.fixture
def support(transactional_db: None, smtp_sink: Sink) -> Account:
    """The mailbox that answers for the chat."""
    return send_by(mailbox(acknowledge=False), smtp_sink)


@pytest.fixture
def chat(support: Account) -> Account:
    """A chat on https://shop.example, connected as `account add webchat` does it."""
    return connected()


def connected(**config: str) -> Account:
    """A chat that is connected."""
    account = add_account("webchat", "Shop", "chat", {"sites": SITE, **config})
    open_channel(account).connect()
    return account


@dataclass
class Visitor:
    """A browser with the chat open."""

    chat: Account
    token: str = ""
    client: Client = field(default_factory=Client)

    def address(self, path: str = "") -> str:
        return f"/chat/{self.chat.public_id}/{path}"

    @property
    def head(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token}"}

    def begin(self, **asked: str) -> Any:
        answer = self.client.post(self.address("begin/"), json.dumps(asked), content_type="application/json")
        self.token = answer.json().get("pass", "")
        return answer

    def say(self, text: str, *files: tuple[str, bytes], name: str = "", client_id: str = "", **more: str) -> Any:
        """What the page does with a message; it is filed at once."""
        if not self.token:
            self.begin()
        sent: dict[str, Any] = {"id": client_id or f"message-{next(_ids):04}", "text": text, "name": name, **more}
        sent["files"] = [SimpleUploadedFile(called, content) for called, content in files]
        answer = self.client.post(self.address("say/"), sent, headers=self.head)
        process_all()
        return answer

    def get(self, path: str) -> Any:
        return self.client.get(self.address(path), headers=self.head)

    def post(self, path: str, **asked: Any) -> Any:
        answer = self.client.post(
            self.address(path), json.dumps(asked), content_type="application/json", headers=self.head
        )
        process_all()
        return answer

    @property
    def lines(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.get("lines/").json()["lines"]
        return found

    @property
    def sees(self) -> list[str]:
        """The words of the conversation, as the page shows them."""
        return [line["text"] or line["html"] for line in self.lines]


@pytest.fixture
def visitor(chat: Account) -> Callable[[], Visitor]:
    """`visitor()`: somebody new on the site."""
    return lambda: Visitor(chat)


def answer(ticket: Ticket, by: Agent, text: str, **more: Any) -> Message:
    """An agent's answer, on its way."""
    write_config()
    message = reply(ticket, text, by, to=recipients(ticket)[0], **more)
    settle()
    settle()
    return message
