"""Named queries: `find_day` in `days.sql` is `QUERIES["find_day"]` in `days.py` beside it, and nowhere else.

A block begins with `-- name: <query>` and at least one sentence of comment that says what it gives or why it is as it is.
"""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from shared.errors import DaymarkError

_NAME: Final = re.compile(r"^-- name: ([a-z_]+)$", re.MULTILINE)


class QueryMissing(DaymarkError):
    """The .sql file has no query of this name. Check the spelling on both sides."""


class Queries:
    """The queries of one `.sql` file, by name. A part of the text that follows from the code, such as a list of columns, stands
    in the file as `{part}` and is given by name."""

    def __init__(self, path: Path, **parts: str) -> None:
        text = path.read_text(encoding="utf-8")
        for part, sql in parts.items():
            text = text.replace(f"{{{part}}}", sql)
        names = list(_NAME.finditer(text))
        assert len({name[1] for name in names}) == len(names), f"{path} gives one name to two queries"
        ends = [following.start() for following in names[1:]] + [len(text)]
        self._sql = {name[1]: text[name.end() : end].strip().rstrip(";") for name, end in zip(names, ends, strict=True)}

    @classmethod
    def beside(cls, module_file: str, **parts: str) -> "Queries":
        """Those of the `.sql` file with the same name as a module: `Queries.beside(__file__)`."""
        return cls(Path(module_file).with_suffix(".sql"), **parts)

    def __getitem__(self, name: str) -> str:
        try:
            return self._sql[name]
        except KeyError:
            raise QueryMissing(name) from None

    def __iter__(self) -> Iterator[str]:
        return iter(self._sql)
