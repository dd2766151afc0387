"""Is the sender who the mail says? Our border's word, else our own checks by DNS when they are switched on.

The checks run beside the reading of a batch, in threads without a database connection, and are waited for once, outside any
transaction. The finding stands in the entry: a rebuild asks nobody.
"""

from collections.abc import Iterable
from concurrent.futures import Future, ThreadPoolExecutor, wait
from functools import lru_cache
from time import monotonic
from typing import Any

from django.conf import settings

from tickets.inbox import proofs
from tickets.inbox.arriving import Arriving
from tickets.inbox.asking import LIMIT, Asking, Silent, is_silent
from tickets.mime.authentication import Finding, author_domain, border
from tickets.mime.headers import Headers
from tickets.models import InboxItem

AT_ONCE = 16  # mails checked at the same time: most of it is waiting
LARGEST = 16 * 1024 * 1024  # bytes; hashing more takes longer than anybody should wait
VOUCHED_FOR = Finding("pass")  # by the channel: its vendor knows who speaks


def find(headers: Headers, vouched: bool) -> Finding:
    """Return what can be told at once."""
    return VOUCHED_FOR if vouched else border(headers, settings.AUTHSERV_ID)


def begin(raw: bytes, headers: Headers, item: InboxItem) -> "Future[Finding] | None":
    """Begin our own checks of a mail that our border said nothing about; None when they are switched off or pointless."""
    domain = author_domain(headers)
    if not settings.VERIFY_SENDERS or not domain or item.history or len(raw) > LARGEST:
        return None
    if is_silent():
        return _threads().submit(Finding, "unknown", "dns", domain, "silent")
    return _threads().submit(check, raw, domain, item.envelope)


@lru_cache(maxsize=1)
def _threads() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(AT_ONCE, thread_name_prefix="sender")


def settle(batch: Iterable[Arriving], seconds: float | None = None) -> None:
    """Wait for the checks of a batch, no longer than `seconds` (LIMIT) in all; what is not found by then stays unknown."""
    asked = [(arriving, arriving.check) for arriving in batch if arriving.check]
    late = monotonic() + (LIMIT if seconds is None else seconds)
    for arriving, check_ in asked:
        wait([check_], timeout=max(0.0, late - monotonic()))
        domain = author_domain(arriving.mail.headers)
        arriving.finding = check_.result() if check_.done() else Finding("unknown", "dns", domain, "silent")
        arriving.check = None


def check(raw: bytes, domain: str, envelope: dict[str, Any], seconds: float | None = None) -> Finding:
    """Check a mail that names an author of `domain`. Never raises."""
    try:
        return _check(raw, domain, envelope, Asking(LIMIT if seconds is None else seconds))
    except Silent:
        return Finding("unknown", "dns", domain, "silent")
    except Exception as error:  # a mail that no library reads is a mail all the same
        return Finding("unknown", "dns", domain, "unreadable", f"{type(error).__name__}: {error}"[:200])


def _check(raw: bytes, domain: str, envelope: dict[str, Any], asking: Asking) -> Finding:
    wish = proofs.policy(domain, asking) or proofs.Policy("")
    signed = proofs.signatures(raw, asking)
    own = [one for one in signed if proofs.speaks_for(one.domain, domain, wish.strict_dkim)]
    if vouching := next((one for one in own if one.holds), None):
        return Finding("pass", "dns", vouching.domain)
    way = proofs.way(envelope, asking)
    if way and way.result == "pass" and proofs.speaks_for(way.domain, domain, wish.strict_spf):
        return Finding("pass", "dns", way.domain)
    sealed = proofs.sealers(raw, asking)
    if _is_refused(way, wish, domain) and not sealed:
        return Finding("fail", "dns", domain, "refused", way.peer if way else "")
    return _unproven(domain, own, signed, sealed)


def _is_refused(way: proofs.Way | None, wish: proofs.Policy, domain: str) -> bool:
    """Whether the domain disowns the mail. A broken signature alone does not: mail is changed on its way (RFC 6376 §6.1)."""
    if way is None or way.result in ("temperror", "permerror"):
        return False
    if wish.wish in ("quarantine", "reject"):
        return True
    return not wish.wish and way.result == "fail" and proofs.speaks_for(way.domain, domain, strict=False)


def _unproven(domain: str, own: list[proofs.Signature], signed: list[proofs.Signature], sealed: Any) -> Finding:
    stranger = next((one.domain for one in signed if one.holds), "") or next(iter(sealed), "")
    if own:
        return Finding("unknown", "dns", domain, "broken", own[0].problem)
    if stranger:
        return Finding("unknown", "dns", domain, "stranger", stranger)
    return Finding("unknown", "dns", domain, "unsigned")
