"""Subscribes to what becomes of announcements: delivered to a rep, or acknowledged by the rep."""

from typing import Final

import asyncpg
from faststream import AckPolicy
from faststream.nats import JStream, NatsRouter, PullSub

from services.scoring.definitions.announcements import mark_delivered
from shared.event_types import ANNOUNCEMENT_DELIVERED, PLAYBOOK_ACKNOWLEDGED
from shared.events import AnnouncementDelivered, PlaybookAcknowledged
from shared.jetstream.progress import Progress
from shared.jetstream.streams import ANNOUNCEMENTS_CONSUMER, NUDGES
from shared.service.consuming import DeadLetters, consuming_router, has_subject

_AT_ONCE: Final = 10
_WAIT_S: Final = 5.0
_SUBJECTS: Final = "playbook.*.v1"
"""For the documentation; the consumer receives just the two subjects that it was created with."""


def announcement_router(pool: asyncpg.Pool, dead_letters: DeadLetters, progress: Progress) -> NatsRouter:
    """Records when an announcement reached a rep, and when the rep acknowledged it."""
    router = consuming_router(dead_letters, progress)
    subscriber = router.subscriber(
        _SUBJECTS,
        stream=JStream(NUDGES, declare=False),
        durable=ANNOUNCEMENTS_CONSUMER,
        pull_sub=PullSub(batch_size=_AT_ONCE, timeout=_WAIT_S),
        ack_policy=AckPolicy.MANUAL,
        title="announcement_outcomes",
        description="An announcement reached a rep, or the rep acknowledged it.",
    )

    @subscriber(filter=has_subject(ANNOUNCEMENT_DELIVERED.name))
    async def record_delivery(delivered: AnnouncementDelivered) -> None:
        async with pool.acquire() as connection:
            await mark_delivered(connection, delivered.rep_id, delivered.version, delivered_at=delivered.delivered_at)

    @subscriber(filter=has_subject(PLAYBOOK_ACKNOWLEDGED.name))
    async def record_acknowledgement(acknowledged: PlaybookAcknowledged) -> None:
        async with pool.acquire() as connection:
            await mark_delivered(
                connection,
                acknowledged.rep_id,
                acknowledged.version,
                delivered_at=acknowledged.delivered_at,
                acknowledged_at=acknowledged.acknowledged_at,
            )

    return router
