"""What a vendor's server of our own can do, for benchmarks and the demo; docs/adding-a-channel.md says what it is for."""

from pathlib import Path
from typing import Any, Protocol


class Audience(Protocol):
    """Customers who have a channel's own page open, for benchmarks. Made with the address that `deep_link("")` gives."""

    def start(self) -> None:
        """Begin; nobody has come yet."""

    def stop(self) -> None:
        """Everybody closes the page."""

    def say(self, who: int, text: str) -> None:
        """Let somebody write, and keep their page open from then on."""

    def heard(self) -> list[tuple[str, float]]:
        """Return the texts that their pages showed, and when."""


class StandIn(Protocol):
    """A vendor's server of our own on this machine, for benchmarks and the demo."""

    def start(self, port: int = 0) -> Any:
        """Listen; without a port on a free one."""

    def stop(self) -> None:
        """Listen no more."""

    def connection(self, port: int = 0) -> dict[str, str]:
        """Return the settings of an account that is connected to it; `port`: where it will listen, before it does."""

    def say(self, who: int, text: str) -> None:
        """Let a customer write."""

    def refuse(self, who: int) -> None:
        """Refuse what is sent to a customer from now on, as though they had blocked us, and say nothing of it before."""

    def live_in(self, folder: Path, name: str) -> None:
        """Belong to the shop of this name, and remember in `folder` what happened, over a restart."""

    def heard(self) -> list[tuple[str, float]]:
        """Return the texts that reached customers, and when."""

    def push_forever(self) -> Any:
        """Push in the background what customers write, to where the vendor was told to."""

    def pushes(self) -> list[tuple[bytes, dict[str, str]]]:
        """Take out what waits to be pushed, each body with its headers; nothing where the vendor is polled."""
