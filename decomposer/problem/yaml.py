"""Reading YAML safely: exact numbers, a place for every node, no duplicate keys, bounded in every direction.

The tree is built from PyYAML's stream of events, so that depth, number of nodes and aliases are bounded
before anything is composed. Scalars follow YAML 1.2 and keep their text: ``no`` is the word, ``0.1`` is
exactly a tenth wherever a formula reads it. Tags and merge keys are refused.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from decomposer.errors import Diagnostic, ProblemError
from decomposer.problem.source import lines_of, shown

if TYPE_CHECKING:
    from collections.abc import Iterator

Loc = tuple[str | int, ...]
"""The way to a node: keys and indices from the root."""

MAX_DEPTH = 40
MAX_NODES = 100_000
MAX_KEY = 100

_NUMBER = re.compile(r"\d+(\.\d+)?([eE]\d+)?|\d+(\^|\*\*)\d+")

_WORDS: Mapping[str, bool | None] = {
    "": None, "~": None, "null": None, "Null": None, "NULL": None,
    "true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False,
}  # fmt: skip
_TAGS = frozenset({None, "!", "tag:yaml.org,2002:str"})


@dataclass(frozen=True, slots=True)
class Mark:
    """A place in the source, 1-based; `verbatim` when a scalar stands there letter by letter."""

    line: int
    column: int
    width: int = 1
    verbatim: bool = False


@dataclass(frozen=True, slots=True)
class Document:
    """What was read: plain data, and where each node and each key stands."""

    data: object
    lines: Sequence[str]
    marks: Mapping[Loc, Mark]
    keys: Mapping[Loc, Mark]
    found: tuple[Diagnostic, ...]
    """Faults that did not prevent reading on: duplicate keys, missing values."""
    dropped: frozenset[str]
    """Keys left out for such a fault."""


class Bare(str):
    """A number without quotes; it keeps its text, but is none where words are asked for."""

    __slots__ = ()


@dataclass(slots=True)
class _Node:
    kind: Literal["scalar", "list", "map"]
    mark: Mark
    word: str | bool | None = None
    items: list[tuple[_Node | None, _Node]] | None = None
    size: int = 1
    height: int = 1


def read(text: str, file: str | None = None) -> Document:
    """Read one YAML document, in time linear in its size.

    Raises
    ------
    ProblemError
        When it is not YAML, or exceeds a limit (depth 40, 100 000 nodes after expansion of aliases).
    """
    reader = _Reader(text, file)
    return reader.document(reader.compose())


class _Reader:
    def __init__(self, text: str, file: str | None) -> None:
        self.text = text
        self.file = file
        self.lines = lines_of(text)
        self.found: list[Diagnostic] = []
        self.marks: dict[Loc, Mark] = {}
        self.keys: dict[Loc, Mark] = {}
        self.dropped: set[str] = set()

    # -- from events to a tree ----------------------------------------------------------------------

    def compose(self) -> _Node:
        anchors: dict[str, _Node | None] = {}
        stack: list[tuple[_Node, str | None]] = []
        pending: list[_Node | None] = []
        root: _Node | None = None
        for event in self.events():
            kind = type(event).__name__
            place = Mark(event.start_mark.line + 1, event.start_mark.column + 1)
            if kind in ("SequenceEndEvent", "MappingEndEvent"):
                node, anchor = stack.pop()
                pending.pop()
                place = node.mark
                if anchor is not None:
                    anchors[anchor] = node
            elif kind == "AliasEvent":
                target = anchors.get(event.anchor)
                if target is None:
                    recursive = event.anchor in anchors
                    message = f"`*{event.anchor}` " + ("contains itself" if recursive else "was not anchored before")
                    raise self.refuse(message, "alias", place)
                node, anchor = target, None
            elif kind in ("ScalarEvent", "SequenceStartEvent", "MappingStartEvent"):
                node, anchor = self.node(event, kind, place), event.anchor
                if anchor is not None:
                    anchors[anchor] = node if kind == "ScalarEvent" else None
                if kind != "ScalarEvent":
                    if len(stack) >= MAX_DEPTH:
                        raise self.refuse(f"nested deeper than {MAX_DEPTH} levels", "too-deep", place)
                    stack.append((node, anchor))
                    pending.append(None)
                    continue
            elif kind == "DocumentStartEvent" and root is not None:
                raise self.refuse("a second document begins here", "documents", place)
            else:
                continue
            if not stack:
                root = node
                continue
            if len(stack) + node.height > MAX_DEPTH:
                raise self.refuse(f"nested deeper than {MAX_DEPTH} levels", "too-deep", place)
            self.attach(stack[-1][0], pending, node, place)
        if root is None or (root.kind == "scalar" and root.word is None):
            raise ProblemError(
                Diagnostic("the file is empty", "empty", hint="`decomposer init` writes a sample"), file=self.file
            )
        return root

    def attach(self, parent: _Node, pending: list[_Node | None], node: _Node, mark: Mark) -> None:
        assert parent.items is not None
        if parent.kind == "list":
            parent.items.append((None, node))
        elif pending[-1] is None:
            if node.kind != "scalar":
                raise self.refuse("a key must be a word", "bad-key", mark)
            pending[-1] = node
        else:
            parent.items.append((pending[-1], node))
            pending[-1] = None
        parent.size += node.size
        parent.height = max(parent.height, node.height + 1)
        if parent.size > MAX_NODES:
            raise self.refuse(f"more than {MAX_NODES} values", "too-many", mark)

    def node(self, event: Any, kind: str, place: Mark) -> _Node:
        if event.tag is not None and event.tag not in _TAGS:
            raise self.refuse("tags are not used in problem files", "tag", place)
        if kind != "ScalarEvent":
            return _Node("map" if kind == "MappingStartEvent" else "list", place, items=[])
        line, column = place.line, place.column
        value: str = event.value
        quoted = event.style in ("'", '"')
        if quoted:
            column += 1
        verbatim = event.style not in ("|", ">") and self.line(line).startswith(value, column - 1)
        plain = not quoted and event.style not in ("|", ">") and event.tag is None
        word = _WORDS.get(value, value) if plain else value
        if plain and isinstance(word, str) and _NUMBER.fullmatch(word):
            word = Bare(word)
        return _Node("scalar", Mark(line, column, max(1, len(value)) if verbatim else 1, verbatim), word)

    def line(self, number: int) -> str:
        """Return a line; empty behind the last, where YAML places what is missing at the end."""
        return self.lines[number - 1] if number <= len(self.lines) else ""

    def events(self) -> Iterator[Any]:
        import yaml

        loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
        try:
            yield from yaml.parse(self.text, Loader=loader)
        except yaml.MarkedYAMLError as error:
            about = ", ".join(str(part) for part in (error.context, error.problem) if part)
            mark = error.problem_mark or error.context_mark
            place = Mark(mark.line + 1, mark.column + 1) if mark is not None else None
            if place is not None and self.line(place.line).startswith("\t", place.column - 1):
                raise self.refuse("not YAML: a tab", "syntax", place, "indent with spaces") from None
            raise self.refuse(f"not YAML: {about}", "syntax", place) from None
        except yaml.YAMLError as error:
            raise ProblemError(Diagnostic(f"not YAML: {error}", "syntax"), file=self.file) from None

    # -- from the tree to data ----------------------------------------------------------------------

    def document(self, root: _Node) -> Document:
        self.marks[()] = root.mark
        data = self.convert(root, ())
        return Document(data, self.lines, self.marks, self.keys, tuple(self.found), frozenset(self.dropped))

    def convert(self, node: _Node, loc: Loc) -> object:
        if node.kind == "scalar":
            return node.word
        assert node.items is not None
        if node.kind == "list":
            values = []
            for index, (_, item) in enumerate(node.items):
                here = (*loc, index)
                self.marks[here] = item.mark
                if item.kind == "scalar" and item.word is None:
                    self.fault("an item has no value", "no-value", item.mark, "write one, or remove the item")
                values.append(self.convert(item, here))
            return values
        mapping: dict[str, object] = {}
        for key, item in node.items:
            assert key is not None
            name = self.key(key)
            if name is None:
                continue
            here = (*loc, name)
            if name in mapping:
                self.fault(f"the key `{name}` stands twice", "duplicate-key", key.mark, "merge the two or remove one")
                continue
            if item.kind == "scalar" and item.word is None:
                self.fault(f"`{name}` has no value", "no-value", key.mark, "write one, or remove the key")
                self.dropped.add(name)
                continue
            self.keys[here] = key.mark
            self.marks[here] = item.mark
            mapping[name] = self.convert(item, here)
        return mapping

    def key(self, node: _Node) -> str | None:
        word = node.word
        if isinstance(word, bool):
            return "true" if word else "false"
        if not word:
            self.fault("a key is missing before `:`", "bad-key", node.mark)
            return None
        if len(word) > MAX_KEY:
            self.fault(f"a key may have at most {MAX_KEY} characters", "bad-key", node.mark)
            return None
        return word

    # -- errors -------------------------------------------------------------------------------------

    def fault(self, message: str, code: str, mark: Mark, hint: str = "") -> None:
        source = shown(self.lines, mark.line, mark.column)
        self.found.append(
            Diagnostic(message, code, mark.line, mark.column, hint, source, min(mark.width, len(source) or 1))
        )

    def refuse(self, message: str, code: str, mark: Mark | None, hint: str = "") -> ProblemError:
        if mark is None:
            return ProblemError(Diagnostic(message, code, hint=hint), file=self.file)
        source = shown(self.lines, mark.line, mark.column)
        return ProblemError(Diagnostic(message, code, mark.line, mark.column, hint, source), file=self.file)
