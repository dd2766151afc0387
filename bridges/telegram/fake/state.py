"""One bot as Telegram keeps it: its queue of updates, its chats and files; and what its customers do."""

import mimetypes
import threading
import time
from dataclasses import dataclass, field
from typing import Any

from bridges.telegram.fake.failures import Failure, Object, Planned, Silence
from bridges.telegram.images import pixels

TOKEN = "123456:AAF-fake-token-of-nobody"  # noqa: S105
EXPIRES = 24 * 3600  # TBA Client.cpp 17044; counted here from the time an update was queued
UNASKED = ("chat_member", "message_reaction", "message_reaction_count")  # not sent until they are asked for (SPEC)


@dataclass
class State:
    """`write`, `edit`, `react`, `attach` and `block` are the customer's side; `sent` is what reached customers."""

    token: str = TOKEN
    username: str = "help_bot"
    name: str = "Help"
    updates: list[Object] = field(default_factory=list)
    sent: list[Object] = field(default_factory=list)
    calls: list[tuple[str, Object]] = field(default_factory=list)
    plans: list[Planned] = field(default_factory=list)
    blocked: set[str] = field(default_factory=set)
    unknown: set[str] = field(default_factory=set)  # chats that the bot may not know, though they wrote
    files: dict[str, bytes] = field(default_factory=dict)  # by file_id
    chats: dict[str, list[Object]] = field(default_factory=dict)  # every message as it stands now, both sides
    moved: dict[str, int] = field(default_factory=dict)  # groups that became supergroups
    connections: Object = field(default_factory=dict)  # business accounts, by the ids of their connections
    webhook: Object = field(default_factory=dict)
    allowed: list[str] = field(default_factory=list)  # sticky, over restarts and from webhook to polling (SPEC)
    picture: bytes = b""
    is_revoked: bool = False
    closes_after: int = 0  # messages of the bot, after which it is revoked; 0: never
    is_strict: bool = False  # refuses parameters that Telegram ignores
    is_local: bool = True  # a server of one's own takes http and any port for a webhook
    next_update: int = 500
    next_message: int = 1
    actions: list[tuple[str, str]] = field(default_factory=list)  # (chat, what the bot is said to be doing)

    def __post_init__(self) -> None:
        self.changed = threading.Condition(threading.RLock())
        self.acted: dict[str, float] = {}  # when the bot last did something in a chat
        self.reached: list[tuple[str, float]] = []
        self.queued_at: dict[int, float] = {}
        self.pollers = 0
        self.is_closed = False

    def answer(self, token: str, method: str, given: Object) -> Object:
        """Do a call and return the body of its answer; the server does it."""
        raise NotImplementedError

    # The customer's side
    def write(self, who: int, text: str = "", name: str = "Zoe", at: int | None = None, **more: Any) -> Object:
        """A customer writes; `more` holds other fields of the message. Returns the message."""
        with self.changed:
            message: Object = {
                "message_id": self.new_message_id(),
                "date": at or int(time.time()),
                "chat": {"id": who, "type": "private", "first_name": name},
                "from": person(who, name),
            }
            message |= ({"text": text} if text else {}) | more
            self.chats.setdefault(str(message["chat"]["id"]), []).append(message)
            self.push({"message": dict(message)})
        return message

    def attach(self, who: int, filename: str, content: bytes, caption: str = "", **more: Any) -> Object:
        """A customer sends a file: a picture as a photo, anything else as a document. Returns the message."""
        kind = mimetypes.guess_type(filename)[0] or "application/octet-stream"
        shown: Object = {"caption": caption} if caption else {}
        if kind.startswith("image/"):
            return self.write(who, photo=self.keep_photo(content), **shown, **more)
        document = {**self.keep(content), "file_name": filename, "mime_type": kind}
        return self.write(who, document=document, **shown, **more)

    def edit(self, who: int, message_id: int, text: str) -> Object:
        """A customer changes what they wrote."""
        with self.changed:
            message = self.find(str(who), message_id)
            if message is None or message["from"].get("is_bot"):
                raise ValueError("there is no such message of this customer")
            message |= {"caption" if "caption" in message else "text": text, "edit_date": int(time.time())}
            self.push({"edited_message": dict(message)})
        return message

    def react(self, who: int, message_id: int, emoji: str = "", name: str = "Zoe") -> None:
        """A customer puts a reaction on a message, or with "" takes it back."""
        with self.changed:
            message = self.find(str(who), message_id)
            if message is None:
                raise ValueError("there is no such message in this chat")
            before = message.get("reactions", {}).get(str(who), "")
            message["reactions"] = message.get("reactions", {}) | {str(who): emoji}
            told = {
                "chat": message["chat"],
                "message_id": message_id,
                "user": person(who, name),
                "date": int(time.time()),
            }
            self.push({"message_reaction": told | {"old_reaction": reaction(before), "new_reaction": reaction(emoji)}})

    def block(self, chat: int, name: str = "Zoe", status: str = "kicked") -> None:
        """A customer blocks the bot, or with `status` "member" unblocks it."""
        (self.blocked.discard if status == "member" else self.blocked.add)(str(chat))
        was = "kicked" if status == "member" else "member"
        told: Object = {"chat": {"id": chat, "type": "private", "first_name": name}, "from": person(chat, name)}
        told["date"] = int(time.time())
        changed = {
            "old_chat_member": {"status": was, "user": self.me},
            "new_chat_member": {"status": status, "user": self.me},
        }
        self.push({"my_chat_member": told | changed})

    def migrate(self, old: int, new: int) -> None:
        """A group becomes a supergroup with another id; calls to the old one say so (TBA Client.cpp check_chat)."""
        with self.changed:
            self.chats[str(new)] = self.chats.pop(str(old))
            for message in self.chats[str(new)]:
                message["chat"] = message["chat"] | {"id": new, "type": "supergroup"}
            self.moved[str(old)] = new

    def push(self, update: Object) -> None:
        """Queue an update unless nobody asked for its kind; without an update_id it gets the next one."""
        kind = next((name for name in update if name != "update_id"), "")
        if kind not in self.allowed if self.allowed else kind in UNASKED:
            return
        with self.changed:
            queued = {"update_id": self.next_update} | update
            self.updates.append(queued)
            self.queued_at[queued["update_id"]] = time.time()
            self.next_update = queued["update_id"] + 1
            self.changed.notify_all()

    def expire(self, now: float | None = None) -> None:
        """Forget what nobody fetched for 24 hours."""
        oldest = (now or time.time()) - EXPIRES
        self.updates = [one for one in self.updates if self.queued_at.get(one["update_id"], oldest + 1) > oldest]

    # What shall go wrong
    def plan(self, method: str, code: int, description: str, **parameters: Any) -> None:
        """Let the next call of `method` fail."""
        self.plans.append(Planned(method.lower(), Failure(code, description, **parameters)))

    def plan_silence(self, method: str, after_doing: bool = True) -> None:
        """Let the next call of `method` end without an answer, by default after it was done."""
        self.plans.append(Planned(method.lower(), Silence(), after_doing))

    # What is kept
    @property
    def me(self) -> Object:
        """The bot as a user."""
        return {
            "id": int(self.token.partition(":")[0]),
            "is_bot": True,
            "first_name": self.name,
            "username": self.username,
        }

    def new_message_id(self) -> int:
        """The next id of a message."""
        with self.changed:
            self.next_message += 1
            return self.next_message - 1

    def find(self, chat: str, message_id: int) -> Object | None:
        """A message of a chat as it stands."""
        return next((one for one in self.chats.get(chat, []) if one["message_id"] == message_id), None)

    def keep(self, content: bytes) -> Object:
        """Store a file; what a message says of it."""
        with self.changed:
            file_id = f"file-{len(self.files) + 1}"
            self.files[file_id] = content
        return {"file_id": file_id, "file_unique_id": f"u{file_id}", "file_size": len(content)}

    def keep_photo(self, content: bytes) -> list[Object]:
        """Store a picture; its sizes as a message tells them, the largest last."""
        width, height = pixels(content) or (90, 60)
        small = {"file_id": "small", "file_unique_id": "usmall", "width": 90, "height": 60, "file_size": 1000}
        return [small, {**self.keep(content), "width": width, "height": height}]


def person(who: int, name: str) -> Object:
    """A user as an update names them."""
    return {"id": who, "is_bot": False, "first_name": name}


def reaction(emoji: str) -> list[Object]:
    """A list of reactions as an update names them."""
    return [{"type": "emoji", "emoji": emoji}] if emoji else []
