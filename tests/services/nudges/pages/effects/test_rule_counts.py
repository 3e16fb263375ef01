"""How often each rule has sent something, clause by clause, on a real database."""

from datetime import timedelta

from services.nudges.domain.feedback.answers import Answer
from services.nudges.pages.effects.rule_counts import RuleCounts, list_rule_counts
from shared.events import NudgeId, NudgeKind
from tests.services.nudges.builders.days import NOON
from tests.services.nudges.builders.nudges import make_nudge
from tests.services.nudges.builders.people import ANA, BEN, MARA
from tests.services.nudges.builders.rows import Rows

DAY = timedelta(days=1)


async def test_what_was_sent_withheld_and_answered_is_counted_by_rule(rows: Rows) -> None:
    days_later = (20, 1, 2, 0, 3, 4, 5, 6, 7)
    for number, (rep, status, propensity) in enumerate(
        [
            (ANA, "sent", 0.5),
            (ANA, "bundled", 0.5),
            (BEN, "sent", 0.9),
            (BEN, "sent", 1.0),
            (MARA, "sent", 1.0),
            (BEN, "withheld", 0.5),
            (MARA, "withheld", 0.5),
            (BEN, "deferred", 0.5),
            (BEN, "suppressed", 0.5),
        ]
    ):
        nudge = make_nudge(f"n{number}", person=rep, rule="streak", send_at=NOON + days_later[number] * DAY)
        await rows.add_nudge(nudge, status=status, propensity=propensity)
    await rows.add_nudge(make_nudge("hint", rule="drop", kind=NudgeKind.COACHING), propensity=None)
    await rows.add_nudge(make_nudge("announced", rule="playbook", kind=NudgeKind.ANNOUNCEMENT))
    for nudge_id, person in (("n0", ANA), ("n1", ANA), ("n2", MARA), ("n3", ANA)):
        await rows.add_answer(NudgeId(nudge_id), person.id, Answer.NOT_USEFUL)

    assert await list_rule_counts(rows.pool) == {
        "streak": RuleCounts(sent=5, withheld=2, answered=2, people_sent=2, people_withheld=2, measured_since=NOON + DAY),
        "drop": RuleCounts(sent=1),
    }


async def test_a_rule_that_was_resumed_is_counted_from_then_on(rows: Rows) -> None:
    for number in range(3):
        nudge = make_nudge(f"n{number}", rule="streak", send_at=NOON + number * DAY)
        await rows.add_nudge(nudge, propensity=0.5)
    await rows.add_nudge(make_nudge("paused", rule="drop"), propensity=0.5)
    add_pause = "INSERT INTO rule_pause (rule, paused_at, resumed_at) VALUES ($1, $2, $3)"
    await rows.pool.execute(add_pause, "streak", NOON, NOON + DAY)
    await rows.pool.execute(add_pause, "drop", NOON, None)

    counts = await list_rule_counts(rows.pool)

    assert (counts["streak"].sent, counts["streak"].measured_since) == (2, NOON + DAY)
    assert counts["drop"].sent == 1
