"""Screen: left out by the settings? seen already? ours? a copy? Each answer ends without a message, and is an entry."""

from tickets.inbox.arriving import Arriving, Stop
from tickets.inbox.desk import Desk, Known
from tickets.inbox.read import mailbox_addresses
from tickets.mime.identifiers import read_told_id
from tickets.models import Agent
from tickets.models.keys import signing_keys


def screen(arriving: Arriving, desk: Desk) -> None:
    """Stop mail that is here already, or that we sent ourselves. Raises Stop."""
    ours = mailbox_addresses(arriving.account)
    if arriving.ignored:
        raise Stop("ignored", arriving.ignored)
    _stop_answer_to_notification(arriving)
    same = desk.by_id.get(arriving.mail.message_id or "", [])
    for known in same:
        if arriving.is_ours and known.ours and known.mailbox == arriving.mailbox.pk:
            raise Stop("copy", f"Our own message of ticket #{known.ticket} is here already.", copy_of=known.message)
        _stop_our_own(arriving, known)
        if known.mailbox == arriving.mailbox.pk and known.digest == arriving.mail.digest and not known.ours:
            raise Stop(
                "copy",
                f"The same mail is here already, in ticket #{known.ticket}: same Message-ID, same content.",
                copy_of=known.message,
            )
    if any(mark.strip().lower() in ours for mark in arriving.mail.headers.get_all("x-loop")) and not arriving.is_ours:
        raise Stop("screened", "It carries this mailbox's own mark (X-Loop): an automatic mail of ours came back.")
    if arriving.automatic and not arriving.is_ours and arriving.sender in ours:
        raise Stop("screened", "An automatic mail from this mailbox's own address: taking it in would make a loop.")
    if same and same[0].mailbox != arriving.mailbox.pk and same[0].digest == arriving.mail.digest:
        arriving.fields["twin"] = same[0].message


def _stop_our_own(arriving: Arriving, known: Known) -> None:
    if known.ours and known.mailbox == arriving.mailbox.pk and arriving.mail.kind in ("message", "auto-reply"):
        raise Stop("screened", f"Our own message of ticket #{known.ticket} came back to the mailbox that sent it.")


def _stop_answer_to_notification(arriving: Arriving) -> None:
    """What somebody who works here answers to a notification, and what machines say of one, is no customer's message.

    A stranger to whom it was passed on writes to us as anybody does.
    """
    returned = arriving.report.original_message_id if arriving.report else None
    about = next((one for one in (arriving.mail.in_reply_to, returned) if one), None)
    ticket = read_told_id(signing_keys(), about)
    if ticket is None:
        return
    agent = Agent.objects.filter(email=arriving.sender, removed_at__isnull=True).first()
    if agent is None and not arriving.automatic:
        return
    raise Stop(
        "screened",
        f"It answers a notification about ticket #{ticket}. Notifications take no answers: write in the ticket.",
        told=ticket,
        agent=agent.public_id if agent else None,
        machine=arriving.automatic,
    )
