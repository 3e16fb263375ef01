"""Who is in which team on a day, and whose identity is whose."""

from datetime import date, timedelta

import pytest

from services.scoring.domain.roster.roster import Identity, Manager
from shared.events import ManagerId, PersonId, TeamId
from tests.services.scoring.domain.builders import ACME, rep, roster, term

FIRST, LAST = date(2026, 3, 2), date(2026, 3, 6)
ONE_DAY = timedelta(days=1)


@pytest.mark.parametrize(
    ("first", "last", "day", "is_within"),
    [
        (None, None, FIRST, True),
        (FIRST, None, FIRST - ONE_DAY, False),
        (FIRST, None, FIRST, True),
        (None, LAST, LAST, True),
        (None, LAST, LAST + ONE_DAY, False),
        (FIRST, LAST, FIRST, True),
        (FIRST, LAST, LAST, True),
        (FIRST, LAST, LAST + ONE_DAY, False),
    ],
)
def test_the_first_and_the_last_day_of_a_manager_and_of_a_rep_belong_to_their_time(
    first: date | None, last: date | None, day: date, is_within: bool
) -> None:
    mara = Manager(id=ManagerId(PersonId("mara")), name="Mara", email=None, timezone=None, first=first, last=last)

    assert mara.leads_on(day) is is_within
    assert rep(joined=first, left=last).is_employed_on(day) is is_within


def test_a_term_holds_from_its_first_day_until_the_next_one() -> None:
    north, south = term(), term(FIRST, team=TeamId("south"))
    ana = rep(north, south)

    assert (ana.on(FIRST - ONE_DAY), ana.on(FIRST), ana.on(LAST)) == (north, south, south)
    assert ana.teams == {"north", "south"}
    assert rep(north).on(date.min) == north


def test_an_identity_of_the_account_is_preferred_to_one_of_the_whole_source() -> None:
    eu = rep(name="eu", identities=(Identity(source=ACME, user="7", account="eu"),))
    anywhere = rep(name="any")
    both = roster(eu, anywhere)

    assert both.find_rep(source=ACME, account="eu", user="7") is eu
    assert both.find_rep(source=ACME, account="us", user="7") is anywhere
    assert both.find_rep(source=ACME, account="eu", user="8") is None
