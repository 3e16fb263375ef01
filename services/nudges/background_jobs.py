"""What nudges does by itself: deferred nudges, scheduled checks, digests, the health of feeds, experiments."""

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, time, timedelta
from typing import Final

import asyncpg

from services.nudges.context.watch_feeds import watch_feeds
from services.nudges.decide.decision_context import DecisionSettings
from services.nudges.decide.disputes.new_disputes import hour_of, send_new_disputes
from services.nudges.decide.manager_digests import send_manager_digests
from services.nudges.decide.release_deferred import release_deferred
from services.nudges.decide.scheduled import run_scheduled_checks
from services.nudges.decision_log import log_outcomes
from services.nudges.deliver.channel import Channel
from services.nudges.deliver.deliveries import give_up_orphans, mark_resumed
from services.nudges.domain.decision import Outcome
from services.nudges.experiments.calibrate_teams import plan_calibrations, run_weekly_calibrations
from services.nudges.experiments.pause_harmful_rules import pause_harmful_rules
from services.nudges.metrics import NudgesMetrics
from shared.clock import Clock
from shared.service.background import BackgroundJob

_FEEDS_EVERY: Final = timedelta(minutes=1)
_PLAN_EVERY: Final = timedelta(minutes=1)
_NEVER: Final = datetime.min.replace(tzinfo=UTC)


def timed_job(
    pool: asyncpg.Pool,
    metrics: NudgesMetrics,
    clock: Clock,
    settings: DecisionSettings,
    *,
    channels: Mapping[str, Channel],
    digest_at: time,
    on_decided: Callable[[], None],
) -> BackgroundJob:
    """Everything that is due by the clock and quickly done."""
    feeds_checked_at = disputes_sent_in = _NEVER

    async def work() -> None:
        nonlocal feeds_checked_at, disputes_sent_in
        now = clock.now()
        await mark_resumed(pool, now=now)
        if now - feeds_checked_at >= _FEEDS_EVERY:
            await watch_feeds(pool, now=now)
            feeds_checked_at = now
        async for outcomes in release_deferred(pool, settings, now=now):
            record(outcomes)
        async for outcomes in run_scheduled_checks(pool, settings, now=now):
            record(outcomes)
        record(await send_manager_digests(pool, settings, digest_at=digest_at, now=now))
        if hour_of(now) != disputes_sent_in:
            record(await send_new_disputes(pool, settings, now=now))
            disputes_sent_in = hour_of(now)
        await give_up_orphans(pool, channels, now=now)

    def record(outcomes: Sequence[Outcome]) -> None:
        """At once: what is committed is counted and sent even if something else fails afterwards."""
        log_outcomes(outcomes, metrics)
        if outcomes:
            on_decided()

    return BackgroundJob("timed", work, clock=clock)


def slow_jobs(pool: asyncpg.Pool, metrics: NudgesMetrics, clock: Clock) -> list[BackgroundJob]:
    """What is rarely due and takes seconds; nobody's nudge waits for it."""
    planned_at = _NEVER

    async def check_effects() -> None:
        await pause_harmful_rules(pool, now=clock.now())

    async def calibrate() -> None:
        nonlocal planned_at
        now = clock.now()
        if now - planned_at >= _PLAN_EVERY:
            await plan_calibrations(pool, now=now)
            planned_at = now
        for calibration in await run_weekly_calibrations(pool, now=now):
            metrics.calibrations.labels(calibration.outcome).inc()

    return [BackgroundJob("effects", check_effects, clock=clock), BackgroundJob("calibration", calibrate, clock=clock)]
