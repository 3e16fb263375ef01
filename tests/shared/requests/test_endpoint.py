"""Every question has a subject of its own, and its shapes can travel."""

import re
from types import ModuleType

import pytest
from pydantic import BaseModel

from shared.events import PersonId
from shared.requests import definitions, erasure, nudges, scores
from shared.requests.endpoint import Endpoint, Page, Schema
from shared.requests.erasure import ErasureOrder
from shared.requests.nudges import NudgePage

MODULES: list[ModuleType] = [definitions, erasure, nudges, scores]
ENDPOINTS: list[Endpoint[Schema, Schema]] = [
    value for module in MODULES for value in vars(module).values() if isinstance(value, Endpoint)
]


def test_no_two_endpoints_share_a_subject() -> None:
    subjects = [endpoint.subject for endpoint in ENDPOINTS]

    assert len(subjects) > 20
    assert len(set(subjects)) == len(subjects)


@pytest.mark.parametrize("endpoint", ENDPOINTS, ids=lambda endpoint: endpoint.subject)
def test_a_subject_ends_with_its_version(endpoint: Endpoint[Schema, Schema]) -> None:
    assert re.fullmatch(r"[a-z]+(\.[a-z_]+)+\.v[0-9]+", endpoint.subject)


@pytest.mark.parametrize("endpoint", ENDPOINTS, ids=lambda endpoint: endpoint.subject)
def test_a_page_is_followed_by_a_query_that_begins_after_it(endpoint: Endpoint[Schema, Schema]) -> None:
    if issubclass(endpoint.reply, Page):
        after, next_after = endpoint.query.model_fields["after"], endpoint.reply.model_fields["next_after"]
        assert after.annotation == next_after.annotation
        assert after.default is None


@pytest.mark.parametrize("endpoint", ENDPOINTS, ids=lambda endpoint: endpoint.subject)
def test_fields_that_are_not_known_are_ignored(endpoint: Endpoint[Schema, Schema]) -> None:
    shapes: list[type[BaseModel]] = [endpoint.query, endpoint.reply]
    assert [shape.model_config.get("extra") for shape in shapes] == ["ignore", "ignore"]


def test_a_page_may_be_the_last() -> None:
    assert NudgePage(rows=()).next_after is None


def test_a_contact_is_found_under_every_spelling_of_its_key() -> None:
    order = ErasureOrder(subject="contact", person=PersonId("ada"), source=None)

    assert order.contact_keys == ("ada",)
    assert order.model_copy(update={"spellings": ("ada", "hmac:1")}).contact_keys == ("ada", "hmac:1")
