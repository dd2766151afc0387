"""What we sent ourselves is known: quoted back, it ends what a customer wrote this time.

The entry names the messages whose words were cut (`knows`); their texts are in the record before it, so that a rebuild cuts the same.
"""

from collections.abc import Iterable, Mapping, Sequence

from django.db.models import Q
from django.db.models.functions import Left

from tickets.inbox.arriving import Arriving
from tickets.inbox.desk import named_ids, tokens
from tickets.mime.known import MOST_SENT, reply_knowing
from tickets.mime.parse import Mail
from tickets.models import Direction, Entry, Message
from tickets.models.text import storable

LONGEST = 50_000  # characters of each of our texts that are compared
MOST = 500  # messages of ours that are fetched for one batch


def cut(batch: Sequence[Arriving]) -> None:
    """Take our own words out of the replies in `batch`, before it is filed, in one query."""
    named = {place: _named(arriving) for place, arriving in enumerate(batch) if not arriving.automatic}
    wanted = set().union(*named.values()) if named else set()
    if not wanted:
        return
    ours = Message.objects.filter(Q(message_id__in=wanted) | Q(public_id__in=wanted), direction=Direction.OUT)
    rows = list(ours.order_by("-pk").values_list("public_id", "message_id", Left("text", LONGEST))[:MOST])
    for place, names in named.items():
        found = {public_id: text for public_id, message_id, text in rows if {public_id, message_id} & names}
        _cut(batch[place], dict(list(found.items())[:MOST_SENT]))


def _named(arriving: Arriving) -> set[str]:
    return {*named_ids(arriving), *tokens(arriving)}


def _cut(arriving: Arriving, texts: Mapping[str, str]) -> None:
    reply = reply_knowing(arriving.mail, list(texts.values())) if texts else arriving.mail.reply
    if reply != arriving.mail.reply:
        arriving.mail.reply = reply
        arriving.knows = list(texts)


def cut_again(entries: Iterable[Entry], mails: Iterable[Mail]) -> None:
    """The same for a rebuild: with the messages that each entry names. One may be of the same batch, where it was imported."""
    both = list(zip(entries, mails, strict=True))
    pairs = [(entry.fields["knows"], mail) for entry, mail in both if "knows" in entry.fields]
    wanted = {name for names, _ in pairs for name in names}
    rows = (
        Message.objects.filter(public_id__in=wanted).values_list("public_id", Left("text", LONGEST)) if wanted else []
    )
    texts = {entry.fields.get("message", ""): storable(mail.text)[:LONGEST] for entry, mail in both if wanted} | dict(
        rows
    )
    for names, mail in pairs:
        mail.reply = reply_knowing(mail, [texts[name] for name in names if name in texts])
