"""The reply when we know what we sent ourselves: our own words, quoted back, end what the customer wrote. No guess is as good.

White space, quote marks, links, wrapping and capitals do not count: the words are compared. A customer who repeats a phrase of ours
within a line of their own loses nothing; only lines that are ours from end to end are taken out.
"""

import re
from collections.abc import Sequence

from tickets.mime.parse import Mail
from tickets.mime.quotes import LONGEST, MOST_LINES, reply_from, visible

_WORD = re.compile(r"[^\W_]+")
_LINK = re.compile(r"<?(?:https?://|mailto:|cid:)\S{1,2000}|\[(?:cid|image):[^\]]{0,200}\]", re.I)
# So many words in a row are no coincidence. Scripts without spaces have long "words", of which fewer are enough.
RUN = 6
ENOUGH_LETTERS = 24
MOST_SENT = 50


def reply_knowing(mail: Mail, sent: Sequence[str]) -> str:
    """`mail.reply`, sure of the boundary: what the writer wrote this time, given the texts that we sent in this conversation.

    `sent` are the plain texts of our messages, in any order (the first 50 count). The lines of `mail.text` that repeat them, and the
    announcement or header block above them, are left out; an answer below or between them stays. When none of our words are quoted,
    or nothing else is in the mail, it is `mail.reply` as it was guessed. Pure, never raises, linear in the length of the texts.
    """
    if not mail.text or len(mail.text) > LONGEST or mail.text.count("\n") > MOST_LINES:
        return mail.reply
    lines = visible(mail.text).split("\n")
    ours = quoted_lines(lines, [text for text in sent[:MOST_SENT] if len(text) <= LONGEST])
    if not ours:
        return mail.reply
    found = reply_from(mail.text, None, ours)
    return mail.reply if found == mail.text.strip("\n") else found


def quoted_lines(lines: Sequence[str], sent: Sequence[str]) -> set[int]:
    """The numbers of those `lines` all of whose words stand in a run that repeats one of the texts `sent`."""
    words: list[str] = []
    owner: list[int] = []
    for number, line in enumerate(lines):
        found = _words(line)
        words += found
        owner += [number] * len(found)
    repeated: set[int] = set()
    for text in sent:
        repeated |= _repeated(words, _words(text))
    own = {line for place, line in enumerate(owner) if place not in repeated}
    return {owner[place] for place in repeated} - own


def _repeated(words: list[str], sent: list[str]) -> set[int]:
    """The places of `words` that belong to a run of `sent` long enough to be a quote."""
    size = min(RUN, len(sent))
    if not size or sum(map(len, sent)) < ENOUGH_LETTERS:
        return set()
    runs = {tuple(sent[at : at + size]) for at in range(len(sent) - size + 1)}
    starts = [at for at in range(len(words) - size + 1) if tuple(words[at : at + size]) in runs]
    return {place for at in starts for place in range(at, at + size)}


def _words(text: str) -> list[str]:
    """The words in small letters, those of scripts without spaces a character each; no links."""
    if "http" in text or "mailto:" in text or "[" in text:
        text = _LINK.sub(" ", text)
    return [piece for word in _WORD.findall(text.lower()) for piece in (word if word[0] > "\u2e80" else (word,))]
