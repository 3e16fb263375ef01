"""A mutant: the text of a module with one small mistake."""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True, slots=True)
class Mutant:
    """The text of a module with one mistake.

    `text` is the whole module. `was` and `becomes` are the lines that differ. `function` is the function or class that contains
    them; it is empty for code outside of any.
    """

    function: str
    line: int
    was: str
    becomes: str
    operator: str
    text: str
