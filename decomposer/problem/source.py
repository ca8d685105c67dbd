"""Where the text of a problem comes from, with limits, and the lines that errors show."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from typing import IO, Any

from decomposer.errors import Diagnostic, ProblemError

MAX_SIZE = 1_000_000
"""Largest problem file, in bytes."""

_BREAK = re.compile(r"\r\n|[\r\n\x85\u2028\u2029]")
_SHOWN = 160


def read_path(path: Path) -> str:
    """Read a file of at most `MAX_SIZE` bytes of UTF-8.

    Raises
    ------
    ProblemError
        When it is missing, a directory, unreadable, too large, or not text.
    """
    name = str(path)
    try:
        with path.open("rb") as file:
            content = file.read(MAX_SIZE + 1)
    except IsADirectoryError:
        raise _refuse(
            "this is a directory, not a problem file", "is-directory", name, "name a YAML file in it"
        ) from None
    except FileNotFoundError:
        raise _refuse("there is no such file", "no-such-file", name) from None
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise _refuse(f"cannot read this file: {reason}", "unreadable", name) from None
    return decode(content, name)


def read_stream(stream: IO[Any], name: str | None) -> str:
    """Read an open file, text or binary, of at most `MAX_SIZE`."""
    try:
        content = stream.read(MAX_SIZE + 1)
    except UnicodeDecodeError:
        raise _refuse("this is not UTF-8 text", "not-utf8", name, "save the file as UTF-8") from None
    except (OSError, ValueError) as error:
        raise _refuse(f"cannot read this file: {error}", "unreadable", name) from None
    return decode(content, name) if isinstance(content, bytes) else accept(content, name)


def decode(content: bytes, name: str | None) -> str:
    """Turn bytes into text that YAML may be read from."""
    if len(content) > MAX_SIZE:
        raise _too_large(name)
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        found = Diagnostic("this is not UTF-8 text", "not-utf8", line, hint="save the file as UTF-8")
        raise ProblemError(found, file=name) from None
    return accept(text, name)


def accept(text: str, name: str | None) -> str:
    """Return the text, without a byte order mark, if it is small enough and free of control characters."""
    if len(text) > MAX_SIZE:
        raise _too_large(name)
    text = text.removeprefix("\ufeff")
    # YAML's own set of characters; its reader is needed next in any case.
    from yaml.reader import Reader

    bad = Reader.NON_PRINTABLE.search(text)
    if bad is not None:
        before = _BREAK.split(text[: bad.start()])
        message = f"the character U+{ord(bad.group()):04X} cannot stand in a problem file"
        raise ProblemError(Diagnostic(message, "bad-character", len(before), len(before[-1]) + 1), file=name)
    return text


@lru_cache(maxsize=2)
def lines_of(text: str) -> tuple[str, ...]:
    """Split into lines exactly where YAML does."""
    return tuple(_BREAK.split(text))


def shown(lines: Sequence[str], line: int, column: int) -> str:
    """Return a source line fit for printing under an error; empty when the place lies too far right."""
    if not 0 < line <= len(lines) or column > _SHOWN - 8:
        return ""
    content = lines[line - 1]
    cut = content if len(content) <= _SHOWN else content[: _SHOWN - 4] + " ..."
    return "".join(character if character.isprintable() else " " for character in cut)


def _too_large(name: str | None) -> ProblemError:
    return _refuse(f"a problem file may have at most {MAX_SIZE} bytes", "too-large", name)


def _refuse(message: str, code: str, name: str | None, hint: str = "") -> ProblemError:
    return ProblemError(Diagnostic(message, code, hint=hint), file=name)
