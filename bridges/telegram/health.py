"""How a bot's account does, in words for people."""

import time
from datetime import UTC, datetime

from django.db import transaction
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from tickets.channels import Account, Closing

SILENT_AFTER = 12 * 3600  # seconds without a poll that are worth a warning
KEPT_BY_TELEGRAM = 24 * 3600  # channels.md §1.2: what nobody fetched for so long is gone
GAP_TOLD = 7 * 24 * 3600  # how long a gap is told of
CONFLICT_LASTS = 30.0  # seconds; the poll tries again after five


def note(account: Account, health: str, reason: str) -> None:
    """Keep how the account does, for the screens."""
    account.note_health(health, reason)


def keep(account: Account, **changed: object) -> None:
    """Change some of what is kept with an account, and nothing else of it: others write there too."""
    with transaction.atomic():
        fresh = type(account).objects.select_for_update().only("state").get(pk=account.pk)
        fresh.state = account.state = fresh.state | changed
        fresh.save(update_fields=["state"])


def note_conflict(account: Account, words: str) -> None:
    """Keep that somebody else receives what is meant for us; no other call than a poll would find it out."""
    keep(account, conflict={"at": time.time(), "words": words})


def note_poll(account: Account) -> None:
    """Keep when Telegram was last asked for what came, and whether more was lost before than it keeps."""
    account.note_fetch()
    now, before = time.time(), account.state.get("polled")
    gap = {"gap": {"from": before, "to": now}} if before and now - before > KEPT_BY_TELEGRAM else {}
    keep(account, polled=now, **gap)


def silence(account: Account) -> str:
    """Say that nothing was fetched for long, or that there was a gap lately; "" for neither."""
    now, last, gap = time.time(), account.state.get("polled"), account.state.get("gap")
    if last and now - last > SILENT_AFTER:
        words = _(
            "Nothing was fetched from Telegram since %(since)s. It keeps what customers write for 24 hours only: "
            "start the part “mail”, or look why it cannot reach Telegram."
        )
        return words % {"since": _moment(last)}
    if gap and now - gap["to"] < GAP_TOLD:
        words = _(
            "Nothing was fetched from Telegram between %(since)s and %(until)s. It keeps what customers write for 24 "
            "hours only: what they wrote before %(lost)s is lost, and they do not know it."
        )
        since, until, lost = (_moment(at) for at in (gap["from"], gap["to"], gap["to"] - KEPT_BY_TELEGRAM))
        return words % {"since": since, "until": until, "lost": lost}
    return ""


def _moment(at: float) -> str:
    return date_format(localtime(datetime.fromtimestamp(at, UTC)), "DATETIME_FORMAT")


def recent_conflict(account: Account) -> str:
    """Return what the last poll said of another receiver, "" when that is long ago."""
    found = account.state.get("conflict") or {}
    return str(found["words"]) if found and time.time() - found["at"] < CONFLICT_LASTS else ""


def refused_token(words: str) -> str:
    """Say that the token is refused."""
    return _("Telegram refuses the token (%s). Renew it at @BotFather and put the new one here.") % words


def taken_over() -> str:
    """Say that somebody else's webhook receives what is meant for us."""
    return _("Another program set a webhook for this bot. Connect the bot here again to take it back.")


def conflict(words: str) -> str:
    """Say what a conflict between two receivers means and what to do; `words`: the vendor's."""
    if "webhook" in words.lower():
        return f"{taken_over()} ({words})"
    hint = _("Another program fetches this bot's messages. Stop it, or renew the token at @BotFather.")
    return f"{hint} ({words})"


def explained(words: str) -> Closing:
    """Say what Telegram's words about a bot mean (channels.md §1.6), and what to do now."""
    if "logged out" in words.lower():
        meaning = _("The bot was moved to another Bot API server (logOut): this one does not carry it any more.")
        return Closing(meaning, (_("Wait ten minutes, then check the account on its screen."), *_steps()))
    meaning = _(
        "The token is not valid any more: it was renewed or revoked at @BotFather, the bot was deleted, or Telegram closed "
        "it. Telegram gives no reason, and one token is all there is to it."
    )
    return Closing(meaning, _steps())


def _steps() -> tuple[str, ...]:
    return (
        _("Open @BotFather in Telegram as the owner of the bot, send /mybots, and choose it."),
        _("If it is there: API Token shows the token in force. Put it in on the account's screen; everything goes on."),
        _("If it is not there, it was deleted or closed: write to @BotSupport, and name the bot."),
        _("A new bot is a new account here. Customers have to write to it first: tell them by mail, with its link."),
        _(
            "Until then answers go by mail to everybody of whom a proven address is known. See who is not reached, below."
        ),
    )
