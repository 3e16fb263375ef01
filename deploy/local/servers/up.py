"""`daymark up`: everything on this machine, in one process tree."""

import asyncio
import signal
from collections.abc import Callable
from pathlib import Path

from deploy.local.run_file import RunFile, remove_run_file
from deploy.local.servers.data_folder import lock_folder, refuse_unfinished_restore
from deploy.local.servers.local_daymark import LocalDaymark
from deploy.local.servers.supervisor import supervise
from deploy.local.settings import LocalSettings


async def run_daymark(
    settings: LocalSettings, *, on_ready: Callable[[RunFile], object], log_folder: Path | None = None
) -> None:
    """Run everything until SIGTERM or SIGINT, or until the coroutine that `on_ready` may return is done.

    Raises:
        AlreadyRunning: another process uses the data folder.
        RestoreUnfinished: the data folder holds only a part of a backup.
        PortTaken: a configured port is in use.
        ServiceMisconfigured: a service cannot start as it is configured.
    """
    with lock_folder(settings.data):
        refuse_unfinished_restore(settings.data)
        if log_folder is not None:
            log_folder.mkdir(parents=True, exist_ok=True)
        daymark = LocalDaymark(settings, log_folder=log_folder)
        try:
            stop = _stop_signal()
            daymark.declare_servers()
            daymark.declare_services()
            await supervise(daymark.processes, until=_work_until_stopped(daymark, on_ready, stop))
        finally:
            await asyncio.gather(*[process.stop() for process in daymark.processes])
            remove_run_file(settings.data)


def _stop_signal() -> asyncio.Event:
    """Is set when somebody asks this process to end."""
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    return stop


async def _work_until_stopped(daymark: LocalDaymark, on_ready: Callable[[RunFile], object], stop: asyncio.Event) -> None:
    async def work() -> None:
        await daymark.create_roles()
        run_file = await daymark.wait_until_ready()
        result = on_ready(run_file)
        if asyncio.iscoroutine(result):
            await result
        else:
            await stop.wait()

    working, stopped = asyncio.create_task(work()), asyncio.create_task(stop.wait())
    bookkeeping = asyncio.create_task(daymark.keep_run_file())
    try:
        await asyncio.wait({working, stopped}, return_when=asyncio.FIRST_COMPLETED)
        if working.done():
            await working
    finally:
        bookkeeping.cancel()
        working.cancel()
        stopped.cancel()
