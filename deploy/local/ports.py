"""Which ports of this machine the processes listen on: those of the settings, and free ones where a setting says 0."""

import socket
from collections.abc import Iterable
from contextlib import ExitStack

from shared.errors import DaymarkError


class PortTaken(DaymarkError):
    """Another program listens there, or this one twice. Stop it, or set another port in daymark.toml; 0 takes a free one."""


def claim_ports(wanted: Iterable[tuple[str, int]]) -> list[int]:
    """The port for each (host, port). All are held until all are found, so no two of them are the same.

    Raises:
        PortTaken: somebody listens on one of them.
    """
    with ExitStack() as held:
        return [_listen(held.enter_context(_socket(host)), host, port) for host, port in wanted]


def free_ports(number: int) -> list[int]:
    """So many different ports of the loopback address that nobody listens on now."""
    return claim_ports([("127.0.0.1", 0)] * number)


def _socket(host: str) -> socket.socket:
    return socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET)


def _listen(holder: socket.socket, host: str, port: int) -> int:
    if port:
        holder.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # else a connection that has just ended is in the way
    try:
        holder.bind((host, port))
        holder.listen()
    except OSError as failed:
        raise PortTaken(f"{host}:{port} ({failed.strerror})") from None
    found: int = holder.getsockname()[1]
    return found
