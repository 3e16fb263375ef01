"""The project in `docs/hubspot`, which people upload to HubSpot: it subscribes to what the adapter reads, and no more."""

import ast
import inspect
import json
from typing import Any, Final

import pytest

from services.ingest.domain.crm import hubspot
from services.ingest.domain.crm.hubspot import ADAPTER, DEAL, KINDS, MEETING, OUTCOMES, PROPERTIES
from tests.services.ingest.senders.docs_pages import DOCS, read_source_section, read_table
from tests.services.ingest.senders.hubspot import make_event
from tests.services.ingest.senders.sender import make_source

PROJECT: Final = DOCS / "hubspot"
OBJECT_TYPES: Final = {
    "call": "0-48",
    "meeting_event": MEETING,
    "email": "0-49",
    "task": "0-27",
    "communication": "0-18",
    "note": "0-46",
    "deal": DEAL,
}
"""HubSpot's names of the objects, as a subscription names them."""
PREFIXES: Final = {"hs_call_": "call", "hs_meeting_": "meeting_event", "hs_email_": "email", "hs_task_": "task"}
"""Properties that begin so belong to this object alone."""
STATED_BY_THE_CREATION: Final = "hs_createdate"
_FILES: Final = ("hsproject.json", "src/app/app-hsmeta.json", "src/app/webhooks/webhooks-hsmeta.json")


def read_project(path: str) -> dict[str, Any]:
    return dict(json.loads((PROJECT / path).read_text(encoding="utf-8")))


def subscriptions() -> list[dict[str, Any]]:
    by_group = read_project(_FILES[2])["config"]["subscriptions"]
    assert by_group.keys() == {"crmObjects"}
    return list(by_group["crmObjects"])


def properties_by_object() -> dict[str, list[str]]:
    changes = [subscription for subscription in subscriptions() if subscription["subscriptionType"] == "object.propertyChange"]
    return {
        name: [subscription["propertyName"] for subscription in changes if subscription["objectType"] == name]
        for name in OBJECT_TYPES
    }


def properties_that_the_adapter_reads() -> set[str]:
    """Those of its tables, and those whose names its code compares."""
    compared = {
        right.value
        for node in ast.walk(ast.parse(inspect.getsource(hubspot)))
        if isinstance(node, ast.Compare) and isinstance(node.left, ast.Name) and node.left.id == "name"
        for right in node.comparators
        if isinstance(right, ast.Constant)
    }
    return {str(name) for name in compared} | OUTCOMES.keys() | PROPERTIES.keys()


@pytest.mark.parametrize("path", _FILES)
def test_every_file_of_the_project_is_one_json_object(path: str) -> None:
    assert read_project(path)


def test_it_subscribes_to_every_property_that_the_adapter_reads() -> None:
    subscribed = {name for names in properties_by_object().values() for name in names}

    assert subscribed == properties_that_the_adapter_reads() - {STATED_BY_THE_CREATION}


@pytest.mark.parametrize(("object_name", "names"), properties_by_object().items())
def test_the_adapter_reads_each_of_these_properties_of_this_object(object_name: str, names: list[str]) -> None:
    source = make_source("hubspot")
    facts = {
        name: [document.get("facts") for document in ADAPTER.read(make_event(OBJECT_TYPES[object_name], name, "1"), source)]
        for name in names
    }

    assert [name for name, documents in facts.items() if not any(documents)] == []
    assert [
        name for name in names for prefix, owner in PREFIXES.items() if name.startswith(prefix) and owner != object_name
    ] == []


def test_every_activity_says_whose_it_is_and_when_it_was() -> None:
    starts = {"hs_timestamp", "hs_meeting_start_time", "hs_task_status", "dealstage"}

    for object_name, names in properties_by_object().items():
        assert "hubspot_owner_id" in names, object_name
        assert len(starts.intersection(names)) == 1, object_name


def test_it_subscribes_once_to_the_creation_deletion_restoration_and_merge_of_every_object() -> None:
    assert set(OBJECT_TYPES.values()) == KINDS.keys()
    events = [
        (subscription["objectType"], subscription["subscriptionType"], subscription.get("propertyName"))
        for subscription in subscriptions()
    ]
    records = {(name, f"object.{change}") for name in OBJECT_TYPES for change in ("creation", "deletion", "restore", "merge")}

    assert {event[:2] for event in events if event[2] is None} == records
    assert len(set(events)) == len(events)
    assert all(subscription["active"] is True for subscription in subscriptions())


def test_the_page_lists_the_same_properties() -> None:
    listed = {
        name.strip(): properties.split(", ")
        for names, properties in read_table("hubspot", "| object | properties |")
        for name in names.split(",")
    }

    assert listed == {name.removesuffix("_event"): names for name, names in properties_by_object().items()}


def test_its_address_is_that_of_the_page_and_it_may_read_what_it_subscribes_to() -> None:
    settings = read_project(_FILES[2])["config"]["settings"]
    scopes = read_project(_FILES[1])["config"]["auth"]["requiredScopes"]

    assert settings["targetUrl"].replace("SOURCE", "acme-hubspot") == read_source_section("hubspot")["public_url"]
    assert settings["maxConcurrentRequests"] > 5
    assert set(scopes) == {"oauth", "crm.objects.contacts.read", "crm.objects.deals.read", "sales-email-read"}
