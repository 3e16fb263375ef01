"""One outage under load: what was lost, how soon Daymark was back, and what it said meanwhile."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import httpx

from shared.clock import SystemClock, monotonic_s
from tests.faults.harness.disk import new_disk, why_no_disks
from tests.faults.harness.installation import Installation
from tests.faults.harness.ledger import Ledger, Verdict, judge
from tests.faults.harness.monitoring import Alert, Monitoring, monitoring
from tests.faults.harness.sender import SteadySender
from tests.faults.recovery.outages import Outage, Place

BACK_MAX_S: Final = 30.0
HEAD: Final = (
    *("outage", "rate/s", "attempted", "acknowledged", "lost", "doubled", "accepted meanwhile", "back after s"),
    *("not ready", "doctor", "alerts"),
)
_BACK_TIMEOUT_S: Final = 180.0
_CLEAR_TIMEOUT_S: Final = 90.0
_BEFORE_S: Final = 5.0
_AFTER_S: Final = 3.0
_GRACE_S: Final = 10.0
"""A short outage on a busy machine need not accept half of what is sent."""
_POLL_S: Final = 0.2
_PROBE_TIMEOUT_S: Final = 4.5
_DISK_MEBIBYTES: Final = 224


@dataclass(kw_only=True)
class Evidence:
    """What was seen during the outage: the newest sentence of each check of /readyz that found a problem (`service/check`), the
    problems that `daymark doctor` found, by subject, and which alerts fired."""

    not_ready: dict[str, str] = field(default_factory=dict)
    doctor: dict[str, str] = field(default_factory=dict)
    alerts: frozenset[Alert] = frozenset()


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """`accepted` webhooks were acknowledged during the outage. `wrong` are sentences; empty if everything is as it must be."""

    name: str
    rate: float
    verdict: Verdict
    accepted: int
    back_s: float
    evidence: Evidence
    wrong: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class OutageRun:
    """`with_alerts` runs Prometheus beside it. Daymark must be back `back_max_s` seconds after the outage."""

    home: Path
    outage: Outage
    outage_s: float
    rate: float
    seed: int
    with_alerts: bool
    back_max_s: float = BACK_MAX_S

    async def run(self) -> Outcome:
        """Run the outage against a new Daymark in the empty folder `home`."""
        ledger, evidence = Ledger(), Evidence()
        async with _new_installation(self.home, self.outage) as daymark, AsyncExitStack() as stack:
            await daymark.wait_until_ready()
            await daymark.set_up_team()
            watching = await stack.enter_async_context(monitoring(self.home, daymark.ports)) if self.with_alerts else None
            client = await stack.enter_async_context(httpx.AsyncClient(timeout=_PROBE_TIMEOUT_S))
            sender = SteadySender(daymark.ports.webhooks_url, ledger, rate=self.rate, seed=self.seed)
            async with sender.sending():
                await asyncio.sleep(_BEFORE_S)
                began_s = monotonic_s()
                async with self.outage.take(daymark):
                    await self._witness(daymark, client, watching, evidence)
                ended_s = monotonic_s()
                back_s = await _wait_until_back(daymark, client, ledger, ended_s)
                await asyncio.sleep(_AFTER_S)
            await daymark.wait_until_scored()
            recorded, counted = await daymark.recorded()
            audit = await daymark.daymark.command("audit")
            still = await _still_firing(watching) if watching else frozenset()
        accepted = sum(began_s < at_s < ended_s for at_s in ledger.acknowledged_s.values())
        verdict = judge(ledger, recorded, counted=counted)
        wrong = (
            *self._wrong_afterwards(verdict, back_s, audit, still),
            *self._wrong_meanwhile(evidence, accepted),
        )
        return Outcome(
            name=self.outage.name,
            rate=self.rate,
            verdict=verdict,
            accepted=accepted,
            back_s=back_s,
            evidence=evidence,
            wrong=wrong,
        )

    async def _witness(
        self, daymark: Installation, client: httpx.AsyncClient, watching: Monitoring | None, evidence: Evidence
    ) -> None:
        """Ask /readyz again and again until the outage ends, and `daymark doctor` once in its second half."""
        moment_s = SystemClock().now().timestamp()
        until_s = monotonic_s() + self.outage_s
        doctor = asyncio.create_task(_ask_doctor(daymark, after_s=self.outage_s * 0.7))
        while monotonic_s() < until_s or not doctor.done():
            for service, problems in (await daymark.problems(client)).items():
                evidence.not_ready |= {f"{service}/{check}": sentence for check, sentence in problems.items()}
            await asyncio.sleep(_POLL_S)
        evidence.doctor = await doctor
        if watching is not None:
            evidence.alerts = await watching.fired_since(moment_s)

    def _wrong_afterwards(self, verdict: Verdict, back_s: float, audit: str, still: frozenset[Alert]) -> Iterator[str]:
        if not verdict.is_clean:
            yield f"lost {len(verdict.lost)}, invented {len(verdict.invented)}, doubled {verdict.doubled}"
        if back_s > self.back_max_s:
            yield f"was back only after {back_s:.0f} s"
        if "0 differences" not in audit:
            yield f"the audit found differences: {audit.strip()}"
        if still:
            yield f"still firing: {', '.join(map(str, still))}"

    def _wrong_meanwhile(self, evidence: Evidence, accepted: int) -> Iterator[str]:
        if self.outage.must_accept and accepted < self.rate * (self.outage_s - _GRACE_S) / 2:
            yield f"only {accepted} webhooks were accepted meanwhile"
        if self.outage.must_accept and "ingest" not in self.outage.services:
            yield from (f"{check} was not ready" for check in evidence.not_ready if check.startswith("ingest/"))
        for service in sorted(self.outage.services):
            sentences = [text for check, text in evidence.not_ready.items() if check.startswith(f"{service}/")]
            if not any(self.outage.culprit in sentence for sentence in sentences):
                yield f"/readyz of {service} did not name {self.outage.culprit}: {sentences}"
            if self.outage.culprit not in (sentence := evidence.doctor.get(service, "")):
                yield f"daymark doctor did not name {self.outage.culprit} for {service}: {sentence}"
        for alert in self.outage.alerts if self.with_alerts else ():
            if not any(str(fired).startswith(alert) for fired in evidence.alerts):
                yield f"{alert} did not fire"


def row(outcome: Outcome) -> tuple[object, ...]:
    """What stands under `HEAD`."""
    verdict, seen = outcome.verdict, outcome.evidence
    return (
        *(outcome.name, f"{outcome.rate:g}", verdict.attempted, verdict.acknowledged, len(verdict.lost), verdict.doubled),
        *(outcome.accepted, f"{outcome.back_s:.1f}"),
        *(" ".join(sorted(seen.not_ready)), ", ".join(sorted(seen.doctor)), " ".join(sorted(map(str, seen.alerts)))),
    )


def why_not(outage: Outage) -> str:
    """What this machine lacks for an outage; empty if it has everything."""
    return why_no_disks() if outage.place is not None else ""


@asynccontextmanager
async def _new_installation(home: Path, outage: Outage) -> AsyncIterator[Installation]:
    """Started, and stopped at the end, with what the outage needs on a disk of its own."""
    async with AsyncExitStack() as stack:
        data = home / "data"
        if outage.place is not None:
            disk = stack.enter_context(new_disk(home, "disk", mebibytes=_DISK_MEBIBYTES))
            if outage.place is Place.EVERYTHING:
                data = disk.folder / "data"
            else:
                data.mkdir()
                (data / outage.place).symlink_to(disk.folder / outage.place)
                (disk.folder / outage.place).mkdir()
        daymark = Installation(home, data=data)
        await daymark.start()
        stack.push_async_callback(daymark.stop)
        yield daymark


async def _ask_doctor(daymark: Installation, *, after_s: float) -> dict[str, str]:
    """What `daymark doctor` finds to be a problem, by subject."""
    await asyncio.sleep(after_s)
    _, report = await daymark.daymark.run("doctor")
    lines = [line.split(maxsplit=1)[1] for line in report.splitlines() if line.startswith("problem ")]
    return {subject: text for subject, _, text in (line.partition(": ") for line in lines)}


async def _wait_until_back(daymark: Installation, client: httpx.AsyncClient, ledger: Ledger, ended_s: float) -> float:
    """Return how many seconds after the end of the outage every service was ready, and a webhook that was first sent after it
    was recorded."""
    async with asyncio.timeout(_BACK_TIMEOUT_S):
        while await daymark.problems(client) or not await _has_new(daymark, ledger, ended_s):
            await asyncio.sleep(_POLL_S)
    return monotonic_s() - ended_s


async def _has_new(daymark: Installation, ledger: Ledger, ended_s: float) -> bool:
    recorded, _ = await daymark.recorded()
    return any(first_s > ended_s and message_id in recorded for message_id, first_s in ledger.attempted_s.items())


async def _still_firing(watching: Monitoring) -> frozenset[Alert]:
    """What fires after the time in which everything must have cleared."""
    until_s = monotonic_s() + _CLEAR_TIMEOUT_S
    while (firing := await watching.firing()) and monotonic_s() < until_s:
        await asyncio.sleep(1)
    return firing
