"""The process that forks. It ends when the other end of its socket is closed."""

import gc
import importlib
import json
import os
import pkgutil
import socket
import sys
from collections.abc import Mapping, Sequence
from typing import Final, Never

import pytest

from deploy import local
from deploy.database import OWNERS
from deploy.local.cli.app import main as run_daymark_command
from tests.forked.services import fork_service, run_to_end

_ORDER_BYTES_MAX: Final = 262_144


def _serve(orders: socket.socket) -> None:
    """Fork a child for each order, until the other end is closed."""
    while True:
        received, handles, _, _ = socket.recv_fds(orders, _ORDER_BYTES_MAX, 3)
        if not received:
            return
        if os.fork() == 0:
            orders.close()
            order = json.loads(received)
            _run(
                *handles,
                arguments=order["arguments"],
                environment=order["environment"],
                forks_services=order["forks_services"],
            )
        for handle in handles:
            os.close(handle)
        _reap_ended_children()


def _reap_ended_children() -> None:
    try:
        while os.waitpid(-1, os.WNOHANG) != (0, 0):
            pass
    except ChildProcessError:
        return


def _run(
    output: int, errors: int, status: int, *, arguments: Sequence[str], environment: Mapping[str, str], forks_services: bool
) -> Never:
    """Run a command with these outputs, write its exit status, and end the process."""
    os.write(status, str(os.getpid()).encode())
    os.dup2(output, 1)
    os.dup2(errors, 2)
    os.close(output)
    os.close(errors)
    os.environ.clear()
    os.environ.update(environment)
    sys.argv = ["daymark", *arguments]
    with pytest.MonkeyPatch.context() as patch:
        if forks_services:
            patch.setattr("deploy.local.servers.supervisor.start_process", fork_service)
        code = run_to_end(run_daymark_command)
    os.write(status, str(code).encode())
    os._exit(0)


def _import_everything() -> None:
    for service in ("ingest", *OWNERS):
        importlib.import_module(f"services.{service}.__main__")
    for module in pkgutil.walk_packages(local.__path__, f"{local.__name__}."):
        if not module.name.endswith("__main__"):
            importlib.import_module(module.name)
    gc.collect()
    gc.freeze()  # no child has to look through what this process has made


if __name__ == "__main__":
    _import_everything()
    _serve(socket.socket(fileno=int(sys.argv[1])))
