"""What commands print: text as it is, with control characters made visible, and tables in which nothing is cut.

Every command prints through this module. Names, ids and messages come from CRMs and from files: nothing in them is markup, and
nothing in them can move the cursor, colour the terminal or begin a line of its own.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Final, TextIO

import typer
from rich.cells import cell_len
from rich.console import Console
from rich.text import Text

_INVISIBLE: Final = re.compile(r"[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")
"""Control characters, characters that change the direction of the text, and lone surrogates, which cannot be written at all."""
_PART_OF_BLOCKS: Final = frozenset("\n\t")
_ONE_BYTE: Final = 0xFF
_GAP: Final = "  "
_INDENT: Final = "    "
_PROSE_WIDTH_MIN: Final = 24


@dataclass(frozen=True, kw_only=True, slots=True)
class Column:
    """A column of a table. A heading may have several lines. Prose is wrapped between words; anything else stays whole."""

    heading: str
    is_number: bool = False
    is_prose: bool = False


@dataclass(frozen=True, slots=True)
class Styled:
    """One line of text in a style of rich, such as `bold` or `dim`."""

    text: str
    style: str = ""


Line = str | Styled
Cell = Line | Sequence[Line]
"""One line, or several."""
_Lines = Sequence[Styled]


def show_controls(text: str, *, is_block: bool = False) -> str:
    r"""The text with control characters written as `\x1b`. A block may have line breaks and tabs."""
    return _INVISIBLE.sub(lambda match: match[0] if is_block and match[0] in _PART_OF_BLOCKS else _escape(match[0]), text)


def echo(text: str, *, err: bool = False) -> None:
    """Print one line, to standard output or standard error."""
    typer.echo(show_controls(text), err=err)


def echo_block(text: str, *, err: bool = False) -> None:
    """Print text of several lines."""
    typer.echo(show_controls(text, is_block=True), err=err)


class Output:
    """A terminal or a file of a certain width: that of the terminal, of COLUMNS, or 80."""

    def __init__(self, file: TextIO | None = None, *, width: int | None = None, stderr: bool = False) -> None:
        self.console = Console(file=file, width=width, stderr=stderr, markup=False, emoji=False, highlight=False)

    def line(self, *parts: Line) -> None:
        """Print one line, which is not wrapped."""
        text = Text.assemble(*((part.text, part.style) for part in _to_lines(parts)))
        self.console.print(text, soft_wrap=True)

    def table(self, columns: Sequence[Column], rows: Iterable[Sequence[Cell]], *, if_empty: str) -> None:
        """Print a table, or a sentence instead if there are no rows.

        Where the columns do not fit side by side, prose stands below its row. Where the others do not fit either, every value
        has a line of its own.
        """
        table = _Table(columns, [[_to_lines(cell) for cell in row] for row in rows])
        whole = [number for number, column in enumerate(columns) if not column.is_prose]
        if not table.rows:
            self.line(if_empty)
        elif (widths := table.fit(self.console.width)) is not None:
            self._print_side_by_side(table, widths)
        elif table.width_of(whole) <= self.console.width:
            self._print_with_prose_below(table, whole)
        else:
            self._print_records(table)

    def _print_side_by_side(self, table: "_Table", widths: Sequence[int]) -> None:
        self._print_row(table.columns, table.headings, widths)
        for row in table.rows:
            cells = [
                [part for line in cell for part in _wrap(line, width)] if column.is_prose else cell
                for column, cell, width in zip(table.columns, row, widths, strict=True)
            ]
            self._print_row(table.columns, cells, widths)

    def _print_with_prose_below(self, table: "_Table", whole: Sequence[int]) -> None:
        columns, widths = [table.columns[number] for number in whole], [table.widths[number] for number in whole]
        self._print_row(columns, [table.headings[number] for number in whole], widths)
        for row in table.rows:
            self._print_row(columns, [row[number] for number in whole], widths)
            for column, cell in zip(table.columns, row, strict=True):
                if not column.is_prose or _is_empty(cell):
                    continue
                heading = f"{_flat(column)}: " if column.heading else ""
                for line in [replace(cell[0], text=heading + cell[0].text), *cell[1:]]:
                    for part in _wrap(line, self.console.width - len(_INDENT)):
                        self.line(_INDENT, part)

    def _print_records(self, table: "_Table") -> None:
        width = max(cell_len(_flat(column)) for column in table.columns)
        for number, row in enumerate(table.rows):
            if number:
                self.line()
            for column, cell in zip(table.columns, row, strict=True):
                room = max(self.console.width - width - len(_GAP), _PROSE_WIDTH_MIN)
                lines = [part for line in cell for part in _wrap(line, room)] if column.is_prose else cell
                for position, line in enumerate([] if _is_empty(cell) else lines):
                    heading = Styled("" if position else _flat(column), "bold")
                    self.line(*_pad(heading, width), _GAP, line)

    def _print_row(self, columns: Sequence[Column], cells: Sequence[_Lines], widths: Sequence[int]) -> None:
        for number in range(max(len(cell) for cell in cells)):
            parts: list[Line] = []
            for column, cell, width in zip(columns, cells, widths, strict=True):
                line = cell[number] if number < len(cell) else Styled("")
                parts += [*([_GAP] if parts else []), *_pad(line, width, to_right=column.is_number)]
            while parts and not _to_lines(parts[-1])[0].text.strip():
                parts.pop()
            self.line(*parts)


class _Table:
    """Cells as lines, and how wide each column is by itself."""

    def __init__(self, columns: Sequence[Column], rows: Sequence[Sequence[_Lines]]) -> None:
        self.columns = columns
        self.rows = rows
        self.headings = [[Styled(line, "bold") for line in column.heading.split("\n")] for column in columns]
        self.widths = [max(cell_len(line.text) for line in self._lines_of(number)) for number in range(len(columns))]

    def width_of(self, numbers: Sequence[int]) -> int:
        """Of these columns side by side."""
        return sum(self.widths[number] for number in numbers) + len(_GAP) * (len(numbers) - 1)

    def fit(self, width: int) -> list[int] | None:
        """How wide to make each column; None if they do not fit side by side. The widest prose gives way first."""
        excess = self.width_of(range(len(self.columns))) - width
        widths = list(self.widths)
        prose = [number for number, column in enumerate(self.columns) if column.is_prose]
        for number in sorted(prose, key=widths.__getitem__, reverse=True):
            least = max(_PROSE_WIDTH_MIN, self._longest_token(number))
            taken = max(min(excess, widths[number] - least), 0)
            widths[number] -= taken
            excess -= taken
        return widths if excess <= 0 else None

    def _longest_token(self, number: int) -> int:
        return max(cell_len(token) for line in self._lines_of(number) for token in line.text.split(" "))

    def _lines_of(self, number: int) -> list[Styled]:
        return [line for cell in [self.headings[number], *(row[number] for row in self.rows)] for line in cell]


def _to_lines(cell: Cell) -> list[Styled]:
    """At least one, with control characters made visible."""
    lines = [cell] if isinstance(cell, str | Styled) else cell
    styled = [line if isinstance(line, Styled) else Styled(line) for line in lines]
    return [replace(line, text=show_controls(line.text)) for line in styled] or [Styled("")]


def _wrap(line: Styled, width: int) -> list[Styled]:
    """Parts of at most this width, broken between words. A longer word stays whole."""
    parts = [""]
    for token in line.text.split(" "):
        longer = f"{parts[-1]} {token}" if parts[-1] else token
        if cell_len(longer) <= width or not parts[-1]:
            parts[-1] = longer
        else:
            parts.append(token)
    return [replace(line, text=part) for part in parts]


def _pad(line: Styled, width: int, *, to_right: bool = False) -> list[Line]:
    blanks = " " * (width - cell_len(line.text))
    return [blanks, line] if to_right else [line, blanks]


def _is_empty(cell: _Lines) -> bool:
    return not any(line.text for line in cell)


def _flat(column: Column) -> str:
    """The heading on one line."""
    return column.heading.replace("\n", " ")


def _escape(character: str) -> str:
    code = ord(character)
    return f"\\x{code:02x}" if code <= _ONE_BYTE else f"\\u{code:04x}"
