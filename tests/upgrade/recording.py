"""A recorded installation: its databases, its streams, and what it answered before and after one more day."""

import gzip
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from tests.upgrade.dumps import DumpedStream
from tests.upgrade.snapshots import Snapshot

RECORDED: Final = Path(__file__).with_name("recorded")
DEMO_SECRETS: Final = {
    "acme": "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
    "globex": "whsec_b25seSBmb3IgdGhlIHJlY29yZGluZyE=",
}
_OTHER_SECRETS: Final = {
    "forget-key": "forgets only in the recording",
    "contact-secret": "hashes contacts only in the recording",
    "link-secret": "signs links only in the recording",
    "api-token": "opens the api only in the recording",
}


def write_secrets(folder: Path, of_sources: Mapping[str, str] = DEMO_SECRETS) -> None:
    """The secrets of the installation, where `daymark up` keeps them. They protect nothing but the recording."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, secret in {**of_sources, **_OTHER_SECRETS}.items():
        (folder / name).write_text(secret)


@dataclass(frozen=True, kw_only=True, slots=True)
class Recording:
    """`schemas` holds SQL by the name of the schema. The two snapshots were taken when everything in flight was done, and on
    the next day."""

    schemas: Mapping[str, str]
    streams: tuple[DumpedStream, ...]
    snapshots: tuple[Snapshot, Snapshot]

    def write(self, folder: Path) -> None:
        """Store it, compressed, and the same bytes for the same content."""
        folder.mkdir(exist_ok=True)
        for schema, sql in self.schemas.items():
            _write(folder / f"{schema}.sql.gz", sql)
        _write(folder / "streams.json.gz", json.dumps([stream.as_json() for stream in self.streams], indent=0))
        _write(folder / "snapshots.json.gz", json.dumps(self.snapshots, indent=0))

    @classmethod
    def read(cls, folder: Path = RECORDED) -> "Recording":
        """The recording that is checked in."""
        settled, next_day = json.loads(_read(folder / "snapshots.json.gz"))
        return cls(
            schemas={path.name.removesuffix(".sql.gz"): _read(path) for path in sorted(folder.glob("*.sql.gz"))},
            streams=tuple(DumpedStream.from_json(stream) for stream in json.loads(_read(folder / "streams.json.gz"))),
            snapshots=(settled, next_day),
        )


def _write(path: Path, text: str) -> None:
    path.write_bytes(gzip.compress(text.encode(), compresslevel=9, mtime=0))


def _read(path: Path) -> str:
    return gzip.decompress(path.read_bytes()).decode()
