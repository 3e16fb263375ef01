"""Rules that do harm are paused, and resumed by hand, on a real database."""

from datetime import timedelta

import pytest
from structlog.testing import capture_logs

from services.nudges.experiments.measure_effects import measure_effects
from services.nudges.experiments.pause_harmful_rules import pause_harmful_rules
from services.nudges.experiments.resume_rule import RuleNotPaused, resume_rule
from services.nudges.experiments.rule_pauses import RulePause, list_rule_pauses, mark_rule_paused, mark_rule_resumed
from tests.services.nudges.builders.days import NOON, at
from tests.services.nudges.builders.rows import Rows
from tests.services.nudges.experiments.experiment import LAST, run_experiment

DAY = timedelta(days=1)
EVENING = at(LAST, "23:00")


async def test_a_rule_that_does_harm_is_paused_and_announced_once(rows: Rows) -> None:
    await run_experiment(rows, sent_adds=-10)

    with capture_logs() as logs:
        await pause_harmful_rules(rows.pool, now=EVENING)
        await pause_harmful_rules(rows.pool, now=EVENING + DAY)

    (line,) = [log for log in logs if log["event"] == "rule_paused"]
    assert (line["log_level"], line["rule"]) == ("error", "plan_done")
    assert line["low"] < line["points"] < line["high"] < 0
    assert await list_rule_pauses(rows.pool) == [RulePause(rule="plan_done", paused_at=EVENING, resumed_at=None)]


async def test_a_rule_that_helps_is_not_paused(rows: Rows) -> None:
    await run_experiment(rows, sent_adds=10)

    await pause_harmful_rules(rows.pool, now=EVENING)

    assert await list_rule_pauses(rows.pool) == []


async def test_the_effects_are_checked_once_a_day_in_utc(rows: Rows) -> None:
    midnight = at(LAST + DAY, "01:00")
    await pause_harmful_rules(rows.pool, now=midnight - timedelta(seconds=1))
    await run_experiment(rows, sent_adds=-10)

    await pause_harmful_rules(rows.pool, now=midnight - timedelta(seconds=1))
    assert await list_rule_pauses(rows.pool) == []
    await pause_harmful_rules(rows.pool, now=midnight)

    assert len(await list_rule_pauses(rows.pool)) == 1


async def test_a_check_that_another_replica_is_making_is_passed_over(rows: Rows) -> None:
    await run_experiment(rows, sent_adds=-10)
    async with rows.pool.acquire() as other, other.transaction():
        await other.execute("SELECT FROM effects_check FOR UPDATE")

        await pause_harmful_rules(rows.pool, now=EVENING)

    assert await list_rule_pauses(rows.pool) == []


async def test_a_rule_that_is_resumed_starts_afresh(rows: Rows) -> None:
    await run_experiment(rows, sent_adds=-10)
    await pause_harmful_rules(rows.pool, now=EVENING)

    await resume_rule(rows.pool, "plan_done", now=EVENING)

    effects = await measure_effects(rows.pool)
    assert effects["plan_done"].sample.days == 0
    await pause_harmful_rules(rows.pool, now=EVENING + DAY)
    assert await list_rule_pauses(rows.pool) == [RulePause(rule="plan_done", paused_at=None, resumed_at=EVENING)]


async def test_only_a_paused_rule_can_be_resumed(rows: Rows) -> None:
    with pytest.raises(RuleNotPaused, match="plan_done"):
        await resume_rule(rows.pool, "plan_done", now=NOON)
    await mark_rule_paused(rows.pool, "plan_done", now=NOON)
    with pytest.raises(RuleNotPaused, match="comeback"):
        await resume_rule(rows.pool, "comeback", now=NOON)
    with pytest.raises(RuleNotPaused, match=r"^plan_dnoe \(did you mean plan_done\?\)"):
        await resume_rule(rows.pool, "plan_dnoe", now=NOON)

    await resume_rule(rows.pool, "plan_done", now=NOON)

    with pytest.raises(RuleNotPaused, match="plan_done"):
        await resume_rule(rows.pool, "plan_done", now=NOON + DAY)


async def test_a_pause_keeps_its_first_time_and_can_begin_again_after_a_resumption(rows: Rows) -> None:
    is_new = [await mark_rule_paused(rows.pool, "plan_done", now=NOON + days * DAY) for days in range(2)]
    first = await list_rule_pauses(rows.pool)
    await mark_rule_resumed(rows.pool, "plan_done", now=NOON + 2 * DAY)

    assert await mark_rule_paused(rows.pool, "plan_done", now=NOON + 3 * DAY)

    assert is_new == [True, False]
    assert first == [RulePause(rule="plan_done", paused_at=NOON, resumed_at=None)]
    assert await list_rule_pauses(rows.pool) == [
        RulePause(rule="plan_done", paused_at=NOON + 3 * DAY, resumed_at=NOON + 2 * DAY)
    ]


async def test_pauses_are_listed_by_rule(rows: Rows) -> None:
    for rule in ("streak", "comeback"):
        await mark_rule_paused(rows.pool, rule, now=NOON)

    assert [pause.rule for pause in await list_rule_pauses(rows.pool)] == ["comeback", "streak"]
