"""Sending by a provider's API: anymail's Postmark backend against a server that answers as it is told."""

import base64
import json
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from tests.flows.desk import arrive, mail, settle
from tests.services.ports import free_port
from tickets.actions import reply as replies
from tickets.actions.accounts import add_account
from tickets.channels import BUG, CONTACT_GONE, CUT_OFF, RATE, TEMPORARY, UNCERTAIN, NotSent, Outgoing
from tickets.mail.channel import Email, way_out
from tickets.mail.render import render
from tickets.mime.build import File
from tickets.models import Account, Agent, Delivery, DeliveryState, Message
from tickets.record import read

pytestmark = [pytest.mark.database, pytest.mark.django_db(transaction=True)]

SENT = {
    "ErrorCode": 0,
    "Message": "OK",
    "MessageID": "pm-1",
    "SubmittedAt": "2026-01-01T00:00:00Z",
    "To": "zoe@customer.example",
}
INACTIVE = (
    "Found inactive addresses: zoe@customer.example. Inactive recipients are ones that have generated a hard bounce."
)
ZOE = {"name": "Zoe", "address": "zoe@customer.example"}


@dataclass
class Api:
    """The provider's server: what it was sent, and how it answers. `status` 0 hangs up after reading the request."""

    port: int = 0
    status: int = 200
    answer: Any = None
    headers: dict[str, str] = field(default_factory=dict)
    seen: list[Any] = field(default_factory=list)


@pytest.fixture
def api() -> Iterator[Api]:
    told = Api(answer=SENT)

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            told.seen.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
            if not told.status:
                self.connection.close()
                return
            body = json.dumps(told.answer).encode()
            self.send_response(told.status)
            for name, value in {
                "Content-Type": "application/json",
                "Content-Length": str(len(body)),
                **told.headers,
            }.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *args: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    told.port = server.server_port
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield told
    server.shutdown()
    server.server_close()


def desk_at(port: int) -> Account:
    options = json.dumps({"server_token": "token", "api_url": f"http://127.0.0.1:{port}/"})
    config, secrets = {"backend": "postmark"}, {"backend_settings": options}
    return add_account("email", "Desk", "support@desk.example", config, secrets, acknowledge=False, reply_style="plus")


def said(desk: Account, ann: Agent, **more: Any) -> Message:
    question = arrive(desk, mail("It smokes."))
    assert question
    return replies.reply(question.ticket, "Unplug it.", ann, to=[ZOE], **more)


def outgoing(message: Message) -> Outgoing:
    return Outgoing(message, message.ticket.mailbox, list(message.deliveries.all()), read.original(message.entry))


def fate(message: Message) -> str:
    carried = outgoing(message)
    try:
        refused = Email(carried.account).send(carried, render(carried), lambda delivery, part, remote: None)
    except NotSent as error:
        return error.kind
    return refused[0][1].kind if refused else "sent"


def test_the_whole_mail_goes_along(api: Api, ann: Agent) -> None:
    desk = desk_at(api.port)
    message = said(
        desk, ann, files=[File("a.pdf", "application/pdf", b"%PDF"), File("p.png", "image/png", b"\x89PNG", "p1", True)]
    )
    settle()
    (sent,) = api.seen
    headers = {one["Name"]: one["Value"] for one in sent["Headers"]}
    assert sent["From"] == "Desk <support@desk.example>"
    assert sent["To"] == "Zoe <zoe@customer.example>" or sent["To"] == "zoe@customer.example"
    assert headers["Message-ID"] == f"<{message.message_id}>"
    assert headers["In-Reply-To"] in headers["References"]
    assert "support+" in sent["ReplyTo"]
    assert sent["TextBody"].startswith("Unplug it.")
    assert "<blockquote" in sent["HtmlBody"]
    files = {one["Name"]: (base64.b64decode(one["Content"]), one.get("ContentID")) for one in sent["Attachments"]}
    assert files == {"a.pdf": (b"%PDF", None), "p.png": (b"\x89PNG", "cid:p1")}
    delivery = Delivery.objects.get()
    assert (delivery.state, delivery.remote_ids) == (DeliveryState.SENT, ["pm-1"])
    assert way_out(desk) == "Mail goes out by the provider postmark."


@pytest.mark.parametrize(
    ("status", "answer", "kind"),
    [
        (200, SENT, "sent"),
        (401, {"ErrorCode": 10, "Message": "bad token"}, CUT_OFF),
        (422, {"ErrorCode": 300, "Message": "Invalid email request"}, BUG),
        (422, {"ErrorCode": 406, "Message": INACTIVE}, CONTACT_GONE),
        (422, {"ErrorCode": 406, "Message": "words that nobody can read"}, UNCERTAIN),
        (429, {}, RATE),
        (500, {}, UNCERTAIN),
        (503, {}, TEMPORARY),
        (0, None, UNCERTAIN),
    ],
    ids=str,
)
def test_answers_of_the_provider_are_sorted(api: Api, ann: Agent, status: int, answer: Any, kind: str) -> None:
    message = said(desk_at(api.port), ann)
    api.status, api.answer = status, answer
    assert fate(message) == kind
    assert len(api.seen) == 1


def test_a_provider_that_cannot_be_reached_is_temporary(ann: Agent, transactional_db: None) -> None:
    assert fate(said(desk_at(free_port()), ann)) == TEMPORARY


def test_a_backend_that_is_not_there_is_said_in_words(ann: Agent, transactional_db: None) -> None:
    desk = add_account("email", "Desk", "support@desk.example", {"backend": "carrierpigeon"})
    found = Email(desk).probe()
    assert found.health == "cut_off"
    assert "carrierpigeon" in found.reason
    desk.secrets = {"backend_settings": "not json"}
    assert "JSON object" in Email(desk).probe().reason
