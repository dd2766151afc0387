"""How a bot's account does, in words for people."""

import time

from django.utils.translation import gettext as _

from tickets.channels import Account

CONFLICT_LASTS = 30.0  # seconds; the poll tries again after five


def note(account: Account, health: str, reason: str) -> None:
    """Keep how the account does, for the screens."""
    account.health, account.health_reason = health, reason[:2000]
    account.save(update_fields=["health", "health_reason"])


def note_conflict(account: Account, words: str) -> None:
    """Keep that somebody else receives what is meant for us; no other call than a poll would find it out."""
    account.state = account.state | {"conflict": {"at": time.time(), "words": words}}
    account.save(update_fields=["state"])


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
