"""All errors that a user can cause. Each says what is wrong, where, and what to do."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Diagnostic:
    """One thing that is wrong.

    Parameters
    ----------
    message : str
        What is wrong, in one line.
    code : str
        Stable identifier such as ``unknown-name``.
    line, column : int, optional
        1-based position in the source.
    hint : str
        What to try.
    source : str
        The source line, for the caret; empty when there is none.
    """

    message: str
    code: str = "error"
    line: int | None = None
    column: int | None = None
    hint: str = ""
    source: str = ""
    width: int = 1

    def render(self, file: str | None = None) -> str:
        """Lay the diagnostic out as ``file:line:col: message`` with the source line, a caret and the hint."""
        place = ":".join(str(part) for part in (file, self.line, self.column) if part is not None)
        lines = [f"{place}: {self.message}" if place else self.message]
        if self.source and self.column is not None:
            lines += [f"    {self.source}", "    " + " " * (self.column - 1) + "^" * max(1, self.width)]
        if self.hint:
            lines.append(f"    {self.hint}")
        return "\n".join(lines)

    def to_dict(self) -> dict[str, str | int | None]:
        """Write as plain data."""
        return {
            "code": self.code,
            "message": self.message,
            "line": self.line,
            "column": self.column,
            "width": self.width,
            "source": self.source,
            "hint": self.hint,
        }


class DecomposerError(Exception):
    """Base of every error that decomposer raises on purpose; `exit_code` is what the command line returns."""

    exit_code = 2

    def __init__(self, message: str | Diagnostic, *more: Diagnostic, file: str | None = None) -> None:
        first = message if isinstance(message, Diagnostic) else Diagnostic(message)
        self.diagnostics: tuple[Diagnostic, ...] = (first, *more)
        self.file = file
        super().__init__("\n".join(diagnostic.render(file) for diagnostic in self.diagnostics))


class ExpressionError(DecomposerError, ValueError):
    """A formula that cannot be read, or is too large."""


class ProblemError(DecomposerError, ValueError):
    """A problem that cannot be read or contradicts itself."""


class DesignError(DecomposerError, ValueError):
    """A design that does not satisfy the contract of the problem's tasks."""


class GrowthError(DecomposerError, ValueError):
    """A growth question that cannot be asked: an empty regime, an undeclared variable."""


class OutsideClassError(GrowthError):
    """An expression outside the class that growth can decide."""


class NotExactError(DecomposerError, ArithmeticError):
    """A value that has no exact rational form."""


class InfeasibleError(DecomposerError, ValueError):
    """No design satisfies the problem."""

    exit_code = 3


class OutOfTimeError(DecomposerError, TimeoutError):
    """Time ran out before any design was found."""

    exit_code = 5
