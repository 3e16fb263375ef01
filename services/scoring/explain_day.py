"""Why a day has the score it has: the version in force, the arithmetic, every activity and why one did not count."""

from collections import Counter
from datetime import date
from fractions import Fraction
from typing import Any

import asyncpg

from services.scoring import store
from services.scoring.definitions import DefinitionsCache
from services.scoring.domain.calendar import presence_on
from services.scoring.domain.counting import Place, counted_by, failed_filter
from services.scoring.domain.day import Definitions
from services.scoring.domain.facts import DELETED, KIND, read_activity
from services.scoring.domain.playbook import Playbook
from services.scoring.domain.score import Line, two_decimals
from services.scoring.report import as_decimal
from services.scoring.store import ActivityRow
from shared.errors import DaymarkError
from shared.requests import ExplainedActivity, ExplainedLine, Explanation


class NoSuchRep(DaymarkError):
    """No rep of the roster has this id. `daymark scores` lists those with a score."""


async def explain_day(pool: asyncpg.Pool, cache: DefinitionsCache, rep_id: str, day: date) -> Explanation:
    """Everything that the day's score rests on.

    Raises:
        NoSuchRep: the roster does not hold this id.
    """
    async with pool.acquire() as connection, connection.transaction(isolation="repeatable_read", readonly=True):
        definitions = await cache.read(connection)
        if rep_id not in definitions.roster.reps:
            raise NoSuchRep(rep_id)
        rows = await store.list_activities_of(connection, Place(rep_id, day))
    return explanation(rep_id, day, rows, definitions)


def explanation(rep_id: str, day: date, rows: list[ActivityRow], definitions: Definitions) -> Explanation:
    """The explanation, from the activities of the day."""
    rep = definitions.roster.reps[rep_id]
    playbook = definitions.playbook_of(rep, day)
    counts = Counter(key for row in rows for key in _counts_for(row, playbook))
    score = definitions.score(rep, day, counts)
    presence, share = presence_on(rep, day)
    return Explanation(
        rep=rep_id,
        day=day,
        timezone=rep.on(day).timezone,
        presence=presence if share in (0, 1) else f"{presence}, {as_decimal(share)} of the day",
        playbook_from=playbook.effective_from if playbook else None,
        score=score.shown,
        arithmetic=_arithmetic(score.lines),
        lines=tuple(_line(line) for line in score.lines),
        activities=tuple(_activity(row, playbook) for row in rows),
    )


def _arithmetic(lines: tuple[Line, ...]) -> str:
    asked = [line for line in lines if line.target > 0]
    if not asked:
        return "no behaviour has a target on this day, so there is no score"
    terms = " + ".join(
        f"{as_decimal(line.weight)} x min({line.count}/{as_decimal(line.target)}, {as_decimal(line.cap)})" for line in asked
    )
    weights = " + ".join(str(as_decimal(line.weight)) for line in asked)
    total = sum((line.points for line in asked), Fraction(0))
    return f"100 x ({terms}) / ({weights}) = {two_decimals(total)}"


def _line(line: Line) -> ExplainedLine:
    return ExplainedLine(
        key=line.key,
        label=line.label,
        count=line.count,
        target=as_decimal(line.target),
        weight=as_decimal(line.weight),
        cap=as_decimal(line.cap),
        points=two_decimals(line.points),
    )


def _counts_for(row: ActivityRow, playbook: Playbook | None) -> tuple[str, ...]:
    return counted_by(row.derived, playbook.behaviours) if playbook else ()


def _activity(row: ActivityRow, playbook: Playbook | None) -> ExplainedActivity:
    activity = read_activity(row.states)
    source, account, activity_id = row.key
    fails = {
        behaviour.key: failed
        for behaviour in (playbook.behaviours if playbook else ())
        if (failed := failed_filter(activity, behaviour.counts)) is not None
    }
    facts: dict[str, Any] = {
        name: statement[0] for name, statement in sorted(row.states.items()) if name not in (KIND, DELETED)
    }
    return ExplainedActivity(
        source=source,
        account=account,
        activity_id=activity_id,
        kind=activity.kind,
        facts=facts,
        counts_for=_counts_for(row, playbook),
        fails=fails,
    )
