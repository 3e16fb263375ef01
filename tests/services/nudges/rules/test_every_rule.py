"""What all rules and all messages have in common."""

import re
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from services.nudges.domain.candidate import ANNOUNCEMENT_RULE, CORRECTION_RULE, Candidate
from services.nudges.domain.moments import Moment
from services.nudges.domain.phrases import capitalized
from services.nudges.domain.recent_nudges import LOOKBACK
from services.nudges.rules.catalogue import MANAGER_RULES, OPT_IN, PRIORITIES, REP_RULES, RULES, rules_at
from services.nudges.rules.plan_done import plan_done
from services.nudges.rules.rule import RuleRegisteredTwice, rep_rule
from shared.events import NudgeKind
from tests.services.nudges.rules.examples import MANAGER_EXAMPLES, REP_EXAMPLES, Variation, rep_candidate, team_candidate
from tests.services.nudges.rules.names import NAME_IN_MESSAGES, NAMESAKES, with_names, with_namesakes
from tests.services.nudges.rules.variations import VARIATIONS

TEXT_MAX = 200
LISTS = {
    (ANNOUNCEMENT_RULE, "many changes"),
    ("roster_check", "five names"),
    ("away_today", "more than five"),
    ("could_use_a_hand", "more than four"),
    ("sent_to_team", "as it happens"),
}
LIST_MAX = 400
ABOUT_THE_PERSON = {"lazy", "failed", "failure", "bad", "rank", "ranked", "worst", "poor", "weak", "should", "must"}

QUOTED = re.compile("(?<=“)[^”]*(?=”)")
ISO_DATE = re.compile(r"\d{4}-\d\d")
INITIAL = r"(?<=\b[A-Z])\."
DOUBLED = re.compile(rf"(?!{INITIAL}[,:;?)])[.,:;!?]{{2}}|\s{{2}}|\s[.,:;!?]")
LOWER_CASE_AFTER_A_STOP = re.compile(rf"(?!{INITIAL})[.?!]\s+[a-z]")
PLURAL_AFTER_ONE = re.compile(r"(?<![\d.])\b(?:1|one) (?:more )?[a-z]+s\b")
SINGULAR_AFTER_MANY = re.compile(
    r"\b(?!1 |one )(?:\d+(?:\.\d+)?|no|two|three|four|five|six|seven|eight|nine) (?:more )?(?:working |active |missed |slow )?"
    r"(?:lead|conversation|meeting|proposal|call|day|rep|activity|name|change|other)\b"
)
GENDERED = re.compile(r"\b(?:he|she|him|his|her|hers|himself|herself)\b", re.IGNORECASE)
WRONG_ARTICLE = re.compile(r"\b[Aa] (?:8\d*|11|18|[aeio])(?!ne\b)|\b[Aa]n (?:[1-79]\d*(?<!11)(?<!18)\b|[bcdfgj-np-tv-z])")
WRONG_ORDINAL = re.compile(r"\b\d*(?:1[123](?!th)|(?<!1)1(?!st)|(?<!1)2(?!nd)|(?<!1)3(?!rd)|[04-9](?!th))(?:st|nd|rd|th)\b")
WRONG_POSSESSIVE = re.compile(r"[Ss]'(?![\w])")
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
    """What a manager has written is as long as they wrote it."""
    longest = max(len(QUOTED.sub("", wording)) for wording in message.candidate.wordings)
    is_list = (message.rule, message.special) in LISTS or message.special.startswith("about ")

    assert longest <= (LIST_MAX if is_list else TEXT_MAX)


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
        assert not SINGULAR_AFTER_MANY.search(text), text
        assert not WRONG_ORDINAL.search(text), text
        assert not WRONG_ARTICLE.search(text), text


@of_each_message
def test_nobody_is_taken_for_a_man_or_a_woman_and_every_possessive_is_right(message: Variation) -> None:
    for text in _texts(message.candidate):
        assert not GENDERED.search(text), text
        assert not WRONG_POSSESSIVE.search(text), text


@pytest.mark.parametrize(
    ("pattern", "wrong", "right"),
    [
        (DOUBLED, "Away: Ana R..", "Ana R., Ben (Ana R.). Is it Ana R.?"),
        (DOUBLED, "Ben,, Ana", "Ben, Ana"),
        (LOWER_CASE_AFTER_A_STOP, "Away? van der Berg", "Away? Van der Berg. Ana R. is here"),
        (PLURAL_AFTER_ONE, "1 leads handled", "1 lead handled, 21 leads handled, 0.1 calls"),
        (SINGULAR_AFTER_MANY, "22 lead handled", "1 lead handled, 22 leads handled, 1 day"),
        (SINGULAR_AFTER_MANY, "no working day", "no working days, one working day"),
        (GENDERED, "Her calls", "Their calls, there and here"),
        (WRONG_ARTICLE, "a 80", "an 80, a 90, a 100, a 17, an 11, an 18"),
        (WRONG_ARTICLE, "an 90", "an 8, a 7, an hour, a one, a user"),
        (WRONG_ARTICLE, "a older day", "an older day, a score"),
        (WRONG_ORDINAL, "11st", "1st, 2nd, 3rd, 4th, 11th, 12th, 13th, 21st, 22nd, 103rd, 111th"),
        (WRONG_ORDINAL, "2th", "20th"),
        (WRONG_POSSESSIVE, "Luis' calls", "Luis's calls, Ana's, don't"),
    ],
)
def test_the_patterns_match_what_is_wrong_and_nothing_else(pattern: re.Pattern[str], wrong: str, right: str) -> None:
    assert pattern.search(wrong)
    assert not pattern.search(right)


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


@pytest.mark.parametrize("full_name", NAME_IN_MESSAGES)
def test_a_rep_is_addressed_by_their_first_name(full_name: str) -> None:
    messages = [message for message in VARIATIONS if message.special == f"to {full_name}"]
    name = NAME_IN_MESSAGES[full_name]

    assert {message.rule for message in messages} == {*REP_RULES, ANNOUNCEMENT_RULE, CORRECTION_RULE}
    for text in [wording for message in messages for wording in message.candidate.wordings]:
        assert re.search(rf"(?<![\w-])(?:{re.escape(name)}|{re.escape(capitalized(name))})(?![\w-])", text), text
        assert full_name == name or full_name not in text


@pytest.mark.parametrize("rule", MANAGER_RULES)
@pytest.mark.parametrize("turn", range(len(NAMESAKES)))
def test_a_manager_knows_which_of_several_namesakes_is_meant(rule: str, turn: int) -> None:
    context = with_namesakes(MANAGER_EXAMPLES[rule], [*NAMESAKES[turn:], *NAMESAKES[:turn]])
    candidate = team_candidate(rule, context)
    reps = [member.rep for member in context.members]
    shown = [*map(context.name_of, reps), *map(context.full_name_of, reps)]
    any_of_them = re.compile("|".join(rf"\b{re.escape(name)}(?!\w)" for name in sorted(shown, key=len, reverse=True)))

    for text in _texts(candidate):
        named = [
            {rep.id for rep in reps if name in (context.name_of(rep), context.full_name_of(rep))}
            for name in any_of_them.findall(text)
        ]
        assert "Ana" not in any_of_them.sub("", text)
        assert all(len(rep_ids) == 1 for rep_ids in named), text
        assert set().union(*named) <= {mention.id for mention in candidate.about}, text


def test_reps_with_the_very_same_name_are_shown_with_their_ids() -> None:
    context = with_names(MANAGER_EXAMPLES["digest"], ["Ana Ruiz", "Ruiz, Ana", "Ben Ode"])

    names = [context.name_of(member.rep) for member in context.members]

    assert sorted(names) == ["Ana Ruiz (ana)", "Ana Ruiz (diego)", "Ben"]
    assert [context.full_name_of(member.rep) for member in context.members] == ["Ana Ruiz (ana)", "Ben Ode", "Ana Ruiz (diego)"]


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
