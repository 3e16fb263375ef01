"""Word a candidate in the language of whoever receives it, bring it before policy, and build the nudge: the one place where a
nudge is constructed."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Final

from services.nudges.context.load_team_context import ManagedTeam
from services.nudges.context.rule_context import RuleContext
from services.nudges.decide.decision_context import DecisionContext, Recipient, rep_of
from services.nudges.decide.policy.may_send import Suppress, Verdict, may_send
from services.nudges.decide.policy_facts import load_manager_facts, load_rep_facts
from services.nudges.domain.candidate import Candidate
from services.nudges.domain.moments import Moment
from services.nudges.domain.phrases import choose_wording
from services.nudges.domain.recent_nudges import RecentNudge
from services.nudges.preferences.reader_language import language_of
from services.nudges.rules.catalogue import evaluate_rules
from shared.events import DayReport, ManagerId, Nudge, PersonId, PossibleThanks
from shared.languages.current import using_language
from shared.postgres.shared_connection import Querier

NO_WORDING_LEFT: Final = "every wording was used lately"


@dataclass(frozen=True, kw_only=True, slots=True)
class Draft:
    """A nudge with the number of its wording, and what policy says about sending it."""

    nudge: Nudge
    wording: int
    verdict: Verdict


@dataclass(frozen=True, kw_only=True, slots=True)
class DayBasis:
    """The day that a nudge is about, and on what it rests: the start of the playbook version that judges the day, and the
    revision of its report."""

    day: date
    playbook_from: date | None = None
    revision: int = 0


async def propose_to_rep(
    connection: Querier, moment: Moment, rule_context: RuleContext, context: DecisionContext
) -> list[Candidate]:
    """What the rules of a moment propose, in the rep's language."""
    return await phrase_all_for(connection, rule_context.report.rep.id, context, lambda: evaluate_rules(moment, rule_context))


async def phrase_for(
    connection: Querier, person_id: PersonId, context: DecisionContext, make: Callable[[], Candidate]
) -> Candidate:
    """What is said to a person, in their language, and for chat rooms in that of the installation."""
    (candidate,) = await phrase_all_for(connection, person_id, context, lambda: [make()])
    return candidate


async def phrase_all_for(
    connection: Querier, person_id: PersonId, context: DecisionContext, make: Callable[[], Sequence[Candidate]]
) -> list[Candidate]:
    """As `phrase_for`, of several candidates. The person's language is asked for only when there is something to say."""
    with using_language(context.language):
        in_rooms = list(make())
    if not in_rooms:
        return []
    language = await language_of(connection, person_id, default=context.language)
    if language == context.language:
        return in_rooms
    with using_language(language):
        candidates = make()
    return [replace(candidate, in_rooms=other) for candidate, other in zip(candidates, in_rooms, strict=True)]


def basis_of(report: DayReport) -> DayBasis:
    """Of a nudge about a reported day."""
    return DayBasis(day=report.day, playbook_from=report.playbook_from, revision=report.revision)


async def draft_for_rep(
    connection: Querier,
    candidate: Candidate,
    report: DayReport,
    context: DecisionContext,
    *,
    deferred: Nudge | None = None,
    recent: tuple[RecentNudge, ...] | None = None,
) -> Draft:
    """Of a candidate about a rep's day; with `deferred`, of one that was decided before. `recent` is what they received lately,
    if that is known already. Needs the person's lock."""
    facts = await load_rep_facts(connection, candidate, report, context, recent=recent)
    verdict = may_send(candidate, facts, now=context.now)
    return _draft(candidate, rep_of(report), basis_of(report), verdict, facts.recent, context, deferred=deferred)


async def draft_for_manager(connection: Querier, candidate: Candidate, managed: ManagedTeam, context: DecisionContext) -> Draft:
    """Of a candidate about a manager's team. Needs the person's lock."""
    facts = await load_manager_facts(connection, managed, context)
    verdict = may_send(candidate, facts, now=context.now)
    basis = DayBasis(day=managed.context.today)
    return _draft(candidate, manager_of(managed), basis, verdict, facts.recent, context, deferred=None)


def manager_of(managed: ManagedTeam) -> Recipient:
    """The manager of a team: the nudge stands on their own page."""
    return Recipient(
        person=managed.manager,
        team=managed.team,
        timezone=managed.timezone,
        managers=(ManagerId(managed.manager.id),),
    )


def wording_for(candidate: Candidate, person_id: PersonId, recent: Sequence[RecentNudge]) -> int | None:
    """The number of a wording that the person has not received lately; None if there is none left."""
    used = {nudge.wording for nudge in recent if nudge.rule == candidate.rule}
    return choose_wording(len(candidate.wordings), seed=candidate.identity(person_id), used=used)


def compose_nudge(
    candidate: Candidate,
    recipient: Recipient,
    basis: DayBasis,
    *,
    wording: int,
    decided_at: datetime,
    send_at: datetime,
) -> Nudge:
    """The nudge that a candidate makes."""
    nudge_id, in_rooms = candidate.nudge_id(recipient.person.id), candidate.in_rooms
    return Nudge(
        id=nudge_id,
        kind=candidate.kind,
        rule=candidate.rule,
        person=recipient.person,
        team=recipient.team,
        occasion=candidate.occasion,
        day=basis.day,
        text=candidate.wordings[wording],
        reason=candidate.reason,
        playbook_from=basis.playbook_from,
        revision=basis.revision,
        decided_at=decided_at,
        send_at=send_at,
        about=tuple(candidate.about),
        absences=tuple(candidate.absences),
        thanks=tuple(PossibleThanks(rep=rep, nudge_id=nudge_id) for rep in candidate.thanks),
        sender=candidate.sender,
        for_rooms=(in_rooms.wordings[wording], in_rooms.reason) if in_rooms is not None else None,
    )


def _draft(
    candidate: Candidate,
    recipient: Recipient,
    basis: DayBasis,
    verdict: Verdict,
    recent: Sequence[RecentNudge],
    context: DecisionContext,
    *,
    deferred: Nudge | None,
) -> Draft:
    wording = wording_for(candidate, recipient.person.id, recent)
    if wording is None:
        wording, verdict = 0, Suppress(because=NO_WORDING_LEFT)
    nudge = compose_nudge(
        candidate,
        recipient,
        basis,
        wording=wording,
        decided_at=deferred.decided_at if deferred is not None else context.now,
        send_at=deferred.send_at if deferred is not None else context.now,
    )
    return Draft(nudge=nudge, wording=wording, verdict=verdict)
