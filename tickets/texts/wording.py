"""What an automatic answer says: its words, and why they are these."""

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Wording:
    """The words of an automatic answer, ready to be sent."""

    text: str
    names: tuple[str, ...]  # the texts it is made of
    language: str
    reason: str

    def fields(self) -> dict[str, Any]:
        """Return what the entry keeps of it."""
        return {"texts": list(self.names), "language": self.language, "reason": self.reason}
