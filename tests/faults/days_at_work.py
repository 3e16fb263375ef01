"""Reports of days on which the plan is done, one rep after the other, as scoring publishes them."""

from datetime import UTC, datetime, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

from shared.events import DAY_CHANGED, DayReport, Person, Presence
from shared.jetstream.cloudevents import event_headers
from shared.jetstream.publisher import Outgoing
from shared.trace import continue_trace
from tests.services.nudges.reports import report

_NOON: Final = 12
_HELD_S: Final = 8


def day_reports(number: int, *, now: datetime) -> tuple[str, list[Outgoing]]:
    """The rep, and what is published of their day. Of ten reps one begins work in a few seconds, so that the nudge is held
    until then, one has the day off, and two are reported twice: once more under another id, and in a higher revision. Each has
    a team of their own, so that no team does its plan together."""
    timezone = timezone_at_noon(now)
    day = now.astimezone(ZoneInfo(timezone)).date()
    rep = Person(id=f"rep-{number}", name=f"Rep {number}")
    given: dict[str, Any] = {
        "rep": rep,
        "team": Person(id=f"team-{number}", name=f"Team {number}"),
        "timezone": timezone,
        "state": "open",
        "work_starts_at": now - timedelta(hours=1),
        "work_ends_at": now + timedelta(hours=8),
        "next_work_starts_at": now + timedelta(hours=20),
    }
    kind = number % 10
    if kind == 0:
        given |= {"work_starts_at": now + timedelta(seconds=_HELD_S)}
    if kind == 1:
        hours = {"work_starts_at": None, "work_ends_at": None, "next_work_starts_at": None}
        given |= {"presence": Presence.DAY_OFF, **hours}
    once = report(day, score=100, **given)
    reports = [once]
    if kind == 2:
        reports.append(once)
    if kind == 3:
        reports.append(once.model_copy(update={"revision": 2}))
    return rep.id, [_message(one, f"{rep.id}-{place}", now) for place, one in enumerate(reports)]


def timezone_at_noon(now: datetime) -> str:
    """Where it is about noon, so that the day does not end while a test runs."""
    return f"Etc/GMT{now.astimezone(UTC).hour - _NOON:+d}"


def _message(one: DayReport, event_id: str, now: datetime) -> Outgoing:
    headers = event_headers(
        event_id=event_id,
        event_type=DAY_CHANGED,
        source="/scoring",
        subject=one.rep.id,
        time=now,
        traceparent=continue_trace(None),
    )
    return Outgoing(subject=DAY_CHANGED, headers=headers, data=one.model_dump_json().encode())
