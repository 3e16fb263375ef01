"""What travels between a page and scoring."""

import pytest
from pydantic import ValidationError

from shared.events import TeamId
from shared.playbook.document import BehaviourDocument, PlaybookDocument
from shared.requests.playbook.drafts import DraftQuery, ShownVersion


def test_a_document_arrives_as_it_was_sent() -> None:
    calls = BehaviourDocument(
        key="calls", label="Calls", counts={"kinds": ("call",), "min_amount": "500"}, targets=("6",) * 7, weight="1"
    )
    document = PlaybookDocument(team="north", effective_from="2026-01-12", behaviours=(calls,))

    assert PlaybookDocument.model_validate_json(document.model_dump_json()) == document
    assert ShownVersion.model_fields["document"].annotation is PlaybookDocument


@pytest.mark.parametrize("weeks", [-1, 54])
def test_a_draft_is_previewed_over_a_year_at_most(weeks: int) -> None:
    with pytest.raises(ValidationError):
        DraftQuery(team=TeamId("north"), text="", weeks=weeks)
    assert DraftQuery(team=TeamId("north"), text="", weeks=53).weeks == 53
