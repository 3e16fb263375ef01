"""Every event that was ever published must still be readable. A sample is never changed; a new shape adds one."""

import json
from pathlib import Path
from typing import Any

import pytest
from pydantic import BaseModel

from shared.events import (
    AnnouncementDelivered,
    DayReport,
    Nudge,
    NudgeDelivered,
    NudgeRevised,
    PlaybookAcknowledged,
    PlaybookAnnounced,
    PlaybookWithdrawn,
)
from shared.observation import observation_from

SAMPLES = Path(__file__).with_name("events")
MODELS: dict[str, type[BaseModel]] = {
    "day": DayReport,
    "playbook.announced": PlaybookAnnounced,
    "playbook.withdrawn": PlaybookWithdrawn,
    "playbook.told": AnnouncementDelivered,
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
    assert _kept(content, again) == content


def _kept(content: Any, again: Any) -> Any:
    """What is there again of what the sample says; fields that are newer than the sample are passed over."""
    if isinstance(content, dict):
        return {key: _kept(value, again[key]) for key, value in content.items()}
    if isinstance(content, list):
        assert len(content) == len(again)
        return [_kept(*pair) for pair in zip(content, again, strict=True)]
    return again


def test_there_is_a_sample_of_every_event() -> None:
    kinds = {sample.stem.rpartition(".v")[0] for sample in SAMPLES.glob("*.json")}

    assert kinds == {"activity.observed", "day.opened", "day.changed", "day.closed"} | MODELS.keys() - {"day"}
