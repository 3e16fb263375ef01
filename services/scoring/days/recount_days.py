"""Counts of days from the activities as they are, by any version."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime
from typing import Any, Final

import msgspec

from services.scoring.days.count_query import Block, count_query
from services.scoring.domain.activities.counting import Place
from services.scoring.domain.day import NOTHING_COUNTED, Tally
from services.scoring.domain.playbook.playbook import Playbook
from services.scoring.domain.playbook.unverified import Unverified
from services.scoring.store import QUERIES
from shared.postgres.pool import Connection

_MANY_DAYS: Final = 200
Met = tuple[Any, ...]
"""When the first activity that counts for a behaviour began, and how often each of the version's `counting` was met."""

GoalPeriod = tuple[str, Place, date]
"""A goal's key, and the rep and the days from the given one up to the place's."""


async def recount_days(connection: Connection, judged_by: Mapping[Place, Playbook | None]) -> dict[Place, Tally]:
    """What counts on these days, each under its version, from the activities as they are. Days with nothing are left out."""
    met = await count_days(connection, judged_by)
    return {place: tally_of(judged_by[place], first_at, times) for place, (first_at, *times) in met.items()}


async def count_days(connection: Connection, judged_by: Mapping[Place, Playbook | None]) -> dict[Place, Met]:
    """As `recount_days`, as the query says it."""
    versions = list({id(playbook): playbook for playbook in judged_by.values() if playbook is not None}.values())
    if not versions:
        return {}
    numbers = {id(playbook): number for number, playbook in enumerate(versions)}
    wanted = [place for place, playbook in judged_by.items() if playbook is not None]
    columns: list[list[Any]] = [
        [place.rep_id for place in wanted],
        [place.day for place in wanted],
        [numbers[id(judged_by[place])] for place in wanted],
    ]
    left_out = await _left_out(connection, columns, versions)
    block = _filled_block(wanted)
    if block is not None:
        await connection.execute(QUERIES["plan_anew"])
    query = count_query(versions, left_out, within=block)
    rows = await connection.fetch(query.sql, *columns, *query.arguments)
    return {wanted[row[0] - 1]: row[1:] for row in rows}


def _filled_block(places: Collection[Place]) -> Block | None:
    """All days of these reps from the first to the last, if there are many and these are most of them."""
    if len(places) < _MANY_DAYS:
        return None
    rep_ids, days = {place.rep_id for place in places}, [place.day for place in places]
    first, last = min(days), max(days)
    has = len(rep_ids) * ((last - first).days + 1)
    return Block(sorted(rep_ids), first, last) if 2 * len(days) > has else None


async def _left_out(connection: Connection, columns: Sequence[list[Any]], versions: Sequence[Playbook]) -> list[list[str]]:
    """The keys of what is unverified on these days, as columns, where that does not count."""
    rules = [
        {"version": number} | _flat(version.unverified)
        for number, version in enumerate(versions)
        if version.unverified is not None and version.leaves_out_unverified
    ]
    if not rules:
        return [[], [], []]
    rows = await connection.fetch(QUERIES["find_unverified"], *columns, msgspec.json.encode(rules).decode())
    return [[row[column] for row in rows] for column in ("source", "account", "activity_id")]


def _flat(rules: Unverified) -> dict[str, object]:
    """The rules as the query reads them."""
    bursts, overlaps, contact = rules.bursts, rules.overlaps, rules.same_contact
    return {
        "burst_more_than": bursts and bursts.more_than,
        "burst_within_s": bursts and bursts.within_s,
        "burst_kinds": bursts and _said(bursts.kinds),
        "overlap_more_than_s": overlaps.more_than_s if overlaps else None,
        "overlap_kinds": overlaps and _said(overlaps.kinds),
        "contact_more_than": contact and contact.more_than,
        "contact_kinds": contact and _said(contact.kinds),
    }


def tally_of(playbook: Playbook | None, first_at: datetime | None, times: Sequence[int]) -> Tally:
    """What was met on a day, how often, and when the first time."""
    if playbook is None:
        return NOTHING_COUNTED
    counted = len(playbook.behaviours)
    return Tally(
        counts={one.key: met for one, met in zip(playbook.behaviours, times, strict=False) if met},
        first_counted_at=first_at,
        goals={one.key: met for one, met in zip(playbook.goals, times[counted:], strict=False) if met},
    )


def _said(value: object) -> object:
    return sorted(value) if isinstance(value, frozenset) else value


async def sum_goals(connection: Connection, periods: Sequence[GoalPeriod]) -> dict[GoalPeriod, int]:
    """How much of each goal the days of its period hold."""
    if not periods:
        return {}
    rows = await connection.fetch(
        QUERIES["sum_goals"],
        list(range(len(periods))),
        [key for key, _, _ in periods],
        [place.rep_id for _, place, _ in periods],
        [first for _, _, first in periods],
        [place.day for _, place, _ in periods],
    )
    return {periods[row["number"]]: row["times"] for row in rows}
