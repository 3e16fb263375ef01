"""Words of a CRM, and what somebody says that they mean."""

import tomllib

from starlette.datastructures import QueryParams

from services.nudges.pages.sources.mapping_form import lines_to_add, with_mappings
from shared.observation import SourceName
from shared.requests.sources.endpoints import SourceDescription
from shared.requests.sources.reports import PhraseCount


def test_what_was_chosen_is_added_and_the_rest_stays_as_it_was() -> None:
    fields = {
        "outcome-phrase-0": 'said "no"',
        "outcome-0": "no_answer",
        "outcome-phrase-1": "later",
        "outcome-1": "",
        "kind-phrase-7": "visit",
        "kind-7": "meeting",
        "kind-8": "call",
    }
    before = SourceDescription(kind="twenty", outcomes={"yes": "connected"}, kinds={"visit": "task"})

    after = with_mappings(before, QueryParams(fields))

    assert after.outcomes == {"yes": "connected", 'said "no"': "no_answer"}
    assert after.kinds == {"visit": "meeting"}


def test_the_lines_for_the_file_can_be_filled_in() -> None:
    outcomes, kinds = [PhraseCount(text='said "no"', items=2)], [PhraseCount(text="Besuch", items=1)]

    lines = lines_to_add(SourceName("acme"), outcomes, kinds)

    assert tomllib.loads(lines)["sources"]["acme"] == {"outcomes": {'said "no"': "…"}, "kinds": {"Besuch": "…"}}
    assert "kinds" not in lines_to_add(SourceName("acme"), outcomes, [])
