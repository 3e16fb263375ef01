"""Today's roster as a reply."""

from datetime import UTC, date, datetime

from services.scoring.domain.definition_files.roster_file import read_roster
from services.scoring.requests.overview import overview_of
from shared.observation import SourceName
from shared.requests.roster.edits import CrmUser
from shared.requests.roster.overview import (
    AbsenceAhead,
    CalendarAhead,
    Holiday,
    OverviewQuery,
    RosterOverview,
    RosterRep,
    RosterTeam,
)
from tests.services.scoring.domain.builders import NORTH, rep_id_of

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


def test_everything_about_a_team_is_in_the_reply() -> None:
    roster = read_roster(
        "teams:\n  - id: north\n    name: North\n    reps:\n"
        "      - {id: ana, name: Ana Ruiz, timezone: Europe/Madrid, country: JP, email: a@example.com,"
        " identities: [{source: acme, user: '7', account: eu}],"
        " absences: [{from: 2026-03-03, until: 2026-03-04, part: 0.5}]}\n",
        file="roster",
    )

    assert overview_of(roster, OverviewQuery(), now=NOON) == RosterOverview(
        teams=(
            RosterTeam(
                id=NORTH,
                name="North",
                reps_count=1,
                is_listed=True,
                reps=(
                    RosterRep(
                        person=rep_id_of("ana"),
                        name="Ana Ruiz",
                        role="rep",
                        teams=(NORTH,),
                        ways=("mail",),
                        today=date(2026, 3, 2),
                        timezone="Europe/Madrid",
                        users=(CrmUser(source=SourceName("acme"), user="7", account="eu"),),
                        absences=(AbsenceAhead(first=date(2026, 3, 3), last=date(2026, 3, 4), is_whole=False),),
                    ),
                ),
            ),
        ),
        calendars=(
            CalendarAhead(
                country="JP",
                subdivision="",
                reps_count=1,
                holidays=(
                    Holiday(day=date(2026, 3, 20), name="Vernal Equinox Day"),
                    Holiday(day=date(2026, 4, 29), name="Showa Day"),
                ),
            ),
        ),
    )
