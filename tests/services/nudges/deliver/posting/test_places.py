"""How many requests a receiver gets at a time."""

import httpx
import pytest

from tests.receiver import HANG, Receiver, answer
from tests.services.nudges.deliver.channels.test_webhook import channel_to
from tests.services.nudges.deliver.delivering import Delivering
from tests.services.nudges.deliver.test_loop import FAST, SLOW, client, queue_for_both, receiver, running

__all__ = ["client", "receiver"]


@pytest.mark.parametrize(("status", "places"), [(204, 10), (500, 8)])
async def test_a_receiver_gets_one_request_more_for_each_that_it_accepts_and_few_again_once_it_refuses(
    status: int, places: int, delivering: Delivering, receiver: Receiver, client: httpx.AsyncClient
) -> None:
    channel = channel_to(receiver.url, client, timeout_s=20)
    channel.at_once_max = 10
    receiver.script(*[answer(204)] * 2, answer(status), default=HANG)
    await queue_for_both(delivering, 2)

    async with running(delivering, channel) as started:
        await started.until((FAST, "queued", 2), (SLOW, "delivered", 2))
        await queue_for_both(delivering, 1)
        started.jobs[0].wake()
        done = (SLOW, "delivered", 3) if status == 204 else (SLOW, "delivered", 2)
        refused = [] if status == 204 else [(SLOW, "retrying", 1)]
        await started.until((FAST, "queued", 3), done, *refused)
        await queue_for_both(delivering, 20)
        started.jobs[0].wake()
        await started.until((FAST, "queued", 23), done, *refused, (SLOW, "sending", places), (SLOW, "queued", 20 - places))
        receiver.script()
        receiver.go_on.set()
