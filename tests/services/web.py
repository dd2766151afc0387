"""The real web server (uvicorn) with the real application, in a thread of the test."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

import uvicorn

from helpdesk.asgi import application
from tests.services.ports import free_port, wait_until


@contextmanager
def running(port: int = 0) -> Iterator[str]:
    """Its address, without a slash at the end, for as long as the block runs; on a free port where none is given."""
    port = port or free_port()
    config = uvicorn.Config(
        application,
        host="127.0.0.1",
        port=port,
        lifespan="off",
        log_config=None,
        access_log=False,
        timeout_graceful_shutdown=1,
    )
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, name="web", daemon=True)
    thread.start()
    try:
        wait_until(lambda: server.started, 15, "the web server did not start")
        yield f"http://127.0.0.1:{port}"
    finally:
        server.should_exit = True
        thread.join(10)
