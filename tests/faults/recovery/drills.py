"""Drills: a fault, its alert as it reaches a person, the cure of the runbook, and the alert that clears.

Everything is real: the services, Prometheus, Alertmanager and the receiver of its webhooks. Only durations are shorter.
"""

import asyncio
import base64
import json
import math
import os
import signal
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import asyncpg
import httpx

from shared.clock import monotonic_s
from tests.faults.harness import sender
from tests.faults.harness.installation import Installation
from tests.faults.harness.monitoring import Monitoring, monitoring
from tests.receiver import SECRET, Receiver, answer, receiving

_FIRES_S: Final = 90.0
_CLEARS_S: Final = 180.0
_OTHER_KEY: Final = bytes(range(50, 74))
_UNSIGNED_WEBHOOKS: Final = 30
_LARGE_BYTES: Final = 60_000
_SMALL_STORAGE_BYTES: Final = 4_000_000


@dataclass(kw_only=True)
class DrillGround:
    """A running Daymark, Prometheus, the receiver of alerts, and that of nudges. `lock` holds a table in one drill."""

    home: Path
    daymark: Installation
    watching: Monitoring
    alerts: Receiver
    nudges: Receiver
    client: httpx.AsyncClient
    lock: asyncpg.Connection | None = None

    def configure(self, *, storage_bytes: int = _SMALL_STORAGE_BYTES) -> None:
        """Write the settings: the channel of nudges, and the storage that NATS may use."""
        (self.home / "nudges-secret").write_text(SECRET)
        (self.home / "other-secret").write_text("whsec_" + base64.b64encode(_OTHER_KEY).decode())
        self.daymark.configure(
            f"[local]\nnats_storage_max_bytes = {storage_bytes}\n[experiments]\nholdout = 0.0\n"
            f'[channels.webhook]\nurl = "{self.nudges.url}"\nsecrets = ["file:{self.home}/nudges-secret"]\n'
            'allow_networks = ["127.0.0.0/8"]\n'
        )

    async def post(self, message_id: str, *, key: bytes | None = None, body: bytes | None = None) -> int:
        """Post a webhook. Returns the HTTP status."""
        url = self.daymark.ports.webhooks_url
        return await sender.post(self.client, url, message_id, key=key or sender.KEY, body=body)

    def deliveries(self, alert: str) -> list[Mapping[str, str]]:
        """What the receiver of alerts got about an alert: its status, and the name of the route."""
        documents = [json.loads(request.body) for request in self.alerts.received]
        return [
            {"status": delivery["status"], "receiver": document["receiver"]}
            for document in documents
            for delivery in document["alerts"]
            if delivery["labels"]["alertname"] == alert
        ]


@dataclass(frozen=True, kw_only=True, slots=True)
class Drill:
    """`strike` makes the alert fire, and `cure` does what its section of the runbook says. The alert must then stay quiet for
    `quiet_s` seconds: it also ends, for a moment, when a restart interrupts the scrapes."""

    alert: str
    fault: str
    severity: str
    strike: Callable[[DrillGround], Awaitable[None]]
    cure: Callable[[DrillGround], Awaitable[None]]
    cure_says: str
    quiet_s: float = 5


@dataclass(frozen=True, kw_only=True)
class DrillOutcome:
    """The seconds from the fault to the delivery, and from the cure to the delivery of the end. `wrong` is empty if all went as
    it must."""

    alert: str
    fault: str
    delivered_s: float = 0.0
    cleared_s: float = 0.0
    cure: str = ""
    wrong: tuple[str, ...] = field(default=())


HEAD: Final = ("alert", "fault", "delivered after s", "cure", "cleared after s")


def row(outcome: DrillOutcome) -> tuple[object, ...]:
    """What stands under `HEAD`."""
    return outcome.alert, outcome.fault, f"{outcome.delivered_s:.1f}", outcome.cure, f"{outcome.cleared_s:.1f}"


async def run_drill(ground: DrillGround, drill: Drill) -> DrillOutcome:
    """Fault, alert, delivery, cure, end."""
    if await _is_firing(ground, drill.alert):
        return DrillOutcome(alert=drill.alert, fault=drill.fault, wrong=("fired before the fault",))
    started_s = monotonic_s()
    await drill.strike(ground)
    try:
        await _wait_for_delivery(ground, drill, "firing", timeout_s=_FIRES_S)
    except TimeoutError:
        return DrillOutcome(alert=drill.alert, fault=drill.fault, wrong=("was not delivered",))
    delivered_s, cured_s = monotonic_s() - started_s, monotonic_s()
    await drill.cure(ground)
    try:
        await _wait_for_delivery(ground, drill, "resolved", timeout_s=_CLEARS_S)
        cleared_s = monotonic_s() - cured_s
        await asyncio.sleep(drill.quiet_s)
        wrong = ("fires again",) if await _is_firing(ground, drill.alert) else ()
    except TimeoutError:
        cleared_s, wrong = math.inf, ("did not clear",)
    return DrillOutcome(
        alert=drill.alert,
        fault=drill.fault,
        delivered_s=delivered_s,
        cleared_s=cleared_s,
        cure=drill.cure_says,
        wrong=wrong,
    )


async def _is_firing(ground: DrillGround, name: str) -> bool:
    return any(alert.name == name for alert in await ground.watching.firing())


async def _wait_for_delivery(ground: DrillGround, drill: Drill, status: str, *, timeout_s: float) -> None:
    wanted = {"status": status, "receiver": drill.severity}
    async with asyncio.timeout(timeout_s):
        while wanted not in ground.deliveries(drill.alert):
            await asyncio.sleep(0.2)


@asynccontextmanager
async def drill_ground(home: Path) -> AsyncIterator[DrillGround]:
    """Start everything in an empty folder."""
    async with AsyncExitStack() as stack:
        alerts, nudges = [await stack.enter_async_context(receiving()) for _ in range(2)]
        client = await stack.enter_async_context(httpx.AsyncClient(timeout=10))
        daymark = Installation(home, data=home / "data")
        stack.push_async_callback(daymark.stop)
        ground = DrillGround(
            home=home,
            daymark=daymark,
            watching=Monitoring(0),
            alerts=alerts,
            nudges=nudges,
            client=client,
        )
        ground.configure()
        await daymark.start()
        await daymark.wait_until_ready()
        ground.watching = await stack.enter_async_context(monitoring(home, daymark.ports, receiver_url=alerts.url))
        yield ground


async def _lock_table(ground: DrillGround) -> None:
    """An operator leaves a transaction open; scoring has something to record."""
    ground.lock = await ground.daymark.connect_to_postgres()
    await ground.lock.execute("BEGIN")
    await ground.lock.execute("LOCK TABLE scoring.activity IN ACCESS EXCLUSIVE MODE")
    assert await ground.post("while-locked") == httpx.codes.OK


async def _end_transaction(ground: DrillGround) -> None:
    connection = await ground.daymark.connect_to_postgres()
    await connection.execute(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE state = 'idle in transaction' AND pid <> pg_backend_pid()"
    )
    await connection.close()


async def _sign_with_other_secret(ground: DrillGround) -> None:
    for number in range(_UNSIGNED_WEBHOOKS):
        assert await ground.post(f"other-{number}", key=_OTHER_KEY) == httpx.codes.UNAUTHORIZED


async def _list_other_secret(ground: DrillGround) -> None:
    """Files of secrets are read again, so that the sender's new one may take the place of the old one."""
    (ground.home / "acme-secret").write_text((ground.home / "other-secret").read_text())
    async with asyncio.timeout(_FIRES_S):
        while await ground.post("other-after", key=_OTHER_KEY) != httpx.codes.OK:
            await asyncio.sleep(0.2)
    (ground.home / "acme-secret").write_text(sender.secret())
    async with asyncio.timeout(_FIRES_S):
        while await ground.post("first-after") != httpx.codes.OK:
            await asyncio.sleep(0.2)


async def _answer_gone(ground: DrillGround) -> None:
    """The first message is the announcement of the playbook."""
    ground.nudges.behave = lambda _: answer(410)
    await ground.daymark.set_up_team()


async def _enable_channel(ground: DrillGround) -> None:
    ground.nudges.behave = lambda _: answer(204)
    await ground.daymark.daymark.command("channels", "enable", "webhook")


async def _stop_scoring(ground: DrillGround) -> None:
    os.kill(ground.daymark.pid_of("scoring"), signal.SIGSTOP)


async def _restart_scoring(ground: DrillGround) -> None:
    os.kill(ground.daymark.pid_of("scoring"), signal.SIGKILL)


async def _post_nonsense(ground: DrillGround) -> None:
    assert await ground.post("nonsense", body=b'{"type": "activity", "data": [}') == httpx.codes.OK


async def _list_letters(ground: DrillGround) -> None:
    assert "unreadable_body" in await ground.daymark.daymark.command("dead-letters", "list")


async def _fill_storage(ground: DrillGround) -> None:
    """Large webhooks, until the streams have used most of what they may."""
    padding = "x" * _LARGE_BYTES
    for number in range(_SMALL_STORAGE_BYTES // _LARGE_BYTES):
        if await _is_firing(ground, "StreamsNearlyFull"):
            return
        body = json.dumps({"type": "other", "data": {"activity_id": f"large-{number}", "padding": padding}}).encode()
        await ground.post(f"large-{number}", body=body)
        if number * _LARGE_BYTES > 0.8 * _SMALL_STORAGE_BYTES:
            await asyncio.sleep(1)


async def _raise_storage(ground: DrillGround) -> None:
    ground.configure(storage_bytes=100 * _SMALL_STORAGE_BYTES)
    await ground.daymark.stop()
    await ground.daymark.start()
    await ground.daymark.wait_until_ready()


DRILLS: Final = (
    Drill(
        alert="ChannelDisabled",
        fault="the receiver of nudges answers 410",
        severity="critical",
        strike=_answer_gone,
        cure=_enable_channel,
        cure_says="daymark channels enable webhook",
    ),
    Drill(
        alert="ServiceNotReady",
        fault="an open transaction locks the activities",
        severity="critical",
        strike=_lock_table,
        cure=_end_transaction,
        cure_says="pg_terminate_backend",
    ),
    Drill(
        alert="WebhooksUnauthorized",
        fault="the sender signs with another secret",
        severity="warning",
        strike=_sign_with_other_secret,
        cure=_list_other_secret,
        cure_says="the sender's secret in the file",
    ),
    Drill(
        alert="ServiceDown",
        fault="scoring hangs (SIGSTOP)",
        severity="critical",
        strike=_stop_scoring,
        cure=_restart_scoring,
        cure_says="start the service again",
    ),
    Drill(
        alert="DeadLetters",
        fault="a signed webhook is not JSON",
        severity="warning",
        strike=_post_nonsense,
        cure=_list_letters,
        cure_says="the sender stops; it clears by itself",
    ),
    Drill(
        alert="StreamsNearlyFull",
        fault="the streams fill their storage",
        severity="warning",
        strike=_fill_storage,
        cure=_raise_storage,
        cure_says="raise local.nats_storage_max_bytes, start again",
        quiet_s=45,
    ),
)
