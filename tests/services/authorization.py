"""An authorization server over real HTTP: consent page, tokens with PKCE, device codes, refusals, and who a token is of.

It keeps to RFC 6749, 7636 and 8628 where a client could get them wrong: a code is good once, for its redirect address and its
verifier; a refresh token may change with each use; a device that asks too often is told to slow down.
"""

import base64
import hashlib
import json
import secrets
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

from tests.services.ports import free_port

CLIENT, SECRET = "desk-client", "desk-secret"


class Denied(Exception):
    """The answer is an error of RFC 6749 §5.2."""

    def __init__(self, code: str, words: str = "", status: int = 400) -> None:
        super().__init__(code)
        self.code, self.words, self.status = code, words, status


@dataclass
class Authorization:
    """What it knows, and its moods."""

    port: int = field(default_factory=free_port)
    person: str = "support@desk.example"  # who sits before the consent page
    consents: bool = True
    rotates: bool = False
    seconds: int = 3600  # how long an access token is good
    device_waits: int = 2  # how often a device asks before the person has typed the code; then it has
    device_error: str = ""
    allowed: str = ""  # what the person allows, if not all that was asked for
    broken: int = 0  # answer the next requests with 503
    pause: float = 0.0  # before a token is handed out
    codes: dict[str, dict[str, str]] = field(default_factory=dict)
    refresh_tokens: dict[str, str] = field(default_factory=dict)  # whose it is
    access_tokens: dict[str, tuple[str, float]] = field(default_factory=dict)
    asked: list[dict[str, str]] = field(default_factory=list)  # what came to the token endpoint
    scopes: list[str] = field(default_factory=list)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def settings(self, name: str = "Google", device: bool = True) -> dict[str, Any]:
        """This server as an entry of settings.OAUTH."""
        return {
            "name": name,
            "client_id": CLIENT,
            "client_secret": SECRET,
            "authorize": f"{self.url}/authorize",
            "token": f"{self.url}/token",
            "device": f"{self.url}/device" if device else "",
            "scope": "https://mail.example/",
            "extra": {"access_type": "offline"},
        }

    def refreshes(self) -> int:
        """How often a token was renewed."""
        return sum(given["grant_type"] == "refresh_token" for given in self.asked)

    def take_back(self) -> None:
        """The person takes the access away: nothing that was handed out is good any more."""
        self.refresh_tokens.clear()
        self.access_tokens.clear()

    def consent(self, given: dict[str, str]) -> str:
        """The consent page, and a person who is quick; return where the browser is sent."""
        assert given["response_type"] == "code"
        assert given["client_id"] == CLIENT
        assert given["code_challenge_method"] == "S256"
        self.scopes.append(given["scope"])
        answer = {"state": given["state"]}
        if self.consents:
            code = secrets.token_urlsafe(12)
            self.codes[code] = given
            answer["code"] = code
        else:
            answer |= {"error": "access_denied", "error_description": "The person said no."}
        return f"{given['redirect_uri']}?{urlencode(answer)}"

    def token(self, given: dict[str, str]) -> dict[str, Any]:
        """The token endpoint. Raises Denied."""
        self.asked.append(given)
        if (given.get("client_id"), given.get("client_secret")) != (CLIENT, SECRET):
            raise Denied("invalid_client", status=401)
        time.sleep(self.pause)
        grants = {"authorization_code": self._by_code, "refresh_token": self._by_refresh}
        return grants.get(given.get("grant_type", ""), self._by_device)(given)

    def _by_code(self, given: dict[str, str]) -> dict[str, Any]:
        began = self.codes.pop(given.get("code", ""), None)
        challenge = base64.urlsafe_b64encode(hashlib.sha256(given.get("code_verifier", "").encode()).digest())
        if began is None or began["code_challenge"] != challenge.rstrip(b"=").decode():
            raise Denied("invalid_grant", "Bad code or verifier.")
        if began["redirect_uri"] != given.get("redirect_uri"):
            raise Denied("redirect_uri_mismatch")
        return self._tokens(self.person, new=True)

    def _by_refresh(self, given: dict[str, str]) -> dict[str, Any]:
        person = self.refresh_tokens.get(given.get("refresh_token", ""))
        if person is None:
            raise Denied("invalid_grant", "Token has been expired or revoked.")
        if self.rotates:
            del self.refresh_tokens[given["refresh_token"]]
        return self._tokens(person, new=self.rotates)

    def _by_device(self, given: dict[str, str]) -> dict[str, Any]:
        assert given["grant_type"] == "urn:ietf:params:oauth:grant-type:device_code"
        if self.device_error:
            raise Denied(self.device_error)
        self.device_waits -= 1
        if self.device_waits == 1:
            raise Denied("slow_down")
        if self.device_waits >= 0:
            raise Denied("authorization_pending")
        return self._tokens(self.person, new=True)

    def device(self) -> dict[str, Any]:
        """A device code and what a person types."""
        where = f"{self.url}/enter"
        return {
            "device_code": "d" * 20, "user_code": "ABCD-EFGH", "verification_uri": where, "expires_in": 900, "interval": 1,
        }  # fmt: skip

    def _tokens(self, person: str, new: bool) -> dict[str, Any]:
        access = secrets.token_urlsafe(24)
        self.access_tokens[access] = (person, time.time() + self.seconds)
        found: dict[str, Any] = {"access_token": access, "token_type": "Bearer", "expires_in": self.seconds}
        if self.allowed:
            found["scope"] = self.allowed
        if new:
            found["refresh_token"] = secrets.token_urlsafe(24)
            self.refresh_tokens[found["refresh_token"]] = person
        return found

    def owner(self, access_token: str) -> dict[str, str]:
        """Whose a token is, as Dovecot asks. Raises Denied."""
        person, runs_out = self.access_tokens.get(access_token, ("", 0.0))
        if time.time() >= runs_out:
            raise Denied("invalid_token", status=401)
        return {"email": person}


@contextmanager
def running() -> Iterator[Authorization]:
    """A server for as long as the block runs."""
    authorization = Authorization()
    handler = type("Handler", (_Handler,), {"authorization": authorization})
    server = ThreadingHTTPServer(("127.0.0.1", authorization.port), handler)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    try:
        yield authorization
    finally:
        server.shutdown()
        server.server_close()


class _Handler(BaseHTTPRequestHandler):
    authorization: Authorization

    def do_GET(self) -> None:
        parts = urlsplit(self.path)
        given = dict(parse_qsl(parts.query))
        if parts.path == "/authorize":
            self.send_response(302)
            self.send_header("Location", self.authorization.consent(given))
            self.end_headers()
        else:
            self._answer(lambda: self.authorization.owner(given.get("access_token", "")))

    def do_POST(self) -> None:
        given = dict(parse_qsl(self.rfile.read(int(self.headers["Content-Length"])).decode()))
        self._answer(self.authorization.device if self.path == "/device" else lambda: self.authorization.token(given))

    def _answer(self, make: Any) -> None:
        if self.authorization.broken:
            self.authorization.broken -= 1
            self._send(503, "<h1>Service unavailable</h1>")
            return
        try:
            self._send(200, json.dumps(make()))
        except Denied as denied:
            self._send(denied.status, json.dumps({"error": denied.code, "error_description": denied.words}))

    def _send(self, status: int, body: str) -> None:
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body.encode())

    def log_message(self, *args: Any) -> None:
        """Say nothing."""
