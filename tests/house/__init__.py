"""The house rules that no linter knows.

`python -m tests.house` reads the tracked files, prints every breach as one line (place, fact, remedy) and ends with 1 if there
is one. A check imports no code of the repository, so that it can judge code that does not run.
"""

from tests.house.repository import ROOT

__all__ = ["ROOT"]
