"""Prints every breach of the house rules and exits with 1 if there are any."""

import sys

from tests.house.checks import find_breaches
from tests.house.checks.documents import find_undocumented
from tests.house.repository import Repository


def main() -> int:
    repository = Repository()
    breaches = [*find_breaches(repository), *find_undocumented(repository)]
    for breach in breaches:
        sys.stderr.write(f"{breach}\n")
    return 1 if breaches else 0


if __name__ == "__main__":
    sys.exit(main())
