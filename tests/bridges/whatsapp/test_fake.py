"""The fake refuses what WhatsApp refuses, and pywa's own client, unmodified, talks to it."""

import json
import time
from typing import Any

import httpx
import pytest

from bridges.whatsapp import api, templates
from bridges.whatsapp.api import Access
from bridges.whatsapp.download import fetch
from bridges.whatsapp.fake import FakeWhatsApp
from bridges.whatsapp.fake.push import payload
from bridges.whatsapp.fake.templating import template
from bridges.whatsapp.refusals import Refused
from tests.bridges.whatsapp.conftest import SAMPLES
from tickets.channels import NotFetched

pywa = pytest.importorskip("pywa")
from pywa import errors  # noqa: E402
from pywa.types import Message as PywaMessage  # noqa: E402
from pywa.types.templates import BodyText, TemplateLanguage  # noqa: E402

ANN = 42


class Rewriting(httpx.HTTPTransport):
    """Sends what is meant for graph.facebook.com to the fake; the client knows nothing of it."""

    def __init__(self, url: str) -> None:
        super().__init__()
        self.url = httpx.URL(url)

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        if request.url.host == "graph.facebook.com":
            request.url = request.url.copy_with(scheme=self.url.scheme, host=self.url.host, port=self.url.port)
        return super().handle_request(request)


@pytest.fixture
def client(whatsapp: FakeWhatsApp) -> Any:
    return pywa.WhatsApp(whatsapp.number_id, whatsapp.token, session=httpx.Client(transport=Rewriting(whatsapp.url)))


def test_pywas_client_sends_uploads_marks_as_read_and_lists(whatsapp: FakeWhatsApp, client: Any) -> None:
    asked = whatsapp.write(ANN, "Hi")
    sent = client.send_message(to=whatsapp.phone(ANN), text="Hello", reply_to_message_id=asked["id"])
    assert whatsapp.sent[-1]["text"]["body"] == "Hello"
    assert (sent.id, whatsapp.sent[-1]["context"]) == (whatsapp.sent[-1]["id"], {"message_id": asked["id"]})
    assert client.mark_message_as_read(asked["id"])
    assert client.indicate_typing(asked["id"])
    assert whatsapp.seen == [(asked["id"], False), (asked["id"], True)]
    client.send_document(to=whatsapp.phone(ANN), document=b"%PDF-1.4", filename="a.pdf", mime_type="application/pdf")
    assert whatsapp.files[whatsapp.sent[-1]["document"]["id"]] == ("application/pdf", b"%PDF-1.4")
    url = client.get_media_url(whatsapp.keep("image/png", b"png"))
    assert client.get_media_bytes(url=url.url) == b"png"
    assert client.get_business_phone_number().display_phone_number == "+1 555-000-1111"


def test_pywas_client_sends_a_template(whatsapp: FakeWhatsApp, client: Any) -> None:
    whatsapp.templates = [template("ready", "Hello {{1}}, {{2}} is ready.", language="en_US")]
    params = [BodyText.params("Ann", "it")]
    client.send_template(to=whatsapp.phone(ANN), name="ready", language=TemplateLanguage.ENGLISH_US, params=params)
    assert whatsapp.sent[-1]["text"]["body"] == "Hello Ann, it is ready."


def test_pywas_client_reads_its_errors_as_its_own_classes(whatsapp: FakeWhatsApp, client: Any) -> None:
    with pytest.raises(errors.ReEngagementMessage):
        client.send_message(to=whatsapp.phone(ANN), text="Hello")
    whatsapp.closed = "unpaid"
    with pytest.raises(errors.BusinessPaymentIssue):
        client.send_message(to=whatsapp.phone(ANN), text="Hello")
    whatsapp.closed = "expired"
    with pytest.raises(errors.ExpiredAccessToken):
        client.send_message(to=whatsapp.phone(ANN), text="Hello")


def test_pywa_reads_what_the_fake_pushes(whatsapp: FakeWhatsApp, client: Any) -> None:
    whatsapp.write(ANN, "Hi", name="Ann")
    found = PywaMessage.from_update(client, payload(whatsapp, whatsapp.waiting))
    assert (found.text, found.from_user.name, found.from_user.bsuid) == ("Hi", "Ann", whatsapp.user_id(ANN))


def access(whatsapp: FakeWhatsApp) -> Access:
    return Access(whatsapp.token, whatsapp.url, whatsapp.number_id)


def send(whatsapp: FakeWhatsApp, **given: Any) -> dict[str, Any]:
    known = {"messaging_product": "whatsapp", "to": whatsapp.phone(ANN), "type": "text", "text": {"body": "hello"}}
    wanted = {name: value for name, value in (known | given).items() if value is not None}
    return api.call(access(whatsapp), "POST", f"{whatsapp.number_id}/messages", json=wanted)


REFUSED: list[tuple[dict[str, Any], int]] = [
    ({"messaging_product": None}, 131008),
    ({"txet": 1}, 100),
    ({"type": "hologram", "hologram": {}}, 100),
    ({"text": {"body": "x", "colour": "red"}}, 100),
    ({"text": {"body": ""}}, 131008),
    ({"text": {"body": "x" * 4097}}, 131009),
    ({"to": None}, 131008),
    ({"to": "12"}, 131026),
    ({"to": None, "recipient": "US.999"}, 131026),
    ({"context": {"message_id": "wamid.nobody"}}, 131009),
    ({"biz_opaque_callback_data": "x" * 513}, 131009),
    ({"recipient_type": "crowd"}, 131009),
    ({"type": "image", "image": {"id": "1"}, "text": None}, 131009),
    ({"type": "image", "image": {"id": "1", "link": "https://x"}, "text": None}, 100),
    ({"type": "template", "template": {"name": "none", "language": {"code": "en"}}, "text": None}, 132001),
    ({"status": "seen", "message_id": "wamid.nobody", "type": None, "text": None}, 131009),
    ({"status": "read", "message_id": "wamid.nobody", "type": None, "text": None}, 131009),
]


@pytest.mark.parametrize(("given", "code"), REFUSED)
def test_what_the_vendor_refuses_is_refused(given: dict[str, Any], code: int, whatsapp: FakeWhatsApp) -> None:
    whatsapp.write(ANN, "Hi")
    with pytest.raises(Refused) as caught:
        send(whatsapp, **given)
    assert caught.value.code == code
    assert whatsapp.sent == []


def test_the_window_is_open_for_24_hours_and_refused_at_once_or_by_a_status(whatsapp: FakeWhatsApp) -> None:
    whatsapp.write(ANN, "Hi", at=time.time() - 23.9 * 3600)
    assert send(whatsapp)["contacts"][0] == {"input": whatsapp.phone(ANN), "wa_id": whatsapp.phone(ANN),
                                             "user_id": whatsapp.user_id(ANN)}  # fmt: skip
    whatsapp.last_in[ANN] -= 3600
    with pytest.raises(Refused) as caught:
        send(whatsapp)
    assert caught.value.code == 131047
    whatsapp.is_late, whatsapp.waiting = True, []
    send(whatsapp)
    [status] = whatsapp.waiting[0]["value"]["statuses"]
    assert (status["status"], status["errors"]) == ("failed", SAMPLES["status_failed_window"]["statuses"][0]["errors"])


def test_templates_are_listed_by_pages_filled_in_and_refused_where_they_do_not_fit(whatsapp: FakeWhatsApp) -> None:
    button = [{"type": "URL", "text": "Track", "url": "https://x.example/{{1}}"}]
    whatsapp.templates = [template(f"t{number:03}", "Words.") for number in range(120)]
    whatsapp.templates += [
        template("ready", "Hello {{1}}, {{2}} is ready.", header="News for {{1}}", footer="Shop", buttons=button),
        template("named", "Hello {{name}}."),
        template("paused", "Hello.", status="PAUSED"),
    ]
    found = {one.name: one for one in templates.listed(access(whatsapp), whatsapp.business_id)}
    assert len(found) == 122
    ready = found["ready"]
    shown = templates.offered(ready)
    assert shown.missing({}) == ["header 1", "1", "2", "button 0 1"]
    values = {"header 1": "Ann", "1": "Ann", "2": "your\n bike", "button 0 1": "77"}
    assert "Hello Ann, your\n bike is ready." in shown.filled(values)
    whatsapp.write(ANN, "Hi", at=time.time() - 90_000)
    send(whatsapp, type="template", template=templates.filled(ready, values), text=None)
    assert whatsapp.sent[-1]["text"]["body"] == "News for Ann\n\nHello Ann, your bike is ready.\n\nShop"
    send(whatsapp, type="template", template=templates.filled(found["named"], {"name": "Bo"}), text=None)
    assert whatsapp.sent[-1]["text"]["body"] == "Hello Bo."
    body = {"type": "body", "parameters": [{"type": "text", "text": "one"}]}
    for name, components, code in (
        ("ready", [body], 132000),
        ("named", [body], 132012),
        ("paused", [], 132015),
        ("t000", [body], 132012),
    ):
        made = {"name": name, "language": {"code": "en"}, "components": components}
        with pytest.raises(Refused) as caught:
            send(whatsapp, type="template", template=made, text=None)
        assert caught.value.code == code


def test_a_file_is_fetched_in_two_steps_and_compared(whatsapp: FakeWhatsApp, monkeypatch: pytest.MonkeyPatch) -> None:
    media = whatsapp.keep("image/jpeg", b"jpeg" * 50_000)
    file = {"file_id": media}
    assert b"".join(fetch(access(whatsapp), file)) == b"jpeg" * 50_000
    address = f"{whatsapp.url}/media/?mid={media}"
    assert httpx.get(address).status_code == 401
    whatsapp.handed_out[media] = time.time() - 1
    assert httpx.get(address, headers={"Authorization": f"Bearer {whatsapp.token}"}).status_code == 404
    monkeypatch.setattr(whatsapp, "digest", lambda content: "AAAA")
    with pytest.raises(NotFetched, match="sha256 differs"):
        list(fetch(access(whatsapp), file))
    with pytest.raises(NotFetched, match="not its own"):
        monkeypatch.setattr(api, "call", lambda *args, **more: {"url": "https://evil.example/x"})
        list(fetch(access(whatsapp), file))


def test_a_file_that_is_gone_is_not_asked_for_again_and_one_of_a_dead_token_later(whatsapp: FakeWhatsApp) -> None:
    with pytest.raises(NotFetched) as caught:
        list(fetch(access(whatsapp), {"file_id": "1"}))
    assert caught.value.retry_after is not None  # no such object, or no permission to see it
    whatsapp.closed = "expired"
    with pytest.raises(NotFetched) as caught:
        list(fetch(access(whatsapp), {"file_id": whatsapp.keep("image/png", b"x")}))
    assert caught.value.retry_after == 600


def test_an_upload_of_what_the_vendor_does_not_show_is_refused(whatsapp: FakeWhatsApp) -> None:
    form = {"messaging_product": "whatsapp", "type": "image/tiff"}
    with pytest.raises(Refused) as caught:
        api.call(
            access(whatsapp),
            "POST",
            f"{whatsapp.number_id}/media",
            data=form,
            files={"file": ("a.tiff", b"x", "image/tiff")},
        )
    assert caught.value.code == 100
    assert json.dumps(whatsapp.files) == "{}"
