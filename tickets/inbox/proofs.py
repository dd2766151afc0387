"""What a mail can prove by itself: signatures (DKIM, RFC 6376), a permitted way (SPF, RFC 7208), seals of those who passed it on
(ARC, RFC 8617), and what its domain asks for (DMARC, RFC 7489). Libraries check; DNS is asked within a limit."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from ipaddress import ip_address, ip_network
from typing import Any

import dkim
import spf

from tickets.inbox.asking import Asking, Silent
from tickets.mime.authentication import aligned

MOST_SIGNATURES = 5
MOST_SEALS = 10
LONGEST_FIELD = 20_000  # bytes of a signature: the library's patterns are slow on longer ones
ACCEPTED = (b"rsa-sha256", b"ed25519-sha256")  # RFC 8301 forbids rsa-sha1
INSIDE = [
    ip_network(net)
    for net in (
        "127.0.0.0/8",
        "10.0.0.0/8",
        "172.16.0.0/12",
        "192.168.0.0/16",
        "169.254.0.0/16",
        "::1",
        "fc00::/7",
        "fe80::/10",
    )
]


def _without_trailing_space(content: bytes) -> bytes:
    return _TRAILING.sub(b"\r\n", content)


# The library's own pattern begins at every space of a long run: minutes for a megabyte of spaces.
_TRAILING = re.compile(rb"(?<![\t ])[\t ]+\r\n")
dkim.canonicalization.strip_trailing_whitespace = _without_trailing_space


@dataclass(frozen=True, slots=True)
class Signature:
    """One DKIM signature: whose, and whether it holds for the whole mail."""

    domain: str
    holds: bool
    problem: str = ""


@dataclass(frozen=True, slots=True)
class Way:
    """What the domain of the envelope's sender says of the machine that brought the mail."""

    domain: str
    result: str  # pass, fail, softfail, neutral, none, temperror, permerror
    peer: str


@dataclass(frozen=True, slots=True)
class Policy:
    """What a domain asks for (its DMARC record)."""

    wish: str  # none, quarantine, reject
    strict_dkim: bool = False
    strict_spf: bool = False


def signatures(raw: bytes, asking: Asking) -> list[Signature]:
    """Check the DKIM signatures of a mail. Raises Silent, and dkim.DKIMException for what is no mail."""
    mail = dkim.DKIM(raw)
    fields = [value for name, value in mail.headers if name.lower() == b"dkim-signature"][:MOST_SIGNATURES]
    return [_signature(mail, number, asking) for number, value in enumerate(fields) if len(value) <= LONGEST_FIELD]


def _signature(mail: Any, number: int, asking: Asking) -> Signature:
    try:
        holds = mail.verify(idx=number, dnsfunc=_key_by(asking))
        problem = "" if holds else "the key does not fit"
    except Silent:
        raise
    except Exception as error:  # whatever a hostile field makes of the library, the mail is only not signed
        holds, problem = False, str(error)[:200]
    tags = getattr(mail, "signature_fields", None) or {}
    if holds and (b"l" in tags or tags.get(b"a") not in ACCEPTED):
        holds, problem = False, "it covers only a part of the mail, or is of a kind that counts no more"
    domain = bytes(tags.get(b"d", b"")).decode("ascii", "replace").strip().lower()
    return Signature(domain, bool(holds), problem)


def _key_by(asking: Asking) -> Any:
    def key(name: bytes, timeout: float = 0) -> bytes:
        found = asking.texts(name.decode("utf-8", "replace"))
        return found[0].encode() if found else b""

    return key


def way(envelope: Mapping[str, Any], asking: Asking) -> Way | None:
    """Check SPF for the machine that spoke to our listener; None when that is unknown, or one of our own house. Raises Silent."""
    peer, sender, helo = (str(envelope.get(name) or "") for name in ("peer", "from", "helo"))
    if not peer or (not sender and not helo) or _is_inside(peer):
        return None
    query = _Query(asking, i=peer, s=sender, h=helo)
    result = query.check()[0]
    if asking.was_silent and result == "temperror":
        raise Silent
    return Way(query.o.lower(), result, peer)


def _is_inside(peer: str) -> bool:
    try:
        address = ip_address(peer)
    except ValueError:
        return True
    return any(address in net for net in INSIDE)


class _Query(spf.query):  # type: ignore[misc]
    """The library's query, asking our way."""

    def __init__(self, asking: Asking, **about: str) -> None:
        self.asking = asking
        super().__init__(**about)

    def dns(self, name: str, qtype: str, cnames: Any = None, ignore_void: bool = False) -> list[Any]:
        """What the library asks for, in its own form; CNAMEs are followed by the resolver."""
        try:
            found = [_value(one, qtype) for one in self.asking.records(str(name), qtype)]
        except Silent as silence:
            raise spf.TempError("DNS gave no answer") from silence
        if not found and not ignore_void:
            self.void_lookups += 1
            if self.void_lookups > spf.MAX_VOID_LOOKUPS:
                raise spf.PermError(f"Void lookup limit of {spf.MAX_VOID_LOOKUPS} exceeded")
        return found


def _value(record: Any, kind: str) -> Any:
    match kind:
        case "A" | "AAAA":
            return record.address
        case "MX":
            return record.preference, record.exchange.to_text(True)
        case "PTR":
            return record.target.to_text(True)
        case _:
            return record.strings


def policy(domain: str, asking: Asking) -> Policy | None:
    """Return what `domain`, or the nearest domain above it, asks for. Raises Silent."""
    labels = domain.split(".")
    for start in range(min(len(labels) - 1, 4)):
        above = ".".join(labels[start:])
        for text in asking.texts(f"_dmarc.{above}"):
            tags = dict(_tags(text))
            if tags.get("v") == "dmarc1":
                wish = tags.get("p", "none") if not start else tags.get("sp") or tags.get("p", "none")
                return Policy(wish, tags.get("adkim") == "s", tags.get("aspf") == "s")
    return None


def _tags(text: str) -> list[tuple[str, str]]:
    pairs = (part.partition("=") for part in text.lower().split(";")[:30])
    return [(name.strip(), value.strip()) for name, _, value in pairs]


def speaks_for(identity: str, domain: str, strict: bool) -> bool:
    """Whether a proof of `identity` counts for `domain` (RFC 7489 §3.1)."""
    return identity == domain if strict else aligned(identity, domain)


def sealers(raw: bytes, asking: Asking) -> Sequence[str]:
    """Return the domains that passed the mail on and sealed it, the last first; [] when the chain does not hold. Raises Silent."""
    mail = dkim.ARC(raw)
    fields = [value for name, value in mail.headers if name.lower().startswith(b"arc-")]
    if not fields or len(fields) > 3 * MOST_SEALS or max(map(len, fields)) > LONGEST_FIELD:
        return []
    try:
        result, sets, _ = mail.verify(dnsfunc=_key_by(asking))
    except Silent:
        raise
    except Exception:
        return []
    if result != dkim.CV_Pass:
        return []
    return [one["as-domain"].decode("ascii", "replace").lower() for one in sets]
