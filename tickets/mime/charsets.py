"""Which characters do these bytes mean? Labels are believed only as far as the bytes agree with them."""

import codecs
import re
from functools import lru_cache

# What mail programs write, and the superset that really decodes what they send.
_ALIASES = {
    "iso-8859-1": "cp1252", "iso8859-1": "cp1252", "latin1": "cp1252",
    "latin-1": "cp1252", "iso_8859-1": "cp1252", "iso-8859-9": "cp1254", "iso-8859-8-i": "iso-8859-8",
    "iso-8859-8-e": "iso-8859-8", "iso-8859-6-i": "iso-8859-6", "iso-8859-11": "cp874", "tis-620": "cp874",
    "windows-874": "cp874", "gb2312": "gb18030", "gbk": "gb18030", "x-gbk": "gb18030", "gb_2312-80": "gb18030",
    "cp936": "gb18030", "euc-cn": "gb18030", "ks_c_5601-1987": "cp949", "ks_c_5601": "cp949", "ksc5601": "cp949",
    "euc-kr": "cp949", "windows-949": "cp949", "shift_jis": "cp932", "shift-jis": "cp932", "x-sjis": "cp932",
    "sjis": "cp932", "windows-31j": "cp932", "big5": "big5hkscs", "x-x-big5": "big5hkscs", "cp950": "big5hkscs",
    "iso-2022-jp": "iso2022_jp_ext", "iso-2022-jp-2": "iso2022_jp_2", "cp50220": "iso2022_jp_ext",
    "cp50221": "iso2022_jp_ext", "x-mac-roman": "mac_roman", "macintosh": "mac_roman",
    "x-mac-cyrillic": "mac_cyrillic", "x-mac-ce": "mac_latin2", "x-mac-greek": "mac_greek",
    "x-mac-turkish": "mac_turkish", "x-mac-icelandic": "mac_iceland", "unicode-1-1-utf-7": "utf-7",
    "x-unicode-2-0-utf-7": "utf-7", "unicode-1-1-utf-8": "utf-8", "utf8mb4": "utf-8", "utf-8mb4": "utf-8",
    "unicode": "utf-16", "cp-850": "cp850", "ansi": "cp1252", "x-user-defined": "cp1252",
    "visual": "iso-8859-8", "dos-720": "cp720", "koi8": "koi8-r", "koi8-ru": "koi8-u", "win-1251": "cp1251",
    "win1251": "cp1251", "windows1251": "cp1251", "x-cp1251": "cp1251", "x-cp1252": "cp1252", "x-cp1250": "cp1250",
}  # fmt: skip
_NOT_FOR_MAIL = {
    "idna",
    "punycode",
    "undefined",
    "unicode-escape",
    "unicode_escape",
    "raw-unicode-escape",
    "raw_unicode_escape",
}
_STATEFUL = ("iso2022", "utf-7", "utf-16", "utf-32", "hz")
_SURROGATES = re.compile("[\ud800-\udfff]")
_LABEL = re.compile(r"[^a-z0-9_.:+-]")
_HIGH = re.compile(rb"[\x80-\xff]")
_ASIAN = ("cp932", "euc_jp", "gb18030", "cp949", "big5hkscs")
# The fifty or so commonest characters of each script, which tell a right decoding from one that merely fits.
_COMMON = {
    "cp932": "のにはをたがでてとしれさるいものこますなっりらかきせおよくう、。",
    "euc_jp": "のにはをたがでてとしれさるいものこますなっりらかきせおよくう、。",
    "gb18030": "的一是不了在人有我他这为之大来以个中上们到说国和地也子时道出而要于就下得可你年生好请谢您问题，。",
    "big5hkscs": "的一是不了在人有我他這為之大來以個中上們到說國和地也子時道出而要於就下得可你年生好請謝您問題，。",
    "cp949": "이다는을의에가고하지은를한도로기사인서니자어나리아습",
}


@lru_cache(maxsize=512)
def codec(label: str) -> str | None:
    """The Python codec for a charset label as found in mail; None when it names nothing that decodes 8-bit bytes to text."""
    name = _LABEL.sub("", label.lower().split("*")[0].split("$")[0].strip(" \"'"))
    name = _ALIASES.get(name, name)
    if not name:
        return None
    try:
        info = codecs.lookup(name)
    except (LookupError, ValueError):
        return None
    if info.name == "ascii" or info.name in _NOT_FOR_MAIL or not getattr(info, "_is_text_encoding", True):
        return None
    return _ALIASES.get(info.name, info.name)


def decode(raw: bytes, label: str | None = None) -> str:
    """The text of `raw`, labelled with charset `label` (may be None, unknown or wrong). Never fails; no NUL, no surrogates."""
    name = codec(label) if label else None
    stateful = name is not None and name.startswith(_STATEFUL)
    if not stateful and raw.isascii():
        return clean(raw.decode("ascii"))
    if raw.startswith((b"\xff\xfe", b"\xfe\xff")):
        name, stateful = "utf-16", True
    if not stateful:
        text = _utf8(raw, name)
        if text is not None:
            return clean(text)
    if name and name not in ("utf-8", "utf-8-sig"):
        text = _as_labelled(raw, name)
        if text is not None:
            return clean(text)
    return clean(guess(raw, name))


def _utf8(raw: bytes, name: str | None) -> str | None:
    """Bytes that are well-formed UTF-8 are UTF-8, whatever the label says; a short multi-byte text could be both."""
    if name in _ASIAN and len(_HIGH.findall(raw[:400])) < 12:
        return None
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        return None


def _as_labelled(raw: bytes, name: str) -> str | None:
    if name == "cp1252" and _cyrillic(raw[:8192]):
        return None  # programs that know no better call everything Latin-1
    try:
        return raw.decode(name)
    except (UnicodeError, ValueError):
        pass
    text = raw.decode(name, "replace")
    # A handful of broken characters is damage on the way; many mean that the label is wrong.
    return text if text.count("\ufffd") * 20 <= len(text) + 20 or name.startswith(_STATEFUL) else None


def guess(raw: bytes, name: str | None = None) -> str:
    """Text of 8-bit bytes without a usable label: mostly valid UTF-8, then Cyrillic, East Asian, else Western European."""
    sample = raw[:8192]
    damage = sample.decode("utf-8", "replace").count("\ufffd")
    high = len(_HIGH.findall(sample))
    if damage * 5 <= high and high - damage >= 2:
        return raw.decode("utf-8", "replace")
    asian = _asian(sample)
    if asian:
        return raw.decode(asian, "replace")
    cyrillic = _cyrillic(sample)
    if cyrillic:
        return raw.decode(cyrillic, "replace")
    try:
        return raw.decode("cp1252")
    except UnicodeDecodeError:
        return raw.decode("latin-1") if name is None else raw.decode("cp1252", "replace")


def _asian(sample: bytes) -> str | None:
    best, chosen = 0.15, None
    for name in _ASIAN:
        text = sample.decode(name, "replace")
        wide = [char for char in text if char > "\u0fff"]
        if len(wide) < 2 or text.count("\ufffd") > 1:
            continue
        share = sum(char in _COMMON[name] for char in wide) / len(wide)
        if share > best:
            best, chosen = share, name
    return chosen


def _cyrillic(sample: bytes) -> str | None:
    """cp1251, koi8-r or cp866 when most letters are beyond ASCII; the one whose words are in lower case with capitals in front."""
    high = sum(byte >= 0x80 for byte in sample)
    letters = sum(65 <= byte <= 90 or 97 <= byte <= 122 for byte in sample)
    if high < 3 or high < letters:
        return None
    scores = {name: _lower_share(sample.decode(name, "replace")) for name in ("cp1251", "koi8-r", "cp866", "iso8859-5")}
    name = max(scores, key=lambda key: scores[key])
    return name if scores[name] > 0.5 else None


def _lower_share(text: str) -> float:
    letters = [char for char in text if char > "\x7f"]
    common = sum(char in "оеаинтсрвлкмдпуяыьгзбчйхжшюцщэфіїєґё" for char in letters)
    odd = sum(not ("\u0400" <= char <= "\u04ff" or char in "\xa0«»№–—…“”") for char in letters)
    return (common - 2 * odd) / max(1, len(letters))


def clean(text: str) -> str:
    """`text` without NUL and lone surrogates, which neither PostgreSQL nor UTF-8 can hold."""
    if "\x00" in text:
        text = text.replace("\x00", "")
    if not text.isascii() and _SURROGATES.search(text):
        text = _SURROGATES.sub("\ufffd", text)
    return text
