"""The effects of rules, on a real database."""

from services.nudges.experiments.list_effects import list_effects
from services.nudges.experiments.measure_effects import measure_effects
from services.nudges.experiments.rule_pauses import mark_rule_paused, mark_rule_resumed
from services.nudges.rules.catalogue import REP_RULES
from tests.services.nudges.builders.days import NOON
from tests.services.nudges.builders.rows import Rows
from tests.services.nudges.experiments.experiment import DAYS, run_experiment


async def test_the_effect_is_that_on_the_score_of_the_next_worked_day(rows: Rows) -> None:
    await run_experiment(rows, sent_adds=10)

    effects = await list_effects(rows.pool, lambda rule: {"plan_done": 0.5}.get(rule, 0.1))

    by_rule = {row.rule: row for row in effects.rules}
    measured, unknown = by_rule["plan_done"], by_rule["comeback"]
    assert measured.effect is not None
    assert measured.effect.low < 10 < measured.effect.high
    assert measured.effect.high - measured.effect.low < 4
    assert measured.effect.anytime_low < measured.effect.low
    assert measured.effect.high < measured.effect.anytime_high
    assert (measured.people, measured.days) == (12, 12 * DAYS), "the last day has none after it"
    assert (measured.people_sent, measured.people_withheld, unknown.people_sent) == (12, 12, 0)
    assert 0.3 < measured.days_withheld / measured.days < 0.7
    assert (measured.holdout, unknown.holdout) == (0.5, 0.1)
    assert (unknown.effect, unknown.paused_at, unknown.counts_from) == (None, None, None)
    assert unknown.not_known_because == "sent to 0 people and withheld from 0; 10 of each are needed"


async def test_a_paused_and_a_resumed_rule_are_listed_as_such(rows: Rows) -> None:
    for rule in ("plan_done", "comeback"):
        await mark_rule_paused(rows.pool, rule, now=NOON)
    await mark_rule_resumed(rows.pool, "comeback", now=NOON)

    effects = await list_effects(rows.pool, lambda _: 0.1)

    by_rule = {row.rule: row for row in effects.rules}
    assert (by_rule["plan_done"].paused_at, by_rule["plan_done"].counts_from) == (NOON, None)
    assert (by_rule["comeback"].paused_at, by_rule["comeback"].counts_from) == (None, NOON)


async def test_every_rule_is_measured_whose_nudges_can_be_withheld(rows: Rows) -> None:
    effects = await measure_effects(rows.pool)

    assert list(effects) == [name for name in REP_RULES if name != "step_lowered"]
