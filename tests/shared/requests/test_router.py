"""How a service answers: with the reply of its handler, or with a sentence that says what went wrong."""

import asyncio
from collections.abc import AsyncIterator

import asyncpg
import pytest
from pydantic import TypeAdapter
from structlog.testing import capture_logs

from shared.errors import DaymarkError, Refusal
from shared.jetstream.client import LeanClient, connect
from shared.jetstream.publisher import NotStored
from shared.languages.current import using_language
from shared.requests.client import NO_QUERY, NoResponder, Refused, ask
from shared.requests.endpoint import Endpoint, Envelope, NoQuery, Schema
from shared.requests.router import RequestRouter
from shared.service.broker import ServiceBroker
from tests.shared.conftest import broker_at

BUSY = r"^a server is down or too busy; ask again in a moment$"
FAILED = r"^the service failed; its log says how$"
MISUNDERSTOOD = r"^the query does not have the shape that this subject expects; see shared/requests$"


class ScoreQuery(Schema):
    rep: str
    limit: int = 10


class Score(Schema):
    """How many points a rep has."""

    rep: str
    points: int


class NotTheirTeam(Refusal):
    """You don't manage this team today, so you can't change its playbook. Ask whoever does."""


class NoScore(DaymarkError):
    """The rep has no score. Wait until their day is over."""


SCORE = Endpoint(subject="score.test.v1", query=ScoreQuery, reply=Score)
BEST_SCORE = Endpoint(subject="score.best.v1", query=NoQuery, reply=Score)


class _Service:
    """Answers with 80 points, or raises the failure that it is given."""

    def __init__(self) -> None:
        self.failure: Exception | None = None
        self.reps: list[str] = []
        self.requests = RequestRouter(queue="scoring")
        self.requests.handles(SCORE)(self.find_score)
        self.requests.handles(BEST_SCORE)(self.find_best_score)

    async def find_score(self, query: ScoreQuery) -> Score:
        self.reps.append(query.rep)
        if self.failure is not None:
            raise self.failure
        return Score(rep=query.rep, points=80)

    async def find_best_score(self, _: NoQuery) -> Score:
        return await self.find_score(ScoreQuery(rep="ana"))


@pytest.fixture
async def service(broker: ServiceBroker) -> _Service:
    service = _Service()
    broker.include_router(service.requests.router)
    await _start(broker)
    return service


async def _start(broker: ServiceBroker) -> None:
    """Start the broker, and return once the server knows its subscribers."""
    await broker.start()
    await (await broker.connect()).flush()


@pytest.fixture
async def connection(nats_url: str) -> AsyncIterator[LeanClient]:
    client = await connect(nats_url, name="asking")
    yield client
    await client.close()


async def test_a_query_gets_the_reply_of_its_handler(service: _Service, connection: LeanClient) -> None:
    assert await ask(connection, SCORE, ScoreQuery(rep="ben")) == Score(rep="ben", points=80)
    assert await ask(connection, BEST_SCORE, NO_QUERY) == Score(rep="ana", points=80)


async def test_a_query_without_arguments_may_be_empty(service: _Service, connection: LeanClient) -> None:
    reply = await connection.request(BEST_SCORE.subject, b"")

    assert Envelope.model_validate_json(reply.data) == Envelope(ok=True, data={"rep": "ana", "points": 80})


async def test_a_field_that_the_service_does_not_know_is_ignored(service: _Service, connection: LeanClient) -> None:
    class NewerQuery(ScoreQuery):
        color: str

    class OlderScore(Schema):
        points: int

    newer = Endpoint(subject=SCORE.subject, query=NewerQuery, reply=OlderScore)

    assert await ask(connection, newer, NewerQuery(rep="ben", color="red")) == OlderScore(points=80)


@pytest.mark.parametrize("body", [b"{", b"\xff", b"[]", b"7", b"null", b'"ana"', b"{}", b"", b'{"rep": 7}', b'{"rep": null}'])
async def test_a_query_of_another_shape_is_refused_and_not_handled(
    service: _Service, connection: LeanClient, body: bytes
) -> None:
    reply = await connection.request(SCORE.subject, body)

    envelope = Envelope.model_validate_json(reply.data)
    assert envelope.error.startswith("the query does not have the shape")
    assert (envelope.ok, service.reps) == (False, [])


async def test_a_refusal_has_its_own_sentence(service: _Service, connection: LeanClient) -> None:
    service.failure = NoScore("ben")

    with pytest.raises(Refused, match=r"^ben: The rep has no score\. Wait until their day is over\.$"):
        await ask(connection, SCORE, ScoreQuery(rep="ben"))


@pytest.mark.parametrize(
    "failure",
    [
        asyncpg.TooManyConnectionsError("too many clients"),
        asyncpg.InterfaceError("connection is closed"),
        ConnectionRefusedError("postgres"),
        TimeoutError(),
        NotStored("nudge.decided.v1"),
    ],
)
async def test_while_a_server_is_down_the_reply_is_to_ask_again(
    service: _Service, connection: LeanClient, failure: Exception
) -> None:
    service.failure = failure

    with capture_logs() as logs, pytest.raises(Refused, match=BUSY):
        await ask(connection, SCORE, ScoreQuery(rep="ben"))

    failures = [(log["subject"], log["error"]) for log in logs if log["event"] == "request_failed"]
    assert failures == [(SCORE.subject, type(failure).__name__)]


async def test_a_mistake_in_a_handler_is_logged_and_not_quoted(service: _Service, connection: LeanClient) -> None:
    service.failure = KeyError("secret")

    with capture_logs() as logs, pytest.raises(Refused, match=FAILED):
        await ask(connection, SCORE, ScoreQuery(rep="ben"))

    ((subject, failure),) = [(log["subject"], log["exc_info"]) for log in logs if log["event"] == "request_failed"]
    assert subject == SCORE.subject
    assert failure is service.failure


async def test_a_value_that_a_handler_refuses_is_a_mistake_in_the_handler(service: _Service, connection: LeanClient) -> None:
    """Both are validation errors of pydantic. Only the query's own means that the query was wrong."""
    with pytest.raises(ValueError, match="integer") as refused:
        TypeAdapter(int).validate_python("many")
    service.failure = refused.value

    with capture_logs(), pytest.raises(Refused, match=FAILED):
        await ask(connection, SCORE, ScoreQuery(rep="ben"))


async def test_after_a_failure_the_next_query_is_answered(service: _Service, connection: LeanClient) -> None:
    service.failure = KeyError("a bug")
    with capture_logs(), pytest.raises(Refused):
        await ask(connection, SCORE, ScoreQuery(rep="ben"))

    service.failure = None

    assert (await ask(connection, SCORE, ScoreQuery(rep="ben"))).points == 80


@pytest.mark.timeout(60)
async def test_a_reply_that_is_too_large_for_the_server_is_answered_with_a_sentence(
    service: _Service, connection: LeanClient
) -> None:
    rep = "x" * (connection.max_payload - 30)  # the query still fits, and its reply with an envelope does not

    with capture_logs() as logs, pytest.raises(Refused, match=r"^the reply is too large for NATS; ask for less"):
        await ask(connection, SCORE, ScoreQuery(rep=rep), timeout_s=20, attempts_max=1)

    assert [log["subject"] for log in logs if log["event"] == "reply_too_large"] == [SCORE.subject]


async def test_a_refusal_is_in_the_language_of_whoever_asks_and_of_nobody_who_asks_after_them(
    service: _Service, connection: LeanClient
) -> None:
    service.failure = NotTheirTeam("north")

    with using_language("es"), pytest.raises(Refused, match=r"^north: Hoy no gestionas este equipo, así que no puedes"):
        await ask(connection, SCORE, ScoreQuery(rep="ana"))
    with pytest.raises(Refused, match=r"^north: You don't manage this team today"):
        await ask(connection, SCORE, ScoreQuery(rep="ana"))


async def test_each_query_is_answered_by_one_of_the_replicas(nats_url: str, service: _Service, connection: LeanClient) -> None:
    replica, other_broker = _Service(), broker_at(nats_url)
    other_broker.include_router(replica.requests.router)
    await _start(other_broker)
    reps = [f"rep-{number}" for number in range(40)]

    scores = await asyncio.gather(*[ask(connection, SCORE, ScoreQuery(rep=rep)) for rep in reps])

    await other_broker.stop()
    assert [score.rep for score in scores] == reps
    assert sorted(service.reps + replica.reps) == sorted(reps)
    assert service.reps
    assert replica.reps


async def test_two_services_with_queues_of_their_own_both_get_a_query(
    nats_url: str, service: _Service, connection: LeanClient
) -> None:
    """So a subject must belong to one service."""
    requests, reps = RequestRouter(queue="nudges"), asyncio.Queue[str]()

    @requests.handles(SCORE)
    async def find_score(query: ScoreQuery) -> Score:
        reps.put_nowait(query.rep)
        return Score(rep=query.rep, points=0)

    other_broker = broker_at(nats_url)
    other_broker.include_router(requests.router)
    await _start(other_broker)

    await ask(connection, SCORE, ScoreQuery(rep="ben"))

    assert await reps.get() == "ben"
    await other_broker.stop()
    assert service.reps == ["ben"]


async def test_without_a_service_there_is_no_responder(connection: LeanClient) -> None:
    with pytest.raises(NoResponder):
        await ask(connection, SCORE, ScoreQuery(rep="ben"), attempts_max=1)


def test_registering_a_handler_leaves_it_callable() -> None:
    async def find_score(query: ScoreQuery) -> Score:
        return Score(rep=query.rep, points=80)

    assert RequestRouter(queue="scoring").handles(SCORE)(find_score) is find_score


async def test_a_reply_goes_to_an_inbox_only_so_nobody_publishes_as_the_service(service: _Service, nats: LeanClient) -> None:
    forged, inbox = await nats.subscribe("day.changed.v1"), await nats.subscribe("_INBOX_nudges.a")
    query = ScoreQuery(rep="ana").model_dump_json().encode()

    with capture_logs() as logs:
        for reply_to in ("day.changed.v1", "_INBOX_nudges.a"):
            await nats.publish(SCORE.subject, query, reply=reply_to)
        await inbox.next_msg(timeout=10)

    assert forged.pending_msgs == 0
    assert [log["event"] for log in logs] == ["reply_refused"]
    assert service.reps == ["ana", "ana"]
