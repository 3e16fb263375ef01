"""The users of NATS and what each of them may do. The server's configuration and docs/access.md are made from this."""

from typing import Final, NamedTuple

from deploy.access.grants import (
    API,
    Grant,
    answers,
    asks,
    consumes,
    creates_streams,
    finds_streams,
    follows_stepped_time,
    reads_directly,
    receives_replies,
    repairs_dead_letters,
    stores,
    subjects_of,
    watches,
)
from shared.jetstream.streams import (
    ACTIVITIES,
    CLOCK,
    CONSUMERS,
    DEAD,
    NUDGES,
    SCORES,
    SCORING_CONSUMER,
    SOURCES,
    STREAMS,
    TICK_SUBJECT,
    WEBHOOKS,
    list_used_streams,
)
from shared.requests import absences, access, activities, definitions, erasure, nudges, people, scores, webhooks
from shared.requests.demonstration import next_hour
from shared.requests.demonstration.clock_status import status_endpoint
from shared.requests.playbook import drafts
from shared.requests.roster import edits, overview, person
from shared.requests.sources import endpoints as sources
from shared.requests.sources import repairs, reports

INGEST: Final = "ingest"
SCORING: Final = "scoring"
NUDGES_USER: Final = "nudges"
OPERATOR: Final = "operator"
DEMO: Final = "demo"
READER: Final = "reader"


def credential_name(user: str) -> str:
    """The name of the file that holds the password of a user."""
    return f"nats-{user}"


class User(NamedTuple):
    """One user. The `holder` of its credential is named in a few words."""

    name: str
    holder: str
    grants: tuple[Grant, ...]

    @property
    def publish(self) -> tuple[str, ...]:
        """Every subject to which it may publish, in alphabetical order."""
        return tuple(sorted({subject for grant in self.grants for subject in grant.publish}))

    @property
    def subscribe(self) -> tuple[str, ...]:
        """Every subject to which it may subscribe, in alphabetical order."""
        return tuple(sorted({subject for grant in self.grants for subject in grant.subscribe}))


_SUBJECTS_OF: Final = {stream.name: stream.subjects for stream in STREAMS}
_ASKED_BY_NUDGES: Final = subjects_of(
    (
        scores.SCORE_EXPLAIN,
        absences.ABSENCE_SHOW,
        absences.ABSENCE_ENTER,
        absences.ABSENCE_WITHDRAW,
        people.PERSON_CONTACTS,
        people.PERSON_TODAY,
        people.PERSON_FIND,
        definitions.DEFINITIONS_VERSION,
        sources.SOURCE_LIST,
        sources.SOURCE_STORE,
        sources.SOURCE_REMOVE,
        reports.SOURCE_REPORT,
        repairs.SOURCE_LETTERS,
        repairs.SOURCE_REPLAY,
        repairs.SOURCE_REPROCESS,
        webhooks.UNKNOWN_PATHS,
        definitions.PLAYBOOK_APPLY,
        drafts.PLAYBOOK_SHOW,
        drafts.PLAYBOOK_DRAFT,
        drafts.PLAYBOOK_SUGGEST,
        people.PERSON_LIST,
        scores.UNMATCHED_USERS,
        edits.ROSTER_EDIT,
        edits.ROSTER_SHOW,
        definitions.PLAYBOOK_LIST,
        definitions.PLAYBOOK_APPLY,
        overview.ROSTER_OVERVIEW,
        person.ROSTER_PERSON,
        next_hour.NEXT_HOUR,
    )
)
ANSWERED: Final = {
    INGEST: subjects_of(
        (
            webhooks.UNKNOWN_PATHS,
            sources.SOURCE_LIST,
            sources.SOURCE_STORE,
            sources.SOURCE_REMOVE,
            reports.SOURCE_REPORT,
            repairs.SOURCE_LETTERS,
            repairs.SOURCE_REPLAY,
            repairs.SOURCE_REPROCESS,
            status_endpoint(INGEST),
        )
    ),
    SCORING: subjects_of(
        (
            definitions.ROSTER_APPLY,
            edits.ROSTER_EDIT,
            edits.ROSTER_SHOW,
            overview.ROSTER_OVERVIEW,
            person.ROSTER_PERSON,
            definitions.DEFINITIONS_VERSION,
            definitions.NAMES_CHECK,
            definitions.PLAYBOOK_APPLY,
            definitions.PLAYBOOK_PREVIEW,
            definitions.PLAYBOOK_LIST,
            definitions.ANNOUNCEMENT_LIST,
            drafts.PLAYBOOK_SHOW,
            drafts.PLAYBOOK_DRAFT,
            drafts.PLAYBOOK_SUGGEST,
            definitions.SCORE_RESCORE,
            definitions.SCORE_RESCORE_STATE,
            absences.ABSENCE_SHOW,
            absences.ABSENCE_ENTER,
            absences.ABSENCE_WITHDRAW,
            absences.ABSENCE_LIST,
            scores.SCORE_LIST,
            scores.SCORE_EXPLAIN,
            scores.SCORE_AUDIT,
            scores.SCORE_TOTALS,
            scores.UNMATCHED_USERS,
            activities.READING_PREVIEW,
            activities.ACTIVITY_GAPS,
            erasure.ERASE_FIND,
            erasure.ERASE_BEGIN,
            erasure.ERASE_FINISH,
            people.PERSON_CONTACTS,
            people.PERSON_LIST,
            people.PERSON_TODAY,
            people.PERSON_FIND,
            status_endpoint(SCORING),
        )
    ),
    NUDGES_USER: subjects_of(
        (
            nudges.NUDGE_LIST,
            nudges.INBOX_LINK,
            nudges.OWN_PAGE_LINK,
            nudges.DROP_CALIBRATE,
            nudges.ROSTER_DOUBTS,
            nudges.SILENT_FEEDS,
            nudges.CHANNEL_LIST,
            nudges.CHANNEL_ENABLE,
            nudges.EFFECT_LIST,
            nudges.RULE_RESUME,
            nudges.DISPUTE_LIST,
            access.SESSION_LIST,
            access.SESSION_REVOKE,
            access.OPERATOR_ADD,
            access.OPERATOR_REMOVE,
            access.OPERATOR_LIST,
            access.OPERATOR_FIRST,
            people.WAY_LIST,
            people.PERSON_TEST,
            people.WEBHOOK_KEYS,
            people.NUDGE_RESEND,
            erasure.ERASE_NUDGES,
            status_endpoint(NUDGES_USER),
        )
    ),
}
"""The requests that each service answers."""
ANSWERED_BY_DEMO: Final = subjects_of((next_hour.NEXT_HOUR,))
"""Those that the demonstration answers, where one is played."""


def _every_service(name: str) -> tuple[Grant, ...]:
    """What all services have in common, whatever they do."""
    return (
        receives_replies(name),
        creates_streams(stream for stream in STREAMS if stream.owner == name),
        finds_streams(list_used_streams(name)),
        *(consumes(consumer) for consumer in CONSUMERS if consumer.service == name),
        follows_stepped_time(),
    )


def _dead_letters_of(service: str) -> str:
    return f"dead.{service}.*"


_SERVICES: Final = (
    User(
        INGEST,
        "the service ingest",
        (
            stores(*_SUBJECTS_OF["WEBHOOKS"], *_SUBJECTS_OF["ACTIVITIES"], *_SUBJECTS_OF[SOURCES], _dead_letters_of(INGEST)),
            *(reads_directly(stream) for stream in (SOURCES, WEBHOOKS, ACTIVITIES)),
            repairs_dead_letters(),
            *(watches(consumer) for consumer in CONSUMERS if consumer.name == SCORING_CONSUMER),
            asks(activities.READING_PREVIEW.subject),
            answers(ANSWERED[INGEST], to=(OPERATOR, DEMO, NUDGES_USER)),
            *_every_service(INGEST),
        ),
    ),
    User(
        SCORING,
        "the service scoring",
        (
            stores(*_SUBJECTS_OF[SCORES], _dead_letters_of(SCORING)),
            answers(ANSWERED[SCORING], to=(OPERATOR, DEMO, NUDGES_USER, INGEST)),
            *_every_service(SCORING),
        ),
    ),
    User(
        NUDGES_USER,
        "the service nudges",
        (
            stores(*_SUBJECTS_OF[NUDGES], _dead_letters_of(NUDGES_USER)),
            answers(ANSWERED[NUDGES_USER], to=(OPERATOR, DEMO)),
            asks(*_ASKED_BY_NUDGES),
            *_every_service(NUDGES_USER),
        ),
    ),
)
_OPERATOR: Final = User(
    OPERATOR,
    "the commands of `daymark`",
    (
        receives_replies(OPERATOR),
        asks(*(subject for subjects in ANSWERED.values() for subject in subjects)),
        Grant(
            "import history, and replay dead letters where they first stood",
            publish=tuple(
                subject for stream in STREAMS if stream.name not in {DEAD, CLOCK, SOURCES} for subject in stream.subjects
            ),
        ),
        Grant("note how far an import got", publish=("$KV.IMPORTS.>",)),
        Grant("read, create, change, save, restore and delete streams, their messages and consumers", publish=(f"{API}.>",)),
        Grant("save and restore streams", publish=("$JS.SNAPSHOT.>",)),
        Grant("step the time, where it is stepped", publish=(TICK_SUBJECT,)),
    ),
)
_DEMO: Final = User(
    DEMO,
    "the demonstration",
    (
        receives_replies(DEMO),
        asks(
            *subjects_of((definitions.ROSTER_APPLY, definitions.PLAYBOOK_APPLY, scores.SCORE_LIST)),
            *subjects_of((nudges.NUDGE_LIST, nudges.INBOX_LINK, nudges.OWN_PAGE_LINK)),
            *subjects_of(status_endpoint(service) for service in ANSWERED),
        ),
        Grant("step the time, where it is stepped", publish=(TICK_SUBJECT,)),
        answers(ANSWERED_BY_DEMO, to=(NUDGES_USER,)),
    ),
)
_READER: Final = User(
    READER,
    "a program of yours that reads the events of SCORES and NUDGES",
    (
        receives_replies(READER),
        Grant("listen to events", subscribe=(*_SUBJECTS_OF[SCORES], *_SUBJECTS_OF[NUDGES])),
        Grant(
            "read the events that are kept",
            publish=tuple(
                f"{API}.{request}"
                for stream in (SCORES, NUDGES)
                for request in (f"STREAM.INFO.{stream}", f"DIRECT.GET.{stream}")
            ),
        ),
    ),
)
USERS: Final = (*_SERVICES, _OPERATOR, _DEMO, _READER)
"""Everybody whom the server lets in."""
SERVICE_USERS: Final = tuple(user.name for user in _SERVICES)
