"""Baselines: what is usual of a rep and their team, for the rules that compare now with before."""

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict
from datetime import date, timedelta
from functools import partial
from itertools import groupby
from typing import Final

from services.nudges.context.announcements import list_announcements
from services.nudges.domain.announcements import comparable_versions
from services.nudges.domain.baseline import Baseline, MiddayCounts, PastDay
from services.nudges.domain.candidate import DROP_RULE
from services.nudges.domain.drop.counts import WorkedDay
from services.nudges.domain.drop.error_budget import ErrorBudget
from services.nudges.domain.drop.expectation import TeamBaseline, estimate_team_baseline
from services.nudges.domain.drop.levels import DayCount, at_level, measure_levels
from shared.events import DayReport, RepId, TeamId, VersionNumber
from shared.postgres.queries import Queries
from shared.postgres.shared_connection import Querier, once

_QUERIES: Final = Queries.beside(__file__)
TEAM_HISTORY: Final = timedelta(weeks=18)
_PAST_DAYS_MAX: Final = 126
"""As many as there are in the team's history at seven working days a week."""
MIDDAYS_MAX: Final = 60
_TEAM_BASELINES_KEPT: Final = timedelta(days=3)
"""Days of one team begin in several zones."""


async def load_middays(connection: Querier, report: DayReport) -> tuple[MiddayCounts, ...]:
    """The worked days before a rep's day on which the same counted as on it, as they stood at their middle, newest first."""
    versions = await _comparable_versions(connection, report)
    rows = await connection.fetch(_QUERIES["list_middays"], report.rep.id, report.day, list(versions), MIDDAYS_MAX)
    return tuple(MiddayCounts(by_midday=json.loads(row["by_midday"]), by_end=json.loads(row["by_end"] or "{}")) for row in rows)


async def load_baseline(connection: Querier, report: DayReport) -> Baseline | None:
    """What is known before a rep's day; None if no playbook judges it. Needs the person's lock."""
    versions = await _comparable_versions(connection, report)
    if not versions:
        return None
    rep_id = report.rep.id
    rows = await connection.fetch(_QUERIES["list_past_days"], rep_id, report.day, list(versions), _PAST_DAYS_MAX)
    past = [PastDay(day=row["day"], counts=json.loads(row["counts"] or "{}"), part=row["part"]) for row in rows]
    strictness = await connection.fetchval(_QUERIES["find_strictness"], report.team.id, rep_id, DROP_RULE)
    team, levels = await _team_baseline(connection, report, versions)
    return Baseline(
        past=tuple(reversed(past)),
        team=team,
        levels=levels,
        budget=ErrorBudget(strictness=strictness) if strictness is not None else None,
        alerted_on=await connection.fetchval(_QUERIES["find_last_nudge_day"], rep_id, DROP_RULE),
    )


async def list_team_days(
    connection: Querier, team_id: TeamId, *, before: date, versions: Collection[VersionNumber]
) -> dict[RepId, list[DayCount]]:
    """By rep, the worked days of a team's last eighteen weeks, oldest first."""
    rows = await connection.fetch(_QUERIES["list_team_days"], team_id, before - TEAM_HISTORY, before, list(versions))
    return {
        rep_id: [DayCount(day=row["day"], count=row["count"], part=row["part"]) for row in of_rep]
        for rep_id, of_rep in groupby(rows, key=lambda row: RepId(row["rep_id"]))
    }


def at_levels(team_days: Mapping[RepId, Sequence[DayCount]], levels: Mapping[date, float]) -> dict[RepId, list[WorkedDay]]:
    """By rep, the days as parts of normal ones: less on a day on which the whole team did less."""
    return {rep_id: [at_level(day, levels) for day in days] for rep_id, days in team_days.items()}


async def _comparable_versions(connection: Querier, report: DayReport) -> Collection[VersionNumber]:
    if report.playbook_version is None:
        return ()
    return comparable_versions(report.playbook_version, await list_announcements(connection, report.rep.id))


async def _team_baseline(
    connection: Querier, report: DayReport, versions: Collection[VersionNumber]
) -> tuple[TeamBaseline, Mapping[date, float]]:
    """With the levels of its days. Computed for the first of the team who is evaluated on the day, and kept for the others."""
    key = report.team.id, report.day, report.playbook_version
    return await once(connection, key, partial(_load_team_baseline, connection, key, versions))


async def _load_team_baseline(
    connection: Querier, key: tuple[TeamId, date, VersionNumber | None], versions: Collection[VersionNumber]
) -> tuple[TeamBaseline, Mapping[date, float]]:
    team_id, day, _ = key
    stored = await connection.fetchval(_QUERIES["find_team_baseline"], *key)
    if stored is not None:
        fields = json.loads(stored)
        team = TeamBaseline(weekday_factors=tuple(fields["weekday_factors"]), dispersion=fields["dispersion"])
        return team, {date.fromisoformat(of_day): level for of_day, level in fields.get("levels", {}).items()}
    team_days = await list_team_days(connection, team_id, before=day, versions=versions)
    levels = measure_levels(team_days.values())
    baseline = estimate_team_baseline(at_levels(team_days, levels).values())
    await connection.execute(_QUERIES["delete_team_baselines"], team_id, day - _TEAM_BASELINES_KEPT)
    fields = asdict(baseline) | {"levels": {of_day.isoformat(): level for of_day, level in levels.items()}}
    await connection.execute(_QUERIES["add_team_baseline"], *key, json.dumps(fields))
    return baseline, levels
