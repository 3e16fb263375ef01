"""`call(**values)` is a breach unless the types of `values` are known.

Otherwise mypy does not check the call: a misspelt key or two swapped arguments would pass. The types are known of a literal
dict, of a name that is annotated as a TypedDict or as a mapping to a concrete type, of `**named: <concrete type>`, and of what
`|` joins from these. Everything else counts as unknown: rows, results of calls, targets of loops, attributes, elements.
"""

import ast
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final

from tests.house.checks.annotations import Annotations, last_name, unquoted
from tests.house.checks.exemptions import find_exemption, unused_exemptions
from tests.house.repository import Breach, Module, Repository

EXEMPT_FILES: Final[Mapping[str, str]] = {
    "shared/service/http/protocol.py": "passes on the arguments of uvicorn's own constructor",
    "shared/service/broker.py": "passes on the arguments that FastStream has collected for nats-py",
    "services/scoring/domain/definition_files/filter_fields.py": "creates a model from fields that are known only at run time",
    "tests/shared/service/test_logs.py": "gives structlog its own configuration back",
    "tests/services/ingest/**": "builds valid and invalid JSON of senders",
}
"""Files that may unpack values of unknown types, and why."""

_FunctionNode = ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda
_ComprehensionNode = ast.ListComp | ast.SetComp | ast.DictComp | ast.GeneratorExp
_REMEDY: Final = "pass one frozen value, name the arguments, or annotate a mapping to one concrete type"


@dataclass(frozen=True, kw_only=True, slots=True)
class _Scope:
    """What a module, class, function or comprehension binds, and the calls directly in it."""

    node: ast.AST
    bound: set[str] = field(default_factory=set)
    annotations: dict[str, ast.expr] = field(default_factory=dict)
    calls: list[ast.Call] = field(default_factory=list)
    inner: list[ast.AST] = field(default_factory=list)

    @property
    def keywords_name(self) -> str:
        """The name of its `**` parameter."""
        return self.node.args.kwarg.arg if isinstance(self.node, _FunctionNode) and self.node.args.kwarg is not None else ""


def untyped_unpacking(repository: Repository) -> Iterator[Breach]:
    """Values that are unpacked into the arguments of a call although their types are not known."""
    annotations = Annotations(repository)
    for module in repository.modules:
        if find_exemption(module.path, EXEMPT_FILES) is None:
            yield from _untyped_in(module, annotations)


def unused_unpacking_exemptions(repository: Repository) -> Iterator[Breach]:
    annotations = Annotations(repository)
    return unused_exemptions(
        repository, EXEMPT_FILES, needs=lambda module: any(_untyped_in(module, annotations)), check="keyword_unpacking"
    )


def _untyped_in(module: Module, annotations: Annotations) -> Iterator[Breach]:
    if "**" not in module.text:
        return
    for chain in _scopes(module.tree):
        reader = _Reader(module=module, annotations=annotations, chain=chain)
        for call in chain[-1].calls:
            for unpacked in (keyword.value for keyword in call.keywords if keyword.arg is None):
                if reason := reader.why_untyped(unpacked):
                    yield Breach(place=module.at(unpacked), fact=f"`**{ast.unparse(unpacked)}`: {reason}", remedy=_REMEDY)


@dataclass(frozen=True, kw_only=True, slots=True)
class _Reader:
    """Says of a value in a scope why its types are unknown."""

    module: Module
    annotations: Annotations
    chain: tuple[_Scope, ...]

    def why_untyped(self, value: ast.expr) -> str:
        """Empty if the types are known."""
        match value:
            case ast.Name(id=name):
                return self._why_name_untyped(name)
            case ast.Dict(keys=keys, values=values):
                parts = [part for key, part in zip(keys, values, strict=True) if key is None]
            case ast.BinOp(left=left, op=ast.BitOr(), right=right):
                parts = [left, right]
            case ast.IfExp(body=body, orelse=orelse):
                parts = [body, orelse]
            case ast.BoolOp(values=values):
                parts = values
            case ast.Call(func=ast.Name(id=name), args=[]) if name == "dict" or self._is_typed_dict(name):
                parts = []  # what the call itself unpacks is judged as a call of its own
            case _:
                return f"the types of `{ast.unparse(value)}` are not known here"
        return next((reason for part in parts if (reason := self.why_untyped(part))), "")

    def _why_name_untyped(self, name: str) -> str:
        scope = self._scope_of(name)
        annotation = scope.annotations.get(name) if scope is not None else None
        module = self.module
        if annotation is None and (scope is None or scope is self.chain[0]):
            definition = self.annotations.find(module, name)
            if definition is not None and isinstance(definition.node, ast.AnnAssign):
                module, annotation = definition.module, definition.node.annotation
        if annotation is None:
            return f"`{name}` has no annotation"
        if scope is not None and name == scope.keywords_name:
            is_typed = self._is_typed_keywords(annotation)
        else:
            is_typed = self.annotations.is_typed_mapping(module, annotation)
        return "" if is_typed else f"`{name}` is annotated `{ast.unparse(annotation)}`"

    def _is_typed_keywords(self, annotation: ast.expr) -> bool:
        """`**named: int`, `**named: Unpack[Fields]` or `**named: P.kwargs`."""
        annotation = unquoted(annotation)
        if isinstance(annotation, ast.Subscript) and last_name(annotation.value) == "Unpack":
            return self.annotations.is_typed_mapping(self.module, annotation)
        return self.annotations.is_concrete(self.module, annotation)

    def _is_typed_dict(self, name: str) -> bool:
        scope = self._scope_of(name)
        return (scope is None or scope is self.chain[0]) and self.annotations.is_typed_dict(self.module, name)

    def _scope_of(self, name: str) -> _Scope | None:
        """The innermost scope that binds a name. Functions do not see the names of a class around them."""
        visible = [scope for scope in self.chain if scope is self.chain[-1] or not isinstance(scope.node, ast.ClassDef)]
        return next((scope for scope in reversed(visible) if name in scope.bound), None)


def _scopes(tree: ast.Module) -> Iterator[tuple[_Scope, ...]]:
    """Every scope as the chain of scopes around it, outermost first."""
    pending: list[tuple[_Scope, ...]] = [(_read_scope(tree),)]
    while pending:
        chain = pending.pop()
        yield chain
        pending += [(*chain, _read_scope(inner)) for inner in chain[-1].inner]


def _read_scope(node: ast.AST) -> _Scope:
    scope = _Scope(node=node)
    pending = list(ast.iter_child_nodes(node))
    while pending:
        child = pending.pop()
        _bind(scope, child)
        if isinstance(child, ast.Call):
            scope.calls.append(child)
        if isinstance(child, _FunctionNode | ast.ClassDef | _ComprehensionNode):
            scope.inner.append(child)
        else:
            pending += ast.iter_child_nodes(child)
    return scope


def _bind(scope: _Scope, node: ast.AST) -> None:
    match node:
        case ast.arg(arg=name, annotation=annotation):
            scope.bound.add(name)
            if annotation is not None:
                scope.annotations[name] = annotation
        case ast.AnnAssign(target=ast.Name(id=name), annotation=annotation):
            scope.annotations[name] = annotation
        case ast.Name(id=name, ctx=ast.Store()) | ast.ExceptHandler(name=str(name)):
            scope.bound.add(name)
        case ast.alias(name=name, asname=asname):
            scope.bound.add(asname or name)
        case ast.MatchAs(name=str(name)) | ast.MatchStar(name=str(name)) | ast.MatchMapping(rest=str(name)):
            scope.bound.add(name)
        case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) | ast.ClassDef(name=name):
            scope.bound.add(name)
        case _:
            pass
