"""Roster check, and its near misses."""

from collections.abc import Collection
from dataclasses import replace

from services.nudges.context.team_context import TeamContext
from services.nudges.domain.candidate import Candidate
from services.nudges.domain.roster.doubts import DoubtKind, RosterDoubt
from services.nudges.rules.roster_check import roster_check
from shared.events import Mention, NudgeKind
from tests.services.nudges.rules.teams import PLAN, member, named, team

NAMES = ("Ana", "Ben", "Cleo", "Dan", "Eva", "Finn", "Gil", "Hal", "Ida", "Jo", "Kai", "Lee", "Max")


def _doubt(name: str, *workdays: int, empty: int = 20) -> RosterDoubt:
    """Nothing counted on so many of thirty days: on all of them, on weekdays other than these, or without a pattern."""
    kind = DoubtKind.WEEKDAYS if workdays else DoubtKind.NOTHING if empty == 30 else DoubtKind.IRREGULAR
    return RosterDoubt(rep_id=named(name).id, kind=kind, days=30, empty=empty, workdays=workdays)


def _team(*doubts: RosterDoubt, reported: Collection[str] = (), reps: int = 13) -> TeamContext:
    members = [member(name, PLAN) for name in NAMES[:reps]]
    return replace(team(*members), roster_doubts=doubts, reported_doubts=frozenset(reported))


def _proposed(context: TeamContext) -> Candidate:
    candidate = roster_check.evaluate(context)
    assert candidate is not None
    return candidate


def test_it_suggests_workdays_and_asks_about_the_others() -> None:
    candidate = _proposed(_team(_doubt("Ana", 1, 2, 3), _doubt("Ben", 0, 4), _doubt("Cleo"), _doubt("Dan", empty=30)))

    assert candidate.kind is NudgeKind.DIGEST
    assert candidate.wordings[0] == (
        "Is the roster wrong? In the last six weeks, Dan logged nothing: left, or in another team? "
        "Ana seems to have worked only Tuesdays to Thursdays; Ben only on Mondays and Fridays. "
        "Cleo logged nothing on most days: part-time or away?"
    )
    assert candidate.reason.endswith(
        "Days with nothing logged towards the plan: Dan 30 of 30, Ana 20 of 30, Ben 20 of 30 and Cleo 20 of 30. "
        "Whoever runs Daymark can correct the roster."
    )
    assert candidate.occasion == "2026-03-16 dan=nothing ana=tue,wed,thu ben=mon,fri cleo=irregular"
    assert candidate.about == tuple(Mention(id=named(name).id) for name in ("Dan", "Ana", "Ben", "Cleo"))


def test_five_are_named_the_clearest_first() -> None:
    irregular = [_doubt(name, empty=empty) for name, empty in zip(("Ben", "Cleo", "Dan", "Eva"), (18, 25, 22, 29), strict=True)]

    candidate = _proposed(_team(*irregular, _doubt("Ana", 1, 2), _doubt("Finn", empty=30)))

    assert [mention.id for mention in candidate.about] == ["finn", "ana", "eva", "cleo", "dan"]


def test_what_was_reported_is_passed_over_until_it_changes() -> None:
    reported = {"ana=tue,wed", "ben=irregular"}

    assert roster_check.evaluate(_team(_doubt("Ana", 1, 2), _doubt("Ben"), reported=reported)) is None
    candidate = _proposed(_team(_doubt("Ana", 1, 2, 3), _doubt("Ben"), _doubt("Cleo"), reported=reported))
    assert [mention.id for mention in candidate.about] == ["ana", "cleo"]


def test_when_nobody_is_in_doubt_there_is_nothing_to_say() -> None:
    assert roster_check.evaluate(_team()) is None


def test_of_most_of_a_team_nobody_is_named() -> None:
    candidate = _proposed(_team(*[_doubt(name) for name in NAMES[:7]]))

    assert candidate.wordings[0] == (
        "Is your team's roster right? In the last six weeks, 7 of your 13 reps logged nothing on 60% or more of their "
        "working days. Part-time, away, or in another team?"
    )
    assert (candidate.about, candidate.occasion) == ((), "2026-03-16 team=most")
    assert not any(name in f"{wording} {candidate.reason}" for name in NAMES for wording in candidate.wordings)


def test_half_of_a_team_is_not_most_of_it_and_five_are_not_many() -> None:
    assert _proposed(_team(*[_doubt(name) for name in NAMES[:6]], reps=12)).about
    assert _proposed(_team(*[_doubt(name) for name in NAMES[:5]], reps=5)).about
    assert not _proposed(_team(*[_doubt(name) for name in NAMES[:6]], reps=6)).about


def test_those_who_only_work_on_fewer_weekdays_do_not_make_it_most_of_the_team() -> None:
    part_time = [_doubt(name, 0, 1, 2, empty=17) for name in NAMES[:7]]

    assert len(_proposed(_team(*part_time)).about) == 5


def test_that_it_is_most_of_the_team_is_not_repeated_either() -> None:
    assert roster_check.evaluate(_team(*[_doubt(name) for name in NAMES[:7]], reported={"team=most"})) is None
