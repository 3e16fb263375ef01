"""The catalogue of adapters, collected from the modules in `crm/`.

Supporting a new kind of sender takes one new module that exports an `ADAPTER`. Nothing else in the code lists the kinds.
"""

import importlib
import pkgutil
from collections.abc import Mapping
from types import MappingProxyType, ModuleType
from typing import Final

from services.ingest.domain import crm
from services.ingest.domain.adapter import Adapter


class AdapterMissing(Exception):
    """A module of `crm/` does not export an `ADAPTER` whose kind is the name of the module, with hyphens."""


def collect_adapters(package: ModuleType) -> Mapping[str, Adapter]:
    """The adapter of every module in the package, by kind.

    Raises:
        AdapterMissing: a module has none, or one with another kind.
    """
    adapters: dict[str, Adapter] = {}
    for module in pkgutil.iter_modules(package.__path__):
        kind = module.name.replace("_", "-")
        adapter = getattr(importlib.import_module(f"{package.__name__}.{module.name}"), "ADAPTER", None)
        if not isinstance(adapter, Adapter) or adapter.kind != kind:
            raise AdapterMissing(f"{package.__name__}.{module.name}: export an ADAPTER of kind {kind!r}")
        adapters[kind] = adapter
    return MappingProxyType(adapters)


ADAPTERS: Final = collect_adapters(crm)
