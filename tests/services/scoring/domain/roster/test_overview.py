"""Today's roster as a whole."""

from datetime import UTC, date, datetime
from fractions import Fraction

from services.scoring.domain.definition_files.roster_file import read_roster
from services.scoring.domain.roster.overview import LISTED_MAX, list_calendars, list_teams
from services.scoring.domain.roster.roster import EMPTY_ROSTER
from shared.events import TeamId

MONDAY = datetime(2026, 3, 2, 11, 30, tzinfo=UTC)
"""Already Tuesday in Auckland."""
ROSTER = read_roster(
    """\
teams:
  - id: north
    name: North
    managers:
      - {id: tom, name: tom, email: tom@example.com}
      - {id: mara, name: Mara, until: 2026-03-01}
    reps:
      - {id: zoe, name: Zoe, timezone: Pacific/Auckland, country: NZ, absences: [{from: 2026-03-16, until: 2026-03-20}]}
      - id: ana
        name: ana
        timezone: Europe/Madrid
        country: ES
        subdivision: ES-MD
        absences:
          - {from: 2026-03-16, until: 2026-03-16}
          - {from: 2026-03-15, until: 2026-03-20, part: 0.5}
          - {from: 2026-02-20, until: 2026-03-02}
          - {from: 2026-02-20, until: 2026-03-01}
      - {id: ben, name: Ben, timezone: Europe/Madrid, changes: [{from: 2026-03-02, team: south}]}
      - {id: eva, name: Eva, timezone: Europe/Madrid, from: 2026-03-03}
  - {id: south, name: South}
""",
    file="roster",
)


def test_teams_list_those_who_are_in_them_today_by_name() -> None:
    north, south = list_teams(ROSTER, only=None, now=MONDAY)

    assert ([rep.rep.id for rep in north.reps], [rep.rep.id for rep in south.reps]) == (["ana", "zoe"], ["ben"])
    assert [(manager.id, [contact.transport for contact in manager.contacts.contacts]) for manager in north.managers] == [
        ("tom", ["mail"])
    ]
    assert (north.reps_count, north.is_listed, south.reps_count) == (2, True, 1)


def test_absences_of_two_weeks_begin_with_the_reps_today() -> None:
    north, _ = list_teams(ROSTER, only=None, now=MONDAY)

    ana, zoe = north.reps
    parts = {absence.first: absence.part for absence in ana.absences}
    assert list(parts.items()) == [(date(2026, 2, 20), Fraction(1)), (date(2026, 3, 15), Fraction(1, 2))]
    assert (zoe.today, [absence.first for absence in zoe.absences]) == (date(2026, 3, 3), [date(2026, 3, 16)])


def test_calendars_have_the_holidays_of_60_days() -> None:
    teams = list_teams(ROSTER, only=None, now=MONDAY)

    unknown, madrid, zealand = list_calendars([rep for team in teams for rep in team.reps], now=MONDAY)
    (ahead,) = list_calendars([rep for rep in teams[0].reps if rep.rep.id == "ana"], now=datetime(2026, 3, 4, tzinfo=UTC))

    assert (unknown.region, unknown.reps_count, unknown.holidays) == (("", ""), 1, ())
    assert (madrid.region, madrid.reps_count) == (("ES", "MD"), 1)
    assert [day.isoformat() for day, _ in madrid.holidays] == ["2026-04-02", "2026-04-03"]
    assert [day.isoformat() for day, _ in ahead.holidays] == ["2026-04-02", "2026-04-03", "2026-05-01", "2026-05-02"]
    assert zealand.region == ("NZ", "")
    assert ("2026-04-27", "Anzac Day (observed)") in {(day.isoformat(), name) for day, name in zealand.holidays}


def test_a_large_roster_lists_one_team() -> None:
    reps = "".join(f"      - {{id: r{number}, name: R, timezone: UTC}}\n" for number in range(LISTED_MAX - 1))
    north, south = (
        f"  - id: north\n    name: N\n    reps:\n{reps}",
        "  - {id: south, name: S, reps: [{id: s, name: S, timezone: UTC}",
    )
    text = f"teams:\n{north}{south}"
    large, larger = (read_roster(f"{text}{more}]}}\n", file="roster") for more in ("", ", {id: t, name: T, timezone: UTC}"))

    all_listed = list_teams(large, only=None, now=MONDAY)
    first = list_teams(larger, only=None, now=MONDAY)
    second = list_teams(larger, only=TeamId("south"), now=MONDAY)

    assert [(team.is_listed, len(team.reps)) for team in all_listed] == [(True, 99), (True, 1)]
    assert [(team.is_listed, len(team.reps), team.reps_count) for team in first] == [(True, 99, 99), (False, 0, 2)]
    assert [(team.is_listed, len(team.reps), team.reps_count) for team in second] == [(False, 0, 99), (True, 2, 2)]
    assert list_teams(EMPTY_ROSTER, only=None, now=MONDAY) == ()
