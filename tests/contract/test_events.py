"""Every event that was ever published must still be readable. A sample is never changed; a new shape adds one."""

import json
from pathlib import Path

import pytest
from pydantic import BaseModel

from shared.events import (
    DayReport,
    Nudge,
    NudgeDelivered,
    NudgeRevised,
    PlaybookAcknowledged,
    PlaybookAnnounced,
    PlaybookTold,
    PlaybookWithdrawn,
)
from shared.observation import observation_from

SAMPLES = Path(__file__).with_name("events")
MODELS: dict[str, type[BaseModel]] = {
    "day": DayReport,
    "playbook.announced": PlaybookAnnounced,
    "playbook.withdrawn": PlaybookWithdrawn,
    "playbook.told": PlaybookTold,
    "playbook.acknowledged": PlaybookAcknowledged,
    "nudge.decided": Nudge,
    "nudge.delivered": NudgeDelivered,
    "nudge.revised": NudgeRevised,
}


@pytest.mark.parametrize("sample", sorted(SAMPLES.glob("*.json")), ids=lambda sample: sample.stem)
def test_a_sample_is_read_and_nothing_in_it_is_lost(sample: Path) -> None:
    content = json.loads(sample.read_text())

    if sample.stem.startswith("activity.observed"):
        assert observation_from(content).activity_id == content["activity_id"]
        return
    model = next(model for name, model in MODELS.items() if sample.stem.startswith(name))
    again = json.loads(model.model_validate(content).model_dump_json())
    assert {key: again[key] for key in content} == content


def test_there_is_a_sample_of_every_event() -> None:
    kinds = {sample.stem.rpartition(".v")[0] for sample in SAMPLES.glob("*.json")}

    assert kinds == {"activity.observed", "day.opened", "day.changed", "day.closed"} | MODELS.keys() - {"day"}
