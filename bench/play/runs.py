"""The runs of one trace: as it is, and with each kind of change in its second half."""

import asyncio
import copyreg
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from datetime import date, datetime
from types import MappingProxyType

from bench.judge.messages import Sent, list_messages
from bench.play.database import add_empty_database, copy_database, drop_database, open_pool, url_of
from bench.play.day_reports import Reporter
from bench.play.player import Player, quick_play
from bench.trials.injections import middle_of
from bench.trials.trace import ONE_DAY, Trace
from services.scoring.domain.activities.assignment import RepDay
from shared.events import DayReport, RepId, TeamId
from shared.service.logs import configure_logs
from tests.backends import Servers


def _as_proxy(entries: dict[object, object]) -> MappingProxyType[object, object]:
    return MappingProxyType(entries)


def _reduce_proxy(
    proxy: MappingProxyType[object, object],
) -> tuple[Callable[..., MappingProxyType[object, object]], tuple[object]]:
    return _as_proxy, (dict(proxy),)


copyreg.pickle(MappingProxyType, _reduce_proxy)
"""Rosters keep such mappings, and go to other processes."""


@dataclass(frozen=True, kw_only=True)
class PlayOfTeam:
    """What the people of one team received, and the reports that led to it."""

    messages: Sequence[Sent]
    reporter: Reporter


@dataclass(frozen=True, kw_only=True)
class Run:
    """What people received when a trace was played. Judged is what arrives from `judged_from` on."""

    trace: Trace
    judged_from: date
    teams: Mapping[TeamId, PlayOfTeam]

    @property
    def messages(self) -> list[Sent]:
        return [sent for team in self.teams.values() for sent in team.messages]

    def find_report(self, rep_day: RepDay, *, by: datetime) -> DayReport | None:
        """The newest report of a day that had been made by a time."""
        reports = [team.reporter.find_report(rep_day, by=by) for team in self.teams.values()]
        return next((report for report in reports if report is not None), None)


async def play_runs(servers: Servers, trace: Trace, changed: Sequence[Trace], *, history_weeks: int) -> list[Run]:
    """The trace as it is, then as changed in its second half in each of these ways. The first weeks are imported as history, if
    any.

    Teams have nothing to do with each other, so each is played on a database and in a process of its own. The first
    half is common to all runs and is played once, and so is a second half in which nothing changes for the team.
    """
    judged_from = trace.first + 7 * history_weeks * ONE_DAY
    for team_id in trace.team_ids:
        await add_empty_database(servers, _database(trace, team_id))
    loop = asyncio.get_running_loop()
    with ProcessPoolExecutor(max_workers=len(trace.team_ids)) as processes:
        plays = [
            loop.run_in_executor(processes, _play_team_in_process, servers, trace, changed, team_id, judged_from)
            for team_id in trace.team_ids
        ]
        by_team = await asyncio.gather(*plays)
    return [
        Run(
            trace=run,
            judged_from=judged_from,
            teams={team_id: plays[number] for team_id, plays in zip(trace.team_ids, by_team, strict=True)},
        )
        for number, run in enumerate([trace, *changed])
    ]


def _play_team_in_process(
    servers: Servers, trace: Trace, changed: Sequence[Trace], team_id: TeamId, judged_from: date
) -> list[PlayOfTeam]:
    configure_logs("bench", level="CRITICAL")
    with quick_play():
        return asyncio.run(_play_team(servers, trace, changed, team_id, judged_from=judged_from))


async def _play_team(
    servers: Servers, trace: Trace, changed: Sequence[Trace], team_id: TeamId, *, judged_from: date
) -> list[PlayOfTeam]:
    """A play of each run, in their order."""
    middle, own = middle_of(trace), trace.of_team(team_id)
    common = _database(trace, team_id)
    async with open_pool(url_of(servers, common)) as pool:
        player = Player(pool, own)
        await player.import_history([day for day in own.days if day < judged_from], now=own.starts_at(judged_from - ONE_DAY))
        await player.play([day for day in own.days if judged_from <= day < middle])
    as_it_is = await _play_rest(servers, common, own, player.reporter)
    plays = [as_it_is]
    for other in (run.of_team(team_id) for run in changed):
        is_changed = _second_half(other, middle) != _second_half(own, middle)
        plays.append(await _play_rest(servers, common, other, player.reporter) if is_changed else as_it_is)
    await drop_database(servers, common)
    return plays


def _second_half(trace: Trace, middle: date) -> object:
    """What nudges sees of it."""
    roster = trace.definitions.roster
    counts = [trace.counts_on(rep_id, day) for rep_id in trace.rep_ids for day in trace.days if day >= middle]
    return roster, [later.roster for later in trace.later_definitions.values() if later.roster != roster], counts


async def _play_rest(servers: Servers, common: str, trace: Trace, so_far: Reporter) -> PlayOfTeam:
    """The second half, on a copy of what the first half has left."""
    database = f"{common}-rest"
    await copy_database(servers, common, to=database)
    async with open_pool(url_of(servers, database)) as pool:
        reporter = so_far.copy(trace)
        await Player(pool, trace, reporter).play([day for day in trace.days if day >= middle_of(trace)])
        messages = await list_messages(pool, _names_of(trace))
    await drop_database(servers, database)
    return PlayOfTeam(messages=messages, reporter=reporter)


def _database(trace: Trace, team_id: TeamId) -> str:
    """The name of the database on which the common first half of a team is played."""
    return f"{trace.name}-{team_id}"


def _names_of(trace: Trace) -> dict[RepId, str]:
    return {rep_id: rep.name for rep_id, rep in trace.definitions.roster.reps.items()}
