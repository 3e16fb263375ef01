"""What was decided and delivered, on its way to NUDGES."""

import asyncpg

from shared.jetstream.publisher import Publisher
from shared.postgres.outbox import OutboxRelay
from shared.service.background import BackgroundJob


def nudge_relay(pool: asyncpg.Pool, publisher: Publisher) -> BackgroundJob:
    """The job that relays nudges' outbox. Wake it after a commit."""
    relay = OutboxRelay(pool, publisher, source="/nudges")
    return BackgroundJob("outbox", relay.relay_all)
