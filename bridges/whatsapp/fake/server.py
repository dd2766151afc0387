"""The HTTP around the number: /vNN.N/<node>[/<edge>] with a Bearer token; JSON, form or multipart; one write for each answer."""

import json
import re
from collections.abc import Callable
from email.parser import BytesParser
from email.policy import HTTP
from pathlib import Path
from urllib.parse import parse_qsl, urlsplit

from bridges.served import Handler, Served
from bridges.whatsapp.fake import account, phone, push, sending, templating
from bridges.whatsapp.fake.failures import Failure, Object, Silence, bad_token, expired, gone
from bridges.whatsapp.fake.state import CLOSED, State

VERSIONED = re.compile(r"/v\d\d\.\d/(.*)")
# (method, edge) of the number and of the business account
OF_NUMBER: dict[tuple[str, str], Callable[[State, Object], Object]] = {
    ("GET", ""): account.get_number,
    ("POST", "messages"): sending.post_message,
    ("POST", "media"): account.upload,
}
OF_BUSINESS: dict[tuple[str, str], Callable[[State, Object], Object]] = {
    ("GET", ""): account.get_business,
    ("GET", "phone_numbers"): account.get_numbers,
    ("GET", "subscribed_apps"): account.get_subscribed,
    ("POST", "subscribed_apps"): account.subscribe,
    ("DELETE", "subscribed_apps"): account.unsubscribe,
    ("GET", "message_templates"): templating.get_templates,
}
SENDS = ("messages", "media")  # what a closed account may not; it may still be asked how it does


class _Handler(Handler):
    def do_GET(self) -> None:  # noqa: N802 - the library's name
        self._do("GET")

    def do_POST(self) -> None:  # noqa: N802 - the library's name
        self._do("POST")

    def do_DELETE(self) -> None:  # noqa: N802 - the library's name
        self._do("DELETE")

    def _do(self, method: str) -> None:
        raw = self.raw
        parts = urlsplit(self.path)
        if parts.path == "/phone/":
            return self._customer(raw)
        if parts.path == "/media/":
            return self._file(dict(parse_qsl(parts.query)).get("mid", ""))
        versioned = VERSIONED.fullmatch(parts.path)
        try:
            if versioned is None:
                raise Failure(100, f"Unknown path components: {parts.path}")
            body = self.fake.answer(self._token, method, versioned[1], self._given(parts.query, raw))
        except Failure as failure:
            return self.say(failure.status, json.dumps(failure.body).encode(), failure.headers)
        except Silence:
            self.close_connection = True
            return None
        return self.say(200, json.dumps(body).encode())

    @property
    def _token(self) -> str:
        return self.headers.get("Authorization", "").removeprefix("Bearer ")

    def _customer(self, raw: bytes) -> None:
        """What somebody does on the phone of the demo; no part of the Cloud API."""
        try:
            return self.say(200, json.dumps(phone.do(self.fake, json.loads(raw))).encode())
        except (KeyError, ValueError, TypeError) as error:
            return self.say(400, json.dumps({"error": str(error)}).encode())

    def _file(self, media_id: str) -> None:
        """A file by the address that was handed out; it needs the token too, and is gone after five minutes."""
        if self._token != self.fake.token or self.fake.closed == "expired":
            return self.say(401, json.dumps(bad_token().body).encode())
        found = account.media(self.fake, media_id)
        if found is None:
            return self.say(404, b"", {"Content-Type": "text/plain"})
        return self.say(200, found[1], {"Content-Type": found[0]})

    def _given(self, query: str, raw: bytes) -> Object:
        kind = self.headers.get("Content-Type", "")
        given: Object = dict(parse_qsl(query))
        if kind.startswith("application/json"):
            found = json.loads(raw or b"{}")
            return {**given, **found} if isinstance(found, dict) else given
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


class FakeWhatsApp(State, Served[Object]):
    """A number with a server around it."""

    handler = _Handler
    together = push.MOST_TOGETHER

    @property
    def target(self) -> str:
        """Where callbacks go."""
        return str(self.webhook.get("url") or "")

    def signed(self, things: list[Object]) -> tuple[bytes, dict[str, str]]:
        """A batch of changes, signed."""
        return push.signed(self, things)

    # As a stand-in (tickets/stand_in.py)
    def connection(self, port: int = 0) -> dict[str, str]:
        """The settings of an account."""
        return {
            "api_url": f"http://127.0.0.1:{port}" if port else self.url,
            "token": self.token,
            "app_secret": self.app_secret,
            "phone_number_id": self.number_id,
            "business_id": self.business_id,
        }

    def say(self, who: int, text: str) -> None:
        """A customer writes."""
        self.write(who, text, name=f"Customer {who}")

    def refuse(self, who: int) -> None:
        """What is sent to a customer is refused from now on: a block is never told, so they are not on WhatsApp any more."""
        self.gone.add(who)

    def live_in(self, folder: Path, name: str) -> None:
        """Be the shop's number, remember its chats in a folder, and push what customers write."""
        self.name = name
        phone.keep(self, folder / "whatsapp.json")
        self.push_forever()

    def heard(self) -> list[tuple[str, float]]:
        """What reached customers, and when."""
        return list(self.reached)

    def answer(self, token: str, method: str, path: str, given: Object) -> Object:
        """Do a call and return the body of its answer. Raises Failure, Silence."""
        node, _slash, edge = path.strip("/").partition("/")
        self.calls.append((edge or node, given))
        if token != self.token:
            raise bad_token()
        if self.closes_after and len(self.sent) >= self.closes_after:
            self.closed, self.closes_after = self.closed or "banned", 0
        if self.closed == "expired":
            raise expired()
        if self.closed and edge in SENDS:
            raise gone(node) if self.closed == "deleted" else Failure(*CLOSED[self.closed])
        plan = next((one for one in self.plans if one.method in (edge, node)), None)
        if plan:
            self.plans.remove(plan)
            if not plan.after_doing:
                raise plan.failure
        result = self._done(method, node, edge, given)
        if plan:
            raise plan.failure
        return result

    def _done(self, method: str, node: str, edge: str, given: Object) -> Object:
        if node in self.files and (method, edge) == ("GET", ""):
            return account.get_media(self, node, self.url)
        edges = {self.number_id: OF_NUMBER, self.business_id: OF_BUSINESS}.get(node)
        if edges is None:
            raise gone(node)
        known = edges.get((method, edge))
        if known is None:
            raise Failure(100, f"Unsupported {method.lower()} request: unknown path components: /{edge}")
        return known(self, given)
