"""stub"""

from typing import Any


def poll(account: Any, stop: Any) -> None: ...
def probe(account: Any) -> str:
    return ""
