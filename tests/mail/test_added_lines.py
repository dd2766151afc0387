"""What is added to an answer, a footer and the line above the quote, is in the customer's language; so it comes back in a rebuild."""

from typing import Any

import pytest

from tests.flows.desk import arrive, mail, mailbox, rebuilt_differences, settle
from tickets.actions.people import add_agent
from tickets.actions.reply import forward, reply
from tickets.channels import Outgoing
from tickets.mail.render import render
from tickets.mime.parse import parse
from tickets.models import Account, Agent, Message
from tickets.record import read

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.database]

ZOE = {"name": "Zoe", "address": "zoe@customer.example"}
QUESTIONS = {
    "en": ("Hello, where is my parcel?", "On 4 March 2026 at 12:00, Zoe wrote:"),
    "de": ("Guten Tag, wo ist mein Paket?", "Am 4. März 2026 um 12:00 Uhr schrieb Zoe:"),
    "es": ("Buenos días, mi pedido no ha llegado.", "El 4 de marzo de 2026 a las 12:00, Zoe escribió:"),
    "fr": ("Bonjour, où est donc mon colis ?", "Le 4 mars 2026 à 12:00, Zoe a écrit :"),
    "uk": ("Добрий день, де моє замовлення?", "4 березня 2026 року о 12:00 Zoe пише:"),
    "ru": ("Здравствуйте, где мой заказ?", "4 марта 2026 года в 12:00 Zoe пишет:"),
    "pt": ("Bom dia, a minha encomenda não chegou.", "Em 4 de março de 2026 às 12:00, Zoe escreveu:"),
}


@pytest.fixture
def support(transactional_db: None) -> Account:
    footers = {"footer": {"de": "Blaues Rad GmbH", "pt": "Bicicleta Azul, pedido {number}"}}
    return mailbox(acknowledge=False, time_zone="Europe/Kyiv", footer="Blue Bicycle & Sons", texts=footers)


def asked(support: Account, text: str) -> Message:
    raw = mail(text, name="Zoe", headers={"Date": "Wed, 04 Mar 2026 10:00:00 +0000"})
    found = arrive(support, raw.replace(b"\r\nDate: ", b"\r\nX-Date: ", 1) if raw.count(b"Date: ") > 1 else raw)
    assert found
    return found


def sent(message: Message) -> str:
    return str(parse(render(Outgoing(message, message.account, [], read.original(message.entry)))).text)


@pytest.mark.parametrize("language", QUESTIONS)
def test_the_line_above_the_quote_is_in_their_language_and_is_known_again_in_what_comes_back(
    support: Account, ann: Agent, language: str
) -> None:
    question, line = QUESTIONS[language]
    said = reply(asked(support, question).ticket, "Soon.", ann, to=[ZOE])
    text = sent(said)
    assert line in text.split("\n")
    assert said.entry.fields["language"] == language
    assert said.reason.startswith("What is added to these words: In ")
    back = "Thank you.\n\n" + text[text.index(line) :]
    assert parse(mail(back)).reply == "Thank you."


def test_the_footer_stands_below_in_their_language_else_the_accounts(support: Account, ann: Agent) -> None:
    footers = []
    for language in ("de", "pt", "uk"):
        said = reply(asked(support, QUESTIONS[language][0]).ticket, "Soon.", ann, to=[ZOE])
        footers.append(sent(said).split("\n\n")[1])
    assert footers == ["Blaues Rad GmbH", "Bicicleta Azul, pedido 2", "Blue Bicycle & Sons"]
    page = parse(render(Outgoing(said, support, [], read.original(said.entry)))).html
    assert page
    assert "Blue Bicycle &amp; Sons" in page


def test_what_goes_to_somebody_else_is_in_the_accounts_language(support: Account, ann: Agent) -> None:
    question = asked(support, QUESTIONS["de"][0])
    said = forward(question.ticket, question, "Please look.", ann, to=[{"name": "", "address": "max@maker.example"}])
    assert sent(said).endswith("Blue Bicycle & Sons")


def test_automatic_answers_carry_the_footer_and_no_signature(support: Account) -> None:
    Account.objects.update(acknowledge=True, signature="Ann")
    arrive(support, mail(QUESTIONS["de"][0]))
    settle()
    text = sent(Message.objects.select_related("account", "entry").get(automatic=True))
    assert text.endswith("Support\n\nBlaues Rad GmbH")


def test_a_rebuild_decides_no_language_anew(support: Account, monkeypatch: pytest.MonkeyPatch) -> None:
    bea = add_agent("bea@desk.example", "Bea", "agent")
    said = reply(asked(support, QUESTIONS["ru"][0]).ticket, "Soon.", bea, to=[ZOE])
    settle()
    before = sent(said)

    def asked_again(text: str) -> Any:
        raise AssertionError("a rebuild guesses nothing")

    monkeypatch.setattr("tickets.texts.choose.guess", asked_again)
    assert rebuilt_differences() == []
    assert sent(Message.objects.select_related("account", "entry").get(direction="out")) == before
