"""Which versions judge which reps, from when on, and what is announced."""

from datetime import date

import pytest

from services.scoring.domain.playbook.bindings import Announced, Binding, find_bindings, find_notices
from services.scoring.domain.playbook.playbook import Playbook, Playbooks
from services.scoring.domain.roster.roster import Rep
from shared.events import RepId, TeamId, VersionNumber
from tests.services.scoring.domain.builders import NORTH, behaviour, playbook, rep, rep_id_of, term

TODAY, TOMORROW, YESTERDAY = date(2026, 3, 2), date(2026, 3, 3), date(2026, 3, 1)
JANUARY, NEXT, APRIL = date(2026, 1, 1), date(2026, 3, 9), date(2026, 4, 1)
ANA = rep_id_of("ana")
ONE = VersionNumber(1)


def _version(number: int, begins: date, team: TeamId = NORTH) -> Playbook:
    return playbook(behaviour(target=number), effective_from=begins, team=team, number=number)


SOUTH = TeamId("south")
NORTH_VERSIONS = (_version(1, date(2025, 1, 1)), _version(2, JANUARY), _version(3, APRIL))
SOUTH_VERSIONS = (_version(11, date(2025, 1, 1), SOUTH), _version(12, APRIL, SOUTH))


@pytest.mark.parametrize(
    ("bound_rep", "expected"),
    [
        (rep(), [(2, JANUARY, 1), (3, APRIL, 2)]),
        (rep(joined=date(2026, 2, 1)), [(2, date(2026, 2, 1), None), (3, APRIL, 2)]),
        (rep(joined=date(2026, 3, 20)), [(2, date(2026, 3, 20), None), (3, APRIL, 2)]),
        (rep(joined=date(2026, 4, 2)), [(3, date(2026, 4, 2), None)]),
        (rep(left=date(2026, 3, 31)), [(2, JANUARY, 1)]),
        (rep(left=TODAY), [(2, JANUARY, 1)]),
        (rep(left=YESTERDAY), []),
        (rep(joined=TODAY, left=TODAY), [(2, TODAY, None)]),
        (rep(joined=TOMORROW, left=TOMORROW), [(2, TOMORROW, None)]),
        (rep(term(), term(NEXT, team=SOUTH)), [(2, JANUARY, 1), (11, NEXT, 2), (12, APRIL, 11)]),
        (rep(term(), term(APRIL, team=SOUTH)), [(2, JANUARY, 1), (12, APRIL, 2)]),
        (rep(term(), term(TODAY, team=SOUTH)), [(11, TODAY, 2), (12, APRIL, 11)]),
        (rep(term(), term(TOMORROW, team=SOUTH)), [(2, JANUARY, 1), (11, TOMORROW, 2), (12, APRIL, 11)]),
        (rep(term(), term(date(2026, 2, 9), timezone="Asia/Tokyo")), [(2, JANUARY, 1), (3, APRIL, 2)]),
        (rep(term(team=TeamId("nowhere"))), []),
    ],
    ids=[
        "in the team all along",
        "joined meanwhile",
        "will join",
        "will join under the next version",
        "leaves before the next version",
        "leaves today",
        "left yesterday",
        "is there for one day",
        "is in the team for a single day",
        "changes team within a version",
        "changes team with the next version",
        "changes team today",
        "changes team tomorrow",
        "only moves to another zone",
        "in a team without a playbook",
    ],
)
def test_a_rep_is_bound_by_the_versions_that_judge_them_from_today_on(
    bound_rep: Rep, expected: list[tuple[int, date, int | None]]
) -> None:
    bindings = find_bindings(bound_rep, Playbooks([*NORTH_VERSIONS, *SOUTH_VERSIONS]), today=TODAY)

    assert [
        (binding.playbook.number, binding.first, binding.before and binding.before.number) for binding in bindings
    ] == expected


def test_nothing_comes_before_the_first_day_of_all() -> None:
    (binding,) = find_bindings(rep(), Playbooks([_version(1, date.min)]), today=TODAY)

    assert (binding.first, binding.before) == (date.min, None)


def test_a_version_that_binds_again_later_binds_once() -> None:
    away = rep(term(), term(NEXT, team=SOUTH), term(date(2026, 3, 16)))

    bindings = find_bindings(away, Playbooks([*NORTH_VERSIONS[:2], *SOUTH_VERSIONS]), today=TODAY)

    assert [(binding.playbook.number, binding.first) for binding in bindings] == [(2, JANUARY), (11, NEXT)]


@pytest.mark.parametrize(("last_day", "numbers"), [(YESTERDAY, [2]), (TODAY, [1, 2]), (TOMORROW, [1, 2])])
def test_a_version_binds_until_its_last_day_is_over(last_day: date, numbers: list[int]) -> None:
    versions = [_version(1, JANUARY), _version(2, date.fromordinal(last_day.toordinal() + 1))]

    bindings = find_bindings(rep(), Playbooks(versions), today=TODAY)

    assert [binding.playbook.number for binding in bindings] == numbers


@pytest.mark.parametrize(("joined", "last_day", "is_bound"), [(NEXT, NEXT, True), (TOMORROW, TODAY, False)])
def test_a_rep_who_joins_on_a_versions_last_day_is_bound_by_it_and_a_day_later_is_not(
    joined: date, last_day: date, is_bound: bool
) -> None:
    versions = [_version(1, JANUARY), _version(2, date.fromordinal(last_day.toordinal() + 1))]

    bindings = find_bindings(rep(joined=joined), Playbooks(versions), today=TODAY)

    assert (1 in [binding.playbook.number for binding in bindings]) is is_bound


def _binding(first: date) -> Binding:
    return Binding(rep=rep(), playbook=_version(1, JANUARY), first=first, before=None)


def _announced(first: date, *, is_withdrawn: bool = False) -> dict[tuple[RepId, VersionNumber], Announced]:
    return {(ANA, ONE): Announced(first=first, announcement_number=4, is_withdrawn=is_withdrawn)}


def _notices(bindings: list[Binding], announced: dict[tuple[RepId, VersionNumber], Announced]) -> list[tuple[str, date, int]]:
    return [
        ("announce" if notice.binding else "withdraw", notice.first, notice.announcement_number)
        for notice in find_notices(bindings, announced, today={ANA: TODAY})
    ]


@pytest.mark.parametrize(
    ("first", "expected"),
    [(YESTERDAY, []), (TODAY, []), (TOMORROW, [("withdraw", TOMORROW, 4)])],
    ids=["has begun", "begins today", "begins tomorrow"],
)
def test_only_a_version_that_has_not_begun_is_withdrawn(first: date, expected: list[tuple[str, date, int]]) -> None:
    assert _notices([], _announced(first)) == expected
    assert _notices([], _announced(first, is_withdrawn=True)) == []


@pytest.mark.parametrize(
    ("first", "expected"),
    [(YESTERDAY, []), (TODAY, []), (TOMORROW, [("announce", TOMORROW, 5)])],
    ids=["began yesterday", "begins today", "begins tomorrow"],
)
def test_another_first_day_is_announced_only_if_it_is_still_to_come(first: date, expected: list[tuple[str, date, int]]) -> None:
    assert _notices([_binding(first)], _announced(NEXT)) == expected
    assert _notices([_binding(first)], _announced(first)) == []


@pytest.mark.parametrize("first", [YESTERDAY, TODAY, TOMORROW])
def test_a_version_is_announced_once_and_again_after_a_withdrawal(first: date) -> None:
    assert _notices([_binding(first)], {}) == [("announce", first, 1)]
    assert _notices([_binding(first)], _announced(first, is_withdrawn=True)) == [("announce", first, 5)]
