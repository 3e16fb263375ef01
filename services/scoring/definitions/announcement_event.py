"""The announcement of a version to one rep, whole, so that who receives it needs to ask nothing back."""

from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

from services.scoring.days.day_report import as_decimal
from services.scoring.domain.day import Definitions
from services.scoring.domain.playbook.bindings import Binding, Notice
from services.scoring.domain.playbook.descriptions import (
    changes_in_words,
    counts_in_words,
    targets_in_words,
    unverified_in_words,
)
from services.scoring.domain.playbook.playbook import Playbook
from services.scoring.domain.roster.calendar import rep_day_of
from shared.events import (
    PLAYBOOK_ANNOUNCED,
    PLAYBOOK_WITHDRAWN,
    BehaviourDefinition,
    GoalDefinition,
    Person,
    PlaybookAnnounced,
    PlaybookWithdrawn,
)

_REMEMBERED = 256


@dataclass(frozen=True, kw_only=True, slots=True)
class PlaybookEvent:
    """An announcement, or its withdrawal, on its way."""

    body: PlaybookAnnounced | PlaybookWithdrawn
    traceparent: str
    at: datetime

    @property
    def event_type(self) -> str:
        return PLAYBOOK_ANNOUNCED if isinstance(self.body, PlaybookAnnounced) else PLAYBOOK_WITHDRAWN

    @property
    def event_id(self) -> str:
        return f"{self.subject}:{self.body.version}:{self.body.times}:{self.event_type}"

    @property
    def subject(self) -> str:
        return self.body.rep.id if isinstance(self.body, PlaybookAnnounced) else self.body.rep_id


def body_of(notice: Notice, definitions: Definitions, *, now: datetime) -> PlaybookAnnounced | PlaybookWithdrawn:
    """What is said of it."""
    if notice.binding is None:
        return PlaybookWithdrawn(rep_id=notice.rep_id, version=notice.version, times=notice.times, withdrawn_at=now)
    return _announced(notice.binding, definitions, times=notice.times, now=now)


def _announced(binding: Binding, definitions: Definitions, *, times: int, now: datetime) -> PlaybookAnnounced:
    rep, playbook, first = binding.rep, binding.playbook, binding.first
    team = definitions.roster.team_of(rep, first)
    return PlaybookAnnounced(
        rep=Person(id=rep.id, name=rep.name),
        team=Person(id=team.id, name=team.name),
        managers=tuple(Person(id=one.id, name=one.name) for one in team.managers if one.leads_on(max(first, now.date()))),
        timezone=rep.on(rep_day_of(rep, now)).timezone,
        version=playbook.number,
        effective_from=playbook.effective_from,
        binds_from=first,
        behaviours=_behaviours(playbook),
        goals=_goals(playbook),
        unverified=unverified_in_words(playbook.unverified),
        follows=binding.before.effective_from if binding.before is not None else None,
        changes=_changes(binding.before, playbook) if binding.before is not None else (),
        revises=playbook.revises,
        times=times,
        announced_at=now,
    )


@lru_cache(maxsize=_REMEMBERED)
def _behaviours(playbook: Playbook) -> tuple[BehaviourDefinition, ...]:
    return tuple(
        BehaviourDefinition(
            key=one.key,
            label=one.label,
            counts=counts_in_words(one.counts),
            asks=targets_in_words(one.targets),
            targets=tuple(as_decimal(target) for target in one.targets),
            weight=as_decimal(one.weight),
            cap=as_decimal(one.cap),
        )
        for one in playbook.behaviours
    )


@lru_cache(maxsize=_REMEMBERED)
def _goals(playbook: Playbook) -> tuple[GoalDefinition, ...]:
    return tuple(
        GoalDefinition(
            key=one.key,
            label=one.label,
            counts=counts_in_words(one.counts),
            period=one.period,
            step=one.step,
            step_min=one.step_min,
            step_max=one.step_max,
        )
        for one in playbook.goals
    )


@lru_cache(maxsize=_REMEMBERED)
def _changes(before: Playbook, after: Playbook) -> tuple[str, ...]:
    return changes_in_words(before, after)
