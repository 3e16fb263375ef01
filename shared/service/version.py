"""The version of Daymark, and keys of a configuration that was written for another one.

A key that has another name today is still read. An installation is upgraded one service after the other with one configuration
for all, so a service that is still old ignores keys that it does not know yet; for its own version an unknown key is a misspelt
one.
"""

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any, Final, TypeAlias

VERSION: Final = "0.1.0"
_VERSION: Final = re.compile(r"\A\d{1,6}\.\d{1,6}\.\d{1,6}\Z", re.ASCII)

KeyPath: TypeAlias = tuple[str, ...]
"""A section, and the keys within it that lead to a value."""


@dataclass(frozen=True, kw_only=True, slots=True)
class RenamedKey:
    """A key of `[section]` that had another name in an earlier version."""

    section: str
    old: str
    new: str

    def hint(self) -> str:
        """One sentence for the operator."""
        return f"{self.section}.{self.old} is now {self.section}.{self.new}; the old name still works."


RENAMED_KEYS: Final = (
    RenamedKey(section="experiments", old="held_out", new="holdout"),
    RenamedKey(section="experiments", old="held_out_by_rule", new="holdout_by_rule"),
)

_ignored: ContextVar[frozenset[KeyPath]] = ContextVar("_ignored", default=frozenset())


def is_newer(version: str) -> bool:
    """Whether it is later than this version.

    Raises:
        ValueError: it is not a version.
    """
    if _VERSION.match(version) is None:
        raise ValueError(f'not a version; write it as "{VERSION}"')
    return _numbers(version) > _numbers(VERSION)


@contextmanager
def ignoring(paths: frozenset[KeyPath]) -> Iterator[None]:
    """Within it, `without_ignored` leaves these out."""
    token = _ignored.set(paths)
    try:
        yield
    finally:
        _ignored.reset(token)


def without_ignored(values: Mapping[str, Any], prefix: KeyPath = ()) -> dict[str, Any]:
    """The values without those that are ignored now."""
    return {
        key: without_ignored(value, (*prefix, key)) if isinstance(value, Mapping) else value
        for key, value in values.items()
        if (*prefix, key) not in _ignored.get()
    }


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(int(number) for number in version.split("."))
