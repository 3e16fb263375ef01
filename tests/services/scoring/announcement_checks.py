"""What must be true of announcements after any history."""

import json
from datetime import datetime

import asyncpg

from services.scoring.definitions.cache import DefinitionsCache
from services.scoring.domain.roster.calendar import rep_day_of


async def compare_announcements(pool: asyncpg.Pool, cache: DefinitionsCache, *, now: datetime) -> None:
    """What was published last about a version and a rep is what is stored, and every version that judges a rep today was
    announced to them."""
    rows = await pool.fetch("SELECT rep_id, version, announcement_number, withdrawn_at FROM announcement")
    stored = {(row["rep_id"], row["version"]): (row["announcement_number"], row["withdrawn_at"] is not None) for row in rows}
    events = await pool.fetch("SELECT body FROM outbox WHERE event_type LIKE 'playbook.%' ORDER BY id")
    bodies = [json.loads(row["body"]) for row in events]
    published = {
        (body["rep_id"] if "rep_id" in body else body["rep"]["id"], body["version"]): (body["times"], "withdrawn_at" in body)
        for body in bodies
    }
    assert published == stored

    async with pool.acquire() as connection:
        definitions = await cache.read(connection)
    for rep in definitions.roster.reps.values():
        today = rep_day_of(rep, now)
        playbook = definitions.playbook_of(rep, today)
        if playbook is not None and rep.is_employed_on(today):
            assert not stored[rep.id, playbook.number][1]
