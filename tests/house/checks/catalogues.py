"""Catalogues are complete: endpoints have handlers, metrics say what to do, and the documents cover what the code offers.

The checks of endpoints and metrics read the source. The others take the contents of a catalogue as an argument, because only
running code knows them; `tests/house/checks/documents.py` imports the catalogues and passes them in.
"""

import ast
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Final

from tests.house.repository import Breach, Module, Repository

README: Final = "README.md"
MESSAGES: Final = "docs/messages.md"
DEFINITIONS: Final = "docs/definitions.md"
CHANNELS: Final = "docs/channels.md"
RUNBOOK: Final = "docs/runbook.md"
FACTS: Final = "shared/facts.py"

UNITS: Final = (
    *("total", "seconds", "bytes", "rows", "messages", "activities", "ratio", "info"),
    *("waiting", "in_flight", "to_rescore"),
)
"""Endings of metric names: the unit, or the state of the things that are counted."""

_METRIC_NAME: Final = re.compile(r"daymark_[a-z]+_[a-z_]+")
_FLAG: Final = re.compile(r"1 (?:while|when|if|after) ")
_SECOND_SENTENCE: Final = re.compile(r"[.?!] [A-Z0-9`]")
_HEADING: Final = re.compile(r"^#+ +(.*?) *$", re.MULTILINE)
_RUNBOOK_LIST: Final = re.compile(r"^## Metrics$(.*?)(?=^## |\Z)", re.MULTILINE | re.DOTALL)


@dataclass(frozen=True, kw_only=True, slots=True)
class Metric:
    """A metric as declared in the source."""

    name: str
    text: str
    place: str


def endpoints_without_handler(repository: Repository) -> Iterator[Breach]:
    """Each `Endpoint` of `shared/requests` is registered with `handles` by exactly one handler."""
    handled: dict[str, list[str]] = {}
    for module in repository.modules_under("services", "shared"):
        for node in module.nodes:
            if isinstance(node, ast.Call) and _name_of(node.func) == "handles" and node.args:
                handled.setdefault(_name_of(node.args[0]), []).append(module.at(node))
    for module in repository.modules_under("shared"):
        if module.folder == PurePosixPath("shared/requests"):
            for name, node in _endpoints_in(module):
                places = handled.get(name, [])
                if not places:
                    yield Breach(
                        place=module.at(node),
                        fact=f"no service answers {name}",
                        remedy=f"register a handler with `.handles({name})`, or delete it",
                    )
                for place in places[1:]:
                    yield Breach(place=place, fact=f"{name} has a handler already at {places[0]}", remedy="delete one of them")


def metric_names_and_texts(repository: Repository) -> Iterator[Breach]:
    """The name of a metric ends with its unit, and its text says what it measures and what to do when it changes."""
    for metric in _metrics(repository):
        if not _METRIC_NAME.fullmatch(metric.name):
            yield Breach(
                place=metric.place,
                fact=f"`{metric.name}` is no name of a metric",
                remedy="say `daymark_<service>_<noun>_<unit>`",
            )
        elif not metric.name.endswith(tuple(f"_{unit}" for unit in UNITS)) and not _FLAG.match(metric.text):
            yield Breach(
                place=metric.place,
                fact=f"`{metric.name}` ends with no unit",
                remedy=f"end it with one of {', '.join(UNITS)}, or begin its text with `1 while`",
            )
        if not _SECOND_SENTENCE.search(metric.text):
            yield Breach(
                place=metric.place,
                fact=f"the text of `{metric.name}` is one sentence",
                remedy="add what to do when it changes",
            )


def metrics_without_runbook_entry(repository: Repository) -> Iterator[Breach]:
    """If the runbook has a section `Metrics`, it lists exactly the metrics that exist."""
    if not repository.has(RUNBOOK) or not (section := _RUNBOOK_LIST.search(repository.text(RUNBOOK))):
        return
    listed = set(_METRIC_NAME.findall(section[1]))
    metrics = {metric.name: metric for metric in _metrics(repository)}
    for name in sorted(metrics.keys() - listed):
        yield Breach(place=metrics[name].place, fact=f"`{name}` is not in {RUNBOOK}", remedy="add it to the section Metrics")
    for name in sorted(listed - metrics.keys()):
        yield Breach(place=RUNBOOK, fact=f"lists `{name}`, which no service has", remedy="take it out of the section Metrics")


def rules_without_documents(rules: Mapping[str, tuple[str, str, str]], repository: Repository) -> Iterator[Breach]:
    """Each rule has its row in the README and an entry in the list of messages. `rules` maps its name to the row: title, when
    it is sent, limits."""
    rows = {_without_audience(cells[0]): cells for cells in table_rows(_text(repository, README))}
    messages = _text(repository, MESSAGES)
    entries = {_without_audience(heading) for heading in _HEADING.findall(messages)}
    entries |= {_without_audience(cells[0]) for cells in table_rows(messages)}
    for name, row in rules.items():
        title = row[0]
        title_alone = _without_audience(title)
        if title_alone not in rows:
            yield Breach(place=README, fact=f"no row for the rule `{title}`", remedy=f"add `| {' | '.join(row)} |`")
        elif rows[title_alone] != list(row):
            yield Breach(
                place=README, fact=f"the row of `{title}` differs from the rule", remedy=f"say `| {' | '.join(row)} |`"
            )
        if not {name, title_alone} & entries:
            yield Breach(place=MESSAGES, fact=f"no entry for the rule `{title}`", remedy="show its messages there")


def adapters_without_documents(pages: Mapping[str, str], repository: Repository) -> Iterator[Breach]:
    """Each kind of source has a page, and a README row with both. `pages` maps the kind to the page."""
    rows = [" | ".join(cells) for cells in table_rows(_text(repository, README))]
    for kind, page in pages.items():
        path = f"docs/{page.removeprefix('docs/').removesuffix('.md')}.md"
        if not repository.has(path):
            yield Breach(place=path, fact=f"the docs page of `{kind}` does not exist", remedy="write it")
        if not any(f"({path})" in row and f"`{kind}`" in row for row in rows):
            yield Breach(place=README, fact=f"no row with {path} and `{kind}`", remedy="add them to the table of senders")


def filters_without_documents(phrases: Mapping[str, str], repository: Repository) -> Iterator[Breach]:
    """Each filter has a phrase, and its key a row in the manual of playbooks. `phrases` maps the key to the phrase."""
    rows = {cells[0].strip("`") for cells in table_rows(_text(repository, DEFINITIONS))}
    for key, phrase in phrases.items():
        if "{" not in phrase:
            yield Breach(
                place=FACTS, fact=f"the filter `{key}` has no phrase", remedy="say what counts, with `{texts}` or `{number}`"
            )
        if key not in rows:
            yield Breach(place=DEFINITIONS, fact=f"no row for the filter `{key}`", remedy="add one that begins with the key")


def channels_without_documents(names: Iterable[str], repository: Repository) -> Iterator[Breach]:
    """Each channel has a section on the page about channels whose heading contains its name."""
    words = set(re.findall(r"\w+", " ".join(_HEADING.findall(_text(repository, CHANNELS))).lower()))
    for name in names:
        if name.lower() not in words:
            yield Breach(place=CHANNELS, fact=f"no heading names the channel `{name}`", remedy="add a section about it")


def commands_without_documents(commands: Iterable[str], repository: Repository) -> Iterator[Breach]:
    """Each command of `daymark`, such as `roster apply`, is in the README or on a page in `docs`."""
    pages = [path for path in repository.paths if str(path) == README or (path.parts[0] == "docs" and path.suffix == ".md")]
    manual = "\n".join(repository.text(path) for path in pages)
    for command in commands:
        if not re.search(rf"\bdaymark {re.escape(command)}\b", manual):
            yield Breach(place=README, fact=f"`daymark {command}` is in no manual", remedy="show it in README.md or in docs")


def table_rows(markdown: str) -> list[list[str]]:
    """The cells of all table rows, without the lines of dashes."""
    rows = [line.strip().strip("|").split("|") for line in markdown.splitlines() if line.lstrip().startswith("|")]
    return [[cell.strip() for cell in row] for row in rows if not set("".join(row)) <= set("-: ")]


def _without_audience(title: str) -> str:
    """A title for comparison: `Digest, to managers` and `Digest (to managers)` both give `digest`."""
    return re.split(r"[,(]", title)[0].strip(" `*").lower()


def _text(repository: Repository, path: str) -> str:
    return repository.text(path) if repository.has(path) else ""


def _endpoints_in(module: Module) -> Iterator[tuple[str, ast.AST]]:
    for node in module.tree.body:
        targets = [node.target] if isinstance(node, ast.AnnAssign) else node.targets if isinstance(node, ast.Assign) else []
        value = node.value if isinstance(node, ast.AnnAssign | ast.Assign) else None
        if isinstance(value, ast.Call) and _name_of(value.func) == "Endpoint":
            yield from ((_name_of(target), node) for target in targets)


def _metrics(repository: Repository) -> Iterator[Metric]:
    for module in repository.modules_under("services", "shared"):
        if module.path.name == "metrics.py":
            named = {
                node.target.id: node.value
                for node in module.tree.body
                if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name) and node.value is not None
            }
            for node in module.nodes:
                if isinstance(node, ast.Call) and len(node.args) > 1:
                    first = node.args[0]
                    name = _constant(named.get(first.id, first) if isinstance(first, ast.Name) else first)
                    if name.startswith("daymark_"):
                        yield Metric(name=name, text=_constant(node.args[1]), place=module.at(node))


def _constant(node: ast.expr) -> str:
    """The literal parts of a string."""
    if isinstance(node, ast.JoinedStr):
        return "".join(_constant(part) for part in node.values)
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else ""


def _name_of(node: ast.expr) -> str:
    if isinstance(node, ast.Subscript):
        return _name_of(node.value)
    return node.id if isinstance(node, ast.Name) else node.attr if isinstance(node, ast.Attribute) else ""
