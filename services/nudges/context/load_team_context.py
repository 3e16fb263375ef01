"""What is stored of a manager's team, as their rules see it."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

import msgspec

from services.nudges import store
from services.nudges.context.team_context import LOOKED_BACK, Brief, Member, TeamSituation
from services.nudges.decide.policy.may_send import local_day
from services.nudges.domain.candidate import RULE_RECOGNITION_DUE, RULE_WEEKLY_BRIEF
from shared.events import DayReport, Mention, Person
from shared.postgres.pool import Connection

_A_DAY: Final = timedelta(days=1)
SEEN_WITHIN: Final = timedelta(days=7)


@dataclass(frozen=True, kw_only=True, slots=True)
class Leading:
    """A manager on a day of theirs. `team` is one of those that they lead, the first by name."""

    manager: Person
    timezone: str
    today: date
    team: Person


async def team_situation_of(connection: Connection, manager_id: str, *, now: datetime) -> tuple[Leading, TeamSituation] | None:
    """Of the reps whom they lead by the newest reports; None when there are none, or the manager's zone is not known."""
    led = await connection.fetchrow(store.QUERIES["find_leader"], manager_id)
    if led is None:
        return None
    today = local_day(now, led["timezone"])
    members = await _members(connection, manager_id, today=today)
    if not members:
        return None
    manager = Person(id=manager_id, name=led["name"])
    team = min((member.team for member in members), key=lambda team: team.name)
    monday = today - today.weekday() * _A_DAY
    recognitions = await connection.fetchval(store.QUERIES["count_said"], manager_id, RULE_RECOGNITION_DUE, monday)
    situation = TeamSituation(
        today=today, members=members, recognitions=recognitions, last_brief=await _last_brief(connection, manager_id)
    )
    return Leading(manager=manager, timezone=led["timezone"], today=today, team=team), situation


async def _members(connection: Connection, manager_id: str, *, today: date) -> list[Member]:
    rows = await connection.fetch(store.QUERIES["list_led_days"], manager_id, today - SEEN_WITHIN, today - LOOKED_BACK)
    by_rep: dict[str, list[DayReport]] = {}
    for row in rows:
        by_rep.setdefault(row["rep_id"], []).append(DayReport.model_validate_json(row["report"]))
    led = {rep: days for rep, days in by_rep.items() if any(one.id == manager_id for one in days[0].managers)}
    words = await connection.fetch(store.QUERIES["list_recognised"], list(led), today - LOOKED_BACK)
    recognised = {row["rep_id"]: row["day"] for row in words}
    told: dict[str, dict[int, date]] = {rep: {} for rep in led}
    for row in await connection.fetch(store.QUERIES["list_told"], list(led)):
        told[row["rep_id"]][row["version"]] = local_day(row["told_at"], led[row["rep_id"]][0].timezone)
    members = [
        Member(rep=days[0].rep, team=days[0].team, days=tuple(days), recognised_on=recognised.get(rep), told_on=told[rep])
        for rep, days in led.items()
    ]
    return sorted(members, key=lambda member: (member.rep.name, member.rep.id))


async def _last_brief(connection: Connection, manager_id: str) -> Brief | None:
    row = await connection.fetchrow(store.QUERIES["find_last_said"], manager_id, RULE_WEEKLY_BRIEF)
    if row is None:
        return None
    about = msgspec.json.decode(row["about"], type=list[dict[str, str]])
    return Brief(day=row["day"], about=tuple(Mention.model_validate(one) for one in about))
