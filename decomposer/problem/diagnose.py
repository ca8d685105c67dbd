"""Where an error of a problem stands: from paths to lines, columns and carets."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from decomposer.errors import Diagnostic, ProblemError
from decomposer.problem.source import lines_of, shown
from decomposer.problem.suggest import suggest

if TYPE_CHECKING:
    from decomposer.problem.model import Problem
    from decomposer.problem.yaml import Document, Loc, Mark

MAX_SHOWN = 50
_WORD = re.compile(r"[^\s,\[\]{}:#\"']+")
_STEP = re.compile(r"([^.\[\]]+)|\[(\d+)\]")


@dataclass(frozen=True, slots=True)
class Issue:
    """Something wrong at a path of a problem.

    Parameters
    ----------
    loc : tuple of str and int
        The path.
    message, code, hint : str
        As in `Diagnostic`.
    token : str
        A word of the value, for the caret.
    known : callable, optional
        What the token could have been, for the hint; called only when the issue is shown.
    column, width : int
        1-based place within the value, when known.
    at_key : bool
        Whether the key is at fault, not its value.
    """

    loc: Loc
    message: str
    code: str
    hint: str = ""
    token: str = ""
    known: Callable[[], Iterable[str]] | None = None
    column: int = 0
    width: int = 1
    at_key: bool = False


def dotted(loc: Loc) -> str:
    """Write a path as in ``designs.naive[0].do[1]``."""
    parts = (f"[{part}]" if isinstance(part, int) else f".{part}" for part in loc)
    return "".join(parts).removeprefix(".")


def split(path: str) -> Loc:
    """Read a path that `dotted` wrote."""
    return tuple(word or int(index) for word, index in _STEP.findall(path))


def diagnostic(
    problem: Problem, path: str | Loc, message: str, code: str, hint: str = "", token: str = ""
) -> Diagnostic:
    """Place an error about a problem: at `path`, or at the nearest thing above it that the file holds.

    A problem built in code has no lines; there the path itself begins the message.
    """
    loc = split(path) if isinstance(path, str) else path
    for length in range(len(loc), 0, -1):
        place = problem.marks.get(dotted(loc[:length]))
        if place is not None:
            break
    else:
        return _homeless(Issue(loc, message, code), hint)
    lines = lines_of(problem.source)
    line, column = place
    source = lines[line - 1] if line <= len(lines) else ""
    word = _find(token, source, column - 1) or _WORD.match(source, column - 1)
    if word is None:
        return _placed(lines, line, column, 1, message, code, hint)
    return _placed(lines, line, word.start() + 1, word.end() - word.start(), message, code, hint)


def render(issues: Iterable[Issue], document: Document | None) -> list[Diagnostic]:
    """Place issues in the document that was read, in order of place; the first 50 in full.

    Without a document, paths begin the messages.
    """
    if document is None:
        ordered = sorted(set(issues), key=lambda one: [str(part) for part in one.loc])
        found = [_homeless(one, _hint(one)) for one in ordered[:MAX_SHOWN]]
    else:
        placed = sorted(((_mark(document, one), one) for one in set(issues)), key=lambda pair: _order(*pair))
        ordered = [one for _, one in placed]
        found = [_in_document(document, mark, one) for mark, one in placed[:MAX_SHOWN]]
    if len(ordered) > MAX_SHOWN:
        found.append(Diagnostic(f"... and {len(ordered) - MAX_SHOWN} more errors", "more"))
    return found


def refusal(found: Iterable[Diagnostic], file: str | None) -> ProblemError:
    """Make one error of all that was found, in order of place."""
    last = 10**9
    ordered = sorted(dict.fromkeys(found), key=lambda one: (one.code == "more", one.line or last, one.column or 0))
    return ProblemError(ordered[0], *ordered[1:], file=file)


def marks_of(document: Document) -> dict[str, tuple[int, int]]:
    """Return the place by which errors name each path: the value of a scalar, the key of anything larger."""
    places: dict[str, tuple[int, int]] = {}
    for loc, mark in document.marks.items():
        key = document.keys.get(loc)
        best = mark if key is None or mark.verbatim else key
        if loc:
            places[dotted(loc)] = (best.line, best.column)
    return places


def _order(mark: Mark, issue: Issue) -> tuple[int, int, int, str]:
    return mark.line, mark.column, issue.column, issue.message


def _hint(issue: Issue) -> str:
    if issue.known is None:
        return issue.hint
    return suggest(issue.token, issue.known()) or issue.hint


def _homeless(issue: Issue, hint: str) -> Diagnostic:
    return Diagnostic(f"{dotted(issue.loc)}: {issue.message}" if issue.loc else issue.message, issue.code, hint=hint)


def _mark(document: Document, issue: Issue) -> Mark:
    loc = issue.loc
    for length in range(len(loc), 0, -1):
        here = loc[:length]
        mark, key = document.marks.get(here), document.keys.get(here)
        if mark is not None:
            at_key = (issue.at_key and length == len(loc)) or not mark.verbatim
            return key if key is not None and at_key else mark
    return document.marks[()]


def _in_document(document: Document, mark: Mark, issue: Issue) -> Diagnostic:
    line, column, width = mark.line, mark.column, mark.width
    source = document.lines[line - 1] if line <= len(document.lines) else ""
    if mark.verbatim and issue.column:
        column, width = column + issue.column - 1, issue.width
    elif mark.verbatim and issue.token:
        word = _find(issue.token, source[: column - 1 + width], column - 1)
        if word is not None:
            column, width = word.start() + 1, word.end() - word.start()
    return _placed(document.lines, line, column, width, issue.message, issue.code, _hint(issue))


def _find(token: str, source: str, start: int) -> re.Match[str] | None:
    return re.compile(rf"(?<!\w){re.escape(token)}(?!\w)").search(source, start) if token else None


def _placed(lines: Sequence[str], line: int, column: int, width: int, message: str, code: str, hint: str) -> Diagnostic:
    source = shown(lines, line, column)
    return Diagnostic(message, code, line, column, hint, source, max(1, min(width, len(source) - column + 1)))
