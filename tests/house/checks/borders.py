"""Lists of files that are exempt from a check, each with its reason. An entry that nothing needs any more is a breach."""

from collections.abc import Callable, Iterator, Mapping
from pathlib import PurePosixPath

from tests.house.repository import Breach, Module, Repository


def border_of(path: PurePosixPath, borders: Mapping[str, str]) -> str | None:
    """The first entry that a path fits. `*` stands for one part of a path, `**` for any number of them, also none."""
    return next((pattern for pattern in borders if _fits(path.parts, tuple(pattern.split("/")))), None)


def unneeded_borders(
    repository: Repository, borders: Mapping[str, str], *, needs: Callable[[Module], bool], check: str
) -> Iterator[Breach]:
    """The entries that have files of which none `needs` the exemption."""
    exempt: dict[str, list[Module]] = {}
    for module in repository.modules:
        border = border_of(module.path, borders)
        if border is not None:
            exempt.setdefault(border, []).append(module)
    for border, modules in exempt.items():
        if not any(map(needs, modules)):
            yield Breach(
                place=border,
                fact="is exempt and needs no exemption",
                remedy=f"take it out of BORDERS in tests/house/checks/{check}.py",
            )


def _fits(parts: tuple[str, ...], pattern: tuple[str, ...]) -> bool:
    if not pattern:
        return not parts
    if pattern[0] == "**":
        return _fits(parts, pattern[1:]) or (bool(parts) and _fits(parts[1:], pattern))
    return bool(parts) and PurePosixPath(parts[0]).match(pattern[0]) and _fits(parts[1:], pattern[1:])
