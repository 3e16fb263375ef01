"""Counts of days from the activities as they are, by any version: the one query that says what counts."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from datetime import date, datetime
from itertools import groupby
from operator import itemgetter
from typing import Any

import msgspec

from services.scoring.domain.counting import Place
from services.scoring.domain.day import Tally
from services.scoring.domain.playbook import Behaviour, Goal, Playbook
from services.scoring.domain.unverified import Unverified
from services.scoring.store import QUERIES
from shared.postgres import Connection

GoalPeriod = tuple[str, Place, date]
"""A goal's key, and the rep and the days from the given one up to the place's."""


async def recount_days(connection: Connection, judged_by: Mapping[Place, Playbook | None]) -> dict[Place, Tally]:
    """What counts on these days, each under its version, from the activities as they are. Days with nothing are left out."""
    versions = list({id(playbook): playbook for playbook in judged_by.values() if playbook is not None}.values())
    numbers = {id(playbook): number for number, playbook in enumerate(versions)}
    counting = [(number, one) for number, version in enumerate(versions) for one in version.counting]
    wanted = [(place, numbers[id(playbook)]) for place, playbook in judged_by.items() if playbook is not None]
    columns: list[list[Any]] = [
        [place.rep_id for place, _ in wanted],
        [place.day for place, _ in wanted],
        [number for _, number in wanted],
    ]
    left_out = await _left_out(connection, columns, versions)
    rows = await connection.fetch(QUERIES["recount_days"], *columns, _matchers(counting), *left_out)
    return {
        wanted[number - 1][0]: _tally([(counting[one][1], times, first_at) for _, one, times, first_at in group])
        for number, group in groupby(rows, key=itemgetter(0))
    }


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


def _tally(met: Iterable[tuple[Behaviour | Goal, int, datetime]]) -> Tally:
    """What was met on a day, how often, and when the first time."""
    counts, goals, first = {}, {}, None
    for one, times, first_at in met:
        if isinstance(one, Goal):
            goals[one.key] = times
        else:
            counts[one.key] = times
            first = first_at if first is None or first_at < first else first
    return Tally(counts=counts, first_counted_at=first, goals=goals)


def _matchers(counting: Sequence[tuple[int, Behaviour | Goal]]) -> str:
    """What each version counts, as the query reads it."""
    return msgspec.json.encode(
        [
            {"number": number, "version": version} | {name: _said(value) for name, value in asdict(one.counts).items()}
            for number, (version, one) in enumerate(counting)
        ]
    ).decode()


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
