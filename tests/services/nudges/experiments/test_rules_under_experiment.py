"""From an experiment to the rule: a paused rule is silent, and a resumed one decides again, on a real database."""

from datetime import timedelta

import pytest

from services.nudges.context.rule_context import RuleContext
from services.nudges.decide import compose
from services.nudges.decide.policy.may_send import RULE_PAUSED
from services.nudges.domain.candidate import Candidate
from services.nudges.domain.moments import Moment
from services.nudges.experiments.pause_harmful_rules import pause_harmful_rules
from services.nudges.experiments.resume_rule import resume_rule
from services.nudges.rules.comeback import comeback
from services.nudges.rules.plan_done import plan_done
from tests.services.nudges.builders.days import at
from tests.services.nudges.builders.people import make_rep
from tests.services.nudges.builders.reports import report
from tests.services.nudges.builders.rows import Rows
from tests.services.nudges.conftest import Nudging
from tests.services.nudges.experiments.experiment import LAST, PEOPLE, run_experiment

NEXT_DAY = LAST + timedelta(days=1)


@pytest.fixture(autouse=True)
def _only_two_rules(monkeypatch: pytest.MonkeyPatch) -> None:
    def evaluate(_: Moment, context: RuleContext) -> list[Candidate]:
        candidates = [rule.evaluate(context) for rule in (comeback, plan_done)]
        return [candidate for candidate in candidates if candidate is not None]

    monkeypatch.setattr(compose, "evaluate_rules", evaluate)


@pytest.fixture
async def paused(nudging: Nudging) -> Nudging:
    """The rule `plan_done` does harm and is paused."""
    await run_experiment(Rows(nudging.pool), sent_adds=-10)
    nudging.now = at(LAST, "23:00")
    await pause_harmful_rules(nudging.pool, now=nudging.now)
    return nudging


async def test_a_paused_rule_is_suppressed(paused: Nudging) -> None:
    paused.now = at(NEXT_DAY, "12:00")

    await paused.take_in(report(NEXT_DAY, score=130, state="open", rep=make_rep(PEOPLE[0])))

    assert (await paused.decisions())[-1] == ("plan_done", "suppressed", RULE_PAUSED)


async def test_a_resumed_rule_is_sent_or_withheld_again(paused: Nudging) -> None:
    await resume_rule(paused.pool, "plan_done", now=paused.now)
    paused.now = at(NEXT_DAY, "12:00")

    (decided,) = await paused.take_in(report(NEXT_DAY, score=130, state="open", rep=make_rep(PEOPLE[0])))

    assert decided.status in {"sent", "withheld"}
