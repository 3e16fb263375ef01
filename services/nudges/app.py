"""The composition root of nudges: the only module that knows every class."""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import asyncpg
import httpx
from faststream.nats import NatsBroker
from faststream.security import SASLPlaintext
from nats.aio.client import Client
from starlette.applications import Starlette

from services.nudges import store
from services.nudges.background_jobs import Loop, seldom_work, timed_work
from services.nudges.decide.policy.holdout import Lottery
from services.nudges.deliver.channels.apprise_process import AppriseProcess
from services.nudges.deliver.channels.channel import Audience, Channel
from services.nudges.deliver.channels.chat import ChatChannel
from services.nudges.deliver.channels.file import FileChannel
from services.nudges.deliver.channels.inbox import InboxChannel
from services.nudges.deliver.channels.webhook import WebhookChannel
from services.nudges.deliver.deliver_nudges import Deliverer
from services.nudges.deliver.deliveries import note_channels
from services.nudges.deliver.loop import DeliveryLoop
from services.nudges.intake.consumer import ReportConsumer
from services.nudges.links import Links
from services.nudges.metrics import NudgesMetrics
from services.nudges.outbox import measure_queues, nudge_relay
from services.nudges.pages.answers.answer_page import AnswerPage
from services.nudges.pages.disputes.dispute_page import ContestPage
from services.nudges.pages.disputes.explain_day import explain_day
from services.nudges.pages.inbox_page import Pages
from services.nudges.pages.own_page import OwnPage
from services.nudges.pages.rendering import Renderer
from services.nudges.requests.handlers import Answers
from services.nudges.settings import ChannelsSection, NudgesSection, NudgesSettings, trusted_authorities
from shared.clock import Clock, answer_status
from shared.jetstream.client import disconnect
from shared.jetstream.publisher import Publisher
from shared.jetstream.streams import NUDGES_CONSUMER, SCORES, backlog
from shared.service.probes import check_broker, check_postgres, probe_routes, starting_routes
from shared.service.process import Front, run_process
from shared.service.settings import NatsSection, read_secret
from shared.service.startup import clock_of, is_done, measure_until_stopped, reach_broker, reach_database

_NOT_FOUND = 404


async def run(settings: NudgesSettings) -> None:
    """Run until SIGTERM."""
    front = Front(Starlette(routes=starting_routes()), host=settings.nudges.host, port=settings.nudges.port)
    connection = await reach_broker(settings, name="nudges")
    pool = await reach_database(settings, schema=store.SCHEMA, migrations=store.MIGRATIONS)
    forget_key = await forget_key_of(settings, pool)
    clock = await clock_of(settings, connection)
    broker = make_broker(settings.nats)
    lottery = settings.experiments.lottery()
    links = Links(base_url=base_url(settings.nudges), secret=read_secret(settings.nudges.link_secret))
    async with Publisher(connection) as events, Publisher(connection) as dead_letters, ways_out(settings, clock) as channels:
        await note_channels(pool, channels)
        metrics = NudgesMetrics(channels)
        relay = nudge_relay(pool, events)
        delivering = delivery_loops(pool, channels, links, metrics, clock, on_delivered=relay.wake)

        def woken() -> None:
            relay.wake()
            for loop in delivering:
                loop.wake()

        names = tuple(channels)
        how: Any = {"channels": channels, "lottery": lottery, "wanted": settings.nudges.wanted()}
        how |= {"digest_at": settings.nudges.digest_at, "on_spoken": woken}
        timed = Loop(timed_work(pool, metrics, **how), clock)
        consumer = ReportConsumer(
            pool, dead_letters, clock, metrics, channels=names, lottery=lottery, forget_key=forget_key, on_decided=woken
        )
        consumer.subscribe(broker)
        await answer(connection, pool, clock, links, channels, lottery=lottery, forget_key=forget_key)
        pages = make_pages(connection, pool, links, clock, metrics, on_acknowledged=relay.wake)
        await run_process(
            front,
            web_app(connection, pool, metrics, settings, pages=pages),
            loops={
                "consumer": partial(consume, broker),
                "timed": timed.run,
                **{name: Loop(work, clock).run for name, work in seldom_work(pool, metrics).items()},
                **{f"deliver_{loop.channel}": loop.run for loop in delivering},
                "outbox": relay.run,
                "measure": partial(measure, connection, pool, names, clock, metrics),
            },
        )
    await pool.close()
    await disconnect(connection)


async def answer(
    connection: Client,
    pool: asyncpg.Pool,
    clock: Clock,
    links: Links,
    channels: Mapping[str, Channel],
    *,
    lottery: Lottery,
    forget_key: bytes,
) -> None:
    """Answer what is asked over NATS."""
    names, file = tuple(channels), file_of(channels)
    await Answers(pool, clock, links, channels=names, lottery=lottery, forget_key=forget_key, file=file).listen(connection)
    await answer_status(connection, "nudges", clock, partial(is_caught_up, connection, pool, names))


async def forget_key_of(settings: NudgesSettings, pool: asyncpg.Pool) -> bytes:
    """The key under which people are forgotten.

    Raises:
        ForgetKeyChanged: others were forgotten under another.
    """
    forget_key = settings.privacy.read_erasure_key()
    await store.refuse_other_key(pool, forget_key)
    return forget_key


def make_broker(settings: NatsSection) -> NatsBroker:
    """FastStream's own connection, which never gives up: its default ends in a loop that blocks the process."""
    password = read_secret(settings.password)
    security = SASLPlaintext(username=settings.user, password=password or "") if settings.user else None
    return NatsBroker(settings.url, security=security, max_reconnect_attempts=-1, graceful_timeout=3.0, logger=None)


async def consume(broker: NatsBroker, stopping: asyncio.Event) -> None:
    """Run FastStream's subscriber until told to stop."""
    await broker.start()
    await stopping.wait()
    await broker.stop()


async def measure(
    connection: Client,
    pool: asyncpg.Pool,
    channels: Sequence[str],
    clock: Clock,
    metrics: NudgesMetrics,
    stopping: asyncio.Event,
) -> None:
    """Keep the gauges up to date until told to stop."""

    async def measure_backlog() -> None:
        metrics.backlog.set(await backlog(connection, SCORES, NUDGES_CONSUMER))

    queues = partial(measure_queues, pool, channels, clock, metrics)
    await measure_until_stopped(stopping, {"backlog": measure_backlog, "queues": queues})


async def is_caught_up(connection: Client, pool: asyncpg.Pool, channels: Sequence[str], now: datetime) -> bool:
    """Whether every report is considered and everything due by now is done."""
    return await is_done(connection, SCORES, NUDGES_CONSUMER) and not await store.is_work_due(pool, channels=channels, now=now)


def way_out() -> httpx.AsyncClient:
    """A client that goes where it is told and nowhere else: no proxy of the environment, no redirects. The certificates that
    SSL_CERT_FILE names are trusted."""
    return httpx.AsyncClient(transport=httpx.AsyncHTTPTransport(), follow_redirects=False)


@asynccontextmanager
async def ways_out(settings: NudgesSettings, clock: Clock) -> AsyncIterator[Mapping[str, Channel]]:
    """The channels that are configured, by name, for as long as they are used.

    Raises:
        UrlRefused: the URL of a chat channel cannot be used.
    """
    chats = make_chats(settings.channels, clock)
    async with way_out() as client:
        try:
            await asyncio.gather(*[chat.check() for chat in chats])
            yield {channel.name: channel for channel in (*make_channels(settings.channels, client, clock), *chats)}
        finally:
            await asyncio.gather(*[chat.aclose() for chat in chats])


def make_chats(settings: ChannelsSection, clock: Clock) -> list[ChatChannel]:
    """Rooms and mailboxes. Each has a process of its own, which starts when it is needed."""
    return [
        ChatChannel(
            AppriseProcess(authorities=trusted_authorities()),
            clock,
            name=name,
            read_url=chat.read_url,
            schemes=settings.chat_schemes,
            timeout_s=chat.timeout_s,
            patience=timedelta(hours=chat.give_up_after_h),
            allowed=chat.allow_networks,
            audience=Audience(teams=chat.teams, kinds=chat.kinds),
        )
        for name, chat in settings.chat.items()
    ]


def make_channels(settings: ChannelsSection, client: httpx.AsyncClient, clock: Clock) -> list[Channel]:
    """The page, the file and the webhook, as far as they are configured."""
    channels: list[Channel] = []
    if settings.inbox.enabled:
        channels.append(InboxChannel())
    if settings.file.path:
        channels.append(FileChannel(Path(settings.file.path)))
    webhook = settings.webhook
    if webhook.url:
        channels.append(
            WebhookChannel(
                client,
                clock,
                url=webhook.url,
                read_secrets=webhook.read_secrets,
                timeout_s=webhook.timeout_s,
                patience=timedelta(hours=webhook.give_up_after_h),
                at_once_max=webhook.at_once_max,
                allowed=webhook.allow_networks,
            )
        )
    return channels


def delivery_loops(
    pool: asyncpg.Pool,
    channels: Mapping[str, Channel],
    links: Links,
    metrics: NudgesMetrics,
    clock: Clock,
    *,
    on_delivered: Callable[[], None],
) -> list[DeliveryLoop]:
    """One for each channel."""
    deliverers = [Deliverer(pool=pool, channel=one, links=links, metrics=metrics, clock=clock) for one in channels.values()]
    return [DeliveryLoop(one, on_delivered=on_delivered) for one in deliverers]


def file_of(channels: Mapping[str, Channel]) -> FileChannel | None:
    return next((one for one in channels.values() if isinstance(one, FileChannel)), None)


def base_url(settings: NudgesSection) -> str:
    """Where people reach the pages."""
    return settings.public_url or f"http://{settings.host}:{settings.port}"


def make_pages(
    connection: Client,
    pool: asyncpg.Pool,
    links: Links,
    clock: Clock,
    metrics: NudgesMetrics,
    *,
    on_acknowledged: Callable[[], None],
) -> tuple[Pages, OwnPage, AnswerPage, ContestPage]:
    """The managers' pages, the reps' own, where people answer, and where they contest."""
    renderer = Renderer()
    own = OwnPage(pool, links, renderer, clock, on_acknowledged=on_acknowledged)
    contests = ContestPage(pool, links, renderer, clock, metrics, explain=partial(explain_day, connection))
    return Pages(pool, links, renderer, clock), own, AnswerPage(pool, links, renderer, clock, metrics), contests


def web_app(
    connection: Client,
    pool: asyncpg.Pool,
    metrics: NudgesMetrics,
    settings: NudgesSettings,
    *,
    pages: tuple[Pages, OwnPage, AnswerPage, ContestPage],
) -> Starlette:
    """The pages, /livez, /readyz and /metrics."""
    of_managers, of_reps, for_answers, for_contests = pages
    checks = {"nats": check_broker(connection, settings.nats.monitor_url), "postgres": check_postgres(pool)}
    theirs = [*of_reps.routes(), *for_answers.routes(), *for_contests.routes()]
    routes = [*probe_routes(metrics.registry, checks), *of_managers.routes(), *theirs]
    return Starlette(routes=routes, exception_handlers={_NOT_FOUND: of_managers.not_found})
