"""Equivalent mutants: no test can kill them, because the code behaves the same. Each is listed with a reason."""

import tomllib
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Final

from tests.house.repository import Breach, Repository
from tests.mutations.code.mutant import Mutant

FILE: Final = Path(__file__).with_name("equivalents.toml")


@dataclass(frozen=True, kw_only=True, slots=True)
class Equivalent:
    """A mutant, identified by its function and its lines, since line numbers change with every edit.

    `because` says why the behaviour is the same.
    """

    module: str
    function: str
    was: str
    becomes: str
    because: str

    def matches(self, path: PurePosixPath, mutant: Mutant) -> bool:
        return (self.module, self.function, self.was, self.becomes) == (
            str(path),
            mutant.function,
            mutant.was,
            mutant.becomes,
        )


def read_equivalents(text: str) -> tuple[Equivalent, ...]:
    """Parse `equivalents.toml`."""
    tables = tomllib.loads(text).get("equivalent", [])
    return tuple(
        Equivalent(
            module=table["module"],
            function=table["function"],
            was=table["was"],
            becomes=table["becomes"],
            because=table["because"],
        )
        for table in tables
    )


def unneeded_equivalents(
    equivalents: Collection[Equivalent],
    *,
    mutants: Collection[tuple[PurePosixPath, Mutant]],
    survivors: Collection[tuple[PurePosixPath, Mutant]],
) -> Iterator[Breach]:
    """Entries that were killed, or whose mutant no longer exists. `mutants` has all mutants of the modules that were run."""
    run = {str(path) for path, _ in mutants}
    for entry in equivalents:
        if entry.module in run and not any(entry.matches(*survivor) for survivor in survivors):
            is_killed = any(entry.matches(*mutant) for mutant in mutants)
            yield Breach(
                place=entry.module,
                fact=f"the listed survivor `{entry.becomes}` {'is killed' if is_killed else 'no longer exists'}",
                remedy=f"take it out of {FILE.name}",
            )


def lost_lines(equivalents: Collection[Equivalent], repository: Repository) -> Iterator[Breach]:
    """Entries whose line is no longer in the module. No mutant needs to run to find them."""
    for entry in equivalents:
        text = " ".join(repository.text(entry.module).split()) if repository.has(entry.module) else ""
        if entry.was not in text:
            yield Breach(place=entry.module, fact=f"no line `{entry.was}`", remedy=f"take it out of {FILE.name}")
