"""A crowd in the demo: customers of its messenger, of whom a drill says exactly who would be lost."""

import json
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from helpdesk.run import phones
from tests.flows.desk import mailbox
from tests.services.ports import free_port
from tickets.demo import crowd
from tickets.models import Agent, Contact

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def demo(settings: Any, data_dir: Path, ann: Agent) -> None:
    settings.DEMO, settings.PHONE_PORT = True, free_port()
    mailbox()


def test_so_many_people_write_and_the_drill_names_who_would_be_lost(demo: None) -> None:
    phones.connect()
    assert crowd.gather(20) == 20

    out = StringIO()
    call_command("drill", phones.SHOP + " · Telegram", "--json", stdout=out)
    found = json.loads(out.getvalue())
    # Of twenty, four are done with; of the other sixteen, six have a proven address beside. Three are on the phones.
    assert {name: len(lines) for name, lines in found.items()} == {"affected": 19, "rerouted": 6, "lost": 13}
    assert found["rerouted"][0]["route"].startswith("email customer")
    assert Contact.objects.filter(name="Customer 50000", addresses__channel="email").exists()


def test_without_a_messenger_it_says_what_to_do(demo: None) -> None:
    with pytest.raises(CommandError, match="make demo"):
        call_command("demo", "--crowd", "3")
