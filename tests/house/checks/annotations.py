"""What an annotation means: quoted types are parsed, and names are followed to their definition in the repository."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from tests.house.repository import Module, Repository

_MAPPINGS: Final = frozenset({"dict", "Dict", "Mapping", "MutableMapping", "MappingProxyType", "OrderedDict", "defaultdict"})
_WRAPPERS: Final = frozenset({"Final", "ClassVar", "Annotated", "Unpack", "ReadOnly", "Required", "NotRequired"})
_UNTYPED: Final = frozenset({"Any", "object", "Record"})
"""`Record` is a row of asyncpg, whose values are `Any`."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Definition:
    """Where a name is defined at the top of a module."""

    module: Module
    node: ast.ClassDef | ast.Assign | ast.AnnAssign | ast.FunctionDef | ast.AsyncFunctionDef


class Annotations:
    """Judges the annotations of a repository. A name that is defined outside of it, such as `int`, is taken for concrete."""

    def __init__(self, repository: Repository) -> None:
        self._modules = {_dotted(module): module for module in repository.modules}

    def is_typed_mapping(self, module: Module, annotation: ast.expr, *, depth: int = 0) -> bool:
        """Whether it is a TypedDict, or a mapping whose values have a type that mypy checks."""
        annotation = unquoted(annotation)
        match annotation:
            case ast.Subscript(value=base, slice=inner) if last_name(base) in _WRAPPERS:
                return self.is_typed_mapping(module, _first(inner), depth=depth)
            case ast.Subscript(value=base, slice=ast.Tuple(elts=[_, values])) if last_name(base) in _MAPPINGS:
                return self.is_concrete(module, values)
            case ast.BinOp(left=left, op=ast.BitOr(), right=right):
                return all(self.is_typed_mapping(module, part, depth=depth) for part in (left, right))
            case ast.Name(id=name):
                definition = self.find(module, name)
                if definition is None or depth > len(self._modules):
                    return False
                alias = _alias_value(definition.node)
                return self.is_typed_dict(module, name) or (
                    alias is not None and self.is_typed_mapping(definition.module, alias, depth=depth + 1)
                )
            case _:
                return False

    def is_concrete(self, module: Module, annotation: ast.expr, *, seen: frozenset[str] = frozenset()) -> bool:
        """Whether no part of it is `Any`, `object` or a row of asyncpg, by whatever name."""
        for node in ast.walk(unquoted(annotation)):
            name = last_name(node)
            if name in _UNTYPED or name in names_of_any(module):
                return False
            if isinstance(node, ast.Name) and name not in seen and (definition := self.find(module, name)) is not None:
                alias = _alias_value(definition.node)
                if alias is not None and not self.is_concrete(definition.module, alias, seen=seen | {name}):
                    return False
        return True

    def is_typed_dict(self, module: Module, name: str) -> bool:
        """Whether a name means a TypedDict: a class, or the result of a call of `TypedDict`."""
        definition = self.find(module, name)
        match definition.node if definition is not None else None:
            case ast.ClassDef(bases=bases):
                assert definition is not None
                return any(last_name(base) == "TypedDict" or self._is_typed_dict_base(definition, base) for base in bases)
            case ast.Assign(value=ast.Call(func=function)):
                return last_name(function) == "TypedDict"
            case _:
                return False

    def find(self, module: Module, name: str) -> Definition | None:
        """The definition of a name at the top of a module, or in the module of the repository that it is imported from."""
        for node in module.tree.body:
            match node:
                case ast.ClassDef(name=defined) | ast.FunctionDef(name=defined) | ast.AsyncFunctionDef(name=defined):
                    is_defined = defined == name
                case ast.Assign(targets=[ast.Name(id=defined)]) | ast.AnnAssign(target=ast.Name(id=defined)):
                    is_defined = defined == name
                case ast.ImportFrom(module=str(source), names=aliases, level=0) if source in self._modules:
                    originals = [alias.name for alias in aliases if (alias.asname or alias.name) == name]
                    if originals:
                        return self.find(self._modules[source], originals[0])
                    continue
                case _:
                    continue
            if is_defined:
                return Definition(module=module, node=node)
        return None

    def _is_typed_dict_base(self, derived: Definition, base: ast.expr) -> bool:
        is_itself = isinstance(derived.node, ast.ClassDef) and last_name(base) == derived.node.name
        return isinstance(base, ast.Name) and not is_itself and self.is_typed_dict(derived.module, base.id)


def names_of_any(module: Module) -> frozenset[str]:
    """Every name under which a module imports `Any`, and `Any` itself."""
    imported = (alias for node in module.nodes if isinstance(node, ast.ImportFrom) for alias in node.names)
    return frozenset({"Any"} | {alias.asname for alias in imported if alias.name == "Any" and alias.asname})


def unquoted(annotation: ast.expr) -> ast.expr:
    """The annotation with its quoted parts parsed. What stands in `Literal[...]` is text and stays."""
    result: ast.expr = _Unquoter().visit(annotation)
    return result


def last_name(node: ast.AST) -> str:
    """`Any` of `Any` and of `typing.Any`; empty for what is no name."""
    return node.id if isinstance(node, ast.Name) else node.attr if isinstance(node, ast.Attribute) else ""


def quoted_in(annotation: ast.expr) -> Iterator[ast.Constant]:
    """The quoted types within an annotation."""
    pending: list[ast.AST] = [annotation]
    while pending:
        node = pending.pop()
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node
        elif not (isinstance(node, ast.Subscript) and last_name(node.value) == "Literal"):
            pending += ast.iter_child_nodes(node)


class _Unquoter(ast.NodeTransformer):
    def visit_Subscript(self, node: ast.Subscript) -> ast.expr:
        if last_name(node.value) == "Literal":
            return node
        inner: ast.expr = self.visit(node.slice)
        return ast.copy_location(ast.Subscript(value=node.value, slice=inner, ctx=node.ctx), node)

    def visit_Constant(self, node: ast.Constant) -> ast.expr:
        if not isinstance(node.value, str):
            return node
        try:
            parsed = ast.parse(node.value.strip(), mode="eval").body
        except SyntaxError:
            return node
        for part in ast.walk(parsed):
            ast.copy_location(part, node)
        return parsed


def _dotted(module: Module) -> str:
    return ".".join(module.path.with_suffix("").parts).removesuffix(".__init__")


def _alias_value(node: ast.AST) -> ast.expr | None:
    """What an alias of a type stands for."""
    match node:
        case ast.Assign(value=ast.Name() | ast.Attribute() | ast.Subscript() | ast.BinOp() as value):
            return value
        case ast.AnnAssign(annotation=annotation, value=ast.expr() as value) if last_name(annotation) == "TypeAlias":
            return value
        case _:
            return None


def _first(inner: ast.expr) -> ast.expr:
    return inner.elts[0] if isinstance(inner, ast.Tuple) else inner
