"""Reps who are erased: what is removed, what stays, and what does not come back."""

from datetime import date, timedelta

import msgspec
import pytest

from services.scoring.absences.change_absences import enter_absence
from services.scoring.days.open_and_close_days import open_and_close_days
from services.scoring.definitions.apply_definitions import ErasedPersonInRoster, apply_playbooks, apply_roster
from services.scoring.definitions.cache import DefinitionsCache
from services.scoring.definitions.stored_definitions import list_publications
from services.scoring.erase.erase_rep import StillInRoster, StillRescoring, begin_erasing_rep, finish_erasing_rep
from services.scoring.erase.find_erasure_target import NoSuchPerson, find_erasure_target
from services.scoring.explain.list_totals import list_totals
from services.scoring.record.read_event import ObservedEvent
from shared.events import ManagerId, PersonId
from shared.privacy.erasure import NoErasureKey
from shared.requests.absences import AbsenceQuery
from shared.requests.erasure import CrmUser, ErasedScores, ErasureQuery
from shared.requests.scores import TeamTotal, TotalsQuery
from shared.service.settings import ErasureKeyChanged
from tests.services.scoring.conftest import ANA, BEN, MONDAY, MONDAY_NOON, PLAYBOOK, ROSTER, Scoring, observed
from tests.services.scoring.domain.builders import ACME, NORTH
from tests.services.scoring.erase.erasing import dump, find_mentions, with_key

TABLES_NAMING_PEOPLE = """
SELECT table_name FROM information_schema.columns WHERE table_schema = 'scoring' AND column_name ~ 'rep_|person|manager'
"""
ANAS_LINE = '      - {id: ana, name: Ana Ruiz, timezone: Europe/Madrid, identities: [{source: acme, user: "7"}]}\n'
WITHOUT_ANA = ROSTER.replace(ANAS_LINE, "")
REASSIGNED_TO_BEN = WITHOUT_ANA.replace('{source: acme, user: "8"}', '{source: acme, user: "8"}, {source: acme, user: "7"}')
USER_7 = CrmUser(source=ACME, account=None, user="7")


@pytest.fixture
def keyed(scoring: Scoring) -> Scoring:
    """With an erasure key."""
    assert ANAS_LINE in ROSTER
    return with_key(scoring)


async def erase(scoring: Scoring, person: PersonId = ANA) -> ErasedScores:
    await begin_erasing_rep(scoring.pool, scoring.cache, person, now=scoring.now)
    return await finish_erasing_rep(scoring.pool, scoring.cache, person)


async def test_a_rep_who_has_left_is_erased_from_every_table(keyed: Scoring) -> None:
    friday = (MONDAY_NOON - timedelta(days=3)).isoformat()
    await open_and_close_days(keyed.pool, keyed.cache, now=keyed.now)
    await keyed.record(observed("a1"), observed("a2", started_at=friday), observed("b1", actor="8"))
    await keyed.apply(roster=f"# Ana Ruiz left us\n{WITHOUT_ANA}")

    erased = await erase(keyed)

    assert (erased.activities, erased.days, erased.rosters) == (2, 2, 2)
    assert await find_mentions(keyed, "Ben Ode") != []
    assert await find_mentions(keyed, "ana", "Ana Ruiz", "a1", "a2") == []
    assert not await keyed.pool.fetchval("SELECT EXISTS (SELECT FROM activity WHERE actor = '7')")
    assert await keyed.differences() == ()


async def test_no_other_table_names_reps(keyed: Scoring) -> None:
    rows = await keyed.pool.fetch(TABLES_NAMING_PEOPLE)

    assert {row["table_name"] for row in rows} == {
        "activity",
        "announcement",
        "entered_absence",
        "rep_day",
        "last_opened_day",
        "pending_rescore",
    }


async def test_repeated_and_new_observations_of_an_erased_rep_are_not_recorded(keyed: Scoring) -> None:
    events = [observed("a1"), observed("a2"), observed("b1", actor="8")]
    await keyed.record(*events)
    await keyed.apply(roster=WITHOUT_ANA)
    await erase(keyed)
    before = await dump(keyed)

    again = await keyed.record(*events, observed("a9", at=MONDAY_NOON + timedelta(days=1)))

    assert (again.activities, again.days, again.redacted) == (0, 0, 3)
    assert await dump(keyed) == before


async def test_an_activity_that_moves_to_an_erased_rep_no_longer_counts_for_the_former_one(keyed: Scoring) -> None:
    await keyed.record(observed("b1", actor="8"))
    await keyed.apply(roster=WITHOUT_ANA)
    await erase(keyed)

    await keyed.record(observed("b1", actor="7", owner="Ana Ruiz", at=MONDAY_NOON + timedelta(hours=1)))

    assert (await keyed.day(BEN))["counts"] == "{}"
    assert "Ana Ruiz" not in await dump(keyed)
    assert await keyed.differences() == ()


async def test_a_new_activity_that_an_erased_rep_gave_away_counts_for_the_other_rep(keyed: Scoring) -> None:
    await keyed.apply(roster=WITHOUT_ANA)
    await erase(keyed)

    later = MONDAY_NOON + timedelta(minutes=1)
    recorded = await keyed.record(observed("b1", actor="7"), observed("b1", actor="8", at=later))

    assert (recorded.activities, recorded.redacted) == (1, 1)
    assert (await keyed.day(BEN))["counts"] == '{"calls": 1}'
    assert await keyed.differences() == ()


async def test_nobody_is_erased_who_is_in_the_roster_or_waits_to_be_scored(keyed: Scoring) -> None:
    with pytest.raises(StillInRoster, match="daymark roster apply"):
        await erase(keyed)
    with pytest.raises(StillInRoster):
        await find_erasure_target(keyed.pool, keyed.cache, ErasureQuery(person="mara"))

    await keyed.apply_roster(WITHOUT_ANA)
    with pytest.raises(StillRescoring, match="in a moment"):
        await erase(keyed)


async def test_without_a_key_nobody_is_erased_and_with_another_nothing_is_read(scoring: Scoring) -> None:
    await scoring.apply(roster=WITHOUT_ANA)
    with pytest.raises(NoErasureKey, match=r"privacy\.forget_key"):
        await erase(scoring)

    await erase(with_key(scoring))
    scoring.cache = DefinitionsCache(b"another")
    async with scoring.pool.acquire() as connection:
        with pytest.raises(ErasureKeyChanged, match="earlier key"):
            await scoring.cache.refuse_other_key(connection)
    with pytest.raises(ErasureKeyChanged, match="earlier key"):
        await scoring.record(observed())


async def test_a_preview_says_who_is_meant_and_what_would_be_erased(keyed: Scoring) -> None:
    await keyed.record(observed("a1"), observed("a2"))
    await keyed.apply(roster=WITHOUT_ANA)

    target = await find_erasure_target(keyed.pool, keyed.cache, ErasureQuery(person="ana"))

    assert (target.subject, target.names, target.activities, target.days, target.rosters) == ("person", ("Ana Ruiz",), 2, 1, 1)
    assert target.users == (USER_7,)
    with pytest.raises(NoSuchPerson):
        await find_erasure_target(keyed.pool, keyed.cache, ErasureQuery(person="anna"))


async def test_activities_of_a_user_who_is_another_reps_by_now_stay(keyed: Scoring) -> None:
    await keyed.record(observed("a1"))
    await keyed.apply(roster=REASSIGNED_TO_BEN)

    target = await find_erasure_target(keyed.pool, keyed.cache, ErasureQuery(person="ana"))
    await erase(keyed)
    await keyed.record(observed("a2"))

    assert (target.users, target.reassigned) == ((), (USER_7,))
    assert (await keyed.day(BEN))["counts"] == '{"calls": 2}'
    assert await keyed.differences() == ()


async def test_of_a_user_in_several_accounts_only_unmatched_activities_are_erased(keyed: Scoring) -> None:
    def of_account(activity_id: str, account: str) -> ObservedEvent:
        event = observed(activity_id)
        return msgspec.structs.replace(event, observation=msgspec.structs.replace(event.observation, account=account))

    await keyed.record(of_account("a1", "eu"), of_account("a2", "us"))
    us = WITHOUT_ANA.replace('{source: acme, user: "8"}', '{source: acme, account: us, user: "7"}')
    await keyed.apply(roster=us)

    erased = await erase(keyed)
    again = await keyed.record(of_account("a3", "eu"), of_account("a4", "us"))

    assert (erased.activities, again.activities, again.redacted) == (1, 1, 1)
    assert (await keyed.day(BEN))["counts"] == '{"calls": 2}'
    await keyed.apply(roster=us.replace("North", "Far North"))


async def test_neither_the_id_nor_the_user_can_be_in_a_roster_again(keyed: Scoring) -> None:
    await keyed.apply(roster=WITHOUT_ANA)
    await erase(keyed)

    for roster, entry in ((ROSTER, "ana"), (REASSIGNED_TO_BEN, r"ben, identities\[1\]")):
        with pytest.raises(ErasedPersonInRoster, match=entry):
            await apply_roster(keyed.pool, keyed.cache, roster, file="roster.yaml", now=keyed.now)


async def test_an_interrupted_erasure_can_be_finished_and_repeating_it_changes_nothing(keyed: Scoring) -> None:
    await keyed.record(observed("a1"))
    await keyed.apply(roster=WITHOUT_ANA)
    await begin_erasing_rep(keyed.pool, keyed.cache, ANA, now=keyed.now)

    target = await find_erasure_target(keyed.pool, keyed.cache, ErasureQuery(person="ana"))
    first = await erase(keyed)
    second = await erase(keyed)

    assert (target.is_erased, target.activities) == (True, 1)
    assert (first.activities, second) == (1, ErasedScores())
    assert (await find_erasure_target(keyed.pool, keyed.cache, ErasureQuery(person="ana"))).is_erased


async def test_many_activities_are_deleted_step_by_step(keyed: Scoring, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("services.scoring.erase.erase_rep._STEP", 1)
    await keyed.record(*[observed(f"a{number}") for number in range(3)])
    await keyed.apply(roster=WITHOUT_ANA)

    assert (await erase(keyed)).activities == 3


async def test_a_teams_month_adds_up_to_the_same_before_and_after(keyed: Scoring) -> None:
    await keyed.record(observed("a1"), observed("a2"), observed("a3", "proposal_sent"), observed("b1", actor="8"))
    query = TotalsQuery(first=MONDAY, last=MONDAY)
    expected = (TeamTotal(team="north", month=MONDAY.replace(day=1), counts={"calls": 3, "proposals": 1}),)
    assert (await list_totals(keyed.pool, keyed.cache, query)).rows == expected

    await keyed.apply(roster=WITHOUT_ANA)
    assert (await list_totals(keyed.pool, keyed.cache, query)).rows == expected
    await erase(keyed)
    await erase(keyed)

    assert (await list_totals(keyed.pool, keyed.cache, query)).rows == expected
    of_february = TotalsQuery(first=date(2026, 1, 31), last=date(2026, 2, 1))
    assert (await list_totals(keyed.pool, keyed.cache, of_february)).rows == ()


async def test_a_manager_who_has_left_is_erased_too(keyed: Scoring) -> None:
    await keyed.record(observed("a1"))
    await keyed.apply(roster=ROSTER.replace("{id: mara, name: Mara Lind}", ""))

    await erase(keyed, PersonId("mara"))

    assert await find_mentions(keyed, "mara", "Mara Lind") == []
    assert [report.rep.id for _, report in await keyed.reports()] == ["ana", "ana", "ben"]


async def test_what_was_entered_for_an_erased_rep_is_deleted_and_what_an_erased_manager_entered_stays_unsigned(
    keyed: Scoring,
) -> None:
    two = ROSTER.replace("Mara Lind}", "Mara Lind}, {id: ole, name: Ole}")
    await keyed.apply(roster=two)
    for rep_id, manager in ((ANA, "mara"), (BEN, "mara"), (BEN, "ole")):
        first = MONDAY if manager == "mara" else MONDAY + timedelta(days=1)
        query = AbsenceQuery(rep=rep_id, manager=ManagerId(PersonId(manager)), first=first, last=first)
        await enter_absence(keyed.pool, keyed.cache, query, now=keyed.now)
    for message, manager in (("", "mara"), ("message: Talk.", "mara"), ("message: Talk more.", "ole")):
        later = f"{PLAYBOOK.replace('2026-01-01', '2026-03-09')}{message}"
        author = ManagerId(PersonId(manager))
        await apply_playbooks(keyed.pool, keyed.cache, later, file="page", published_by=author, now=keyed.now)
    await keyed.apply(roster=two.replace(ANAS_LINE, "").replace("{id: mara, name: Mara Lind}, ", ""))

    for person in ("ana", "mara"):
        await erase(keyed, PersonId(person))

    rows = await keyed.pool.fetch("SELECT rep_id, day, manager_id FROM entered_absence ORDER BY day")
    assert [tuple(row) for row in rows] == [("ben", MONDAY, ""), ("ben", MONDAY + timedelta(days=1), "ole")]
    async with keyed.pool.acquire() as connection:
        publications = await list_publications(connection, NORTH)
    assert [publication.published_by for publication in publications] == ["ole", "", "", None]
    assert await find_mentions(keyed, "ana", "mara", "Mara Lind") == []
    assert await keyed.differences() == ()


async def test_reports_of_other_reps_keep_their_other_managers(keyed: Scoring) -> None:
    await keyed.apply(roster=ROSTER.replace("{id: mara, name: Mara Lind}", "{id: mara, name: M}, {id: nils, name: N}"))
    await keyed.record(observed("b1", actor="8"))
    await keyed.apply(roster=ROSTER.replace("{id: mara, name: Mara Lind}", "{id: nils, name: N}"))

    await erase(keyed, PersonId("mara"))

    assert {manager.id for _, report in await keyed.reports() for manager in report.managers} == {"nils"}


async def test_a_deal_that_others_own_by_now_names_the_erased_rep_nowhere_and_keeps_the_others_days(keyed: Scoring) -> None:
    await keyed.apply(playbook=PLAYBOOK + "  - {key: wins, label: Wins, counts: {kinds: [deal_won]}, target: 1, weight: 1}\n")
    for deal, stage in (("deal-1", "3"), ("deal-2", "5")):
        await keyed.record(observed(deal, "deal_won", actor="8", stage=stage))
        for days, user in ((3, "7"), (4, "8")):
            handed_over = MONDAY_NOON + timedelta(days=days)
            await keyed.record(observed(deal, "deal_stage_changed", at=handed_over, actor=user, started_at=None))
    before = await keyed.day(BEN)
    await keyed.apply(roster=WITHOUT_ANA)

    await erase(keyed)

    users = await keyed.pool.fetch("SELECT statement ->> 0 AS user FROM activity, jsonb_each(states) AS s (name, statement)")
    assert "7" not in {row["user"] for row in users}
    stages = await keyed.pool.fetch("SELECT part_of, states -> 'stage' ->> 0 AS stage FROM activity WHERE part_of IS NOT NULL")
    assert sorted((row["part_of"], row["stage"]) for row in stages) == [("deal-1", "3"), ("deal-2", "5")]
    assert await keyed.day(BEN) == before
    assert await keyed.differences() == ()
