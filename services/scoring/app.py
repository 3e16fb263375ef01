"""The composition root of scoring: the only module that knows every part."""

import asyncio
from datetime import datetime
from functools import partial
from typing import Final

from faststream import FastStream
from starlette.applications import Starlette

from services.scoring.absences.end_refuted_absences import refuted_absences_job
from services.scoring.days.day_job import day_job
from services.scoring.days.last_opened_days import list_opened_days
from services.scoring.days.open_and_close_days import list_reps_due
from services.scoring.definitions.announcement_consumer import announcement_router
from services.scoring.definitions.cache import DefinitionsCache
from services.scoring.definitions.entered_absences import list_refuted_days
from services.scoring.definitions.pending_rescores import find_rescore_state
from services.scoring.explain.count_gaps import count_gaps
from services.scoring.explain.explain_api import ExplainApi
from services.scoring.metrics import UNREADABLE_ANNOUNCEMENT, ScoringMetrics
from services.scoring.outbox import ReportRelay, measure_outbox
from services.scoring.record.activity_consumer import ActivityConsumer
from services.scoring.requests.handlers import request_router
from services.scoring.rescore.rescore_jobs import rescore_jobs
from services.scoring.schema import MIGRATIONS, SCHEMA
from services.scoring.settings import ScoringSettings
from shared.jetstream.client import LeanClient
from shared.jetstream.progress import Progress
from shared.jetstream.publisher import Publisher
from shared.jetstream.streams import (
    ACTIVITIES,
    ANNOUNCEMENTS_CONSUMER,
    NUDGES,
    SCORES_EVENTS,
    SCORING_CONSUMER,
    find_waiting,
)
from shared.postgres.outbox import find_outbox_state
from shared.service.background import BackgroundJob, measuring_job
from shared.service.broker import ServiceBroker, make_app
from shared.service.consuming import DeadLetters
from shared.service.probes import check_broker, check_postgres, check_progress, probe_routes, starting_routes
from shared.service.process import Front, run_process
from shared.service.settings import load_settings, read_strong_secret
from shared.service.startup import close_pool, has_finished, pool_of, reach_broker, reach_database
from shared.service.stepped_time import answer_status, make_clock, read_last_tick, tick_router

_NAME: Final = "scoring"
_GAPS_INTERVAL_S: Final = 300.0
_CONSUMED: Final = ((ACTIVITIES, SCORING_CONSUMER), (NUDGES, ANNOUNCEMENTS_CONSUMER))


class ScoringService:
    """All parts of scoring, connected to each other. Making it needs no server; `run` does."""

    def __init__(self, settings: ScoringSettings) -> None:
        self._settings = settings
        self._clock = make_clock(settings.clock.mode)
        self._metrics = ScoringMetrics()
        self._cache = DefinitionsCache(settings.privacy.read_erasure_key())
        self._client = LeanClient()
        self._pool = pool_of(settings.postgres, schema=SCHEMA)
        self._reports = Publisher(self._client)
        self._dead_letters = Publisher(self._client)
        self._announcement_progress = Progress("recording announcements", server="Postgres")
        self._relay = ReportRelay(self._pool, self._reports, self._metrics)
        self._rescores = rescore_jobs(self._pool, self._cache, self._clock, on_step=self._relay.wake)
        self._days = day_job(self._pool, self._cache, self._clock, on_change=self._relay.wake)
        self._absences = refuted_absences_job(self._pool, self._cache, self._clock, on_change=self._wake_rescores)
        self._consumer = ActivityConsumer(
            self._client,
            self._pool,
            self._cache,
            self._dead_letters,
            self._clock,
            self._metrics,
            batch_max=settings.scoring.batch_max,
            on_recorded=self._relay.publish,
        )
        self._broker = self._make_broker()
        self.app = make_app(
            self._broker,
            service=_NAME,
            description="Turns activities into one score per rep and day, and announces playbook versions to reps.",
        )

    async def run(self) -> None:
        """Reach the servers, and work until SIGTERM."""
        settings = self._settings.scoring
        starting = Starlette(routes=starting_routes())
        front = Front(starting, host=settings.host, port=settings.port, limits=settings.http_limits())
        client = await reach_broker(self._broker)
        await read_last_tick(client, self._clock)
        await reach_database(self._pool, schema=SCHEMA, migrations=MIGRATIONS)
        async with self._pool.acquire() as connection:
            await self._cache.refuse_other_key(connection)  # before anything is recorded
        measuring = (self._measuring(), self._measuring_gaps())
        background = (self._days, *self._rescores, self._absences, *measuring)
        jobs = {self._relay.name: self._relay.run, **{job.name: job.run for job in background}}
        async with self._reports, self._dead_letters:
            await run_process(
                front, self._web_app(), self.app, self._broker, jobs={"record_activities": self._consumer.run, **jobs}
            )
        await self.app.stop()
        await close_pool(self._pool)

    def _make_broker(self) -> ServiceBroker:
        """The broker with every subscriber, and every event that scoring publishes."""
        requests = request_router(self._pool, self._cache, self._clock, on_change=self._wake_rescores)
        answer_status(requests, _NAME, self._clock, self._is_caught_up)
        unreadable = DeadLetters(
            publisher=self._dead_letters,
            service=_NAME,
            reason=UNREADABLE_ANNOUNCEMENT,
            on_dead_letter=lambda reason: self._metrics.dead_letters.labels(reason).inc(),
        )
        broker = ServiceBroker(self._client, self._settings.nats, name=_NAME)
        broker.include_routers(
            requests.router, tick_router(self._clock), announcement_router(self._pool, unreadable, self._announcement_progress)
        )
        broker.publishes(SCORES_EVENTS)
        return broker

    def _web_app(self) -> Starlette:
        """Explanations, /livez, /readyz and /metrics."""
        token = read_strong_secret(self._settings.scoring.api_token, key="scoring.api_token")
        api = ExplainApi(self._pool, self._cache, token=token)
        checks = {
            "nats": check_broker(self._client, self._settings.nats.monitor_url),
            "postgres": check_postgres(self._pool),
            "activities": check_progress(self._consumer.progress),
            "announcements": check_progress(self._announcement_progress),
            "days": check_progress(self._days.progress),
            "outbox": check_progress(self._relay.progress),
            "events": check_progress(self._reports.progress),
        }
        return Starlette(routes=[*probe_routes(self._metrics.registry, checks, self._client.violations), *api.routes()])

    def _wake_rescores(self) -> None:
        for job in self._rescores:
            job.wake()

    def _measuring(self) -> BackgroundJob:
        """Keeps the gauges of pending work up to date."""

        async def measure_backlog() -> None:
            waiting = await find_waiting(self._client, ACTIVITIES, SCORING_CONSUMER)
            self._metrics.backlog.set(waiting.messages)
            self._metrics.backlog_oldest_seconds.set(waiting.oldest_age_s)

        async def measure_rescores() -> None:
            async with self._pool.acquire() as connection:
                self._metrics.reps_to_rescore.set((await find_rescore_state(connection)).reps)

        return measuring_job(
            {
                "backlog": measure_backlog,
                "rescores": measure_rescores,
                "outbox": partial(measure_outbox, self._pool, self._clock, self._metrics),
            }
        )

    def _measuring_gaps(self) -> BackgroundJob:
        """Keeps the gauges of incomplete activities up to date. It reads a week of activities, so it does so rarely."""

        async def measure_gaps() -> None:
            self._metrics.show_gaps(await count_gaps(self._pool, now=self._clock.now()))

        return measuring_job({"gaps": measure_gaps}, name="measure_gaps", interval_s=_GAPS_INTERVAL_S)

    async def _is_caught_up(self, now: datetime) -> bool:
        """Whether everything that is due by now is consumed, opened, closed, scored and published."""
        for stream, consumer in _CONSUMED:
            if not await has_finished(self._client, stream, consumer):
                return False
        async with self._pool.acquire() as connection:
            definitions = await self._cache.read(connection)
            if list_reps_due(definitions.roster.reps.values(), await list_opened_days(connection), now=now):
                return False
            if await list_refuted_days(connection) or (await find_rescore_state(connection)).reps:
                return False
        await self._relay.publish_all()
        return (await find_outbox_state(self._pool)).waiting == 0


async def run(settings: ScoringSettings) -> None:
    """Run until SIGTERM."""
    await ScoringService(settings).run()


def describe() -> FastStream:
    """The FastStream application with default settings, for its documentation. Nothing is connected or started."""

    async def make() -> FastStream:
        return ScoringService(load_settings(ScoringSettings)).app

    return asyncio.run(make())  # a pool of connections belongs to an event loop, even if it is never opened
