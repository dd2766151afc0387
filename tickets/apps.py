"""The tickets app as Django sees it."""

from django.apps import AppConfig


class TicketsConfig(AppConfig):
    """Named once; everything else is found by convention."""

    name = "tickets"
    label = "tickets"

    def ready(self) -> None:
        """Open the door for mail that providers push."""
        from tickets.mail import webhook  # noqa: PLC0415 - it stands on models, which are not there before

        webhook.connect()
