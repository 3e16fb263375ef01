"""What stands in the form for a new person before anything is typed."""

from collections import Counter
from functools import cache
from typing import Final
from zoneinfo import available_timezones

from shared.requests.roster.overview import RosterOverview

_OTHER_AREAS: Final = ("Etc/", "SystemV/", "US/", "posix/", "right/")


def blank_person(overview: RosterOverview) -> dict[str, str]:
    """The time zone and the country of most reps, and the first team."""
    zones = Counter(rep.timezone for team in overview.teams for rep in team.reps)
    countries = Counter({calendar.country: calendar.reps_count for calendar in overview.calendars})
    return {
        "role": "rep",
        "name": "",
        "team": overview.teams[0].id if overview.teams else "",
        "email": "",
        "slack": "",
        "timezone": zones.most_common(1)[0][0] if zones else "",
        "country": countries.most_common(1)[0][0] if countries else "",
        "source": "",
        "user": "",
        "account": "",
    }


@cache
def list_time_zones() -> tuple[str, ...]:
    """Those that are named after a place."""
    return tuple(sorted(zone for zone in available_timezones() if "/" in zone and not zone.startswith(_OTHER_AREAS)))
