"""Names that somebody wrote by hand: known ones pass, any other is refused with similar ones."""

from datetime import timedelta

import pytest

from services.scoring.definitions.check_names import (
    NoSuchManager,
    NoSuchRep,
    NoSuchSource,
    NoSuchTeam,
    PersonNotInRoster,
    check_names,
)
from shared.errors import DaymarkError
from shared.events import ManagerId, PersonId, RepId, TeamId
from shared.observation import SourceName
from shared.requests.definitions import NamesQuery
from tests.services.scoring.conftest import Scoring

KNOWN = NamesQuery(
    rep=RepId(PersonId("ana")),
    team=TeamId("north"),
    manager=ManagerId(PersonId("mara")),
    person=PersonId("mara"),
    source=SourceName("acme"),
)
FORMER = "teams: [{id: south, name: South, managers: [{id: nils, name: Nils, until: 2026-03-02}]}]"


async def _check(scoring: Scoring, query: NamesQuery) -> None:
    await check_names(scoring.pool, scoring.cache, query, now=scoring.now)


async def test_names_in_the_roster_are_known(scoring: Scoring) -> None:
    await _check(scoring, KNOWN)
    await _check(scoring, NamesQuery())


@pytest.mark.parametrize(
    ("change", "error", "message"),
    [
        ({"rep": "aan"}, NoSuchRep, r"^aan \(did you mean ana\?\): The roster has no rep with this id"),
        ({"rep": "mara"}, NoSuchRep, r"^mara: The roster has no rep"),
        ({"rep": "zz"}, NoSuchRep, r"^zz: The roster has no rep"),
        ({"team": "nroth"}, NoSuchTeam, r"^nroth \(did you mean north\?\): The roster has no team"),
        ({"manager": "mar"}, NoSuchManager, r"^mar \(did you mean mara\?\): The roster has nobody"),
        ({"manager": "ben"}, NoSuchManager, r"^ben \(a rep, whose own page `daymark you ben` opens\): The roster has nobody"),
        ({"person": "bne"}, PersonNotInRoster, r"^bne \(did you mean ben\?\): The roster has neither"),
        ({"source": "acne"}, NoSuchSource, r"^acne \(did you mean acme\?\): No source"),
    ],
)
async def test_a_name_that_no_roster_has_is_refused_with_the_nearest_names(
    scoring: Scoring, change: dict[str, str], error: type[DaymarkError], message: str
) -> None:
    with pytest.raises(error, match=message):
        await _check(scoring, KNOWN.model_copy(update=change))


async def test_a_name_of_an_earlier_roster_is_known_except_for_managers(scoring: Scoring) -> None:
    await scoring.apply_roster(FORMER)

    await _check(scoring, KNOWN.model_copy(update={"manager": None, "source": None}))
    for change in ({"manager": "mara"}, {"rep": "mara"}, {"team": "nroth"}, {"person": "bne"}):
        with pytest.raises(DaymarkError):
            await _check(scoring, NamesQuery.model_validate(change))


async def test_a_manager_is_known_until_the_last_day_is_over(scoring: Scoring) -> None:
    await scoring.apply_roster(FORMER)
    query = NamesQuery(manager=ManagerId(PersonId("nils")))

    await _check(scoring, query)

    scoring.now += timedelta(days=1)
    with pytest.raises(NoSuchManager, match=r"^nils: "):
        await _check(scoring, query)


async def test_a_source_may_be_configured_or_the_only_one(scoring: Scoring) -> None:
    await _check(scoring, NamesQuery(source=SourceName("hubspot"), configured=(SourceName("hubspot"),)))

    await scoring.apply_roster(FORMER)
    await _check(scoring, NamesQuery(source=SourceName("first")))
    with pytest.raises(NoSuchSource):
        await _check(scoring, NamesQuery(source=SourceName("acme"), configured=(SourceName("hubspot"),)))
