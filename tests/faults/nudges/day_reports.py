"""Reports of days on which the plan is done, one rep after the other, as scoring publishes them."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Final
from zoneinfo import ZoneInfo

from shared.event_types import DAY_CHANGED
from shared.events import (
    BehaviourKey,
    BehaviourResult,
    DayReport,
    Manager,
    ManagerId,
    PersonId,
    Presence,
    Rep,
    RepId,
    Team,
    TeamId,
    VersionNumber,
)
from shared.jetstream.cloudevents import event_headers
from shared.jetstream.publisher import Outgoing
from shared.trace import continue_trace

_NOON: Final = 12
_STARTS_SOON_S: Final = 8
_CALLS: Final = BehaviourResult(
    key=BehaviourKey("calls"), label="Calls", count=10, target=Decimal(10), weight=Decimal(1), points=Decimal(100)
)
_MANAGER: Final = Manager(id=ManagerId(PersonId("mara")), name="Mara Lind", timezone="Europe/Madrid")


def make_day_reports(number: int, *, now: datetime) -> tuple[RepId, list[Outgoing]]:
    """A rep, and the messages that scoring publishes about their day. Of ten reps, one starts work in a few seconds, so that
    the nudge is deferred until then; one has the day off; and two are reported twice: again under another id, and with a
    higher revision."""
    report = _make_report(number, now=now)
    reports = [report]
    match number % 10:
        case 0:
            reports = [report.model_copy(update={"work_starts_at": now + timedelta(seconds=_STARTS_SOON_S)})]
        case 1:
            hours = dict.fromkeys(("work_starts_at", "work_ends_at", "next_work_starts_at"))
            reports = [report.model_copy(update={"presence": Presence.DAY_OFF, **hours})]
        case 2:
            reports = [report, report]
        case 3:
            reports = [report, report.model_copy(update={"revision": report.revision + 1})]
        case _:
            pass
    rep = report.rep.id
    return rep, [_make_message(each, f"{rep}-{place}", now=now) for place, each in enumerate(reports)]


def find_timezone_at_noon(now: datetime) -> str:
    """A zone in which it is about noon, so that the day does not end while a test runs."""
    return f"Etc/GMT{now.astimezone(UTC).hour - _NOON:+d}"


def _make_report(number: int, *, now: datetime) -> DayReport:
    """The plan is done, in working hours. Each rep has a team of their own, so that no team completes its plan together."""
    timezone = find_timezone_at_noon(now)
    return DayReport(
        rep=Rep(id=RepId(PersonId(f"rep-{number}")), name=f"Rep {number}"),
        team=Team(id=TeamId(f"team-{number}"), name=f"Team {number}"),
        managers=(_MANAGER,),
        timezone=timezone,
        day=now.astimezone(ZoneInfo(timezone)).date(),
        state="open",
        presence=Presence.WORKING,
        work_starts_at=now - timedelta(hours=1),
        work_ends_at=now + timedelta(hours=8),
        next_work_starts_at=now + timedelta(hours=20),
        playbook_from=date(2026, 1, 1),
        playbook_version=VersionNumber(1),
        behaviours=(_CALLS,),
        score=Decimal(100),
        revision=1,
        first_counted_at=now - timedelta(minutes=30),
        silent=False,
    )


def _make_message(report: DayReport, event_id: str, *, now: datetime) -> Outgoing:
    headers = event_headers(
        event_id=event_id,
        event_type=DAY_CHANGED.name,
        source="/scoring",
        subject=report.rep.id,
        time=now,
        traceparent=continue_trace(None),
    )
    return Outgoing(subject=DAY_CHANGED.name, headers=headers, data=report.model_dump_json().encode())
