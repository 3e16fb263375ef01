"""What can be asked about sources: who posts webhooks, and how they are understood. Secrets are stored, and never shown."""

from typing import Final, Literal

from pydantic import AwareDatetime, Field

from shared.observation import SourceName
from shared.requests.endpoint import Endpoint, NoQuery, Schema


class SignatureKeys(Schema):
    """How a webhook is signed; docs/hmac.md explains each key."""

    header: str
    algorithm: str = "sha256"
    encoding: str = "hex"
    prefix: str = ""
    timestamp: str = ""
    separator: str = "."
    tolerance_s: int = 300


class SourceDescription(Schema):
    """The keys of `[sources.NAME]` without its secrets. shared/daymark.default.toml explains each of them."""

    kind: str
    account: str = ""
    public_url: str = ""
    outcomes: dict[str, str] = Field(default_factory=dict)
    kinds: dict[str, str] = Field(default_factory=dict)
    secret_in: str = ""
    fields: dict[str, str] = Field(default_factory=dict)
    signature: SignatureKeys | None = None
    expires_at: AwareDatetime | None = None


class SourceRow(Schema):
    """A source of daymark.toml (`origin` is `file`), or one that was added while Daymark ran (`stored`). Of the first,
    `secrets` are the references to its secrets; of the second they are empty. A source with a `problem` takes no webhooks."""

    name: SourceName
    origin: Literal["file", "stored"]
    description: SourceDescription
    secrets: tuple[str, ...] = ()
    problem: str = ""


class SourceList(Schema):
    """By name. `base_url` is where senders reach ingest: a source posts to `/webhooks/NAME` there."""

    base_url: str
    rows: tuple[SourceRow, ...]


class SourceToStore(Schema):
    """A source to add, or to put in the place of a stored one if that is what `replaces` says. Without `secrets` the stored
    ones stay."""

    name: str = Field(max_length=64)
    description: SourceDescription
    secrets: tuple[str, ...] = Field(default=(), repr=False)
    replaces: bool = False


class StoredName(Schema):
    """The name of a stored source."""

    name: SourceName


SOURCE_LIST: Final = Endpoint(subject="source.list.v1", query=NoQuery, reply=SourceList)
SOURCE_STORE: Final = Endpoint(subject="source.store.v1", query=SourceToStore, reply=SourceRow)
SOURCE_REMOVE: Final = Endpoint(subject="source.remove.v1", query=StoredName, reply=StoredName)
