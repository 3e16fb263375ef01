"""Changes that people enter into the roster on a page: in force like a file, and never undone by another in silence."""

import asyncio

import pytest

from services.scoring.definitions.apply_definitions import EntriesMissing, ErasedPersonInRoster, apply_roster
from services.scoring.definitions.check_names import NoSuchRep, NoSuchTeam, PersonNotInRoster
from services.scoring.definitions.roster_edits.edit_roster import EntryRefused, edit_roster, show_roster
from services.scoring.erase.erase_rep import begin_erasing_rep, finish_erasing_rep
from shared.events import PersonId, TeamId
from shared.observation import SourceName
from shared.reach import ContactPoint
from shared.requests.roster.edits import (
    CrmUser,
    NewEmail,
    NewPerson,
    NewTeam,
    RosterEdit,
    RosterEdited,
    StoredRoster,
    UserMatch,
)
from tests.services.scoring.conftest import ANA, MONDAY_NOON, ROSTER, Scoring, observed
from tests.services.scoring.domain.builders import rep_id_of
from tests.services.scoring.erase.erasing import with_key

OLGA = PersonId("olga")
NORTH = TeamId("north")
USER = CrmUser(source=SourceName("acme"), user="99")
EVA = NewPerson(role="rep", name="Eva Ruiz", team=NORTH, timezone="Europe/Madrid", identities=(USER,))


async def _enter(scoring: Scoring, edit: NewTeam | NewPerson | UserMatch | NewEmail) -> RosterEdited:
    return await edit_roster(scoring.pool, scoring.cache, RosterEdit(asked_by=OLGA, edit=edit), now=scoring.now)


async def _text(scoring: Scoring) -> str:
    return (await show_roster(scoring.pool)).text


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
