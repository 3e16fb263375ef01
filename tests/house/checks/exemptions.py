"""Lists of files that are exempt from a check, each with a reason. An entry that is no longer needed is a breach."""

from collections.abc import Callable, Iterator, Mapping
from fnmatch import fnmatchcase
from pathlib import PurePosixPath

from tests.house.repository import Breach, Module, Repository


def find_exemption(path: PurePosixPath, exempt_files: Mapping[str, str]) -> str | None:
    """The first pattern that matches a path. `*` matches one part of a path, `**` any number of parts, including none."""
    return next((pattern for pattern in exempt_files if _matches(path.parts, tuple(pattern.split("/")))), None)


def unused_exemptions(
    repository: Repository, exempt_files: Mapping[str, str], *, needs: Callable[[Module], bool], check: str
) -> Iterator[Breach]:
    """The patterns that match some files, none of which `needs` the exemption."""
    exempt_modules: dict[str, list[Module]] = {}
    for module in repository.modules:
        pattern = find_exemption(module.path, exempt_files)
        if pattern is not None:
            exempt_modules.setdefault(pattern, []).append(module)
    for pattern, modules in exempt_modules.items():
        if not any(map(needs, modules)):
            yield Breach(
                place=pattern,
                fact="is exempt and needs no exemption",
                remedy=f"take it out of EXEMPT_FILES in tests/house/checks/{check}.py",
            )


def _matches(parts: tuple[str, ...], pattern: tuple[str, ...]) -> bool:
    if not pattern:
        return not parts
    if pattern[0] == "**":
        return _matches(parts, pattern[1:]) or (bool(parts) and _matches(parts[1:], pattern))
    return bool(parts) and fnmatchcase(parts[0], pattern[0]) and _matches(parts[1:], pattern[1:])
