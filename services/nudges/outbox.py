"""What was decided and delivered, on its way to NUDGES."""

import asyncpg

from shared.jetstream.publisher import Publisher
from shared.postgres.outbox import OutboxRelay
from shared.service.background import BackgroundJob


def relay_job(pool: asyncpg.Pool, publisher: Publisher) -> BackgroundJob:
    """Publishes what was decided and delivered. Wake it after a commit."""
    return BackgroundJob("outbox", OutboxRelay(pool, publisher, source="/nudges").relay_all)
