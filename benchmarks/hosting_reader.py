"""Facility location instances (OR-Library ``cap``, without their capacities) as selection problems."""

from __future__ import annotations

import math
import random
from collections.abc import Iterator
from decimal import Decimal, InvalidOperation
from fractions import Fraction
from pathlib import Path

from decomposer.solvers.selection import Alternative, Level, Resource, Selection


class Unreadable(ValueError):
    """The file is no facility location instance in this format."""


def read(path: Path) -> Selection:
    """Read an instance: customers are OR nodes, facilities resources; capacities and demands are ignored.

    Costs are decimals: they are multiplied by a power of ten, and the objective divided by it.

    Raises
    ------
    Unreadable
        With what is wrong.
    """
    words = iter(path.read_text(encoding="utf-8", errors="replace").split())
    facilities, customers = (_whole(words, path) for _ in range(2))
    opening = []
    for _ in range(facilities):
        next(words, None)  # the capacity: a number, or the word "capacity"
        opening.append(_number(words, path))
    serving = []
    for _ in range(customers):
        next(words, None)  # the demand
        serving.append([_number(words, path) for _ in range(facilities)])
    if next(words, None) is not None:
        raise Unreadable(f"{path}: there is more than {facilities} facilities and {customers} customers")
    return problem(opening, serving)


def _number(words: Iterator[str], path: Path) -> Decimal:
    word = next(words, None)
    if word is None:
        raise Unreadable(f"{path}: it ends too early")
    try:
        number = Decimal(word)
    except InvalidOperation as wrong:
        raise Unreadable(f"{path}: {word!r} is no number") from wrong
    if not number.is_finite() or number < 0:
        raise Unreadable(f"{path}: {word} is no cost")
    return number


def _whole(words: Iterator[str], path: Path) -> int:
    number = _number(words, path)
    if number != int(number) or not number:
        raise Unreadable(f"{path}: {number} is no count")
    return int(number)


def problem(opening: list[Decimal], serving: list[list[Decimal]]) -> Selection:
    """The instance with these costs; `serving` by customer, then by facility."""
    places = max((-int(c.as_tuple().exponent) for row in (opening, *serving) for c in row), default=0)
    factor = 10 ** max(0, places)
    return Selection(
        choices=tuple(
            tuple(Alternative((int(cost * factor),), uses=(facility,)) for facility, cost in enumerate(row))
            for row in serving
        ),
        roots=tuple(range(len(serving))),
        levels=(Level((Fraction(1, factor),)),),
        resources=tuple(Resource((int(cost * factor),)) for cost in opening),
    )


def generate(seed: int, facilities: int = 100, customers: int = 1000, dear: int = 1) -> Selection:
    """An instance in the style of OR-Library's large ones: places in a square, demands, prices of opening.

    Parameters
    ----------
    dear : int
        How much opening costs: of a hundred facilities 1 opens about a dozen, 4 about six.
    """
    rng = random.Random(seed)

    def spots(count: int) -> list[tuple[float, float]]:
        return [(rng.uniform(0, 1000), rng.uniform(0, 1000)) for _ in range(count)]

    places, homes = spots(facilities), spots(customers)
    demands = [rng.randint(1, 100) for _ in homes]
    opening = [Decimal(rng.randint(100_000 * dear, 200_000 * dear)) for _ in places]
    serving = [
        [Decimal(round(demand * 60 * math.dist(home, place))) / 100 for place in places]
        for home, demand in zip(homes, demands, strict=True)
    ]
    return problem(opening, serving)


def instance(name: str) -> Selection:
    """The instance in a file, or ``generate:SEED`` or ``generate:SEED:DEAR``.

    Raises
    ------
    Unreadable
        With what is wrong.
    """
    if not name.startswith("generate:"):
        return read(Path(name))
    try:
        seed, *dear = map(int, name.removeprefix("generate:").split(":"))
        return generate(seed, dear=dear[0] if dear else 1)
    except (ValueError, IndexError) as error:
        raise Unreadable(f"{name}: generate:SEED or generate:SEED:DEAR is meant") from error
