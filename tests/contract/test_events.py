"""Every event that was ever published stays readable. A sample never changes; a new shape adds one."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import pytest

from shared.event_types import EventType
from shared.events import Message
from shared.jetstream.streams import NUDGES_EVENTS, SCORES_EVENTS
from shared.observation import observation_from

SAMPLES: Final = Path(__file__).with_name("events")
EVENTS: Final[Mapping[str, EventType[Message]]] = {event.name: event for event in (*SCORES_EVENTS, *NUDGES_EVENTS)}
OBSERVED: Final = "activity.observed.v1"


def _event_of(sample: Path) -> str:
    """The event type of a sample: `day.changed.v1` of `day.changed.v1.with_version.json`."""
    return ".".join(sample.stem.split(".")[:3])


@pytest.mark.parametrize("sample", sorted(SAMPLES.glob("*.json")), ids=lambda sample: sample.stem)
def test_a_sample_is_read_and_none_of_its_content_is_lost(sample: Path) -> None:
    content = json.loads(sample.read_text())

    if _event_of(sample) == OBSERVED:
        assert observation_from(content).activity_id == content["activity_id"]
        return
    message = EVENTS[_event_of(sample)].data.model_validate(content)
    assert _select_like(content, json.loads(message.model_dump_json())) == content


def test_there_is_a_sample_of_every_event() -> None:
    sampled = {_event_of(sample) for sample in SAMPLES.glob("*.json")}

    assert sampled == {OBSERVED} | EVENTS.keys()


def _select_like(sample: Any, written: Any) -> Any:
    """The part of what is written that the sample has, too. Newer fields are ignored."""
    if isinstance(sample, dict):
        return {key: _select_like(value, written[key]) for key, value in sample.items()}
    if isinstance(sample, list):
        assert len(sample) == len(written)
        return [_select_like(*pair) for pair in zip(sample, written, strict=True)]
    return written
