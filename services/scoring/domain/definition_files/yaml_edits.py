"""Changes a YAML file where it stands. Every other character of its author stays: comments, order, indentation, quotes.

What a change makes of the file is read again and compared with what it should say, so a file that is written in an unusual way
is refused and never damaged.
"""

import re
import sys
from collections.abc import Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass
from typing import Final

import yaml

from services.scoring.domain.definition_files.yaml_document import Path, read_documents
from shared.errors import DaymarkError, Refusal

Value = str | Sequence["Value"] | Mapping[str, "Value"] | None
"""What a file says, as `read_documents` reads it: every scalar is a text."""
Entry = Mapping[str, Value]
_COMMENT: Final = re.compile(r"( *)#")
_WIDTH: Final = sys.maxsize
_STEP: Final = 2
"""By how many columns a list is indented in its mapping."""


class NotEditable(Refusal):
    """The roster is written in a way that only its author can change, such as with anchors. Nothing has changed. Save it with
    `daymark roster export`, change the file, and apply it with `daymark roster apply`."""


class _IndentedDumper(yaml.SafeDumper):
    """Indents a list in a mapping."""

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:
        super().increase_indent(flow, indentless=False)


def append_entry(text: str, path: Path, entry: Entry) -> str:
    """The text with one more entry in the list at `path`, whose last part is a key. The list may be missing or empty.

    Raises:
        NotEditable: the file cannot be changed this way.
    """
    content = _content_of(text)
    old = _at(content, path)
    items = (*old, entry) if isinstance(old, list) else (entry,)
    parent = _parent_of(text, path)
    return _verified(_append(text, parent, str(path[-1]), entry), _replaced(content, path, list(items)))


def set_value(text: str, path: Path, value: Value, *, after: str) -> str:
    """The text with a value at `path`, whose last part is a key. A new key stands behind the key `after`, which must be there.

    Raises:
        NotEditable: the file cannot be changed this way.
    """
    parent, key = _parent_of(text, path), str(path[-1])
    old = parent.values.get(key)
    if old is not None:
        before, behind = text[: old.start_mark.index], text[_end_of(old) :]
        key_end = before.rstrip()
        if key_end.endswith(":") and "\n" in before[len(key_end) :]:  # a list below its key
            before = key_end
        space = "" if before[-1].isspace() else " "
        changed = before + space + _in_one_line([value])[1:-1] + behind
    elif parent.is_flow:
        changed = _insert(text, _end_of(parent.values[after]), f", {_in_one_line({key: value})[1:-1]}")
    else:
        changed = _insert_lines(text, _end_of(parent.values[after]), _in_lines({key: value}), indent=parent.column)
    return _verified(changed, _replaced(_content_of(text), path, value))


def remove(text: str, path: Path) -> str:
    """The text without what is at `path`: an entry of a list, or a key with its value. A list that loses its only entry is
    removed with its key.

    Raises:
        NotEditable: the file cannot be changed this way.
    """
    content = _content_of(text)
    parent = _at(content, path[:-1])
    if isinstance(parent, list) and len(parent) == 1:
        return remove(text, path[:-1])
    node = _node_at(text, path[:-1])
    number = path[-1] if isinstance(path[-1], int) else list(parent or ()).index(path[-1])
    return _verified(_without(text, node, number), _without_value(content, path))


@dataclass(frozen=True, kw_only=True, slots=True)
class _Parent:
    """The mapping in which a change is made. Its keys begin in `column`, and `end` is behind its last value."""

    values: Mapping[str, yaml.Node]
    is_flow: bool
    column: int
    end: int


def _node_at(text: str, path: Path) -> yaml.CollectionNode:
    """The list or the mapping at the path. An empty one is not changed here."""
    node: yaml.Node | None = yaml.compose(text, Loader=yaml.CSafeLoader)
    for part in path:
        if isinstance(node, yaml.MappingNode):
            node = next(value for key, value in node.value if key.value == part)
        elif isinstance(node, yaml.SequenceNode):
            node = node.value[int(part)]
    if not isinstance(node, yaml.CollectionNode) or not node.value:
        raise NotEditable
    return node


def _parent_of(text: str, path: Path) -> _Parent:
    node = _node_at(text, path[:-1])
    if not isinstance(node, yaml.MappingNode):
        raise NotEditable
    return _Parent(
        values={key.value: value for key, value in node.value},
        is_flow=bool(node.flow_style),
        column=node.value[0][0].start_mark.column,
        end=_end_of(node.value[-1][1]),
    )


def _append(text: str, parent: _Parent, key: str, entry: Entry) -> str:
    items = parent.values.get(key)
    if items is None:
        if parent.is_flow:
            return _insert(text, parent.end, f", {_in_one_line({key: [entry]})[1:-1]}")
        return _insert_lines(text, parent.end, _in_lines({key: [entry]}), indent=parent.column)
    if isinstance(items, yaml.SequenceNode) and items.value:
        if items.flow_style:
            return _insert(text, _end_of(items.value[-1]), f", {_in_one_line(entry)}")
        return _insert_lines(text, _end_of(items), _in_lines([entry]), indent=items.start_mark.column)
    before, behind = text[: items.start_mark.index].rstrip(" "), text[items.end_mark.index :]  # of [], null, or nothing at all
    if parent.is_flow:
        return f"{before} [{_in_one_line(entry)}]{behind}"
    return _insert_lines(before + behind, len(before), _in_lines([entry]), indent=parent.column + _STEP)


def _without(text: str, node: yaml.CollectionNode, number: int) -> str:
    """The text without one part of a list or a mapping that has others. A comment behind it, or below it and indented deeper,
    belongs to it."""
    parts = node.value if isinstance(node, yaml.SequenceNode) else [key for key, _ in node.value]
    values = node.value if isinstance(node, yaml.SequenceNode) else [value for _, value in node.value]
    start, end = parts[number].start_mark.index, _end_of(values[number])
    if not node.flow_style:
        start, end = text.rfind("\n", 0, start) + 1, _below(text, end, indent=node.start_mark.column)
    elif number:
        start = _end_of(values[number - 1])
    else:
        end = parts[1].start_mark.index
    return text[:start] + text[end:]


def _insert(text: str, index: int, addition: str) -> str:
    return text[:index] + addition + text[index:]


def _insert_lines(text: str, index: int, lines: Sequence[str], *, indent: int) -> str:
    """Insert lines below the one in which `index` lies, and below comments that are indented deeper, which belong to it."""
    newline = "\r\n" if "\r\n" in text else "\n"
    end = _below(text, index, indent=indent)
    block = "".join(f"{' ' * indent}{line}{newline}" for line in lines)
    before = text[:end]
    return before + ("" if before.endswith("\n") else newline) + block + text[end:]


def _below(text: str, index: int, *, indent: int) -> int:
    """Behind the line in which `index` lies, and behind the comments below it that are indented deeper."""
    end = index if index and text[index - 1] == "\n" else _line_end(text, index)
    while (comment := _COMMENT.match(text, end)) and len(comment.group(1)) > indent:
        end = _line_end(text, end)
    return end


def _line_end(text: str, index: int) -> int:
    """Behind the end of the line."""
    end = text.find("\n", index)
    return len(text) if end < 0 else end + 1


def _end_of(node: yaml.Node) -> int:
    """Where the last character of a node ends. The end of a block, as YAML counts, is where the next one begins."""
    while isinstance(node, yaml.CollectionNode) and node.value and not node.flow_style:
        last = node.value[-1]
        node = last[1] if isinstance(node, yaml.MappingNode) else last
    return node.end_mark.index


def _in_lines(value: Value) -> list[str]:
    dumped = yaml.dump(value, Dumper=_IndentedDumper, sort_keys=False, allow_unicode=True, width=_WIDTH)
    return dumped.splitlines()


def _in_one_line(value: Value) -> str:
    return yaml.safe_dump(value, default_flow_style=True, sort_keys=False, allow_unicode=True, width=_WIDTH).strip()


def _content_of(text: str) -> Value:
    (document,) = read_documents(text, file="roster")
    content: Value = document.content
    return content


def _at(content: Value, path: Path) -> Value:
    """What the content says at the path; None if its last key is missing."""
    for part in path:
        if isinstance(content, Mapping):
            content = content.get(str(part))
        elif isinstance(content, list):
            content = content[int(part)]
    return content


def _replaced(content: Value, path: Path, value: Value) -> Value:
    """The content with another value at the path."""
    copy = deepcopy(content)
    parent = _at(copy, path[:-1])
    if isinstance(parent, dict):
        parent[str(path[-1])] = value
    return copy


def _without_value(content: Value, path: Path) -> Value:
    """The content without what is at the path."""
    copy = deepcopy(content)
    parent = _at(copy, path[:-1])
    if isinstance(parent, dict):
        del parent[str(path[-1])]
    elif isinstance(parent, list):
        del parent[int(path[-1])]
    return copy


def _verified(text: str, expected: Value) -> str:
    try:
        content = _content_of(text)
    except DaymarkError:
        raise NotEditable from None
    if content != expected:
        raise NotEditable
    return text
