"""`python -m bench.latency`: from the POST of a webhook to the nudge on the wire, with everything on this machine.

`daymark up` as a user starts it: the servers, the three services, the page and a signed webhook as channels. Activities come in
by a schedule that waits for nobody, and the time of a nudge begins when the activity that completed the plan was due to be
posted, so that a sender that falls behind counts. Sender and receiver share the machine, too. No nudge is held out by lot.
"""

import argparse
import asyncio
import base64
import contextlib
import hmac
import json
import os
import sys
import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import httpx
from tests.faults.days_at_work import timezone_at_noon

from shared.clock import SystemClock, monotonic_s
from tests.receiver import SECRET, Received, answer, receiving
from tests.running_daymark import running_daymark

_TARGET: Final = 5
_SHIFT: Final = 50
"""Reps at work at a time, who take turns."""
_KEY: Final = bytes(range(32))
_RECEIVED_S: Final = 30.0
_CONFIGURATION: Final = """\
[ingest]
port = 0
[scoring]
port = 0
[nudges]
port = 0
[experiments]
held_out = 0.0
[channels.webhook]
url = "{receiver}"
secrets = ["file:{folder}/receiver-secret"]
allow_networks = ["127.0.0.0/8"]
[sources.acme]
kind = "standard"
secrets = ["file:{folder}/acme-secret"]
"""
_PLAYBOOK: Final = f"""\
team: north
effective_from: 2020-01-01
behaviours: [{{key: calls, label: Calls, counts: {{kinds: [call]}}, target: {_TARGET}, weight: 1}}]
"""


@dataclass(kw_only=True)
class Times:
    """By rep, on this machine's monotonic clock, in seconds: when the activity that completed the plan was due to be posted,
    when its POST was answered, and when the nudge came."""

    due_s: dict[str, float] = field(default_factory=dict)
    answered_s: dict[str, float] = field(default_factory=dict)
    received_s: dict[str, float] = field(default_factory=dict)
    came: asyncio.Event = field(default_factory=asyncio.Event)

    def receive(self, request: Received) -> bytes:
        now_s, nudge = monotonic_s(), json.loads(request.body)
        if nudge["kind"] == "celebration":
            self.received_s.setdefault(nudge["person"]["id"], now_s)
            self.came.set()
        return answer(204)


def roster(reps: int, timezone: str) -> str:
    """Reps in whose zone it is about noon of a working day."""
    days = "[mon, tue, wed, thu, fri, sat, sun]"
    rows = "".join(
        f'      - {{id: rep-{number}, name: Rep {number}, timezone: {timezone}, workdays: {days}, hours: "06:00-20:00", '
        f'identities: [{{source: acme, user: "{number}"}}]}}\n'
        for number in range(reps)
    )
    return f"teams:\n  - id: north\n    name: North\n    reps:\n{rows}"


def reps_in_turn(reps: int) -> list[tuple[int, int]]:
    """Who does the next activity, and their how-manieth it is: so many at a time take turns until their plans are done."""
    shifts = [range(first, min(first + _SHIFT, reps)) for first in range(0, reps, _SHIFT)]
    return [(rep, turn) for shift in shifts for turn in range(1, _TARGET + 1) for rep in shift]


async def post_on_time(url: str, order: list[tuple[int, int]], times: Times, *, a_second: float) -> None:
    """Post each at its time, whatever became of those before."""
    limits = httpx.Limits(max_connections=64, max_keepalive_connections=64)
    async with httpx.AsyncClient(limits=limits, timeout=30, trust_env=False) as client, asyncio.TaskGroup() as posts:
        begun_s = monotonic_s()
        for number, (rep, turn) in enumerate(order):
            due_s = begun_s + number / a_second
            await asyncio.sleep(max(due_s - monotonic_s(), 0))
            posts.create_task(_post(client, url, rep, turn, due_s, times))


async def _post(client: httpx.AsyncClient, url: str, rep: int, turn: int, due_s: float, times: Times) -> None:
    if turn == _TARGET:
        times.due_s[f"rep-{rep}"] = due_s
    now = SystemClock().now()
    facts = {"actor": str(rep), "started_at": now.isoformat(), "duration_s": 60, "outcome": "connected"}
    body = {"activity_id": f"{rep}-{turn}", "kind": "call", "observed_at": now.isoformat(), "facts": facts}
    content = json.dumps(body).encode()
    message_id, timestamp = f"m-{rep}-{turn}", str(int(now.timestamp()))
    digest = hmac.digest(_KEY, f"{message_id}.{timestamp}.".encode() + content, "sha256")
    headers = {
        "content-type": "application/json",
        "webhook-id": message_id,
        "webhook-timestamp": timestamp,
        "webhook-signature": f"v1,{base64.b64encode(digest).decode()}",
    }
    answered = await client.post(f"{url}/webhooks/acme", content=content, headers=headers)
    assert answered.status_code == httpx.codes.OK, (answered.status_code, answered.text)
    if turn == _TARGET:
        times.answered_s[f"rep-{rep}"] = monotonic_s()


async def measure(folder: Path, *, a_second: float, warm_up_s: float, seconds: float) -> tuple[Times, Times]:
    """The times of the warm-up and of the measurement; both shifts of reps are others."""
    reps = [round(a_second * span_s / _TARGET / _SHIFT) * _SHIFT for span_s in (warm_up_s, seconds)]
    (folder / "acme-secret").write_text("whsec_" + base64.b64encode(_KEY).decode())
    (folder / "receiver-secret").write_text(SECRET)
    (folder / "playbook.yaml").write_text(_PLAYBOOK)
    (folder / "roster.yaml").write_text(roster(sum(reps), timezone_at_noon(SystemClock().now())))
    async with receiving() as receiver:
        configuration = _CONFIGURATION.format(receiver=receiver.url, folder=folder)
        async with running_daymark(folder / "d", configuration) as daymark:
            await daymark.command("roster", "apply", str(folder / "roster.yaml"))
            await daymark.command("playbook", "apply", str(folder / "playbook.yaml"))
            await daymark.settle()
            order = reps_in_turn(sum(reps))
            warm, hot = Times(), Times()
            for times, part in ((warm, order[: reps[0] * _TARGET]), (hot, order[reps[0] * _TARGET :])):
                receiver.behave = times.receive
                await post_on_time(daymark.urls.ingest, part, times, a_second=a_second)
                await _all_received(times)
    return warm, hot


async def _all_received(times: Times) -> None:
    """Return when every nudge has come; what has not come in half a minute is counted as missing."""
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(_RECEIVED_S):
            while times.received_s.keys() < times.due_s.keys():
                await times.came.wait()
                times.came.clear()


def _line(name: str, taken_s: list[float]) -> str:
    taken_ms = sorted(one * 1e3 for one in taken_s)
    p50, p99 = taken_ms[len(taken_ms) // 2], taken_ms[int(len(taken_ms) * 0.99)]
    return f"  {name:<38} p50 {p50:6.1f} ms  p99 {p99:6.1f} ms  max {taken_ms[-1]:6.1f} ms"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rate", type=float, default=50.0, help="activities a second")
    parser.add_argument("--seconds", type=float, default=60.0)
    parser.add_argument("--warm-up", type=float, default=15.0, help="seconds")
    given = parser.parse_args()
    busy = os.getloadavg()[0]
    with tempfile.TemporaryDirectory(prefix="daymark-") as name:
        Path(name).chmod(0o755)
        work = measure(Path(name), a_second=given.rate, warm_up_s=given.warm_up, seconds=given.seconds)
        _, times = asyncio.run(work)
    came = [rep for rep in times.due_s if rep in times.received_s]
    print(
        f"Python {sys.version.split()[0]}, {os.cpu_count()} cores, load average {busy:.1f} before; "
        f"{given.rate:g} activities/s for {given.seconds:g} s, {len(came)} of {len(times.due_s)} nudges came"
    )
    print(_line("the POST to its answer", [times.answered_s[rep] - times.due_s[rep] for rep in came]))
    print(_line("the POST to the nudge on the wire", [times.received_s[rep] - times.due_s[rep] for rep in came]))


if __name__ == "__main__":
    main()
