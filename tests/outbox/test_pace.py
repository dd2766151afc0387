"""Nobody sends faster than the vendor lets us, however many workers there are; what it asks for is kept."""

import threading
import time

import pytest
from django.db import connection

from tests.flows.desk import mailbox
from tickets.channels import Limit
from tickets.models import Account, Counter
from tickets.outbox import pace

TEN_A_SECOND = Limit("", 0.1, 3)


@pytest.fixture
def account(db: None) -> Account:
    return mailbox()


def test_a_burst_goes_at_once_and_then_one_by_one(account: Account) -> None:
    waits = [pace.take(account, [TEN_A_SECOND]) for _ in range(4)]
    assert waits[:3] == [0.0, 0.0, 0.0]
    assert 0.0 < waits[3] <= 0.1
    time.sleep(waits[3] + 0.005)
    assert pace.take(account, [TEN_A_SECOND]) == 0.0


def test_a_turn_is_taken_under_all_limits_or_under_none(account: Account) -> None:
    one_a_minute = Limit("zoe", 60, 1)
    assert pace.take(account, [TEN_A_SECOND, one_a_minute]) == 0.0
    assert pace.take(account, [TEN_A_SECOND, one_a_minute]) > 50
    assert [pace.take(account, [TEN_A_SECOND]) for _ in range(2)] == [0.0, 0.0]
    assert pace.take(account, [TEN_A_SECOND, Limit("max", 60, 1)]) < 1


def test_an_album_counts_as_many(account: Account) -> None:
    pace.charge(account, [TEN_A_SECOND], 20)
    assert 1.5 < pace.take(account, [TEN_A_SECOND]) < 2


def test_what_the_vendor_asks_for_holds_up_the_whole_account(account: Account) -> None:
    pace.hold(account, [TEN_A_SECOND, Limit("zoe", 1)], 7)
    assert 6.9 < pace.take(account, [TEN_A_SECOND, Limit("max", 1)]) <= 7.2


def test_another_account_is_not_held_up(account: Account) -> None:
    pace.hold(account, [TEN_A_SECOND], 7)
    assert pace.take(mailbox("orders@desk.example"), [TEN_A_SECOND]) == 0.0


def test_rows_of_chats_that_rest_are_forgotten(account: Account) -> None:
    pace.take(account, [Limit("zoe", 1)])
    pace.forget_old()
    assert Counter.objects.filter(name__startswith="pace:").count() == 1
    Counter.objects.filter(name__startswith="pace:").update(value=1)
    pace.forget_old()
    assert not Counter.objects.filter(name__startswith="pace:").exists()


@pytest.mark.django_db(transaction=True)
@pytest.mark.database
def test_four_workers_together_are_no_faster_than_one() -> None:
    account, turns, stop = mailbox(), [], time.monotonic() + 1.2

    def work() -> None:
        while time.monotonic() < stop:
            if wait := pace.take(account, [TEN_A_SECOND]):
                time.sleep(min(wait, 0.05))
            else:
                turns.append(time.monotonic())
        connection.close()

    workers = [threading.Thread(target=work) for _ in range(4)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert 5 <= len(turns) <= 3 + 12 + 1
