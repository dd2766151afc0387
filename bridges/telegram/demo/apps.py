"""Brings the templates of the phone."""

from django.apps import AppConfig


class PhoneConfig(AppConfig):
    """Installed in a demo only."""

    name = "bridges.telegram.demo"
    label = "telegram_demo"
