"""The composition root of ingest: the only module that knows every class."""

import asyncio
import os
from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime
from functools import partial
from typing import Final

import structlog
from faststream import FastStream
from starlette.applications import Starlette
from starlette.exceptions import HTTPException

from services.ingest.consumer import WebhookConsumer
from services.ingest.domain.adapters import ADAPTERS
from services.ingest.domain.webhook import Source
from services.ingest.metrics import IngestMetrics, UnknownPaths
from services.ingest.published_events import declare_publishers
from services.ingest.receive_webhook import WebhookReceiver
from services.ingest.repair_requests import RepairRequests
from services.ingest.reports.source_report import report_source
from services.ingest.settings import IngestSettings
from services.ingest.sources.known_sources import FOLLOW_INTERVAL_S, KnownSources
from services.ingest.sources.reload_secrets import RELOAD_INTERVAL_S
from services.ingest.sources.sealed_secrets import SecretsKey
from services.ingest.sources.source_requests import SourceRequests
from services.ingest.translate_webhooks import WebhookTranslator
from services.ingest.webhooks import Door
from shared.clock import Clock
from shared.jetstream.client import LeanClient
from shared.jetstream.publisher import Publisher
from shared.jetstream.streams import TRANSLATE_CONSUMER, WEBHOOKS, find_waiting
from shared.observation import SourceName
from shared.requests.endpoint import NoQuery
from shared.requests.router import RequestRouter
from shared.requests.sources.reports import SOURCE_REPORT
from shared.requests.webhooks import UNKNOWN_PATHS, UnknownPathList, UnknownPathRow
from shared.service.background import BackgroundJob, measuring_job
from shared.service.broker import ServiceBroker, make_app
from shared.service.probes import check_broker, check_progress, first_problem, probe_routes, read_used_ratio
from shared.service.process import Front, Job, probe_front, run_process
from shared.service.settings import load_settings, read_strong_secret
from shared.service.startup import has_finished, reach_broker
from shared.service.stepped_time import answer_status, make_clock, read_last_tick, tick_router
from shared.transient_errors import until_reached

_log = structlog.get_logger()
_NAME: Final = "ingest"
_DISKS_INTERVAL_S: Final = 30.0
_DESCRIPTION: Final = "Receives webhooks from CRMs, stores them, and publishes the activities that they describe."


class IngestService:
    """Everything that ingest consists of. Building it does no I/O; `run` reaches the servers and works."""

    def __init__(
        self, settings: IngestSettings, sources: dict[SourceName, Source], contact_secret: bytes, sources_key: SecretsKey
    ) -> None:
        self._settings = settings
        self._metrics = IngestMetrics(sources)
        self._clock = make_clock(settings.clock.mode)
        self._unknown_paths = UnknownPaths()
        self._client = LeanClient()
        self._known = KnownSources(settings, sources, sources_key, self._client, self._metrics)
        self._repairs = RepairRequests(self._client, self._known.find, self._clock, contact_secret=contact_secret)
        timeout_s = settings.ingest.store_timeout_s
        self._webhooks = Publisher(self._client, timeout_s=timeout_s)
        self._activities = Publisher(self._client, timeout_s=timeout_s)
        self._dead_letters = Publisher(self._client, timeout_s=timeout_s)
        translator = WebhookTranslator(
            self._known.open,
            ADAPTERS,
            activities=self._activities,
            dead_letters=self._dead_letters,
            clock=self._clock,
            metrics=self._metrics,
            contact_secret=contact_secret,
            find_source=self._known.find,
        )
        self._jobs: dict[str, Job] = {
            "translate": WebhookConsumer(self._client, translator, self._metrics).run,
            "follow_sources": BackgroundJob("follow_sources", self._known.follow, interval_s=FOLLOW_INTERVAL_S).run,
            "reload_secrets": BackgroundJob("reload_secrets", self._known.reload_secrets, interval_s=RELOAD_INTERVAL_S).run,
            "measure": measuring_job({"backlog": self._measure_backlog, "storage": self._measure_storage}).run,
            "measure_disks": measuring_job(
                disk_readers(settings.ingest.disks, self._metrics), interval_s=_DISKS_INTERVAL_S
            ).run,
        }
        self._broker = self._make_broker()
        self.app = make_app(self._broker, service=_NAME, description=_DESCRIPTION)

    async def run(self) -> None:
        """Run until SIGTERM. The door answers from the first moment: 503 until JetStream can be reached."""
        limits = self._settings.ingest
        front = Front(self._starting_web(), host=limits.host, port=limits.port, limits=limits.http_limits())
        probes = probe_front(host=limits.probes_host, port=limits.probes_port)
        await reach_broker(self._broker)
        await read_last_tick(self._client, self._clock)
        await until_reached("nats", self._known.follow)
        async with self._webhooks, self._activities, self._dead_letters:
            await run_process(front, self._web(), self.app, self._broker, jobs=self._jobs, probes=(probes, self._probes()))
        await self.app.stop()

    def _make_broker(self) -> ServiceBroker:
        broker = ServiceBroker(self._client, self._settings.nats, name=_NAME)
        requests = RequestRouter(queue=_NAME)
        answer_status(requests, _NAME, self._clock, self._is_caught_up)
        requests.handles(UNKNOWN_PATHS)(self._list_unknown_paths)
        SourceRequests(self._settings, self._known, self._client).register(requests)
        requests.handles(SOURCE_REPORT)(partial(report_source, self._client, self._known.find))
        self._repairs.register(requests)
        broker.include_routers(requests.router, tick_router(self._clock))
        declare_publishers(broker)
        return broker

    def _starting_web(self) -> Starlette:
        receiver = WebhookReceiver(self._known.open, ADAPTERS, None, self._clock)
        door = Door(receiver, self._settings.ingest, self._metrics, self._clock, self._unknown_paths)
        return _without_redirects(door)

    def _web(self) -> Starlette:
        receiver = WebhookReceiver(self._known.open, ADAPTERS, self._webhooks, self._clock)
        return web_app(receiver, self._settings, self._metrics, self._clock, self._unknown_paths)

    def _probes(self) -> Starlette:
        is_broker_well = check_broker(self._client, self._settings.nats.monitor_url)
        check = first_problem(is_broker_well, check_progress(self._webhooks.progress))
        return Starlette(routes=probe_routes(self._metrics.registry, {"nats": check}, self._client.violations))

    async def _list_unknown_paths(self, _: NoQuery) -> UnknownPathList:
        rows = [
            UnknownPathRow(path=unknown.path, requests=unknown.requests, newest_at=unknown.newest_at)
            for unknown in self._unknown_paths.list()
        ]
        return UnknownPathList(paths=tuple(rows))

    async def _is_caught_up(self, _: datetime) -> bool:
        return await has_finished(self._client, WEBHOOKS, TRANSLATE_CONSUMER)

    async def _measure_backlog(self) -> None:
        waiting = await find_waiting(self._client, WEBHOOKS, TRANSLATE_CONSUMER)
        self._metrics.backlog.set(waiting.messages)
        self._metrics.backlog_oldest_seconds.set(waiting.oldest_age_s)

    async def _measure_storage(self) -> None:
        if monitor_url := self._settings.nats.monitor_url:
            self._metrics.jetstream_used_ratio.set(await read_used_ratio(monitor_url))


def disk_readers(disks: Mapping[str, str], metrics: IngestMetrics) -> Mapping[str, Callable[[], Awaitable[None]]]:
    """By name of a disk, what measures it. `disks` has a folder on each."""

    async def read(name: str, folder: str) -> None:
        disk = await asyncio.to_thread(os.statvfs, folder)
        used = disk.f_blocks - disk.f_bfree
        metrics.show_disk(name, free_bytes=disk.f_bavail * disk.f_frsize, size_bytes=(used + disk.f_bavail) * disk.f_frsize)

    return {name: partial(read, name, folder) for name, folder in disks.items()}


async def run(settings: IngestSettings) -> None:
    """Run the service until SIGTERM.

    Raises:
        SecretMissing: a secret is not where the configuration says it is.
        SecretTooShort: a secret could be guessed.
    """
    key = SecretsKey(read_strong_secret(settings.ingest.sources_key, key="ingest.sources_key"))
    await IngestService(settings, settings.read_sources(), read_contact_secret(settings), key).run()


def describe() -> FastStream:
    """The application with default settings, for its AsyncAPI document. Needs no server."""
    return IngestService(load_settings(IngestSettings), {}, b"", SecretsKey(None)).app


def read_contact_secret(settings: IngestSettings) -> bytes:
    """The secret under which the keys of contacts are hashed. Without one it is empty, and the log warns about it.

    Raises:
        SecretMissing: it is not where the configuration says it is.
    """
    secret = settings.privacy.read_contact_secret()
    if not secret:
        _log.warning("contacts_left_out", remedy="set privacy.contact_secret; without it activities do not name their contact")
    return secret


def web_app(
    receiver: WebhookReceiver,
    settings: IngestSettings,
    metrics: IngestMetrics,
    clock: Clock,
    unknown_paths: UnknownPaths | None = None,
) -> Starlette:
    """The door. It answers nothing else: its port is open to everybody."""
    door = Door(receiver, settings.ingest, metrics, clock, unknown_paths or UnknownPaths())
    return _without_redirects(door)


def _without_redirects(door: Door) -> Starlette:
    """No path is redirected to the one with a slash more or less: senders do not follow redirects."""
    app = Starlette(routes=door.routes(), exception_handlers={HTTPException: door.respond_to_error})
    app.router.redirect_slashes = False
    return app
