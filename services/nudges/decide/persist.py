"""Store a nudge with what policy decided, announce it and queue its deliveries, within the transaction that decided it."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Final

from services.nudges.decide.compose import Draft
from services.nudges.decide.decision_context import DecisionContext, Recipient
from services.nudges.decide.nudges import add_nudge, update_nudge
from services.nudges.decide.policy.may_send import Defer, Send, Verdict, Withhold
from services.nudges.deliver.deliveries import enqueue_deliveries
from services.nudges.domain.decision import Decision, NudgeStatus, Outcome
from services.nudges.domain.feedback.undo import CAN_BE_UNDONE
from services.nudges.domain.working_time import local_day
from services.nudges.rules.catalogue import title_of
from shared.event_types import NUDGE_DECIDED
from shared.events import Nudge, NudgeKind, NudgePart
from shared.postgres.outbox import enqueue_events, make_event
from shared.postgres.shared_connection import Querier

_WITHHELD: Final = "withheld at random, to measure the effect of sending"


def decision_of(verdict: Verdict, *, timezone: str, now: datetime) -> Decision:
    """What is stored of a verdict."""
    if isinstance(verdict, Send):
        day = local_day(now, timezone)
        return Decision(status=NudgeStatus.SENT, because="", send_at=now, sent_day=day, propensity=verdict.propensity)
    if isinstance(verdict, Withhold):
        day = local_day(now, timezone)
        return Decision(
            status=NudgeStatus.WITHHELD, because=_WITHHELD, send_at=now, sent_day=day, propensity=verdict.propensity
        )
    if isinstance(verdict, Defer):
        return Decision(status=NudgeStatus.DEFERRED, because=verdict.because, send_at=verdict.until, sent_day=None)
    return Decision(status=NudgeStatus.SUPPRESSED, because=verdict.because, send_at=None, sent_day=None)


def bundled(verdict: Verdict, nudge: Nudge, *, timezone: str, now: datetime) -> Decision:
    """What is stored of a nudge that goes out in the message of another."""
    decision = decision_of(verdict, timezone=timezone, now=now)
    return replace(decision, status=NudgeStatus.BUNDLED, because=f"sent together with “{title_of(nudge.rule)}”")


async def persist(connection: Querier, draft: Draft, recipient: Recipient, context: DecisionContext) -> Outcome | None:
    """Store a nudge, announce it and queue its deliveries; None when its occasion already has one. Needs the person's lock.

    What can be undone, and deferred thanks, are announced once they go out: until then nobody else has read them."""
    decision = decision_of(draft.verdict, timezone=recipient.timezone, now=context.now)
    nudge = draft.nudge.model_copy(update={"send_at": decision.send_at or context.now})
    if not await add_nudge(connection, nudge, decision, recipient, wording=draft.wording, traceparent=context.traceparent):
        return None
    can_be_undone = nudge.kind is NudgeKind.THANKS or decision.because == CAN_BE_UNDONE
    if decision.status is NudgeStatus.SENT or (decision.status is NudgeStatus.DEFERRED and not can_be_undone):
        await announce_nudge(connection, nudge, context)
    if decision.status is NudgeStatus.SENT:
        await enqueue_deliveries(connection, nudge.id, context.channels, now=context.now)
    return Outcome(rule=nudge.rule, status=decision.status)


async def persist_together(
    connection: Querier, drafts: Sequence[Draft], recipient: Recipient, context: DecisionContext
) -> list[Outcome]:
    """Store several nudges to one person. Those that may be sent now make one message: the first carries the words of all.
    Needs the person's lock."""
    sending = [draft for draft in drafts if isinstance(draft.verdict, Send)]
    outcomes: list[Outcome | None] = []
    if sending:
        first = replace(sending[0], nudge=bundle([draft.nudge for draft in sending]))
        outcomes.append(await persist(connection, first, recipient, context))
    parts = sending[1:]
    outcomes += [await persist_part(connection, part, recipient, context, of=sending[0].nudge) for part in parts]
    others = [draft for draft in drafts if not isinstance(draft.verdict, Send)]
    outcomes += [await persist(connection, draft, recipient, context) for draft in others]
    return [outcome for outcome in outcomes if outcome is not None]


async def persist_part(
    connection: Querier, draft: Draft, recipient: Recipient, context: DecisionContext, *, of: Nudge
) -> Outcome | None:
    """Store a nudge that is part of another one's message; None when its occasion already has one."""
    decision = bundled(draft.verdict, of, timezone=recipient.timezone, now=context.now)
    nudge = draft.nudge.model_copy(update={"send_at": context.now})
    if not await add_nudge(connection, nudge, decision, recipient, wording=draft.wording, traceparent=context.traceparent):
        return None
    await update_nudge(connection, nudge, decision, wording=draft.wording, bundled_with=of.id)
    return Outcome(rule=nudge.rule, status=decision.status)


def bundle(nudges: Sequence[Nudge]) -> Nudge:
    """The first of them, with the words of all: one message."""
    return nudges[0].model_copy(
        update={
            "text": "\n".join(nudge.text for nudge in nudges),
            "reason": "\n".join(nudge.reason for nudge in nudges),
            "parts": tuple(_part(nudge) for nudge in nudges) if len(nudges) > 1 else (),
            "about": tuple(dict.fromkeys(mention for nudge in nudges for mention in nudge.about)),
            "absences": tuple(absence for nudge in nudges for absence in nudge.absences),
            "thanks": tuple(thanks for nudge in nudges for thanks in nudge.thanks),
            "for_rooms": _for_rooms(nudges),
        }
    )


def _for_rooms(nudges: Sequence[Nudge]) -> tuple[str, str] | None:
    if all(nudge.for_rooms is None for nudge in nudges):
        return None
    texts, reasons = zip(*(nudge.for_rooms or (nudge.text, nudge.reason) for nudge in nudges), strict=True)
    return "\n".join(texts), "\n".join(reasons)


def _part(nudge: Nudge) -> NudgePart:
    return NudgePart(id=nudge.id, kind=nudge.kind, rule=nudge.rule, text=nudge.text)


async def announce_nudge(connection: Querier, nudge: Nudge, context: DecisionContext) -> None:
    """Put `nudge.decided.v1` into the outbox. There is one id per nudge and time: a deferred one is announced again when it
    goes out."""
    event = make_event(
        NUDGE_DECIDED,
        nudge,
        event_id=f"{nudge.id}:{nudge.send_at.isoformat()}",
        subject=nudge.person.id,
        traceparent=context.traceparent,
        at=context.now,
    )
    await enqueue_events(connection, [event])
