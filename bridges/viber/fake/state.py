"""What a bot on Viber is and has: its users, what was said, what waits to be pushed; and the users' own acts."""

import base64
import time
from typing import Any

from bridges.payload import Object
from bridges.served import Served
from bridges.viber.fake.failures import Failure, Planned, Silence

TOKEN = "4d1f2a3b4c5d6e7f-0123456789abcdef-89abcdef01234567"  # noqa: S105 - of nobody
CLOSED = {"token": 2, "blocked": 7, "gone": 8, "suspended": 9, "unauthorised": 15, "unpaid": 24}
FIRST_TOKEN = 5741311803571721087  # beyond what a float holds, as in samples.json


class State(Served[Object]):
    """One bot."""

    def __init__(self, token: str = TOKEN, name: str = "Harbour Lane", uri: str = "harbourlane") -> None:
        super().__init__()
        self.token, self.name, self.uri = token, name, uri
        self.bot_id = "pa:5069300183459140210"
        self.webhook = ""
        self.events: list[str] = []
        self.names: dict[int, str] = {}
        self.subscribed: set[int] = set()
        self.refuses: set[int] = set()  # who cannot be reached, and nobody was told
        self.closed = ""  # one of CLOSED
        self.closes_after = 0  # after so many messages, all by itself
        self.chats: dict[int, list[Object]] = {}
        self.sent: list[Object] = []  # what reached users, as it was given
        self.welcomed: list[tuple[int, Object]] = []  # what callbacks were answered with
        self.reached: list[tuple[str, float]] = []
        self.files: dict[str, tuple[str, bytes]] = {}
        self.calls: list[tuple[str, Object]] = []
        self.plans: list[Planned] = []
        self.next_token = FIRST_TOKEN
        self.is_calling = False  # calls an address before it is taken, as the vendor does
        self.is_told = True  # whether the vendor tells what was delivered

    # Users
    def user(self, who: int) -> Object:
        """A user as callbacks say it; the id is this bot's own (channels.md §2)."""
        return {
            "id": self.id_of(who),
            "name": self.names.get(who, f"Customer {who}"),
            "country": "UA",
            "language": "uk",
            "api_version": 10,
        }

    @staticmethod
    def id_of(who: int) -> str:
        """Return a user's id: base64, upper and lower case."""
        return base64.b64encode(f"Viber{who:07}".encode()).decode()

    def who(self, receiver: str) -> int | None:
        """Return whose id it is, None for nobody's."""
        try:
            found = base64.b64decode(receiver, validate=True).decode("ascii")
        except ValueError:
            return None
        return int(found.removeprefix("Viber")) if found.startswith("Viber") and found[5:].isdigit() else None

    # What they do
    def write(self, who: int, text: str, name: str = "", at: float | None = None, **message: Any) -> Object:
        """A user writes: it subscribes them, without an event of its own (channels.md §2). Returns the callback."""
        if name:
            self.names[who] = name
        about = {"type": "text", "text": text, **message}
        with self.changed:
            token = self.new_token()
            self.subscribed.add(who)
            self.chats.setdefault(who, []).append({**about, "mine": True, "token": token, "at": at or time.time()})
        told = {"event": "message", "message_token": token, "sender": self.user(who), "message": about, "silent": False}
        return self.tell(told, at)

    def attach(self, who: int, filename: str, content: bytes, name: str = "") -> Object:
        """A user sends a file; the callback names an address that is good for a while."""
        place = self.keep(filename, content)
        is_picture = filename.lower().endswith((".png", ".jpg", ".jpeg", ".gif"))
        about: Object = {
            "type": "picture" if is_picture else "file",
            "media": f"{self.url}/files/{place}",
            "file_name": filename,
        }
        return self.write(who, "", name, **about, size=len(content))

    def keep(self, filename: str, content: bytes) -> str:
        """Hold a file; return where."""
        place = f"{len(self.files)}-{filename}"
        self.files[place] = (filename, content)
        return place

    def open_chat(self, who: int, context: str = "", name: str = "") -> Object:
        """A user opens the chat, perhaps by a link that brings something along."""
        if name:
            self.names[who] = name
        told = {"event": "conversation_started", "type": "open", "context": context, "user": self.user(who)}
        return self.tell(told | {"message_token": self.new_token(), "subscribed": who in self.subscribed})

    def leave(self, who: int) -> Object:
        """A user wants no more messages of this bot."""
        self.subscribed.discard(who)
        return self.tell({"event": "unsubscribed", "user_id": self.id_of(who), "message_token": self.new_token()})

    def look(self, who: int) -> None:
        """A user looks at the chat: `seen` comes once for what they had not read."""
        fresh = [one for one in self.chats.get(who, []) if not one["mine"] and not one.get("seen")]
        for one in fresh:
            one["seen"] = True
        for one in fresh:
            self.receipt("seen", who, one["token"])

    def receipt(self, event: str, who: int, token: int, **more: str) -> None:
        """Tell that a message was delivered to a device, seen, or failed after all."""
        if self.is_told and (event == "failed" or event in self.events or not self.events):
            self.tell({"event": event, "message_token": token, "user_id": self.id_of(who), **more})

    # The vendor
    def close(self, form: str = "blocked") -> None:
        """Close the bot, in one of the vendor's forms. Nobody is told."""
        self.closed = form

    def open(self) -> None:
        """Let it work again."""
        self.closed = ""

    def tell(self, told: Object, at: float | None = None) -> Object:
        """Let a callback wait to be pushed; return it."""
        whole = {"timestamp": int((at or time.time()) * 1000), "chat_hostname": "SN-CHAT-05_", **told}
        with self.changed:
            self.waiting.append(whole)
            self.changed.notify_all()
        return whole

    def new_token(self) -> int:
        """A message_token: 64 bits, and never the same again."""
        with self.changed:
            self.next_token += 1
            return self.next_token

    def plan(self, method: str, status: int, message: str = "") -> None:
        """Let the next call of a method end with a status."""
        self.plans.append(Planned(method, Failure(status, message)))

    def plan_silence(self, method: str, is_done_first: bool = True) -> None:
        """Let the next call of a method end without an answer, by default after it was done."""
        self.plans.append(Planned(method, Silence(), is_done_first))
