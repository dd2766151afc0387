"""Which characters do these bytes mean? Labels are believed only as far as the bytes agree with them."""

import codecs
import re
from functools import lru_cache

from tickets.mime.charset_guess import guess, mixed, script
from tickets.mime.iso2022 import iso2022_jp

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
    "x-mac-japanese": "cp932", "x-mac-korean": "cp949", "x-mac-chinesesimp": "gb18030", "x-mac-chinesetrad": "big5hkscs",
    "x-mac-centraleurroman": "mac_latin2", "x-mac-croatian": "mac_croatian", "x-mac-romania": "mac_romanian", "x-mac-arabic": "mac_arabic",
    "x-mac-hebrew": "cp1255", "x-mac-thai": "cp874", "x-mac-ukrainian": "mac_cyrillic", "hz-gb-2312": "hz", "x-euc-jp": "euc_jp",
    "x-euc": "euc_jp", "jis": "iso2022_jp_ext", "iso-2022-jp-ms": "iso2022_jp_ext", "iso-10646-ucs-2": "utf-16-be", "ucs-2": "utf-16",
    "utf-8n": "utf-8", "utf-8-mac": "utf-8", "utf-8-bom": "utf-8", "utf": "utf-8", "iso-8859": "cp1252", "ansi_x3.110-1983": "cp1252",
    "koi8-f": "koi8-u", "iso-ir-111": "koi8-r", "x-big5": "big5hkscs", "big5-eten": "big5hkscs", "cn-big5": "big5hkscs", "cn-gb": "gb18030",
    "x-windows-949": "cp949", "uhc": "cp949", "ms_kanji": "cp932", "x-ms-cp932": "cp932", "mac": "mac_roman",
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
_ASIAN = ("cp932", "euc_jp", "gb18030", "cp949", "big5hkscs")
# Labels of ISO 8859 whose bytes 80 to 9F show that a Windows program wrote them.
_WINDOWS_TWINS = {
    "iso8859-2": "cp1250", "iso8859-7": "cp1253", "iso8859-8": "cp1255", "iso8859-13": "cp1257", "iso8859-15": "cp1252",
    "iso8859-4": "cp1257",
}  # fmt: skip
_SURROGATES = re.compile("[\ud800-\udfff]")
_LABEL = re.compile(r"[^a-z0-9_.:+-]")
_LABEL_ENDS = re.compile(r"[;,(*$]|\s*=")
_NUMBERED = re.compile(r"(?:x-)?(?:windows|win|cp|ms|ibm|dos)[-_ ]{0,2}(\d{3,4})")
_ISO_8859 = re.compile(r"iso[-_ ]{0,2}8[58]59[-_ ]{0,2}(\d{1,2})(?!\d)")
_HIGH = re.compile(rb"[\x80-\xff]")
_C1 = re.compile(rb"[\x80-\x9f]")


@lru_cache(maxsize=512)
def codec(label: str) -> str | None:
    """The Python codec for a charset label as found in mail; None when it names nothing that decodes 8-bit bytes to text."""
    name = _LABEL_ENDS.split(label.lower().strip(" \"'"), maxsplit=1)[0].strip(" \"'")
    numbered, iso = _NUMBERED.fullmatch(name), _ISO_8859.match(name)
    name = "-".join(name.split())
    if iso and name not in _ALIASES:
        name = f"iso-8859-{iso[1]}"
    elif numbered and name not in _ALIASES:
        name = f"cp{numbered[1]}"
    name = _LABEL.sub("", name)
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
    if not stateful and raw.isascii() and b"\x1b$" not in raw:
        return clean(raw.decode("ascii"))
    if raw.startswith((b"\xff\xfe", b"\xfe\xff")):
        return clean(raw.decode("utf-16", "replace"))
    if stateful and name:
        return clean(_stateful(raw, name))
    if b"\x1b$" in raw:
        return clean(iso2022_jp(raw))
    text = _utf8(raw, name)
    if text is None and name and name not in ("utf-8", "utf-8-sig"):
        text = _as_labelled(raw, name)
    return clean(guess(raw, name) if text is None else text)


def _stateful(raw: bytes, name: str) -> str:
    """Charsets whose bytes are ASCII until an escape comes, and those of two bytes a character, with or without a mark of their order."""
    if name.startswith("iso2022_jp"):
        return iso2022_jp(raw)
    if name.startswith(("utf-16", "utf-32")):
        if b"\x00" not in raw and (text := _utf8(raw, None)) is not None:
            return text  # labelled so by programs that mean "Unicode"
        if name == "utf-16":
            name = "utf-16-be" if raw[:400:2].count(0) >= raw[1:400:2].count(0) else "utf-16-le"
    elif not raw.isascii() and (text := _utf8(raw, None)) is not None:
        return text
    return raw.decode(name, "replace")


def _utf8(raw: bytes, name: str | None) -> str | None:
    """Bytes that are well-formed UTF-8 are UTF-8, whatever the label says; a short multi-byte text could be both."""
    if name in _ASIAN and len(_HIGH.findall(raw[:400])) < 12:
        return None
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        return None


def _as_labelled(raw: bytes, name: str) -> str | None:
    if name == "cp1252" and script(raw[:8192], sure=0.55):
        return None  # programs that know no better call everything Latin-1
    if name in _WINDOWS_TWINS and _C1.search(raw):
        name = _WINDOWS_TWINS[name]
    if name.startswith("cp125") and (text := mixed(raw, name)) is not None:
        return text
    try:
        return raw.decode(name)
    except (UnicodeError, ValueError):
        pass
    text = raw.decode(name, "replace")
    # A handful of broken characters is damage on the way; many mean that the label is wrong.
    return text if text.count("\ufffd") * 20 <= len(text) + 20 else None


def clean(text: str) -> str:
    """`text` without NUL and lone surrogates, which neither PostgreSQL nor UTF-8 can hold."""
    if "\x00" in text:
        text = text.replace("\x00", "")
    if not text.isascii() and _SURROGATES.search(text):
        text = _SURROGATES.sub("\ufffd", text)
    return text
