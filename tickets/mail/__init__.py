"""Email's own wire: the listener, IMAP, the pipe, providers' webhooks and files on the way in; SMTP and APIs on the way out."""

from tickets.mail.pollers import run_pollers
from tickets.mail.smtp import run as run_listener

__all__ = ["run_listener", "run_pollers"]
