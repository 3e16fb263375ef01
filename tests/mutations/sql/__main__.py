"""`python -m tests.mutations.sql` runs the table. Other modes:

--propose FILE [QUERY…]          print mutations of a file, or of some of its queries, as rows for the table
--survey FILE TEST… [-- QUERY…]  print only the mutations that these tests do not find
"""

import sys

from tests.house.repository import Repository
from tests.mutations.sql.mutations import TABLE, read_table, write_row
from tests.mutations.sql.propose import propose
from tests.mutations.sql.run import run_table, survey


def main(arguments: list[str]) -> int:
    repository = Repository()
    match arguments:
        case []:
            return run_table(repository, read_table(TABLE.read_text(encoding="utf-8")), sys.stdout.write)
        case ["--propose", file, *queries]:
            for mutation in propose(file, repository.text(file), only=frozenset(queries)):
                sys.stdout.write(write_row(mutation) + "\n")
            return 0
        case ["--survey", file, *rest] if rest:
            tests, queries = (rest[: rest.index("--")], rest[rest.index("--") + 1 :]) if "--" in rest else (rest, [])
            proposals = propose(file, repository.text(file), only=frozenset(queries))
            return survey(repository, proposals, tests, sys.stdout.write)
        case _:
            sys.stderr.write(__doc__ or "")
            return 2


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
