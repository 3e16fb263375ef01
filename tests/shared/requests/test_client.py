"""How a question is put to a service: one reply, page after page, or an error that says why there is none."""

import asyncio
from collections.abc import AsyncIterator, Sequence

import pytest
from nats.aio.client import Client
from nats.aio.msg import Msg

from shared.jetstream.client import LeanClient, connect
from shared.requests.client import NoResponder, Refused, ask, list_all
from shared.requests.endpoint import Endpoint, Envelope, Page, Schema


class NumberQuery(Schema):
    after: int | None = None
    limit: int = 2


class NumberPage(Page[int]):
    next_after: int | None = None


NUMBER_LIST = Endpoint(subject="number.list.v1", query=NumberQuery, reply=NumberPage)


@pytest.fixture
async def connection(nats_url: str) -> AsyncIterator[LeanClient]:
    """Of whoever asks."""
    client = await connect(nats_url, name="asking")
    yield client
    await client.close()


@pytest.fixture
async def service(nats_url: str) -> AsyncIterator[LeanClient]:
    """Of the service."""
    client = await connect(nats_url, name="service")
    yield client
    await client.close()


async def _serve_numbers(service: Client, numbers: Sequence[int]) -> list[NumberQuery]:
    """Answer from a list of numbers. Returns the queries that arrive."""
    queries: list[NumberQuery] = []

    async def reply(message: Msg) -> None:
        query = NumberQuery.model_validate_json(message.data)
        queries.append(query)
        remaining = [number for number in numbers if query.after is None or number > query.after]
        rows = tuple(remaining[: query.limit])
        page = NumberPage(rows=rows, next_after=rows[-1] if len(remaining) > len(rows) else None)
        await message.respond(Envelope(ok=True, data=page.model_dump(mode="json")).model_dump_json().encode())

    await service.subscribe(NUMBER_LIST.subject, cb=reply)
    await service.flush()
    return queries


async def test_a_reply_is_typed(connection: LeanClient, service: LeanClient) -> None:
    await _serve_numbers(service, [1, 2, 3])

    assert await ask(connection, NUMBER_LIST, NumberQuery()) == NumberPage(rows=(1, 2), next_after=2)


@pytest.mark.parametrize(("numbers", "pages"), [([], 1), ([1], 1), ([1, 2], 1), ([1, 2, 3], 2), ([1, 2, 3, 4, 5], 3)])
async def test_a_list_is_read_page_after_page(
    connection: LeanClient, service: LeanClient, numbers: list[int], pages: int
) -> None:
    queries = await _serve_numbers(service, numbers)

    rows = [row async for row in list_all(connection, NUMBER_LIST, NumberQuery())]

    assert rows == numbers
    assert [query.after for query in queries] == [None, *numbers[1::2]][:pages]


async def test_a_list_can_begin_in_the_middle(connection: LeanClient, service: LeanClient) -> None:
    await _serve_numbers(service, [1, 2, 3, 4])

    assert [row async for row in list_all(connection, NUMBER_LIST, NumberQuery(after=2, limit=1))] == [3, 4]


async def test_a_refusal_has_the_sentence_of_the_service(connection: LeanClient, service: LeanClient) -> None:
    async def refuse(message: Msg) -> None:
        await message.respond(Envelope(ok=False, error="there are no numbers today").model_dump_json().encode())

    await service.subscribe(NUMBER_LIST.subject, cb=refuse)
    await service.flush()

    with pytest.raises(Refused, match=r"^there are no numbers today$"):
        await ask(connection, NUMBER_LIST, NumberQuery())


async def test_a_service_that_is_being_restarted_is_waited_for(connection: LeanClient, service: LeanClient) -> None:
    asking = asyncio.create_task(ask(connection, NUMBER_LIST, NumberQuery()))
    await connection.flush()

    await _serve_numbers(service, [1])

    assert (await asking).rows == (1,)


async def test_a_service_that_is_missing_is_named(connection: LeanClient) -> None:
    with pytest.raises(NoResponder, match=r"^number\.list\.v1: No service answers"):
        await ask(connection, NUMBER_LIST, NumberQuery(), attempts_max=1)


async def test_a_reply_that_takes_too_long_counts_as_missing(connection: LeanClient, service: LeanClient) -> None:
    async def ignore(_: Msg) -> None:
        return

    await service.subscribe(NUMBER_LIST.subject, cb=ignore)
    await service.flush()

    with pytest.raises(NoResponder):
        await ask(connection, NUMBER_LIST, NumberQuery(), timeout_s=0.1)
