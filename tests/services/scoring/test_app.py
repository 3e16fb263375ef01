"""Scoring as one process: what it describes without servers, and what it does with them."""

import asyncio
import gc
import json

from services.scoring.app import describe
from shared.jetstream.streams import SCORES_EVENTS
from shared.requests import definitions, erasure, scores
from shared.requests.endpoint import Endpoint

REQUESTS = {
    endpoint.subject
    for module in (definitions, scores, erasure)
    for endpoint in vars(module).values()
    if isinstance(endpoint, Endpoint) and endpoint is not erasure.ERASE_NUDGES
}


def test_the_application_describes_every_request_and_event_without_a_server() -> None:
    app = describe()
    gc.collect()

    document = json.loads(app.schema.to_specification().to_json())

    subjects = REQUESTS | {event.name for event in SCORES_EVENTS}
    assert subjects | {"announcement_outcomes", "clock.status.v1.scoring"} == document["channels"].keys()
    sent = {operation["channel"]["$ref"].split("/")[-1]: operation["action"] for operation in document["operations"].values()}
    assert {name for name, action in sent.items() if action == "send"} == {event.name for event in SCORES_EVENTS}


def test_the_description_does_not_depend_on_an_event_loop_that_ended() -> None:
    asyncio.run(asyncio.sleep(0))

    assert describe() is not describe()
