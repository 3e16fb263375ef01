"""The form and the file say the same, whatever they say."""

import pytest
from hypothesis import given, settings
from starlette.datastructures import QueryParams

from services.nudges.domain.roster.access import EMPTY_TODAY
from services.nudges.pages.doors.guard import Guard
from services.nudges.pages.entrance import Entrance
from services.nudges.pages.playbook.edit_page import EditPage, _Checked, _Form
from services.nudges.pages.playbook.form_fields import read_form, short_number, shown_value, with_keys, with_new_behaviour
from services.nudges.pages.rendering import Renderer
from services.scoring.domain.definition_files.playbook_text import playbook_document, playbook_text
from services.scoring.domain.playbook.playbook import Playbook
from shared.events import PersonId, TeamId
from shared.playbook.document import PlaybookDocument, write_playbook
from tests.services.nudges.pages.people.roster_scoring import RosterScoring
from tests.services.nudges.pages.playbook.forms import fields_of
from tests.services.scoring.domain.any_playbooks import playbooks

NORTH = TeamId("north")
ENTRANCE = Entrance(person_id=PersonId("mara"), today=EMPTY_TODAY, csrf="a token")


def _page_of(document: PlaybookDocument) -> str:
    page = EditPage(Renderer(), Guard.__new__(Guard), ask=RosterScoring().ask)
    response = page._page(ENTRANCE, _Form(document=document, base="", edition=""), _Checked(draft=None))
    return bytes(response.body).decode()


@settings(max_examples=60)
@given(playbooks())
def test_a_form_that_nobody_touches_is_the_same_file_to_the_byte(version: Playbook) -> None:
    document = playbook_document(version)

    posted = read_form(QueryParams(fields_of(_page_of(document))), version.team)

    assert posted == document
    assert write_playbook(posted) == playbook_text(version)


@pytest.mark.parametrize(
    ("typed", "short"),
    [("6", "6"), ("06.50", "6.5"), ("0.0", "0"), ("00", "0"), ("", ""), ("six", "six"), ("-1", "-1"), ("1e3", "1e3")],
)
def test_a_number_is_written_as_files_have_it_and_anything_else_as_it_was_typed(typed: str, short: str) -> None:
    assert short_number(typed) == short


def test_a_new_behaviour_gets_a_key_from_its_name_which_nobody_else_has() -> None:
    labels = ("Calls", "Calls", "Überstunden!", "مكالمات", "")
    fields = {f"behaviour.{place}.label": label for place, label in enumerate(labels)} | {"behaviour.0.key": "calls"}

    document = with_keys(with_new_behaviour(read_form(QueryParams(fields), NORTH)))

    assert [behaviour.key for behaviour in document.behaviours] == [
        "calls",
        "calls-2",
        "berstunden",
        "behaviour-4",
        "behaviour-5",
        "behaviour-6",
    ]


def test_what_no_form_has_sent_is_left_out() -> None:
    fields = {"behaviour.x.label": "X", "behaviour.².label": "Y", "behaviour.99.key": "no-label", "unverified": "[1]"}

    document = read_form(QueryParams(fields), NORTH)

    assert (document.behaviours, document.unverified) == ((), None)


def test_no_form_has_more_than_twenty_behaviours() -> None:
    fields = {f"behaviour.{place}.label": "Calls" for place in range(25)}

    assert len(read_form(QueryParams(fields), NORTH).behaviours) == 20


def test_values_with_a_comma_or_a_quotation_mark_stay_whole() -> None:
    assert shown_value(("a, b", 'say "no"', "plain")) == '"a, b", "say ""no""", plain'
