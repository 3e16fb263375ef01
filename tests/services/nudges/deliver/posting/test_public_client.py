"""A client that posts only where it may; the signed webhook has the tests of what receivers do."""

from collections.abc import AsyncIterator, Sequence
from ipaddress import ip_network

import httpx
import pytest

from services.nudges.deliver.posting.public_client import Answer, PublicClient, http_client
from services.nudges.deliver.public_addresses import AddressRefused, Network
from tests.receiver import HANG, Receiver, answer, receiving

THIS_MACHINE: Sequence[Network] = (ip_network("127.0.0.0/8"),)


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    async with receiving() as running:
        yield running


async def _post(url: str, *, allowed: Sequence[Network] = THIS_MACHINE, timeout_s: float = 10) -> Answer:
    async with http_client() as client:
        public = PublicClient(client, timeout_s=timeout_s, allowed=allowed, allow_key="channels.x.allow_networks")
        return await public.post(httpx.URL(url), b"{}", {"x-id": "n1"})


async def test_the_status_and_the_time_to_wait_are_all_that_is_read(receiver: Receiver) -> None:
    receiver.script(answer(429, b"not for anybody", retry_after="7"))

    assert await _post(receiver.url) == Answer(status=429, retry_after="7")

    (request,) = receiver.received
    assert (request.body, request.headers["content-type"], request.headers["x-id"]) == (b"{}", "application/json", "n1")


async def test_an_address_that_is_not_public_is_refused_with_the_key_that_would_allow_it(receiver: Receiver) -> None:
    with pytest.raises(AddressRefused, match=r"list it in channels\.x\.allow_networks"):
        await _post(receiver.url, allowed=())

    assert receiver.received == []


async def test_a_receiver_that_hangs_is_not_waited_for(receiver: Receiver) -> None:
    receiver.script(HANG)

    with pytest.raises(TimeoutError):
        await _post(receiver.url, timeout_s=0.2)
