"""What is written to the log: links that let somebody in stay out of it."""

import logging
import re

_TOKEN = re.compile(r"(/(?:request|welcome|join|password|media)/)[\w.:=-]{12,}")


class WithoutLinks(logging.Formatter):
    """Takes the tokens out of addresses that a line or its traceback repeats, as Django does for every page that is not there."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the line as it is written; one that cannot be made is the handler's to tell of, and costs its writer nothing."""
        return _TOKEN.sub(r"\1(link)", super().format(record))
