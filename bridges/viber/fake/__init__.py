"""The REST Bot API of our own over real HTTP, for tests and the demo: it answers, and refuses, as Viber does.

Sources beside each rule: channels.md §2 and the files it cites, VC (Viber's own pages of 2023), VB (viberbot 1.0.12).
"From memory" marks what was not seen in a source. Left out: keyboards, rich media, broadcasts, and the limits of rate (`plan` makes a 12).
"""

from bridges.viber.fake.failures import Failure, Silence
from bridges.viber.fake.server import FakeViber
from bridges.viber.fake.state import TOKEN

__all__ = ["TOKEN", "Failure", "FakeViber", "Silence"]
