"""What months, halves of the day and time zones are called in the dates of mail. Only data; dates.py reads it."""

import re
import unicodedata

# The beginnings of the names of the months, accents taken off; the longest that fits decides (červen is June, červenec July).
_STEMS = {
    1: "jan ene gen sty led tammi янв січ сту ιαν oca sij ian",
    2: "feb fev lut uno helmi фев лют φεβ sub velj",
    3: "mar mrz mrt maart brez bre maalis мар бер μαρ ozu",
    4: "apr avr abr kwi dub huhti апр кві απρ nis trav",
    5: "may mai maj mag mei kve touko май мая маи тра μαι svi",
    6: "jun juin giu cze cerven cervn kesa июн чер ιουν haz lipanj lipnja iun",
    7: "jul juil lug lip cervenec cervenc heina июл лип ιουλ tem srpanj srpnja iul",
    8: "aug aou ago sie srp elo авг сер αυγ agu kol",
    9: "sep set wrz zar syys сен вер σεπ eyl ruj szep",
    10: "oct okt ott out paz rij loka окт жов οκτ eki",
    11: "nov lis marras ноя лис νοε kas stu",
    12: "dec dez des dic gru pro joulu дек гру δεκ ara",
}
_NUMBERS = {stem: number for number, stems in _STEMS.items() for stem in stems.split()}
_LONGEST = max(map(len, _NUMBERS))

MERIDIEM = re.compile(
    r"(?P<morning>\ba\.?\s?m\b\.?|上午|午前|오전|凌晨|早上)|(?P<evening>\bp\.?\s?m\b\.?|下午|午後|오후|晚上|中午)", re.I
)

# Hours from UTC. The names of RFC 5322 §4.3 first; a letter of the military means nothing (same place) and is left out.
OFFSETS: dict[str, float] = {
    "GMT": 0, "UTC": 0, "UT": 0, "Z": 0, "EST": -5, "EDT": -4, "CST": -6, "CDT": -5, "MST": -7, "MDT": -6, "PST": -8, "PDT": -7,
    "AKST": -9, "AKDT": -8, "HST": -10, "AST": -4, "ADT": -3, "NST": -3.5, "NDT": -2.5, "BRT": -3, "BRST": -2, "ART": -3, "CLT": -4,
    "WET": 0, "WEST": 1, "BST": 1, "CET": 1, "CEST": 2, "MET": 1, "MEST": 2, "MEZ": 1, "MESZ": 2, "SAST": 2, "EET": 2, "EEST": 3,
    "MSK": 3, "MSD": 4, "TRT": 3, "IRST": 3.5, "GST": 4, "PKT": 5, "IST": 5.5, "ICT": 7, "WIB": 7, "HKT": 8, "SGT": 8, "AWST": 8,
    "JST": 9, "KST": 9, "ACST": 9.5, "ACDT": 10.5, "AEST": 10, "AEDT": 11, "NZST": 12, "NZDT": 13,
}  # fmt: skip


def month_of(word: str) -> int | None:
    """The number of the month that `word` names, in any language that is known."""
    plain = "".join(char for char in unicodedata.normalize("NFKD", word.lower()) if not unicodedata.combining(char))
    return next(
        (_NUMBERS[plain[:size]] for size in range(min(_LONGEST, len(plain)), 2, -1) if plain[:size] in _NUMBERS), None
    )
