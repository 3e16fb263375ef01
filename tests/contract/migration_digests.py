"""The digest of every migration, beside the migrations: one that has landed is never edited, since databases have applied it.

`python -m tests.contract.migration_digests` adds those of new migrations. It never changes one that is there.
"""

import hashlib
from pathlib import Path
from typing import Final

from deploy.database import OWNERS

FOLDERS: Final = tuple(Path(__file__).parents[2] / "services" / owner / "migrations" for owner in OWNERS)
_FILE: Final = "digests.txt"


def read_digests(folder: Path) -> dict[str, str]:
    """The SHA-256 of each migration as it landed, in hexadecimal, by the name of its file. Empty if there is no file yet."""
    file = folder / _FILE
    lines = file.read_text(encoding="ascii").splitlines() if file.exists() else []
    return {name: digest for digest, _, name in (line.partition("  ") for line in lines)}


def find_problems(folder: Path) -> list[str]:
    """One sentence for each migration that is not as it landed, or has no digest yet."""
    landed, present = read_digests(folder), _digests_of_files(folder)
    edited = [name for name, digest in landed.items() if present.get(name) != digest]
    new = sorted(present.keys() - landed.keys())
    return [
        *(f"{name} has landed and is no longer the same; restore it and write a new migration" for name in edited),
        *(f"{name} has no digest; run `make digests` when it is finished" for name in new),
    ]


def add_digests(folder: Path) -> list[str]:
    """Add the digests of new migrations to the file. Returns their names. The others stay, also if their files have changed."""
    landed, present = read_digests(folder), _digests_of_files(folder)
    new = sorted(present.keys() - landed.keys())
    lines = [f"{digest}  {name}\n" for name, digest in sorted((landed | {name: present[name] for name in new}).items())]
    (folder / _FILE).write_text("".join(lines), encoding="ascii")
    return new


def _digests_of_files(folder: Path) -> dict[str, str]:
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in folder.glob("*.sql")}


def main() -> None:
    for folder in FOLDERS:
        add_digests(folder)


if __name__ == "__main__":
    main()
