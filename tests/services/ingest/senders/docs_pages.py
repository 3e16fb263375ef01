"""The pages of `docs/` that show how to set up a sender."""

import tomllib
from pathlib import Path
from typing import Any, Final

DOCS: Final = Path(__file__).parents[4] / "docs"
_HEADING: Final = "## In daymark.toml\n"
_INDENT: Final = "    "


def read_source_section(page: str) -> dict[str, Any]:
    """The table of the source that `docs/<page>.md` shows, as it is written there."""
    _, _, section = (DOCS / f"{page}.md").read_text(encoding="utf-8").partition(_HEADING)
    lines = section.partition("\n## ")[0].splitlines()
    table = tomllib.loads("\n".join(line.removeprefix(_INDENT) for line in lines if line.startswith(_INDENT)))
    ((_, source),) = table["sources"].items()
    return dict(source)


def pages_with_a_source() -> list[str]:
    """The names of all such pages."""
    return [page.stem for page in sorted(DOCS.glob("*.md")) if _HEADING in page.read_text(encoding="utf-8")]


def read_table(page: str, header: str) -> list[list[str]]:
    """The cells of the rows below this header, which `docs/<page>.md` has once."""
    _, heading, after = (DOCS / f"{page}.md").read_text(encoding="utf-8").partition(f"{header}\n")
    assert heading, f"docs/{page}.md has no table {header}"
    rows = after.partition("\n\n")[0].splitlines()[1:]
    return [[cell.strip() for cell in row.strip("|").split("|")] for row in rows]


def read_sections(page: str) -> dict[str, str]:
    """The text of `docs/<page>.md` by heading, in its order. The text of the title begins with the title itself."""
    title, *sections = (DOCS / f"{page}.md").read_text(encoding="utf-8").split("\n## ")
    name = title.partition("\n")[0].removeprefix("# ")
    return {name: title} | {heading: text.strip() for heading, _, text in (section.partition("\n") for section in sections)}
