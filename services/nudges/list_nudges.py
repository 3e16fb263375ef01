"""Nudges, page by page, and the inbox of a manager."""

import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import asyncpg

from services.nudges import store
from shared.errors import DaymarkError
from shared.nudge_requests import Link, NudgePage, NudgeQuery, NudgeRow

INBOX_ROWS_MAX: Final = 300
_TOKEN_HEX: Final = 32


class NoLinkSecret(DaymarkError):
    """No secret is configured that could sign a manager's link. Set nudges.link_secret to env:NAME or file:PATH."""


@dataclass(frozen=True, kw_only=True, slots=True)
class InboxItem:
    """A nudge as a manager sees it; times are shown in the rep's own zone."""

    row: NudgeRow
    timezone: str


async def list_nudges(pool: asyncpg.Pool, query: NudgeQuery) -> NudgePage:
    """One page, in the order in which they were decided."""
    after = int(query.after) if query.after else 0
    rows = await pool.fetch(store.QUERIES["list_nudges"], after, query.person, query.limit)
    more = str(rows[-1]["seq"]) if len(rows) == query.limit else None
    return NudgePage(rows=tuple(_shown(row) for row in rows), next_after=more)


async def list_inbox(pool: asyncpg.Pool, manager_id: str) -> list[InboxItem]:
    """What a manager's page shows, newest first."""
    rows = await pool.fetch(store.QUERIES["list_inbox"], manager_id, INBOX_ROWS_MAX)
    return [InboxItem(row=_shown(row), timezone=row["timezone"]) for row in rows]


def token_of(manager_id: str, *, secret: str | None) -> str:
    """What opens a manager's page and no other: 32 hex digits of HMAC-SHA256(secret, manager id).

    Raises:
        NoLinkSecret: there is none.
    """
    if not secret:
        raise NoLinkSecret
    return hmac.new(secret.encode(), manager_id.encode(), hashlib.sha256).hexdigest()[:_TOKEN_HEX]


def link_of(manager_id: str, *, base_url: str, secret: str | None) -> Link:
    """The address of a manager's page."""
    return Link(url=f"{base_url.rstrip('/')}/inbox/{manager_id}/{token_of(manager_id, secret=secret)}")


def _shown(row: "asyncpg.Record | Mapping[str, Any]") -> NudgeRow:
    return NudgeRow(
        id=row["id"],
        rule=row["rule"],
        kind=row["kind"],
        person=row["person_id"],
        person_name=row["person_name"],
        team=row["team_id"],
        occasion=row["occasion"],
        day=row["day"],
        text=row["text"],
        reason=row["reason"],
        status=row["status"],
        because=row["because"],
        decided_at=row["decided_at"],
        send_at=row["send_at"],
        delivered=tuple(row["delivered"]),
    )
