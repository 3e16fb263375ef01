"""Which messages name a person, and which only look as if they did."""

import json
from urllib.parse import quote_plus

import pytest

from deploy.local.erase.person_matcher import PersonMatcher
from shared.jetstream.dead_letters import ORIGIN_HEADER
from shared.jetstream.stored_messages import StoredMessage
from shared.jetstream.streams import ACTIVITIES, DEAD, NUDGES, SCORES, WEBHOOKS
from shared.observation import SourceName
from shared.privacy.contact_keys import hashed_contact
from shared.requests.erasure import CrmUser, ErasureTarget

ANA = ErasureTarget(
    subject="person",
    person="ana",
    source=None,
    is_erased=False,
    activities=0,
    names=("Ana Rüiz", "Ana"),
    emails=("ana@example.com",),
    users=(
        CrmUser(source=SourceName("acme"), account=None, user="7"),
        CrmUser(source=SourceName("hub"), account="eu", user="882761034"),
    ),
)
ADA = ErasureTarget(subject="contact", person="contact-ada", source=SourceName("hub"), is_erased=False, activities=0)


def make_message(data: object, subject: str = "webhook.received.v1.acme", **headers: str) -> StoredMessage:
    raw = data if isinstance(data, bytes) else json.dumps(data).encode()
    return StoredMessage(number=1, subject=subject, headers=headers, data=raw)


def make_observation(source: str = "acme", account: str = "", activity_id: str = "a1", **facts: object) -> StoredMessage:
    return make_message({"source": source, "account": account, "activity_id": activity_id, "facts": facts})


def make_letter(data: object, origin: str, **headers: str) -> StoredMessage:
    return make_message(data, "dead.ingest.unreadable_body", **{ORIGIN_HEADER: f"X:1 {origin}", **headers})


NAMING_ANA = {
    "user": (ACTIVITIES, make_observation(actor="7")),
    "user of the account": (ACTIVITIES, make_observation("hub", "eu", actor="882761034")),
    "name in a fact": (ACTIVITIES, make_observation(actor="8", owner="Ana Rüiz")),
    "name with an escape": (WEBHOOKS, make_message(b'{"owner": "ANA R\\u00dcIZ"}')),
    "name in a form": (WEBHOOKS, make_message(b"owner=" + quote_plus("Ana Rüiz").encode())),
    "address in truncated JSON": (WEBHOOKS, make_message(b'{"by": "ana@example.com')),
    "name in a header": (WEBHOOKS, make_message(b"{}", **{"Http-from": "Ana Rüiz"})),
    "long user in an address": (WEBHOOKS, make_message({"link": "https://hub/users/882761034/x"}, "webhook.received.v1.hub")),
    "long user as a number": (WEBHOOKS, make_message({"owner": 882761034}, "webhook.received.v1.hub")),
    "short user as a text": (WEBHOOKS, make_message({"owner": {"id": "7"}})),
    "short user as a number": (WEBHOOKS, make_message({"owner": {"id": 7}})),
    "letter with the user": (DEAD, make_letter({"owner": [{"id": "7"}]}, "webhook.received.v1.acme")),
    "letter of a day": (
        DEAD,
        make_letter(b"{", "day.changed.v1", **{"ce-type": "day.changed.v1", "ce-subject": "ana/2026-03-02"}),
    ),
    "day": (SCORES, make_message({"rep": {"id": "ana"}}, **{"ce-type": "day.opened.v1", "ce-subject": "ana/2026-03-02"})),
    "day that names the manager": (
        SCORES,
        make_message({"rep": {"id": "b"}, "managers": [{"id": "ana"}]}, **{"ce-type": "day.opened.v1"}),
    ),
    "announcement withdrawn": (SCORES, make_message({"rep_id": "ana"}, **{"ce-type": "playbook.withdrawn.v1"})),
    "announcement acknowledged": (NUDGES, make_message({"rep_id": "ana"}, **{"ce-type": "playbook.acknowledged.v1"})),
    "nudge": (NUDGES, make_message({"person": {"id": "ana"}}, **{"ce-type": "nudge.decided.v1"})),
    "what they wrote": (
        NUDGES,
        make_message({"person": {"id": "b"}, "sender": {"id": "ana", "name": "A"}}, **{"ce-type": "nudge.decided.v1"}),
    ),
    "nudge to a manager": (
        NUDGES,
        make_message({"person": {"id": "b"}, "about": [{"id": "ana", "behaviour": ""}]}, **{"ce-type": "nudge.decided.v1"}),
    ),
    "delivery": (NUDGES, make_message({"nudge_id": "n"}, **{"ce-type": "nudge.delivered.v1", "ce-subject": "ana"})),
}
NOT_NAMING_ANA = {
    "user of another source": (ACTIVITIES, make_observation("globex", actor="7")),
    "user of another account": (ACTIVITIES, make_observation("hub", "us", actor="882761034")),
    "one word of a name": (WEBHOOKS, make_message({"subject": "Ana, or somebody"})),
    "short user within a text": (WEBHOOKS, make_message({"at": "2026-03-07", "took": "7 min"})),
    "letter with a number like a short user": (DEAD, make_letter({"minutes": 7}, "webhook.received.v1.acme")),
    "letter of another source": (DEAD, make_letter({"owner": "7"}, "webhook.received.v1.globex")),
    "another rep's day": (SCORES, make_message({"rep": {"id": "b"}}, **{"ce-type": "day.opened.v1", "ce-subject": "b/ana"})),
    "an activity with the same id": (DEAD, make_letter(b"{}", "activity.observed.v1.acme", **{"ce-subject": "ana"})),
    "not an observation": (ACTIVITIES, make_message(b"[1]")),
}


@pytest.mark.parametrize(("stream", "message"), NAMING_ANA.values(), ids=NAMING_ANA)
def test_a_message_that_names_the_rep_matches(stream: str, message: StoredMessage) -> None:
    assert PersonMatcher(ANA).matches(stream, message)


@pytest.mark.parametrize(("stream", "message"), NOT_NAMING_ANA.values(), ids=NOT_NAMING_ANA)
def test_any_other_message_does_not_match(stream: str, message: StoredMessage) -> None:
    assert not PersonMatcher(ANA).matches(stream, message)


def test_every_observation_of_an_activity_matches_once_one_of_them_names_the_rep() -> None:
    matcher, without_actor = PersonMatcher(ANA), make_observation(duration_s=5)
    assert not matcher.matches(ACTIVITIES, without_actor)

    assert matcher.matches(ACTIVITIES, make_observation(actor="7"))

    assert matcher.matches(ACTIVITIES, without_actor)
    assert not matcher.matches(ACTIVITIES, make_observation(activity_id="a2"))


def test_a_contact_is_recognised_by_its_key_in_its_own_source() -> None:
    matcher = PersonMatcher(ADA)

    assert matcher.matches(ACTIVITIES, make_observation("hub", contact_key="contact-ada"))
    assert matcher.matches(WEBHOOKS, make_message({"who": "contact-ada"}, "webhook.received.v1.hub"))
    assert not matcher.matches(ACTIVITIES, make_observation("acme", contact_key="contact-ada"))
    assert not matcher.matches(WEBHOOKS, make_message({"who": "contact-ada"}))
    assert not matcher.matches(SCORES, make_message({"rep": {"id": "contact-ada"}}, **{"ce-type": "day.opened.v1"}))


def test_a_contact_of_whom_only_the_hash_is_known_is_recognised_in_what_a_crm_wrote() -> None:
    """As a whole value of JSON, or a whole word of other text. A number matches only where erasing too much does no harm."""
    secret = b"hashes contacts"
    hashed_text, hashed_number = (hashed_contact(secret, key) for key in ("contact-ada", "4711"))
    target = ADA.model_copy(update={"person": hashed_text, "spellings": (hashed_text,)})
    matcher, number_matcher = (
        PersonMatcher(target.model_copy(update={"person": key}), contact_secret=secret) for key in (hashed_text, hashed_number)
    )
    hub = "webhook.received.v1.hub"

    assert matcher.matches(ACTIVITIES, make_observation("hub", contact_key=hashed_text))
    assert matcher.matches(WEBHOOKS, make_message({"who": {"is": ["contact-ada"]}}, hub))
    assert matcher.matches(WEBHOOKS, make_message(b"<who>contact-ada</who>", hub))
    assert matcher.matches(WEBHOOKS, make_message(b"who=contact%2Dada&x=1", hub))
    assert number_matcher.matches(WEBHOOKS, make_message({"who": 4711}, hub))
    assert not number_matcher.matches(DEAD, make_letter({"minutes": 4711}, hub))
    assert not matcher.matches(WEBHOOKS, make_message({"who": "contact-ada-2"}, hub))
    assert not matcher.matches(WEBHOOKS, make_message({"who": "contact-ada"}))
    assert not PersonMatcher(target, contact_secret=b"another").matches(WEBHOOKS, make_message({"who": "contact-ada"}, hub))


def test_a_contact_is_recognised_by_every_spelling_of_its_key() -> None:
    matcher = PersonMatcher(ADA.model_copy(update={"spellings": ("hmac:1", "contact-ada")}))

    assert matcher.matches(ACTIVITIES, make_observation("hub", contact_key="hmac:1"))
    assert matcher.matches(ACTIVITIES, make_observation("hub", contact_key="contact-ada"))
    assert not matcher.matches(ACTIVITIES, make_observation("hub", contact_key="hmac:2"))
