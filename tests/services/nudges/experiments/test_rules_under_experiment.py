"""From an experiment to the rule: a paused rule is silent, and a resumed one decides again, on a real database."""

from datetime import timedelta

import pytest

from services.nudges.decide import on_change
from services.nudges.decide.policy.may_send import PAUSED
from services.nudges.domain.candidate import RULE_COMEBACK, RULE_PLAN_DONE
from services.nudges.experiments.pause_harmful_rules import pause_harmful_rules
from services.nudges.experiments.resume_rule import resume_rule
from services.nudges.outbox import measure_queues
from services.nudges.rules.comeback import comeback
from services.nudges.rules.plan_done import plan_done
from tests.services.nudges.conftest import Nudging
from tests.services.nudges.day_reports import day_report, make_rep
from tests.services.nudges.days import at
from tests.services.nudges.experiments.experiment import LAST, PEOPLE, run_experiment
from tests.services.nudges.rows import Rows

NEXT_DAY = LAST + timedelta(days=1)


@pytest.fixture(autouse=True)
def _only_two_rules(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(on_change, "ON_CHANGE", {RULE_COMEBACK: comeback, RULE_PLAN_DONE: plan_done})


@pytest.fixture
async def paused(nudging: Nudging) -> Nudging:
    """The rule `plan_done` does harm and is paused."""
    await run_experiment(Rows(nudging.pool), sent_adds=-10)
    nudging.now = at(LAST, "23:00")
    await pause_harmful_rules(nudging.pool, now=nudging.now)
    return nudging


async def test_a_paused_rule_is_suppressed_and_shown_as_a_metric(paused: Nudging) -> None:
    await measure_queues(paused.pool, ["recorder"], paused.clock(), paused.metrics)
    paused.now = at(NEXT_DAY, "12:00")

    await paused.take_in(day_report(NEXT_DAY, score=130, state="open", rep=make_rep(PEOPLE[0])))

    assert paused.metrics.registry.get_sample_value("daymark_nudges_rule_paused", {"rule": "plan_done"}) == 1
    assert (await paused.nudges())[-1] == ("plan_done", "suppressed", PAUSED)


async def test_a_resumed_rule_is_sent_or_withheld_again(paused: Nudging) -> None:
    await resume_rule(paused.pool, "plan_done", now=paused.now)
    paused.now = at(NEXT_DAY, "12:00")

    (decided,) = await paused.take_in(day_report(NEXT_DAY, score=130, state="open", rep=make_rep(PEOPLE[0])))

    assert decided.status in {"sent", "withheld"}
