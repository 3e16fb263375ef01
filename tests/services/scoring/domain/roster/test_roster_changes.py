"""What a new roster changes, and for which reps."""

from dataclasses import replace
from datetime import date, time
from fractions import Fraction
from typing import Any

import pytest

from services.scoring.domain.roster.roster import Absence, Identity, Manager
from services.scoring.domain.roster.roster_changes import changes_between
from shared.events import ManagerId, PersonId, TeamId
from tests.services.scoring.domain.builders import ACME, rep, rep_id_of, roster

ANA, BEN = rep_id_of("ana"), rep_id_of("ben")
LEAVE = Absence(first=date(2026, 3, 2), last=date(2026, 3, 2), part=Fraction(1))


@pytest.mark.parametrize(
    ("changes", "kind"),
    [
        ({"identities": ()}, "to_reassign"),
        ({"identities": (Identity(source=ACME, user="7", account="eu"),)}, "to_reassign"),
        ({"timezone": "Asia/Tokyo"}, "to_reassign"),
        ({"moves": [{"first": date(2026, 3, 9), "team": TeamId("south")}]}, "to_reassign"),
        ({"team": TeamId("south")}, "to_rescore"),
        ({"country": "ES"}, "to_rescore"),
        ({"subdivision": "MD"}, "to_rescore"),
        ({"workdays": frozenset({0})}, "to_rescore"),
        ({"joined": date(2026, 3, 2)}, "to_rescore"),
        ({"left": date(2026, 3, 2)}, "to_rescore"),
        ({"absences": (LEAVE,)}, "to_rescore"),
        ({"name": "Ana"}, "to_report"),
        ({"email": "ana@example.com"}, "to_report"),
        ({"hours": (time(8), time(16))}, "to_report"),
        ({}, None),
    ],
    ids=lambda value: "+".join(value) if isinstance(value, dict) else "",
)
def test_each_change_asks_for_as_much_work_as_it_needs(changes: dict[str, Any], kind: str | None) -> None:
    before, after = roster(rep(), rep("ben", identities=())), roster(rep(**changes), rep("ben", identities=()))

    difference = changes_between(before, after)

    expected = {name: {ANA} if name == kind else set() for name in ("to_reassign", "to_rescore", "to_report")}
    assert {name: getattr(difference, name) for name in expected} == expected
    assert (difference.joined, difference.removed) == (frozenset(), frozenset())


def test_the_order_of_identities_does_not_matter() -> None:
    one, other = Identity(source=ACME, user="7"), Identity(source=ACME, user="8")

    difference = changes_between(roster(rep(identities=(one, other))), roster(rep(identities=(other, one))))

    assert difference.to_reassign == frozenset()


def test_activities_of_reps_who_join_or_are_removed_are_assigned_again() -> None:
    difference = changes_between(roster(rep()), roster(rep("ben")))

    assert (difference.joined, difference.removed) == (frozenset({BEN}), frozenset({ANA}))
    assert difference.to_reassign == difference.all == {ANA, BEN}


def test_a_change_of_the_team_is_reported_for_all_of_its_reps() -> None:
    before = roster(rep(), rep("ben", identities=()))
    (team,) = before.teams
    mara = Manager(id=ManagerId(PersonId("mara")), name="Mara", email=None, timezone=None)

    for changed in (replace(team, name="Far North"), replace(team, managers=(mara,))):
        assert changes_between(before, replace(before, teams=(changed,))).to_report == {ANA, BEN}
