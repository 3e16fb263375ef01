"""Whom the directory finds, with somebody who answers for scoring over NATS."""

from collections.abc import AsyncIterator

import asyncpg
import pytest
from nats.aio.msg import Msg

from services.nudges.deliver.personal.directory import STOPPED, RosterDirectory
from services.nudges.deliver.personal.mail_stops import stop_mail
from services.nudges.domain.feedback.preferences import MessageGroup, Preference
from services.nudges.links import Links
from services.nudges.preferences.stored_preferences import save_language, save_preference
from shared.clock import SteppedClock
from shared.events import NudgeId, NudgeKind, NudgePart
from shared.jetstream.client import LeanClient, connect
from shared.reach import ContactPoint, Contacts
from shared.requests.client import NoResponder
from shared.requests.endpoint import Envelope
from shared.requests.people import PERSON_CONTACTS, ContactList, ContactQuery
from tests.services.nudges.builders.days import MONDAY, NOON, TUESDAY, at
from tests.services.nudges.builders.nudges import make_nudge
from tests.services.nudges.builders.people import ANA, BEN
from tests.services.nudges.builders.rows import Rows
from tests.services.nudges.deliver.delivering import LINKS

MAIL = ContactPoint(transport="mail", address="ana@example.com")
SLACK = ContactPoint(transport="slack", address="U024BE7LH")


@pytest.fixture
async def connection(nats_url: str) -> AsyncIterator[LeanClient]:
    client = await connect(nats_url, name="nudges")
    yield client
    await client.close()


async def _answer_with(connection: LeanClient, *contacts: ContactPoint) -> None:
    """Answer for scoring: these are Ana's contacts, and nobody else has any."""

    async def reply(message: Msg) -> None:
        is_ana = ContactQuery.model_validate_json(message.data).person == ANA.id
        answer = ContactList(contacts=contacts) if is_ana else ContactList(because="no contact")
        await message.respond(Envelope(ok=True, data=answer.model_dump(mode="json")).model_dump_json().encode())

    await connection.subscribe(PERSON_CONTACTS.subject, cb=reply)
    await connection.flush()


async def test_people_are_found_as_the_roster_has_them(connection: LeanClient, pool: asyncpg.Pool) -> None:
    directory = RosterDirectory(connection, pool, LINKS, SteppedClock(NOON), language="en")
    await _answer_with(connection, SLACK, MAIL)

    assert await directory.find_contacts(make_nudge()) == Contacts(contacts=(SLACK, MAIL))
    assert await directory.find_contacts(make_nudge(person=BEN)) == Contacts(because="no contact")


async def test_people_read_what_they_have_chosen_and_the_others_the_language_of_the_installation(
    pool: asyncpg.Pool,
) -> None:
    directory = RosterDirectory(LeanClient(), pool, LINKS, SteppedClock(NOON), language="es")
    await save_language(pool, ANA.id, "en", now=NOON)

    assert [await directory.language_of(person.id) for person in (ANA, BEN)] == ["en", "es"]


async def test_whoever_has_stopped_mail_gets_it_only_when_they_must_know(connection: LeanClient, pool: asyncpg.Pool) -> None:
    directory = RosterDirectory(connection, pool, LINKS, SteppedClock(NOON), language="en")
    await _answer_with(connection, MAIL)
    await stop_mail(pool, ANA.id, now=NOON)

    by_kind = {kind: await directory.find_contacts(make_nudge(kind=kind)) for kind in NudgeKind}

    must_know = {NudgeKind.ANNOUNCEMENT, NudgeKind.CORRECTION}
    assert {kind for kind, contacts in by_kind.items() if contacts == Contacts(contacts=(MAIL,))} == must_know
    assert {contacts.because for kind, contacts in by_kind.items() if kind not in must_know} == {STOPPED}


async def test_other_ways_to_somebody_who_has_stopped_mail_stay(connection: LeanClient, pool: asyncpg.Pool) -> None:
    directory = RosterDirectory(connection, pool, LINKS, SteppedClock(NOON), language="en")
    await _answer_with(connection, MAIL, SLACK)
    await stop_mail(pool, ANA.id, now=NOON)

    assert await directory.find_contacts(make_nudge()) == Contacts(contacts=(SLACK,))


async def test_the_roster_has_the_contacts_also_of_whoever_has_stopped_mail(connection: LeanClient, pool: asyncpg.Pool) -> None:
    await _answer_with(connection, SLACK, MAIL)
    await stop_mail(pool, ANA.id, now=NOON)

    assert (await RosterDirectory(connection, pool, LINKS, SteppedClock(NOON), language="en").ask_scoring(ANA.id)).contacts == (
        SLACK,
        MAIL,
    )


async def test_nobody_is_found_while_scoring_is_down(connection: LeanClient, pool: asyncpg.Pool) -> None:
    with pytest.raises(NoResponder):
        await RosterDirectory(connection, pool, LINKS, SteppedClock(NOON), language="en").find_contacts(make_nudge())


def test_the_link_to_stop_mail_is_the_persons_own(pool: asyncpg.Pool) -> None:
    directory = RosterDirectory(LeanClient(), pool, LINKS, SteppedClock(NOON), language="en")

    assert directory.stop_url(make_nudge()) == LINKS.mail_url(ANA.id) != LINKS.mail_url(BEN.id)
    assert (
        RosterDirectory(
            LeanClient(), pool, Links(base_url="http://pages", secret=None), SteppedClock(NOON), language="en"
        ).stop_url(make_nudge())
        == ""
    )


async def _prefer(pool: asyncpg.Pool, preference: Preference) -> None:
    await save_preference(pool, ANA.id, preference, now=NOON)


async def test_what_a_person_prefers_is_tried_first(connection: LeanClient, pool: asyncpg.Pool) -> None:
    directory = RosterDirectory(connection, pool, LINKS, SteppedClock(NOON), language="en")
    await _answer_with(connection, MAIL, SLACK)
    await _prefer(pool, Preference(first_transport="slack"))

    for kind in (NudgeKind.CELEBRATION, NudgeKind.ANNOUNCEMENT):
        assert (await directory.find_contacts(make_nudge(kind=kind))).contacts == (SLACK, MAIL)
    await _prefer(pool, Preference(first_transport="mail"))
    assert (await directory.find_contacts(make_nudge())).contacts == (MAIL, SLACK)


async def test_what_is_not_wanted_any_more_is_not_sent_although_it_was_decided(
    connection: LeanClient, pool: asyncpg.Pool
) -> None:
    directory = RosterDirectory(connection, pool, LINKS, SteppedClock(NOON), language="en")
    await _answer_with(connection, MAIL)
    await _prefer(pool, Preference(unwanted=frozenset(MessageGroup), paused_until=TUESDAY))

    by_kind = {kind: await directory.find_contacts(make_nudge(kind=kind)) for kind in NudgeKind}

    must_know = {NudgeKind.ANNOUNCEMENT, NudgeKind.CORRECTION}
    assert {kind for kind, contacts in by_kind.items() if contacts == Contacts(contacts=(MAIL,))} == must_know
    assert {contacts.because for kind, contacts in by_kind.items() if kind not in must_know} == {STOPPED}


async def test_a_message_is_sent_for_the_sake_of_one_part_that_is_wanted(connection: LeanClient, pool: asyncpg.Pool) -> None:
    directory = RosterDirectory(connection, pool, LINKS, SteppedClock(NOON), language="en")
    await _answer_with(connection, MAIL)
    await _prefer(pool, Preference(unwanted=frozenset({MessageGroup.CELEBRATIONS})))
    kinds = (NudgeKind.CELEBRATION, NudgeKind.COACHING)
    parts = tuple(NudgePart(id=NudgeId(kind), kind=kind, rule="a_rule", text="text") for kind in kinds)

    assert (await directory.find_contacts(make_nudge(parts=parts))).contacts == (MAIL,)
    assert (await directory.find_contacts(make_nudge(parts=parts[:1]))).contacts == ()


@pytest.mark.parametrize(("now", "is_sent"), [("23:59", False), ("00:00", True)])
async def test_a_pause_ends_at_the_midnight_of_the_person(
    connection: LeanClient, pool: asyncpg.Pool, rows: Rows, now: str, *, is_sent: bool
) -> None:
    day = TUESDAY if is_sent else MONDAY
    directory = RosterDirectory(connection, pool, LINKS, SteppedClock(at(day, now)), language="en")
    await rows.add_nudge(make_nudge(), timezone="Europe/Madrid")
    await _answer_with(connection, MAIL)
    await _prefer(pool, Preference(paused_until=TUESDAY))

    assert bool((await directory.find_contacts(make_nudge())).contacts) is is_sent
