"""Prints every breach of the house rules. Ends with 1 if there is one."""

import sys

from tests.house.checks import find_breaches
from tests.house.repository import Repository


def main() -> int:
    breaches = find_breaches(Repository())
    for breach in breaches:
        sys.stderr.write(f"{breach}\n")
    return 1 if breaches else 0


if __name__ == "__main__":
    sys.exit(main())
