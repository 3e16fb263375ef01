"""Which messages name somebody, and which only look as if they did."""

import json
from typing import Any
from urllib.parse import quote_plus

import pytest

from deploy.local.marks import Marks
from deploy.local.stored import Stored
from shared.jetstream.dead_letters import ORIGIN_HEADER
from shared.jetstream.streams import ACTIVITIES, DEAD, NUDGES, SCORES, WEBHOOKS
from shared.privacy.contact_keys import hashed_contact

ANA = ErasureTarget(
    who="person",
    person="ana",
    source=None,
    is_forgotten=False,
    activities=0,
    names=("Ana Rüiz", "Ana"),
    emails=("ana@example.com",),
    users=(CrmUser(source="acme", account=None, user="7"), CrmUser(source="hub", account="eu", user="882761034")),
)
ADA = ErasureTarget(who="contact", person="contact-ada", source="hub", is_forgotten=False, activities=0)


def message(data: Any, subject: str = "webhook.received.v1.acme", **headers: str) -> Stored:
    raw = data if isinstance(data, bytes) else json.dumps(data).encode()
    return Stored(number=1, subject=subject, headers=headers, data=raw)


def observed(source: str = "acme", account: str = "", activity_id: str = "a1", **facts: Any) -> Stored:
    return message({"source": source, "account": account, "activity_id": activity_id, "facts": facts})


def letter(data: Any, origin: str, **headers: str) -> Stored:
    return message(data, "dead.ingest.unreadable_body", **{ORIGIN_HEADER: f"X:1 {origin}", **headers})


NAMES_ANA = {
    "user": (ACTIVITIES, observed(actor="7")),
    "user of the account": (ACTIVITIES, observed("hub", "eu", actor="882761034")),
    "name in a fact": (ACTIVITIES, observed(actor="8", owner="Ana Rüiz")),
    "name, escaped": (WEBHOOKS, message(b'{"owner": "ANA R\\u00dcIZ"}')),
    "name in a form": (WEBHOOKS, message(b"owner=" + quote_plus("Ana Rüiz").encode())),
    "address in what is torn": (WEBHOOKS, message(b'{"by": "ana@example.com')),
    "name in a header": (WEBHOOKS, message(b"{}", **{"Http-from": "Ana Rüiz"})),
    "long user in an address": (WEBHOOKS, message({"link": "https://hub/users/882761034/x"}, "webhook.received.v1.hub")),
    "long user as a number": (WEBHOOKS, message({"owner": 882761034}, "webhook.received.v1.hub")),
    "short user as a text": (WEBHOOKS, message({"owner": {"id": "7"}})),
    "short user as a number": (WEBHOOKS, message({"owner": {"id": 7}})),
    "letter with the user": (DEAD, letter({"owner": [{"id": "7"}]}, "webhook.received.v1.acme")),
    "letter of a day": (DEAD, letter(b"{", "day.changed.v1", **{"ce-type": "day.changed.v1", "ce-subject": "ana/2026-03-02"})),
    "day": (SCORES, message({"rep": {"id": "ana"}}, **{"ce-type": "day.opened.v1", "ce-subject": "ana/2026-03-02"})),
    "day as a manager": (SCORES, message({"rep": {"id": "b"}, "managers": [{"id": "ana"}]}, **{"ce-type": "day.opened.v1"})),
    "announcement withdrawn": (SCORES, message({"rep_id": "ana"}, **{"ce-type": "playbook.withdrawn.v1"})),
    "announcement read": (NUDGES, message({"rep_id": "ana"}, **{"ce-type": "playbook.acknowledged.v1"})),
    "nudge": (NUDGES, message({"person": {"id": "ana"}}, **{"ce-type": "nudge.decided.v1"})),
    "nudge to a manager": (
        NUDGES,
        message({"person": {"id": "b"}, "about": [{"id": "ana", "behaviour": ""}]}, **{"ce-type": "nudge.decided.v1"}),
    ),
    "delivery": (NUDGES, message({"nudge_id": "n"}, **{"ce-type": "nudge.delivered.v1", "ce-subject": "ana"})),
}
NAMES_NOBODY = {
    "user of another source": (ACTIVITIES, observed("globex", actor="7")),
    "user of another account": (ACTIVITIES, observed("hub", "us", actor="882761034")),
    "one word of a name": (WEBHOOKS, message({"subject": "Ana, or somebody"})),
    "short user within a text": (WEBHOOKS, message({"at": "2026-03-07", "took": "7 min"})),
    "letter with a number like a short user": (DEAD, letter({"minutes": 7}, "webhook.received.v1.acme")),
    "letter of another source": (DEAD, letter({"owner": "7"}, "webhook.received.v1.globex")),
    "somebody else's day": (SCORES, message({"rep": {"id": "b"}}, **{"ce-type": "day.opened.v1", "ce-subject": "b/ana"})),
    "an activity of that id": (DEAD, letter(b"{}", "activity.observed.v1.acme", **{"ce-subject": "ana"})),
    "no observation": (ACTIVITIES, message(b"[1]")),
}


@pytest.mark.parametrize(("stream", "named"), NAMES_ANA.values(), ids=NAMES_ANA)
def test_what_names_a_rep_is_found(stream: str, named: Stored) -> None:
    assert Marks(ANA).are_in(stream, named)


@pytest.mark.parametrize(("stream", "other"), NAMES_NOBODY.values(), ids=NAMES_NOBODY)
def test_what_does_not_is_left(stream: str, other: Stored) -> None:
    assert not Marks(ANA).are_in(stream, other)


def test_all_that_was_said_of_an_activity_is_found_once_it_is_known_whose_it_is() -> None:
    marks, without_actor = Marks(ANA), observed(duration_s=5)
    assert not marks.are_in(ACTIVITIES, without_actor)

    assert marks.are_in(ACTIVITIES, observed(actor="7"))

    assert marks.are_in(ACTIVITIES, without_actor)
    assert not marks.are_in(ACTIVITIES, observed(activity_id="a2"))


def test_a_contact_is_found_by_its_key_in_its_source() -> None:
    marks = Marks(ADA)

    assert marks.are_in(ACTIVITIES, observed("hub", contact_key="contact-ada"))
    assert marks.are_in(WEBHOOKS, message({"who": "contact-ada"}, "webhook.received.v1.hub"))
    assert not marks.are_in(ACTIVITIES, observed("acme", contact_key="contact-ada"))
    assert not marks.are_in(WEBHOOKS, message({"who": "contact-ada"}))
    assert not marks.are_in(SCORES, message({"rep": {"id": "contact-ada"}}, **{"ce-type": "day.opened.v1"}))


def test_a_contact_of_whom_only_the_hash_is_known_is_found_in_what_a_crm_wrote() -> None:
    """Whole values of JSON, and whole words of anything else; a number counts only where nothing is lost by taking too much."""
    secret = b"hashes contacts"
    hashed, of_number = (hashed_contact(secret, one) for one in ("contact-ada", "4711"))
    known = ADA.model_copy(update={"person": hashed, "spellings": (hashed,)})
    marks, marks_of_number = (
        Marks(known.model_copy(update={"person": one}), contact_secret=secret) for one in (hashed, of_number)
    )
    hub = "webhook.received.v1.hub"

    assert marks.are_in(ACTIVITIES, observed("hub", contact_key=hashed))
    assert marks.are_in(WEBHOOKS, message({"who": {"is": ["contact-ada"]}}, hub))
    assert marks.are_in(WEBHOOKS, message(b"<who>contact-ada</who>", hub))
    assert marks.are_in(WEBHOOKS, message(b"who=contact%2Dada&x=1", hub))
    assert marks_of_number.are_in(WEBHOOKS, message({"who": 4711}, hub))
    assert not marks_of_number.are_in(DEAD, letter({"minutes": 4711}, hub))
    assert not marks.are_in(WEBHOOKS, message({"who": "contact-ada-2"}, hub))
    assert not marks.are_in(WEBHOOKS, message({"who": "contact-ada"}))
    assert not Marks(known, contact_secret=b"another").are_in(WEBHOOKS, message({"who": "contact-ada"}, hub))


def test_a_contact_is_found_by_every_spelling_of_its_key() -> None:
    marks = Marks(ADA.model_copy(update={"spellings": ("hmac:1", "contact-ada")}))

    assert marks.are_in(ACTIVITIES, observed("hub", contact_key="hmac:1"))
    assert marks.are_in(ACTIVITIES, observed("hub", contact_key="contact-ada"))
    assert not marks.are_in(ACTIVITIES, observed("hub", contact_key="hmac:2"))
