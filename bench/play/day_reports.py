"""Day reports as scoring publishes them: a day is opened, changes as activities are recorded, and is closed."""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from random import Random
from typing import Final
from zoneinfo import ZoneInfo

from bench.trials.trace import Trace
from services.scoring.days.day_report import make_report
from services.scoring.days.goal_counts import GoalCounts
from services.scoring.definitions.announcement_event import announcement_event
from services.scoring.domain.activities.assignment import RepDay
from services.scoring.domain.day import Day, DayState, Tally
from services.scoring.domain.definitions import Definitions
from services.scoring.domain.playbook.bindings import find_bindings, find_notices
from services.scoring.domain.roster.calendar import presence_on
from shared.events import BehaviourKey, DayReport, PlaybookAnnounced, RepId

_NO_GOALS: Final[GoalCounts] = []


class Reporter:
    """Keeps the state of every day, and makes the report of each change. `log` has every report that it made, by rep and day,
    with the time at which it was made."""

    def __init__(self, trace: Trace) -> None:
        self._trace = trace
        self._zone = ZoneInfo(trace.timezone)
        self._days: dict[RepDay, Day] = {}
        self._announced: set[tuple[RepId, int]] = set()
        self._logged: dict[RepDay, Sequence[tuple[datetime, BehaviourKey]]] = {}
        self.log: dict[RepDay, list[tuple[datetime, DayReport]]] = {}

    def copy(self, trace: Trace) -> "Reporter":
        """The same state, to go on with another trace."""
        other = Reporter(trace)
        other._days, other._announced = dict(self._days), set(self._announced)
        other.log = {rep_day: list(reports) for rep_day, reports in self.log.items()}
        return other

    def find_report(self, rep_day: RepDay, *, by: datetime) -> DayReport | None:
        """The newest report of a day that had been made by a time."""
        return next((report for at, report in reversed(self.log.get(rep_day, [])) if at <= by), None)

    def announce(self, day: date, *, now: datetime) -> list[PlaybookAnnounced]:
        """Announcements of the versions that judge somebody today, or will, and were not announced yet."""
        definitions = self._trace.definitions_on(day)
        reps = definitions.roster.reps.values()
        bindings = [binding for rep in reps for binding in find_bindings(rep, definitions.playbooks, today=day)]
        new = [binding for binding in bindings if (binding.rep.id, binding.playbook.number) not in self._announced]
        self._announced |= {(binding.rep.id, binding.playbook.number) for binding in new}
        today = {rep.id: day for rep in reps}
        bodies = [
            announcement_event(notice, definitions, traceparent="", now=now).body
            for notice in find_notices(new, {}, today=today)
        ]
        return [body for body in bodies if isinstance(body, PlaybookAnnounced)]

    def open_days(self, day: date, *, now: datetime) -> list[DayReport]:
        """Of everybody who is employed on the day."""
        roster = self._trace.definitions_on(day).roster
        return [
            self._report(RepDay(rep.id, day), "open", {}, now=now) for rep in roster.reps.values() if rep.is_employed_on(day)
        ]

    def change_days(self, day: date, part: float, *, now: datetime) -> list[DayReport]:
        """Of everybody for whom something has counted since the last report, when a `part` of the working time is over."""
        changed = []
        for rep_id in self._trace.rep_ids:
            rep_day = RepDay(rep_id, day)
            known = self._days.get(rep_day)
            counts = self._counts_until(rep_day, part)
            if known is not None and counts != known.tally.counts:
                changed.append(self._report(rep_day, "open", counts, now=now))
        return changed

    def close_days(self, day: date, *, now: datetime) -> list[DayReport]:
        """Of everybody whose day was opened."""
        opened = [known for known in self._days.values() if known.day == day and known.state == "open"]
        return [self._report(known.rep_day, "closed", known.tally.counts, now=now) for known in opened]

    def import_days(self, day: date, *, now: datetime) -> list[DayReport]:
        """Of everybody who is employed on a day that is over, as an import of history reports it."""
        roster = self._trace.definitions_on(day).roster
        return [
            self._report(RepDay(rep.id, day), "closed", self._trace.counts_on(rep.id, day), now=now, is_history=True)
            for rep in roster.reps.values()
            if rep.is_employed_on(day)
        ]

    def report_again(self, before: Definitions, after: Definitions, *, now: datetime) -> list[DayReport]:
        """Of the days that another roster sees with other eyes, as they were reported last."""
        return [
            self._report(known.rep_day, known.state, known.tally.counts, now=now)
            for known in list(self._days.values())
            if presence_on(before.roster.reps[known.rep_id], known.day)
            != presence_on(after.roster.reps[known.rep_id], known.day)
        ]

    def _report(
        self,
        rep_day: RepDay,
        state: DayState,
        counts: Mapping[BehaviourKey, int],
        *,
        now: datetime,
        is_history: bool = False,
    ) -> DayReport:
        definitions = self._trace.definitions_on(now.astimezone(self._zone).date())
        known = self._days.get(rep_day)
        starts = [at for at, key in self._activities(rep_day) if key in counts]
        day = Day(
            rep_id=rep_day.rep_id,
            day=rep_day.day,
            state=state,
            tally=Tally(counts=counts, first_counted_at=min(starts, default=None)),
            score=definitions.shown_score(rep_day.rep_id, rep_day.day, counts),
            revision=known.revision + 1 if known is not None else 1,
        )
        self._days[rep_day] = day
        report = make_report(day, definitions, _NO_GOALS, now=now, is_history=is_history)
        self.log.setdefault(rep_day, []).append((now, report))
        return report

    def _counts_until(self, rep_day: RepDay, part: float) -> Counter[BehaviourKey]:
        starts, ends = self._trace.starts_at(rep_day.day), self._trace.ends_at(rep_day.day)
        until = starts + part * (ends - starts)
        return Counter(key for at, key in self._activities(rep_day) if at <= until)

    def _activities(self, rep_day: RepDay) -> Sequence[tuple[datetime, BehaviourKey]]:
        """What counts on the day, at random times within working hours: always the same for a rep and day."""
        if rep_day not in self._logged:
            starts, ends = self._trace.starts_at(rep_day.day), self._trace.ends_at(rep_day.day)
            random, seconds = Random(f"{rep_day.rep_id} {rep_day.day}"), (ends - starts).total_seconds()
            self._logged[rep_day] = [
                (starts + timedelta(seconds=round(random.random() * seconds)), key)
                for key, count in sorted(self._trace.counts_on(*rep_day).items())
                for _ in range(count)
            ]
        return self._logged[rep_day]
