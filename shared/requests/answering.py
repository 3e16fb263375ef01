"""How a service answers the questions of `shared.requests.client`: every question gets an answer, also when it goes wrong."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Final

import asyncpg
import structlog
from nats.aio.client import Client
from nats.aio.msg import Msg
from pydantic import BaseModel, ValidationError

from shared.errors import DaymarkError
from shared.requests.client import Answer

_log = structlog.get_logger()
_AWAY: Final = (asyncpg.PostgresError, asyncpg.InterfaceError, OSError, TimeoutError)
Answering = Callable[[bytes], Awaitable[BaseModel]]


async def answer_questions(connection: Client, answering: Mapping[str, Answering], *, queue: str) -> None:
    """Begin to answer, by subject. Each question goes to one of the replicas that share the queue."""
    for subject, answer in answering.items():
        await connection.subscribe(subject, queue=queue, cb=_replying(answer))


def _replying(answer: Answering) -> Callable[[Msg], Awaitable[None]]:
    async def reply(message: Msg) -> None:
        try:
            said = Answer(ok=True, data=(await answer(message.data)).model_dump(mode="json"))
        except DaymarkError as refused:
            said = Answer(ok=False, error=str(refused))
        except (ValidationError, ValueError):
            said = Answer(ok=False, error=f"{message.subject}: not a question of this kind; see shared/requests/client.py")
        except _AWAY as failed:
            _log.warning("answer_failed", subject=message.subject, error=type(failed).__name__, detail=str(failed))
            said = Answer(ok=False, error="Postgres is away or too busy; ask again in a moment")
        except Exception:  # noqa: BLE001 - the last resort: whoever asked must not wait for an answer that never comes
            _log.exception("answer_failed", subject=message.subject)
            said = Answer(ok=False, error=f"{message.subject}: it went wrong inside; the service's log says how")
        await message.respond(said.model_dump_json().encode())

    return reply
