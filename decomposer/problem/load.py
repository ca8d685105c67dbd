"""Reading problems: from a file, an open stream, text, plain data, or the problems shipped with the package."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

from decomposer.errors import Diagnostic, ProblemError
from decomposer.problem.source import accept, read_path, read_stream
from decomposer.problem.suggest import suggest

if TYPE_CHECKING:
    from decomposer.problem.model import Problem

_SUFFIXES = (".yaml", ".yml", ".json")


def load(source: str | Path | IO[Any] | Mapping[str, Any], *, name: str | None = None) -> Problem:
    """Read and check a problem.

    Parameters
    ----------
    source : str, Path, open file or mapping
        A path, or the name of a shipped problem when there is no such file; an open file, text or binary; or
        the content of a problem file as plain data, in which formulas may be `Expr` or exact numbers.
    name : str, optional
        What errors call the source, instead of its path.

    Raises
    ------
    ProblemError
        With every error found, each with its line and column.
    """
    from decomposer.problem.read import from_data, from_text

    if isinstance(source, Mapping):
        return from_data(source, name)
    if isinstance(source, str | Path):
        text, file = _text_of(source)
        return from_text(text, name or file)
    if not hasattr(source, "read"):
        kind = type(source).__name__
        raise ProblemError(f"cannot read a problem from a {kind}; pass a path, an open file or a mapping")
    label = name or getattr(source, "name", None)
    shown = label if isinstance(label, str) else None
    return from_text(read_stream(source, shown), shown)


def loads(text: str, *, name: str | None = None) -> Problem:
    """Read and check a problem from the text of a problem file.

    Raises
    ------
    ProblemError
        As `load`.
    """
    from decomposer.problem.read import from_text

    return from_text(accept(text, name), name)


def problem_of(source: Problem | str | Path) -> Problem:
    """Return a problem as it is; read one that is given by its path, or by the name of a shipped one.

    Raises
    ------
    TypeError
        For anything else.
    ProblemError
        As `load`.
    """
    from decomposer.problem.model import Problem

    if isinstance(source, Problem):
        return source
    if isinstance(source, str | Path):
        return load(source)
    raise TypeError(
        f"expected a Problem, or the path or name of one, found {type(source).__name__}; "
        "decomposer.load reads files and mappings, decomposer.build makes problems"
    )


def _text_of(source: str | Path) -> tuple[str, str]:
    from decomposer.problems import names, read

    if isinstance(source, str) and not source.strip():  # as a path that would be the current directory
        hint = "give a problem file, or the name of a shipped problem, such as `debugging`"
        raise ProblemError(Diagnostic("the name of the problem is empty", "no-such-problem", hint=hint))
    path = Path(source)
    try:
        there = path.exists()
    except (OSError, ValueError):
        there = False
    word = str(source)
    if isinstance(source, str) and (not there or path.is_dir()) and word in names():
        return read(word), f"{word}.yaml"
    if there or path.suffix in _SUFFIXES or len(path.parts) > 1:
        return read_path(path), word
    shown = word if len(word) <= 80 and word.isprintable() else f"{word[:80]!r}..."
    message = f"there is no file and no shipped problem `{shown}`"
    raise ProblemError(Diagnostic(message, "no-such-problem", hint=suggest(word, names())))
