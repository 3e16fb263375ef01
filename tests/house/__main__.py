"""Prints every breach of the house rules and exits with 1 if there are any."""

import sys
import traceback
from collections.abc import Iterable
from importlib import import_module
from pathlib import Path

from tests.house.checks import find_breaches
from tests.house.repository import ROOT, Breach, Repository


def main() -> int:
    repository = Repository()
    count = _print(find_breaches(repository))
    count += _print(find_undocumented(repository))
    return 1 if count else 0


def find_undocumented(repository: Repository) -> list[Breach]:
    """The breaches of the checks of documents, which import the catalogues. If that fails, it is the only breach."""
    try:
        breaches: list[Breach] = import_module("tests.house.checks.documents").find_undocumented(repository)
    except (Exception, SystemExit) as failed:  # noqa: BLE001 - whatever the application raises when it is imported
        return [
            Breach(
                place=_place_of(failed),
                fact=f"the catalogues cannot be imported: {type(failed).__name__}: {failed}",
                remedy="mend it; until then documents are not checked",
            )
        ]
    return breaches


def _print(breaches: Iterable[Breach]) -> int:
    """Print breaches at once, whatever comes after. Returns their number."""
    texts = [f"{breach}\n" for breach in breaches]
    sys.stderr.writelines(texts)
    sys.stderr.flush()
    return len(texts)


def _place_of(failed: BaseException) -> str:
    """The innermost line of this repository that was running."""
    frames = [frame for frame in traceback.extract_tb(failed.__traceback__) if Path(frame.filename).is_relative_to(ROOT)]
    return f"{Path(frames[-1].filename).relative_to(ROOT)}:{frames[-1].lineno}"


if __name__ == "__main__":
    sys.exit(main())
