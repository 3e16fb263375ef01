"""What all rules and all messages have in common."""

import re
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from services.nudges.domain.candidate import ANNOUNCEMENT_RULE, CORRECTION_RULE, Candidate
from services.nudges.domain.moments import Moment
from services.nudges.domain.recent_nudges import LOOKBACK
from services.nudges.rules.catalogue import MANAGER_RULES, OPT_IN, PRIORITIES, REP_RULES, RULES, rules_at
from services.nudges.rules.plan_done import plan_done
from services.nudges.rules.rule import RuleRegisteredTwice, rep_rule
from shared.events import NudgeKind
from tests.services.nudges.rules.examples import MANAGER_EXAMPLES, REP_EXAMPLES, rep_candidate, team_candidate
from tests.services.nudges.rules.variations import VARIATIONS, Variation

TEXT_MAX = 200
LISTS = {(ANNOUNCEMENT_RULE, "many changes"), ("roster_check", "five names")}
LIST_MAX = 400
ABOUT_THE_PERSON = {"lazy", "failed", "failure", "bad", "rank", "ranked", "worst", "poor", "weak", "should", "must"}

ISO_DATE = re.compile(r"\d{4}-\d\d")
DOUBLED = re.compile(r"[.,:;!?]{2}|\s{2}|\s[.,:;!?]")
LOWER_CASE_AFTER_A_STOP = re.compile(r"[.?!]\s+[a-z]")
PLURAL_AFTER_ONE = re.compile(r"(?<![\d.])\b(?:1|one) (?:more )?[a-z]+s\b")
CELEBRATION_MARKS_MAX = 1

of_each_message = pytest.mark.parametrize("message", VARIATIONS, ids=lambda message: f"{message.rule}, {message.special}")


def _texts(candidate: Candidate) -> list[str]:
    return [*candidate.wordings, candidate.reason]


def test_every_rule_has_an_example_of_its_own() -> None:
    assert REP_EXAMPLES.keys() == REP_RULES.keys()
    assert MANAGER_EXAMPLES.keys() == MANAGER_RULES.keys()

    assert all(rep_candidate(name, context).rule == name for name, context in REP_EXAMPLES.items())
    assert all(team_candidate(name, context).rule == name for name, context in MANAGER_EXAMPLES.items())


def test_the_common_tests_read_every_message() -> None:
    assert {message.rule for message in VARIATIONS} == {*RULES, ANNOUNCEMENT_RULE, CORRECTION_RULE}


@of_each_message
def test_wordings_are_short(message: Variation) -> None:
    longest = max(map(len, message.candidate.wordings))

    assert longest <= (LIST_MAX if (message.rule, message.special) in LISTS else TEXT_MAX)


@of_each_message
def test_sentences_begin_with_a_capital_letter_and_end(message: Variation) -> None:
    assert all(wording[0].isupper() for wording in message.candidate.wordings)
    assert all(wording.endswith((".", "?")) for wording in message.candidate.wordings)
    assert not message.candidate.reason[0].islower()
    assert message.candidate.reason.endswith(".")
    for text in _texts(message.candidate):
        assert not LOWER_CASE_AFTER_A_STOP.search(text), text
        assert not DOUBLED.search(text), text


@of_each_message
def test_dates_and_counts_are_as_people_say_them(message: Variation) -> None:
    for text in _texts(message.candidate):
        assert not ISO_DATE.search(text), text
        assert not PLURAL_AFTER_ONE.search(text), text


@of_each_message
def test_they_are_calm_and_about_the_work(message: Variation) -> None:
    marks_max = CELEBRATION_MARKS_MAX if message.candidate.kind is NudgeKind.CELEBRATION else 0

    for text in _texts(message.candidate):
        assert text.count("!") <= marks_max
        assert not ABOUT_THE_PERSON & set(re.findall(r"[a-z]+", text.lower()))


@of_each_message
def test_a_rule_says_the_same_thing_in_the_same_number_of_ways(message: Variation) -> None:
    first = next(other for other in VARIATIONS if other.rule == message.rule)

    assert len(set(message.candidate.wordings)) == len(first.candidate.wordings)
    assert len(message.candidate.wordings) >= 3 or message.rule == ANNOUNCEMENT_RULE


@pytest.mark.parametrize("rule", REP_RULES)
def test_a_rep_is_addressed_by_their_first_name(rule: str) -> None:
    context = REP_EXAMPLES[rule]

    name = context.report.rep.name.partition(" ")[0]

    assert all(name in wording for wording in rep_candidate(rule, context).wordings)


@pytest.mark.parametrize("rule", REP_RULES)
def test_history_that_is_imported_calls_for_nothing(rule: str) -> None:
    context = REP_EXAMPLES[rule]

    imported = replace(context, report=context.report.model_copy(update={"silent": True}))

    assert REP_RULES[rule].evaluate(imported) is None


@pytest.mark.parametrize("rule", [rule.name for rule in rules_at(Moment.DAY_CHANGED)])
def test_praise_says_whether_it_requires_that_the_plan_is_done(rule: str) -> None:
    context = REP_EXAMPLES[rule]
    short = context.report.model_copy(update={"score": Decimal(99), "state": "closed"})

    is_proposed = REP_RULES[rule].evaluate(replace(context, report=short)) is not None

    assert is_proposed is not REP_RULES[rule].requires_done_plan


def test_no_rule_cools_down_for_longer_than_recent_nudges_are_known() -> None:
    assert all(timedelta(days=rule.cooldown_days) <= LOOKBACK for rule in RULES.values())


def test_every_message_to_a_rep_has_a_priority_of_its_own() -> None:
    by_priority = sorted(PRIORITIES, key=lambda rule: PRIORITIES[rule])

    assert len(set(PRIORITIES.values())) == len(PRIORITIES)
    assert by_priority[-2:] == [CORRECTION_RULE, *OPT_IN]
    assert [rule.name for rule in rules_at(Moment.DAY_CHANGED)] == [
        "comeback",
        "step_reached",
        "streak",
        "personal_best",
        "small_win",
        "steady_week",
        "plan_done",
    ]


def test_two_rules_cannot_have_the_same_name() -> None:
    register_again = rep_rule(
        name="plan_done",
        title="Plan done again",
        when="Never.",
        limits="Never.",
        kind=NudgeKind.CELEBRATION,
        moment=Moment.DAY_CHANGED,
        priority=1,
    )

    with pytest.raises(RuleRegisteredTwice):
        register_again(lambda _: None)
    assert REP_RULES["plan_done"] is plan_done
