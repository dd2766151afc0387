"""Is the sender who the mail says? What our own border server found (RFC 8601 §5), and what our own checks amount to."""

import re
from dataclasses import dataclass
from typing import Literal

from tickets.mime.addresses import first
from tickets.mime.headers import Headers

_COMMENT = re.compile(r"\([^()]{0,1000}\)")
_METHOD = re.compile(r"(?:^|;)\s*(dmarc|dkim|spf|arc)\s*=\s*(\w+)([^;]*)", re.I)
_PROPERTY = re.compile(r"([\w-]+\.[\w-]+)\s*=\s*\"?([^\s;\"]+)")

Verdict = Literal["pass", "fail", "unknown"]


@dataclass(frozen=True, slots=True)
class Finding:
    """Whether the sender is who the mail says, who found that out, and what it rests on or fails by."""

    verdict: Verdict
    by: str = ""  # the border's name, "dns" for our own checks, "" when nobody looked
    domain: str = ""  # whose signature or permission vouches, or whose is missing
    problem: str = ""  # one of PROBLEMS
    detail: str = ""  # the other party, or the checker's own words

    def fields(self) -> dict[str, str]:
        """What an entry keeps of it beside the verdict."""
        kept = {"by": self.by, "domain": self.domain, "problem": self.problem, "detail": self.detail}
        return {name: value for name, value in kept.items() if value}


PROBLEMS = {
    "said": "our border said so (detail: its words)",
    "unsigned": "no signature of the domain",
    "broken": "a signature of the domain that does not match (detail: why)",
    "stranger": "signed, but by another domain (detail)",
    "refused": "the domain says that its mail never comes this way (detail: the way)",
    "silent": "DNS gave no answer in time",
    "unreadable": "the mail cannot be checked (detail: why)",
}
NOBODY_LOOKED = Finding("unknown")


def author_domain(headers: Headers) -> str:
    """The domain of the one author in From, in lower case; "" where there is none or more than one (RFC 7489 §6.6.1)."""
    sender = first(headers.text("from"))
    return sender.address.rpartition("@")[2].lower() if sender and len(headers.raw("from")) == 1 else ""


def border(headers: Headers, authserv_id: str) -> Finding:
    """What our border (`authserv_id`) found about the From domain; "unknown" when it said nothing, or nothing that can be trusted.

    Only fields above the first Received count: whatever stands below may have come with the mail.
    """
    domain = author_domain(headers)
    if not authserv_id or not domain:
        return NOBODY_LOOKED
    results = [result for field in _trusted(headers, authserv_id) for result in _results(field)]
    found = _judge(results, domain)
    if found == "unknown":
        return NOBODY_LOOKED
    problem, detail = ("said", _failed(results)) if found == "fail" else ("", "")
    return Finding(found, authserv_id, domain, problem, detail)


def _failed(results: list[tuple[str, str, dict[str, str]]]) -> str:
    """The border's words about what did not hold."""
    words = [f"{method}={result}" for method, result, _ in results if result not in ("pass", "none", "neutral")]
    return ", ".join(dict.fromkeys(words))[:200]


def _trusted(headers: Headers, authserv_id: str) -> list[str]:
    """The results of our border in the topmost block of trace fields.

    A border writes them above its own Received or right below it, so one Received may be passed (and those of hops within one
    house, which have no "from"), but only while nothing of ours was found: what stands further down may have come with the mail.
    """
    found: list[str] = []
    passed = 0
    for name, value in headers.items():
        lower = name.lower()
        if lower == "received" and value.lower().startswith("from"):
            passed += 1
            if found or passed > 1:
                break
        if lower == "authentication-results":
            identifier, _, rest = value.partition(";")
            if identifier.split()[:1] and identifier.split()[0].lower() == authserv_id.lower():
                found.append(rest)
    return found


def _results(field: str) -> list[tuple[str, str, dict[str, str]]]:
    field = _COMMENT.sub(" ", field)
    return [
        (method.lower(), result.lower(), {name.lower(): value.lower() for name, value in _PROPERTY.findall(rest)})
        for method, result, rest in _METHOD.findall(field)
    ]


def _judge(results: list[tuple[str, str, dict[str, str]]], domain: str) -> Verdict:
    for method, result, about in results:
        if method == "dmarc" and about.get("header.from", domain) == domain:
            if result in ("pass", "bestguesspass"):
                return "pass"
            if result == "fail":
                return "fail"
    tried = [
        (result, aligned(_identity(method, about), domain))
        for method, result, about in results
        if method in ("dkim", "spf")
    ]
    if any(result == "pass" and aligned for result, aligned in tried):
        return "pass"
    failed = any(result in ("fail", "hardfail", "softfail", "permerror") and aligned for result, aligned in tried)
    return "fail" if failed else "unknown"


def _identity(method: str, about: dict[str, str]) -> str:
    if method == "dkim":
        return about.get("header.d") or about.get("header.i", "").rpartition("@")[2]
    return about.get("smtp.mailfrom", "").rpartition("@")[2] or about.get("smtp.helo", "")


def aligned(identity: str, domain: str) -> bool:
    """Relaxed alignment (RFC 7489 §3.1.1) without a public suffix list: the same domain, or one under the other with two labels."""
    if not identity or not domain:
        return False
    shorter, longer = sorted((identity.strip("."), domain.strip(".")), key=len)
    return shorter == longer or (shorter.count(".") >= 1 and longer.endswith("." + shorter))
