"""A mutant: a module that differs from the one in the repository by one small mistake."""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True, slots=True)
class Mutant:
    """A module with one mistake.

    `text` is the whole module. `was` and `becomes` are the lines that differ. `function` is the function or class that holds
    them, and empty at the level of the module.
    """

    function: str
    line: int
    was: str
    becomes: str
    operator: str
    text: str
