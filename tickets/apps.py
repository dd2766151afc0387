"""The tickets app as Django sees it."""

from django.apps import AppConfig


class TicketsConfig(AppConfig):
    """Named once; everything else is found by convention."""

    name = "tickets"
    label = "tickets"
