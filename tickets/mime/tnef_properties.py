"""The list of MAPI properties in a TNEF attribute (MS-OXTNEF §2.1.3.4)."""

from struct import Struct, error

from tickets.mime.charsets import clean, decode

MOST_PROPERTIES = 5_000
MOST_VALUES = 5_000
_HEAD = Struct("<HH")
_LENGTH = Struct("<I")
_NAMED = 0x8000
_MULTIPLE = 0x1000
_STRING, _UNICODE, _OBJECT, _BINARY = 0x1E, 0x1F, 0x0D, 0x102
_VARIABLE = (_STRING, _UNICODE, _OBJECT, _BINARY)
_WIDTHS = {0x00: 4, 0x02: 4, 0x03: 4, 0x04: 4, 0x0A: 4, 0x0B: 4, 0x05: 8, 0x06: 8, 0x07: 8, 0x14: 8, 0x40: 8, 0x48: 16}
_IID = 16  # the interface of an object stands before it


class Properties:
    """The values of a property list: type and raw bytes of each, by its id. Named properties are passed over."""

    __slots__ = ("_values",)

    def __init__(self) -> None:
        self._values: dict[int, tuple[int, bytes]] = {}

    def add(self, name: int, kind: int, value: bytes) -> None:
        self._values.setdefault(name, (kind, value))

    def text(self, name: int, code_page: str) -> str:
        """A string without its closing NUL; "" if there is none."""
        kind, value = self._values.get(name, (0, b""))
        if kind == _UNICODE:
            return clean(value.decode("utf-16-le", "replace").split("\0", 1)[0])
        return decode(value.split(b"\0", 1)[0], code_page) if kind == _STRING else ""

    def binary(self, name: int) -> bytes | None:
        kind, value = self._values.get(name, (0, b""))
        return value if kind == _BINARY else None

    def embedded(self, name: int) -> bytes | None:
        """An attached mail or an OLE object, without the interface in front of it."""
        kind, value = self._values.get(name, (0, b""))
        return value[_IID:] if kind == _OBJECT else None


def properties(raw: bytes) -> Properties:
    """The properties that `raw` lists, up to the first that cannot be read."""
    found = Properties()
    try:
        (count,) = _LENGTH.unpack_from(raw, 0)
        at = 4
        for _ in range(min(count, MOST_PROPERTIES)):
            at = _property(raw, at, found)
    except (error, KeyError):
        pass
    return found


def _property(raw: bytes, at: int, found: Properties) -> int:
    kind, name = _HEAD.unpack_from(raw, at)
    at += 4
    if name >= _NAMED:
        at = _after_name(raw, at)
    base, several = kind & ~_MULTIPLE, bool(kind & _MULTIPLE)
    count = 1
    if several or base in _VARIABLE:
        (count,) = _LENGTH.unpack_from(raw, at)
        at += 4
    for number in range(min(count, MOST_VALUES)):
        if base in _VARIABLE:
            (length,) = _LENGTH.unpack_from(raw, at)
            value, at = raw[at + 4 : at + 4 + length], at + 4 + length + -length % 4
        else:
            value, at = raw[at : at + _WIDTHS[base]], at + _WIDTHS[base]
        if number == 0 and name < _NAMED:
            found.add(name, base, value)
    return at


def _after_name(raw: bytes, at: int) -> int:
    """Where the value of a named property begins: a GUID, then a number or a name in UTF-16."""
    (by_name,) = _LENGTH.unpack_from(raw, at + 16)
    at += 20
    if by_name != 1:
        return at + 4
    length: int = _LENGTH.unpack_from(raw, at)[0]
    return at + 4 + length + -length % 4
