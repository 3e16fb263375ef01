"""What the HTTP server allows a client: on one connection, and on all connections of one address."""

import resource
from dataclasses import dataclass
from typing import Final

OPEN_FILES_WANTED: Final = 65_536
_PROBE_CONNECTIONS_MAX: Final = 128
_FILES_OF_THE_SERVICE: Final = 256 + _PROBE_CONNECTIONS_MAX


@dataclass(frozen=True, kw_only=True, slots=True)
class HttpLimits:
    """`head_timeout_s` runs from the first byte of a head, or from when a connection becomes idle, to the end of the head;
    `body_timeout_s` from there to the end of the body; `request_timeout_s` from there until the response has been read. Without
    a `connections_max`, all clients together may have as many connections as the process may open files."""

    head_timeout_s: float = 10.0
    head_bytes_max: int = 32_768
    head_fields_max: int = 100
    body_timeout_s: float = 15.0
    body_bytes_max: int = 65_536
    request_timeout_s: float = 60.0
    connections_per_address_max: int = 1_000
    connections_max: int | None = None


DEFAULT_LIMITS: Final = HttpLimits()
PROBE_LIMITS: Final = HttpLimits(connections_per_address_max=64, connections_max=_PROBE_CONNECTIONS_MAX)
"""Of a port on which only whoever watches the service asks: an orchestrator, Prometheus, `daymark doctor`."""


def raise_open_files_limit() -> None:
    """Let this process open as many files as the system allows. Many systems begin with 1,024, and a connection is a file."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = OPEN_FILES_WANTED if hard == resource.RLIM_INFINITY else min(OPEN_FILES_WANTED, hard)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))


def connections_max() -> int:
    """How many connections all clients together may have, so that the service can still open its own files."""
    soft, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    files = OPEN_FILES_WANTED if soft == resource.RLIM_INFINITY else soft
    return max(files - _FILES_OF_THE_SERVICE, files // 2)
