"""Identify: from the sender's address to a contact. A name never identifies anybody."""

from tickets.inbox.arriving import Arriving
from tickets.inbox.desk import Desk, Where
from tickets.models import new_id


def identify(arriving: Arriving, desk: Desk) -> None:
    """Decide the contact: who has this address, or somebody new. A chat that moved is who it was."""
    if arriving.about:
        return
    address, name = arriving.person
    where = (arriving.account.channel, address)
    contact = desk.contacts.get(where) or _moved(arriving, desk)
    if contact is None:
        contact = desk.contacts[where] = new_id()
        language = (arriving.mail.language or "")[:12]
        arriving.fields["new_contact"] = {"name": name, "language": "" if arriving.is_ours else language}
        arriving.fields["proven"] = not arriving.is_ours and arriving.verified != "fail"
        if arriving.is_ours:
            desk.unproven.add(where)
    elif arriving.item.history or (not arriving.automatic and arriving.verified != "fail"):
        _prove(arriving, desk, where)
        if where in desk.unreachable and not arriving.item.history:
            arriving.fields["unreachable"] = ""  # they wrote from it: it lives
    if arriving.conversational:
        _reach(arriving, desk, where)
    if (known := moved(arriving)) is not None and (arriving.account.channel, known[0]) in desk.contacts:
        arriving.fields["moved"] = {"from": known[0], "to": known[1]}
        desk.contacts.setdefault((arriving.account.channel, known[1]), contact)
    _note_way(arriving, desk, where)
    arriving.fields["contact"] = contact
    arriving.fields["address"] = address


def _note_way(arriving: Arriving, desk: Desk, where: Where) -> None:
    """What an answer on this account needs, as the newest message says it; only a change is decided."""
    data = arriving.notice.data.get("address_data")
    account, known = arriving.account.public_id, desk.ways.get(where, {})
    if data is not None and known.get(account, {}) != (
        wanted := {name: value for name, value in data.items() if value}
    ):
        desk.ways[where] = known | {account: wanted}
        arriving.fields["address_data"] = {account: wanted}


def _prove(arriving: Arriving, desk: Desk, where: Where) -> None:
    """An address that we wrote to first, or that an agent added, is theirs once they write from it."""
    if where in desk.unproven and not arriving.is_ours and arriving.verified != "fail":
        arriving.fields["proven"] = True
        desk.unproven.discard(where)


def _reach(arriving: Arriving, desk: Desk, where: Where) -> None:
    """In a conversation each notice says whether its sender can be reached there; only a change is decided."""
    if arriving.unreachable:
        desk.unreachable.add(where)
        arriving.fields["unreachable"] = arriving.unreachable
    elif where in desk.unreachable:
        desk.unreachable.discard(where)
        arriving.fields["unreachable"] = ""


def moved(arriving: Arriving) -> tuple[str, str] | None:
    """Return from which address to which one a chat moved, if that is what the notice says."""
    data = arriving.notice.data
    if data.get("moved_to"):
        return arriving.sender, str(data["moved_to"]).lower()
    return (str(data["moved_from"]).lower(), arriving.sender) if data.get("moved_from") else None


def _moved(arriving: Arriving, desk: Desk) -> str | None:
    found = moved(arriving)
    return desk.contacts.get((arriving.account.channel, found[0])) if found else None
