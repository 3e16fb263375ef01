"""Requests over NATS, through the handlers that scoring registers."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from services.scoring.requests.handlers import request_router
from shared.clock import SteppedClock
from shared.events import ManagerId, PersonId
from shared.jetstream.client import LeanClient
from shared.requests import absences, definitions, erasure, people, scores
from shared.requests.client import NO_QUERY, Refused, ask
from shared.requests.endpoint import Endpoint
from shared.requests.roster import edits, overview, person
from shared.service.broker import ServiceBroker
from shared.service.settings import NatsSection
from tests.services.scoring.conftest import ANA, MONDAY, MONDAY_NOON, PLAYBOOK, ROSTER, Scoring, observed
from tests.services.scoring.domain.builders import rep_id_of
from tests.services.scoring.erase.erasing import with_key

WITHOUT_ANA = "".join(line for line in ROSTER.splitlines(keepends=True) if "Ana" not in line)


@pytest.fixture
def changed() -> asyncio.Event:
    """Set when a request makes it necessary to score days again."""
    return asyncio.Event()


@pytest.fixture
async def answering(scoring: Scoring, nats_url: str, changed: asyncio.Event) -> AsyncIterator[Scoring]:
    """Scoring, with its handlers on a broker."""
    keyed = with_key(scoring)
    requests = request_router(keyed.pool, keyed.cache, SteppedClock(MONDAY_NOON), on_change=changed.set)
    settings = NatsSection(url=nats_url, monitor_url="", user="", password="")
    broker = ServiceBroker(LeanClient(), settings, name="test")
    broker.include_router(requests.router)
    await broker.start()
    yield keyed
    await broker.stop()


async def test_definitions_are_applied_previewed_and_listed(
    answering: Scoring, nats: LeanClient, changed: asyncio.Event
) -> None:
    softer = PLAYBOOK.replace("target: 2", "target: 1").replace("2026-01-01", "2026-03-03")

    roster = definitions.DefinitionFile(name="roster.yaml", text=ROSTER.replace("name: North", "name: Far North"))
    assert (await ask(nats, definitions.ROSTER_APPLY, roster)).reps_to_rescore == 2
    assert changed.is_set()
    changed.clear()
    playbook = definitions.DefinitionFile(name="playbook.yaml", text=softer)
    assert (await ask(nats, definitions.PLAYBOOK_APPLY, playbook)).reps_to_announce_to == 2
    assert changed.is_set()
    preview = await ask(nats, definitions.PLAYBOOK_PREVIEW, definitions.PreviewQuery(name="p.yaml", text=softer))
    listed = await ask(nats, definitions.PLAYBOOK_LIST, NO_QUERY)
    announcements = await ask(nats, definitions.ANNOUNCEMENT_LIST, definitions.AnnouncementQuery())

    assert [rep.rep for rep in preview.reps] == ["ana", "ben"]
    assert [version.state for version in listed.versions] == ["in force", "coming"]
    assert len(announcements.rows) == 4


async def test_the_roster_is_edited_and_shown(answering: Scoring, nats: LeanClient, changed: asyncio.Event) -> None:
    edit = edits.RosterEdit(asked_by=PersonId("olga"), edit=edits.NewTeam(name="West"))

    edited = await ask(nats, edits.ROSTER_EDIT, edit)
    shown = await ask(nats, edits.ROSTER_SHOW, NO_QUERY)
    whole = await ask(nats, overview.ROSTER_OVERVIEW, overview.OverviewQuery())
    ana = await ask(nats, person.ROSTER_PERSON, people.ContactQuery(person=PersonId("ana")))
    with pytest.raises(Refused, match=r"^team west: The file lacks"):
        await ask(nats, definitions.ROSTER_APPLY, definitions.DefinitionFile(name="r.yaml", text=ROSTER))
    file = definitions.DefinitionFile(name="r.yaml", text=ROSTER, replace=True)
    replaced = await ask(nats, definitions.ROSTER_APPLY, file)

    assert changed.is_set()
    assert ana.teams == ("North",)
    assert (edited.id, shown.entered_by, replaced.lost) == ("west", "olga", ("team west",))
    assert [(team.name, team.reps_count) for team in whole.teams] == [("North", 2), ("West", 0)]
    assert shown.text == f"{ROSTER}  - id: west\n    name: West\n"


async def test_days_are_scored_again_on_request(answering: Scoring, nats: LeanClient, changed: asyncio.Event) -> None:
    requested = await ask(nats, definitions.SCORE_RESCORE, definitions.RescoreQuery(rep=ANA))
    state = await ask(nats, definitions.SCORE_RESCORE_STATE, NO_QUERY)

    assert changed.is_set()
    assert requested == state == definitions.RescoreState(reps=1, days=1)


async def test_scores_are_listed_explained_audited_and_added_up(answering: Scoring, nats: LeanClient) -> None:
    await answering.record(observed("a1"), observed("b1", actor="99"))

    page = await ask(nats, scores.SCORE_LIST, scores.ScoreQuery(first=MONDAY, last=MONDAY))
    explanation = await ask(nats, scores.SCORE_EXPLAIN, scores.ExplainQuery(rep=ANA, day=MONDAY))
    audit = await ask(nats, scores.SCORE_AUDIT, scores.AuditQuery())
    unmatched = await ask(nats, scores.UNMATCHED_USERS, NO_QUERY)
    totals = await ask(nats, scores.SCORE_TOTALS, scores.TotalsQuery(first=MONDAY, last=MONDAY))

    assert [(row.rep, row.counts) for row in page.rows] == [("ana", {"calls": 1})]
    assert explanation.score == page.rows[0].score
    assert (audit.activities, audit.differences) == (2, ())
    assert [user.user for user in unmatched.users] == ["99"]
    assert [total.counts for total in totals.rows] == [{"calls": 1}]


async def test_an_absence_is_entered_shown_listed_and_withdrawn(
    answering: Scoring, nats: LeanClient, changed: asyncio.Event
) -> None:
    query = absences.AbsenceQuery(rep=ANA, manager=ManagerId(PersonId("mara")), first=MONDAY)

    entered = await ask(nats, absences.ABSENCE_ENTER, query)
    assert changed.is_set()
    changed.clear()
    await answering.rescore()
    shown = await ask(nats, absences.ABSENCE_SHOW, query)
    listed = await ask(nats, absences.ABSENCE_LIST, NO_QUERY)
    explained = await ask(nats, scores.SCORE_EXPLAIN, scores.ExplainQuery(rep=ANA, day=MONDAY))
    assert not changed.is_set()
    withdrawn = await ask(nats, absences.ABSENCE_WITHDRAW, query)

    assert changed.is_set()
    assert entered == shown
    assert [(span.first, span.last, span.entered_by) for span in shown.entered] == [(MONDAY, MONDAY, "Mara Lind")]
    assert [(row.rep, row.first, row.last) for row in listed.rows] == [(ANA, MONDAY, MONDAY)]
    assert (explained.presence, explained.absence_entered_by, explained.score) == ("absent", "Mara Lind", None)
    assert withdrawn.entered == ()


async def test_a_person_is_erased_in_two_steps(answering: Scoring, nats: LeanClient) -> None:
    await answering.record(observed("a1"))
    await answering.apply(roster=WITHOUT_ANA)

    target = await ask(nats, erasure.ERASE_FIND, erasure.ErasureQuery(person="ana"))
    order = erasure.ErasureOrder(subject=target.subject, person=target.person, source=target.source)
    begun = await ask(nats, erasure.ERASE_BEGIN, order)
    finished = await ask(nats, erasure.ERASE_FINISH, order)

    assert (target.subject, begun, finished.activities) == ("person", erasure.ErasedScores(), 1)


async def test_a_contact_is_erased_in_every_spelling(answering: Scoring, nats: LeanClient) -> None:
    await answering.record(observed("a1", contact_key="ada-1"), observed("a2", contact_key="hmac:1"))

    order = erasure.ErasureOrder(subject="contact", person="ada-1", source=None, spellings=("ada-1", "hmac:1"))
    await ask(nats, erasure.ERASE_BEGIN, order)
    finished = await ask(nats, erasure.ERASE_FINISH, order)

    assert finished == erasure.ErasedScores(activities=2)
    assert await answering.pool.fetchval("SELECT bool_and(contact_key LIKE 'forgotten:%') FROM activity")


async def test_a_refusal_is_answered_with_its_sentence(answering: Scoring, nats: LeanClient) -> None:
    with pytest.raises(Refused, match="nobody: The roster has no rep with this id"):
        await ask(nats, scores.SCORE_EXPLAIN, scores.ExplainQuery(rep=rep_id_of("nobody"), day=MONDAY))


async def test_a_malformed_query_is_refused_as_such(answering: Scoring, nats: LeanClient) -> None:
    malformed = Endpoint(subject=scores.SCORE_EXPLAIN.subject, query=erasure.ErasureQuery, reply=scores.Explanation)

    with pytest.raises(Refused, match="does not have the shape"):
        await ask(nats, malformed, erasure.ErasureQuery(person="ana"))


@pytest.mark.usefixtures("answering")
async def test_a_person_is_found_by_what_they_type_and_listed_as_the_roster_has_them_today(nats: LeanClient) -> None:
    named = await ask(nats, people.PERSON_FIND, people.NameQuery(typed="ANA"))
    listed = await ask(nats, people.PERSON_TODAY, people.ContactQuery(person=ANA))
    managed = await ask(nats, people.PERSON_TODAY, people.ContactQuery(person=PersonId("mara")))
    unknown = await ask(nats, people.PERSON_FIND, people.NameQuery(typed="nils@example.com"))

    assert named.person == ANA
    assert [(person.id, person.team) for person in listed.people] == [(ANA, "north")]
    assert listed.teams == ()
    assert [(team.id, team.name) for team in managed.teams] == [("north", "North")]
    assert unknown == people.NamedPerson()
