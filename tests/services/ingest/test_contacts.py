"""No contact leaves ingest by the name that a CRM gives it."""

import json

from services.ingest.app import read_contact_secret
from services.ingest.settings import IngestSettings
from shared.jetstream.streams import ACTIVITIES
from shared.privacy.contact_keys import hashed_contact
from shared.service.settings import load_settings
from tests.services.ingest.conftest import CONTACT_SECRET, OBSERVATION, Ingest
from tests.services.ingest.senders import NOW

RAW = "ada@example.com"


async def _observed(ingest: Ingest, contact_key: str | None) -> bytes:
    """What of a webhook goes on."""
    data = OBSERVATION | {"facts": {"actor": "7", "contact_key": contact_key}}
    body = json.dumps({"type": "activity.observed", "timestamp": NOW.isoformat(), "data": data}).encode()
    assert (await ingest.post(body)).status_code == 200
    await ingest.translate()
    message = await ingest.nats.jetstream().get_last_msg(ACTIVITIES, "activity.observed.v1.acme")
    return message.data or b""


async def test_a_contact_goes_on_as_a_keyed_hash_and_as_nothing_else(ingest: Ingest) -> None:
    said = await _observed(ingest, RAW)

    assert json.loads(said)["facts"] == {"actor": "7", "contact_key": hashed_contact(CONTACT_SECRET, RAW)}
    assert RAW.encode() not in said
    assert await ingest.stored(ACTIVITIES) == 1


async def test_a_contact_that_is_withdrawn_goes_on_as_that(ingest: Ingest) -> None:
    assert json.loads(await _observed(ingest, None))["facts"] == {"actor": "7", "contact_key": None}


def test_without_a_secret_the_service_starts_all_the_same() -> None:
    assert read_contact_secret(load_settings(IngestSettings)) == b""
