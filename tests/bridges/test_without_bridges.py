"""Without bridges/ an email helpdesk is left that works: nothing below it imports it."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SCRIPT = """
import sys
sys.modules["bridges"] = None  # an import of it fails from here on
import helpdesk.settings
helpdesk.settings.CHANNELS = ["tickets.mail.channel.Email"]
helpdesk.settings.INSTALLED_APPS = [app for app in helpdesk.settings.INSTALLED_APPS if not app.startswith("bridges.")]
helpdesk.settings.PAGE_APPS = []
import django
django.setup()
from django.core.management import call_command
from django.urls import resolve
from tickets.channels import channel_classes
call_command("check")
assert list(channel_classes()) == ["email"]
assert resolve("/accounts/").view_name == "tickets:account-list"
"""


def test_without_the_bridges_every_part_of_the_helpdesk_still_loads(tmp_path: Path) -> None:
    environment = {"DJANGO_SETTINGS_MODULE": "helpdesk.settings", "DATA_DIR": str(tmp_path), "PATH": "/usr/bin:/bin"}
    ran = subprocess.run([sys.executable, "-c", SCRIPT], cwd=ROOT, env=environment, capture_output=True, text=True)
    assert ran.returncode == 0, ran.stderr
