"""Reads what praise claims about a rep's day and the days before it."""

import re
from collections.abc import Iterator
from typing import Final

from services.nudges.domain.phrases import first_name
from tests.services.nudges.rules.claims.days import scored_100
from tests.services.nudges.rules.claims.of_days_before import forms_of_days_before
from tests.services.nudges.rules.claims.of_goals import forms_of_goals
from tests.services.nudges.rules.claims.of_the_day import forms_of_the_day
from tests.services.nudges.rules.claims.praised import Praised
from tests.services.nudges.rules.claims.reader import DAY, NAME, Form, Reading, date_in, read

_TEAM_MIN: Final = 3
_NEUTRAL: Final = (
    r"\b[Ww]ell done\b",
    r"\bDays like this add up\b",
    r"\bGetting going again is the hard part\b",
    r"\bGood work, all of you\b",
    r"\bReally consistent\b",
    r"\bThat's a solid week\b|\bA steady week\b",
    r"\bStep sizes are based on your recent weeks\b",
    r"\bgrow by at most a tenth at a time\b",
)


def read_praise(praised: Praised, *texts: str) -> list[Reading]:
    """Every claim of each of these texts that praise a rep to the rep."""
    forms = (
        *_forms_of_teams(praised),
        *forms_of_goals(praised),
        *forms_of_days_before(praised),
        *forms_of_the_day(praised),
    )
    name = rf"\b{re.escape(first_name(praised.report.rep.name))}\b"
    return [read(re.sub(name, NAME, text), forms, neutral=_NEUTRAL) for text in texts]


def _forms_of_teams(praised: Praised) -> Iterator[Form]:
    report, team = praised.report, re.escape(praised.report.team.name)
    is_done = len(praised.team) >= _TEAM_MIN and report in praised.team and all(map(scored_100, praised.team))

    def is_whole_team(match: re.Match[str]) -> bool:
        sizes = {int(size) for size in match.groups() if size and size.isdigit()}
        is_its_day = "day" not in match.re.groupindex or date_in(match["day"], today=praised.today) == report.day
        return is_done and is_its_day and sizes <= {len(praised.team)}

    yield Form(rf"\bAll (\d+) of you in {team} scored 100 or more (?P<day>{DAY})", is_whole_team)
    yield Form(rf"\bAll (\d+) reps in {team} with a target (?P<day>{DAY}) have a score of 100 or more", is_whole_team)
    yield Form(rf"\b[Ee]veryone in {team} with a plan (?P<day>{DAY}) scored 100 or more", is_whole_team)
    yield Form(r"\ball (\d+) of you\b|\b(\d+) out of (\d+)\b", is_whole_team)
