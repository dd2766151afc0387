"""A Bot API server of our own over real HTTP, for tests and the demo: offsets, 409, 429, 403 and 401 as Telegram gives them.

The behaviour follows channels.md §1 and the server's source (tdlib/telegram-bot-api), named beside each rule.
"""

import json
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from email.parser import BytesParser
from email.policy import HTTP
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import count
from typing import Any
from urllib.error import URLError
from urllib.parse import parse_qsl, urlsplit
from urllib.request import Request, urlopen

TOKEN = "123456:AAF-fake-token-of-nobody"  # noqa: S105
LONGEST_POLL = 50  # Client.h LONG_POLL_MAX_TIMEOUT
LONGEST_TEXT = 4096
LONGEST_CAPTION = 1024
BIGGEST_DOWNLOAD = 20 << 20  # Client.h:71
UNUSABLE_OFFSET = 10  # tdlib TQueue::get: an offset further above the tail is ignored
Object = dict[str, Any]


class Failure(Exception):
    """An error as the API tells it."""

    def __init__(self, code: int, description: str, **parameters: Any) -> None:
        super().__init__(description)
        self.code = code
        self.body: Object = {"ok": False, "error_code": code, "description": description}
        if parameters:
            self.body["parameters"] = parameters


class Silence(Exception):
    """The connection is closed without an answer."""


@dataclass
class Planned:
    """What happens to the next call of a method instead of, or after, doing it."""

    method: str
    failure: Exception
    after_doing: bool = False


@dataclass
class FakeTelegram:
    """One bot, its customers and its queue. `write`, `block` and `push` are the customer's side, `sent` what reached them."""

    token: str = TOKEN
    username: str = "help_bot"
    name: str = "Help"
    updates: list[Object] = field(default_factory=list)
    sent: list[Object] = field(default_factory=list)
    calls: list[tuple[str, Object]] = field(default_factory=list)
    plans: list[Planned] = field(default_factory=list)
    blocked: set[str] = field(default_factory=set)
    unknown: set[str] = field(default_factory=set)
    files: dict[str, bytes] = field(default_factory=dict)  # by file_id
    webhook: Object = field(default_factory=dict)
    is_revoked: bool = False
    next_update: int = 500

    def __post_init__(self) -> None:
        self.changed = threading.Condition()
        self.pollers = 0
        self.is_closed = False
        self.ids = count(1)
        self.server: ThreadingHTTPServer | None = None

    # The server
    def start(self) -> "FakeTelegram":
        """Listen on a free port of this machine."""
        handler = type("Handler", (_Handler,), {"fake": self})
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
        self.server.daemon_threads = True
        threading.Thread(target=self.server.serve_forever, args=(0.05,), daemon=True).start()
        return self

    def stop(self) -> None:
        """Stop listening; polls that wait come back empty."""
        with self.changed:
            self.is_closed = True
            self.changed.notify_all()
        if self.server:
            self.server.shutdown()
            self.server.server_close()

    @property
    def url(self) -> str:
        """The address to give as api_url."""
        assert self.server is not None
        return f"http://127.0.0.1:{self.server.server_port}"

    # The customer's side
    def write(self, who: int, text: str = "", name: str = "Zoe", at: int | None = None, **more: Any) -> Object:
        """A customer writes; `more` holds other fields of the message. Returns the message."""
        person = {"id": who, "is_bot": False, "first_name": name}
        message: Object = {
            "message_id": next(self.ids),
            "date": at or int(time.time()),
            "chat": {"id": who, "type": "private", "first_name": name},
            "from": person,
        }
        message |= ({"text": text} if text else {}) | more
        self.push({"message": message})
        return message

    def block(self, chat: int, name: str = "Zoe", status: str = "kicked") -> None:
        """A customer blocks the bot, or with `status` "member" unblocks it."""
        (self.blocked.discard if status == "member" else self.blocked.add)(str(chat))
        bot = {"id": 123456, "is_bot": True, "first_name": self.name}
        was = "kicked" if status == "member" else "member"
        self.push(
            {
                "my_chat_member": {
                    "chat": {"id": chat, "type": "private", "first_name": name},
                    "from": {"id": chat, "is_bot": False, "first_name": name},
                    "date": int(time.time()),
                    "old_chat_member": {"status": was, "user": bot},
                    "new_chat_member": {"status": status, "user": bot},
                }
            }
        )

    def push(self, update: Object) -> None:
        """Queue an update; without an update_id it gets the next one."""
        with self.changed:
            self.updates.append({"update_id": self.next_update} | update)
            self.next_update = self.updates[-1]["update_id"] + 1
            self.changed.notify_all()

    def plan(self, method: str, code: int, description: str, **parameters: Any) -> None:
        """Let the next call of `method` fail."""
        self.plans.append(Planned(method.lower(), Failure(code, description, **parameters)))

    def plan_silence(self, method: str, after_doing: bool = True) -> None:
        """Let the next call of `method` end without an answer, by default after it was done."""
        self.plans.append(Planned(method.lower(), Silence(), after_doing))

    def deliver(self) -> list[int]:
        """Push what waits to the webhook, in order, until one is refused; return the statuses (WebhookActor)."""
        statuses: list[int] = []
        while self.webhook.get("url") and self.updates:
            statuses.append(self._post(self.updates[0]))
            if not 200 <= statuses[-1] < 300:
                break
            self.updates.pop(0)
        return statuses

    def _post(self, update: Object) -> int:
        headers = {"Content-Type": "application/json"}
        if secret := self.webhook.get("secret_token"):
            headers["X-Telegram-Bot-Api-Secret-Token"] = secret
        request = Request(self.webhook["url"], json.dumps(update).encode(), headers)  # noqa: S310
        try:
            with urlopen(request, timeout=10) as response:  # noqa: S310
                return int(response.status)
        except URLError as error:
            return int(getattr(error, "code", 0))

    # The API
    def answer(self, token: str, method: str, given: Object) -> Object:
        """Do a call and return the body of its answer. Raises Failure, Silence."""
        self.calls.append((method, given))
        if ":" not in token:
            raise Failure(401, "Unauthorized: invalid token specified")
        if token != self.token or self.is_revoked:
            raise Failure(401, "Unauthorized")
        plan = next((one for one in self.plans if one.method == method), None)
        if plan:
            self.plans.remove(plan)
            if not plan.after_doing:
                raise plan.failure
        known = METHODS.get(method)
        if known is None:
            raise Failure(404, "Not Found: method not found")
        result = known(self, given)
        if plan:
            raise plan.failure
        return {"ok": True, "result": result}

    def get_me(self, given: Object) -> Object:
        """Who the bot is."""
        flags = {"can_join_groups": True, "can_read_all_group_messages": False, "supports_inline_queries": False}
        return {"id": 123456, "is_bot": True, "first_name": self.name, "username": self.username, **flags}

    def set_webhook(self, given: Object) -> bool:
        """Push from now on; a long poll ends."""
        with self.changed:
            self.webhook = dict(given)
            self.changed.notify_all()
        return True

    def delete_webhook(self, given: Object) -> bool:
        """Push no more. What waits stays, unless it is to be dropped."""
        self.webhook = {}
        if given.get("drop_pending_updates") in ("true", True):
            self.updates.clear()
        return True

    def get_webhook_info(self, given: Object) -> Object:
        """Where is pushed to."""
        return {"url": self.webhook.get("url", ""), "pending_update_count": len(self.updates)}

    def get_updates(self, given: Object) -> list[Object]:
        """The long poll: a newer one ends an older one with 409; an offset confirms all below it (Client.cpp 16225, 16348)."""
        self._refuse_beside_webhook()
        timeout = min(int(float(given.get("timeout") or 0)), LONGEST_POLL)
        with self.changed:
            self.pollers += 1
            mine = self.pollers
            self.changed.notify_all()
            self._confirm(int(given.get("offset") or 0))
            over = time.monotonic() + timeout
            while not self.updates and not self.is_closed and time.monotonic() < over:
                self.changed.wait(max(0.0, over - time.monotonic()))
                self._refuse_older(mine)
            return self.updates[: int(given.get("limit") or 100)]

    def _refuse_beside_webhook(self) -> None:
        if self.webhook.get("url"):
            raise Failure(
                409,
                "Conflict: can't use getUpdates method while webhook is active; use deleteWebhook to delete the webhook first",
            )

    def _refuse_older(self, mine: int) -> None:
        if self.webhook.get("url"):
            raise Failure(409, "Conflict: terminated by setWebhook request")
        if self.pollers != mine:
            raise Failure(
                409,
                "Conflict: terminated by other getUpdates request; make sure that only one bot instance is running",
            )

    def _confirm(self, offset: int) -> None:
        if offset < 0:
            self.updates = self.updates[offset:]
        elif self.updates and offset <= self.updates[-1]["update_id"] + UNUSABLE_OFFSET:
            self.updates = [update for update in self.updates if update["update_id"] >= offset]

    def send_message(self, given: Object) -> Object:
        """A text to a chat."""
        text = str(given.get("text") or "")
        if not text.strip():
            raise Failure(400, "Bad Request: message text is empty")
        if _units(text) > LONGEST_TEXT:
            raise Failure(400, "Bad Request: message is too long")
        return self._send(given, {"text": text})

    def send_document(self, given: Object) -> Object:
        """A file to a chat, uploaded or by its id."""
        if _units(str(given.get("caption") or "")) > LONGEST_CAPTION:
            raise Failure(400, "Bad Request: message caption is too long")
        document = given.get("document")
        name, content = next(iter(given["files"].values()), ("", b"")) if given.get("files") else ("", document)
        if not content:
            raise Failure(400, "Bad Request: file must be non-empty")
        file_id = f"file-{next(self.ids)}"
        self.files[file_id] = content if isinstance(content, bytes) else str(content).encode()
        shown = {"file_id": file_id, "file_unique_id": f"u{file_id}", "file_name": name}
        return self._send(given, {"document": shown})

    def _send(self, given: Object, content: Object) -> Object:
        chat = str(given.get("chat_id", ""))
        if chat in self.blocked:
            raise Failure(403, "Forbidden: bot was blocked by the user")
        if chat in self.unknown or not chat.lstrip("-").isdigit():
            raise Failure(400, "Bad Request: chat not found")
        message: Object = {
            "message_id": next(self.ids),
            "date": int(time.time()),
            "chat": {"id": int(chat), "type": "private" if not chat.startswith("-") else "supergroup", "title": "T"},
            **content,
        }
        self.sent.append(message | {"reply_parameters": given.get("reply_parameters")})
        return message

    def get_file(self, given: Object) -> Object:
        """Where a file can be fetched."""
        file_id = str(given.get("file_id", ""))
        content = self.files.get(file_id)
        if content is None:
            raise Failure(400, "Bad Request: wrong file_id or the file is temporarily unavailable")
        if len(content) > BIGGEST_DOWNLOAD:
            raise Failure(400, "Bad Request: file is too big")
        return {"file_id": file_id, "file_unique_id": f"u{file_id}", "file_size": len(content), "file_path": file_id}


METHODS: dict[str, Callable[[FakeTelegram, Object], Any]] = {
    "getme": FakeTelegram.get_me,
    "setwebhook": FakeTelegram.set_webhook,
    "deletewebhook": FakeTelegram.delete_webhook,
    "getwebhookinfo": FakeTelegram.get_webhook_info,
    "getupdates": FakeTelegram.get_updates,
    "sendmessage": FakeTelegram.send_message,
    "senddocument": FakeTelegram.send_document,
    "getfile": FakeTelegram.get_file,
}


def _units(text: str) -> int:
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


class _Handler(BaseHTTPRequestHandler):
    """The HTTP around the API: query, form, multipart or JSON; the method's name in any case."""

    protocol_version = "HTTP/1.1"
    wbufsize = -1  # head and body in one write: two would wait for a delayed ACK
    fake: FakeTelegram

    def log_message(self, *args: Any) -> None:
        """Say nothing: addresses hold the token."""

    def do_GET(self) -> None:
        self.do_POST()

    def do_POST(self) -> None:
        given = self._given()
        parts = urlsplit(self.path).path.split("/")
        if len(parts) > 3 and parts[1] == "file":
            content = self.fake.files.get(parts[-1])
            return self._say(200, content) if content is not None else self._tell(Failure(404, "Not Found"))
        if len(parts) != 3 or not parts[1].startswith("bot"):
            return self._tell(Failure(404, "Not Found"))
        try:
            body = self.fake.answer(parts[1].removeprefix("bot"), parts[2].lower(), given)
        except Failure as failure:
            return self._tell(failure)
        except Silence:
            self.close_connection = True
            return None
        return self._say(200, json.dumps(body).encode())

    def _tell(self, failure: Failure) -> None:
        after = failure.body.get("parameters", {}).get("retry_after")
        self._say(failure.code, json.dumps(failure.body).encode(), {"Retry-After": str(after)} if after else {})

    def _say(self, status: int, body: bytes, headers: dict[str, str] | None = None) -> None:
        try:
            self.send_response(status)
            for name, value in {"Content-Type": "application/json", **(headers or {})}.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)
        except OSError:
            self.close_connection = True

    def _given(self) -> Object:
        raw = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        kind = self.headers.get("Content-Type", "")
        given: Object = dict(parse_qsl(urlsplit(self.path).query))
        if kind.startswith("application/json"):
            return {**given, **json.loads(raw or b"{}")}
        if kind.startswith("multipart/"):
            return given | _multipart(kind, raw)
        return given | dict(parse_qsl(raw.decode("utf-8", "replace")))


def _multipart(kind: str, raw: bytes) -> Object:
    message = BytesParser(policy=HTTP).parsebytes(b"Content-Type: " + kind.encode() + b"\r\n\r\n" + raw)
    given: Object = {"files": {}}
    for part in message.iter_parts():
        name = str(part.get_param("name", header="content-disposition"))
        content = part.get_payload(decode=True)
        assert isinstance(content, bytes)
        if part.get_filename():
            given["files"][name] = (part.get_filename(), content)
        else:
            given[name] = content.decode("utf-8", "replace")
    return given
