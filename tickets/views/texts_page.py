"""The page of docs with every text that a customer gets when a messenger may fail: whole, as a list shows it, and what it answers.

Made from the texts themselves, so that it says what they say; each answer to a question is a piece of a text that is looked up.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from tickets.channels import channel_classes
from tickets.texts.languages import DEFAULT, LANGUAGES
from tickets.texts.template import fill as fill_in
from tickets.texts.text import MAIL, Text
from tickets.texts.words import BY_NAME
from tickets.views.press import WORDS

MAIL_LINE, APP_LINE = 90, 45  # letters that a list shows
HEAD = """# What customers read when a messenger may fail

Made by `manage.py texts`; a test holds it to the texts themselves. Each text is shown as it is, with the line that a mail program or an
app shows of it in its list, and what somebody who is suspicious would ask, with the words that answer it. All texts but those of a
confirmation can be changed per account and language on its screen.
"""


@dataclass(frozen=True, slots=True)
class Answer:
    """What a suspicious reader asks, and the words that answer; `where`: the text or page that has them."""

    question: str
    quote: str
    where: str


SHOWN: dict[str, tuple[Answer, ...]] = {
    "ask": (
        Answer("Why do you want it?", "ever fails us", "ask"),
        Answer("Will you send me advertising?", "used only for this conversation", "ask"),
        Answer("Do I have to?", "just go on writing here", "ask"),
        Answer("Will you ask again and again?", "do not ask again", "declined"),
    ),
    "ask-thanks": (
        Answer("What happens now?", "a mail from us is on its way to you there", "ask-thanks"),
        Answer("And if I mistyped it?", "If {address} is yours", "ask-thanks"),
    ),
    "declined": (Answer("Do I lose anything by saying no?", "we go on here", "declined"),),
    "confirm": (
        Answer("Who gave you my address?", "Somebody who writes to {mailbox} on {channel}", "confirm"),
        Answer("Is this a trick to get into my account?", "Nothing else changes", "confirm"),
        Answer("What if it was not me?", "do nothing: without the code nothing happens", "confirm"),
        Answer("How do I make it stop?", "So that we never ask again", "confirm"),
        Answer("What does that link do?", "nothing is linked, and you are not asked again", "not-me"),
        Answer("Does looking at it confirm anything?", "press the button", "not-me"),
    ),
    "wrong-code": (Answer("Am I locked out?", "write the address once more for a new one", "wrong-code"),),
    "expired-link": (
        Answer("Did something happen?", "nothing was changed", "expired-link"),
        Answer("What do I do now?", "Write your email address here for a new one", "expired-link"),
    ),
    "confirmed": (
        Answer("What have I agreed to?", "if this app ever fails, we answer you at", "confirmed"),
        Answer("Do I have to write mail from now on?", "go on writing here", "confirmed"),
    ),
    "chat-link": (
        Answer("Can somebody else use this link?", "for you alone, works once", "chat-link"),
        Answer("Do I have to?", "Mail goes on working as before", "chat-link"),
    ),
    "is-it-you": (Answer("What if a friend forwarded it to me?", "Answer yes or no", "is-it-you"),),
    "linked-here": (Answer("Who knows of it?", "was told, and can undo it", "linked-here"),),
    "not-linked": (Answer("What have you kept of it?", "nothing was linked", "not-linked"),),
    "linked": (
        Answer("Who did this?", "Was this not you? Undo it", "linked"),
        Answer("What does the link do?", "they are taken apart again", "unlink"),
        Answer("What if it was me?", "there is nothing to do", "linked"),
    ),
    "own-address": (Answer("What is this address for?", "If this app ever fails", "own-address"),),
    "detour": (
        Answer("I wrote in the app: why do you mail me?", "it could not deliver this, so it comes by mail", "detour"),
        Answer("Is this really you?", "You wrote to us on {channel}[ on {day}]", "detour"),
        Answer("Where do I answer?", "Answer here or there", "detour"),
        Answer("How do I stop it?", "Do not answer me by email", "no-mail"),
        Answer("For how long?", "Press the button, and we never will", "no-mail page"),
    ),
    "by-mail": (
        Answer("I wrote in the app: why do you mail me?", "this time we answer by email", "by-mail"),
        Answer("How do I stop it?", "Do not answer me by email", "no-mail"),
    ),
    "no-mail": (Answer("Will you still answer in the app?", "is answered as before", "no-mail page"),),
    "exercise": (Answer("Is something broken?", "Nothing has happened", "exercise"),),
}


def page() -> str:
    """Return the page as Markdown."""
    return "\n".join([HEAD, *(part for name in SHOWN for part in _section(BY_NAME[name])), *_pages()])


def _section(text: Text) -> Iterator[str]:
    values = _values()
    where = "in a mail" if MAIL in text.where else "in the chat"
    yield f"## {text.label}\n\n`{text.name}`, {where}. {text.help}\n"
    if text.subjects:
        yield f"> Subject: {fill_in(text.subjects[DEFAULT], values)}\n>"
    yield "\n".join(f"> {line}" if line else ">" for line in fill_in(text.templates[DEFAULT], values).split("\n"))
    yield "\n| language | the line in the list |\n|---|---|"
    for language, name in LANGUAGES.items():
        yield f"| {name} | {preview(text, language)} |"
    yield "\n| a suspicious reader asks | the answer stands there |\n|---|---|"
    for answer in SHOWN[text.name]:
        place = "" if answer.where == text.name else f" (`{answer.where}`)"
        yield f"| {answer.question} | “{fill_in(answer.quote, values)}”{place} |"
    yield ""


def preview(text: Text, language: str) -> str:
    """Return what a list shows of a text: a mail's subject and first words, or a chat's last line."""
    values = _values()
    words = " ".join(fill_in(text.templates[language], values).split())
    if MAIL not in text.where:
        return _cut(words, APP_LINE)
    subject = fill_in(text.subjects[language], values) if text.subjects else ""
    return _cut(f"{subject} — {words}" if subject else words, MAIL_LINE)


def _cut(words: str, most: int) -> str:
    return words if len(words) <= most else words[: most - 1].rstrip() + "…"


def _values() -> dict[str, str]:
    label = next(str(cls.label) for cls in channel_classes().values() if cls.conversational)
    return {
        "mailbox": "Harbour Lane",
        "channel": label,
        "address": "you@example.org",
        "name": "",
        "day": "3 May",
        "code": "204 816",
        "open": "https://chat.example/start",
        "not_me": "https://desk.example/not-me/…",
        "link": "https://desk.example/…",
    }


def said(where: str) -> str:
    """Return the English words of a text, or of a page that a link in one leads to."""
    name = where.removesuffix(" page")
    if name in BY_NAME and name == where:
        return BY_NAME[name].templates[DEFAULT]
    return " ".join(WORDS[DEFAULT][name].values())


def _pages() -> Iterator[str]:
    yield "## The pages behind the links\n\nEach has one button; looking at one changes nothing, since programs that check links do so.\n"
    for name in ("not-me", "unlink", "no-mail"):
        words = WORDS[DEFAULT][name]
        shown = {key: value.format(address="you@example.org", firm="Harbour Lane") for key, value in words.items()}
        yield f"* **{shown['title']}.** {shown['text']} [{shown['button']}] {shown['done']}"
