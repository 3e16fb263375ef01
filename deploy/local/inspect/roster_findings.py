"""What the doctor finds out about the roster: working days that nobody seems to work, and what to write instead."""

from collections.abc import AsyncIterator, Iterator
from typing import Final

from nats.aio.client import Client

from deploy.local.inspect.findings import Finding, Verdict, name_some
from shared.requests.client import NO_QUERY, NoResponder, ask
from shared.requests.nudges import ROSTER_DOUBTS, RosterDoubtsOfTeam

_LISTED_MAX: Final = 5
_EMPTY_SHARE_MIN: Final = 0.6
_SHARE: Final = "on 60% or more of their working days in the last six weeks"


async def examine_roster(connection: Client) -> AsyncIterator[Finding]:
    """One finding for each kind of doubt about a team; or, if it is most of the team, one sentence about it and the weekdays
    that would fit."""
    try:
        teams = (await ask(connection, ROSTER_DOUBTS, NO_QUERY)).teams
    except NoResponder:
        return  # reported with the channels
    if not any(team.doubts for team in teams):
        yield Finding(
            verdict=Verdict.OK, subject="working days", text="what the reps log fits their working days in the roster"
        )
    for team in teams:
        for text in describe_doubts(team):
            yield Finding(verdict=Verdict.NOTE, subject=f"working days of {team.name}", text=text)


def describe_doubts(team: RosterDoubtsOfTeam) -> Iterator[str]:
    """What is in doubt, and what to do about it."""
    suggestions = [f"{doubt.rep} `workdays: [{', '.join(doubt.workdays)}]`" for doubt in team.doubts if doubt.workdays]
    if suggestions:
        yield f"some reps seem to work on fewer weekdays; if so, put this into the roster: {name_some(suggestions)}"
    empty = [doubt for doubt in team.doubts if doubt.empty >= _EMPTY_SHARE_MIN * doubt.days]
    if len(empty) > _LISTED_MAX and 2 * len(empty) > team.reps:
        yield f"nothing counted for {len(empty)} of {team.reps} reps {_SHARE}; check workdays, absences and teams in the roster"
        return
    if nothing := [doubt.rep for doubt in team.doubts if doubt.kind == "nothing"]:
        yield (
            f"nothing counted in the last six weeks for {name_some(nothing)}; if they left, set `until`, if they moved, enter"
            " the team under `changes`, and if they have another CRM user, add it under `identities`"
        )
    if irregular := [f"{doubt.rep} ({doubt.empty} of {doubt.days})" for doubt in team.doubts if doubt.kind == "irregular"]:
        yield f"nothing counted {_SHARE} for {name_some(irregular)}; if they are part-time or away, enter it in the roster"
