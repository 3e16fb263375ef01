"""What every decision needs beside the candidate: once per transaction, in one value."""

from dataclasses import dataclass
from datetime import datetime

from services.nudges.decide.policy.holdout import Holdout
from services.nudges.domain.day_plan_subscribers import DayPlanSubscribers
from shared.events import DayReport, Manager, ManagerId, Person, Team
from shared.languages.catalogue import ENGLISH


@dataclass(frozen=True, kw_only=True, slots=True)
class DecisionContext:
    """`channels` are the names of those that are configured; `traceparent` is the trace that led here. Messages to people who
    have chosen no language are in `language`."""

    channels: tuple[str, ...]
    holdout: Holdout
    subscribers: DayPlanSubscribers
    traceparent: str
    now: datetime
    language: str = ENGLISH


@dataclass(frozen=True, kw_only=True, slots=True)
class DecisionSettings:
    """What stays the same for every decision of a process."""

    channels: tuple[str, ...]
    holdout: Holdout
    subscribers: DayPlanSubscribers
    language: str = ENGLISH

    def at(self, now: datetime, *, traceparent: str) -> DecisionContext:
        """The context of a decision now."""
        return DecisionContext(
            channels=self.channels,
            holdout=self.holdout,
            subscribers=self.subscribers,
            traceparent=traceparent,
            now=now,
            language=self.language,
        )


@dataclass(frozen=True, kw_only=True, slots=True)
class Recipient:
    """To whom a nudge goes, on whose clock, and which managers see it on their page."""

    person: Person
    team: Team
    timezone: str
    managers: tuple[ManagerId, ...]


def rep_of(report: DayReport) -> Recipient:
    """The rep of a day."""
    return Recipient(person=report.rep, team=report.team, timezone=report.timezone, managers=manager_ids(report.managers))


def manager_ids(managers: tuple[Manager, ...]) -> tuple[ManagerId, ...]:
    return tuple(manager.id for manager in managers)
