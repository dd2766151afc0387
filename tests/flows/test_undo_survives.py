"""A reply that waits for its undo time is held by the server: whatever is killed meanwhile, it leaves once."""

from pathlib import Path

import pytest

from tests.services import holdfast
from tests.services.ports import wait_until
from tests.services.smtp import Sink

PRESS_SEND = """
from django.utils import timezone
from tickets.actions.accounts import add_account
from tickets.actions.drafts import save_draft, schedule
from tickets.actions.people import add_agent
from tickets.inbox.accept import accept
from tickets.inbox.process import process_all
from tickets.models import Ticket
mailbox = add_account("email", "Support", "support@desk.example", acknowledge=False)
accept(mailbox, b"From: zoe@customer.example\\r\\nSubject: Printer\\r\\n\\r\\nHelp", source="smtp")
process_all()
ann = add_agent("ann@desk.example", "Ann", "administrator")
to = [{"name": "Zoe", "address": "zoe@customer.example"}]
schedule(save_draft("k1", ann, ticket=Ticket.objects.get(), text="On its way.", to=to), seconds=6)
"""
STATES = "from tickets.models import Delivery\ntell(list(Delivery.objects.values_list('state', flat=True)))"


@pytest.mark.timeout(900)
def test_a_reply_leaves_once_although_web_and_workers_are_killed_while_it_can_be_undone(
    tmp_path: Path, smtp_sink: Sink
) -> None:
    way_out = {"EMAIL_HOST": smtp_sink.host, "EMAIL_PORT": str(smtp_sink.port), "DATABASE_URL": ""}
    with holdfast.running(tmp_path / "data", **way_out) as house:
        house.ask(PRESS_SEND)
        assert smtp_sink.letters == []
        for part in ("web", "in", "out", "slow", "record", "clock"):
            house.kill(part)
        wait_until(lambda: house.ask(STATES) == ["sent"], 40, "It was not sent")
    assert len(smtp_sink.to("zoe@customer.example")) == 1
