"""Who may do what, by today's roster."""

import pytest

from services.nudges.domain.roster.access import EMPTY_TODAY, Action, PersonToday, may
from shared.events import PersonId
from tests.services.nudges.builders.people import ANA, BEN, JON, MARA, NORTH, SOUTH
from tests.services.nudges.builders.rosters import rep_today, roster_today

NILS = PersonId("nils")
OLGA = PersonId("olga")
TODAY = roster_today(
    rep_today(ANA, colleagues=(JON,)),
    rep_today(BEN, SOUTH.id),
    PersonToday(id=MARA.id, name="Mara Lind", manages=(NORTH.id,)),
    PersonToday(id=JON.id, name="Jon Bee", team=NORTH.id, manages=(NORTH.id, SOUTH.id)),
    operators=("olga",),
)
"""Ana sells in North, where she may thank Jon, and Ben in South. Mara manages North; Jon manages both and sells in North. Olga
runs Daymark."""
GRANTED = {
    (ANA.id, Action.OPEN_OWN_PAGE, ANA.id),
    (BEN.id, Action.OPEN_OWN_PAGE, BEN.id),
    (JON.id, Action.OPEN_OWN_PAGE, JON.id),
    (MARA.id, Action.OPEN_TODAY, MARA.id),
    (JON.id, Action.OPEN_TODAY, JON.id),
    (MARA.id, Action.EXPORT_SCORES, MARA.id),
    (JON.id, Action.EXPORT_SCORES, JON.id),
    (MARA.id, Action.SEE_EFFECTS, MARA.id),
    (JON.id, Action.SEE_EFFECTS, JON.id),
    (MARA.id, Action.OPEN_INBOX, MARA.id),
    (JON.id, Action.OPEN_INBOX, JON.id),
    *((person, Action.OPEN_MESSAGE, person) for person in (ANA.id, BEN.id, MARA.id, JON.id)),
    *((person, Action.PLAY_ON, person) for person in (ANA.id, BEN.id, MARA.id, JON.id)),
    *((person, Action.SEE_WINS, person) for person in (ANA.id, BEN.id, MARA.id, JON.id)),
    *((person, Action.SEE_PLAYBOOKS, person) for person in (ANA.id, BEN.id, MARA.id, JON.id)),
    *((person, Action.USE_API, person) for person in (ANA.id, BEN.id, MARA.id, JON.id)),
    *((rep, Action.SEE_REP, rep) for rep in (ANA.id, BEN.id, JON.id)),
    (MARA.id, Action.SEE_REP, ANA.id),
    (MARA.id, Action.SEE_REP, JON.id),
    (JON.id, Action.SEE_REP, ANA.id),
    (JON.id, Action.SEE_REP, BEN.id),
    (MARA.id, Action.MANAGE, ANA.id),
    (MARA.id, Action.MANAGE, JON.id),
    (JON.id, Action.MANAGE, ANA.id),
    (JON.id, Action.MANAGE, BEN.id),
    (JON.id, Action.MANAGE, JON.id),
    (MARA.id, Action.RECOGNISE, ANA.id),
    (MARA.id, Action.RECOGNISE, JON.id),
    (JON.id, Action.RECOGNISE, ANA.id),
    (JON.id, Action.RECOGNISE, BEN.id),
    (ANA.id, Action.RECOGNISE, JON.id),
    (OLGA, Action.OPERATE, OLGA),
    *((person, Action.CHOOSE_MAIL, person) for person in (ANA.id, BEN.id, MARA.id, JON.id, OLGA, NILS)),
    *((person, Action.CHOOSE_LANGUAGE, person) for person in (ANA.id, BEN.id, MARA.id, JON.id, OLGA, NILS)),
}


def test_everybody_may_do_what_the_table_grants_and_nothing_else() -> None:
    people = (ANA.id, BEN.id, MARA.id, JON.id, OLGA, NILS)

    assert {
        (person, action, subject)
        for person in people
        for action in Action
        for subject in people
        if may(person, action, subject, TODAY)
    } == GRANTED


def test_a_playbook_is_read_in_its_team_and_written_by_todays_managers() -> None:
    people, teams = (ANA.id, BEN.id, MARA.id, JON.id, OLGA, NILS), (NORTH.id, SOUTH.id)

    def granted(action: Action) -> set[tuple[str, str]]:
        return {(person, team) for person in people for team in teams if may(person, action, team, TODAY)}

    assert granted(Action.EDIT_PLAYBOOK) == {("mara", "north"), ("jon", "north"), ("jon", "south")}
    assert granted(Action.SEE_PLAYBOOK) == granted(Action.EDIT_PLAYBOOK) | {("ana", "north"), ("ben", "south")}


@pytest.mark.parametrize("action", Action)
def test_an_empty_roster_grants_nothing_but_the_choice_of_mail_and_of_a_language(action: Action) -> None:
    assert may(ANA.id, action, ANA.id, EMPTY_TODAY) is (action in {Action.CHOOSE_MAIL, Action.CHOOSE_LANGUAGE})


def test_people_are_called_by_their_names_and_operators_elsewhere_by_theirs() -> None:
    assert [TODAY.name_of(person) for person in (ANA.id, OLGA, NILS)] == ["Ana Ruiz", "olga", "nils"]
    assert [TODAY.lists(person) for person in (ANA.id, OLGA, NILS)] == [True, True, False]
