"""`call(**values)` is a breach if the types of `values` are unknown.

mypy does not check such a call: a misspelt key or two swapped arguments would pass.
"""

import ast
from collections.abc import Iterator, Mapping
from typing import Final

from tests.house.checks.exemptions import find_exemption, unused_exemptions
from tests.house.repository import Breach, Module, Repository

EXEMPT_FILES: Final[Mapping[str, str]] = {
    "shared/service/http_server.py": "passes on the arguments of uvicorn's own constructor",
    "tests/services/ingest/**": "builds valid and invalid JSON of senders",
}
"""Files that may unpack values of unknown types, and why."""

UNTYPED_CALLS: Final = frozenset(
    {"dict", "vars", "model_dump", "asdict", "_asdict", "to_builtins", "from_json", "loads", "json"}
)
"""Functions and methods that return values of unknown types. `dict` is one when it copies, as in `dict(row)`."""

_FunctionNode = ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda
_ANY_SHAPES: Final = frozenset({"Any", "Record", "asyncpg.Record"})
_REMEDY: Final = "pass one frozen value, or name the arguments"


def untyped_unpacking(repository: Repository) -> Iterator[Breach]:
    """Unpacked values that are `Any`, a dict of `Any`, a row of asyncpg, or the result of a call that loses types."""
    for module in repository.modules:
        if find_exemption(module.path, EXEMPT_FILES) is None:
            yield from _untyped_in(module)


def unused_unpacking_exemptions(repository: Repository) -> Iterator[Breach]:
    return unused_exemptions(repository, EXEMPT_FILES, needs=lambda module: any(_untyped_in(module)), check="keyword_unpacking")


def _untyped_in(module: Module) -> Iterator[Breach]:
    if "**" not in module.text:
        return
    returns = {
        node.name: node.returns
        for node in module.nodes
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.returns is not None
    }
    for chain, calls in _scopes(module.tree):
        for call in calls:
            for unpacked in (keyword.value for keyword in call.keywords if keyword.arg is None):
                reason = _why_untyped(unpacked, _types_in(chain), returns)
                if reason:
                    fact = f"`**{ast.unparse(unpacked)}` {reason}"
                    yield Breach(place=module.at(unpacked), fact=fact, remedy=_REMEDY)


def _scopes(tree: ast.Module) -> Iterator[tuple[tuple[ast.AST, ...], list[ast.Call]]]:
    """Every scope as the chain of scopes around it, outermost first, with the calls directly in it."""
    pending: list[tuple[ast.AST, ...]] = [(tree,)]
    while pending:
        chain = pending.pop()
        calls = []
        for node in _own_nodes(chain[-1]):
            if isinstance(node, ast.Call):
                calls.append(node)
            elif isinstance(node, _FunctionNode | ast.ClassDef):
                pending.append((*chain, node))
        yield chain, calls


def _own_nodes(scope: ast.AST) -> Iterator[ast.AST]:
    """The nodes of a scope, including nested scopes but not what is inside them."""
    pending = list(ast.iter_child_nodes(scope))
    while pending:
        node = pending.pop()
        yield node
        if not isinstance(node, _FunctionNode | ast.ClassDef):
            pending += ast.iter_child_nodes(node)


def _types_in(chain: tuple[ast.AST, ...]) -> dict[str, ast.expr]:
    """For each name that is visible in a scope: its annotation, or the call whose result it was assigned."""
    types: dict[str, ast.expr] = {}
    for scope in chain:
        for node in _own_nodes(scope):
            match node:
                case ast.arg(arg=name, annotation=ast.expr() as annotation):
                    types[name] = annotation
                case ast.AnnAssign(target=ast.Name(id=name), annotation=annotation):
                    types[name] = annotation
                case ast.Assign(targets=[ast.Name(id=name)], value=ast.Call() | ast.Await(value=ast.Call()) as value):
                    types.setdefault(name, value)
                case _:
                    pass
        if isinstance(scope, _FunctionNode) and scope.args.kwarg is not None and scope.args.kwarg.annotation is not None:
            types[scope.args.kwarg.arg] = scope.args.kwarg.annotation
    return types


def _why_untyped(value: ast.expr, types: Mapping[str, ast.expr], returns: Mapping[str, ast.expr]) -> str:
    """Why the types of an unpacked value are unknown; empty if they are known."""
    parts: list[ast.expr] = []
    match value:
        case ast.Name(id=name) if isinstance(types.get(name), ast.Call | ast.Await):
            parts = [types[name]]
        case ast.Name(id=name) if name in types and _is_untyped(types[name]):
            return f"is annotated `{ast.unparse(types[name])}`"
        case ast.Call():
            return _why_result_untyped(value, returns)
        case ast.Attribute(attr="__dict__"):
            return "loses the types"
        case ast.Await():
            parts = [value.value]
        case ast.BinOp():
            parts = [value.left, value.right]
        case ast.Dict():
            parts = [part for key, part in zip(value.keys, value.values, strict=True) if key is None]
        case _:
            pass
    return next((reason for part in parts if (reason := _why_untyped(part, types, returns))), "")


def _why_result_untyped(call: ast.Call, returns: Mapping[str, ast.expr]) -> str:
    name = call.func.id if isinstance(call.func, ast.Name) else getattr(call.func, "attr", "")
    returned = returns.get(name)
    if name in UNTYPED_CALLS and not (name == "dict" and not call.args):
        return f"comes from `{name}()`, which loses the types"
    return f"comes from `{name}() -> {ast.unparse(returned)}`" if returned is not None and _is_untyped(returned) else ""


def _is_untyped(annotation: ast.expr) -> bool:
    """Whether it is `Any`, a mapping to `Any`, or a row, possibly quoted or in a union."""
    if isinstance(annotation, ast.Constant) and isinstance(annotation.value, str):
        annotation = ast.parse(annotation.value, mode="eval").body
    if isinstance(annotation, ast.BinOp):
        return _is_untyped(annotation.left) or _is_untyped(annotation.right)
    if isinstance(annotation, ast.Subscript) and isinstance(annotation.slice, ast.Tuple):
        return _is_untyped(annotation.slice.elts[-1])
    return ast.unparse(annotation) in _ANY_SHAPES
