"""Services that a forked `daymark up` starts: forked in their turn, where the real one starts a Python."""

import asyncio
import contextvars
import gc
import importlib
import os
import signal
import sys
import traceback
from collections.abc import Callable, Mapping
from functools import partial
from typing import IO, Final, Never

from deploy.local.servers.parent_process import terminate_with_parent

_FIRST_OWN_HANDLE: Final = 3
_HANDLES_MAX: Final = 1_048_576


class ForkedService:
    """What a supervisor uses of `asyncio.subprocess.Process`."""

    def __init__(self, pid: int) -> None:
        self.pid = pid
        self.returncode: int | None = None
        self._ending = asyncio.create_task(self._note_status())

    def terminate(self) -> None:
        os.kill(self.pid, signal.SIGTERM)

    def kill(self) -> None:
        os.kill(self.pid, signal.SIGKILL)

    async def wait(self) -> int:
        return await asyncio.shield(self._ending)

    async def _note_status(self) -> int:
        handle, ended = os.pidfd_open(self.pid), asyncio.Event()
        loop = asyncio.get_running_loop()
        loop.add_reader(handle, ended.set)
        try:
            await ended.wait()
        finally:
            loop.remove_reader(handle)
            os.close(handle)
        self.returncode = os.waitstatus_to_exitcode(os.waitpid(self.pid, 0)[1])  # noqa: ASYNC222 - it has ended
        return self.returncode


async def fork_service(module: str, environment: Mapping[str, str], output: IO[bytes] | None) -> ForkedService:
    """Takes the place of `deploy.local.servers.supervisor.start_process`."""
    end_with_parent = terminate_with_parent()
    pid = os.fork()
    if pid == 0:
        end_with_parent()
        _run(module, environment, output)
    return ForkedService(pid)


def _run(module: str, environment: Mapping[str, str], output: IO[bytes] | None) -> Never:
    """Leave everything of the parent behind, run the service, and end the process."""
    gc.freeze()  # objects of the parent are never freed, because that would close handles of this process
    signal.set_wakeup_fd(-1)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    signal.signal(signal.SIGINT, signal.default_int_handler)
    if output is not None:
        os.dup2(output.fileno(), 2)
    os.dup2(2, 1)
    os.closerange(_FIRST_OWN_HANDLE, _HANDLES_MAX)
    os.environ.clear()
    os.environ.update(environment)
    sys.argv = [module]
    os._exit(run_to_end(partial(contextvars.Context().run, importlib.import_module(f"{module}.__main__").main)))


def run_to_end(main: Callable[[], object]) -> int:
    """Run a program as Python does, with what it writes. Returns its exit status."""
    code: object = 0
    try:
        main()
    except SystemExit as ended:
        code = ended.code or 0
    except BaseException:  # noqa: BLE001 - what Python itself does with one that nobody handles
        traceback.print_exc()
        code = 1
    sys.stdout.flush()
    sys.stderr.flush()
    return code if isinstance(code, int) else 1
