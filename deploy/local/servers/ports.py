"""The ports on which the processes of this machine listen: as configured, or free ones where the configuration says 0."""

import socket
from collections.abc import Iterable
from contextlib import ExitStack

from shared.errors import DaymarkError


class PortTaken(DaymarkError):
    """The port is in use, by another program or by a second process of this one. Stop the other program, or set another port in
    daymark.toml; 0 takes a free one."""


def claim_ports(addresses: Iterable[tuple[str, int]]) -> list[int]:
    """The port for each (host, port). All sockets stay open until the last port is known, so that no two are the same.

    Raises:
        PortTaken: one of the ports is in use.
    """
    with ExitStack() as sockets:
        return [_listen(sockets.enter_context(_make_socket(host)), host, port) for host, port in addresses]


def find_free_ports(count: int) -> list[int]:
    """Different ports of the loopback address that nobody listens on now."""
    return claim_ports([("127.0.0.1", 0)] * count)


def _make_socket(host: str) -> socket.socket:
    return socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET)


def _listen(listener: socket.socket, host: str, port: int) -> int:
    if port:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # otherwise a connection that just ended blocks the port
    try:
        listener.bind((host, port))
        listener.listen()
    except OSError as failed:
        raise PortTaken(f"{host}:{port} ({failed.strerror})") from None
    bound_port: int = listener.getsockname()[1]
    return bound_port
