"""Sources, as `daymark sources list` prints them."""

from collections.abc import Iterable
from typing import Final

from deploy.output import Column, Output
from shared.requests.sources.endpoints import SourceRow

_ORIGINS: Final = {"file": "daymark.toml", "stored": "added"}


def print_sources(rows: Iterable[SourceRow], output: Output) -> None:
    columns = (
        *(Column(heading=heading) for heading in ("source", "kind", "from", "address")),
        Column(heading="problem", is_prose=True),
    )
    cells = ((row.name, row.description.kind, _ORIGINS[row.origin], f"/webhooks/{row.name}", row.problem) for row in rows)
    output.table(
        columns, cells, if_empty="There is no source. Add one with `daymark sources add`; docs/ has a page for each CRM."
    )
