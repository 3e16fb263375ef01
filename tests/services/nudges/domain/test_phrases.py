"""How days, numbers and names are said, and which of several wordings is used."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from services.nudges.domain.phrases import (
    below_target,
    breakdown,
    capitalized,
    choose_wording,
    clock_time,
    count_phrase,
    counted,
    day_name,
    day_noun,
    day_phrase,
    first_name,
    joined,
    joined_some,
    long_date,
    lowered,
    met_targets,
    natural_name,
    noun,
    possessive,
    score_text,
    sentence,
    short_name,
    weekdays_phrase,
    whole_score,
)
from shared.languages.current import using_language
from tests.services.nudges.builders.days import MONDAY
from tests.services.nudges.builders.reports import behaviour, report


def test_wordings_vary_but_are_the_same_for_the_same_occasion() -> None:
    chosen = {choose_wording(4, seed=str(number), used=()) for number in range(50)}

    assert chosen == {0, 1, 2, 3}
    assert choose_wording(4, seed="x", used=()) == choose_wording(4, seed="x", used=())


def test_none_is_used_again_while_it_was_used_lately() -> None:
    assert choose_wording(3, seed="x", used={0, 2}) == 1
    assert choose_wording(3, seed="x", used={0, 1, 2}) is None


@pytest.mark.parametrize(
    ("days_ago", "name", "phrase"),
    [
        (-7, "Monday 9 March", "on Monday 9 March"),
        (-2, "Wednesday 4 March", "on Wednesday 4 March"),
        (-1, "tomorrow", "tomorrow"),
        (0, "today", "today"),
        (1, "yesterday", "yesterday"),
        (2, "Saturday", "on Saturday"),
        (6, "Tuesday", "on Tuesday"),
        (7, "Monday 23 February", "on Monday 23 February"),
    ],
)
def test_days_are_named_as_people_say_them(days_ago: int, name: str, phrase: str) -> None:
    day = MONDAY - timedelta(days=days_ago)

    assert day_name(day, today=MONDAY) == name
    assert day_phrase(day, today=MONDAY) == phrase


def test_a_date_in_another_year_says_so() -> None:
    assert long_date(date(2025, 12, 31), today=date(2025, 1, 1)) == "Wednesday 31 December"
    assert long_date(date(2025, 12, 31), today=date(2026, 1, 1)) == "Wednesday 31 December 2025"


def test_times_are_on_the_persons_own_clock() -> None:
    assert clock_time(datetime(2026, 7, 1, 11, 5, tzinfo=UTC), "Europe/Madrid") == "13:05"


@pytest.mark.parametrize(
    ("count", "phrase"),
    [(0, "no missed days"), (1, "one missed day"), (2, "two missed days"), (9, "nine missed days"), (10, "10 missed days")],
)
def test_small_counts_are_words(count: int, phrase: str) -> None:
    assert count_phrase(count, "missed day") == phrase


def test_a_plural_may_be_irregular() -> None:
    assert [count_phrase(count, "person", "people") for count in (1, 2)] == ["one person", "two people"]


@pytest.mark.parametrize(
    ("label", "singular", "plural"),
    [
        ("Calls", "call", "calls"),
        ("Meetings booked", "meeting booked", "meetings booked"),
        ("Sales calls", "sales call", "sales calls"),
        ("Business reviews", "business review", "business reviews"),
        ("New opportunities", "new opportunity", "new opportunities"),
        ("Pitches", "pitch", "pitches"),
        ("Calls of 2 minutes or more", "call of 2 minutes or more", "calls of 2 minutes or more"),
        ("Proposals this month", "proposal this month", "proposals this month"),
        ("QBRs held", "QBR held", "QBRs held"),
        ("Bonus", "bonus", "bonus"),
        ("Outreach", "outreach", "outreach"),
    ],
)
def test_a_label_agrees_with_its_number(label: str, singular: str, plural: str) -> None:
    assert noun(label, 1) == singular
    assert [noun(label, count) for count in (0, 2, 12, Decimal("0.5"))] == [plural] * 4


@pytest.mark.parametrize(
    ("count", "text"),
    [(0, "no calls"), (1, "1 call"), (Decimal(1), "1 call"), (Decimal("0.50"), "0.5 calls"), (Decimal(20), "20 calls")],
)
def test_a_label_is_counted(count: Decimal | int, text: str) -> None:
    assert counted(count, "Calls") == text


@pytest.mark.parametrize(
    ("count", "target", "text"),
    [
        (0, 10, "0 of 10 calls"),
        (9, 10, "9 of 10 calls"),
        (10, 10, "10 of 10 calls"),
        (11, 10, "11 calls (10 planned)"),
        (1, 1, "1 of 1 call"),
        (2, 1, "2 calls (1 planned)"),
        (1, 0.5, "1 call (0.5 planned)"),
    ],
)
def test_a_breakdown_says_what_was_planned(count: int, target: float, text: str) -> None:
    assert breakdown(report(behaviours=(behaviour("Calls", count, target),))) == text


def test_a_breakdown_leaves_out_what_has_no_target() -> None:
    behaviours = (behaviour("Calls", 3, 10), behaviour("Demos", 4, 0), behaviour("Proposals", 1, 2))

    assert breakdown(report(behaviours=behaviours)) == "3 of 10 calls and 1 of 2 proposals"


def test_words_and_parts_are_put_together() -> None:
    assert joined(["a"]) == "a"
    assert joined(["a", "b", "c"]) == "a, b and c"
    assert (first_name("Ana Ruiz Lago"), first_name("Ana")) == ("Ana", "Ana")
    labels = ("New calls", "CRM updates", "LinkedIn touches", "eBooks sent")

    assert [lowered(label) for label in labels] == ["new calls", "CRM updates", "LinkedIn touches", "eBooks sent"]
    assert capitalized("two calls") == "Two calls"


def test_of_many_names_the_first_are_listed() -> None:
    assert joined_some(["Ana", "Ben"], names_max=2) == "Ana and Ben"
    assert joined_some(["Ana", "Ben", "Cleo"], names_max=2) == "Ana, Ben and one other"
    assert joined_some(["Ana", "Ben", "Cleo", "Dan"], names_max=2) == "Ana, Ben and two others"


@pytest.mark.parametrize(
    ("weekdays", "phrase"),
    [
        ((4,), "on Fridays"),
        ((1, 2), "on Tuesdays and Wednesdays"),
        ((1, 2, 3), "Tuesdays to Thursdays"),
        ((0, 2, 3), "on Mondays, Wednesdays and Thursdays"),
    ],
)
def test_weekdays_in_a_row_are_a_span(weekdays: tuple[int, ...], phrase: str) -> None:
    assert weekdays_phrase(weekdays) == phrase


def test_a_score_is_a_whole_number() -> None:
    assert (score_text(report(score=104.4)), score_text(report(score=None))) == ("104", "none")


@pytest.mark.parametrize(
    ("score", "shown"),
    [("0", "0"), ("87.5", "88"), ("98.6", "99"), ("99.01", "99"), ("99.99", "99"), ("100", "100"), ("100.6", "101")],
)
def test_a_whole_score_is_100_only_if_the_plan_is_reached(score: str, shown: str) -> None:
    assert whole_score(Decimal(score)) == shown


@pytest.mark.parametrize(
    ("full_name", "natural", "first"),
    [
        ("Ana Ruiz Lago", "Ana Ruiz Lago", "Ana"),
        ("van der Berg, Eva", "Eva van der Berg", "Eva"),
        ("Berg, Eva Maria", "Eva Maria Berg", "Eva"),
        ("Eva van der Berg", "Eva van der Berg", "Eva"),
        ("van der Berg", "van der Berg", "van der Berg"),
        ("Van Morrison", "Van Morrison", "Van"),
        ("Bob Hill, Jr.", "Bob Hill", "Bob"),
        ("Bob Hill, PhD", "Bob Hill", "Bob"),
        ("Hill,", "Hill", "Hill"),
        ("J. Hill", "J. Hill", "J"),
        ("J", "J", "J"),
        ("Ana R.", "Ana R.", "Ana"),
    ],
)
def test_people_are_called_as_others_call_them(full_name: str, natural: str, first: str) -> None:
    assert (natural_name(full_name), first_name(full_name)) == (natural, first)


def test_a_sentence_ends_with_one_full_stop_and_a_possessive_with_an_s() -> None:
    assert [sentence(text) for text in ("away: Ana", "Away: Ana R.")] == ["Away: Ana.", "Away: Ana R."]
    assert [possessive(name) for name in ("Ana", "Jess", "Luis", "yesterday")] == ["Ana's", "Jess's", "Luis's", "yesterday's"]


@pytest.mark.parametrize(
    ("names", "short"),
    [
        (["van der Berg, Eva", "Eva Sol"], "Eva B."),
        (["van der Berg, Eva", "Eva Brandt"], "Eva van der Berg"),
        (["van der Berg", "Berg, Eva"], "van der Berg"),
        (["Ana R.", "Ana Ruiz"], "Ana R."),
        (["Ana ruiz", "Ana Vidal"], "Ana R."),
        (["J. Hill", "J. Moor"], "J H."),
        (["Ana Ruiz", "Ben Ode"], "Ana"),
        (["Ana Ruiz", "Ana Vidal"], "Ana R."),
        (["Ana Ruiz", "Ana Roca"], "Ana Ruiz"),
        (["Ana Ruiz", "Ana"], "Ana R."),
        (["Ana", "Ana Ruiz"], "Ana"),
        (["Ana María Ruiz", "Ana Vidal"], "Ana R."),
        (["Ana Ruiz", "Ana Ruiz"], "Ana Ruiz"),
        (["Ana Ruiz"], "Ana"),
    ],
)
def test_a_name_is_as_short_as_tells_people_apart(names: list[str], short: str) -> None:
    assert short_name(names[0], names) == short


def test_targets_that_are_met_and_those_that_are_not_are_named_apart() -> None:
    day = report(behaviours=(behaviour("Calls", 12, 10), behaviour("Meetings", 1, 2), behaviour("Demos", 3, 0)))

    assert met_targets(day) == "12 calls (10 planned)"
    assert below_target(day, is_today=True) == "Still below target: 1 of 2 meetings."
    assert below_target(day, is_today=False) == "Below target: 1 of 2 meetings."


def test_in_spanish_they_are_as_spanish_has_them() -> None:
    day = report(behaviours=(behaviour("Llamadas", 12, 10), behaviour("Reuniones", 0, 1), behaviour("Informes", 1, 0.5)))
    saturday = MONDAY - timedelta(days=2)

    with using_language("es"):
        assert [day_name(MONDAY - timedelta(days=ago), today=MONDAY) for ago in (-1, 0, 1)] == ["mañana", "hoy", "ayer"]
        assert (day_name(saturday, today=MONDAY), day_phrase(saturday, today=MONDAY)) == ("sábado", "el sábado")
        assert [day_noun(day, today=MONDAY) for day in (MONDAY, saturday)] == ["hoy", "el sábado"]
        assert long_date(date(2025, 12, 31), today=MONDAY) == "miércoles 31 de diciembre de 2025"
        assert breakdown(day) == "12 llamadas (plan: 10), 0 de 1 reunión y 1 informe (plan: 0,5)"
        assert [counted(count, "Llamadas") for count in (0, 1, Decimal("0.5"))] == ["0 llamadas", "1 llamada", "0,5 llamadas"]
        assert joined_some(["Ana", "Ben", "Cleo", "Dan"], names_max=2) == "Ana, Ben y otras dos personas"
        assert [count_phrase(count, "week") for count in (1, 2, 12)] == ["una semana", "dos semanas", "12 semanas"]
        assert [weekdays_phrase(weekdays) for weekdays in ((0, 5), (1, 2, 3))] == ["los lunes y sábados", "de martes a jueves"]
        assert count_phrase(2, "gadget") == "dos gadgets"
