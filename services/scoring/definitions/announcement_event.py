"""The event that announces a version to one rep, or withdraws the announcement. It is self-contained: its receivers never query
scoring."""

from datetime import datetime
from functools import lru_cache
from typing import Final

from services.scoring.domain.definitions import Definitions
from services.scoring.domain.playbook.bindings import Binding, Notice
from services.scoring.domain.playbook.descriptions import describe_changes, describe_targets, describe_unverified
from services.scoring.domain.playbook.filters import describe_filter
from services.scoring.domain.playbook.playbook import Playbook
from services.scoring.domain.roster.calendar import rep_day_of
from services.scoring.domain.score import as_decimal
from shared.event_types import PLAYBOOK_ANNOUNCED, PLAYBOOK_WITHDRAWN
from shared.events import BehaviourDefinition, GoalDefinition, Manager, PlaybookAnnounced, PlaybookWithdrawn, Rep, Team
from shared.languages.catalogue import ENGLISH, LANGUAGES
from shared.languages.current import current_language, using_language
from shared.playbook.phrases import PlaybookPhrases
from shared.postgres.outbox import OutboxEvent, make_event

_CACHE_SIZE: Final = 256


def announcement_event(notice: Notice, definitions: Definitions, *, traceparent: str, now: datetime) -> OutboxEvent:
    """The event of a notice. Its id is the same whenever the same announcement is made again."""
    event_id = f"{notice.rep_id}:{notice.version}:{notice.announcement_number}"
    if notice.binding is not None:
        with using_language(ENGLISH):  # also if a reader of another language has published it
            announced = _announced(notice.binding, definitions, number=notice.announcement_number, now=now)
        if notice.binding.playbook.wording:
            event_id += f":{notice.binding.playbook.wording}"
        return make_event(
            PLAYBOOK_ANNOUNCED,
            announced,
            event_id=f"{event_id}:{PLAYBOOK_ANNOUNCED.name}",
            subject=notice.rep_id,
            traceparent=traceparent,
            at=now,
        )
    return make_event(
        PLAYBOOK_WITHDRAWN,
        PlaybookWithdrawn(
            rep_id=notice.rep_id, version=notice.version, announcement_number=notice.announcement_number, withdrawn_at=now
        ),
        event_id=f"{event_id}:{PLAYBOOK_WITHDRAWN.name}",
        subject=notice.rep_id,
        traceparent=traceparent,
        at=now,
    )


def _announced(binding: Binding, definitions: Definitions, *, number: int, now: datetime) -> PlaybookAnnounced:
    rep, playbook, first = binding.rep, binding.playbook, binding.first
    team = definitions.roster.team_of(rep, first)
    return PlaybookAnnounced(
        rep=Rep(id=rep.id, name=rep.name),
        team=Team(id=team.id, name=team.name),
        managers=tuple(
            Manager(id=manager.id, name=manager.name) for manager in team.managers if manager.leads_on(max(first, now.date()))
        ),
        timezone=rep.on(rep_day_of(rep, now)).timezone,
        version=playbook.number,
        effective_from=playbook.effective_from,
        binds_from=first,
        behaviours=define_behaviours(playbook),
        goals=define_goals(playbook),
        unverified=describe_unverified(playbook.unverified),
        follows=binding.before.effective_from if binding.before is not None else None,
        changes=_changes(binding.before, playbook) if binding.before is not None else (),
        revises=playbook.revises,
        announcement_number=number,
        announced_at=now,
        message=playbook.message,
        wording=playbook.wording,
        translations={language: _phrases(binding.before, playbook, language) for language in LANGUAGES if language != ENGLISH},
    )


def define_behaviours(playbook: Playbook) -> tuple[BehaviourDefinition, ...]:
    """As people read them, in their language."""
    return _define_behaviours(playbook, current_language())


@lru_cache(maxsize=_CACHE_SIZE)
def _define_behaviours(playbook: Playbook, _: str) -> tuple[BehaviourDefinition, ...]:
    return tuple(
        BehaviourDefinition(
            key=behaviour.key,
            label=behaviour.label,
            counts=describe_filter(behaviour.counts),
            asks=describe_targets(behaviour.targets),
            targets=tuple(as_decimal(target) for target in behaviour.targets),
            weight=as_decimal(behaviour.weight),
            cap=as_decimal(behaviour.cap),
            reason=behaviour.reason,
        )
        for behaviour in playbook.behaviours
    )


def define_goals(playbook: Playbook) -> tuple[GoalDefinition, ...]:
    """As people read them, in their language."""
    return _define_goals(playbook, current_language())


@lru_cache(maxsize=_CACHE_SIZE)
def _define_goals(playbook: Playbook, _: str) -> tuple[GoalDefinition, ...]:
    return tuple(
        GoalDefinition(
            key=goal.key,
            label=goal.label,
            counts=describe_filter(goal.counts),
            period=goal.period,
            step=goal.step,
            step_min=goal.step_min,
            step_max=goal.step_max,
        )
        for goal in playbook.goals
    )


@lru_cache(maxsize=_CACHE_SIZE)
def _phrases(before: Playbook | None, playbook: Playbook, language: str) -> PlaybookPhrases:
    with using_language(language):
        behaviours = define_behaviours(playbook)
        return PlaybookPhrases(
            counts=tuple(behaviour.counts for behaviour in behaviours),
            asks=tuple(behaviour.asks for behaviour in behaviours),
            goal_counts=tuple(goal.counts for goal in define_goals(playbook)),
            unverified=describe_unverified(playbook.unverified),
            changes=describe_changes(before, playbook) if before is not None else (),
        )


@lru_cache(maxsize=_CACHE_SIZE)
def _changes(before: Playbook, after: Playbook) -> tuple[str, ...]:
    return describe_changes(before, after)
