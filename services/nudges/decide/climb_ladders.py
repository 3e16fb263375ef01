"""Take a rep's ladders of goals from one report of a day to the next. Needs the person's lock."""

from collections.abc import Sequence
from dataclasses import replace

from services.nudges import store
from services.nudges.context.rule_context import Situation
from services.nudges.decide.compose import Spoken, speak
from services.nudges.decide.policy.holdout import Lottery
from services.nudges.decide.policy.selection import calls_of
from services.nudges.domain.ladder import ladders_after
from services.nudges.rules import ON_LADDERS
from shared.postgres.pool import Connection


async def climb_ladders(
    connection: Connection, situation: Situation, *, channels: Sequence[str], lottery: Lottery, traceparent: str
) -> tuple[Situation, list[Spoken]]:
    """The situation with the ladders as they stand now, which are kept, and what was said of a step that became smaller."""
    report = situation.report
    changed = [
        ladder
        for ladder in ladders_after(situation.ladders, report, situation.history.worked)
        if ladder not in situation.ladders
    ]
    if not changed:
        return situation, []
    for ladder in changed:
        await store.merge_ladder(connection, report.rep.id, ladder)
    situation = replace(situation, ladders=await store.list_ladders(connection, report.rep.id))
    spoken = [
        await speak(connection, called, report, channels=channels, lottery=lottery, traceparent=traceparent, now=situation.now)
        for called in calls_of(ON_LADDERS, situation)
    ]
    return situation, [one for one in spoken if one is not None]
