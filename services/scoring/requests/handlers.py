"""Handlers for everything that can be asked of scoring. Any replica may answer."""

import asyncio
from collections.abc import Callable

import asyncpg

from services.scoring.absences.change_absences import enter_absence, show_absences, withdraw_absence
from services.scoring.absences.list_absences import list_absences
from services.scoring.definitions.apply_definitions import apply_playbooks, apply_roster
from services.scoring.definitions.cache import DefinitionsCache
from services.scoring.definitions.check_names import check_names
from services.scoring.definitions.list_announcements import list_announcements
from services.scoring.definitions.list_playbooks import list_playbooks
from services.scoring.definitions.pending_rescores import find_rescore_state
from services.scoring.definitions.roster_edits.edit_roster import edit_roster, show_roster
from services.scoring.definitions.roster_edits.show_person import show_person
from services.scoring.definitions.stored_definitions import find_version
from services.scoring.domain.roster.contacts import contacts_of, list_people
from services.scoring.domain.roster.visitors import excerpt_for, find_typed_person
from services.scoring.erase.erase_contact import begin_erasing_contact, finish_erasing_contact
from services.scoring.erase.erase_rep import begin_erasing_rep, finish_erasing_rep
from services.scoring.erase.find_erasure_target import find_erasure_target
from services.scoring.explain.audit_scores import audit_scores
from services.scoring.explain.explain_day import explain_day
from services.scoring.explain.list_gaps import list_gaps
from services.scoring.explain.list_scores import list_scores
from services.scoring.explain.list_totals import list_totals
from services.scoring.explain.list_unmatched_users import list_unmatched_users
from services.scoring.explain.preview_playbook import preview_playbooks
from services.scoring.explain.preview_readings import preview_readings
from services.scoring.playbooks.draft_playbook import draft_playbook
from services.scoring.playbooks.show_playbook import show_playbook
from services.scoring.playbooks.suggest_targets import suggest_targets
from services.scoring.requests.overview import overview_of
from services.scoring.requests.people import excerpt_of, named_person, page_of_people
from services.scoring.rescore.rescore_on_request import rescore_on_request
from shared.clock import Clock
from shared.events import PersonId
from shared.requests import absences, activities, definitions, erasure, people, scores
from shared.requests.endpoint import NoQuery
from shared.requests.playbook import drafts
from shared.requests.roster import edits, overview, person
from shared.requests.router import RequestRouter


def request_router(
    pool: asyncpg.Pool, cache: DefinitionsCache, clock: Clock, *, on_change: Callable[[], None]
) -> RequestRouter:
    """All handlers. `on_change` is called when days have to be scored again."""
    requests = RequestRouter(queue="scoring")
    _handle_roster(requests, pool, cache, clock, on_change)
    _handle_definitions(requests, pool, cache, clock, on_change)
    _handle_playbooks(requests, pool, cache, clock, on_change)
    _handle_absences(requests, pool, cache, clock, on_change)
    _handle_scores(requests, pool, cache, clock)
    _handle_erasure(requests, pool, cache, clock)
    _handle_people(requests, pool, cache, clock)
    return requests


def _handle_roster(
    requests: RequestRouter, pool: asyncpg.Pool, cache: DefinitionsCache, clock: Clock, on_change: Callable[[], None]
) -> None:
    @requests.handles(definitions.ROSTER_APPLY)
    async def apply(file: definitions.DefinitionFile) -> definitions.Applied:
        applied = await apply_roster(pool, cache, file.text, file=file.name, replace_entries=file.replace, now=clock.now())
        on_change()
        return applied

    @requests.handles(edits.ROSTER_EDIT)
    async def edit(change: edits.RosterEdit) -> edits.RosterEdited:
        edited = await edit_roster(pool, cache, change, now=clock.now())
        on_change()
        return edited

    @requests.handles(edits.ROSTER_SHOW)
    async def show(_: NoQuery) -> edits.StoredRoster:
        return await show_roster(pool)

    @requests.handles(overview.ROSTER_OVERVIEW)
    async def whole(query: overview.OverviewQuery) -> overview.RosterOverview:
        async with pool.acquire() as connection:
            roster = (await cache.read(connection)).roster
        return await asyncio.to_thread(overview_of, roster, query, now=clock.now())

    @requests.handles(person.ROSTER_PERSON)
    async def entry(query: people.ContactQuery) -> person.RosterPerson:
        return await show_person(pool, cache, query.person, now=clock.now())

    @requests.handles(definitions.DEFINITIONS_VERSION)
    async def version(_: NoQuery) -> definitions.DefinitionsVersion:
        async with pool.acquire() as connection:
            return definitions.DefinitionsVersion(version=await find_version(connection))


def _handle_definitions(
    requests: RequestRouter, pool: asyncpg.Pool, cache: DefinitionsCache, clock: Clock, on_change: Callable[[], None]
) -> None:
    @requests.handles(definitions.NAMES_CHECK)
    async def names(query: definitions.NamesQuery) -> definitions.NamesQuery:
        await check_names(pool, cache, query, now=clock.now())
        return query

    @requests.handles(definitions.SCORE_RESCORE)
    async def rescore(query: definitions.RescoreQuery) -> definitions.RescoreState:
        state = await rescore_on_request(pool, cache, query, now=clock.now())
        on_change()
        return state

    @requests.handles(definitions.SCORE_RESCORE_STATE)
    async def rescore_state(_: NoQuery) -> definitions.RescoreState:
        async with pool.acquire() as connection:
            return await find_rescore_state(connection)


def _handle_playbooks(
    requests: RequestRouter, pool: asyncpg.Pool, cache: DefinitionsCache, clock: Clock, on_change: Callable[[], None]
) -> None:
    @requests.handles(definitions.PLAYBOOK_APPLY)
    async def playbook(file: definitions.DefinitionFile) -> definitions.Applied:
        applied = await apply_playbooks(
            pool,
            cache,
            file.text,
            file=file.name,
            revise=file.revise,
            published_by=file.published_by,
            edition=file.edition,
            now=clock.now(),
        )
        on_change()
        return applied

    @requests.handles(definitions.PLAYBOOK_PREVIEW)
    async def preview(query: definitions.PreviewQuery) -> definitions.Preview:
        return await preview_playbooks(pool, cache, query, now=clock.now())

    @requests.handles(definitions.PLAYBOOK_LIST)
    async def playbooks(_: NoQuery) -> definitions.PlaybookList:
        return await list_playbooks(pool, cache, now=clock.now())

    @requests.handles(drafts.PLAYBOOK_SHOW)
    async def show(query: drafts.TeamQuery) -> drafts.TeamPlaybook:
        return await show_playbook(pool, cache, query.team, now=clock.now())

    @requests.handles(drafts.PLAYBOOK_DRAFT)
    async def draft(query: drafts.DraftQuery) -> drafts.Draft:
        return await draft_playbook(pool, cache, query, now=clock.now())

    @requests.handles(drafts.PLAYBOOK_SUGGEST)
    async def suggest(query: drafts.DraftQuery) -> drafts.Suggestions:
        return await suggest_targets(pool, cache, query, now=clock.now())

    @requests.handles(definitions.ANNOUNCEMENT_LIST)
    async def announcements(query: definitions.AnnouncementQuery) -> definitions.AnnouncementPage:
        return await list_announcements(pool, cache, query)


def _handle_absences(
    requests: RequestRouter, pool: asyncpg.Pool, cache: DefinitionsCache, clock: Clock, on_change: Callable[[], None]
) -> None:
    @requests.handles(absences.ABSENCE_SHOW)
    async def show(query: absences.AbsenceQuery) -> absences.AbsenceState:
        return await show_absences(pool, cache, query, now=clock.now())

    @requests.handles(absences.ABSENCE_ENTER)
    async def enter(query: absences.AbsenceQuery) -> absences.AbsenceState:
        state = await enter_absence(pool, cache, query, now=clock.now())
        on_change()
        return state

    @requests.handles(absences.ABSENCE_WITHDRAW)
    async def withdraw(query: absences.AbsenceQuery) -> absences.AbsenceState:
        state = await withdraw_absence(pool, cache, query, now=clock.now())
        on_change()
        return state

    @requests.handles(absences.ABSENCE_LIST)
    async def absence_list(_: NoQuery) -> absences.AbsenceList:
        return await list_absences(pool, cache)


def _handle_scores(requests: RequestRouter, pool: asyncpg.Pool, cache: DefinitionsCache, clock: Clock) -> None:
    @requests.handles(scores.SCORE_LIST)
    async def score_list(query: scores.ScoreQuery) -> scores.ScorePage:
        return await list_scores(pool, cache, query, now=clock.now())

    @requests.handles(scores.SCORE_EXPLAIN)
    async def explanation(query: scores.ExplainQuery) -> scores.Explanation:
        return await explain_day(pool, cache, query.rep, query.day)

    @requests.handles(scores.SCORE_AUDIT)
    async def audit(query: scores.AuditQuery) -> scores.AuditReport:
        return await audit_scores(pool, cache, query)

    @requests.handles(activities.READING_PREVIEW)
    async def reading_preview(query: activities.ReadingPreviewQuery) -> activities.ReadingPreview:
        return await preview_readings(pool, cache, query)

    @requests.handles(activities.ACTIVITY_GAPS)
    async def activity_gaps(query: activities.GapQuery) -> activities.GapList:
        return await list_gaps(pool, query)

    @requests.handles(scores.UNMATCHED_USERS)
    async def unmatched_users(_: NoQuery) -> scores.UnmatchedUserList:
        return await list_unmatched_users(pool, cache)

    @requests.handles(scores.SCORE_TOTALS)
    async def totals(query: scores.TotalsQuery) -> scores.TotalsList:
        return await list_totals(pool, cache, query)


def _handle_erasure(requests: RequestRouter, pool: asyncpg.Pool, cache: DefinitionsCache, clock: Clock) -> None:
    @requests.handles(erasure.ERASE_FIND)
    async def find(query: erasure.ErasureQuery) -> erasure.ErasureTarget:
        return await find_erasure_target(pool, cache, query)

    @requests.handles(erasure.ERASE_BEGIN)
    async def begin(order: erasure.ErasureOrder) -> erasure.ErasedScores:
        if order.subject == "person":
            return await begin_erasing_rep(pool, cache, PersonId(order.person), now=clock.now())
        for contact_key in order.contact_keys:
            await begin_erasing_contact(pool, cache, contact_key, source=order.source, now=clock.now())
        return erasure.ErasedScores()

    @requests.handles(erasure.ERASE_FINISH)
    async def finish(order: erasure.ErasureOrder) -> erasure.ErasedScores:
        if order.subject == "person":
            return await finish_erasing_rep(pool, cache, PersonId(order.person))
        activities = 0
        for contact_key in order.contact_keys:
            erased = await finish_erasing_contact(pool, cache, contact_key, source=order.source, now=clock.now())
            activities += erased.activities
        return erasure.ErasedScores(activities=activities)


def _handle_people(requests: RequestRouter, pool: asyncpg.Pool, cache: DefinitionsCache, clock: Clock) -> None:
    @requests.handles(people.PERSON_CONTACTS)
    async def contacts(query: people.ContactQuery) -> people.ContactList:
        async with pool.acquire() as connection:
            roster = (await cache.read(connection)).roster
        today = contacts_of(roster, query.person, now=clock.now())
        return people.ContactList(contacts=today.contacts, because=today.because)

    @requests.handles(people.PERSON_LIST)
    async def person_list(query: people.PersonQuery) -> people.PersonPage:
        async with pool.acquire() as connection:
            roster = (await cache.read(connection)).roster
        asked = list_people(roster, now=clock.now(), person_id=query.person, after=query.after)
        return page_of_people(asked, query)

    @requests.handles(people.PERSON_TODAY)
    async def person_today(query: people.ContactQuery) -> people.RosterExcerpt:
        async with pool.acquire() as connection:
            roster = (await cache.read(connection)).roster
        return excerpt_of(excerpt_for(roster, query.person, now=clock.now()), roster)

    @requests.handles(people.PERSON_FIND)
    async def find_person(query: people.NameQuery) -> people.NamedPerson:
        async with pool.acquire() as connection:
            roster = (await cache.read(connection)).roster
        return named_person(find_typed_person(roster, query.typed, is_email=query.is_email, now=clock.now()))
