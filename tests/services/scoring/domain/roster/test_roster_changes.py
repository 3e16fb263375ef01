"""What a new roster changes, and for which reps."""

from dataclasses import replace
from datetime import date, time
from fractions import Fraction

import pytest

from services.scoring.domain.roster.roster import Absence, Identity, Manager, Rep
from services.scoring.domain.roster.roster_changes import changes_between
from shared.events import ManagerId, PersonId, TeamId
from tests.services.scoring.domain.builders import ACME, rep, rep_id_of, roster, term

ANA, BEN = rep_id_of("ana"), rep_id_of("ben")
LEAVE = Absence(first=date(2026, 3, 2), last=date(2026, 3, 2), part=Fraction(1))


@pytest.mark.parametrize(
    ("changed", "kind"),
    [
        (rep(identities=()), "to_reassign"),
        (rep(identities=(Identity(source=ACME, user="7", account="eu"),)), "to_reassign"),
        (rep(term(timezone="Asia/Tokyo")), "to_reassign"),
        (rep(term(), term(date(2026, 3, 9), team=TeamId("south"))), "to_reassign"),
        (rep(term(team=TeamId("south"))), "to_rescore"),
        (rep(term(country="ES")), "to_rescore"),
        (rep(term(subdivision="MD")), "to_rescore"),
        (rep(term(workdays=frozenset({0}))), "to_rescore"),
        (rep(joined=date(2026, 3, 2)), "to_rescore"),
        (rep(left=date(2026, 3, 2)), "to_rescore"),
        (rep(absences=(LEAVE,)), "to_rescore"),
        (rep(shown_name="Ana"), "to_report"),
        (rep(email="ana@example.com"), "to_report"),
        (rep(term(hours=(time(8), time(16)))), "to_report"),
        (rep(), None),
    ],
    ids=[
        "no identity",
        "identity",
        "time zone",
        "another term",
        "team",
        "country",
        "subdivision",
        "workdays",
        "first day",
        "last day",
        "absence",
        "name",
        "address",
        "hours",
        "nothing",
    ],
)
def test_each_change_asks_for_as_much_work_as_it_needs(changed: Rep, kind: str | None) -> None:
    ben = rep(name="ben", identities=())

    changes = changes_between(roster(rep(), ben), roster(changed, ben))

    expected = {name: {ANA} if name == kind else set() for name in ("to_reassign", "to_rescore", "to_report")}
    assert {name: getattr(changes, name) for name in expected} == expected
    assert changes.all == ({ANA} if kind else set())
    assert (changes.joined, changes.removed) == (frozenset(), frozenset())


def test_the_order_of_identities_does_not_matter() -> None:
    seven, eight = Identity(source=ACME, user="7"), Identity(source=ACME, user="8")

    changes = changes_between(roster(rep(identities=(seven, eight))), roster(rep(identities=(eight, seven))))

    assert changes.to_reassign == frozenset()


def test_activities_of_reps_who_join_or_are_removed_are_assigned_again() -> None:
    changes = changes_between(roster(rep()), roster(rep(name="ben")))

    assert (changes.joined, changes.removed) == (frozenset({BEN}), frozenset({ANA}))
    assert changes.to_reassign == changes.all == {ANA, BEN}


def test_a_change_of_the_team_is_reported_for_all_of_its_reps() -> None:
    before = roster(rep(), rep(name="ben", identities=()))
    (team,) = before.teams
    mara = Manager(id=ManagerId(PersonId("mara")), name="Mara", email=None, timezone=None)

    changes = (replace(team, name="Far North"), replace(team, managers=(mara,)), replace(team, thanks_from_colleagues=True))
    for changed in changes:
        assert changes_between(before, replace(before, teams=(changed,))).to_report == {ANA, BEN}


def test_identities_that_a_rep_or_somebody_who_was_removed_had_before_are_lost() -> None:
    lasting, lost, gained = (Identity(source=ACME, user=user) for user in ("7", "8", "9"))
    before = roster(rep(identities=(lasting, lost)), rep(name="ben", identities=(gained,)))

    changes = changes_between(before, roster(rep(identities=(lasting, gained))))

    assert changes.lost_identities == {ANA: [lost], BEN: [gained]}
