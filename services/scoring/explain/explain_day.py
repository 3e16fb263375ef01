"""Why a day has its score: the version in force, the arithmetic, every activity and why it does not count, if it does not."""

from collections import Counter
from collections.abc import Sequence
from datetime import date, datetime
from fractions import Fraction

import asyncpg

from services.scoring.definitions.announcements import find_delivered_at
from services.scoring.definitions.cache import DefinitionsCache
from services.scoring.definitions.check_names import NoSuchRep
from services.scoring.definitions.entered_absences import list_entered_of
from services.scoring.domain.activities.activity import Activity
from services.scoring.domain.activities.activity_record import ActivityRecord
from services.scoring.domain.activities.assignment import RepDay
from services.scoring.domain.activities.counting import explain_failure, is_of_kind
from services.scoring.domain.activities.statements import is_stated_by_senders
from services.scoring.domain.activities.unverified import mark_unverified
from services.scoring.domain.definitions import Definitions
from services.scoring.domain.playbook.playbook import Playbook
from services.scoring.domain.roster.calendar import presence_on
from services.scoring.domain.score import Line, as_decimal, two_decimals
from services.scoring.record.activities import list_activities_of_day
from shared.events import Presence, RepId
from shared.fact_values import FactValue
from shared.facts import ACTOR, AMOUNT, STAGE, STARTED_AT, STARTED_ON
from shared.languages.messages import gettext
from shared.requests.scores import ExplainedActivity, ExplainedLine, Explanation
from shared.suggestions import with_suggestion


async def explain_day(pool: asyncpg.Pool, cache: DefinitionsCache, rep_id: RepId, day: date) -> Explanation:
    """Everything that the day's score is based on.

    Raises:
        NoSuchRep: the roster has no rep with this id.
    """
    async with pool.acquire() as connection, connection.transaction(isolation="repeatable_read", readonly=True):
        definitions = await cache.read(connection)
        rep = definitions.roster.reps.get(rep_id)
        if rep is None:
            raise NoSuchRep(with_suggestion(rep_id, definitions.roster.reps))
        records = await list_activities_of_day(connection, RepDay(rep_id, day))
        playbook = definitions.playbook_of(rep, day)
        entered = await list_entered_of(connection, rep_id, first=day, last=day)
        delivered_at = await find_delivered_at(connection, rep_id, playbook.number) if playbook else None
    explanation = _explanation(RepDay(rep_id, day), records, definitions, playbook, delivered_at)
    if explanation.presence != Presence.ABSENT or not entered:
        return explanation
    entered_by = definitions.roster.name_of_manager(entered[0].manager_id) or gettext("a manager")
    return explanation.model_copy(update={"absence_entered_by": entered_by})


def _explanation(
    rep_day: RepDay,
    records: Sequence[ActivityRecord],
    definitions: Definitions,
    playbook: Playbook | None,
    delivered_at: datetime | None,
) -> Explanation:
    rep_id, day = rep_day
    rep = definitions.roster.reps[rep_id]
    marks = mark_unverified([(record.key, record.activity) for record in records], playbook.unverified if playbook else None)
    activities = tuple(_explained_activity(record, playbook, marks.get(record.key, ())) for record in records)
    counts = Counter(key for activity in activities for key in activity.counts_for)
    score = definitions.score_under(playbook, rep, day, counts)
    presence, share = presence_on(rep, day)
    return Explanation(
        rep=rep_id,
        day=day,
        timezone=rep.on(day).timezone,
        presence=presence if share in (0, 1) else f"{presence}, {as_decimal(share)} of the day",
        playbook_from=playbook.effective_from if playbook else None,
        announcement_delivered_at=delivered_at,
        score=score.shown,
        arithmetic=_arithmetic(score.lines),
        lines=tuple(_explained_line(line) for line in score.lines),
        activities=activities,
    )


def _arithmetic(lines: Sequence[Line]) -> str:
    with_target = [line for line in lines if line.target > 0]
    if not with_target:
        return gettext("no behaviour has a target on this day, so there is no score")
    terms = " + ".join(
        f"{as_decimal(line.weight)} x min({line.count}/{as_decimal(line.target)}, {as_decimal(line.cap)})"
        for line in with_target
    )
    weights = " + ".join(str(as_decimal(line.weight)) for line in with_target)
    total = sum((line.points for line in with_target), Fraction(0))
    return f"100 x ({terms}) / ({weights}) = {two_decimals(total)}"


def _explained_line(line: Line) -> ExplainedLine:
    return ExplainedLine(
        key=line.key,
        label=line.label,
        count=line.count,
        target=as_decimal(line.target),
        weight=as_decimal(line.weight),
        cap=as_decimal(line.cap),
        points=two_decimals(line.points),
    )


def _facts_that_count(activity: Activity) -> dict[str, FactValue]:
    """Where they may differ from the newest statement, or no statement says it."""
    start = activity.started_at or activity.started_on
    known = {
        STARTED_AT.name if isinstance(start, datetime) else STARTED_ON.name: start.isoformat() if start is not None else None,
        ACTOR.name: activity.actor,
        AMOUNT.name: format(activity.amount, "f") if activity.amount is not None else None,
        STAGE.name: activity.stage,
    }
    return {name: value for name, value in known.items() if value is not None}


def _explained_activity(record: ActivityRecord, playbook: Playbook | None, marks: tuple[str, ...]) -> ExplainedActivity:
    """One activity with what it counts for. If it is unverified the marks say why, and the playbook decides if it counts."""
    source, account, activity_id = record.key
    behaviours = playbook.behaviours if playbook else ()
    is_excluded = bool(marks) and playbook is not None and playbook.excludes_unverified
    failures = {behaviour.key: explain_failure(record.activity, behaviour.counts) for behaviour in behaviours}
    facts = {name: value for name, (value, _, _) in sorted(record.states.items()) if is_stated_by_senders(name)}
    facts |= _facts_that_count(record.activity)
    return ExplainedActivity(
        source=source,
        account=account,
        activity_id=activity_id,
        kind=record.activity.kind,
        facts=facts,
        counts_for=() if is_excluded else tuple(sorted(key for key, failure in failures.items() if failure is None)),
        fails={
            key: failure or gettext("unverified") for key, failure in failures.items() if failure is not None or is_excluded
        },
        of_other_kind=tuple(behaviour.key for behaviour in behaviours if not is_of_kind(record.activity, behaviour.counts)),
        unverified=marks,
    )
