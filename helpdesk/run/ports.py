"""Ports: the web server's is opened here, before the parts, so that a web process that is replaced misses no connection."""

import errno
import socket

from helpdesk.run.problems import CannotStart

BACKLOG = 512


def listen(setting: str, host: str, port: int) -> socket.socket:
    """A listening TCP socket. `setting` is the name of the variable that chooses the port. Raises CannotStart."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    door = socket.socket(family, socket.SOCK_STREAM)
    door.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        door.bind((host, port))
        door.listen(BACKLOG)
    except OSError as error:
        door.close()
        raise CannotStart(explain(setting, host, port, error)) from None
    door.set_inheritable(True)
    return door


def explain(setting: str, host: str, port: int, error: OSError) -> str:
    """What is wrong with a port, and what to do."""
    where = f"Port {port} on {host}"
    if error.errno == errno.EADDRINUSE:
        return (
            f"{where} is taken by another program. Stop that one, or choose another port: {setting}={port + 1} make run"
        )
    if error.errno == errno.EACCES:
        return f"{where} needs root. Choose one above 1023 with {setting}, and let a proxy or firewall pass it on."
    host_setting = "HOST" if setting == "PORT" else "SMTP_HOST"
    return f"{where} cannot be opened ({error.strerror}). Check {setting} and {host_setting}."
