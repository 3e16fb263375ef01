"""`daymark` commands without their start: a process imports everything once, and forks a child for each command.

Imports take nearly all the processor time of a command. A child has its own arguments, outputs and exit status, as if a shell
had started it. What a command imports is tested in `tests/deploy/local/cli/test_app.py`.
"""

import asyncio
import functools
import importlib
import json
import os
import pkgutil
import socket
import subprocess
import sys
import tempfile
import traceback
from collections.abc import Sequence
from pathlib import Path
from typing import Final, Never

from deploy import local
from deploy.local.cli.app import main as run_daymark_command

_ORDER_BYTES_MAX: Final = 65_536
_STATUS_BYTES_MAX: Final = 16
_ENDED_WITHOUT_STATUS: Final = -1


async def run_forked(*arguments: str, cwd: Path) -> tuple[int, str, str]:
    """Run a command of this checkout. Returns its exit status, its standard output and its standard error.

    The exit status is -1 if a signal ended the command.
    """
    orders, _ = _forking_process(cwd)
    parent_end, child_end = socket.socketpair()
    parent_end.setblocking(False)
    with parent_end, tempfile.TemporaryFile() as output, tempfile.TemporaryFile() as errors:
        with child_end:
            handles = [output.fileno(), errors.fileno(), child_end.fileno()]
            socket.send_fds(orders, [json.dumps(arguments).encode()], handles)
        status = await asyncio.get_running_loop().sock_recv(parent_end, _STATUS_BYTES_MAX)
        output.seek(0)
        errors.seek(0)
        return int(status or _ENDED_WITHOUT_STATUS), output.read().decode(), errors.read().decode()


@functools.cache
def _forking_process(cwd: Path) -> tuple[socket.socket, subprocess.Popen[bytes]]:
    """A process, and the socket to it. It ends when this process does, because that closes the socket."""
    parent_end, child_end = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    with child_end:
        command = [sys.executable, "-m", "tests.forked_commands", str(child_end.fileno())]
        process = subprocess.Popen(command, cwd=cwd, stdin=subprocess.DEVNULL, pass_fds=[child_end.fileno()])
    return parent_end, process


def _serve(orders: socket.socket) -> None:
    """Fork a child for each order, until the other end is closed."""
    while True:
        order, handles, _, _ = socket.recv_fds(orders, _ORDER_BYTES_MAX, 3)
        if not order:
            return
        if os.fork() == 0:
            orders.close()
            _run(json.loads(order), *handles)
        for handle in handles:
            os.close(handle)
        _reap_ended_children()


def _reap_ended_children() -> None:
    try:
        while os.waitpid(-1, os.WNOHANG) != (0, 0):
            pass
    except ChildProcessError:
        return


def _run(arguments: Sequence[str], output: int, errors: int, status: int) -> Never:
    """Run a command with these outputs, write its exit status, and end the process."""
    os.dup2(output, 1)
    os.dup2(errors, 2)
    sys.argv = ["daymark", *arguments]
    code: object = 0
    try:
        run_daymark_command()
    except SystemExit as ended:
        code = ended.code or 0
    except BaseException:  # noqa: BLE001 - what Python itself does with one that nobody handles
        traceback.print_exc()
        code = 1
    sys.stdout.flush()
    sys.stderr.flush()
    os.write(status, str(code).encode())
    os._exit(0)


if __name__ == "__main__":
    for module in pkgutil.walk_packages(local.__path__, f"{local.__name__}."):
        importlib.import_module(module.name)
    _serve(socket.socket(fileno=int(sys.argv[1])))
