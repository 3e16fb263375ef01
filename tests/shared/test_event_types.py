"""Every type of event has a subject of its own, a stream, and a shape that later versions may extend."""

import re
from datetime import UTC, datetime

import pytest
from pydantic import BaseModel

from shared import event_types
from shared.event_types import EventType
from shared.events import Message, PersonId, PlaybookAcknowledged, RepId, VersionNumber
from shared.jetstream.streams import NUDGES_EVENTS, SCORES_EVENTS

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
ALL: list[EventType[Message]] = [value for value in vars(event_types).values() if isinstance(value, EventType)]


def test_every_type_has_a_stream_and_no_two_share_a_subject() -> None:
    names = [event.name for event in ALL]

    assert len(set(names)) == len(names)
    assert {event.name for event in (*SCORES_EVENTS, *NUDGES_EVENTS)} == set(names)


@pytest.mark.parametrize("event", ALL, ids=lambda event: event.name)
def test_a_type_is_named_by_its_object_what_happened_and_its_version(event: EventType[Message]) -> None:
    assert re.fullmatch(r"[a-z]+\.[a-z]+\.v[0-9]+", event.name)
    assert event.description.endswith(".")


@pytest.mark.parametrize("event", ALL, ids=lambda event: event.name)
def test_a_reader_ignores_fields_that_it_does_not_know(event: EventType[Message]) -> None:
    for model in [event.data, *_parts(event.data)]:
        assert model.model_config["extra"] == "ignore", model


def _parts(model: type[BaseModel]) -> list[type[BaseModel]]:
    """The models of the fields of a model."""
    annotations = [field.annotation for field in model.model_fields.values()]
    arguments = [argument for annotation in annotations for argument in (annotation, *getattr(annotation, "__args__", ()))]
    return [argument for argument in arguments if isinstance(argument, type) and issubclass(argument, BaseModel)]


def test_a_field_has_its_name_of_the_wire_when_it_travels_and_may_be_read_by_both() -> None:
    acknowledged = PlaybookAcknowledged(
        rep_id=RepId(PersonId("ana")), version=VersionNumber(3), delivered_at=NOON, acknowledged_at=NOON
    )

    document = acknowledged.model_dump(mode="json")

    assert set(document) == {"rep_id", "version", "told_at", "acknowledged_at"}
    assert PlaybookAcknowledged.model_validate(document) == acknowledged
    document["delivered_at"] = document.pop("told_at")
    assert PlaybookAcknowledged.model_validate(document) == acknowledged
