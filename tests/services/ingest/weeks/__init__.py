"""Working weeks, one module per sender, each with a `WEEK` that is collected from the folder."""

import importlib
import pkgutil
from typing import Final

from tests.services.ingest.weeks.week import Week

WEEKS: Final[tuple[Week, ...]] = tuple(
    importlib.import_module(f"{__name__}.{module.name}").WEEK
    for module in pkgutil.iter_modules(__path__)
    if module.name not in {"counted", "week"}
)
