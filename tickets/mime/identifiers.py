"""Names that find their way home: Message-IDs, signed reply and bounce addresses, subject tags (channels.md §7.5)."""

import base64
import hashlib
import hmac
import re
from collections.abc import Mapping, Sequence

MAC_BYTES = 10
LONGEST_LOCAL_PART = 64
_TOKEN = re.compile(r"(?:^|[+=-])([a-z0-9]{2,40})-([a-z2-7]{16})$")
_TOLD = re.compile(r"told\.((\d{1,18})\.[a-z0-9]{1,40})-([a-z2-7]{16})@")
_WHOLE = re.compile(r"[a-z0-9]{2,40}-[a-z2-7]{16}")
_TAG = re.compile(r"\[\s?#\s?(\d{1,18})-([a-z2-7]{4})\s?\]", re.I)
# Reply and forward prefixes of mail programs in many languages; a counter may follow: Re[2]:, AW(3):, Re^2:
_PREFIX = re.compile(
    r"\s*(?:(?:re|fwd?|aw|antw|antwort|wg|wtr|sv|vs|vb|vl|tr|rv|res|enc|odp|pd|r|i|rif|ref|bls|trs|fs|ang|yml|doorst|"
    r"ynt|ilt|ym|ha|te|továbbítás|válasz|vá|továbbít|отв|ответ|пересл|hа|від|відп|пер|на|atb|pat|ats|nj|sd|ns|αντ|απ|πρθ|σχετ|"
    r"vast|edasi|odg|cevap|trả lời|回复|回覆|答复|转发|轉寄|轉發|返信|転送|回信|답장|전달|रे|השב|הועבר|תשובה|رد|إعادة توجيه)"
    r"\s{0,2}(?:\[\d{1,3}\]|\(\d{1,3}\)|[\^*]\d{1,3}|\d{1,2})?\s{0,2}[:：︰]|\[\s?#\s?\d{1,18}-[a-z2-7]{4}\s?\])\s*",
    re.I,
)


def _mac(key: bytes, purpose: str, value: str, size: int = MAC_BYTES) -> str:
    digest = hmac.new(key, f"{purpose}:{value}".encode(), hashlib.sha256).digest()
    return base64.b32encode(digest)[: size * 8 // 5].decode("ascii").lower()


def message_id(ticket: int, random: str, domain: str) -> str:
    """A Message-ID without brackets, unique through `random`."""
    return f"{ticket}.{random}@{domain}"


def references_of(references: Sequence[str], in_reply_to: str | None, parent: str) -> list[str]:
    """The References of an answer to `parent` (RFC 5322 §3.6.4); a long chain keeps its first and its last twenty."""
    chain = list(references) or ([in_reply_to] if in_reply_to else [])
    chain = [known for known in chain if known != parent] + [parent]
    return chain if len(chain) <= 21 else [chain[0], *chain[-20:]]


def reply_token(key: bytes, key_id: str, message: str) -> str:
    """A signed token for the message with public id `message` ([a-z0-9]): lower-case, 80-bit mac, survives upper-casing."""
    return _token(key, key_id, message, "reply")


def read_reply_token(keys: Mapping[str, bytes], local_part: str) -> str | None:
    """The public id of the message whose token ends `local_part` ("support+TOKEN" or the token alone), if its mac is right."""
    return _read(keys, local_part, "reply")


def reply_address(address: str, token: str, style: str = "plus") -> str:
    """`address` with the token: style "plus" gives local+token@domain, any other style is a pattern like "ticket-{token}@desk.example".

    An address whose local part would exceed 64 octets (RFC 5321 §4.5.3.1.1) is returned plain: its answers thread by their ids.
    """
    local, _, domain = address.rpartition("@")
    signed = f"{local}+{token}@{domain}" if style == "plus" else style.replace("{token}", token)
    return signed if len(signed.rpartition("@")[0].encode()) <= LONGEST_LOCAL_PART else address


def read_reply_address(keys: Mapping[str, bytes], address: str) -> str | None:
    """The public id of the message that a signed reply address names, or None."""
    return read_reply_token(keys, address.rpartition("@")[0])


def bounce_address(key: bytes, key_id: str, address: str, delivery: str, style: str = "plus") -> str:
    """The envelope sender for one delivery (VERP): bounce+<delivery>-<mac>@domain when `address` is bounce@domain."""
    return reply_address(address, _token(key, key_id, delivery, "bounce"), style)


def read_bounce_address(keys: Mapping[str, bytes], address: str) -> str | None:
    """The public id of the delivery that a bounce came back to, if the mac is right."""
    return _read(keys, address.rpartition("@")[0], "bounce")


def told_id(key: bytes, ticket: int, random: str, domain: str) -> str:
    """The signed Message-ID, without brackets, of a notification that tells somebody who works here of a ticket."""
    value = f"{ticket}.{random}"
    return f"told.{value}-{_mac(key, 'told', value)}@{domain}"


def read_told_id(keys: Mapping[str, bytes], identifier: str | None) -> int | None:
    """The ticket of the notification with this Message-ID, if its mac is right."""
    match = _TOLD.match(identifier or "")
    if match and any(hmac.compare_digest(_mac(key, "told", match[1]), match[3]) for key in keys.values()):
        return int(match[2])
    return None


def request_token(key: bytes, key_id: str, delivery: str) -> str:
    """The token of a link to "your request": it names the delivery with which it was sent, and so ticket, address and time."""
    return _token(key, key_id, delivery, "request")


def read_request_token(keys: Mapping[str, bytes], token: str) -> str | None:
    """The public id of the delivery that a request token names, or None for whatever else stands there."""
    return _read(keys, token, "request") if _WHOLE.fullmatch(token) else None


def subject_tag(key: bytes, ticket: int) -> str:
    """ "[#1042-k7f3]": the ticket's number, signed just enough to keep guesses out."""
    return f"[#{ticket}-{_mac(key, 'tag', str(ticket))[:4]}]"


def read_subject_tag(keys: Mapping[str, bytes], subject: str | None) -> int | None:
    """The ticket number of the first tag in `subject` that is signed by one of the keys."""
    for number, mac in _TAG.findall(subject or ""):
        for key in keys.values():
            if hmac.compare_digest(_mac(key, "tag", str(int(number)))[:4], mac.lower()):
                return int(number)
    return None


def base_subject(subject: str | None) -> str:
    """`subject` without reply and forward prefixes and without our tag."""
    text = " ".join(_TAG.sub(" ", subject or "").split())
    for _ in range(50):
        match = _PREFIX.match(text)
        if not match:
            break
        text = text[match.end() :]
    return text.strip()


def _token(key: bytes, key_id: str, value: str, purpose: str) -> str:
    return f"{key_id}{value}-{_mac(key, purpose, key_id + value)}"


def _read(keys: Mapping[str, bytes], local_part: str, purpose: str) -> str | None:
    match = _TOKEN.search(local_part.strip().lower())
    if not match:
        return None
    for key_id, key in keys.items():
        if match[1].startswith(key_id) and hmac.compare_digest(_mac(key, purpose, match[1]), match[2]):
            return match[1][len(key_id) :]
    return None
