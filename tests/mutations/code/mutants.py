"""Finds the mutants of a module with the operators of Cosmic Ray."""

import ast
import difflib
from collections.abc import Iterator
from typing import Final

from cosmic_ray.ast import ast_nodes, get_ast
from cosmic_ray.ast.ast_query import ASTQuery
from cosmic_ray.mutating import mutate_code
from cosmic_ray.operators.operator import Operator
from cosmic_ray.plugins import get_operator
from parso.tree import NodeOrLeaf

from tests.mutations.code.mutant import Mutant

_REPLACED: Final = {
    "ReplaceBinaryOperator": (
        *("Add_Sub", "Sub_Add", "Mul_Div", "Div_Mul", "FloorDiv_Div", "Mod_FloorDiv", "Pow_Mul"),
        *("BitOr_BitAnd", "BitAnd_BitOr", "LShift_RShift", "RShift_LShift"),
    ),
    "ReplaceComparisonOperator": (*("Lt_LtE", "LtE_Lt", "Gt_GtE", "GtE_Gt", "Eq_NotEq", "NotEq_Eq", "Is_IsNot", "IsNot_Is"),),
    "ReplaceUnaryOperator": ("Delete_Not", "USub_UAdd"),
}
OPERATORS: Final = (
    *(f"core/{family}_{change}" for family, changes in _REPLACED.items() for change in changes),
    *(
        "core/AddNot",
        "core/ReplaceTrueWithFalse",
        "core/ReplaceFalseWithTrue",
        "core/ReplaceAndWithOr",
        "core/ReplaceOrWithAnd",
    ),
    *("core/ReplaceBreakWithContinue", "core/ReplaceContinueWithBreak", "core/ExceptionReplacer", "core/NumberReplacer"),
    *("core/RemoveDecorator", "core/ZeroIterationForLoop"),
)
"""One replacement per operator. Cosmic Ray has eleven for `+`, which would test the same thing eleven times."""
_CACHES: Final = frozenset({"cache", "lru_cache"})
_BINARY_EXPRESSIONS: Final = frozenset({"arith_expr", "term", "power", "expr", "and_expr", "shift_expr"})


def find_mutants(text: str) -> list[Mutant]:
    """All mutants of the text of a module, ordered by line, without duplicates."""
    skipped = _skipped(text)
    tree = get_ast(text)
    mutants: dict[str, Mutant] = {}
    for name in OPERATORS:
        operator = get_operator(name)()
        positions = [(node, start) for node in ast_nodes(tree) for start, _ in operator.mutation_positions(node)]
        for occurrence, (node, start) in enumerate(positions):
            if any(first <= start < last for first, last in skipped) or not _is_expression(node, name):
                continue
            mutated = _mutate(text, operator, occurrence)
            if mutated is not None and mutated != text:
                function = ASTQuery(node).get_definition_name() or ""
                mutants.setdefault(mutated, _mutant(text, mutated, function=function, operator=name))
    return sorted(mutants.values(), key=lambda mutant: (mutant.line, mutant.operator))


def _mutate(text: str, operator: Operator, occurrence: int) -> str | None:
    try:
        mutated: str | None = mutate_code(text, operator, occurrence)
    except AttributeError:
        return None  # Cosmic Ray cannot replace an exception with a dotted name
    return mutated


def _mutant(text: str, mutated: str, *, function: str, operator: str) -> Mutant:
    before, after = text.splitlines(), mutated.splitlines()
    changes = [
        code for code in difflib.SequenceMatcher(None, before, after, autojunk=False).get_opcodes() if code[0] != "equal"
    ]
    first, last = changes[0], changes[-1]
    return Mutant(
        function=function,
        line=first[1] + 1,
        was=_joined(before[first[1] : last[2]]),
        becomes=_joined(after[first[3] : last[4]]),
        operator=operator.removeprefix("core/"),
        text=mutated,
    )


def _joined(lines: list[str]) -> str:
    return " ".join(" ".join(lines).split())


def _is_expression(node: NodeOrLeaf, operator: str) -> bool:
    """Whether a binary operator is one. The `*` before keyword-only parameters and the `**` in a call only look like one."""
    return not operator.startswith("core/ReplaceBinaryOperator") or (
        node.parent is not None and node.parent.type in _BINARY_EXPRESSIONS
    )


def _skipped(text: str) -> list[tuple[tuple[int, int], tuple[int, int]]]:
    """Start and end of code that is not mutated: other tools check it, it only states an invariant, or it only saves time.

    Of priorities only the order counts, and they lie too far apart for a mutant to change it. A decorator begins one column
    before its expression, with `@`.
    """
    tree = ast.parse(text)
    return [
        ((node.lineno, node.col_offset - before), (node.end_lineno or node.lineno, node.end_col_offset or node.col_offset))
        for before, nodes in ((0, _skipped_nodes(tree)), (len("@"), _caches(tree)))
        for node in nodes
    ]


def _caches(tree: ast.Module) -> Iterator[ast.expr]:
    """The decorators that only remember results."""
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef):
            yield from (
                decorator
                for decorator in node.decorator_list
                if isinstance(name := decorator.func if isinstance(decorator, ast.Call) else decorator, ast.Name)
                and name.id in _CACHES
            )


def _skipped_nodes(tree: ast.Module) -> Iterator[ast.expr | ast.keyword]:
    for node in ast.walk(tree):
        match node:
            case ast.arg(annotation=ast.expr() as annotation) | ast.AnnAssign(annotation=annotation):
                yield annotation
            case ast.FunctionDef(returns=ast.expr() as returns) | ast.AsyncFunctionDef(returns=ast.expr() as returns):
                yield returns
            case ast.ClassDef():
                yield from node.keywords
                yield from (keyword for call in node.decorator_list if isinstance(call, ast.Call) for keyword in call.keywords)
            case ast.Call(func=ast.Name(id="zip")):
                yield from node.keywords
            case ast.keyword(arg="priority"):
                yield node
            case _:
                pass
