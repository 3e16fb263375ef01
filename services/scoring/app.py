"""The composition root of scoring: the only module that knows every class."""

import asyncio
from datetime import datetime
from functools import partial
from typing import Final

import asyncpg
from nats.aio.client import Client
from starlette.applications import Starlette

from services.scoring.days.day_job import DayLoop
from services.scoring.days.open_and_close_days import reps_due
from services.scoring.definitions.announcement_consumer import TellingConsumer
from services.scoring.definitions.cache import DefinitionsCache
from services.scoring.definitions.pending_rescores import rescore_state
from services.scoring.explain.explain_api import Api
from services.scoring.metrics import ScoringMetrics
from services.scoring.outbox import measure_outbox, report_relay
from services.scoring.record.activity_consumer import ActivityConsumer
from services.scoring.requests.handlers import Answers
from services.scoring.rescore.rescore_jobs import RescoreLoop
from services.scoring.settings import ScoringSettings
from services.scoring.store import MIGRATIONS, SCHEMA, find_outbox_state, list_progress
from shared.clock import Clock, answer_status
from shared.jetstream.client import disconnect
from shared.jetstream.publisher import Publisher
from shared.jetstream.streams import ACTIVITIES, ANNOUNCEMENTS_CONSUMER, NUDGES, SCORING_CONSUMER, backlog
from shared.service.probes import check_broker, check_postgres, probe_routes, starting_routes
from shared.service.process import Front, Loop, run_process
from shared.service.settings import read_secret
from shared.service.startup import clock_of, is_done, measure_until_stopped, reach_broker, reach_database

_CONSUMED: Final = ((ACTIVITIES, SCORING_CONSUMER), (NUDGES, ANNOUNCEMENTS_CONSUMER))


async def run(settings: ScoringSettings) -> None:
    """Run until SIGTERM."""
    front = Front(Starlette(routes=starting_routes()), host=settings.scoring.host, port=settings.scoring.port)
    connection = await reach_broker(settings, name="scoring")
    pool = await reach_database(settings, schema=SCHEMA, migrations=MIGRATIONS)
    clock = await clock_of(settings, connection)
    metrics, cache = ScoringMetrics(), DefinitionsCache(settings.privacy.read_erasure_key())
    async with pool.acquire() as held:
        await cache.read(held)  # a key that recognises nobody is noticed before anything is taken in
    async with Publisher(connection) as reports, Publisher(connection) as dead_letters:
        relay = report_relay(pool, reports, metrics)
        consumer = ActivityConsumer(
            connection,
            pool,
            cache,
            dead_letters,
            clock,
            metrics,
            batch_max=settings.scoring.batch_max,
            on_recorded=relay.wake,
        )
        telling = TellingConsumer(connection, pool, dead_letters, metrics)
        days = DayLoop(pool, cache, clock, on_turned=relay.wake)
        rescoring = RescoreLoop(pool, cache, clock, on_rescored=relay.wake)
        await Answers(pool, cache, clock, on_changed=rescoring.wake).listen(connection)

        async def is_caught_up(now: datetime) -> bool:
            consumed = (await is_done(connection, *each) for each in _CONSUMED)
            return all([each async for each in consumed]) and await nothing_is_due(pool, cache, now=now)

        await answer_status(connection, "scoring", clock, is_caught_up)
        await run_process(
            front,
            web_app(connection, pool, cache, metrics, settings),
            loops={
                "consumer": consumer.run,
                "telling": telling.run,
                "days": days.run,
                "rescore": rescoring.run,
                "outbox": relay.run,
                "measure": measures(connection, pool, clock, metrics),
            },
        )
    await pool.close()
    await disconnect(connection)


def measures(connection: Client, pool: asyncpg.Pool, clock: Clock, metrics: ScoringMetrics) -> Loop:
    """The loop that keeps the gauges of what waits up to date."""

    async def measure_backlog() -> None:
        metrics.backlog.set(await backlog(connection, ACTIVITIES, SCORING_CONSUMER))

    async def measure_rescoring() -> None:
        async with pool.acquire() as held:
            metrics.reps_to_rescore.set((await rescore_state(held)).reps)

    async def measure(stopping: asyncio.Event) -> None:
        measure_reports = partial(measure_outbox, pool, clock, metrics)
        await measure_until_stopped(
            stopping, {"backlog": measure_backlog, "rescoring": measure_rescoring, "outbox": measure_reports}
        )

    return measure


def web_app(
    connection: Client, pool: asyncpg.Pool, cache: DefinitionsCache, metrics: ScoringMetrics, settings: ScoringSettings
) -> Starlette:
    """Explanations, /livez, /readyz and /metrics."""
    api = Api(pool, cache, token=read_secret(settings.scoring.api_token))
    checks = {"nats": check_broker(connection, settings.nats.monitor_url), "postgres": check_postgres(pool)}
    return Starlette(routes=[*probe_routes(metrics.registry, checks), *api.routes()])


async def nothing_is_due(pool: asyncpg.Pool, cache: DefinitionsCache, *, now: datetime) -> bool:
    """Whether every day due by now is opened, closed and scored under the definitions in force, and every report published."""
    async with pool.acquire() as connection:
        definitions = await cache.read(connection)
        if reps_due(definitions, await list_progress(connection), now=now):
            return False
        if (await rescore_state(connection)).reps:
            return False
    waiting, _ = await find_outbox_state(pool)
    return waiting == 0
