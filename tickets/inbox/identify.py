"""Identify: from the sender's address to a contact. A name never identifies anybody."""

from tickets.inbox.arriving import Arriving
from tickets.inbox.desk import Desk
from tickets.models import new_id


def identify(arriving: Arriving, desk: Desk) -> None:
    """Decide the contact: who has this address, or somebody new."""
    where = (arriving.account.channel, arriving.sender)
    contact = desk.contacts.get(where)
    if contact is None:
        contact = desk.contacts[where] = new_id()
        language = (arriving.mail.language or "")[:12]
        arriving.fields["new_contact"] = {"name": arriving.sender_name, "language": language}
        arriving.fields["proven"] = arriving.verified != "fail"
    elif where in desk.unreachable and not arriving.automatic and arriving.verified != "fail":
        arriving.fields["unreachable"] = ""  # they wrote from it: it lives
    if arriving.conversational:  # whoever writes there can be reached there again
        arriving.fields["unreachable"] = arriving.unreachable
    arriving.fields["contact"] = contact
    arriving.fields["address"] = arriving.sender
