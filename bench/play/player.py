"""Play the days of a trace, step by step, through everything that nudges decides."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from typing import Final
from unittest.mock import patch
from zoneinfo import ZoneInfo

import asyncpg

from bench.play.day_reports import Reporter
from bench.trials.trace import ONE_DAY, Trace
from services.nudges.context.watch_feeds import watch_feeds
from services.nudges.decide.decision_context import DecisionSettings
from services.nudges.decide.manager_digests import send_manager_digests
from services.nudges.decide.policy.holdout import Holdout
from services.nudges.decide.release_deferred import release_deferred
from services.nudges.decide.scheduled import run_scheduled_checks
from services.nudges.deliver.report_announcement import mark_announcement_delivered
from services.nudges.domain.day_plan_subscribers import NO_SUBSCRIBERS
from services.nudges.experiments import calibrate_teams
from services.nudges.experiments.calibrate_teams import plan_calibrations, run_weekly_calibrations
from services.nudges.intake.read_message import Arrived, Event
from services.nudges.intake.take_in import take_in
from shared.events import DayReport, NudgeId

_SETTINGS: Final = DecisionSettings(channels=(), holdout=Holdout(seed="", share=0.0), subscribers=NO_SUBSCRIBERS)
_NO_KEY: Final = b"nobody is erased"
_MIDNIGHT: Final = time(0, 1)
_DIGEST_AT: Final = time(9)
_PARTS: Final = (0.25, 0.5, 0.75, 1.0)
"""How much of the working time is over when a day changes; at one half, right before the midday check."""
_A_MINUTE: Final = timedelta(minutes=1)
_REPORTS_CACHED_MAX: Final = 20_000
_JUDGED_DAYS: Final = 60_000
_JUDGED_DAYS_PER_REP: Final = 1_500
_SENT_ANNOUNCEMENTS: Final = """
-- Announcements that were sent and have not been marked as delivered.
SELECT n.id FROM nudge AS n JOIN announcement AS a ON a.nudge_id = n.id WHERE a.delivered_at IS NULL AND n.status = 'sent'
"""
_HAS_DUE_CHECKS: Final = "SELECT EXISTS (SELECT FROM scheduled_check WHERE NOT is_done AND due_at <= $1)"


@contextmanager
def quick_play() -> Iterator[None]:
    """While it lasts, a stored report that was read before is not read again, which would take half of the time, and a
    calibration looks at a third of the random orders, which would take most of the rest. Reports are frozen, so the first
    changes nothing; by the second, limits are known a little less exactly."""
    read_report = lru_cache(maxsize=_REPORTS_CACHED_MAX)(DayReport.model_validate_json)
    with (
        patch.object(DayReport, "model_validate_json", read_report),
        patch.object(calibrate_teams, "_JUDGED_DAYS", _JUDGED_DAYS),
        patch.object(calibrate_teams, "_JUDGED_DAYS_PER_REP", _JUDGED_DAYS_PER_REP),
    ):
        yield


class Player:
    """Plays days in their order on an empty schema of nudges. Within a step nobody's message waits for anybody else's."""

    def __init__(self, pool: asyncpg.Pool, trace: Trace, reporter: Reporter | None = None) -> None:
        self.reporter = reporter if reporter is not None else Reporter(trace)
        self._pool = pool
        self._trace = trace
        self._zone = ZoneInfo(trace.timezone)

    async def import_history(self, days: Iterable[date], *, now: datetime) -> None:
        """These days as an import on a later day reports them: closed, and in silence."""
        for day in days:
            await self._take_in(self.reporter.import_days(day, now=now), now=now)

    async def play(self, days: Iterable[date]) -> None:
        for day in days:
            await self._play_day(day)

    async def _play_day(self, day: date) -> None:
        starts, ends = self._trace.starts_at(day), self._trace.ends_at(day)
        await self._begin_day(day, now=datetime.combine(day, _MIDNIGHT, tzinfo=self._zone))
        steps: dict[datetime, float] = {starts: 0.0, datetime.combine(day, _DIGEST_AT, tzinfo=self._zone): 0.0}
        steps |= {min(starts + part * (ends - starts), ends - _A_MINUTE): part for part in _PARTS}
        for now, part in sorted(steps.items()):
            if part:
                await self._take_in(self.reporter.change_days(day, part, now=now), now=now)
            await self._pass_time(now)

    async def _begin_day(self, day: date, *, now: datetime) -> None:
        before, after = self._trace.definitions_on(day - ONE_DAY), self._trace.definitions_on(day)
        if after is not before:
            await self._take_in(self.reporter.report_again(before, after, now=now), now=now)
        await self._take_in(self.reporter.close_days(day - ONE_DAY, now=now), now=now)
        await self._take_in(self.reporter.open_days(day, now=now), now=now)
        await self._take_in(self.reporter.announce(day, now=now), now=now)
        await plan_calibrations(self._pool, now=now)
        await run_weekly_calibrations(self._pool, now=now)

    async def _take_in(self, events: Iterable[Event], *, now: datetime) -> None:
        await take_in(self._pool, [Arrived(event=event) for event in events], _SETTINGS, now=now, erasure_key=_NO_KEY)

    async def _pass_time(self, now: datetime) -> None:
        """What nudges does by itself, in the order in which its timed job does it, until nothing is due any more."""
        await watch_feeds(self._pool, now=now)
        is_due = True
        while is_due:
            async for _ in release_deferred(self._pool, _SETTINGS, now=now):
                pass
            async for _ in run_scheduled_checks(self._pool, _SETTINGS, now=now):
                pass
            await send_manager_digests(self._pool, _SETTINGS, digest_at=_DIGEST_AT, now=now)
            is_due = await self._pool.fetchval(_HAS_DUE_CHECKS, now)
        for row in await self._pool.fetch(_SENT_ANNOUNCEMENTS):
            async with self._pool.acquire() as connection:
                await mark_announcement_delivered(connection, NudgeId(row["id"]), now=now)
