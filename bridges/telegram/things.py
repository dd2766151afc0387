"""Polls, dice, checklists, gifts and whatever else can be put into words; and what people do outside a chat."""

from collections.abc import Callable, Iterator

from django.utils.translation import gettext as _

from bridges.payload import Object, get, items, whole, words
from bridges.telegram.media import full_name


def things(message: Object) -> Iterator[str]:
    """Yield lines for all that a message holds besides words, files, places and cards."""
    for name, lines in LINES.items():
        if thing := get(message, name):
            yield from lines(thing)


def _poll(poll: Object) -> Iterator[str]:
    kind = _("Quiz") if words(poll, "type") == "quiz" else _("Poll")
    over = f" ({_('closed')})" if poll.get("is_closed") is True else ""
    yield f"{kind}: {words(poll, 'question')}{over}"
    for option in items(poll, "options"):
        votes = whole(option, "voter_count")
        yield f"– {words(option, 'text')}" + (f" ({votes})" if votes else "")


def _dice(dice: Object) -> Iterator[str]:
    yield _("Threw %(emoji)s: %(value)s") % {"emoji": words(dice, "emoji"), "value": whole(dice, "value") or "?"}


def _checklist(checklist: Object) -> Iterator[str]:
    yield _("Checklist: %(title)s") % {"title": words(checklist, "title")}
    for task in items(checklist, "tasks"):
        yield f"{'☑' if whole(task, 'completion_date') else '☐'} {words(task, 'text')}"


def _story(story: Object) -> Iterator[str]:
    yield _("A story of %(name)s, which cannot be shown here.") % {"name": full_name(get(story, "chat"))}


def _game(game: Object) -> Iterator[str]:
    yield _("Game: %(title)s. %(text)s") % {"title": words(game, "title"), "text": words(game, "description")}


def _invoice(invoice: Object) -> Iterator[str]:
    amount = f"{whole(invoice, 'total_amount') or 0} {words(invoice, 'currency')}"
    words_ = {"title": words(invoice, "title"), "amount": amount}
    yield _("Invoice: %(title)s, %(amount)s in the smallest unit") % words_


def _paid(paid: Object) -> Iterator[str]:
    yield _("Paid media for %(count)s stars:") % {"count": whole(paid, "star_count") or 0}
    for one in items(paid, "paid_media"):
        kind = words(one, "type")
        yield "– " + (_("a preview only") if kind == "preview" else kind.replace("_", " "))


def _giveaway(giveaway: Object) -> Iterator[str]:
    yield _("Giveaway with %(count)s winners. %(text)s") % {
        "count": whole(giveaway, "winner_count") or 0,
        "text": words(giveaway, "prize_description"),
    }


def _winners(winners: Object) -> Iterator[str]:
    names = ", ".join(full_name(one) for one in items(winners, "winners"))
    yield _("Winners of a giveaway: %(names)s") % {"names": names or whole(winners, "winner_count") or "?"}


LINES: dict[str, Callable[[Object], Iterator[str]]] = {
    "poll": _poll,
    "dice": _dice,
    "checklist": _checklist,
    "story": _story,
    "game": _game,
    "invoice": _invoice,
    "paid_media": _paid,
    "giveaway": _giveaway,
    "giveaway_winners": _winners,
}


def _poll_now(poll: Object) -> str:
    return "\n".join(_poll(poll))


def _voted(answer: Object) -> str:
    chosen = answer.get("option_ids")
    numbers = ", ".join(str(one + 1) for one in chosen if isinstance(one, int)) if isinstance(chosen, list) else ""
    return _("Voted in a poll for option %s.") % numbers if numbers else _("Took back their vote in a poll.")


def _wants_in(request: Object) -> str:
    said = words(request, "bio")
    return _("Asks to join the chat %(title)s. %(bio)s") % {"title": full_name(get(request, "chat")), "bio": said}


def _boosted(boost: Object) -> str:
    return _("Boosted the chat %s.") % full_name(get(boost, "chat"))


def _boost_over(boost: Object) -> str:
    return _("A boost of the chat %s is over.") % full_name(get(boost, "chat"))


def _bought(purchase: Object) -> str:
    return _("Bought paid media (%s).") % words(purchase, "paid_media_payload")


def _connected(connection: Object) -> str:
    name = full_name(get(connection, "user"))
    if connection.get("is_enabled") is False:
        return _("The business account of %s is not connected to the bot any more.") % name
    may = get(connection, "rights").get("can_reply") is True or connection.get("can_reply") is True
    text = _("The business account of %s is connected: its customers’ messages come in, and answers may be sent.")
    quiet = _("The business account of %s is connected, but answers may not be sent from here.")
    return (text if may else quiet) % name


def _member(change: Object) -> str:
    now = get(change, "new_chat_member")
    names = {"who": full_name(get(now, "user")), "status": words(now, "status")}
    return _("%(who)s is %(status)s in the chat now.") % names


OUTSIDE: dict[str, Callable[[Object], str]] = {
    "poll": _poll_now,
    "poll_answer": _voted,
    "chat_join_request": _wants_in,
    "chat_boost": _boosted,
    "removed_chat_boost": _boost_over,
    "purchased_paid_media": _bought,
    "business_connection": _connected,
    "chat_member": _member,
}


def outside(field: str, thing: Object) -> str:
    """Return a line for what a person did outside a chat, "" for what is not known."""
    maker = OUTSIDE.get(field)
    return maker(thing) if maker else ""
