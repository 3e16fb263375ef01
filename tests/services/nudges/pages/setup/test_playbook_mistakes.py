"""What is wrong with a first playbook is named by the fields of its form, by the checks that scoring makes."""

import pytest

from services.nudges.pages.setup.first_playbook import BehaviourRow, write_first_playbook
from services.nudges.pages.setup.playbook_mistakes import name_mistakes
from services.scoring.domain.definition_files.playbook_file import read_playbooks
from services.scoring.domain.definition_files.yaml_document import DefinitionRefused
from shared.events import TeamId
from shared.languages.current import using_language
from shared.requests.playbook.drafts import DraftMistake
from tests.services.nudges.builders.days import MONDAY

CALLS = BehaviourRow(kind="call", label="Calls", target="", weight="lots")
AGAIN = BehaviourRow(kind="call", label="", target="2", weight="1")


def _refusal(*rows: BehaviourRow) -> str:
    with pytest.raises(DefinitionRefused) as refused:
        read_playbooks(write_first_playbook(TeamId("north"), MONDAY, rows), file="playbook")
    return name_mistakes(DraftMistake(key=mistake.key, problem=mistake.problem) for mistake in refused.value.mistakes)


def test_each_mistake_is_named_by_its_field() -> None:
    assert _refusal(CALLS) == (
        "Not published. Behaviour 1, Target per day: must be a number, or a number by weekday; "
        "Behaviour 1, Weight: must be a number."
    )
    assert _refusal(AGAIN, AGAIN) == "Not published. Behaviour 2: another behaviour counts this kind already."
    assert _refusal() == "Not published. Choose what at least one behaviour counts."
    with using_language("es"):
        assert "Comportamiento 1, Peso: debe ser un número." in _refusal(CALLS)


def test_a_mistake_of_no_behaviour_is_named_without_a_key_of_the_file() -> None:
    mistakes = [
        DraftMistake(key="team", problem="no such team"),
        DraftMistake(key="effective_from", problem="late"),
    ]

    assert name_mistakes(mistakes) == "Not published. Team: no such team; late."
