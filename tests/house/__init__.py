"""House rules: project conventions that no linter checks.

`python -m tests.house` reads the files that git tracks and prints one line per breach: place, fact, remedy. It exits with 1 if
there are any. The checks in `CHECKS` only parse code, so they also work on code that does not run. The checks of documents
import the catalogues of rules, adapters, filters, channels and commands; if that fails, the failure is one more breach.
"""

from tests.house.repository import ROOT

__all__ = ["ROOT"]
