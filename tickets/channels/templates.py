"""Templates: words that a vendor has approved, with gaps. All that some vendors carry when their time to answer is over."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

GAP = re.compile(r"\{\{([^{}]{1,80})\}\}")


@dataclass(frozen=True, slots=True)
class Template:
    """One template as a channel lists it: `text` holds its gaps as {{name}}, each name once in `gaps`."""

    key: str  # what the channel knows it by
    name: str
    language: str
    text: str
    gaps: tuple[str, ...] = ()
    examples: Mapping[str, str] = field(default_factory=dict)  # what may stand in a gap
    category: str = ""
    hindrance: str = ""  # why it cannot be sent from here; "" when it can

    def filled(self, values: Mapping[str, str]) -> str:
        """Return the words with what stands in `values`; a gap without stays one."""
        return GAP.sub(lambda gap: values.get(gap[1], "").strip() or gap[0], self.text)

    def missing(self, values: Mapping[str, str]) -> list[str]:
        """Return the gaps in which nothing stands."""
        return [gap for gap in self.gaps if not values.get(gap, "").strip()]


Filled = dict[str, Any]  # what a channel needs to send a template that is filled in; kept in the entry
