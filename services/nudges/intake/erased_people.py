"""What may be stored of a message about somebody who was erased: nothing."""

from collections.abc import Collection, Iterable
from typing import Final, TypeVar

import asyncpg

from shared.events import DayReport, PersonId, PlaybookAnnounced
from shared.postgres.queries import Queries
from shared.privacy.erasure import tombstone_of_key, tombstone_of_person
from shared.service.settings import ErasureKeyChanged

_QUERIES: Final = Queries.beside(__file__)
AboutRep = TypeVar("AboutRep", DayReport, PlaybookAnnounced)


async def refuse_other_key(pool: asyncpg.Pool, erasure_key: bytes) -> None:
    """Raises `ErasureKeyChanged` if people were erased under another key, so that they would not be recognised."""
    known = await pool.fetch(_QUERIES["list_erased"], [tombstone_of_key(erasure_key)])
    if not known and await pool.fetchval(_QUERIES["has_erased"]):
        raise ErasureKeyChanged


def people_by_digest(person_ids: Iterable[PersonId], *, erasure_key: bytes) -> dict[bytes, PersonId]:
    """These people, by the digests that are stored of them once they are erased."""
    return {tombstone_of_person(erasure_key, person_id): person_id for person_id in person_ids}


def without_erased(message: AboutRep, erased: Collection[PersonId]) -> AboutRep:
    """The message without managers who were erased."""
    managers = tuple(manager for manager in message.managers if manager.id not in erased)
    return message if managers == message.managers else message.model_copy(update={"managers": managers})
