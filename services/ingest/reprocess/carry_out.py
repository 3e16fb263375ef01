"""Carry out a plan: store its events, a few at a time, so that live events hardly wait behind them."""

from itertools import islice
from typing import Final

from services.ingest.reprocess.plan import Plan
from shared.jetstream.client import LeanClient
from shared.jetstream.publisher import Publisher
from shared.jetstream.stored_messages import OnProgress
from shared.jetstream.streams import ACTIVITIES, SCORING_CONSUMER
from shared.jetstream.wait_for_consumer import wait_until_processed

_EVENTS_AT_ONCE: Final = 150
"""Scoring records so many in well under 100 ms."""
_POLL_S: Final = 0.01

_PUBLISH_TIMEOUT_S: Final = 30


async def carry_out(connection: LeanClient, plan: Plan, *, on_progress: OnProgress) -> None:
    """Store the events of the plan, and return once scoring has recorded them. A run that is interrupted is repeated: what
    is recorded already does not change any more.

    Raises:
        NotStored: the broker did not confirm.
        ConsumerStalled: scoring makes no progress.
    """
    remaining, done = iter(plan.events), 0
    async with Publisher(connection, timeout_s=_PUBLISH_TIMEOUT_S) as publisher:
        while chunk := list(islice(remaining, _EVENTS_AT_ONCE)):
            await publisher.store_all(chunk)
            await wait_until_processed(connection, ACTIVITIES, SCORING_CONSUMER, on_progress=_ignore, poll_s=_POLL_S)
            done += len(chunk)
            on_progress("recording", done, len(plan.events))


def _ignore(_done: int, _total: int) -> None:
    """One chunk is too little to show progress of."""
