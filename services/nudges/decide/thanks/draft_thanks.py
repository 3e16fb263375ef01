"""The message of a recognition, and whether it may go out now: within the rep's working hours."""

from datetime import datetime
from typing import Final

from services.nudges.decide.compose import DayBasis, Draft, compose_nudge, phrase_for
from services.nudges.decide.decision_context import DecisionContext, Recipient
from services.nudges.decide.nudges import DeferredNudge
from services.nudges.decide.policy.may_send import PolicyFacts, Suppress, give_up_unseen, may_send
from services.nudges.decide.policy_facts import load_working_time
from services.nudges.decide.thanks.recognitions import find_recognition
from services.nudges.domain.feedback.thanks import Recognition, RecognitionId, thanks_candidate
from services.nudges.domain.working_time import local_day
from services.nudges.preferences.stored_preferences import find_preference
from shared.events import RepId
from shared.postgres.shared_connection import Querier

UNDONE: Final = "the sender took it back"


async def draft_thanks(
    connection: Querier, recognition: Recognition, recipient: Recipient, context: DecisionContext, *, send_at: datetime
) -> Draft:
    """As worded now, in the rep's language. Needs the rep's lock."""
    rep_id, timezone, now = RepId(recipient.person.id), recipient.timezone, context.now
    candidate = await phrase_for(
        connection, rep_id, context, lambda: thanks_candidate(recognition, today=local_day(now, timezone))
    )
    today = await load_working_time(connection, rep_id, timezone=timezone, now=now)
    facts = PolicyFacts(timezone=timezone, today=today, preference=await find_preference(connection, rep_id))
    verdict = may_send(candidate, facts, now=now)
    verdict = give_up_unseen(verdict, since=recognition.written_at, now=now)
    basis = DayBasis(day=recognition.about_day or local_day(recognition.written_at, timezone))
    nudge = compose_nudge(candidate, recipient, basis, wording=0, decided_at=recognition.written_at, send_at=send_at)
    return Draft(nudge=nudge, wording=0, verdict=verdict)


async def draft_deferred_thanks(connection: Querier, deferred: DeferredNudge, context: DecisionContext) -> Draft:
    """Of a message that has waited. Needs the rep's lock."""
    recognition = await find_recognition(connection, RecognitionId(deferred.nudge.occasion))
    if recognition is None:
        return Draft(nudge=deferred.nudge, wording=0, verdict=Suppress(because=UNDONE))
    nudge = deferred.nudge
    recipient = Recipient(person=nudge.person, team=nudge.team, timezone=deferred.timezone, managers=())
    return await draft_thanks(connection, recognition, recipient, context, send_at=nudge.send_at)
