"""`Any` switches the type checker off, so it stands only where JSON or an untyped library of somebody else comes in.

Tests may write `dict[str, Any]` and the like for JSON that they read; a bare `Any` needs its place in the list there too.
"""

import ast
from collections.abc import Iterator, Mapping
from typing import Final

from tests.house.checks.borders import border_of, unneeded_borders
from tests.house.repository import Breach, Module, Repository

BORDERS: Final[Mapping[str, str]] = {
    "shared/requests/endpoint.py": "the envelope carries the JSON of every reply",
    "shared/requests/router.py": "FastStream's middlewares take whatever a handler returns",
    "shared/jetstream/client.py": "the raw JSON of the JetStream API",
    "shared/jetstream/streams.py": "the raw JSON of the JetStream API",
    "shared/service/broker.py": "FastStream's own signatures",
    "shared/service/consuming.py": "FastStream's middlewares take whatever a handler returns",
    "shared/service/http_server.py": "ASGI scopes and messages are dictionaries",
    "shared/service/settings.py": "pydantic-settings hands over what a file holds before it is checked",
    "services/ingest/published_events.py": "makes a model from the fields of another, whose types are known only as it runs",
    "services/ingest/domain/adapter.py": "an item is JSON as its sender writes it",
    "services/ingest/domain/reading.py": "reads the JSON of senders",
    "services/ingest/domain/field_map.py": "searches the JSON of senders",
    "services/ingest/domain/crm/*": "an adapter translates the JSON of one CRM",
    "services/scoring/domain/**/yaml_positions.py": "YAML before it is checked",
    "services/nudges/deliver/channels/watch.py": "wraps functions of libraries that have no types",
    "deploy/demo/crm.py": "writes the JSON of a CRM",
    "tests/services/ingest/**": "JSON of senders, well formed or not",
    "tests/fuzz/*": "random bodies",
    "tests/contract/*": "AsyncAPI and OpenAPI documents",
}
"""Files that may use `Any`, and why."""

_IDIOMS: Final = frozenset({"Coroutine", "Generator", "AsyncGenerator"})
"""Of these the first parameters say what is sent in, which is nothing: `Coroutine[Any, Any, Result]`."""
_JSON: Final = frozenset({"dict", "list", "Mapping", "Sequence", "MutableMapping", "Iterable", "Iterator"})


def any_outside_borders(repository: Repository) -> Iterator[Breach]:
    for module in repository.modules:
        if border_of(module.path, BORDERS) is None:
            for node in any_uses(module):
                yield Breach(
                    place=module.at(node),
                    fact="`Any` outside the borders of foreign JSON",
                    remedy="write the type, or list the file with its reason in tests/house/checks/any_types.py",
                )


def borders_without_any(repository: Repository) -> Iterator[Breach]:
    return unneeded_borders(repository, BORDERS, needs=lambda module: bool(any_uses(module)), check="any_types")


def any_uses(module: Module) -> list[ast.AST]:
    """Where `Any` stands in a module and means something: not in its import, and not in an idiom that needs it."""
    if "Any" not in module.text:
        return []
    excused = {id(node) for part in module.nodes if isinstance(part, ast.Subscript) for node in _excused(part, module)}
    return [node for node in module.nodes if _is_any(node) and id(node) not in excused]


def _excused(subscript: ast.Subscript, module: Module) -> Iterator[ast.AST]:
    container = _last_name(subscript.value)
    parameters = subscript.slice.elts if isinstance(subscript.slice, ast.Tuple) else [subscript.slice]
    if container in _IDIOMS:
        yield from parameters[:-1]
    elif container in _JSON and module.is_test:
        yield parameters[-1]


def _is_any(node: ast.AST) -> bool:
    return (isinstance(node, ast.Name) and node.id == "Any") or (isinstance(node, ast.Attribute) and node.attr == "Any")


def _last_name(node: ast.expr) -> str:
    return node.id if isinstance(node, ast.Name) else node.attr if isinstance(node, ast.Attribute) else ""
