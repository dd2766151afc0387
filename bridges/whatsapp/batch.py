"""A push as it came: entries, their changes, and what these tell of."""

from bridges import payload
from bridges.payload import Object, items


def load(raw: bytes) -> tuple[Object, str]:
    """Return the payload in `raw`, and what is wrong with it in words ("" for nothing). Never raises."""
    found, defect = payload.load(raw)
    return found, defect or ("" if items(found, "entry") else "no entry")
