"""Tokens are issued, come back once, and are forgotten. What proves an identity is short-lived, single-use and never guessed.

A code is short, because somebody types it: it counts only from the contact it was made for, in the chats of one account, and
five wrong ones use it up. All other tokens have 190 bits.
"""

import hashlib
import hmac
import secrets
from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import F, QuerySet
from django.utils import timezone

from tickets.models import Account, Contact, Purpose, Token
from tickets.models.secrets import derive

VALID = {
    Purpose.CODE: timedelta(hours=24),
    Purpose.OPEN: timedelta(hours=24),
    Purpose.LINK: timedelta(hours=72),
    Purpose.ANSWER: timedelta(hours=24),
}
CODE_DIGITS = 6
MOST_TRIES = 5
HEARD_FOR = timedelta(days=3)  # so long somebody who types an old code hears that it is one
KEPT_FOR = timedelta(days=120)  # so that "not again within 90 days" can be told


def issue(
    purpose: Purpose,
    account: Account,
    contact: Contact,
    address: str,
    at: datetime,
    data: dict[str, object] | None = None,
) -> str:
    """Return a new token for `contact`, sent to `address` and good in the chats of `account`; its digest is kept.

    A newer code of a contact takes the place of an older one.
    """
    if purpose == Purpose.CODE:
        _unused(purpose, account, contact).update(expires_at=at)
    secret, digest = _new(purpose, account, contact)
    Token.objects.create(
        purpose=purpose,
        digest=digest,
        account=account,
        contact=contact,
        address=address.strip().lower(),
        made_at=at,
        expires_at=at + VALID[purpose],
        data=data or {},
    )
    return secret


def _new(purpose: Purpose, account: Account, contact: Contact) -> tuple[str, str]:
    """A secret that was not used for this before, and its digest."""
    while True:
        if purpose == Purpose.CODE:
            secret = "".join(secrets.choice("0123456789") for _ in range(CODE_DIGITS))
            digest = _digest(purpose, account, contact, secret)
        else:
            secret = secrets.token_urlsafe(24)
            digest = _digest_of(purpose, secret)
        if not Token.objects.filter(digest=digest).exists():
            return secret, digest


def find(purpose: Purpose, secret: str) -> Token | None:
    """Return the token that `secret` is, used and expired ones too; None where there is none. For all but codes."""
    rows = Token.objects.select_related("account", "contact")
    return rows.filter(purpose=purpose, digest=_digest_of(purpose, secret)).first()


def is_good(token: Token, at: datetime) -> bool:
    """Whether a token can still be used."""
    return token.used_at is None and at < token.expires_at


def use(token: Token, at: datetime) -> bool:
    """Use a token up; False when it was used, or has expired, or somebody else was first."""
    good = Token.objects.filter(pk=token.pk, used_at=None, expires_at__gt=at, tries__lt=MOST_TRIES)
    return bool(good.update(used_at=at))


def try_code(account: Account, contact: Contact, typed: str, at: datetime) -> Token | None:
    """Return the code of a contact that `typed` is, not used up yet; a wrong one counts against the one that is waiting."""
    waiting = _unused(Purpose.CODE, account, contact).filter(expires_at__gt=at, tries__lt=MOST_TRIES)
    wanted = _digest(Purpose.CODE, account, contact, typed)
    for token in waiting.select_related("account", "contact"):
        if hmac.compare_digest(token.digest, wanted):
            return token
    waiting.update(tries=F("tries") + 1)
    return None


def drop_others(token: Token, at: datetime) -> None:
    """Use up what else was sent to the same address for the same chat: code and link are one proof."""
    same = Token.objects.filter(account=token.account, contact=token.contact, address=token.address, used_at=None)
    same.filter(purpose__in=(Purpose.CODE, Purpose.OPEN)).update(used_at=at, data={})
    older = _unused(Purpose.CODE, token.account, token.contact).filter(expires_at__lte=at)
    older.update(used_at=at, data={})  # nobody waits for these any more: a number is a number again
    Token.objects.filter(pk=token.pk).update(data={})


def end_all(address: str, at: datetime) -> None:
    """Whoever reads an address wants no codes: those that are on their way prove nothing any more."""
    waiting = Token.objects.filter(address=address, purpose__in=(Purpose.CODE, Purpose.OPEN), used_at=None)
    waiting.filter(expires_at__gt=at).update(expires_at=at)


def awaits_code(account: Account, contact: Contact, at: datetime) -> Token | None:
    """Return the code that a contact was mailed and has not typed yet; one that expired or was tried too often too."""
    return _unused(Purpose.CODE, account, contact).filter(made_at__gt=at - HEARD_FOR).order_by("-pk").first()


def _unused(purpose: Purpose, account: Account, contact: Contact) -> QuerySet[Token]:
    return Token.objects.filter(purpose=purpose, account=account, contact=contact, used_at=None)


def _digest(purpose: Purpose, account: Account, contact: Contact, secret: str) -> str:
    """Of a code: the same digits are another code for somebody else."""
    return _digest_of(purpose, f"{account.public_id} {contact.public_id} {secret}")


def _digest_of(purpose: Purpose, secret: str) -> str:
    key = derive("tokens", settings.SECRET_KEY)
    return hmac.new(key, f"{purpose} {secret}".encode(), hashlib.sha256).hexdigest()


def forget_old_tokens() -> None:
    """Drop what can be neither used nor counted any more."""
    Token.objects.filter(expires_at__lt=timezone.now() - KEPT_FOR).delete()
