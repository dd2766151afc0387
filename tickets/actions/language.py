"""The language in which a contact is answered: as an agent decided for them, else as `texts.choose` finds it out."""

from tickets.actions.contact import EDITED
from tickets.models import Account, Contact, ContactEvent
from tickets.texts.choose import Choice, choose, decided
from tickets.texts.languages import spoken


def language_for(contact: Contact, account: Account, text: str, subject: str = "") -> Choice:
    """Return the language to answer `contact` in, who wrote `text` under `subject`, and why."""
    if spoken(contact.language) and _was_decided(contact):
        return decided(spoken(contact.language))
    return choose(account, text, subject, contact.language)


def _was_decided(contact: Contact) -> bool:
    """Whether the language that stands with a contact was set by a person, and not only reported by an app."""
    edits = (
        ContactEvent.objects.filter(contact=contact, kind=EDITED)
        .order_by("-pk")
        .values_list("entry__fields", flat=True)
    )
    return any(fields["set"].get("language") != fields["before"].get("language") for fields in edits[:20])
