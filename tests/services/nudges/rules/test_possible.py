"""A rule that says of a report that it proposes nothing proposes nothing, whatever came before."""

from hypothesis import given

from services.nudges.domain.moments import Moment
from services.nudges.rules.catalogue import may_praise, rules_at
from tests.services.nudges.builders.reports import behaviour, report
from tests.services.nudges.rules.random_days import Past, pasts


@given(past=pasts())
def test_what_a_rule_proposes_it_has_called_possible(past: Past) -> None:
    for context in past.contexts(days_later=0):
        begun = [behaviour.key for behaviour in context.report.behaviours if behaviour.count]
        proposing = [rule for rule in rules_at(Moment.DAY_CHANGED) if rule.evaluate(context) is not None]
        assert all(rule.is_possible(context.report, begun) for rule in proposing)


def test_one_more_of_what_has_begun_may_lead_to_nothing() -> None:
    day = report(state="open", behaviours=(behaviour("Calls", 2, 10),))
    (calls,) = day.behaviours

    assert not may_praise(day, [])
    assert may_praise(day, [calls.key])
