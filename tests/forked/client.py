"""Orders to the process that forks, and what becomes of them."""

import asyncio
import functools
import json
import os
import socket
import subprocess
import sys
import tempfile
from contextlib import suppress
from pathlib import Path
from typing import IO, Final

_STATUS_BYTES_MAX: Final = 64
_ENDED_WITHOUT_STATUS: Final = -1


class ForkedProcess:
    """A child while it runs. Its exit status is -1 if a signal ended it."""

    def __init__(self, pid: int, status: socket.socket, stdout: asyncio.StreamReader) -> None:
        self.pid = pid
        self.stdout = stdout
        self.returncode: int | None = None
        self._ending = asyncio.create_task(self._note_status(status))

    def send_signal(self, number: int) -> None:
        with suppress(ProcessLookupError):
            os.kill(self.pid, number)

    async def wait(self) -> None:
        await asyncio.shield(self._ending)

    async def _note_status(self, status: socket.socket) -> None:
        with status:
            self.returncode = int(await _receive(status) or _ENDED_WITHOUT_STATUS)


async def run_forked(*arguments: str, cwd: Path) -> tuple[int, str, str]:
    """Run a command of this checkout. Returns its exit status, its standard output and its standard error.

    The exit status is -1 if a signal ended the command.
    """
    with tempfile.TemporaryFile() as output, tempfile.TemporaryFile() as errors:
        with _order(*arguments, cwd=cwd, output=output.fileno(), errors=errors.fileno()) as status:
            await _receive(status)  # the process id
            code = int(await _receive(status) or _ENDED_WITHOUT_STATUS)
        output.seek(0)
        errors.seek(0)
        return code, output.read().decode(), errors.read().decode()


async def start_forked(*arguments: str, cwd: Path, errors: IO[bytes]) -> ForkedProcess:
    """Start a command of this checkout, of which the services are forked as well."""
    reading, writing = os.pipe()
    try:
        status = _order(*arguments, cwd=cwd, output=writing, errors=errors.fileno(), forks_services=True)
    finally:
        os.close(writing)
    stdout = asyncio.StreamReader()
    pipe = os.fdopen(reading, "rb")
    await asyncio.get_running_loop().connect_read_pipe(lambda: asyncio.StreamReaderProtocol(stdout), pipe)
    return ForkedProcess(int(await _receive(status)), status, stdout)


def _order(*arguments: str, cwd: Path, output: int, errors: int, forks_services: bool = False) -> socket.socket:
    """Have a child forked for the command. Returns a socket on which its id comes, and at its end its exit status."""
    orders, _ = _forking_process(cwd)
    parent_end, child_end = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    parent_end.setblocking(False)
    with child_end:
        order = {"arguments": arguments, "environment": dict(os.environ), "forks_services": forks_services}
        socket.send_fds(orders, [json.dumps(order).encode()], [output, errors, child_end.fileno()])
    return parent_end


async def _receive(status: socket.socket) -> bytes:
    """The next message; empty if the child has ended."""
    return await asyncio.get_running_loop().sock_recv(status, _STATUS_BYTES_MAX)


@functools.cache
def _forking_process(cwd: Path) -> tuple[socket.socket, subprocess.Popen[bytes]]:
    """A process, and the socket to it. It ends when this process does, because that closes the socket."""
    parent_end, child_end = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    with child_end:
        command = [sys.executable, "-m", "tests.forked", str(child_end.fileno())]
        process = subprocess.Popen(command, cwd=cwd, stdin=subprocess.DEVNULL, pass_fds=[child_end.fileno()])
    return parent_end, process
