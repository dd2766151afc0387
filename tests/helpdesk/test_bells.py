"""Where a bell lies until a worker hears it."""

from django.conf import settings
from redis import Redis

from helpdesk.celery import app


def test_each_lane_has_the_list_that_the_watch_over_its_worker_looks_at(redis_server: str) -> None:
    for task in ("process_inbox", "deliver", "append", "sweep"):
        app.send_task(f"tickets.tasks.{task}", ignore_result=True)
    with Redis.from_url(redis_server) as client:
        assert [client.llen(f"{settings.BELLS_PREFIX}{lane}") for lane in ("in", "out", "record", "slow")] == [
            1,
            1,
            1,
            1,
        ]
