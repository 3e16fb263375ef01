"""What was decided and delivered, on its way to NUDGES."""

from typing import Final

from shared.clock import monotonic_s
from shared.postgres.outbox import OutboxRelay
from shared.service.background import BackgroundJob

_REST_S: Final = 0.5
"""Nobody waits for these events as for a message, so those of half a second are claimed together."""


def relay_job(relay: OutboxRelay) -> BackgroundJob:
    """Publishes what was decided and delivered, twice a second at most. Wake it after a commit."""
    begun_s = -_REST_S

    async def work() -> float | None:
        nonlocal begun_s
        rest_s = begun_s + _REST_S - monotonic_s()
        if rest_s > 0:
            return rest_s
        begun_s = monotonic_s()
        await relay.relay_others()
        return None

    return BackgroundJob("outbox", work)
