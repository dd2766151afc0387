"""In which language somebody is answered, and why: as they write, else as their app says, else as the account lays down.

Asked when an answer is made; the language and the reason stand in its entry, so that a rebuild chooses nothing.
"""

from dataclasses import dataclass

from django.conf import settings
from django.utils.translation import gettext as _

from tickets.models import Account
from tickets.texts.guess import Guess, guess
from tickets.texts.languages import DEFAULT, language_name, spoken


@dataclass(frozen=True, slots=True)
class Choice:
    """A language of `languages.LANGUAGES`, and why it was chosen, in words."""

    language: str
    reason: str


def choose(account: Account, text: str, subject: str = "", reported: str = "") -> Choice:
    """Return the language to answer in. `text`, `subject`: what they wrote now; `reported`: what their app or mail says."""
    found = _guess(text, subject)
    if found and found.is_sure and spoken(found.language):
        words = _("In %(language)s, as they write (%(percent)d %% sure).")
        return _choice(found.language, words, percent=round(found.confidence * 100))
    if found and found.is_sure:
        words = _("In %(language)s, the account's language: they seem to write %(other)s, in which there are no texts.")
        return _choice(language_of(account), words, other=language_name(found.language))
    if spoken(reported):
        return _choice(spoken(reported), _("In %(language)s, as their app or mail program says."))
    return _choice(
        language_of(account), _("In %(language)s, the account's language: they wrote too little to tell theirs.")
    )


def decided(language: str) -> Choice:
    """Return the language that an agent chose for a contact."""
    return _choice(language, _("In %(language)s, as was decided for this person."))


def language_of(account: Account) -> str:
    """Return the language of an account's texts: that of its mailbox, else that of this helpdesk."""
    return spoken(account.home.language) or spoken(settings.LANGUAGE_CODE) or DEFAULT


def _guess(text: str, subject: str) -> Guess | None:
    """What they wrote says it; the subject only helps where that is too little."""
    found = guess(text)
    if (found and found.is_sure) or subject.strip() in text:  # in a chat the subject is the first line
        return found
    return guess(f"{subject}\n{text}")


def _choice(language: str, words: str, **more: object) -> Choice:
    return Choice(language, words % {"language": language_name(language), **more})
