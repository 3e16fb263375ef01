"""`python -m tests.mutations [PATH…]` runs all mutations: of code, alert rules and SQL; with paths, only of the code there."""

import sys
from collections.abc import Sequence

from tests.house.repository import Repository
from tests.mutations.alerts.__main__ import run_alerts
from tests.mutations.code.mutants import find_mutants
from tests.mutations.code.run import run_mutations
from tests.mutations.sql.mutations import TABLE, read_table
from tests.mutations.sql.run import run_table


def main(paths: Sequence[str]) -> int:
    repository = Repository()
    status = run_mutations(repository, paths, find_mutants=find_mutants)
    if paths:
        return status
    status = max(status, run_alerts([], sys.stdout.write))
    return max(status, run_table(repository, read_table(TABLE.read_text(encoding="utf-8")), sys.stdout.write))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
