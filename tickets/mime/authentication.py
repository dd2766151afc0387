"""Is the sender who the mail says? Only the word of our own border server counts (RFC 8601 §5)."""

import re
from typing import Literal

from tickets.mime.addresses import first
from tickets.mime.headers import Headers

_COMMENT = re.compile(r"\([^()]{0,1000}\)")
_METHOD = re.compile(r"(?:^|;)\s*(dmarc|dkim|spf|arc)\s*=\s*(\w+)([^;]*)", re.I)
_PROPERTY = re.compile(r"([\w-]+\.[\w-]+)\s*=\s*\"?([^\s;\"]+)")

Verdict = Literal["pass", "fail", "unknown"]


def verdict(headers: Headers, authserv_id: str) -> Verdict:
    """What our border (`authserv_id`) found about the From domain; "unknown" when it said nothing, or nothing that can be trusted.

    Only fields above the first Received count: whatever stands below may have come with the mail.
    """
    sender = first(headers.text("from"))
    if not authserv_id or not sender or len(headers.raw("from")) != 1:
        return "unknown"
    domain = sender.address.rpartition("@")[2]
    results = [result for field in _trusted(headers, authserv_id) for result in _results(field)]
    return _judge(results, domain)


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
        (result, _aligned(_identity(method, about), domain))
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


def _aligned(identity: str, domain: str) -> bool:
    """Relaxed alignment without a public suffix list: the same domain, or one under the other with at least two labels."""
    if not identity or not domain:
        return False
    shorter, longer = sorted((identity.strip("."), domain.strip(".")), key=len)
    return shorter == longer or (shorter.count(".") >= 1 and longer.endswith("." + shorter))
