"""Every query of scoring, as it is sent."""

from importlib import import_module
from pathlib import Path

import services.scoring
from shared.postgres.queries import Queries

_SERVICE = Path(services.scoring.__file__).parent


def all_queries() -> dict[str, str]:
    """The text of each query by its name, such as `days.days.claim_days`."""
    texts: dict[str, str] = {}
    for path in sorted(_SERVICE.rglob("*.sql")):
        if path.parent.name != "migrations":
            module = ".".join(path.relative_to(_SERVICE).with_suffix("").parts)
            queries: Queries = import_module(f"services.scoring.{module}")._QUERIES
            texts |= {f"{module}.{name}": queries[name] for name in queries}
    return texts
