"""Brings the templates and static files of the shop's website."""

from django.apps import AppConfig


class ShopConfig(AppConfig):
    """Installed in a demo only."""

    name = "bridges.webchat.demo"
    label = "webchat_demo"
