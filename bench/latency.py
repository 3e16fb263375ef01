"""`python -m bench.latency`: the time from the POST of a webhook to the nudge that it leads to, all on this machine.

`daymark up` runs as its user starts it, with the servers and the three services. Nudges go out by signed webhook, and none is
withheld by the experiment. Activities are posted at fixed times, however long earlier responses take. The time of a nudge
begins when the activity that completed the plan was due to be posted, so a sender that falls behind adds to it.
"""

import argparse
import asyncio
import base64
import contextlib
import json
import re
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, NamedTuple
from urllib.parse import urlsplit

from standardwebhooks.webhooks import Webhook

from bench.machine import describe_machine
from shared.clock import SystemClock, monotonic_s
from tests.deploy.local.one_rep import FREE_PORTS
from tests.faults.nudges.day_reports import find_timezone_at_noon
from tests.receiver import SECRET, Received, answer, receiving
from tests.running_daymark import running_daymark

TARGET: Final = 5
"""A rep's plan for the day, in activities."""
_REPS_AT_ONCE: Final = 50
CRM_SECRET: Final = "whsec_" + base64.b64encode(bytes(range(32))).decode()
_SIGNATURES: Final = Webhook(CRM_SECRET)
_LAST_NUDGE_TIMEOUT_S: Final = 60.0
_RESPONSE_TIMEOUT_S: Final = 30.0
_CONNECTIONS_MAX: Final = 64
CONFIGURATION: Final = (
    FREE_PORTS
    + """\
[experiments]
holdout = 0.0
[channels.webhook]
url = "{receiver}"
secrets = ["file:{folder}/receiver-secret"]
allow_networks = ["127.0.0.0/8"]
[sources.acme]
kind = "standard"
secrets = ["file:{folder}/acme-secret"]
"""
)
PLAYBOOK: Final = f"""\
team: north
effective_from: 2020-01-01
behaviours: [{{key: calls, label: Calls, counts: {{kinds: [call]}}, target: {TARGET}, weight: 1}}]
"""


class Activity(NamedTuple):
    """The activity `number` of a rep, counted from 1. The last one completes the plan."""

    rep: int
    number: int

    @property
    def rep_id(self) -> str:
        return f"rep-{self.rep}"

    @property
    def completes_plan(self) -> bool:
        return self.number == TARGET


@dataclass(kw_only=True)
class Timeline:
    """By rep, in seconds of this machine's monotonic clock: when the activity that completed the plan was due to be posted,
    when its POST was answered, and when the nudge was received."""

    due_s: dict[str, float] = field(default_factory=dict)
    answered_s: dict[str, float] = field(default_factory=dict)
    received_s: dict[str, float] = field(default_factory=dict)
    nudge_received: asyncio.Event = field(default_factory=asyncio.Event)

    def receive(self, request: Received) -> bytes:
        """Respond to a webhook from Daymark."""
        now_s, nudge = monotonic_s(), json.loads(request.body)
        if nudge["kind"] == "celebration":
            self.received_s.setdefault(nudge["person"]["id"], now_s)
            self.nudge_received.set()
        return answer(204)

    async def wait_for_nudges(self) -> None:
        """Return when every nudge has been received, or after a minute."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(_LAST_NUDGE_TIMEOUT_S):
                while self.received_s.keys() < self.due_s.keys():
                    await self.nudge_received.wait()
                    self.nudge_received.clear()


def make_roster(reps: int, timezone: str) -> str:
    """A team whose reps work on every day of the week, in one time zone."""
    days = "[mon, tue, wed, thu, fri, sat, sun]"
    rows = "".join(
        f'      - {{id: rep-{number}, name: Rep {number}, timezone: {timezone}, workdays: {days}, hours: "06:00-20:00", '
        f'identities: [{{source: acme, user: "{number}"}}]}}\n'
        for number in range(reps)
    )
    return f"teams:\n  - id: north\n    name: North\n    reps:\n{rows}"


def order_activities(reps: int, *, reps_at_once: int = _REPS_AT_ONCE) -> list[Activity]:
    """The reps of one group take turns until all of their plans are done; then the next group begins."""
    groups = [range(first, min(first + reps_at_once, reps)) for first in range(0, reps, reps_at_once)]
    return [Activity(rep, number) for group in groups for number in range(1, TARGET + 1) for rep in group]


async def post_on_time(url: str, activities: Sequence[Activity], timeline: Timeline, *, activities_per_s: float) -> None:
    """Post each activity when it is due, whether or not the earlier ones have been answered. Plain sockets do it: a full HTTP
    client would cost more processor time than Daymark."""
    address, due = urlsplit(url), asyncio.Queue[Activity | None]()
    assert address.hostname is not None
    assert address.port is not None

    async def work() -> None:
        reader, writer = await asyncio.open_connection(address.hostname, address.port)
        while (activity := await due.get()) is not None:
            writer.write(_make_request(activity))
            await _read_answer(reader)
            if activity.completes_plan:
                timeline.answered_s[activity.rep_id] = monotonic_s()
        writer.close()

    async with asyncio.TaskGroup() as posts:
        for _ in range(_CONNECTIONS_MAX):
            posts.create_task(work())
        started_s = monotonic_s()
        for place, activity in enumerate(activities):
            due_s = started_s + place / activities_per_s
            await asyncio.sleep(max(due_s - monotonic_s(), 0))
            if activity.completes_plan:
                timeline.due_s[activity.rep_id] = due_s
            due.put_nowait(activity)
        for _ in range(_CONNECTIONS_MAX):
            due.put_nowait(None)


async def _read_answer(reader: asyncio.StreamReader) -> None:
    async with asyncio.timeout(_RESPONSE_TIMEOUT_S):
        head = await reader.readuntil(b"\r\n\r\n")
        assert head.startswith(b"HTTP/1.1 200"), head
        length = re.search(rb"content-length: (\d+)", head, re.IGNORECASE)
        assert length is not None, head
        await reader.readexactly(int(length[1]))


def _make_request(activity: Activity) -> bytes:
    """The signed webhook of a call that begins now."""
    now = SystemClock().now()
    facts = {"actor": str(activity.rep), "started_at": now.isoformat(), "duration_s": 60, "outcome": "connected"}
    activity_id = f"{activity.rep}-{activity.number}"
    body = json.dumps({"activity_id": activity_id, "kind": "call", "observed_at": now.isoformat(), "facts": facts})
    webhook_id = f"m-{activity_id}"
    head = (
        f"POST /webhooks/acme HTTP/1.1\r\nHost: crm\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n"
        f"webhook-id: {webhook_id}\r\nwebhook-timestamp: {int(now.timestamp())}\r\n"
        f"webhook-signature: {_SIGNATURES.sign(webhook_id, now, body)}\r\n\r\n"
    )
    return (head + body).encode()


async def measure(folder: Path, *, activities_per_s: float, warm_up_s: float, seconds: float) -> Timeline:
    """Run Daymark in the folder. Returns the timeline of what follows the warm-up, for at least one group of reps."""
    warm_up_groups, groups = (round(activities_per_s * span_s / TARGET / _REPS_AT_ONCE) for span_s in (warm_up_s, seconds))
    warm_up_reps, reps = warm_up_groups * _REPS_AT_ONCE, max(groups, 1) * _REPS_AT_ONCE
    (folder / "acme-secret").write_text(CRM_SECRET)
    (folder / "receiver-secret").write_text(SECRET)
    (folder / "playbook.yaml").write_text(PLAYBOOK)
    (folder / "roster.yaml").write_text(make_roster(warm_up_reps + reps, find_timezone_at_noon(SystemClock().now())))
    async with receiving() as receiver:
        configuration = CONFIGURATION.format(receiver=receiver.url, folder=folder)
        async with running_daymark(folder / "d", configuration) as daymark:
            await daymark.command("roster", "apply", str(folder / "roster.yaml"))
            await daymark.command("playbook", "apply", str(folder / "playbook.yaml"))
            await daymark.settle()
            activities = order_activities(warm_up_reps + reps)
            warm_up, timeline = Timeline(), Timeline()
            warm_up_activities = warm_up_reps * TARGET
            for phase, part in ((warm_up, activities[:warm_up_activities]), (timeline, activities[warm_up_activities:])):
                receiver.behave = phase.receive
                await post_on_time(daymark.urls.ingest, part, phase, activities_per_s=activities_per_s)
                await phase.wait_for_nudges()
    return timeline


def print_timeline(timeline: Timeline) -> None:
    reps = [rep for rep in timeline.due_s if rep in timeline.received_s]
    print(f"{len(reps)} of {len(timeline.due_s)} nudges were received. Good: all of them.")
    if not reps:
        return
    print("Times since the webhook was due to be posted, in milliseconds. Lower is better.")
    print(f"  {'':<24}{'p50':>9}{'p99':>9}{'max':>9}")
    _print_quantiles("webhook answered", [timeline.answered_s[rep] - timeline.due_s[rep] for rep in reps])
    _print_quantiles("nudge received", [timeline.received_s[rep] - timeline.due_s[rep] for rep in reps])


def _print_quantiles(name: str, durations_s: Sequence[float]) -> None:
    durations_ms = sorted(duration_s * 1e3 for duration_s in durations_s)
    p50_ms, p99_ms = durations_ms[len(durations_ms) // 2], durations_ms[int(len(durations_ms) * 0.99)]
    print(f"  {name:<24}{p50_ms:>9.1f}{p99_ms:>9.1f}{durations_ms[-1]:>9.1f}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rate", type=float, default=50.0, help="activities per second")
    parser.add_argument(
        "--seconds", type=float, default=60.0, help="duration of the measurement, at least one group of 50 reps"
    )
    parser.add_argument("--warm-up", type=float, default=15.0, help="seconds before it, which are not measured")
    options = parser.parse_args()
    print(f"{describe_machine()}\n")
    print(f"{options.rate:g} activities per second for {options.seconds:g} s.", end=" ")
    print(f"Each rep who completes a plan of {TARGET} activities gets a nudge.", flush=True)
    with tempfile.TemporaryDirectory(prefix="daymark-") as name:
        folder = Path(name)
        folder.chmod(0o755)  # PostgreSQL runs as another user if this one is root
        measurement = measure(folder, activities_per_s=options.rate, warm_up_s=options.warm_up, seconds=options.seconds)
        print_timeline(asyncio.run(measurement))


if __name__ == "__main__":
    main()
