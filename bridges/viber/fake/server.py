"""The HTTP around the bot: POST /pa/<method> with the token in a header or in the JSON; HTTP is 200 even for errors (channels.md §2)."""

import hashlib
import hmac
import json
from pathlib import Path
from zlib import crc32

from bridges.payload import Object, get, load, words
from bridges.served import Handler
from bridges.viber.fake import calls, phone
from bridges.viber.fake.failures import Failure, Silence
from bridges.viber.fake.state import State

LARGEST = 30_000  # bytes of JSON (VC)


class _Handler(Handler):
    def do_GET(self) -> None:  # noqa: N802 - the library's name
        """A file that a user sent, or that was sent to one."""
        found = self.fake.files.get(self.path.removeprefix("/files/"))
        if found is None:
            return self.say(404, b"", {"Content-Type": "text/plain"})
        return self.say(200, found[1], {"Content-Type": "application/octet-stream"})

    def do_POST(self) -> None:  # noqa: N802 - the library's name
        """A call, or what somebody does on the phone."""
        raw = self.raw
        given, defect = load(raw)
        if self.path == "/phone/":
            return self._customer(given)
        try:
            if defect or len(raw) > LARGEST:
                raise Failure(calls.BAD_DATA, "badData")
            token = self.headers.get("X-Viber-Auth-Token", "")
            done = calls.answer(self.fake, token, self.path.removeprefix("/pa/"), given)
        except Failure as failure:
            return self.say(200, json.dumps({"status": failure.status, "status_message": failure.message}).encode())
        except Silence:
            self.close_connection = True
            return None
        return self.say(200, json.dumps({"status": 0, "status_message": "ok", **done}).encode())

    def _customer(self, given: Object) -> None:
        """What somebody does on the phone of the demo; no part of the API."""
        try:
            return self.say(200, json.dumps(phone.do(self.fake, given)).encode())
        except (KeyError, ValueError, TypeError) as error:
            return self.say(400, json.dumps({"error": str(error)}).encode())


class FakeViber(State):
    """A bot with a server around it."""

    handler = _Handler
    lanes = 4  # several users' callbacks at once; those of one user in order (from memory)

    def lane(self, thing: Object) -> int:
        """One of each user."""
        who = next((words(get(thing, name), "id") for name in ("sender", "user") if name in thing), "")
        return crc32((who or words(thing, "user_id")).encode())

    @property
    def target(self) -> str:
        """Where callbacks go."""
        return self.webhook

    def signed(self, things: list[Object]) -> tuple[bytes, dict[str, str]]:
        """One callback, with the HMAC-SHA256 of its bytes by the token (VB bot.py, "verify_signature")."""
        body = json.dumps(things[0]).encode()
        mark = hmac.new(self.token.encode(), body, hashlib.sha256).hexdigest()
        return body, {"Content-Type": "application/json", "X-Viber-Content-Signature": mark}

    def answered(self, things: list[Object], body: bytes) -> None:
        """The welcome: what a conversation_started is answered with reaches its user."""
        told, defect = load(body)
        if things[0]["event"] == "conversation_started" and body and not defect:
            who = self.who(words(things[0]["user"], "id")) or 0
            self.welcomed.append((who, told))
            self.chats.setdefault(who, []).append(
                {**told, "mine": False, "token": self.new_token(), "at": things[0]["timestamp"] / 1000}
            )

    # As a stand-in (tickets/stand_in.py)
    def connection(self, port: int = 0) -> dict[str, str]:
        """The settings of an account."""
        return {"api_url": f"http://127.0.0.1:{port}" if port else self.url, "token": self.token}

    def say(self, who: int, text: str) -> None:
        """A user writes."""
        self.write(who, text)

    def refuse(self, who: int) -> None:
        """What is sent to a user is refused from now on, as though they had unsubscribed; nobody is told."""
        self.refuses.add(who)

    def live_in(self, folder: Path, name: str) -> None:
        """Be the shop's bot, remember its chats in a folder, and push what users write."""
        self.name, self.is_calling = name, True
        phone.keep(self, folder / "viber.json")
        self.push_forever()

    def heard(self) -> list[tuple[str, float]]:
        """What reached users, and when."""
        return list(self.reached)
