"""What a former run has left in the folder of a PostgreSQL server: processes, and lock files.

PostgreSQL does not start while a backend of a killed postmaster lives on, nor while a process has the id that a lock file
names, whatever program that is now; and never over a lock file that a power cut has emptied.
"""

import signal
from pathlib import Path
from typing import Final

import psutil
import structlog

_log = structlog.get_logger()
_FAST_TIMEOUT_S: Final = 20.0
_IMMEDIATE_TIMEOUT_S: Final = 5.0
"""The time that a postmaster itself leaves its backends."""
_CHILD_TITLE: Final = "postgres:"
"""How every process of a server but the postmaster calls itself."""


def remove_remains(folder: Path, *, socket_folder: Path) -> None:
    """End the processes of the folder, and remove the lock files over which PostgreSQL would stumble. The caller runs no server
    on the folder. Whatever was committed is safe: an immediate end is what a server does to its own backends after a crash.

    Raises:
        OSError: a lock file cannot be removed.
    """
    _end_processes(folder)
    for lock in (folder / "postmaster.pid", *socket_folder.glob(".s.PGSQL.*.lock")):
        if lock.exists() and not _names_an_ended_process(lock):
            lock.unlink()
            message = f"{lock}: The lock file named no process of this folder. It was removed, and PostgreSQL starts."
            _log.warning("postgres_lock_removed", message=message)


def find_processes(folder: Path) -> list[psutil.Process]:
    """The processes of servers on this folder, postmasters and their children. All of them work in it."""
    processes = []
    for process in psutil.process_iter(["name", "cwd", "status"]):
        is_postgres = process.info["name"] == "postgres" and process.info["status"] != psutil.STATUS_ZOMBIE
        if is_postgres and process.info["cwd"] == str(folder):
            processes.append(process)
    return processes


def _end_processes(folder: Path) -> None:
    processes = find_processes(folder)
    if not processes:
        return
    message = f"{folder}: Processes of a former PostgreSQL still work in it ({len(processes)}). They are ended, then it starts."
    _log.warning("postgres_processes_remain", message=message)
    postmasters = [process for process in processes if _is_postmaster(process)]
    if postmasters:
        _signal(postmasters, signal.SIGINT)
        psutil.wait_procs(processes, timeout=_FAST_TIMEOUT_S)
    for number in (signal.SIGQUIT, signal.SIGKILL):
        processes = find_processes(folder)
        _signal(processes, number)
        psutil.wait_procs(processes, timeout=_IMMEDIATE_TIMEOUT_S)


def _is_postmaster(process: psutil.Process) -> bool:
    try:
        title = process.cmdline()
    except psutil.Error:
        return False
    return bool(title) and not title[0].startswith(_CHILD_TITLE)


def _signal(processes: list[psutil.Process], number: signal.Signals) -> None:
    for process in processes:
        try:
            process.send_signal(number)
        except psutil.NoSuchProcess:
            continue


def _names_an_ended_process(lock: Path) -> bool:
    """PostgreSQL itself removes such a file, after it has made sure that nothing uses the former server's memory any more."""
    first_line, _, _ = lock.read_text(errors="replace").partition("\n")
    return first_line.strip().isdecimal() and not psutil.pid_exists(int(first_line))
