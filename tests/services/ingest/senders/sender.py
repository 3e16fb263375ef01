"""A sender as it behaves towards the door."""

import hmac
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from types import MappingProxyType
from typing import Final

import msgspec

from services.ingest.domain.adapter import Adapter, Translated
from services.ingest.domain.adapters import ADAPTERS
from services.ingest.domain.webhook import RawWebhook, Source, VerifiedWebhook
from shared.observation import Observation, SourceName

ROOT: Final = Path(__file__).parents[4]
PAYLOADS: Final = Path(__file__).parents[1] / "payloads"
NOW: Final = datetime(2026, 1, 15, 9, tzinfo=UTC)
SECRET: Final = "canary-secret-b9260244-as-long-as-a-digest"
ROTATED: Final = "canary-secret-next-00-as-long-as-a-digest"
_NOTHING: Final[Mapping[str, str]] = MappingProxyType({})

Sign = Callable[[bytes, str, Source, datetime], RawWebhook]


@dataclass(frozen=True, kw_only=True, slots=True)
class Sender:
    """`sign` makes the request that the sender posts, from a body, a secret, its source and the time."""

    name: str
    source: Source
    sign: Sign

    @property
    def adapter(self) -> Adapter:
        return ADAPTERS[self.source.kind]

    def post(self, body: bytes, *, secret: str = SECRET, at: datetime = NOW) -> RawWebhook:
        return self.sign(body, secret, self.source, at)

    def verified(self, body: bytes, *, at: datetime = NOW) -> VerifiedWebhook:
        """The webhook after the door, when it arrives at this time."""
        return self.adapter.verify(self.post(body, at=at), self.source, now=at)

    def translate(self, body: bytes, *, at: datetime = NOW) -> list[Translated]:
        """The observations in the body, and the items that are refused, in their order."""
        return translate(self.verified(body, at=at), self.source)

    def payload(self, name: str) -> bytes:
        """A body from `payloads/`, with the secret in it if that is where the sender puts it."""
        path = next((PAYLOADS / self.name).glob(f"{name}.*"))
        return path.read_bytes().replace(b"canary-token", SECRET.encode())

    def payload_names(self) -> list[str]:
        return sorted(path.stem for path in (PAYLOADS / self.name).glob("*.*") if path.stem != "expected")

    def stories(self) -> dict[str, list[bytes]]:
        """The bodies about each activity, in the order in which they are sent."""
        stories: dict[str, list[bytes]] = {}
        for name in self.payload_names():
            story, _, number = name.rpartition("-")
            if number.isdigit():
                stories.setdefault(story, []).append(self.payload(name))
        return stories


def translate(webhook: VerifiedWebhook, source: Source) -> list[Translated]:
    """Everything in a webhook, item by item, with the facts that were left out."""
    adapter = ADAPTERS[source.kind]
    return [
        translated
        for index, item in enumerate(adapter.items(webhook, source))
        for translated in adapter.translate_item(index, item, source)
    ]


def translate_json(
    source: Source, content: object, *, headers: Mapping[str, str] = _NOTHING, at: datetime = NOW
) -> list[Translated]:
    """As `translate`, for a verified body with this content."""
    body = content if isinstance(content, bytes) else msgspec.json.encode(content)
    return translate(VerifiedWebhook(source=source.name, headers=headers, body=body, received_at=at), source)


def observe(source: Source, content: object, *, headers: Mapping[str, str] = _NOTHING, at: datetime = NOW) -> Observation:
    """The only observation in a verified body with this content."""
    (observation,) = translate_json(source, content, headers=headers, at=at)
    assert isinstance(observation, Observation), observation
    return observation


def make_source(
    kind: str,
    *,
    account: str = "",
    public_url: str = "",
    kinds: Mapping[str, str] = _NOTHING,
    outcomes: Mapping[str, str] = _NOTHING,
    fields: Mapping[str, str] = _NOTHING,
) -> Source:
    """A source that is named after its kind and accepts both secrets."""
    secrets = (SECRET.encode(), ROTATED.encode())
    return Source(
        name=SourceName(kind),
        kind=kind,
        secrets=secrets,
        account=account,
        public_url=public_url,
        kinds=kinds,
        outcomes=outcomes,
        fields=fields,
    )


def unix_s(at: datetime) -> str:
    return str(int(at.timestamp()))


def hex_hmac(secret: str, signed: bytes, digest: str = "sha256") -> str:
    return hmac.new(secret.encode(), signed, digest).hexdigest()
