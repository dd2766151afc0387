"""A Bot API server of our own over real HTTP, for tests and the demo: it answers, and refuses, as Telegram does.

Sources beside each rule: channels.md §1 and the files it cites, TBA (tdlib/telegram-bot-api) and td (tdlib/td).
"From memory" marks wording that was not seen in a source. Parameters that it does not know are ignored, as Telegram does,
unless it `is_strict`.
Left out: Markdown, keyboards, and the limits of rate that Telegram keeps to itself (`plan` makes a 429).
"""

from bridges.telegram.fake.failures import Failure, Silence
from bridges.telegram.fake.server import TOKEN, FakeTelegram

__all__ = ["TOKEN", "Failure", "FakeTelegram", "Silence"]
