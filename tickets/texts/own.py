"""What an account says in words of its own, by text and language, and what it says otherwise.

They stand in Account.texts as {"acknowledgement": {"de": "Guten Tag[ {name}], …"}}: configuration, kept in the record's config
file, so that a text that is added later needs no migration.
"""

from collections.abc import Callable, Mapping
from typing import Any

from tickets.models import Account
from tickets.texts.languages import DEFAULT
from tickets.texts.template import bare, fill
from tickets.texts.text import Text
from tickets.texts.values import cleaned
from tickets.texts.words import BY_NAME

LONGEST = 4000
Words = dict[str, dict[str, str]]


def own(account: Account, text: Text, language: str) -> str:
    """Return an account's own template, "" where it has none. What makes no sense counts as none."""
    of_text = account.texts.get(text.name) if isinstance(account.texts, dict) else None
    template = of_text.get(language) if isinstance(of_text, dict) and text.is_editable else None
    return template[:LONGEST] if isinstance(template, str) else ""


def default(account: Account, text: Text, language: str) -> str:
    """Return what an account says that has no words of its own for this text and language."""
    if text.name == "footer":
        return account.footer
    return text.templates.get(language, text.templates[DEFAULT])


def words(account: Account, name: str, language: str, values: Mapping[str, object]) -> str:
    """Return a text as a customer gets it. `name`: of words.BY_NAME. Raises KeyError for an unknown one, else never."""
    text = BY_NAME[name]
    known = cleaned({place: values[place] for place in text.places if place in values})
    template = own(account, text, language)
    if not template or _says_nothing(text, template, known):
        template = default(account, text, language)
    return fill(template, known)


def subject(name: str, language: str, values: Mapping[str, object]) -> str:
    """Return the subject of a mail of its own, on one line."""
    text = BY_NAME[name]
    template = text.subjects.get(language, text.subjects[DEFAULT])
    return " ".join(fill(template, cleaned(values)).split())


def footer(account: Account, language: str, number: int | None = None, chat: Callable[[], str] = str) -> str:
    """Return what stands below a message that leaves by an account; "" where it has no footer.

    `chat`: gives the standing link to the account's messenger, and is asked only where the footer names it.
    """
    values = {"mailbox": account.home.name, "number": number or ""}
    text = BY_NAME["footer"]
    if "{chat}" in (own(account, text, language) or default(account, text, language)):
        values["chat"] = chat()
    return words(account, "footer", language, values)


def _says_nothing(text: Text, template: str, known: Mapping[str, str]) -> bool:
    return any(name in text.needs and not known.get(name) for name in bare(template))


def with_words(texts: Mapping[str, Any], name: str, language: str, template: str) -> Words:
    """Return Account.texts with one template changed; an empty one goes back to the default."""
    found: Words = {text: dict(languages) for text, languages in texts.items() if isinstance(languages, dict)}
    of_text = {**found.get(name, {}), language: template.replace("\r\n", "\n").strip()[:LONGEST]}
    found[name] = {code: words for code, words in of_text.items() if words}
    return {text: languages for text, languages in found.items() if languages}
