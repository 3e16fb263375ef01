"""The composition root of ingest: the only module that knows every class."""

import asyncio
from datetime import datetime
from typing import Final

import structlog
from starlette.applications import Starlette
from starlette.exceptions import HTTPException

from services.ingest.consumer import WebhookConsumer
from services.ingest.domain.adapter import Adapter
from services.ingest.domain.crm.close import CLOSE
from services.ingest.domain.crm.cloudevents import CLOUDEVENTS
from services.ingest.domain.crm.hubspot import HUBSPOT
from services.ingest.domain.crm.pipedrive import PIPEDRIVE
from services.ingest.domain.crm.salesforce import SALESFORCE
from services.ingest.domain.crm.shared_secret import SHARED_SECRET
from services.ingest.domain.crm.signed_senders import ADAPTERS as SIGNED_SENDERS
from services.ingest.domain.crm.standard import STANDARD
from services.ingest.domain.crm.zoho import ZOHO
from services.ingest.metrics import IngestMetrics
from services.ingest.receive_webhook import WebhookReceiver
from services.ingest.rotation import follow_secrets
from services.ingest.settings import IngestSettings
from services.ingest.translate_webhooks import WebhookTranslator
from services.ingest.webhooks import Door, refuse
from shared.clock import Clock, SystemClock, answer_status
from shared.jetstream.client import disconnect
from shared.jetstream.publisher import Publisher
from shared.jetstream.streams import TRANSLATE_CONSUMER, WEBHOOKS, backlog
from shared.service.probes import Check, check_broker, probe_routes, starting_routes
from shared.service.process import Front, run_process
from shared.service.startup import clock_of, is_done, measure_until_stopped, reach_broker

_log = structlog.get_logger()
_ALL: Final = (STANDARD, CLOUDEVENTS, HUBSPOT, SALESFORCE, PIPEDRIVE, CLOSE, ZOHO, SHARED_SECRET, *SIGNED_SENDERS)
ADAPTERS: Final[dict[str, Adapter]] = {adapter.kind: adapter for adapter in _ALL}


async def run(settings: IngestSettings) -> None:
    """Run until SIGTERM."""
    sources = settings.read_sources()
    secret = contact_secret_of(settings)
    metrics = IngestMetrics(sources)
    starting = Door(WebhookReceiver(sources, ADAPTERS, None, SystemClock()), settings.ingest, metrics, SystemClock())
    front = Front(
        Starlette(routes=[*starting.routes(), *starting_routes()], exception_handlers={HTTPException: refuse}),
        host=settings.ingest.host,
        port=settings.ingest.port,
        limits=settings.ingest.head_limits(),
    )
    connection = await reach_broker(settings, name="ingest")
    clock = await clock_of(settings, connection)
    timeout_s = settings.ingest.store_timeout_s
    async with (
        Publisher(connection, timeout_s=timeout_s) as webhooks,
        Publisher(connection, timeout_s=timeout_s) as activities,
        Publisher(connection, timeout_s=timeout_s) as letters,
    ):
        receiver = WebhookReceiver(sources, ADAPTERS, webhooks, clock)
        translator = WebhookTranslator(
            sources, ADAPTERS, activities=activities, dead_letters=letters, clock=clock, metrics=metrics, contact_secret=secret
        )
        consumer = WebhookConsumer(connection, translator, metrics)

        async def is_caught_up(_: datetime) -> bool:
            return await is_done(connection, WEBHOOKS, TRANSLATE_CONSUMER)

        async def measure_backlog() -> None:
            metrics.backlog.set(await backlog(connection, WEBHOOKS, TRANSLATE_CONSUMER))

        async def rotate(stopping: asyncio.Event) -> None:
            await follow_secrets(settings, sources, stopping)

        async def measure(stopping: asyncio.Event) -> None:
            await measure_until_stopped(stopping, {"backlog": measure_backlog})

        await answer_status(connection, "ingest", clock, is_caught_up)
        await run_process(
            front,
            web_app(receiver, settings, metrics, clock, check_broker(connection, settings.nats.monitor_url)),
            loops={"consumer": consumer.run, "measure": measure, "rotate": rotate},
        )
    await disconnect(connection)


def contact_secret_of(settings: IngestSettings) -> bytes:
    """The secret under which keys of contacts are hashed; empty, and said so, where none is configured.

    Raises:
        SecretMissing: it is not where the configuration says.
    """
    secret = settings.privacy.read_contact_secret()
    if not secret:
        _log.warning("contacts_left_out", remedy="set privacy.contact_secret, or activities do not say with whom they were")
    return secret


def web_app(
    receiver: WebhookReceiver, settings: IngestSettings, metrics: IngestMetrics, clock: Clock, broker: Check
) -> Starlette:
    """The door, /livez, /readyz and /metrics."""
    door = Door(receiver, settings.ingest, metrics, clock)
    routes = [*door.routes(), *probe_routes(metrics.registry, {"nats": broker})]
    return Starlette(routes=routes, exception_handlers={HTTPException: refuse})
