"""Absences that a manager enters, and takes back."""

from datetime import date, timedelta
from decimal import Decimal

import pytest

from services.scoring.absences.change_absences import (
    NoEmptyDay,
    NotTheirManager,
    RangeBackwards,
    RangeTooFar,
    RangeTooLong,
    StandsInRoster,
    show_absences,
)
from services.scoring.definitions.cache import DefinitionsCache
from services.scoring.definitions.check_names import NoSuchRep
from shared.errors import DaymarkError
from shared.requests.absences import AbsenceQuery, AbsenceSpan
from tests.services.scoring.absences.conftest import FRIDAY, MARA, OLE, THURSDAY, TUESDAY, WEDNESDAY, Absences
from tests.services.scoring.conftest import ANA, BEN, MONDAY, PLAYBOOK, ROSTER, observed
from tests.services.scoring.domain.builders import rep_id_of

IDENTITIES = 'identities: [{source: acme, user: "7"}]'


def with_absence(first: date, last: date, part: str = "1") -> str:
    """The roster, with an absence of Ana's."""
    return ROSTER.replace(IDENTITIES, f"{IDENTITIES}, absences: [{{from: {first}, until: {last}, part: {part}}}]")


async def test_entered_days_are_reported_as_absent_without_a_score_and_nobody_elses_are(absences: Absences) -> None:
    before = (await absences.scoring.day(ANA, TUESDAY))["score"]

    state = await absences.enter(MONDAY, THURSDAY)

    assert (before, (await absences.scoring.day(ANA, TUESDAY))["score"]) == (Decimal("0.00"), None)
    assert (await absences.presences()) == dict.fromkeys((MONDAY, TUESDAY, WEDNESDAY, THURSDAY), "absent") | {FRIDAY: "working"}
    assert set((await absences.presences(BEN)).values()) == {"working"}
    assert state.entered == (AbsenceSpan(first=MONDAY, last=THURSDAY, entered_by="Mara Lind"),)
    assert await absences.scoring.differences() == ()


async def test_without_a_last_day_the_absence_lasts_up_to_the_reps_today(absences: Absences) -> None:
    state = await absences.enter(THURSDAY)

    assert (state.first, state.last, state.today) == (THURSDAY, FRIDAY, FRIDAY)
    assert (await absences.presences())[FRIDAY] == "absent"


async def test_entering_it_again_changes_nothing_and_asks_for_no_scores(absences: Absences) -> None:
    await absences.enter(MONDAY, THURSDAY)
    before = await absences.rows(), await absences.scoring.reports()

    again = AbsenceQuery(rep=ANA, manager=MARA, first=MONDAY, last=THURSDAY)
    absences.scoring.now += timedelta(minutes=1)
    await absences.enter(again.first, again.last)

    assert (await absences.rows(), await absences.scoring.reports()) == before


async def test_a_day_with_something_that_counts_splits_the_absence_and_keeps_its_score(absences: Absences) -> None:
    await absences.scoring.record(observed("a1", started_at=f"{TUESDAY}T12:00:00+00:00"))

    state = await absences.enter(MONDAY, THURSDAY)

    assert [(span.first, span.last) for span in state.entered] == [(MONDAY, MONDAY), (WEDNESDAY, THURSDAY)]
    assert state.active == (TUESDAY,)
    assert (await absences.presences())[TUESDAY] == "working"
    assert (await absences.scoring.day(ANA, TUESDAY))["score"] == Decimal("30.00")


async def test_an_activity_that_counts_for_nothing_does_not_split_it(absences: Absences) -> None:
    await absences.scoring.record(observed("a1", "note", started_at=f"{TUESDAY}T12:00:00+00:00"))

    state = await absences.enter(MONDAY, THURSDAY)

    assert (state.active, len(state.entered)) == ((), 1)


async def test_an_absence_on_none_of_whose_days_nothing_counts_is_refused(absences: Absences) -> None:
    await absences.scoring.record(observed("a1", started_at=f"{TUESDAY}T12:00:00+00:00"))

    with pytest.raises(NoEmptyDay, match=r"^Something was logged on each of these days"):
        await absences.enter(TUESDAY, TUESDAY)

    assert await absences.rows() == []


async def test_what_was_entered_can_be_withdrawn_in_part_by_any_manager_of_the_team(absences: Absences) -> None:
    await absences.scoring.apply(roster=ROSTER.replace("Mara Lind}", "Mara Lind}, {id: ole, name: Ole}"))
    await absences.enter(MONDAY, FRIDAY)

    state = await absences.withdraw(THURSDAY, FRIDAY, manager=OLE)

    assert state.entered == ()
    assert [row[1] for row in await absences.rows()] == [MONDAY, TUESDAY, WEDNESDAY]
    presences = await absences.presences()
    assert [presences[day] for day in (WEDNESDAY, THURSDAY, FRIDAY)] == ["absent", "working", "working"]
    assert (await absences.scoring.day(ANA, THURSDAY))["score"] == Decimal("0.00")


async def test_taking_back_what_is_not_entered_changes_nothing(absences: Absences) -> None:
    await absences.withdraw(MONDAY, FRIDAY)

    assert await absences.scoring.reps_pending() == 0


@pytest.mark.parametrize(
    ("first", "last", "refusal"),
    [
        (TUESDAY, MONDAY, RangeBackwards),
        (MONDAY, MONDAY + timedelta(days=60), RangeTooLong),
        (date(2027, 3, 2), date(2027, 3, 4), RangeTooFar),
        (date(2025, 3, 2), date(2025, 3, 4), RangeTooFar),
        (FRIDAY, FRIDAY + timedelta(days=184), RangeTooFar),
        (FRIDAY - timedelta(days=184), FRIDAY, RangeTooFar),
    ],
)
async def test_a_range_that_was_probably_mistyped_is_refused(
    absences: Absences, first: date, last: date, refusal: type[DaymarkError]
) -> None:
    with pytest.raises(refusal):
        await absences.enter(first, last)
    with pytest.raises(refusal):
        await absences.withdraw(first, last)

    assert await absences.rows() == []


async def test_sixty_days_at_the_edge_of_half_a_year_can_be_entered(absences: Absences) -> None:
    await absences.enter(FRIDAY + timedelta(days=124), FRIDAY + timedelta(days=183))

    assert len(await absences.rows()) == 60


async def test_only_a_manager_who_leads_the_rep_today_may_enter_or_see_it(absences: Absences) -> None:
    south = "  - {id: south, name: South, managers: [{id: ole, name: Ole}]}\n"
    former = ROSTER.replace("Mara Lind}", f"Mara Lind}}, {{id: old, name: Old, until: {THURSDAY}}}")
    await absences.scoring.apply(roster=former + south)

    for manager in (OLE, "old", "nobody"):
        query = AbsenceQuery(rep=ANA, manager=manager, first=MONDAY)
        with pytest.raises(NotTheirManager):
            await absences.enter(query.first, manager=query.manager)
        with pytest.raises(NotTheirManager):
            await absences.withdraw(query.first, manager=query.manager)
        with pytest.raises(NotTheirManager):
            await show_absences(absences.scoring.pool, absences.scoring.cache, query, now=absences.scoring.now)
    assert await absences.rows() == []


async def test_what_is_entered_for_others_or_on_other_days_is_not_shown(absences: Absences) -> None:
    await absences.enter(MONDAY, FRIDAY, rep=BEN)
    await absences.enter(MONDAY, MONDAY)
    await absences.enter(THURSDAY, FRIDAY)

    query = AbsenceQuery(rep=ANA, manager=MARA, first=TUESDAY, last=THURSDAY)
    state = await show_absences(absences.scoring.pool, absences.scoring.cache, query, now=absences.scoring.now)

    assert [(span.first, span.last) for span in state.entered] == [(THURSDAY, THURSDAY)]


async def test_a_rep_whom_the_roster_does_not_list_is_refused_with_the_nearest_name(absences: Absences) -> None:
    with pytest.raises(NoSuchRep, match="did you mean ana"):
        await absences.enter(MONDAY, rep=rep_id_of("anna"))


async def test_a_roster_that_is_applied_later_does_not_lose_it(absences: Absences) -> None:
    await absences.enter(MONDAY, THURSDAY)

    await absences.scoring.apply(roster=ROSTER.replace("name: North", "name: Far North"))

    assert len(await absences.rows()) == 4
    assert (await absences.scoring.day(ANA, TUESDAY))["score"] is None
    assert await absences.scoring.differences() == ()


async def test_a_roster_that_states_it_too_counts_alone_from_then_on(absences: Absences) -> None:
    await absences.enter(MONDAY, THURSDAY)

    await absences.scoring.apply(roster=with_absence(TUESDAY, THURSDAY))
    taken_over = [row[1] for row in await absences.rows()]
    await absences.scoring.apply(roster=ROSTER)

    assert taken_over == [MONDAY]
    assert [(await absences.scoring.day(ANA, day))["score"] for day in (MONDAY, TUESDAY)] == [None, Decimal("0.00")]


async def test_half_a_day_in_the_roster_takes_over_nothing(absences: Absences) -> None:
    await absences.enter(MONDAY, THURSDAY)

    await absences.scoring.apply(roster=with_absence(MONDAY, THURSDAY, part="0.5"))

    assert len(await absences.rows()) == 4
    assert (await absences.scoring.day(ANA, TUESDAY))["score"] is None


async def test_days_of_the_roster_are_not_entered_again_and_cannot_be_withdrawn_here(absences: Absences) -> None:
    await absences.scoring.apply(roster=with_absence(MONDAY, TUESDAY))

    state = await absences.enter(MONDAY, THURSDAY)
    with pytest.raises(StandsInRoster):
        await absences.withdraw(MONDAY, TUESDAY)
    after = await absences.withdraw(MONDAY, THURSDAY)

    assert [(span.first, span.last) for span in state.entered] == [(WEDNESDAY, THURSDAY)]
    assert state.in_roster == after.in_roster == (AbsenceSpan(first=MONDAY, last=TUESDAY),)
    assert after.entered == ()


async def test_missing_are_the_days_that_entering_would_add(absences: Absences) -> None:
    await absences.scoring.apply(roster=with_absence(MONDAY, MONDAY))
    await absences.scoring.record(observed("a1", started_at=f"{WEDNESDAY}T12:00:00+00:00"))

    entered = await absences.enter(MONDAY, THURSDAY)
    withdrawn = await absences.withdraw(MONDAY, THURSDAY)

    assert entered.missing == ()
    assert withdrawn.missing == (AbsenceSpan(first=TUESDAY, last=TUESDAY), AbsenceSpan(first=THURSDAY, last=THURSDAY))


async def test_every_replica_uses_it_from_the_commit_on(absences: Absences) -> None:
    other = DefinitionsCache()
    async with absences.scoring.pool.acquire() as connection:
        before = await other.read(connection)
        await absences.enter(MONDAY, MONDAY)
        after = await other.read(connection)

    assert before.roster.reps[ANA].absent_on(MONDAY) == 0
    assert after.roster.reps[ANA].absent_on(MONDAY) == 1
    assert after.roster.reps[BEN] is before.roster.reps[BEN]


async def test_a_day_without_a_target_is_reported_as_absent_too_and_as_worked_once_it_is_withdrawn(absences: Absences) -> None:
    weekdays = "{mon: 2, tue: 0, wed: 2, thu: 2, fri: 2}"
    none_on_tuesdays = PLAYBOOK.replace("target: 2", f"target: {weekdays}").replace("target: 1,", f"target: {weekdays},")
    await absences.scoring.apply(playbook=none_on_tuesdays)
    assert (await absences.scoring.day(ANA, TUESDAY))["score"] is None

    await absences.enter(MONDAY, WEDNESDAY)
    away = (await absences.presences())[TUESDAY]
    await absences.withdraw(MONDAY, WEDNESDAY)

    assert (away, (await absences.presences())[TUESDAY]) == ("absent", "working")
