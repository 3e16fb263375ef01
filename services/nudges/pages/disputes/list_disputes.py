"""List what a rep disputes about one day, for the `daymark explain` command."""

import asyncpg

from services.nudges.pages.disputes.disputes import Dispute, list_disputes_of_day
from shared.requests.nudges import DisputeList, DisputeQuery, DisputeRow


async def list_disputes(pool: asyncpg.Pool, query: DisputeQuery) -> DisputeList:
    """In the order in which they were raised."""
    disputes = await list_disputes_of_day(pool, query.rep, query.day)
    return DisputeList(rows=tuple(_to_row(dispute) for dispute in disputes))


def _to_row(dispute: Dispute) -> DisputeRow:
    return DisputeRow(
        source=dispute.source,
        account=dispute.account,
        activity_id=dispute.activity_id,
        reason=dispute.reason.value,
        disputed_at=dispute.disputed_at,
        resolution=dispute.resolution.value if dispute.resolution is not None else "",
        resolved_by=dispute.resolved_by,
    )
