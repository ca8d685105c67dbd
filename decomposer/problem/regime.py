"""The regime of a problem: how its parameters may grow, and whether its assumptions leave any way at all."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from fractions import Fraction
from functools import lru_cache
from typing import TYPE_CHECKING

from decomposer.errors import DecomposerError
from decomposer.expr.parse import parse_relation
from decomposer.problem.diagnose import Issue
from decomposer.problem.items import implied, overfull, room_for_items
from decomposer.problem.model import Problem

if TYPE_CHECKING:
    from decomposer.growth.regime import Regime

MAX_ASSUMPTIONS = 64

Constants = tuple[tuple[str, Fraction | None, Fraction | None], ...]


def regime(problem: Problem) -> Regime:
    """Return the regime: growing parameters are unbounded, free ones may stay bounded, constants have their bounds.

    Items are no more than the parts they are found in can hold, so what that says of the parameters belongs to it.

    Raises
    ------
    GrowthError
        When the assumptions contradict each other, or one of them cannot be used.
    """
    return _regime(problem.assume, implied(problem), *_kinds(problem))


def _kinds(problem: Problem) -> tuple[tuple[str, ...], Constants]:
    growing = tuple(sorted(name for name, one in problem.parameters.items() if one.kind == "growing"))
    constants = tuple(
        (name, one.low, one.high) for name, one in sorted(problem.parameters.items()) if one.kind == "constant"
    )
    return growing, constants


@lru_cache(maxsize=256)
def _regime(assume: tuple[str, ...], more: tuple[str, ...], growing: tuple[str, ...], constants: Constants) -> Regime:
    from decomposer.growth import is_big_o
    from decomposer.growth.regime import Regime

    found = Regime.of(assume, growing, {name: (low, high) for name, low, high in constants})
    for text in more:
        left, _, right = parse_relation(text)
        with suppress(DecomposerError):  # sums and functions of some kinds cannot be assumed to be small
            if not is_big_o(left, right, regime=found):
                found = found.extended((text,))
    return found


def contradictory(problem: Problem) -> Iterator[Issue]:
    """Yield an issue at the first assumption that does not fit those before it."""
    if len(problem.assume) > MAX_ASSUMPTIONS:
        yield Issue(("assume",), f"more than {MAX_ASSUMPTIONS} assumptions", "too-many", at_key=True)
        return
    fault = _fault(problem, problem.assume)
    if fault is None:
        yield from _outgrown(problem)
        return
    fits, fails = 0, len(problem.assume)
    while fails - fits > 1:
        middle = (fits + fails) // 2
        failed = _fault(problem, problem.assume[:middle])
        fits, fails, fault = (fits, middle, failed) if failed is not None else (middle, fails, fault)
    found = fault.diagnostics[0]
    if found.code != "contradiction":
        yield Issue(("assume", fails - 1), found.message, "assumption", found.hint)
        return
    others = _conflict(problem, fails - 1)
    if others:
        against = " and ".join(f"`{text}`" for text in others) if len(others) < 4 else "those before it"
        message = f"`{problem.assume[fails - 1]}` contradicts {against}"
    else:
        message = f"`{problem.assume[fails - 1]}` cannot hold for the parameters as declared"
    hint = "a parameter grows without bound unless it says `kind: free` or `kind: constant`"
    yield Issue(("assume", fails - 1), message, "contradiction", hint)


def _outgrown(problem: Problem) -> Iterator[Issue]:
    """Yield an issue for every finder of more items, in the end, than there can be."""
    stated = _regime(problem.assume, (), *_kinds(problem))
    for task, count, most in room_for_items(problem):
        if count.symbols | most.symbols:
            try:
                stated.extended((f"{count} <= {most}",))
            except DecomposerError as error:
                if error.diagnostics[0].code == "contradiction":
                    yield overfull(problem, task, count, most)


def _fault(problem: Problem, assume: tuple[str, ...]) -> DecomposerError | None:
    try:
        _regime(assume, (), *_kinds(problem))
    except DecomposerError as error:
        return error
    return None


def _conflict(problem: Problem, last: int) -> list[str]:
    """Return a set of earlier assumptions that the one at `last` contradicts, none of which can be spared.

    Where logarithms or exponentials make each try expensive, all of them.
    """
    kept = list(problem.assume[:last])
    if any("(" in text or "**" in text or "^" in text for text in problem.assume[: last + 1]):
        return kept
    for text in problem.assume[:last]:
        fewer = [other for other in kept if other != text]
        if _fault(problem, (*fewer, problem.assume[last])) is not None:
            kept = fewer
    return kept
