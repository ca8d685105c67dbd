"""``decomposer growth``: the algebra of growths on its own."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, Any, TypeVar

import click

from decomposer.cli.common import Failure, emit, json_text
from decomposer.errors import Diagnostic, ExpressionError

if TYPE_CHECKING:
    from fractions import Fraction

    from decomposer.expr import Expr
    from decomposer.growth import Regime
    from decomposer.growth.recurrences import Recurrence

FORMAT_VERSION = 1

WORDS = {
    "o": "f grows strictly slower than g",
    "O": "f grows at most as fast as g; in parts of the regime as fast, in others slower",
    "Theta": "f and g grow alike",
    "Omega": "f grows at least as fast as g; in parts of the regime as fast, in others faster",
    "omega": "f grows strictly faster than g",
    "incomparable": "which of the two grows faster depends on the regime",
    "unknown": "not decided: this is outside of what the algebra can tell",
}
SIGNS = {"o": "f = o(g)", "O": "f = O(g)", "Theta": "f = Θ(g)", "Omega": "f = Ω(g)", "omega": "f = ω(g)"}

Command = TypeVar("Command", bound=Callable[..., Any])


@click.group()
def growth() -> None:
    """Compare growths, simplify them, and find those of sums and recurrences.

    Formulas are written as in Python: n**2*log(n), sqrt(n), 2**n, factorial(n), max(a, b); log is the natural
    logarithm, lg the binary one.
    """


def regime_options(command: Command) -> Command:
    """Add the options that say how the variables grow."""
    for option in (
        click.option("--format", "kind", type=click.Choice(("text", "json")), default="text", help="Default: text."),
        click.option("--constant", "constants", multiple=True, metavar="NAME[:LOW:HIGH]",
                     help="NAME is a positive constant, between LOW and HIGH where given: q:0:1."),
        click.option("--unbounded", multiple=True, metavar="NAMES",
                     help="Variables that tend to infinity, with commas between; by default every one."),
        click.option("--assume", multiple=True, metavar="RELATION",
                     help="What is known of the variables: 'b <= k', 'm << n', 'm == k*s'; may be repeated."),
    ):  # fmt: skip
        command = option(command)
    return command


@growth.command(short_help="Compare two growths.")
@click.argument("f")
@click.argument("g")
@regime_options
def relation(
    f: str, g: str, assume: Sequence[str], unbounded: Sequence[str], constants: Sequence[str], kind: str
) -> None:
    """Compare the growths F and G: o, O, Theta, Omega, omega or incomparable.

    Example: decomposer growth relation "n*k" "n**2" --assume "k <= n"
    """
    from decomposer.growth import relation as compare

    left, right = _read("F", f), _read("G", g)
    regime = _regime((left, right), assume, unbounded, constants)
    found = compare(left, right, regime=regime)
    name = found.kind
    if kind == "json":
        _emit_json("relation", {"meaning": WORDS[name], **found.to_dict()}, regime)
        return
    lines = [f"{SIGNS[name]}: {WORDS[name]}" if name in SIGNS else f"{name}: {WORDS[name]}"]
    lines += [f"  f = {_pretty(left)}", f"  g = {_pretty(right)}"]
    lines += [f"  {line}" for line in _regime_lines(regime)]
    if name == "unknown":
        lines.append(f"  because {found.reason}")
    else:
        lines += [f"  {claim}" for claim in found.witness]
    emit("\n".join(lines) + "\n")


@growth.command()
@click.argument("f")
@regime_options
def theta(f: str, assume: Sequence[str], unbounded: Sequence[str], constants: Sequence[str], kind: str) -> None:
    """Simplify the growth F to its dominant terms.

    Example: decomposer growth theta "3*n**2 + n*log(n) + k" --assume "k <= n"
    """
    from decomposer.growth import theta as simplify

    expr = _read("F", f)
    regime = _regime((expr,), assume, unbounded, constants)
    found = simplify(expr, regime=regime).expr
    if kind == "json":
        _emit_json("theta", {"f": str(expr), "theta": str(found)}, regime)
        return
    emit("\n".join([f"Θ({_pretty(found)})", *(f"  {line}" for line in _regime_lines(regime))]) + "\n")


@growth.command("sum")
@click.argument("term")
@click.option("--index", default="i", show_default=True, help="The index of the sum.")
@click.option("--from", "low", default="1", show_default=True, metavar="LOW", help="First value of the index.")
@click.option("--to", "high", default="n", show_default=True, metavar="HIGH", help="Last value of the index.")
@regime_options
def sum_command(
    term: str,
    index: str,
    low: str,
    high: str,
    assume: Sequence[str],
    unbounded: Sequence[str],
    constants: Sequence[str],
    kind: str,
) -> None:
    """Find the growth of the sum of TERM, and its closed form where there is one.

    Example: decomposer growth sum "i*2**i" --index i --from 1 --to n
    """
    from decomposer.growth.sums import closed_form, sum_theta

    summand, first, last = _read("TERM", term), _read("--from", low), _read("--to", high)
    if not index.isidentifier():
        raise Failure(Diagnostic(f"--index {index}: not a name", "usage"))
    regime = _regime((summand, first, last), assume, unbounded, constants, without=index)
    found = sum_theta(summand, index, first, last, regime)
    exact = closed_form(summand, index, first, last)
    if kind == "json":
        answer = {"term": str(summand), "index": index, "from": str(first), "to": str(last), "theta": str(found)}
        _emit_json("sum", {**answer, "exact": None if exact is None else str(exact)}, regime)
        return
    lines = [f"Θ({_pretty(found)})"]
    if exact is not None:
        lines.append(f"  exactly {_pretty(exact)}")
    emit("\n".join([*lines, *(f"  {line}" for line in _regime_lines(regime))]) + "\n")


@growth.command()
@click.argument("equation")
@regime_options
def recurrence(
    equation: str, assume: Sequence[str], unbounded: Sequence[str], constants: Sequence[str], kind: str
) -> None:
    """Find the growth of the solution of a recurrence.

    Example: decomposer growth recurrence "T(n) = 2T(n/2) + n/lg(n)"
    """
    from decomposer.growth.recurrences import recurrence as solve

    regime = None
    if assume or unbounded or constants:
        regime = _regime(_sides(equation), assume, unbounded, constants)
    found = solve(equation, regime)
    if kind == "json":
        _emit_json("recurrence", {"equation": equation, **_plain(found)}, regime)
        return
    lines = [f"Θ({_pretty(found.theta)})", f"  by {found.method}"]
    if found.exponent is not None:
        lines.append(f"  exponent {_pretty(found.exponent)}")
    if found.bounds is not None:
        lines.append(f"  {found.unknown} = {_decimal(*found.bounds)} solves {found.equation}")
    lines += [f"  {note}" for note in found.notes]
    emit("\n".join([*lines, *(f"  {line}" for line in _regime_lines(regime))]) + "\n")


# -- reading ----------------------------------------------------------------------------------------


def _read(where: str, text: str) -> Expr:
    from decomposer.expr import parse

    try:
        return parse(text)
    except ExpressionError as error:
        raise ExpressionError(*error.diagnostics, file=where) from None


def _sides(equation: str) -> tuple[Expr, ...]:
    from decomposer.expr.parse import parse_equation

    read = parse_equation(equation)
    calls = {name for name, _ in read.calls}
    return (read.argument, read.right.subs(dict.fromkeys(calls, 1)), *(argument for _, argument in read.calls))


def _regime(
    formulas: Iterable[Expr],
    assume: Sequence[str],
    unbounded: Sequence[str],
    constants: Sequence[str],
    without: str | None = None,
) -> Regime:
    """Make the regime; variables that only assumptions mention take part."""
    from decomposer.expr.parse import parse_relation
    from decomposer.growth import Regime

    names = {name for formula in formulas for name in formula.symbols} - {without}
    for number, text in enumerate(assume, start=1):
        try:
            left, _, right = parse_relation(text)
        except ExpressionError as error:
            where = "--assume" if len(assume) == 1 else f"--assume {number}"
            raise ExpressionError(*error.diagnostics, file=where) from None
        names |= left.symbols | right.symbols
    fixed = dict(map(_constant, constants))
    chosen = [name for group in unbounded for name in re.split(r"[\s,]+", group) if name]
    for name in (*chosen, *fixed):
        if name not in names:
            from decomposer.problem.suggest import suggest

            message = f"the variable {name!r} occurs in no formula"
            raise Failure(Diagnostic(message, "unknown-name", hint=suggest(name, sorted(names))))
    growing = chosen if unbounded else sorted(names - fixed.keys())
    return Regime.of(list(assume), unbounded=growing, constants=fixed)


def _constant(text: str) -> tuple[str, tuple[Fraction | None, Fraction | None]]:
    from decomposer.expr import parse

    name, *ends = text.split(":")
    try:
        if not name.isidentifier() or len(ends) not in (0, 2):
            raise ValueError
        values = [parse(end).as_fraction() if end.strip() else None for end in ends] or [None, None]
    except (ExpressionError, ValueError):
        hint = "write a name, or a name with bounds: q:0:1"
        raise Failure(Diagnostic(f"--constant {text}: not a constant", "usage", hint=hint)) from None
    from fractions import Fraction

    low, high = (None if value is None else Fraction(value) for value in values)
    return name, (low, high)


# -- writing ----------------------------------------------------------------------------------------


def _pretty(expr: Expr) -> str:
    from decomposer.expr import pretty

    return pretty(expr)


def _regime_lines(regime: Regime | None) -> list[str]:
    """Say what was assumed; that every variable grows goes without saying."""
    from decomposer.growth.regime import describe

    return [] if regime is None or not regime.assumptions else ["where " + ", ".join(map(describe, regime.assumptions))]


def _emit_json(command: str, answer: dict[str, Any], regime: Regime | None) -> None:
    data: dict[str, Any] = {"format_version": FORMAT_VERSION, "command": f"growth {command}", **answer}
    if regime is not None:
        data["regime"] = regime.to_dict()
    emit(json_text(data))


def _plain(found: Recurrence) -> dict[str, Any]:
    return {
        "theta": str(found.theta),
        "method": found.method,
        "exponent": None if found.exponent is None else str(found.exponent),
        "unknown": found.unknown,
        "unknown_solves": found.equation or None,
        "unknown_bounds": None if found.bounds is None else [str(end) for end in found.bounds],
        "notes": list(found.notes),
    }


def _decimal(low: Fraction, high: Fraction) -> str:
    """Write the digits that two bounds share; no rounding, no floating point."""
    for digits in range(12, 0, -1):
        scale = 10**digits
        a, b = low * scale // 1, high * scale // 1
        if a == b:
            return f"{a // scale}.{a % scale:0{digits}d}…"
    return f"{low} to {high}"
