"""Explanations: the arithmetic, every activity, and why one does not count."""

from datetime import timedelta
from decimal import Decimal

import pytest

from services.scoring.definitions.check_names import NoSuchRep
from services.scoring.explain.explain_day import explain_day
from shared.events import BehaviourKey
from shared.languages.current import using_language
from tests.services.scoring.conftest import ANA, MONDAY, MONDAY_NOON, PLAYBOOK, ROSTER, Scoring, observed
from tests.services.scoring.domain.builders import rep_id_of

CALLS, PROPOSALS = BehaviourKey("calls"), BehaviourKey("proposals")


async def test_an_explanation_shows_the_arithmetic_and_why_an_activity_does_not_count(scoring: Scoring) -> None:
    await scoring.record(observed("a1"), observed("a2", duration_s=10))

    explained = await explain_day(scoring.pool, scoring.cache, ANA, MONDAY)

    assert explained.arithmetic == "100 x (60 x min(1/2, 1.5) + 40 x min(0/1, 1.5)) / (60 + 40) = 30.00"
    assert explained.score == Decimal("30.00")
    counted, missed = explained.activities
    assert counted.counts_for == ("calls",)
    assert missed.fails[CALLS] == "duration 10.0 s is not 60 s or more"
    assert missed.of_other_kind == (PROPOSALS,)


async def test_the_facts_of_an_activity_are_shown_with_the_start_that_was_derived(scoring: Scoring) -> None:
    await scoring.record(observed("a1", started_at=None, heard_at=MONDAY_NOON.isoformat(), owner="Ana"))

    (activity,) = (await explain_day(scoring.pool, scoring.cache, ANA, MONDAY)).activities

    assert activity.facts == {
        "actor": "7",
        "duration_s": 100,
        "heard_at": MONDAY_NOON.isoformat(),
        "owner": "Ana",
        "started_at": MONDAY_NOON.isoformat(),
    }


async def test_explaining_a_day_of_an_unknown_rep_is_refused(scoring: Scoring) -> None:
    with pytest.raises(NoSuchRep):
        await explain_day(scoring.pool, scoring.cache, rep_id_of("nobody"), MONDAY)


async def test_a_day_without_targets_is_explained_as_such(scoring: Scoring) -> None:
    half_off = "absences: [{from: 2026-03-02, until: 2026-03-02, part: 0.25}], identities"
    await scoring.apply(roster=ROSTER.replace("identities", half_off, 1))

    monday = await explain_day(scoring.pool, scoring.cache, ANA, MONDAY)
    sunday = await explain_day(scoring.pool, scoring.cache, ANA, MONDAY - timedelta(days=1))

    assert (monday.presence, monday.lines[0].target) == ("working, 0.75 of the day", Decimal("1.5"))
    assert (sunday.presence, sunday.score) == ("day_off", None)
    assert sunday.arithmetic == "no behaviour has a target on this day, so there is no score"


@pytest.mark.parametrize(("manager", "entered_by"), [("mara", "Mara Lind"), ("", "a manager")])
async def test_an_entered_absence_is_explained_with_who_entered_it(scoring: Scoring, manager: str, entered_by: str) -> None:
    insert = "INSERT INTO entered_absence VALUES ('ana', $1, false, $2, $3)"
    sunday, tuesday = MONDAY - timedelta(days=1), MONDAY + timedelta(days=1)
    for day in (sunday, MONDAY):
        await scoring.pool.execute(insert, day, manager, MONDAY_NOON)
    await scoring.pool.execute("UPDATE definitions_version SET version = version + 1")

    explained = [await explain_day(scoring.pool, scoring.cache, ANA, day) for day in (sunday, MONDAY, tuesday)]

    assert [(day.presence, day.absence_entered_by) for day in explained] == [
        ("day_off", ""),
        ("absent", entered_by),
        ("working", ""),
    ]


async def test_unverified_activities_are_shown_and_count_only_if_the_playbook_says_so(scoring: Scoring) -> None:
    burst = [
        observed(f"a{number}", started_at=(MONDAY_NOON + timedelta(seconds=number)).isoformat(), contact_key="k")
        for number in range(4)
    ]
    await scoring.record(*burst)
    rules = "unverified:\n  counts: {}\n  bursts: {{more_than: 2, within_s: 60}}\n  same_contact: {{more_than: 3}}\n"

    await scoring.apply(playbook=PLAYBOOK + rules.format("true"))
    shown = await explain_day(scoring.pool, scoring.cache, ANA, MONDAY)
    await scoring.apply(playbook=PLAYBOOK + rules.format("false"))
    excluded = await explain_day(scoring.pool, scoring.cache, ANA, MONDAY)
    with using_language("es"):
        spanish = await explain_day(scoring.pool, scoring.cache, ANA, MONDAY)

    assert [activity.unverified for activity in shown.activities] == [
        (),
        (),
        ("began within 60 s of 2 earlier ones",),
        ("began within 60 s of 2 earlier ones", "number 4 with the same contact on the day"),
    ]
    assert [activity.counts_for for activity in shown.activities] == [("calls",)] * 4
    assert [activity.counts_for for activity in excluded.activities] == [("calls",), ("calls",), (), ()]
    assert excluded.activities[2].fails[CALLS] == "unverified"
    assert excluded.activities[2].unverified == shown.activities[2].unverified
    assert spanish.activities[3].fails[CALLS] == "sin verificar"
    assert spanish.activities[3].unverified == (
        "empezó menos de 60 s después de 2 anteriores",
        "número 4 con el mismo contacto en el día",
    )
    day = await scoring.day(ANA)
    assert (day["counts"], day["score"], excluded.score) == ('{"calls": 2}', Decimal("60.00"), Decimal("60.00"))
    assert await scoring.differences() == ()
