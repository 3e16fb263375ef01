"""`call(**values)` is refused where the types of `values` are unknown.

mypy checks nothing there: a misspelt key and two swapped arguments would pass.
"""

import ast
from collections.abc import Iterator, Mapping
from typing import Final

from tests.house.checks.borders import border_of, unneeded_borders
from tests.house.repository import Breach, Module, Repository

BORDERS: Final[Mapping[str, str]] = {
    "services/nudges/deliver/channels/watch.py": "passes on the arguments of functions that have no types",
    "shared/service/http_server.py": "overrides uvicorn's protocol, whose arguments are uvicorn's",
    "tests/services/ingest/**": "builds the JSON of senders, well formed or not",
}
"""Files that may do it, and why."""

UNTYPED_CALLS: Final = frozenset(
    {"dict", "vars", "model_dump", "asdict", "_asdict", "to_builtins", "from_json", "loads", "json"}
)
"""Functions and methods whose result says nothing of the types of its values. `dict` counts when it copies: `dict(row)`."""

_FunctionNode = ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda
_ANY_SHAPES: Final = frozenset({"Any", "Record", "asyncpg.Record"})
_REMEDY: Final = "pass one frozen value, or name the arguments"


def untyped_splats(repository: Repository) -> Iterator[Breach]:
    """Values that are annotated `Any` or as a dict of it, results of calls that lose types, and rows of asyncpg."""
    for module in repository.modules:
        if border_of(module.path, BORDERS) is None:
            yield from _untyped_in(module)


def borders_without_splats(repository: Repository) -> Iterator[Breach]:
    return unneeded_borders(repository, BORDERS, needs=lambda module: any(_untyped_in(module)), check="keyword_splats")


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
            for splat in (keyword.value for keyword in call.keywords if keyword.arg is None):
                reason = _why_untyped(splat, _types_in(chain), returns)
                if reason:
                    fact = f"`**{ast.unparse(splat)}` {reason}"
                    yield Breach(place=module.at(splat), fact=fact, remedy=_REMEDY)


def _scopes(tree: ast.Module) -> Iterator[tuple[tuple[ast.AST, ...], list[ast.Call]]]:
    """Every chain of nested scopes, outermost first, with the calls that stand directly in the innermost one."""
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
    """The nodes of a scope without what lies inside of a nested one; the nested scope itself is among them."""
    pending = list(ast.iter_child_nodes(scope))
    while pending:
        node = pending.pop()
        yield node
        if not isinstance(node, _FunctionNode | ast.ClassDef):
            pending += ast.iter_child_nodes(node)


def _types_in(chain: tuple[ast.AST, ...]) -> dict[str, ast.expr]:
    """By name, what is known of the values that a scope can see: an annotation, or the call whose result a name holds."""
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
    """Why nothing is known of the values in a splat; empty where something is."""
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
    """`Any`, a mapping to `Any`, or a row; also within quotes or beside `None`."""
    if isinstance(annotation, ast.Constant) and isinstance(annotation.value, str):
        annotation = ast.parse(annotation.value, mode="eval").body
    if isinstance(annotation, ast.BinOp):
        return _is_untyped(annotation.left) or _is_untyped(annotation.right)
    if isinstance(annotation, ast.Subscript) and isinstance(annotation.slice, ast.Tuple):
        return _is_untyped(annotation.slice.elts[-1])
    return ast.unparse(annotation) in _ANY_SHAPES
