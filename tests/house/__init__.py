"""House rules: project conventions that no linter checks.

`python -m tests.house` reads the files that git tracks and prints one line per breach: place, fact, remedy. It exits with 1 if
there are any. The checks only parse code and never import it, so they also work on code that does not run.
"""

from tests.house.repository import ROOT

__all__ = ["ROOT"]
