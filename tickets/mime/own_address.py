"""The address of one conversation, which outlives every app: it can be read out on a phone, and no two letters of it look alike.

Not signed: ten letters of twenty-one are 43 bits, looked up. Whoever finds one may write there, and sees nothing by it.
"""

import re
import secrets

LETTERS = "acdefhjkmnpqrtwxy3479"  # no b/8, g/q, i/l/1, o/0, s/5, u/v, z/2, 6
GROUP = 5
LONGEST = 24  # characters before the @
_CODE = re.compile(rf"(?:^|[^0-9a-z])([{LETTERS}]{{{GROUP}}})-?([{LETTERS}]{{{GROUP}}})(?![0-9a-z])")


def new_code() -> str:
    """Return a new code, as "k7f3m-q9xwa"."""
    letters = "".join(secrets.choice(LETTERS) for _ in range(2 * GROUP))
    return f"{letters[:GROUP]}-{letters[GROUP:]}"


def address_of(code: str, address: str, style: str) -> str:
    """Return the address for a code: style "plus" gives local+code@domain, any other is a pattern with {token}. "" where it is too long."""
    local, _at, domain = address.rpartition("@")
    own = f"{local}+{code}@{domain}" if style == "plus" else style.replace("{token}", code)
    return own if style and len(own.rpartition("@")[0]) <= LONGEST else ""


def codes_in(address: str) -> list[str]:
    """Return the codes that may stand before the @ of an address; case and a missing dash do not matter."""
    return [f"{first}-{second}" for first, second in _CODE.findall(address.rpartition("@")[0].lower())]
