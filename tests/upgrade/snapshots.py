"""What an installation of any version answers, in plain JSON, so that two versions can be compared."""

import asyncio
import json
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import msgspec
import nats.errors
from nats.aio.client import Client

from shared.jetstream.streams import CLOCK, TICK_SUBJECT
from shared.requests.definitions import ANNOUNCEMENT_LIST
from shared.requests.erasure import ERASE_FIND
from shared.requests.nudges import DISPUTE_LIST, DROP_CALIBRATE, EFFECT_LIST, NUDGE_LIST
from shared.requests.scores import SCORE_LIST, SCORE_TOTALS, UNMATCHED_USERS
from tests.running_daymark import RunningDaymark

Snapshot = dict[str, Any]
"""Replies by the name of what was asked, as they are on the wire."""

STOPPED_AT: Final = datetime(2026, 3, 30, 17, tzinfo=UTC)
"""When the earlier version was stopped: Monday evening in Madrid, noon in New York, Tuesday night in Tokyo."""
_TUESDAY_NOON: Final = datetime(2026, 3, 31, 12, tzinfo=UTC)
_STEP: Final = timedelta(minutes=30)
_JUST_AFTER: Final = timedelta(seconds=1)
_SERVICES: Final = ("ingest", "scoring", "nudges")
_PERIOD: Final = {"first": "2026-02-01", "last": "2026-04-30"}
_DISPUTED: Final = [{"rep": rep, "day": "2026-03-26"} for rep in ("iris", "gail", "kenji")]
_TIMEOUT_S: Final = 60
_STALLED_S: Final = 60
_POLL_S: Final = 0.01


async def continue_for_a_day(daymark: RunningDaymark, connection: Client) -> tuple[Snapshot, Snapshot]:
    """Let an installation finish what is in flight, and then work until Tuesday noon. Returns a snapshot after each."""
    await step_to(connection, STOPPED_AT)
    settled = await _take_snapshot(daymark, connection)
    for instant in list_steps(STOPPED_AT, _TUESDAY_NOON):
        await step_to(connection, instant)
    return settled, await _take_snapshot(daymark, connection)


def list_steps(first: datetime, last: datetime) -> Sequence[datetime]:
    """A second after every half hour from `first` to `last`."""
    return [first + number * _STEP + _JUST_AFTER for number in range((last - first) // _STEP + 1)]


async def _take_snapshot(daymark: RunningDaymark, connection: Client) -> Snapshot:
    """Everything that an operator can ask for. Teams are calibrated, in every version at the same moment."""
    return {
        "scores": await _list_rows(connection, SCORE_LIST.subject, {**_PERIOD, "silent_days": True}),
        "totals": (await _ask(connection, SCORE_TOTALS.subject, _PERIOD))["rows"],
        "unmatched_users": await _ask(connection, UNMATCHED_USERS.subject, {}),
        "announcements": await _list_rows(connection, ANNOUNCEMENT_LIST.subject, {}),
        "nudges": await _list_rows(connection, NUDGE_LIST.subject, {}),
        "disputes": [(await _ask(connection, DISPUTE_LIST.subject, query))["rows"] for query in _DISPUTED],
        "calibrations": (await _ask(connection, DROP_CALIBRATE.subject, {}))["teams"],
        "effects": (await _ask(connection, EFFECT_LIST.subject, {}))["rules"],
        "erased_person": await _ask(connection, ERASE_FIND.subject, {"person": "jack"}),
        "audit": await daymark.command("audit"),
    }


async def list_days_and_nudges(daymark: RunningDaymark, connection: Client) -> Snapshot:
    """What was counted on which day, which nudges were decided, and what an audit says."""
    return {
        "scores": await _list_rows(connection, SCORE_LIST.subject, _PERIOD),
        "nudges": await _list_rows(connection, NUDGE_LIST.subject, {}),
        "audit": await daymark.command("audit"),
    }


async def step_to(connection: Client, instant: datetime) -> None:
    """Move the stepped time of an installation of any version, and return when its services have caught up."""
    await connection.jetstream().publish(TICK_SUBJECT, msgspec.json.encode(instant), stream=CLOCK)
    async with asyncio.timeout(_STALLED_S):
        for service in _SERVICES:
            while not await _is_caught_up(connection, service, instant):
                await asyncio.sleep(_POLL_S)


async def _is_caught_up(connection: Client, service: str, instant: datetime) -> bool:
    try:
        message = await connection.request(f"clock.status.v1.{service}", b"{}", timeout=5)
    except (TimeoutError, nats.errors.NoRespondersError):
        return False
    reply = json.loads(message.data)
    status = reply.get("data", reply)  # the first version replied without an envelope
    return bool(status["caught_up"]) and datetime.fromisoformat(status["now"]) >= instant


async def _list_rows(connection: Client, subject: str, query: dict[str, Any]) -> list[Any]:
    rows: list[Any] = []
    after = None
    while True:
        page = await _ask(connection, subject, {**query, "after": after})
        rows += page["rows"]
        if (after := page["next_after"]) is None:
            return rows


async def _ask(connection: Client, subject: str, query: dict[str, Any]) -> dict[str, Any]:
    reply = json.loads((await connection.request(subject, json.dumps(query).encode(), timeout=_TIMEOUT_S)).data)
    assert reply["ok"], (subject, reply)
    data: dict[str, Any] = reply["data"]
    return data
