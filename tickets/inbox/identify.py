"""Identify: from the sender's address to a contact. A name never identifies anybody."""

from tickets.inbox.arriving import Arriving
from tickets.inbox.desk import Desk, Where
from tickets.models import new_id


def identify(arriving: Arriving, desk: Desk) -> None:
    """Decide the contact: who has this address, or somebody new."""
    address, name = arriving.person
    where = (arriving.account.channel, address)
    contact = desk.contacts.get(where)
    if contact is None:
        contact = desk.contacts[where] = new_id()
        language = (arriving.mail.language or "")[:12]
        arriving.fields["new_contact"] = {"name": name, "language": "" if arriving.is_ours else language}
        arriving.fields["proven"] = not arriving.is_ours and arriving.verified != "fail"
        if arriving.is_ours:
            desk.unproven.add(where)
    elif arriving.item.history:
        _prove(arriving, desk, where)
    elif where in desk.unreachable and not arriving.automatic and arriving.verified != "fail":
        arriving.fields["unreachable"] = ""  # they wrote from it: it lives
    if arriving.conversational:  # whoever writes there can be reached there again
        arriving.fields["unreachable"] = arriving.unreachable
    arriving.fields["contact"] = contact
    arriving.fields["address"] = address


def _prove(arriving: Arriving, desk: Desk, where: Where) -> None:
    """An address that we wrote to first is theirs once they write from it."""
    if where in desk.unproven and not arriving.is_ours and arriving.verified != "fail":
        arriving.fields["proven"] = True
        desk.unproven.discard(where)
