"""Why a day has the score it has: the version in force, the arithmetic, every activity and why one did not count."""

from collections import Counter
from datetime import date, datetime
from fractions import Fraction
from typing import Any

import asyncpg

from services.scoring import store
from services.scoring.days.day_report import as_decimal
from services.scoring.definitions.cache import DefinitionsCache
from services.scoring.domain.activities.counting import Place, failed_filter
from services.scoring.domain.activities.fact_states import DELETED, KIND
from services.scoring.domain.day import Definitions
from services.scoring.domain.playbook.playbook import Playbook
from services.scoring.domain.playbook.unverified import doubts
from services.scoring.domain.roster.calendar import presence_on
from services.scoring.domain.score import Line, two_decimals
from services.scoring.store import ActivityRow
from shared.errors import DaymarkError
from shared.requests.scores import ExplainedActivity, ExplainedLine, Explanation


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
        playbook = definitions.playbook_of(definitions.roster.reps[rep_id], day)
        delivered_at = await connection.fetchval(store.QUERIES["find_told_at"], rep_id, playbook.number) if playbook else None
    return explanation(rep_id, day, rows, definitions, delivered_at=delivered_at)


def explanation(
    rep_id: str, day: date, rows: list[ActivityRow], definitions: Definitions, *, delivered_at: datetime | None
) -> Explanation:
    """The explanation, from the activities of the day, and from when the rep was told of what judges it."""
    rep = definitions.roster.reps[rep_id]
    playbook = definitions.playbook_of(rep, day)
    in_doubt = doubts([(row.key, row.derived) for row in rows], playbook.unverified if playbook else None)
    told = tuple(_activity(row, playbook, in_doubt.get(row.key, ())) for row in rows)
    counts = Counter(key for activity in told for key in activity.counts_for)
    score = definitions.score(rep, day, counts)
    presence, share = presence_on(rep, day)
    return Explanation(
        rep=rep_id,
        day=day,
        timezone=rep.on(day).timezone,
        presence=presence if share in (0, 1) else f"{presence}, {as_decimal(share)} of the day",
        playbook_from=playbook.effective_from if playbook else None,
        delivered_at=delivered_at,
        score=score.shown,
        arithmetic=_arithmetic(score.lines),
        lines=tuple(_line(line) for line in score.lines),
        activities=told,
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


def _activity(row: ActivityRow, playbook: Playbook | None, in_doubt: tuple[str, ...]) -> ExplainedActivity:
    """One activity. What is in doubt is shown to be, and counts or not as the playbook says."""
    source, account, activity_id = row.key
    behaviours = playbook.behaviours if playbook else ()
    is_left_out = bool(in_doubt) and playbook is not None and playbook.leaves_out_unverified
    failed = {one.key: failed_filter(row.derived, one.counts) for one in behaviours}
    facts: dict[str, Any] = {
        name: statement[0] for name, statement in sorted(row.states.items()) if name not in (KIND, DELETED)
    }
    if row.derived.started_at is not None:
        facts["started_at"] = row.derived.started_at.isoformat()  # also where nobody told it
    return ExplainedActivity(
        source=source,
        account=account,
        activity_id=activity_id,
        kind=row.derived.kind,
        facts=facts,
        counts_for=() if is_left_out else tuple(sorted(key for key, why in failed.items() if why is None)),
        fails={key: why or "unverified" for key, why in failed.items() if why is not None or is_left_out},
        unverified=in_doubt,
    )
