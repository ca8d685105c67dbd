"""What commands share: options, the problem argument, and writing answers and errors."""

from __future__ import annotations

import json
import os
import re
import sys
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import zip_longest
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, TypeVar

import click

from decomposer.errors import DecomposerError, Diagnostic, ExpressionError

if TYPE_CHECKING:
    from decomposer.problem.model import Problem
    from decomposer.report.document import Block

FORMATS = ("text", "json", "markdown", "html")
SUFFIXES = {".txt": "text", ".json": "json", ".md": "markdown", ".html": "html"}
"""Which format a file gets, by its suffix."""

Command = TypeVar("Command", bound=Callable[..., Any])


class Failure(DecomposerError, ValueError):
    """The command line cannot do what was asked."""


@dataclass(frozen=True, slots=True)
class Output:
    """Where an answer goes, and in which format."""

    format: str
    path: Path | None = None


# Options ----------------------------------------------------------------------------------------------------


def problem_argument(command: Command) -> Command:
    """Add the argument PROBLEM."""
    return click.argument("problem", metavar="PROBLEM")(command)


def output_options(command: Command) -> Command:
    """Add ``--format`` and ``-o``."""
    written = click.option(
        "-o",
        "--output",
        "path",
        metavar="FILE",
        help="Write to FILE; its suffix (.txt .json .md .html) sets the format.",
    )(command)
    return click.option("--format", "kind", type=click.Choice(FORMATS), help="Format of the answer; default: text.")(
        written
    )


def set_option(command: Command) -> Command:
    """Add ``--set NAME=NUMBER``."""
    text = "A number for a parameter, such as n=30000, n=1e6 or q=1/2; repeat it for every parameter."
    return click.option("--set", "settings", multiple=True, metavar="NAME=NUMBER", help=text)(command)


def time_option(command: Command) -> Command:
    """Add ``--time-limit SECONDS``."""
    text = "Stop searching after so many seconds, with the best design known by then."
    return click.option("--time-limit", "seconds", type=float, metavar="SECONDS", help=text)(command)


def output_of(kind: str | None, path: str | None) -> Output:
    """Choose the format: the one asked for, else by the suffix of the file, else text.

    Raises
    ------
    Failure
        When the suffix does not tell.
    """
    if path is None:
        return Output(kind or "text")
    file = Path(path)
    found = kind or SUFFIXES.get(file.suffix.lower())
    if found is None:
        known = ", ".join(SUFFIXES)
        hint = f"use one of {known}, or add --format"
        raise Failure(Diagnostic(f"the suffix of `{path}` does not tell its format", "unknown-suffix", hint=hint))
    return Output(found, file)


def numbers_of(settings: Iterable[str]) -> dict[str, Fraction]:
    """Read ``--set`` options into exact numbers.

    Raises
    ------
    Failure
        With every setting that cannot be read.
    """
    found: dict[str, Fraction] = {}
    wrong: list[Diagnostic] = []
    for setting in settings:
        name, equals, value = (part.strip() for part in setting.partition("="))
        if not equals or not name or not value:
            hint = "write it as name=number, such as n=1e6"
            wrong.append(Diagnostic(f"--set {setting}: not a setting", "bad-setting", hint=hint))
        elif name in found:
            wrong.append(Diagnostic(f"--set {setting}: {name} is set twice", "bad-setting", hint="keep one of them"))
        else:
            try:
                found[name] = _number(value)
            except ExpressionError as error:
                first = error.diagnostics[0]
                # There are no names here, so that hints about them lead nowhere.
                hint = first.hint if first.hint and first.code != "unknown-name" else "such as 30000, 1e6 or 3/2"
                wrong.append(Diagnostic(f"--set {setting}: {first.message}", "bad-setting", hint=hint))
    if wrong:
        raise Failure(*wrong)
    return found


def _number(text: str) -> Fraction:
    """Read an exact number."""
    from decomposer.expr import parse

    value = parse(text, names=()).as_fraction()
    if value is None:
        raise ExpressionError(f"{text} is not a rational number")
    return Fraction(value)


def load_problem(argument: str) -> Problem:
    """Load the problem that an argument names: a file, a shipped problem, or ``-`` for standard input."""
    from decomposer.problem.load import load

    if argument == "-":
        return load(sys.stdin.buffer if hasattr(sys.stdin, "buffer") else sys.stdin, name="<stdin>")
    return load(argument)


def read_file(path: str) -> bytes:
    """Read a file, or standard input for ``-``.

    Raises
    ------
    Failure
        When it cannot be read.
    """
    try:
        return sys.stdin.buffer.read() if path == "-" else Path(path).read_bytes()
    except OSError as error:
        reason = error.strerror or str(error)
        raise Failure(Diagnostic(f"cannot read {path}: {reason}", "cannot-read")) from None


# Answers ----------------------------------------------------------------------------------------------------


def deliver(
    output: Output, data: Callable[[], Any], blocks: Callable[[], Iterable[Block]], next_command: str | None = None
) -> None:
    """Write an answer in the format asked for.

    Parameters
    ----------
    output : Output
    data : function
        The answer as plain data, for JSON.
    blocks : function
        The answer as a document, for everything else.
    next_command : str, optional
        What to run next; it replaces any hint that the document has.
    """
    if output.format == "json":
        emit(json_text(data()), output.path)
        return
    from decomposer.report.document import Hint

    document: list[Block] = [block for block in blocks() if not isinstance(block, Hint)]
    if next_command is not None:
        document.append(Hint(next_command))
    emit(_render(output.format, document), output.path, styled=output.format == "text")


def next_command(verb: str, *arguments: str) -> str | None:
    """What to run next on the same problem; nothing where the problem came from standard input."""
    import shlex

    return None if "-" in arguments else f"decomposer {verb} {shlex.join(arguments)}"


def setting_arguments(settings: Iterable[str]) -> list[str]:
    """The options that give the same numbers to another command."""
    return [argument for setting in settings for argument in ("--set", setting)]


def _render(kind: str, document: Sequence[Block]) -> str:
    if kind == "markdown":
        from decomposer.report.markdown import render
    elif kind == "html":
        from decomposer.report.html import render
    else:
        from decomposer.report.text import render
    return render(document)


def json_text(data: Any) -> str:
    """Write plain data as JSON, in ASCII: it reads the same under any locale."""
    return json.dumps(data, indent=2) + "\n"


def emit(text: str, path: Path | None = None, *, styled: bool = False) -> None:
    """Write an answer to standard output, or to a file in one piece.

    Parameters
    ----------
    text : str
    path : Path, optional
    styled : bool
        Whether lines at the margin are headings: they are bold on a terminal, unless NO_COLOR is set.

    Raises
    ------
    Failure
        When the file cannot be written.
    """
    if path is not None:
        write_file(path, text)
        return
    plain = _harmless(text)
    if styled and sys.stdout.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb":
        plain = re.sub(r"(?m)^(?!next: )(\S.*)$", "\033[1m\\1\033[0m", plain)
    try:
        sys.stdout.write(_encodable(plain, sys.stdout))
        sys.stdout.flush()
    except BrokenPipeError:
        # Whoever reads has enough; what the command found still decides its exit code.
        discard_stdout()
    except OSError as error:
        discard_stdout()
        reason = error.strerror or str(error)
        raise Failure(Diagnostic(f"cannot write the answer: {reason}", "cannot-write")) from None


def discard_stdout() -> None:
    """Send what is left to write nowhere, so that the interpreter does not fail on it when it exits."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def write_file(path: Path, text: str) -> None:
    """Write a file so that it holds all of the text or is left as it was.

    Raises
    ------
    Failure
        When it cannot be written.
    """
    target = Path(os.path.realpath(path))
    try:
        if target.exists() and not target.is_file():
            # A device or a pipe (`-o /dev/stderr`) must not be replaced by a file.
            target.write_text(text, encoding="utf-8")
            return
        draft = target.with_name(f".{target.name}.{os.getpid()}")
        try:
            draft.write_text(text, encoding="utf-8")
            if target.exists():
                draft.chmod(target.stat().st_mode & 0o777)
            draft.replace(target)
        finally:
            draft.unlink(missing_ok=True)
    except OSError as error:
        reason = error.strerror or str(error)
        raise Failure(Diagnostic(f"cannot write {path}: {reason}", "cannot-write")) from None


# Errors -----------------------------------------------------------------------------------------------------


def wants_json(args: Sequence[str]) -> bool:
    """Whether the arguments ask for JSON, told before they are parsed: errors in them are reported so too."""
    kind, file = "", ""
    for word, after in zip_longest(args, args[1:], fillvalue=""):
        option, equals, value = word.partition("=")
        if option == "--format":
            kind = value if equals else after
        elif option in ("-o", "--output"):
            file = value if equals else after
    return kind == "json" if kind else file.lower().endswith(".json")


def report_error(diagnostics: Iterable[Diagnostic], file: str | None, exit_code: int, as_json: bool) -> None:
    """Write what is wrong to stderr: for people, or as one JSON object."""
    found = tuple(diagnostics)
    if as_json:
        text = json_text({"exit_code": exit_code, "file": file, "errors": [item.to_dict() for item in found]})
    else:
        text = "".join(f"{item.render(file)}\n" for item in found)
        if file is None and found[0].line is None:
            text = f"decomposer: {text}"
    sys.stderr.write(_encodable(_harmless(text), sys.stderr))


# Text -------------------------------------------------------------------------------------------------------

_SUPERSCRIPTS = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁻", "0123456789-")
_ASCII = str.maketrans(
    {"Θ": "Theta", "Ω": "Omega", "ω": "omega", "·": "*", "√": "sqrt", "≤": "<=", "≥": ">=", "×": "x"}
)


def ascii_text(text: str) -> str:
    """Write formulas in ASCII: ``Θ(m·k²)`` becomes ``Theta(m*k^2)``."""
    powers = re.sub("[⁰¹²³⁴⁵⁶⁷⁸⁹⁻]+", lambda found: "^" + found[0].translate(_SUPERSCRIPTS), text)
    return re.sub(r"√(\w+)", r"sqrt(\1)", powers).translate(_ASCII)


def _encodable(text: str, stream: IO[str]) -> str:
    """Fall back to ASCII formulas where a stream cannot carry the text."""
    encoding = getattr(stream, "encoding", None) or "utf-8"
    try:
        text.encode(encoding)
    except (UnicodeEncodeError, LookupError):
        return ascii_text(text).encode("ascii", "replace").decode("ascii")
    return text


def _harmless(text: str) -> str:
    """Drop control characters, which a problem file could use to play tricks on a terminal."""
    return re.sub(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]", "", text)
