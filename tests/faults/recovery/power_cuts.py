"""Power cuts: every process is killed at once, and what a disk has not synced is gone. Daymark starts again, and what it had
acknowledged is there.

Two controls run with a server that does not sync. They must lose something, which shows that the checker can see a loss.
"""

import asyncio
import random
from collections.abc import Sequence
from contextlib import AsyncExitStack, nullcontext, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from shared.clock import monotonic_s
from tests.faults.harness.disk import Disk, new_disk
from tests.faults.harness.installation import Installation
from tests.faults.harness.ledger import Ledger, Verdict, judge
from tests.faults.harness.sender import SteadySender
from tests.faults.harness.unsynced import python_with_unsynced_nats, sync_again_in_postgres, sync_nothing_in_postgres

CONTROL: Final = "control"
_SCORED_TIMEOUT_S: Final = 60.0
_DISK_MEBIBYTES: Final = 768
_EARLY_SHARE: Final = 0.7
_EARLY_S: Final = 12.0
_MINUTE_S: Final = 60.0
_LOAD_MIN_S: Final = 4.0
_LOAD_MAX_S: Final = 15.0
_CONTROL_S: Final = 5.0
_AFTER_S: Final = 2.0
_CLIENT_POLL_S: Final = 0.1


@dataclass(frozen=True, kw_only=True)
class CutOutcome:
    """`saved` is how many webhooks had been acknowledged before the last cut, and `start_s` how long the slowest start after a
    cut took until everything was ready."""

    name: str
    cuts: int
    saved: int
    start_s: float
    verdict: Verdict


@dataclass(kw_only=True)
class _Run:
    """A Daymark, the disk whose power is cut, and the sender's ledger."""

    daymark: Installation
    disk: Disk
    ledger: Ledger
    cuts: int = 0
    saved: int = 0
    start_s: float = 0.0

    async def cut(self) -> None:
        """Kill everything, and lose what the disk has not synced."""
        self.daymark.kill_now()
        self.disk.cut_power()
        self.cuts += 1
        self.saved = len(self.ledger.acknowledged_s)
        await self.daymark.wait_until_dead()
        await asyncio.to_thread(self.disk.power_on)

    async def restart(self) -> None:
        """Return once everything is ready."""
        started_s = monotonic_s()
        await self.daymark.start()
        await self.daymark.wait_until_ready()
        self.start_s = max(self.start_s, monotonic_s() - started_s)

    async def outcome(self, name: str) -> CutOutcome:
        """A server that has forgotten what it confirmed may never report that all is done; then what is recorded counts."""
        with suppress(TimeoutError) if name.startswith(CONTROL) else nullcontext():
            await self.daymark.wait_until_scored(timeout_s=_SCORED_TIMEOUT_S)
        recorded, counted = await self.daymark.recorded()
        verdict = judge(self.ledger, recorded, counted=counted)
        return CutOutcome(name=name, cuts=self.cuts, saved=self.saved, start_s=self.start_s, verdict=verdict)


def first_minute_moments(count: int, *, seed: int) -> Sequence[float]:
    """Moments in the first minute of an installation, in seconds. Most are in its first twelve seconds, in which it is made."""
    rng = random.Random(seed)
    early = round(count * _EARLY_SHARE)
    moments = [rng.uniform(0.2, _EARLY_S) for _ in range(early)]
    return sorted(moments + [rng.uniform(_EARLY_S, _MINUTE_S) for _ in range(count - early)])


async def cut_a_new_installation(home: Path, *, moment_s: float, rate: float, seed: int) -> CutOutcome:
    """Start a new Daymark, and cut its power so many seconds later."""
    async with AsyncExitStack() as stack:
        run = await _new_run(home, stack)
        sender = SteadySender(run.daymark.ports.webhooks_url, run.ledger, rate=rate, seed=seed)
        async with sender.sending():
            await run.daymark.start()
            with suppress(TimeoutError):
                async with asyncio.timeout(moment_s):
                    await run.daymark.wait_until_ready()
                    await run.daymark.set_up_team()
                    await asyncio.sleep(_MINUTE_S)
            await run.cut()
            await run.restart()
            await asyncio.sleep(_AFTER_S)
        return await run.outcome(f"new installation, after {moment_s:.1f} s")


async def cut_under_load(home: Path, *, count: int, rate: float, seed: int, only_postgres: bool) -> CutOutcome:
    """Cut the power of one installation again and again while it is at work."""
    rng = random.Random(seed)
    async with AsyncExitStack() as stack:
        run = await _running(home, stack, only_postgres=only_postgres)
        sender = SteadySender(run.daymark.ports.webhooks_url, run.ledger, rate=rate, seed=seed)
        async with sender.sending():
            for _ in range(count):
                await asyncio.sleep(rng.uniform(_LOAD_MIN_S, _LOAD_MAX_S))
                if only_postgres:
                    await run.daymark.end_process("nats")  # then it has on disk what need not be delivered again
                await run.cut()
                await run.restart()
            await asyncio.sleep(_AFTER_S)
        return await run.outcome("under load, disk of Postgres" if only_postgres else "under load, disk of everything")


async def cut_unsynced_nats(home: Path, *, rate: float, seed: int) -> CutOutcome:
    """The control: NATS confirms before it syncs, and scoring stands still, so that only NATS has what was acknowledged."""
    async with AsyncExitStack() as stack:
        run = await _running(home, stack, only_postgres=False)
        await run.daymark.stop()
        await run.daymark.start(python=python_with_unsynced_nats(home / "unsynced"))
        sender = SteadySender(run.daymark.ports.webhooks_url, run.ledger, rate=rate, seed=seed)
        async with sender.sending(last_answers_s=0):
            while not run.ledger.acknowledged_s:
                await asyncio.sleep(_CLIENT_POLL_S)
            run.daymark.pause_module("services.scoring")
            await asyncio.sleep(_CONTROL_S)
            await run.cut()
        await run.restart()
        return await run.outcome(f"{CONTROL}: NATS does not sync")


async def cut_unsynced_postgres(home: Path, *, rate: float, seed: int) -> CutOutcome:
    """The control: Postgres confirms before it syncs, and the services confirm to NATS what Postgres has confirmed. NATS is
    stopped as its user would, so that it has that on disk: otherwise it would deliver everything again."""
    async with AsyncExitStack() as stack:
        run = await _running(home, stack, only_postgres=True)
        await sync_nothing_in_postgres(run.daymark)
        sender = SteadySender(run.daymark.ports.webhooks_url, run.ledger, rate=rate, seed=seed)
        async with sender.sending(last_answers_s=0):
            await asyncio.sleep(_CONTROL_S)
            await run.daymark.end_process("nats")
            await run.cut()
        sync_again_in_postgres(run.daymark)
        await run.restart()
        return await run.outcome(f"{CONTROL}: Postgres does not sync")


async def _new_run(home: Path, stack: AsyncExitStack, *, only_postgres: bool = False) -> _Run:
    """Not started. At the end it is stopped before its disk is unmounted."""
    disk = stack.enter_context(new_disk(home, "disk", mebibytes=_DISK_MEBIBYTES))
    data = home / "data" if only_postgres else disk.folder / "data"
    if only_postgres:
        data.mkdir()
        (disk.folder / "postgres").mkdir()
        (data / "postgres").symlink_to(disk.folder / "postgres")
    daymark = Installation(home, data=data)
    stack.push_async_callback(daymark.stop)
    return _Run(daymark=daymark, disk=disk, ledger=Ledger())


async def _running(home: Path, stack: AsyncExitStack, *, only_postgres: bool) -> _Run:
    run = await _new_run(home, stack, only_postgres=only_postgres)
    await run.daymark.start()
    await run.daymark.wait_until_ready()
    await run.daymark.set_up_team()
    return run
