"""What the doctor says of working days that nobody seems to work."""

from deploy.local.inspect.roster_findings import describe_doubts
from shared.events import PersonId, RepId, TeamId
from shared.requests.nudges import RosterDoubtRow, RosterDoubtsOfTeam


def _doubt(rep: str, kind: str = "irregular", *workdays: str, empty: int = 20) -> RosterDoubtRow:
    return RosterDoubtRow(rep=RepId(PersonId(rep)), kind=kind, days=30, empty=empty, workdays=workdays)


def _described(*doubts: RosterDoubtRow, reps: int = 9) -> list[str]:
    return list(describe_doubts(RosterDoubtsOfTeam(team=TeamId("north"), name="North", reps=reps, doubts=doubts)))


def test_workdays_that_would_fit_can_be_pasted_into_the_roster() -> None:
    (text,) = _described(_doubt("ana", "weekdays", "tue", "wed", "thu", empty=12), _doubt("ben", "weekdays", "mon"))

    opening, _, suggested = text.partition(": ")
    assert opening == "some reps seem to work on fewer weekdays; if so, put this into the roster"
    assert suggested == "ana `workdays: [tue, wed, thu]`, ben `workdays: [mon]`"


def test_those_with_nothing_and_those_without_a_pattern_are_listed_apart() -> None:
    nothing, irregular = _described(_doubt("ana"), _doubt("ben", "nothing", empty=30))

    assert nothing.startswith("nothing counted in the last six weeks for ben; if they left, set `until`")
    assert "working days in the last six weeks for ana (20 of 30); if they are part-time" in irregular


def test_of_most_of_a_team_only_the_workdays_that_would_fit_are_listed() -> None:
    doubts = [_doubt(f"rep-{number}", "nothing", empty=30) for number in range(5)]

    described = _described(*doubts, _doubt("ana", "weekdays", "tue", empty=18))

    assert [text.partition(";")[0] for text in described] == [
        "some reps seem to work on fewer weekdays",
        "nothing counted for 6 of 9 reps on 60% or more of their working days in the last six weeks",
    ]


def test_half_of_a_team_is_not_most_of_it_nor_are_five_many() -> None:
    doubts = [_doubt(f"rep-{number}", "nothing", empty=30) for number in range(6)]

    assert "rep-0" in _described(*doubts, reps=12)[0]
    assert "rep-0" in _described(*doubts[:5], reps=5)[0]
    assert "rep-0" not in _described(*doubts, reps=11)[0]


def test_those_who_leave_fewer_than_sixty_percent_empty_do_not_make_it_most_of_the_team() -> None:
    doubts = [_doubt(f"rep-{number}", "weekdays", "tue", empty=17) for number in range(8)]

    assert len(_described(*doubts)) == 1


def test_a_team_that_works_as_the_roster_says_is_not_mentioned() -> None:
    assert _described() == []
