"""Brings the templates of the phone."""

from django.apps import AppConfig


class PhoneConfig(AppConfig):
    """Installed in a demo only."""

    name = "bridges.whatsapp.demo"
    label = "whatsapp_demo"
