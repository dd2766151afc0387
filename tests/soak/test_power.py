"""The power fails ten times amid 500 mails and 200 replies, and after the claim was taken out."""

from pathlib import Path

import pytest

from tests.kills.test_power import House, fail_amid_mail
from tests.services.smtp import Sink


@pytest.mark.soak
def test_ten_failures_amid_500_mails_and_200_replies(tmp_path: Path, smtp_sink: Sink) -> None:
    house = House(tmp_path, smtp_sink, noting=True)
    try:
        assert fail_amid_mail(house, mails=500, replies=200, failures=10, pause=1.0) == []
        assert len(house.killing.acknowledged) == 500
    finally:
        house.end()
