"""Questions of pages: whoever waits for one gets an answer soon, also when nobody is there."""

import pytest

from services.nudges.pages.sources.ask_services import ServicesOverNats
from shared.jetstream.client import LeanClient
from shared.requests.client import NO_QUERY, NoResponder
from shared.requests.sources.endpoints import SOURCE_LIST


async def test_a_service_that_is_not_there_is_not_waited_for(nats: LeanClient) -> None:
    with pytest.raises(NoResponder, match=r"source\.list\.v1"):
        await ServicesOverNats(nats)(SOURCE_LIST, NO_QUERY)
