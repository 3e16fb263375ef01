"""Merge events into activities, with regard to erased people and to webhooks that were read again. Reads and writes nothing."""

from collections.abc import Sequence

import msgspec

from services.scoring.domain.activities.activity_record import ActivityRecord, derive_again
from services.scoring.domain.activities.fact_states import merge
from services.scoring.domain.activities.readings import is_outdated, with_reprocessing
from services.scoring.domain.activities.statements import FactStates
from services.scoring.domain.definitions import Definitions
from services.scoring.domain.erased import is_erased_user, redact
from services.scoring.domain.roster.roster import Roster
from services.scoring.record.anonymize_activity import anonymize_activity
from services.scoring.record.read_event import ObservedEvent


def redacted_event(event: ObservedEvent, definitions: Definitions) -> ObservedEvent:
    """The event without what must not be recorded of an erased person."""
    redacted = redact(definitions.erased, definitions.roster, event.observation, source=event.source, event_id=event.event_id)
    if redacted is None:
        return event
    return msgspec.structs.replace(
        event,
        observation=redacted.observation,
        event_id=redacted.event_id,
        is_redacted=True,
        is_by_erased_user=redacted.is_by_erased_user,
    )


def merged_record(record: ActivityRecord, events: Sequence[ObservedEvent], definitions: Definitions) -> ActivityRecord:
    """A stored activity with more observations.

    Erasing finds its activities by user and by contact. So an activity that still has to be erased must not stop looking like
    one: an erased person's stays theirs, and an erased contact is removed at once.
    """
    erased, roster = definitions.erased, definitions.roster
    if not erased:
        return _with_events(record, events, roster)
    source, account, _ = record.key
    user, contact_key = record.activity.actor, record.activity.contact_key
    if user is not None and is_erased_user(erased, roster, source=source, account=account, user=user):
        return _with_events(record, [event for event in events if not event.is_by_erased_user], roster)
    if contact_key is not None and erased.has_contact(source=source, contact_key=contact_key):
        return _with_events(anonymize_activity(record, contact_key, definitions), events, roster)
    return _with_events(record, events, roster)


def _with_events(record: ActivityRecord, events: Sequence[ObservedEvent], roster: Roster) -> ActivityRecord:
    """The same object if the events change nothing."""
    states = merged_states(record.states, events)
    return record if states is record.states else derive_again(record, states, roster=roster)


def merged_states(states: FactStates, events: Sequence[ObservedEvent]) -> FactStates:
    """The states after these events; the same object if they change nothing."""
    for event in events:
        states = merge_event(states, event)
    return states


def merge_event(states: FactStates, event: ObservedEvent) -> FactStates:
    """The states after one more event. An event that comes from an outdated reading of its webhook changes nothing."""
    rank = event.rank
    if event.read_at is not None and (reprocessing := event.reprocessing) is not None:
        states = with_reprocessing(states, reprocessing)
    return states if is_outdated(states, rank) else merge(states, event.observation, rank)
