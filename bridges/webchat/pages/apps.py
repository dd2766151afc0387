"""Brings the templates and static files of the chat."""

from django.apps import AppConfig


class PagesConfig(AppConfig):
    """Found by its name (settings.PAGE_APPS)."""

    name = "bridges.webchat.pages"
    label = "webchat"
