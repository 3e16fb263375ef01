"""Changes that people enter into the roster on a page: in force like a file, and never undone by another in silence."""

import asyncio
from datetime import timedelta

import pytest

from services.scoring.absences.change_absences import enter_absence
from services.scoring.definitions.apply_definitions import EntriesMissing, ErasedPersonInRoster, apply_roster
from services.scoring.definitions.check_names import NoSuchRep, NoSuchTeam, PersonNotInRoster
from services.scoring.definitions.roster_edits.edit_roster import (
    AbsenceBackwards,
    EntryRefused,
    edit_roster,
    show_roster,
)
from services.scoring.definitions.roster_edits.show_person import show_person
from services.scoring.domain.definition_files.person_edits import ChangedMeanwhile
from services.scoring.erase.erase_rep import begin_erasing_rep, finish_erasing_rep
from shared.events import ManagerId, PersonId, TeamId
from shared.observation import SourceName
from shared.reach import ContactPoint
from shared.requests.absences import AbsenceQuery, AbsenceSpan
from shared.requests.roster.edits import (
    AbsenceRemoval,
    CrmUser,
    NewAbsence,
    NewCalendar,
    NewEmail,
    NewLastDay,
    NewPerson,
    NewTeam,
    RosterEdit,
    RosterEdited,
    StoredRoster,
    UserMatch,
)
from shared.requests.roster.person import DatedCalendar, RosterPerson, StatedAbsence
from tests.services.scoring.conftest import ANA, MONDAY, MONDAY_NOON, ROSTER, Scoring, observed
from tests.services.scoring.domain.builders import rep_id_of
from tests.services.scoring.erase.erasing import with_key

OLGA = PersonId("olga")
NORTH = TeamId("north")
USER = CrmUser(source=SourceName("acme"), user="99")
EVA = NewPerson(role="rep", name="Eva Ruiz", team=NORTH, timezone="Europe/Madrid", identities=(USER,))


Edit = NewTeam | NewPerson | UserMatch | NewEmail | NewAbsence | AbsenceRemoval | NewLastDay | NewCalendar


async def _enter(scoring: Scoring, edit: Edit) -> RosterEdited:
    return await edit_roster(scoring.pool, scoring.cache, RosterEdit(asked_by=OLGA, edit=edit), now=scoring.now)


async def _text(scoring: Scoring) -> str:
    return (await show_roster(scoring.pool)).text


async def _person(scoring: Scoring, person: str) -> RosterPerson:
    return await show_person(scoring.pool, scoring.cache, PersonId(person), now=scoring.now)


async def test_activities_of_a_user_count_as_soon_as_the_user_is_matched_to_a_rep(scoring: Scoring) -> None:
    await scoring.record(observed("a1", actor="99"))

    edited = await _enter(scoring, UserMatch(rep=ANA, user=USER))
    await scoring.rescore()
    again = await _enter(scoring, UserMatch(rep=ANA, user=USER))

    assert (edited.id, edited.summary, edited.reps_to_rescore) == ("ana", "2 reps in 1 team: 0 new, 1 changed, 0 removed", 1)
    assert (await scoring.day(ANA))["counts"] == '{"calls": 1}'
    assert again == RosterEdited(id="ana", summary="nothing to change", reps_to_rescore=0)
    assert await show_roster(scoring.pool) == StoredRoster(
        text=ROSTER.replace('user: "7"}', "user: \"7\"}, {source: acme, user: '99'}"), applied_at=MONDAY_NOON, entered_by=OLGA
    )


async def test_an_empty_installation_is_set_up_entry_by_entry(scoring: Scoring) -> None:
    await scoring.pool.execute("DELETE FROM roster")
    await scoring.pool.execute("UPDATE definitions_version SET version = version + 1")
    assert await show_roster(scoring.pool) == StoredRoster()

    team = await _enter(scoring, NewTeam(name="Älter & Söhne"))
    slack, mail = ContactPoint(transport="slack", address="U024BE7LH"), ContactPoint(transport="mail", address="")
    boss = NewPerson(role="manager", name="Tom", team=TeamId(team.id), email="t@example.com", reach=(slack, mail))
    await _enter(scoring, boss)
    account = USER.model_copy(update={"account": "eu"})
    rep = await _enter(scoring, EVA.model_copy(update={"team": TeamId(team.id), "country": "ES", "identities": (account,)}))
    await _enter(scoring, NewEmail(person=PersonId("tom"), email="tom@example.com"))

    assert (team.id, rep.id) == ("alter-sohne", "eva-ruiz")
    assert await _text(scoring) == (
        "teams:\n  - id: alter-sohne\n    name: Älter & Söhne\n    managers:\n      - id: tom\n        name: Tom\n"
        "        email: tom@example.com\n        reach:\n          - slack: U024BE7LH\n          - mail\n"
        "    reps:\n      - id: eva-ruiz\n        name: Eva Ruiz\n        timezone: Europe/Madrid\n        country: ES\n"
        "        identities:\n          - source: acme\n            user: '99'\n            account: eu\n"
    )


async def test_what_a_file_may_not_say_is_refused_in_the_same_words_and_changes_nothing(scoring: Scoring) -> None:
    taken = EVA.model_copy(update={"identities": (CrmUser(source=SourceName("acme"), user="7"),), "timezone": "Europe/Madird"})

    with pytest.raises(
        EntryRefused, match=r"^Time zone: no such time zone; write an IANA name such as Europe/Madrid: This cannot"
    ):
        await _enter(scoring, taken)
    with pytest.raises(EntryRefused, match=r"CRM user: belongs to a rep already"):
        await _enter(scoring, taken.model_copy(update={"timezone": "UTC"}))
    with pytest.raises(EntryRefused, match="Name: must not be empty"):
        await _enter(scoring, NewTeam(name="", id=TeamId("west")))
    with pytest.raises(NoSuchTeam):
        await _enter(scoring, EVA.model_copy(update={"team": TeamId("west")}))
    with pytest.raises(NoSuchRep):
        await _enter(scoring, UserMatch(rep=rep_id_of("eva"), user=USER))
    with pytest.raises(PersonNotInRoster):
        await _enter(scoring, NewEmail(person=PersonId("eva"), email="e@example.com"))
    assert await show_roster(scoring.pool) == StoredRoster(text=ROSTER, applied_at=MONDAY_NOON)


async def test_changes_at_the_same_time_undo_none_of_each_other(scoring: Scoring) -> None:
    edits = [NewTeam(name="West") for _ in range(4)]

    entered = await asyncio.gather(*(_enter(scoring, edit) for edit in edits))

    assert sorted(edited.id for edited in entered) == ["west", "west-2", "west-3", "west-4"]
    assert (await _text(scoring)).count("name: West") == len(edits)


async def test_an_id_of_a_former_or_erased_person_is_not_given_to_another(scoring: Scoring) -> None:
    keyed = with_key(scoring)
    by_ana = RosterEdit(asked_by=PersonId("ana"), edit=NewTeam(name="West"))
    await edit_roster(keyed.pool, keyed.cache, by_ana, now=keyed.now)
    await keyed.apply(roster="teams:\n  - {id: north, name: North}\n  - {id: west, name: West}\n")
    await begin_erasing_rep(keyed.pool, keyed.cache, PersonId("ana"), now=keyed.now)
    await finish_erasing_rep(keyed.pool, keyed.cache, PersonId("ana"))

    former = await _enter(keyed, EVA.model_copy(update={"name": "Ben"}))
    erased = await _enter(keyed, EVA.model_copy(update={"name": "Ana", "identities": ()}))

    assert (former.id, erased.id) == ("ben-2", "ana-2")
    assert await keyed.pool.fetchval("SELECT count(*) FROM roster WHERE entered_by = 'ana'") == 0
    with pytest.raises(ErasedPersonInRoster):
        await _enter(keyed, UserMatch(rep=rep_id_of("ben-2"), user=CrmUser(source=SourceName("acme"), user="7")))


async def test_a_file_that_lacks_what_was_entered_is_refused_unless_it_is_to_replace_it(scoring: Scoring) -> None:
    await _enter(scoring, UserMatch(rep=ANA, user=USER))
    await _enter(scoring, EVA.model_copy(update={"identities": ()}))

    with pytest.raises(EntriesMissing, match=r"^acme user 99 of ana, rep eva-ruiz: The file lacks .* with --replace"):
        await scoring.apply_roster(ROSTER)
    replaced = await apply_roster(
        scoring.pool, scoring.cache, ROSTER, file="roster.yaml", replace_entries=True, now=scoring.now
    )

    assert (replaced.lost, await _text(scoring)) == (("acme user 99 of ana", "rep eva-ruiz"), ROSTER)


async def test_a_file_with_all_that_was_entered_is_the_new_beginning(scoring: Scoring) -> None:
    await _enter(scoring, EVA)
    exported = await _text(scoring)

    await scoring.apply_roster(f"# ours\n{exported}")
    await scoring.apply_roster(ROSTER)

    assert await show_roster(scoring.pool) == StoredRoster(text=ROSTER, applied_at=MONDAY_NOON)


async def test_absences_a_last_day_and_a_calendar_are_entered_shown_and_removed(scoring: Scoring) -> None:
    before = await _person(scoring, "ana")
    (calendar,) = [dated.calendar for dated in before.calendars]
    tuesday = MONDAY + timedelta(days=1)
    later = calendar.model_copy(update={"timezone": "Pacific/Honolulu", "hours": "08:00-16:00"})
    change = NewCalendar(rep=ANA, first=tuesday, calendar=later, shown=calendar)

    await _enter(scoring, NewAbsence(rep=ANA, first=MONDAY, last=tuesday))
    await _enter(scoring, NewLastDay(person=PersonId("ana"), last=tuesday, shown=None))
    edited = await _enter(scoring, change)
    shown = await _person(scoring, "ana")
    again = await _enter(scoring, change)

    assert (edited.id, edited.reps_to_rescore, again.summary) == ("ana", 1, "nothing to change")
    assert (shown.name, shown.is_rep, shown.teams, shown.today) == (before.name, True, ("North",), MONDAY)
    assert (before.absences, before.last_day, before.calendars[0].first) == ((), None, None)
    assert (shown.absences, shown.last_day) == ((StatedAbsence(first=MONDAY, last=tuesday, part=1),), tuesday)
    assert shown.calendars == (*before.calendars, DatedCalendar(first=tuesday, calendar=later))

    await _enter(scoring, AbsenceRemoval(rep=ANA, first=MONDAY, last=tuesday))
    await _enter(scoring, NewLastDay(person=PersonId("ana"), last=None, shown=tuesday))
    assert ((await _person(scoring, "ana")).absences, (await _person(scoring, "ana")).last_day) == ((), None)


async def test_the_second_who_changes_the_same_is_refused_and_undoes_nothing(scoring: Scoring) -> None:
    (calendar,) = [dated.calendar for dated in (await _person(scoring, "ana")).calendars]
    early, late = (calendar.model_copy(update={"hours": hours}) for hours in ("08:00-16:00", "10:00-18:00"))

    await _enter(scoring, NewCalendar(rep=ANA, first=None, calendar=early, shown=calendar))
    await _enter(scoring, NewLastDay(person=PersonId("ana"), last=MONDAY, shown=None))
    with pytest.raises(ChangedMeanwhile):
        await _enter(scoring, NewCalendar(rep=ANA, first=None, calendar=late, shown=calendar))
    with pytest.raises(ChangedMeanwhile):
        await _enter(scoring, NewLastDay(person=PersonId("ana"), last=MONDAY + timedelta(days=1), shown=None))

    shown = await _person(scoring, "ana")
    assert (shown.calendars[0].calendar, shown.last_day) == (early, MONDAY)


async def test_days_and_calendars_that_a_file_may_not_have_are_refused_by_the_names_of_the_form(scoring: Scoring) -> None:
    (calendar,) = [dated.calendar for dated in (await _person(scoring, "ana")).calendars]
    elsewhere = calendar.model_copy(update={"country": "ES", "subdivision": "XX"})
    wrong = elsewhere.model_copy(update={"hours": "17:00-09:00"})

    with pytest.raises(AbsenceBackwards):
        await _enter(scoring, NewAbsence(rep=ANA, first=MONDAY, last=MONDAY - timedelta(days=1)))
    with pytest.raises(EntryRefused, match=r"^Working hours: must end later than it starts"):
        await _enter(scoring, NewCalendar(rep=ANA, first=None, calendar=wrong, shown=calendar))
    with pytest.raises(EntryRefused, match=r"^Part of the country: subdivision XX is not known in ES"):
        await _enter(scoring, NewCalendar(rep=ANA, first=MONDAY, calendar=elsewhere, shown=calendar))
    with pytest.raises(NoSuchRep):
        await _enter(scoring, NewCalendar(rep=rep_id_of("eva"), first=None, calendar=wrong, shown=calendar))
    with pytest.raises(NoSuchRep):
        await _enter(scoring, NewAbsence(rep=rep_id_of("eva"), first=MONDAY, last=MONDAY))
    with pytest.raises(PersonNotInRoster):
        await _enter(scoring, NewLastDay(person=PersonId("eva"), last=MONDAY, shown=None))
    with pytest.raises(PersonNotInRoster):
        await _person(scoring, "eva")


async def test_what_a_manager_has_entered_is_shown_apart_and_is_no_entry_of_the_file(scoring: Scoring) -> None:
    mara = ManagerId(PersonId("mara"))
    absence = AbsenceQuery(rep=ANA, manager=mara, first=MONDAY, last=MONDAY)
    await enter_absence(scoring.pool, scoring.cache, absence, now=scoring.now)
    old = MONDAY - timedelta(days=90)
    for last in (old, old - timedelta(days=1)):
        await _enter(scoring, NewAbsence(rep=ANA, first=old - timedelta(days=5), last=last))

    shown, manager = await _person(scoring, "ana"), await _person(scoring, "mara")
    await scoring.apply_roster(await _text(scoring))

    assert shown.entered == (AbsenceSpan(first=MONDAY, last=MONDAY, entered_by="Mara Lind"),)
    assert [absence.last for absence in shown.absences] == [old]
    assert (manager.name, manager.is_rep, manager.teams, manager.calendars) == ("Mara Lind", False, ("North",), ())


async def test_a_file_without_an_absence_that_was_entered_is_refused_but_not_for_what_a_manager_entered(
    scoring: Scoring,
) -> None:
    absence = AbsenceQuery(rep=ANA, manager=ManagerId(PersonId("mara")), first=MONDAY, last=MONDAY)
    await enter_absence(scoring.pool, scoring.cache, absence, now=scoring.now)
    tuesday = MONDAY + timedelta(days=1)
    await _enter(scoring, NewAbsence(rep=ANA, first=tuesday, last=tuesday))

    with pytest.raises(EntriesMissing, match=r"^the absence of ana from 2026-03-03 until 2026-03-03: The file lacks"):
        await scoring.apply_roster(ROSTER)
