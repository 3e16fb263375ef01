"""What was reported to nudges, what reached the receivers, and what must follow from both however often nudges is killed."""

import asyncio
import json
from collections import Counter
from dataclasses import dataclass, field
from typing import Final

import asyncpg

from deploy.database import DATABASE
from services.nudges.rules.catalogue import PRAISE
from shared.clock import monotonic_s
from shared.event_types import NUDGE_DECIDED
from shared.jetstream.client import LeanClient
from shared.jetstream.streams import NUDGES, NUDGES_CONSUMER, SCORES, backlog
from tests.backends import Servers

SCHEMA: Final = "nudges"
_SETTLED_TIMEOUT_S: Final = 900.0
_EVENTS_MAX: Final = 2
"""A nudge that was deferred is published again when it is sent."""
RECORDED_MAX_S: Final = 5.0
"""Recording a delivery takes less, also on a busy machine."""
_DELIVERIES: Final = """
SELECT n.id, n.person_id, n.rule, n.status, d.state, d.attempts
FROM nudge AS n LEFT JOIN delivery AS d ON d.nudge_id = n.id AND d.channel = $1
"""
_IN_FLIGHT: Final = """
SELECT EXISTS (SELECT FROM delivery WHERE state IN ('queued', 'sending')) OR EXISTS (SELECT FROM outbox)
    OR EXISTS (SELECT FROM nudge WHERE status = 'deferred' AND send_at < now() + interval '1 minute')
"""


@dataclass(kw_only=True)
class Ledger:
    """What was published, and what the receiver got. Times are seconds of this machine's monotonic clock."""

    reps: list[str] = field(default_factory=list)
    kills_s: list[float] = field(default_factory=list)
    receipts: dict[str, list[float]] = field(default_factory=dict)
    contents: dict[str, set[bytes]] = field(default_factory=dict)

    def receive(self, nudge_id: str, content: bytes) -> None:
        """A nudge has arrived. `content` is what must be the same whenever it is repeated."""
        self.receipts.setdefault(nudge_id, []).append(monotonic_s())
        self.contents.setdefault(nudge_id, set()).add(content)

    def nearest_kill_s(self, received_s: float) -> float:
        """When the kill was that is nearest to a receipt; infinite without one. What was sent before a kill may arrive after
        it."""
        return min(self.kills_s, key=lambda kill_s: abs(kill_s - received_s), default=float("inf"))


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """What became of the nudges.

    `lost` holds reps whose day called for a nudge but who got none, and nudges that were sent but did not arrive. For each
    receipt after which a nudge was sent again, `repeated_s` has the seconds to the nearest kill: above `RECORDED_MAX_S` the
    receipt should have been recorded. `kills_before_record` is after how many kills something was sent again. `changed` holds
    nudges that were repeated with other content.
    """

    reps: int
    kills: int
    seconds: float
    statuses: dict[str, int]
    received: int
    lost: list[str]
    decided_twice: list[str]
    repeated_s: list[float]
    kills_before_record: int
    changed: list[str]

    @property
    def is_right(self) -> bool:
        return not (self.lost or self.decided_twice or self.changed or self.unexplained)

    @property
    def sentences(self) -> str:
        """What happened, for the person who runs this."""
        farthest = f", at most {max(self.repeated_s) * 1e3:.0f} ms from a kill" if self.repeated_s else ""
        return (
            f"{self.kills} kills of nudges in {self.seconds:.0f} s, days of {self.reps} reps reported\n"
            f"nudges {self.statuses}; {self.received} received, {len(self.repeated_s)} of them again after "
            f"{self.kills_before_record} of the kills{farthest}\n"
            f"{len(self.lost)} lost, {len(self.decided_twice)} decided twice, {len(self.changed)} repeated with other content, "
            f"{self.unexplained} repeated without a kill"
        )

    @property
    def unexplained(self) -> int:
        """How many were sent again although no kill explains it."""
        return sum(to_kill_s > RECORDED_MAX_S for to_kill_s in self.repeated_s)


async def wait_until_settled(
    servers: Servers, connection: LeanClient, *, channel: str
) -> tuple[list[asyncpg.Record], list[tuple[str, str]]]:
    """Return once nothing is left to do: each nudge with its delivery through the channel, and the ids of the nudge and of the
    event of each `nudge.decided.v1`."""
    admin = await asyncpg.connect(servers.admin_url, database=DATABASE)
    await admin.execute(f"SET search_path TO {SCHEMA}")
    async with asyncio.timeout(_SETTLED_TIMEOUT_S):
        while await backlog(connection, SCORES, NUDGES_CONSUMER) or await admin.fetchval(_IN_FLIGHT):
            await asyncio.sleep(0.1)
    deliveries = await admin.fetch(_DELIVERIES, channel)
    await admin.close()
    return deliveries, await list_decisions(connection)


async def list_decisions(connection: LeanClient) -> list[tuple[str, str]]:
    """The ids of the nudge and of the event of each `nudge.decided.v1`."""
    jetstream, decisions = connection.jetstream(), []
    subscription = await jetstream.subscribe(NUDGE_DECIDED.name, stream=NUDGES, ordered_consumer=True)
    state = await jetstream.stream_info(NUDGES)
    last = state.state.last_seq
    while True:
        message = await subscription.next_msg(timeout=10)
        assert message.headers is not None
        decisions.append((json.loads(message.data)["id"], message.headers["ce-id"]))
        if message.metadata.num_pending == 0 or message.metadata.sequence.stream >= last:
            return decisions


def evaluate(ledger: Ledger, deliveries: list[asyncpg.Record], decided: list[tuple[str, str]], *, seconds: float) -> Outcome:
    """Compare what was published with what was decided, delivered and received."""
    praised = {row["person_id"] for row in deliveries if row["rule"] in PRAISE}  # scheduled checks may add other nudges
    lost = [rep for rep in ledger.reps if rep not in praised]
    lost += [row["id"] for row in deliveries if row["status"] == "sent" and row["state"] != "delivered"]
    lost += [row["id"] for row in deliveries if row["state"] == "delivered" and row["id"] not in ledger.receipts]
    events = Counter(decided)
    events_per_nudge = Counter(nudge for nudge, _ in events)
    decided_twice = [nudge for (nudge, _), count in events.items() if count > 1]
    decided_twice += [nudge for nudge, count in events_per_nudge.items() if count > _EVENTS_MAX]
    repeated = [
        (receipt_s, ledger.nearest_kill_s(receipt_s))
        for receipts_s in ledger.receipts.values()
        for receipt_s in receipts_s[:-1]
    ]
    return Outcome(
        reps=len(ledger.reps),
        kills=len(ledger.kills_s),
        seconds=seconds,
        statuses=dict(Counter(row["status"] for row in deliveries)),
        received=len(ledger.receipts),
        lost=lost,
        decided_twice=decided_twice,
        repeated_s=[abs(kill_s - receipt_s) for receipt_s, kill_s in repeated],
        kills_before_record=len({kill_s for _, kill_s in repeated}),
        changed=[nudge for nudge, contents in ledger.contents.items() if len(contents) > 1],
    )
