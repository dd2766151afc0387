"""What a text is."""

from collections.abc import Mapping
from dataclasses import dataclass, field

MAIL, CONVERSATION = "mail", "conversation"  # where a text goes out


@dataclass(frozen=True, slots=True)
class Text:
    """One text that customers get, as it stands in tickets/texts/words/."""

    name: str  # in the record, in an account's own words, in the address of its screen
    label: str
    help: str  # when it goes out, and to whom
    places: tuple[str, ...]  # the values that it may name
    templates: Mapping[str, str]  # by language; all languages of `languages.LANGUAGES`
    subjects: Mapping[str, str] = field(default_factory=dict)  # for a mail of its own
    needs: tuple[str, ...] = ()  # an own text without the value of one of these says nothing: then the default is taken
    where: tuple[str, ...] = (MAIL, CONVERSATION)
    is_editable: bool = True
