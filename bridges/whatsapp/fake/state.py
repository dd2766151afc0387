"""One number as WhatsApp keeps it: its chats and files, what it is to push; and what its customers do."""

import base64
import hashlib
import mimetypes
import threading
import time
from dataclasses import dataclass, field
from typing import Any

from bridges.whatsapp.fake.failures import Failure, Object, Planned, Silence

TOKEN = "EAAFakeTokenOfNobody0123456789"  # noqa: S105
APP_SECRET = "0123456789abcdef0123456789abcdef"  # noqa: S105
NUMBER_ID, BUSINESS_ID, DISPLAY = "106540352242922", "102290129340398", "15550001111"
WINDOW = 24 * 3600  # channels.md §3
REVOKES, EDITS = 2 * 24 * 3600, 15 * 60  # seconds in which a customer's app lets them (faq.whatsapp.com, from memory)
# Why the vendor closes an account, and how a send is refused then (channels.md §6; PYWA errors.py).
CLOSED: dict[str, tuple[int, str, str]] = {
    "expired": (190, "", ""),
    "restricted": (368, "Temporarily blocked for policies violations",
                   "The WhatsApp Business Account has been restricted from replying to customers."),
    "banned": (131031, "Business Account locked", "Your account has been locked: the number is banned."),
    "disabled": (131031, "Business Account locked", "The WhatsApp Business Account was disabled for violating policy."),
    "unpaid": (131042, "Business eligibility payment issue",
               "There was an error related to your payment method: it is missing or not valid."),
    "deleted": (33, "", ""),
}  # fmt: skip


@dataclass
class State:
    """`write`, `attach`, `edit`, `revoke`, `react` are the customer's side; `sent` is what reached customers."""

    token: str = TOKEN
    app_secret: str = APP_SECRET
    number_id: str = NUMBER_ID
    business_id: str = BUSINESS_ID
    display: str = DISPLAY
    name: str = "Help"
    waiting: list[Object] = field(default_factory=list)  # changes that are to be pushed, oldest first
    sent: list[Object] = field(default_factory=list)
    calls: list[tuple[str, Object]] = field(default_factory=list)
    plans: list[Planned] = field(default_factory=list)
    blocked: set[int] = field(default_factory=set)  # who blocked us: nobody is told, it stays "sent"
    gone: set[int] = field(default_factory=set)  # who is not on WhatsApp: 131026
    hidden: set[int] = field(default_factory=set)  # who hides their number behind a username
    unnamed: set[int] = field(default_factory=set)  # whose payloads have no user_id, as before 2026
    files: dict[str, tuple[str, bytes]] = field(default_factory=dict)  # by media id: type and bytes
    handed_out: dict[str, float] = field(default_factory=dict)  # media id -> when its address ends
    chats: dict[int, list[Object]] = field(default_factory=dict)  # every message as it stands now, both sides
    last_in: dict[int, float] = field(default_factory=dict)
    names: dict[int, str] = field(default_factory=dict)
    seen: list[tuple[str, bool]] = field(default_factory=list)  # (message marked as read, whether typing was shown)
    webhook: Object = field(default_factory=dict)
    templates: list[Object] = field(default_factory=list)
    quality: str = "GREEN"
    closed: str = ""  # one of CLOSED
    closes_after: int = 0  # messages of the business, after which it is banned; 0: never
    is_late: bool = False  # a closed window is told by a status, after a 200 (META documents both ways)
    is_verifying: bool = False  # asks a callback for its token before it is taken, as the vendor does
    is_told: bool = True  # statuses are pushed
    next_id: int = 1

    def __post_init__(self) -> None:
        self.changed = threading.Condition(threading.RLock())
        self.reached: list[tuple[str, float]] = []
        self.typed: dict[int, float] = {}
        self.is_closed = False

    # The customer's side
    def write(self, who: int, text: str = "", name: str = "Zoe", at: float | None = None, **more: Any) -> Object:
        """A customer writes; `more` holds the message's other fields, a type with them. Returns the message."""
        with self.changed:
            self.names[who] = name
            when = at or time.time()
            kind = str(more.pop("type", "text"))
            message: Object = {**self.writer(who), "id": self.new_wamid(), "timestamp": str(int(when)), "type": kind}
            message |= ({"text": {"body": text}} if kind == "text" else {}) | more
            if kind not in ("edit", "revoke", "reaction"):
                self.chats.setdefault(who, []).append(message | {"mine": True})
            self.last_in[who] = max(self.last_in.get(who, 0.0), when)
            self.push("messages", {"contacts": [self.contact(who)], "messages": [message]})
        return message

    def attach(self, who: int, filename: str, content: bytes, caption: str = "", name: str = "Zoe") -> Object:
        """A customer sends a file, as what their app makes of it. Returns the message."""
        kind = mimetypes.guess_type(filename)[0] or "application/octet-stream"
        shown = {"image": "image", "video": "video", "audio": "audio"}.get(kind.partition("/")[0], "document")
        about: Object = {"id": self.keep(kind, content), "mime_type": kind, "sha256": self.digest(content)}
        about |= {"filename": filename} if shown == "document" else {}
        about |= {"caption": caption} if caption and shown != "audio" else {}
        more: Any = {"type": shown, shown: about}
        return self.write(who, name=name, **more)

    def edit(self, who: int, wamid: str, text: str) -> Object:
        """A customer changes what they wrote, within a quarter of an hour."""
        message = self.find(who, wamid)
        if message is None or not message.get("mine") or time.time() - int(message["timestamp"]) > EDITS:
            raise ValueError("there is no such message of this customer, or it is too old")
        message |= {"text": {"body": text}, "edited": True}
        new = {"type": "text", "text": {"body": text}}
        edit = {"original_message_id": wamid, "message": new}
        return self.write(who, name=self.names[who], type="edit", edit=edit)

    def revoke(self, who: int, wamid: str) -> Object:
        """A customer deletes what they wrote for everybody."""
        message = self.find(who, wamid)
        if message is None or not message.get("mine") or time.time() - int(message["timestamp"]) > REVOKES:
            raise ValueError("there is no such message of this customer, or it is too old")
        message["revoked"] = True
        return self.write(who, name=self.names[who], type="revoke", revoke={"original_message_id": wamid})

    def react(self, who: int, wamid: str, emoji: str = "") -> Object:
        """A customer puts a reaction on a message, or with "" takes it back: then there is no emoji (PYWA others.py 122)."""
        message = self.find(who, wamid)
        if message is None:
            raise ValueError("there is no such message in this chat")
        message["reaction"] = emoji
        told = {"message_id": wamid} | ({"emoji": emoji} if emoji else {})
        return self.write(who, name=self.names.get(who, "Zoe"), type="reaction", reaction=told)

    def read(self, who: int) -> None:
        """A customer looks at what was sent to them."""
        for message in self.chats.get(who, []):
            if not message.get("mine") and message.get("status") == "delivered":
                self.tell(who, message, "read")

    # The vendor's side
    def close(self, form: str = "banned") -> None:
        """Close the account in one of the forms, and tell of it where the vendor does (channels.md §3, "Account webhooks")."""
        self.closed = form
        told: dict[str, Object] = {
            "restricted": {"event": "ACCOUNT_RESTRICTION", "restriction_info": [
                {"restriction_type": "RESTRICTED_CUSTOMER_INITIATED_MESSAGING", "expiration": int(time.time()) + 7 * 86400}]},
            "banned": {"event": "DISABLED_UPDATE", "ban_info": {
                "waba_ban_state": "DISABLE", "waba_ban_date": time.strftime("%B %d, %Y")}},
            "disabled": {"event": "DISABLED_UPDATE", "ban_info": {
                "waba_ban_state": "DISABLE", "waba_ban_date": time.strftime("%B %d, %Y")}},
            "deleted": {"event": "ACCOUNT_DELETED"},
        }  # fmt: skip
        if form in told:
            self.push("account_update", told[form])

    def open(self) -> None:
        """Let it in again."""
        was, self.closed = self.closed, ""
        if was in ("banned", "disabled"):
            info = {"waba_ban_state": "REINSTATE", "waba_ban_date": time.strftime("%B %d, %Y")}
            self.push("account_update", {"event": "DISABLED_UPDATE", "ban_info": info})

    def push(self, field_: str, value: Object) -> None:
        """Queue a change to be pushed; what is about a number says which."""
        with self.changed:
            about = {"display_phone_number": self.display, "phone_number_id": self.number_id}
            whole = {"messaging_product": "whatsapp", "metadata": about, **value} if field_ == "messages" else value
            self.waiting.append({"field": field_, "value": whole})
            self.changed.notify_all()

    def tell(self, who: int, message: Object, status: str, **more: Any) -> None:
        """Push a status of a message of ours (shape: samples.json status_failed_window)."""
        message["status"] = status
        if not self.is_told:
            return
        about: Object = {"id": message["id"], "status": status, "timestamp": str(int(time.time())), **more}
        about |= {} if who in self.hidden else {"recipient_id": self.phone(who)}
        about |= {} if who in self.unnamed else {"recipient_user_id": self.user_id(who)}
        if words := message.get("biz_opaque_callback_data"):
            about["biz_opaque_callback_data"] = words
        self.push("messages", {"statuses": [about]})

    # What shall go wrong
    def plan(self, method: str, code: int, message: str = "", details: str = "", status: int = 0) -> None:
        """Let the next call of a method ("messages", "media", "templates", …) fail with a code."""
        self.plans.append(Planned(method, Failure(code, message or "Something went wrong", details, status=status)))

    def plan_silence(self, method: str, after_doing: bool = True) -> None:
        """Let the next call of a method end without an answer, by default after it was done."""
        self.plans.append(Planned(method, Silence(), after_doing))

    # What is kept
    def phone(self, who: int) -> str:
        """The number of a customer."""
        return f"38050{who:07}"

    def user_id(self, who: int) -> str:
        """What the vendor calls a customer for this business (BSUID)."""
        return f"UA.1349120865{who:010}"

    def writer(self, who: int) -> Object:
        """Who wrote, as a message says it: the number may be absent, and so may the user_id (channels.md §3)."""
        number = {} if who in self.hidden else {"from": self.phone(who)}
        return number | ({} if who in self.unnamed else {"from_user_id": self.user_id(who)})

    def contact(self, who: int) -> Object:
        """Who that is, as the payload's contacts say it."""
        profile = {"name": self.names.get(who, "Zoe")} | ({"username": f"user{who}"} if who in self.hidden else {})
        number = {} if who in self.hidden else {"wa_id": self.phone(who)}
        return {"profile": profile} | number | ({} if who in self.unnamed else {"user_id": self.user_id(who)})

    def who(self, to: str) -> int | None:
        """Which customer a number or a user_id is; None for nobody's."""
        number, user_id = to.lstrip("+"), to.upper()
        tail = number.removeprefix("38050") if len(number) == 12 and number.startswith("38050") else ""
        tail = tail or (user_id.removeprefix("UA.1349120865") if user_id.startswith("UA.1349120865") else "")
        return int(tail) if tail.isdigit() else None

    def new_wamid(self) -> str:
        """The next id of a message; base64, as the vendor's are."""
        with self.changed:
            self.next_id += 1
            return "wamid." + base64.b64encode(f"HBgL{self.next_id:012}".encode()).decode()

    def find(self, who: int, wamid: str) -> Object | None:
        """A message of a chat as it stands."""
        return next((one for one in self.chats.get(who, []) if one["id"] == wamid), None)

    def keep(self, kind: str, content: bytes) -> str:
        """Store a file; its media id."""
        with self.changed:
            media_id = str(990_000_000_000_000 + len(self.files))
            self.files[media_id] = (kind, content)
        return media_id

    @staticmethod
    def digest(content: bytes) -> str:
        """A file's sha256 as a payload says it: base64."""
        return base64.b64encode(hashlib.sha256(content).digest()).decode()
