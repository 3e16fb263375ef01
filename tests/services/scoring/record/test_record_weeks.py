"""The working weeks of every sender, recorded in a real database: the days have the counts of each table."""

import json
import random
from collections import Counter
from datetime import timedelta
from typing import Final

import yaml

from services.scoring.record.read_event import ObservedEvent
from tests.services.ingest.weeks import WEEKS
from tests.services.ingest.weeks.counted import Counted, aligned, deliver, sender_of, table_of
from tests.services.ingest.weeks.week import BEHAVIOURS, ZONE, Week, at
from tests.services.scoring.conftest import Scoring

_BATCH: Final = 60
_TRANSIT: Final = timedelta(seconds=2)


def _team(week: Week) -> dict[str, object]:
    """A team for each sender, with its Ana and its Ben."""
    reps = [
        {
            "id": f"{name.lower()}-{week.sender}",
            "name": name,
            "timezone": ZONE,
            "identities": [{"source": str(sender_of(week).source.name), "user": user}],
        }
        for name, user in week.users.items()
    ]
    return {"id": week.sender, "name": week.sender, "managers": [{"id": "mara", "name": "Mara Lind"}], "reps": reps}


def _playbook(week: Week) -> str:
    behaviours = [
        {
            "key": _key(behaviour),
            "label": behaviour.capitalize(),
            "counts": {name: sorted(str(text) for text in _texts(threshold)) for name, threshold in counts.items()},
            "target": 1,
            "weight": 1,
        }
        for behaviour, counts in {**BEHAVIOURS, **week.behaviours}.items()
    ]
    return yaml.safe_dump({"team": week.sender, "effective_from": at("Mon 2 09:00").date(), "behaviours": behaviours})


def _texts(threshold: object) -> frozenset[str]:
    assert isinstance(threshold, frozenset)
    return threshold


def _key(behaviour: str) -> str:
    return behaviour.replace(" ", "-")


async def _events(week: Week) -> list[ObservedEvent]:
    deliveries = [
        await deliver(sender_of(week), write(at(when)), received_at=at(when) + _TRANSIT) for when, _, write in week.lines
    ]
    return [event for delivery in deliveries for event in delivery.events]


async def _counted(scoring: Scoring, week: Week) -> Counted:
    behaviours = {_key(behaviour): behaviour for behaviour in {**BEHAVIOURS, **week.behaviours}}
    counted: Counted = Counter()
    for name in week.users:
        rows = await scoring.pool.fetch("SELECT day, counts FROM rep_day WHERE rep_id = $1", f"{name.lower()}-{week.sender}")
        for row in rows:
            for key, number in json.loads(row["counts"]).items():
                counted[name, behaviours[key], row["day"]] = number
    return counted


async def test_the_days_in_the_database_have_the_counts_of_every_week(scoring: Scoring) -> None:
    scoring.now = at("Mon 30 12:00")
    await scoring.apply(roster=yaml.safe_dump({"teams": [_team(week) for week in WEEKS]}))
    for week in WEEKS:
        await scoring.apply(playbook=_playbook(week))
    events = [event for week in WEEKS for event in await _events(week)]
    random.Random(1).shuffle(events)

    for first in range(0, len(events), _BATCH):
        await scoring.record(*events[first : first + _BATCH])

    for week in WEEKS:
        assert table_of(await _counted(scoring, week), week, like=week.table) == aligned(week.table)
    assert await scoring.differences() == ()
