"""What the page says of each rule."""

from datetime import timedelta

import pytest

from services.nudges.pages.effects.effects_view import make_effects
from services.nudges.pages.effects.measured_effects import Measurement
from services.nudges.pages.effects.rule_counts import RuleCounts
from shared.languages.current import using_language
from shared.requests.nudges import EffectEstimate, EffectList, EffectRow
from tests.services.nudges.builders.days import NOON

WEEK = timedelta(weeks=1)
TOO_FEW = "the comparison has 12 with the message and 9 without it so far; at least 10 people of each are needed"


def effect_row(rule: str = "streak", *, effect: EffectEstimate | None = None, holdout: float = 0.2) -> EffectRow:
    return EffectRow(
        rule=rule,
        holdout=holdout,
        people=12,
        people_sent=12,
        people_withheld=9,
        days=90,
        days_withheld=30,
        effect=effect,
        not_known_because="" if effect is not None else "of this",
        paused_at=None,
        counts_from=None,
    )


def measured(*rows: EffectRow, **counts: RuleCounts) -> Measurement:
    return Measurement(effects=EffectList(rules=rows), counts=counts, measured_at=NOON)


def estimate(points: float, low: float, high: float) -> EffectEstimate:
    return EffectEstimate(points=points, low=low, high=high, anytime_low=-99, anytime_high=99, sd_points=10)


def test_all_effects_are_on_one_scale_that_shows_the_widest_interval() -> None:
    counts = RuleCounts(sent=60, withheld=30, answered=7)

    narrow, wide = effect_row(effect=estimate(2.14, -0.36, 4.64)), effect_row("drop", effect=estimate(-5, -20, 10))
    streak, drop = make_effects(measured(narrow, wide, streak=counts))

    assert (streak.title, streak.sent, streak.withheld, streak.answered) == ("Streak", 60, 30, 7)
    assert (streak.points, streak.unknown, streak.remark) == (
        "+2.1 points, between \N{MINUS SIGN}0.4 and +4.6; it may make no difference",
        "",
        "",
    )
    assert (drop.title, drop.sent, drop.withheld, drop.answered) == ("Drop", 0, 0, 0)
    assert streak.chart is not None
    assert drop.chart is not None
    assert (drop.chart.low_x, drop.chart.dot_x, drop.chart.high_x) == (6, 76.5, 147)
    assert streak.chart.dot_x == 110.06


def test_a_small_effect_stays_small() -> None:
    (streak,) = make_effects(measured(effect_row(effect=estimate(0.5, 0, 1))))

    assert streak.chart is not None
    assert (streak.chart.low_x, streak.chart.dot_x, streak.chart.high_x) == (100, 109.4, 118.8)


@pytest.mark.parametrize(
    ("counts", "unknown"),
    [
        (
            RuleCounts(people_sent=8, people_withheld=4, measured_since=NOON - 4 * WEEK),
            ". At this rate it takes about six weeks more",
        ),
        (
            RuleCounts(people_sent=9, people_withheld=9, measured_since=NOON - WEEK / 7),
            ". At this rate it takes about one week more",
        ),
        (
            RuleCounts(people_sent=1, people_withheld=5, measured_since=NOON - 5.7 * WEEK),
            ". At this rate it takes about 52 weeks more",
        ),
        (
            RuleCounts(people_sent=1, people_withheld=5, measured_since=NOON - 6 * WEEK),
            ". At this rate it takes more than a year",
        ),
        (RuleCounts(people_sent=9, people_withheld=0, measured_since=NOON - WEEK), ""),
        (RuleCounts(people_sent=10, people_withheld=10, measured_since=NOON - WEEK), ""),
        (RuleCounts(), ""),
    ],
)
def test_what_is_missing_is_estimated_from_the_rate_so_far(counts: RuleCounts, unknown: str) -> None:
    (streak,) = make_effects(measured(effect_row(), streak=counts))

    assert (streak.chart, streak.points, streak.unknown) == (None, "", f"Not known yet{unknown}: {TOO_FEW}.")


def test_without_a_holdout_nothing_is_measured_and_a_paused_rule_says_so() -> None:
    paused = effect_row(holdout=0).model_copy(update={"paused_at": NOON})

    (streak,) = make_effects(measured(paused, streak=RuleCounts(sent=3)))

    assert streak.unknown == "Not measured: nothing is withheld."
    assert streak.remark == "Paused since Monday 2 March, because it lowers the score. An operator can resume it."


def test_effects_are_written_in_the_language_of_whoever_reads_them() -> None:
    same = effect_row("streak").model_copy(update={"people_withheld": 10})
    counts = RuleCounts(people_sent=8, people_withheld=4, measured_since=NOON - 4 * WEEK)

    with using_language("es"):
        views = make_effects(
            measured(same, effect_row("drop", effect=estimate(-2.14, -5, 0.36)), effect_row("pace"), pace=counts)
        )

    assert [view.unknown or view.points for view in views] == [
        "Todavía no se sabe: no hay diferencias entre las puntuaciones.",
        "\N{MINUS SIGN}2,1 puntos, entre \N{MINUS SIGN}5,0 y +0,4; puede que no haya diferencia",
        (
            "Todavía no se sabe. A este ritmo se sabrá dentro de seis semanas aproximadamente: "
            "la comparación tiene hasta ahora 12 con el mensaje y 9 sin él; hacen falta al menos 10 personas en cada grupo."
        ),
    ]
