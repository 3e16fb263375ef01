"""What can be asked about webhooks of a source that were not understood, and how they are read again."""

from datetime import datetime
from typing import Final

from pydantic import Field

from shared.observation import SourceName
from shared.requests.endpoint import Endpoint, Schema
from shared.requests.sources.endpoints import StoredName

REPLAYED_MAX: Final = 200


class LetterRow(Schema):
    """A dead letter. `detail` says where and what, and holds no value of the webhook."""

    number: int
    since: datetime | None
    reason: str
    detail: str


class LetterList(Schema):
    """The newest first, at most two hundred."""

    rows: tuple[LetterRow, ...]


class LettersToReplay(Schema):
    """Dead letters of one source, by number. Those that are gone by now are left out."""

    name: SourceName
    numbers: tuple[int, ...] = Field(max_length=REPLAYED_MAX)


class Replayed(Schema):
    """How many letters are processed again."""

    letters: int


class ReadingBegun(Schema):
    """How many stored webhooks are read again in the background, with today's adapter and mapping."""

    webhooks: int


SOURCE_LETTERS: Final = Endpoint(subject="source.letters.v1", query=StoredName, reply=LetterList)
SOURCE_REPLAY: Final = Endpoint(subject="source.replay.v1", query=LettersToReplay, reply=Replayed)
SOURCE_REPROCESS: Final = Endpoint(subject="source.reprocess.v1", query=StoredName, reply=ReadingBegun)
