"""Reps who are forgotten: what goes, what stays, and what does not come back."""

from datetime import date, timedelta

import msgspec
import pytest

from services.scoring.days.open_and_close_days import turn_days
from services.scoring.definitions.apply_definitions import ForgottenInRoster, apply_roster
from services.scoring.definitions.cache import DefinitionsCache
from services.scoring.erase.erase_rep import (
    StillInRoster,
    StillRescored,
    begin_forgetting_rep,
    finish_forgetting_rep,
)
from services.scoring.erase.find_erasure_target import NobodyKnown, find_forgettable
from services.scoring.explain.list_totals import list_totals
from services.scoring.record.record_activities import Observed
from shared.privacy.erasure import NoErasureKey
from shared.requests.erasure import ErasureQuery
from shared.requests.scores import TeamTotal, TotalsQuery
from shared.service.settings import ErasureKeyChanged
from tests.services.scoring.conftest import MONDAY, MONDAY_NOON, ROSTER, Scoring, seen
from tests.services.scoring.erase.erasing import everything, left_of, with_key

NAMING_PEOPLE = """
SELECT table_name FROM information_schema.columns WHERE table_schema = 'scoring' AND column_name ~ 'rep_|person|manager'
"""
ANA = '      - {id: ana, name: Ana Ruiz, timezone: Europe/Madrid, identities: [{source: acme, user: "7"}]}\n'
WITHOUT_ANA = ROSTER.replace(ANA, "")
BENS_NOW = WITHOUT_ANA.replace('{source: acme, user: "8"}', '{source: acme, user: "8"}, {source: acme, user: "7"}')


@pytest.fixture
def keyed(scoring: Scoring) -> Scoring:
    """With a key under which people can be forgotten."""
    assert ANA in ROSTER
    return with_key(scoring)


async def forget(scoring: Scoring, person: str = "ana") -> ErasedScores:
    await begin_forgetting_rep(scoring.pool, scoring.cache, person, now=scoring.now)
    return await finish_forgetting_rep(scoring.pool, scoring.cache, person)


async def test_a_rep_who_has_left_is_erased_from_every_table(keyed: Scoring) -> None:
    await turn_days(keyed.pool, keyed.cache, now=keyed.now)
    await keyed.record(seen("a1"), seen("a2", started_at=(MONDAY_NOON - timedelta(days=3)).isoformat()), seen("b1", actor="8"))
    await keyed.apply(roster=f"# Ana Ruiz left us\n{WITHOUT_ANA}")

    erased = await forget(keyed)

    assert (erased.activities, erased.days, erased.rosters) == (2, 2, 2)
    assert await left_of(keyed, "Ben Ode") != []
    assert await left_of(keyed, "ana", "Ana Ruiz", "a1", "a2") == []
    assert not await keyed.pool.fetchval("SELECT EXISTS (SELECT FROM activity WHERE actor = '7')")
    assert await keyed.differences() == ()


async def test_no_table_names_reps_that_forgetting_knows_nothing_of(keyed: Scoring) -> None:
    rows = await keyed.pool.fetch(NAMING_PEOPLE)

    assert {row["table_name"] for row in rows} == {"activity", "announcement", "rep_day", "rep_progress", "rescore"}


async def test_what_is_said_of_them_again_is_not_taken_in(keyed: Scoring) -> None:
    news = [seen("a1"), seen("a2"), seen("b1", actor="8")]
    await keyed.record(*news)
    await keyed.apply(roster=WITHOUT_ANA)
    await forget(keyed)
    before = await everything(keyed)

    again = await keyed.record(*news, seen("a9", at=MONDAY_NOON + timedelta(days=1)))

    assert (again.activities, again.days, again.forgotten) == (0, 0, 3)
    assert await everything(keyed) == before


async def test_an_activity_that_moves_to_somebody_forgotten_is_no_longer_whose_it_was(keyed: Scoring) -> None:
    await keyed.record(seen("b1", actor="8"))
    await keyed.apply(roster=WITHOUT_ANA)
    await forget(keyed)

    await keyed.record(seen("b1", actor="7", owner="Ana Ruiz", at=MONDAY_NOON + timedelta(hours=1)))

    day = await keyed.day("ben")
    assert day is not None
    assert day["counts"] == "{}"
    assert "Ana Ruiz" not in await everything(keyed)
    assert await keyed.differences() == ()


async def test_who_is_still_in_the_roster_or_still_scored_anew_is_not_forgotten(keyed: Scoring) -> None:
    with pytest.raises(StillInRoster, match="daymark roster apply"):
        await forget(keyed)
    with pytest.raises(StillInRoster):
        await find_forgettable(keyed.pool, keyed.cache, ErasureQuery(person="mara"))

    await keyed.apply_roster(WITHOUT_ANA)
    with pytest.raises(StillRescored, match="in a moment"):
        await forget(keyed)


async def test_without_a_key_nobody_is_forgotten_and_with_another_nothing_is_read(scoring: Scoring) -> None:
    await scoring.apply(roster=WITHOUT_ANA)
    with pytest.raises(NoErasureKey, match=r"privacy\.forget_key"):
        await forget(scoring)

    await forget(with_key(scoring))
    scoring.cache = DefinitionsCache(b"another")
    with pytest.raises(ErasureKeyChanged, match="former key"):
        await scoring.record(seen())


async def test_a_preview_says_who_is_meant_and_what_would_go(keyed: Scoring) -> None:
    await keyed.record(seen("a1"), seen("a2"))
    await keyed.apply(roster=WITHOUT_ANA)

    known = await find_forgettable(keyed.pool, keyed.cache, ErasureQuery(person="ana"))

    assert (known.who, known.names, known.activities, known.days, known.rosters) == ("person", ("Ana Ruiz",), 2, 1, 1)
    assert known.users == (CrmUser(source="acme", account=None, user="7"),)
    with pytest.raises(NobodyKnown):
        await find_forgettable(keyed.pool, keyed.cache, ErasureQuery(person="anna"))


async def test_what_was_done_as_a_user_who_is_somebody_elses_by_now_stays_theirs(keyed: Scoring) -> None:
    await keyed.record(seen("a1"))
    await keyed.apply(roster=BENS_NOW)

    known = await find_forgettable(keyed.pool, keyed.cache, ErasureQuery(person="ana"))
    await forget(keyed)
    await keyed.record(seen("a2"))

    assert (known.users, known.kept) == ((), (CrmUser(source="acme", account=None, user="7"),))
    day = await keyed.day("ben")
    assert day is not None
    assert day["counts"] == '{"calls": 2}'
    assert await keyed.differences() == ()


async def test_of_a_user_shared_by_accounts_only_what_is_nobodys_goes(keyed: Scoring) -> None:
    def of_account(activity_id: str, account: str) -> Observed:
        one = seen(activity_id)
        return msgspec.structs.replace(one, observation=msgspec.structs.replace(one.observation, account=account))

    await keyed.record(of_account("a1", "eu"), of_account("a2", "us"))
    us = WITHOUT_ANA.replace('{source: acme, user: "8"}', '{source: acme, account: us, user: "7"}')
    await keyed.apply(roster=us)

    erased = await forget(keyed)
    again = await keyed.record(of_account("a3", "eu"), of_account("a4", "us"))

    assert (erased.activities, again.activities, again.forgotten) == (1, 1, 1)
    day = await keyed.day("ben")
    assert day is not None
    assert day["counts"] == '{"calls": 2}'
    await keyed.apply(roster=us.replace("North", "Far North"))


async def test_neither_the_id_nor_the_user_can_come_into_a_roster_again(keyed: Scoring) -> None:
    await keyed.apply(roster=WITHOUT_ANA)
    await forget(keyed)

    for roster, who in ((ROSTER, "ana"), (BENS_NOW, r"ben, identities\[1\]")):
        with pytest.raises(ForgottenInRoster, match=who):
            await apply_roster(keyed.pool, keyed.cache, roster, file="roster.yaml", now=keyed.now)


async def test_forgetting_goes_on_where_it_was_stopped_and_twice_is_once(keyed: Scoring) -> None:
    await keyed.record(seen("a1"))
    await keyed.apply(roster=WITHOUT_ANA)
    await begin_forgetting_rep(keyed.pool, keyed.cache, "ana", now=keyed.now)

    known = await find_forgettable(keyed.pool, keyed.cache, ErasureQuery(person="ana"))
    first = await forget(keyed)
    second = await forget(keyed)

    assert (known.is_forgotten, known.activities) == (True, 1)
    assert (first.activities, second) == (1, ErasedScores())
    assert (await find_forgettable(keyed.pool, keyed.cache, ErasureQuery(person="ana"))).is_forgotten


async def test_a_teams_month_adds_up_to_the_same_before_and_after(keyed: Scoring) -> None:
    await keyed.record(seen("a1"), seen("a2"), seen("a3", "proposal_sent"), seen("b1", actor="8"))
    query = TotalsQuery(first=MONDAY, last=MONDAY)
    expected = (TeamTotal(team="north", month=MONDAY.replace(day=1), counts={"calls": 3, "proposals": 1}),)
    assert (await list_totals(keyed.pool, keyed.cache, query)).rows == expected

    await keyed.apply(roster=WITHOUT_ANA)
    assert (await list_totals(keyed.pool, keyed.cache, query)).rows == expected
    await forget(keyed)
    await forget(keyed)

    assert (await list_totals(keyed.pool, keyed.cache, query)).rows == expected
    of_february = TotalsQuery(first=date(2026, 1, 31), last=date(2026, 2, 1))
    assert (await list_totals(keyed.pool, keyed.cache, of_february)).rows == ()


async def test_a_manager_who_has_left_is_erased_too(keyed: Scoring) -> None:
    await keyed.record(seen("a1"))
    await keyed.apply(roster=ROSTER.replace("{id: mara, name: Mara Lind}", ""))

    await forget(keyed, "mara")

    assert await left_of(keyed, "mara", "Mara Lind") == []
    assert [report.rep.id for _, report in await keyed.reports()] == ["ana", "ana", "ben"]
