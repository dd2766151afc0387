"""Bytes without a label, or with one that is plainly wrong: which script do they write, and in which charset?"""

import re

_HIGH = re.compile(rb"[\x80-\xff]")
_RUNS = re.compile(rb"[\x80-\xff]{3,}")
_ASIAN = ("cp932", "euc_jp", "gb18030", "cp949", "big5hkscs")
# The fifty or so commonest characters of each script, which tell a right decoding from one that merely fits.
_COMMON = {
    "cp932": "のにはをたがでてとしれさるいものこますなっりらかきせおよくう、。",
    "euc_jp": "のにはをたがでてとしれさるいものこますなっりらかきせおよくう、。",
    "gb18030": "的一是不了在人有我他这为之大来以个中上们到说国和地也子时道出而要于就下得可你年生好请谢您问题，。",
    "big5hkscs": "的一是不了在人有我他這為之大來以個中上們到說國和地也子時道出而要於就下得可你年生好請謝您問題，。",
    "cp949": "이다는을의에가고하지은를한도로기사인서니자어나리아습",
}
# Scripts of one byte a letter: their letters, commonest first.
_CYRILLIC = "оеаинтсрвлкмдпуяыьгзбчйхжшюцщэфіїєґё"
_SCRIPTS = {
    "cp1251": _CYRILLIC, "koi8-u": _CYRILLIC, "cp866": _CYRILLIC, "iso8859-5": _CYRILLIC,
    "cp1253": "αοιετσνηυρπκμλωςάθόγίέδήβύώχφξζψ", "cp1255": "יוהלאתרבשמנחדעקפגזטכסםןצךףץ",
    "cp1256": "الينمتروبعهكدسفقحةجشصىخطضزأذثءغظئإؤ", "cp874": "านรอกเงมยลวดทสตะปบคหแจพชขใไโผธ่้ิีัาุู็ึื์ำ",
}  # fmt: skip
_WEIGHTS = {
    name: {letter: 1.0 if rank < 9 else 0.7 if rank < 18 else 0.4 for rank, letter in enumerate(letters)}
    for name, letters in _SCRIPTS.items()
}
_PUNCTUATION = frozenset("\xa0«»№–—…“”„’‘•·")
_UTF8_PAIR = re.compile(rb"\xc3[\x80-\xbf]|\xe2\x80[\x80-\xbf]")
# Polish read as Western: signs that stand inside of words.
_POLISH = re.compile(r"[a-z][³¹¿¶±¼][a-z]|[a-z][³¹¶±¼](?![\w³])|(?<![\d\w³])[³¹¶±¼][a-z]")


def guess(raw: bytes, name: str | None = None) -> str:
    """Text of 8-bit bytes without a usable label: mostly valid UTF-8, then other scripts, else Western European."""
    sample = raw[:8192]
    damage = sample.decode("utf-8", "replace").count("\ufffd")
    high = len(_HIGH.findall(sample))
    if damage * 5 <= high and high - damage >= 2:
        return raw.decode("utf-8", "replace")
    found = _asian(sample) or script(sample)
    if found:
        return raw.decode(found, "replace")
    if (text := mixed(raw, "cp1252")) is not None:
        return text
    try:
        text = raw.decode("cp1252")
    except UnicodeDecodeError:
        return raw.decode("latin-1") if name is None else raw.decode("cp1252", "replace")
    return raw.decode("cp1250" if re.search("[¹Ÿœìø]", text) else "iso8859-2", "replace") if _is_latin_2(text) else text


def _is_latin_2(text: str) -> bool:
    """Polish has signs inside of its words when it is read as Western; Czech has ì and ø side by side, which no language has."""
    found = _POLISH.findall(text[:8192])
    return len(found) > 1 or any(len(piece) == 3 for piece in found) or ("ì" in text and "ø" in text)


def mixed(raw: bytes, name: str) -> str | None:
    """Text in which some lines are UTF-8 and others are `name` (one program quoted another); None if it is not of that kind."""
    if not _UTF8_PAIR.search(raw):
        return None
    lines = raw.split(b"\n")
    try:
        return "\n".join(_line(line, name) for line in lines)
    except UnicodeDecodeError:
        return None


def _line(line: bytes, name: str) -> str:
    try:
        return line.decode("utf-8")
    except UnicodeDecodeError:
        return line.decode(name)


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


def script(sample: bytes, sure: float = 0.45) -> str | None:
    """The charset of a script that is not Latin, whose words are whole runs of high bytes; by how common its letters would be."""
    high = len(_HIGH.findall(sample))
    runs = b" ".join(_RUNS.findall(sample)[:500])
    if high < 4 or (len(runs) + 1) * 10 < high * 6:
        return None
    scores = {name: _fit(runs.decode(name, "replace"), weights) for name, weights in _WEIGHTS.items()}
    name = max(scores, key=lambda key: scores[key])
    return name if scores[name] > sure else None


def _fit(text: str, weights: dict[str, float]) -> float:
    total = count = 0.0
    for char in text:
        if char == " " or char in _PUNCTUATION:
            continue
        count += 1
        weight = weights.get(char)
        if weight is None:
            capital = weights.get(char.lower())
            weight = 0.6 * capital if capital is not None else -2.0 if not char.isalpha() else -0.5
        total += weight
    return total / max(1.0, count)
