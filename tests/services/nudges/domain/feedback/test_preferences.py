"""What people can ask for, and what it means for the hours of a day."""

from dataclasses import replace
from datetime import datetime, time, timedelta

import pytest

from services.nudges.domain.candidate import ANNOUNCEMENT_RULE, CORRECTION_RULE, THANKS_RULE
from services.nudges.domain.feedback.preferences import (
    MANAGER_GROUPS,
    NO_PREFERENCE,
    REP_GROUPS,
    MessageGroup,
    Preference,
    group_of,
    later_today,
)
from services.nudges.domain.working_time import working_time_of_rep
from services.nudges.rules.catalogue import MANAGER_RULES, REP_RULES
from shared.events import NudgeKind, Presence
from tests.services.nudges.builders.days import MONDAY, TUESDAY, at
from tests.services.nudges.builders.reports import report

MADRID = "Europe/Madrid"
WORKING = working_time_of_rep(report(state="open"))
DAY = timedelta(days=1)


def test_every_rule_is_in_a_group_that_its_receiver_can_choose_or_binds_them() -> None:
    of_reps = {group_of(rule.kind, rule.name) for rule in REP_RULES.values()}
    of_managers = {group_of(rule.kind, rule.name) for rule in MANAGER_RULES.values()}

    assert of_reps | {MessageGroup.THANKS} == {*REP_GROUPS, None}
    assert [name for name, rule in REP_RULES.items() if group_of(rule.kind, name) is None] == ["step_lowered"]
    assert of_managers == {*MANAGER_GROUPS}
    assert not REP_GROUPS.keys() & MANAGER_GROUPS.keys()


@pytest.mark.parametrize(
    ("kind", "rule", "group"),
    [
        (NudgeKind.CELEBRATION, "streak", MessageGroup.CELEBRATIONS),
        (NudgeKind.COACHING, "drop", MessageGroup.COACHING),
        (NudgeKind.COACHING, "day_plan", MessageGroup.DAY_PLAN),
        (NudgeKind.THANKS, THANKS_RULE, MessageGroup.THANKS),
        (NudgeKind.DIGEST, "digest", MessageGroup.TEAM_DAY),
        (NudgeKind.DIGEST, "gone_silent", MessageGroup.HELP),
        (NudgeKind.DIGEST, "weekly_brief", MessageGroup.HELP),
        (NudgeKind.DIGEST, "roster_check", MessageGroup.ROSTER),
        (NudgeKind.RECOGNITION, "recognition_due", MessageGroup.RECOGNITION),
    ],
)
def test_a_group_that_is_not_wanted_is_not_wanted_and_the_others_are(kind: NudgeKind, rule: str, group: MessageGroup) -> None:
    others = frozenset(MessageGroup) - {group}

    assert not Preference(unwanted=frozenset({group})).wants(kind, rule, today=MONDAY)
    assert Preference(unwanted=others).wants(kind, rule, today=MONDAY)


@pytest.mark.parametrize(
    ("kind", "rule"), [(NudgeKind.ANNOUNCEMENT, ANNOUNCEMENT_RULE), (NudgeKind.CORRECTION, CORRECTION_RULE)]
)
def test_what_binds_somebody_and_what_puts_something_right_cannot_be_turned_off(kind: NudgeKind, rule: str) -> None:
    preference = Preference(unwanted=frozenset(MessageGroup), paused_until=MONDAY + 99 * DAY)

    assert preference.wants(kind, rule, today=MONDAY)


def test_a_pause_ends_on_its_day() -> None:
    preference = Preference(paused_until=TUESDAY)

    assert not preference.wants(NudgeKind.CELEBRATION, "streak", today=MONDAY)
    assert preference.wants(NudgeKind.CELEBRATION, "streak", today=TUESDAY)
    assert NO_PREFERENCE.wants(NudgeKind.CELEBRATION, "streak", today=MONDAY)


@pytest.mark.parametrize(
    ("not_before", "not_after", "starts_at", "ends_at"),
    [
        (None, None, "09:00", "17:00"),
        (time(8), time(19), "09:00", "17:00"),
        (time(10), None, "10:00", "17:00"),
        (None, time(16, 30), "09:00", "16:30"),
        (time(10), time(16), "10:00", "16:00"),
        (time(16, 59), None, "16:59", "17:00"),
    ],
)
def test_wanted_hours_lie_within_the_working_hours(
    not_before: time | None, not_after: time | None, starts_at: str, ends_at: str
) -> None:
    narrowed = Preference(not_before=not_before, not_after=not_after).narrow(WORKING, MADRID)

    assert (narrowed.starts_at, narrowed.ends_at) == (at(MONDAY, starts_at), at(MONDAY, ends_at))


@pytest.mark.parametrize("preference", [Preference(not_before=time(17)), Preference(not_after=time(9))])
def test_a_day_of_which_no_hour_is_wanted_has_none(preference: Preference) -> None:
    narrowed = preference.narrow(WORKING, MADRID)

    assert (narrowed.starts_at, narrowed.ends_at, narrowed.day) == (None, None, MONDAY)


@pytest.mark.parametrize(("not_before", "following"), [(None, "09:00"), (time(8), "09:00"), (time(10), "10:00")])
def test_the_next_working_time_begins_when_the_person_wants(not_before: time | None, following: str) -> None:
    preference = Preference(not_before=not_before)
    day_off = replace(WORKING, starts_at=None, ends_at=None, presence=Presence.DAY_OFF)

    for working in (WORKING, day_off):
        assert preference.narrow(working, MADRID).next_starts_at == at(TUESDAY, following)
    assert preference.narrow(replace(WORKING, next_starts_at=None), MADRID).next_starts_at is None


@pytest.mark.parametrize(
    ("now", "again_at"),
    [("09:00", "11:00"), ("14:29", "16:29"), ("14:31", "16:30"), ("16:15", "16:30"), ("16:16", None), ("17:30", None)],
)
def test_later_today_is_in_two_hours_or_half_an_hour_before_the_end(now: str, again_at: str | None) -> None:
    expected: datetime | None = at(MONDAY, again_at) if again_at is not None else None

    assert later_today(WORKING, now=at(MONDAY, now)) == expected
    assert later_today(replace(WORKING, ends_at=None), now=at(MONDAY, now)) is None
