"""`Any` switches the type checker off. Only files that handle foreign JSON or untyped libraries may use it.

It is found under every name that it is imported as, and in quoted types. Tests may also use it for the values of containers,
such as `dict[str, Any]`, because they read JSON.
"""

import ast
from collections.abc import Iterator, Mapping
from typing import Final

from tests.house.checks.annotations import last_name, names_of_any, unquoted
from tests.house.checks.exemptions import find_exemption, unused_exemptions
from tests.house.repository import Breach, Module, Repository

EXEMPT_FILES: Final[Mapping[str, str]] = {
    "shared/requests/endpoint.py": "the envelope carries the JSON of every reply",
    "shared/requests/router.py": "FastStream passes any message and any result through middlewares",
    "shared/jetstream/client.py": "the raw JSON of the JetStream API",
    "shared/jetstream/streams.py": "the raw JSON of the JetStream API",
    "shared/postgres/shared_connection.py": "a value of a query has any type, as with asyncpg",
    "shared/service/consuming.py": "FastStream passes any message and any result through middlewares",
    "shared/service/http/protocol.py": "ASGI scopes and messages are dictionaries",
    "shared/service/settings.py": "settings before validation",
    "shared/service/version.py": "settings before validation",
    "services/ingest/published_events.py": "creates a model from fields whose types are known only at run time",
    "services/ingest/domain/adapter.py": "an item is JSON in the sender's own format",
    "services/ingest/domain/reading.py": "reads the JSON of senders",
    "services/ingest/domain/field_map.py": "searches the JSON of senders",
    "services/ingest/domain/crm/*": "an adapter translates the JSON of one CRM",
    "services/scoring/domain/definition_files/yaml_document.py": "YAML before validation",
    "tests/shared/service/test_consuming.py": "FastStream's own signatures",
    "tests/services/ingest/**": "valid and invalid JSON of senders",
    "tests/fuzz/*": "random bodies",
    "tests/contract/*": "AsyncAPI and OpenAPI documents",
}
"""Files that may use `Any`, and why."""

_IDIOMS: Final = frozenset({"Coroutine", "Generator", "AsyncGenerator"})
"""Generic types in which only the last parameter matters here: `Coroutine[Any, Any, Result]`."""
_JSON: Final = frozenset({"dict", "list", "Mapping", "Sequence", "MutableMapping", "Iterable", "Iterator"})
_GENERIC: Final = (
    _IDIOMS | _JSON | {"Annotated", "Awaitable", "Callable", "Optional", "Union", "frozenset", "set", "tuple", "type"}
)
"""What an alias of a type may begin with, unlike the element of a value."""


def any_outside_exempt_files(repository: Repository) -> Iterator[Breach]:
    for module in repository.modules:
        if find_exemption(module.path, EXEMPT_FILES) is None:
            for node in any_uses(module):
                yield Breach(
                    place=module.at(node),
                    fact="`Any` in a file that is not exempt",
                    remedy="write the type, or list the file with its reason in tests/house/checks/any_types.py",
                )


def unused_any_exemptions(repository: Repository) -> Iterator[Breach]:
    return unused_exemptions(repository, EXEMPT_FILES, needs=lambda module: bool(any_uses(module)), check="any_types")


def any_uses(module: Module) -> list[ast.AST]:
    """The uses of `Any` in a module, without its import and the idioms that need it."""
    if "Any" not in module.text:
        return []
    names = names_of_any(module)
    nodes = [*ast.walk(_Types().visit(ast.parse(module.text)))]
    excused = {id(node) for part in nodes if isinstance(part, ast.Subscript) for node in _excused(part, module)}
    return [node for node in nodes if _is_any(node, names) and id(node) not in excused]


class _Types(ast.NodeTransformer):
    """Parses the quoted types of annotations, of `cast`, of the bounds of type variables and of aliases."""

    def visit_arg(self, node: ast.arg) -> ast.arg:
        node.annotation = unquoted(node.annotation) if node.annotation is not None else None
        return node

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.AST:
        return self._visit_function(node)

    def visit_AsyncFunctionDef(self, node: ast.AsyncFunctionDef) -> ast.AST:
        return self._visit_function(node)

    def visit_AnnAssign(self, node: ast.AnnAssign) -> ast.AST:
        if last_name(node.annotation) == "TypeAlias" and node.value is not None:
            node.value = unquoted(node.value)
        node.annotation = unquoted(node.annotation)
        return self.generic_visit(node)

    def visit_Call(self, node: ast.Call) -> ast.AST:
        match last_name(node.func):
            case "cast" if node.args:
                node.args[0] = unquoted(node.args[0])
            case "TypeVar" | "NewType":
                node.args[1:] = [unquoted(argument) for argument in node.args[1:]]
                for keyword in node.keywords:
                    keyword.value = unquoted(keyword.value)
            case _:
                pass
        return self.generic_visit(node)

    def visit_Assign(self, node: ast.Assign) -> ast.AST:
        if isinstance(node.value, ast.Subscript) and last_name(node.value.value) in _GENERIC:
            node.value = unquoted(node.value)
        return self.generic_visit(node)

    def _visit_function(self, node: ast.FunctionDef | ast.AsyncFunctionDef) -> ast.AST:
        node.returns = unquoted(node.returns) if node.returns is not None else None
        return self.generic_visit(node)


def _excused(subscript: ast.Subscript, module: Module) -> Iterator[ast.AST]:
    container = last_name(subscript.value)
    parameters = subscript.slice.elts if isinstance(subscript.slice, ast.Tuple) else [subscript.slice]
    if container in _IDIOMS:
        yield from parameters[:-1]
    elif container in _JSON and module.is_test:
        yield parameters[-1]


def _is_any(node: ast.AST, names: frozenset[str]) -> bool:
    return (isinstance(node, ast.Name) and node.id in names) or (isinstance(node, ast.Attribute) and node.attr == "Any")
