"""In words: is the sender of a mail who it says, and is the mail signed or encrypted?"""

from collections.abc import Mapping

from django.utils.translation import gettext as _

from tickets.mime import protection


def words_of(verified: str, trust: Mapping[str, str]) -> str:
    """Return what was found about the sender, and by whom; "" when nobody looked."""
    by, domain, problem, detail = (trust.get(name, "") for name in ("by", "domain", "problem", "detail"))
    if by == "link":
        return _("written on the request page, by a link that was mailed to this address")
    if not by or not domain:
        return ""
    found = _proven(domain) if verified == "pass" else _problem(problem, domain, detail)
    checker = _("checked here, by DNS") if by == "dns" else _("checked by %(name)s") % {"name": by}
    return f"{found} ({checker})"


def _proven(domain: str) -> str:
    return _("signed by %(domain)s") % {"domain": domain}


def _problem(problem: str, domain: str, detail: str) -> str:
    words = {
        "said": _("this mail is not from %(domain)s: %(detail)s"),
        "unsigned": _("the sender could not be verified: there is no signature of %(domain)s"),
        "broken": _(
            "the sender could not be verified: the signature of %(domain)s does not match. The mail may have been changed on its way"
        ),
        "stranger": _(
            "the sender could not be verified: it is signed by %(detail)s, which does not speak for %(domain)s"
        ),
        "refused": _("%(domain)s says that mail of theirs does not come from %(detail)s"),
        "silent": _("the check failed: DNS gave no answer in time"),
        "unreadable": _("the check failed: %(detail)s"),
    }
    return words.get(problem, _("the sender could not be verified")) % {"domain": domain, "detail": detail}


def protection_words(kind: str) -> str:
    """Return what to say of a signed or encrypted mail; "" for any other."""
    return {
        protection.PGP_SIGNED: _("signed with PGP; the signature is kept and was not checked"),
        protection.SMIME_SIGNED: _("signed with S/MIME; the signature is kept and was not checked"),
        protection.PGP_ENCRYPTED: _(
            "encrypted with PGP: kept whole, but it cannot be opened here. Download the original and open it with your own key"
        ),
        protection.SMIME_ENCRYPTED: _(
            "encrypted with S/MIME: kept whole, but it cannot be opened here. Download the original and open it with your own key"
        ),
    }.get(kind, "")
