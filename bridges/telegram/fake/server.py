"""The HTTP around the bot: query, form, multipart or JSON; the method's name in any case; one write for each answer."""

import json
import threading
from collections.abc import Callable
from email.parser import BytesParser
from email.policy import HTTP
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from bridges.served import Handler, Listening
from bridges.telegram.fake import business, parameters, phone, sending, updates, uploads
from bridges.telegram.fake.failures import MALFORMED, NO_METHOD, NOT_FOUND, UNAUTHORIZED, Failure, Object, Silence
from bridges.telegram.fake.state import TOKEN, State

__all__ = ["TOKEN", "FakeTelegram"]


def get_me(state: State, given: Object) -> Object:
    """Who the bot is."""
    flags = {"can_join_groups": True, "can_read_all_group_messages": False, "supports_inline_queries": False}
    return state.me | flags


def get_chat(state: State, given: Object) -> Object:
    """A chat that the bot knows, or the bot itself."""
    if str(given.get("chat_id")) == str(state.me["id"]):
        return {"id": state.me["id"], "type": "private", "first_name": state.name, "username": state.username}
    found: Object = state.chats[sending.chat_of(state, given)][0]["chat"]
    return found


METHODS: dict[str, Callable[[State, Object], Any]] = {
    "getme": get_me,
    "getchat": get_chat,
    "getbusinessconnection": business.get_connection,
    "deletebusinessmessages": business.delete_messages,
    "setwebhook": updates.set_webhook,
    "deletewebhook": updates.delete_webhook,
    "getwebhookinfo": updates.get_webhook_info,
    "getupdates": updates.get_updates,
    "sendmessage": sending.send_message,
    "editmessagetext": sending.edit_text,
    "editmessagecaption": sending.edit_caption,
    "deletemessage": sending.delete_message,
    "deletemessages": sending.delete_messages,
    "setmessagereaction": sending.set_reaction,
    "sendchataction": sending.send_chat_action,
    "answercallbackquery": sending.answer_callback,
    "sendmediagroup": uploads.send_media_group,
    "getfile": uploads.get_file,
    "getuserprofilephotos": uploads.get_profile_photos,
    **{f"send{kind.replace('_', '')}": uploads.send_file(kind) for kind in uploads.KINDS},
}


class _Handler(Handler):
    def do_GET(self) -> None:  # noqa: N802 - the library's name
        self.do_POST()

    def do_POST(self) -> None:  # noqa: N802 - the library's name
        raw = self.raw
        parts = unquote(urlsplit(self.path).path).split("/")
        if len(parts) > 3 and parts[1] == "file":
            return self._file(parts[2].removeprefix("bot"), "/".join(parts[3:]))
        if parts[1:] == ["phone", ""]:
            return self._customer(raw)
        if len(parts) != 3 or not parts[1].startswith("bot"):
            return self._tell(Failure(404, NOT_FOUND))
        try:
            body = self.fake.answer(parts[1].removeprefix("bot"), parts[2].lower(), self._given(raw))
        except Failure as failure:
            return self._tell(failure)
        except Silence:
            self.close_connection = True
            return None
        return self.say(200, json.dumps(body).encode())

    def _customer(self, raw: bytes) -> None:
        """What somebody does on the phone of the demo; no part of the Bot API."""
        try:
            return self.say(200, json.dumps(phone.do(self.fake, json.loads(raw))).encode())
        except (KeyError, ValueError, TypeError) as error:
            return self.say(400, json.dumps({"error": str(error)}).encode())

    def _file(self, token: str, path: str) -> None:
        """A file by the path that getFile gave; a wrong token learns nothing (TBA ClientManager.cpp)."""
        content = self.fake.files.get(path) if token == self.fake.token and not self.fake.is_revoked else None
        if content is None:
            return self._tell(Failure(404, NOT_FOUND))
        return self.say(200, content, {"Content-Type": "application/octet-stream"})

    def _tell(self, failure: Failure) -> None:
        after = failure.body.get("parameters", {}).get("retry_after")
        self.say(failure.code, json.dumps(failure.body).encode(), {"Retry-After": str(after)} if after else {})

    def _given(self, raw: bytes) -> Object:
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


class FakeTelegram(State, Listening):
    """A bot with a server around it."""

    handler = _Handler

    # As a stand-in (tickets/stand_in.py)
    def connection(self, port: int = 0) -> dict[str, str]:
        """The settings of an account."""
        return {"api_url": f"http://127.0.0.1:{port}" if port else self.url, "token": self.token}

    def say(self, who: int, text: str) -> None:
        """A customer writes."""
        self.write(who, text, name=f"Customer {who}")

    def refuse(self, who: int) -> None:
        """What is sent to a customer is refused from now on; no update has told of it."""
        self.blocked.add(str(who))

    def live_in(self, folder: Path, name: str) -> None:
        """Be the shop's bot, and remember its chats in a folder."""
        self.name, self.username = name, f"{name.replace(' ', '').lower()}_bot"
        phone.keep(self, folder / "telegram.json")

    def heard(self) -> list[tuple[str, float]]:
        """What reached customers, and when."""
        return list(self.reached)

    def pushes(self) -> list[tuple[bytes, dict[str, str]]]:
        """Nothing: what waits is polled."""
        return []

    def deliver(self) -> list[int]:
        """Push once what waits to the webhook; return the statuses."""
        return updates.deliver(self)

    def push_forever(self, second: float = 1.0) -> threading.Thread:
        """Push in the background, with Telegram's pauses."""
        return updates.push_forever(self, second)

    def answer(self, token: str, method: str, given: Object) -> Object:
        """Do a call and return the body of its answer. Raises Failure, Silence."""
        self.calls.append((method, given))
        if not token.partition(":")[0].isdigit() or ":" not in token:
            raise Failure(401, MALFORMED)
        if self.closes_after and len(self.sent) >= self.closes_after:
            self.is_revoked, self.closes_after = True, 0
        if token != self.token or self.is_revoked:
            raise Failure(401, UNAUTHORIZED)
        plan = next((one for one in self.plans if one.method == method), None)
        if plan:
            self.plans.remove(plan)
            if not plan.after_doing:
                raise plan.failure
        known = METHODS.get(method)
        if known is None:
            raise Failure(404, NO_METHOD)
        if self.is_strict:
            parameters.check(method, given)
        result = known(self, given)
        if plan:
            raise plan.failure
        return {"ok": True, "result": result, **TOLD.get(method, {})}


TOLD = {  # TBA Client.cpp: the description beside a result
    "setwebhook": {"description": "Webhook was set"},
    "deletewebhook": {"description": "Webhook was deleted"},
}
