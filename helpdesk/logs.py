"""What is written to the log: links that let somebody in stay out of it."""

import logging
import re

_TOKEN = re.compile(r"(/(?:request|welcome|join|password)/)[\w.:=-]{12,}")


class WithoutLinks(logging.Filter):
    """Takes the tokens out of addresses that a line repeats, as Django does for every page that is not there."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Change the line where it holds one; it is always written."""
        said = record.getMessage()
        if _TOKEN.search(said):
            record.msg, record.args = _TOKEN.sub(r"\1(link)", said), ()
        return True
