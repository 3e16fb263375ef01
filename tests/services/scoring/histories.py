"""Random observations, playbooks and rosters, for tests that play whole histories."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import yaml
from hypothesis import strategies as st

from services.scoring.record.read_event import ObservedEvent
from shared.observation import ActivityId, Observation
from tests.services.scoring.conftest import observed_event

START = datetime(2026, 3, 2, 6, tzinfo=UTC)
ZONES = ("Europe/Madrid", "Asia/Tokyo", "Pacific/Honolulu", "Australia/Lord_Howe")
USERS = ("7", "8", "9")
DATES = [date(2026, 3, number) for number in range(1, 9)]


def _of_two_days(absence: dict[str, Any]) -> dict[str, Any]:
    return absence | {"until": absence["from"] + timedelta(days=1)}


minutes = st.one_of(st.integers(0, 30), st.integers(0, 5 * 24).map(lambda hours: 60 * hours))
"""When something becomes true: many of it at the same time."""
receptions = st.sampled_from([None, None, 0, 1])
"""When its webhook was received."""
start_times = st.tuples(st.integers(0, 5 * 24), st.sampled_from([0, 0, 20, 50])).map(
    lambda offset: (START + timedelta(hours=offset[0], seconds=offset[1])).isoformat()
)
start_days = st.sampled_from(DATES).map(date.isoformat)
owners = st.sampled_from([*USERS * 3, None])
deletions = st.sampled_from([None, None, None, True, False])


def _ids(letter: str, count: int) -> st.SearchStrategy[str]:
    return st.sampled_from([f"{letter}{number}" for number in range(count)])


activities: st.SearchStrategy[dict[str, Any]] = st.builds(
    dict,
    activity_id=_ids("a", 8),
    kind=st.sampled_from(["call", "proposal_sent"]),
    minute=minutes,
    received=receptions,
    deleted=deletions,
    facts=st.fixed_dictionaries(
        {"actor": owners, "started_at": start_times},
        optional={
            "duration_s": st.sampled_from([30, 60, 300, None]),
            "outcome": st.sampled_from(["connected", "busy", None]),
            "contact_key": st.sampled_from(["k", "l"]),
        },
    ),
)
meetings: st.SearchStrategy[dict[str, Any]] = st.builds(
    dict,
    activity_id=_ids("m", 3),
    kind=st.sampled_from(["meeting", "meeting", "demo", "call"]),
    minute=minutes,
    received=receptions,
    deleted=deletions,
    facts=st.fixed_dictionaries(
        {},
        optional={
            "actor": owners,
            "booked_at": start_times,
            "started_at": start_times,
            "started_on": start_days,
            "contact_key": st.just("k"),
        },
    ),
)
deals: st.SearchStrategy[dict[str, Any]] = st.builds(
    dict,
    activity_id=_ids("d", 3),
    kind=st.sampled_from(["deal_stage_changed", "deal_stage_changed", "deal_won", "deal_lost"]),
    minute=minutes,
    received=receptions,
    deleted=deletions,
    facts=st.fixed_dictionaries(
        {},
        optional={
            "actor": owners,
            "stage": st.sampled_from(["1", "2", "3", None]),
            "started_at": start_times,
            "stage_entered_at": start_times,
            "stage_kind": st.sampled_from(["proposal_sent", "deal_stage_changed"]),
            "kind": st.sampled_from(["proposal_sent", "deal_won"]),
            "amount": st.sampled_from(["10", "2000"]),
            "closed_on": start_days,
            "closed_at": start_times,
        },
    ),
)
observations = st.one_of(activities, activities, deals, meetings)
behaviours = st.lists(
    st.fixed_dictionaries(
        {
            "key": st.sampled_from(["calls", "proposals"]),
            "label": st.just("A behaviour"),
            "counts": st.sampled_from(
                [
                    {"kinds": ["call"]},
                    {"kinds": ["call"], "min_duration_s": 60},
                    {"outcomes": ["connected"]},
                    {"kinds": ["proposal_sent"]},
                    {"kinds": ["deal_stage_changed", "meeting"]},
                    {"kinds": ["deal_won", "meeting_booked"]},
                    {"kinds": ["deal_won", "deal_lost"], "min_amount": "100"},
                    {"stages": ["1", "2"]},
                ]
            ),
            "target": st.sampled_from([1, 3, 7, 0]),
            "weight": st.sampled_from([1, 30]),
            "cap": st.sampled_from([1, 1.5]),
        }
    ),
    min_size=1,
    max_size=2,
    unique_by=lambda behaviour: behaviour["key"],
)
unverified = st.fixed_dictionaries(
    {
        "counts": st.booleans(),
        "bursts": st.builds(dict, more_than=st.integers(1, 2), within_s=st.sampled_from([20, 60])),
        "overlaps": st.builds(dict, more_than_s=st.sampled_from([0, 10])),
        "same_contact": st.builds(dict, more_than=st.integers(1, 2)),
    }
)
changes = st.lists(
    st.fixed_dictionaries(
        {"from": st.sampled_from(DATES)},
        optional={"timezone": st.sampled_from(ZONES), "team": st.sampled_from(["north", "south"])},
    ),
    max_size=2,
    unique_by=lambda change: change["from"],
).map(lambda unsorted: sorted(unsorted, key=lambda change: change["from"]))
absences = st.lists(
    st.fixed_dictionaries(
        {"from": st.sampled_from(DATES), "part": st.sampled_from([0.5, 1])},
    ).map(_of_two_days),
    max_size=1,
)
reps = st.fixed_dictionaries({"timezone": st.sampled_from(ZONES), "changes": changes, "absences": absences})


@st.composite
def rosters(draw: st.DrawFn) -> str:
    owners = {user: draw(st.sampled_from(["ana", "ben", "cy"])) for user in USERS}
    teams: dict[str, list[dict[str, Any]]] = {"north": [], "south": []}
    for rep_id in ("ana", "ben", "cy"):
        if draw(st.integers(0, 6)):
            identities = [{"source": "acme", "user": user} for user, owner in owners.items() if owner == rep_id]
            entry = {"id": rep_id, "name": rep_id.title(), "identities": identities, **draw(reps)}
            teams[draw(st.sampled_from(["north", "south"]))].append(entry)
    return yaml.safe_dump({"teams": [{"id": team, "name": team, "reps": members} for team, members in teams.items()]})


def event_of(piece: dict[str, Any]) -> ObservedEvent:
    """The event of one of `observations`."""
    received = piece["received"]
    return observed_event(
        Observation(
            activity_id=ActivityId(piece["activity_id"]),
            kind=piece["kind"],
            observed_at=START + timedelta(minutes=piece["minute"]),
            deleted=piece["deleted"],
            facts=piece["facts"],
        ),
        received_at=None if received is None else START + timedelta(seconds=received),
    )
