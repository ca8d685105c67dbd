"""Finding the multipliers that certificates state: exact linear programmes over the rows that the checker knows."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from fractions import Fraction
from typing import Any

from decomposer.checker.growth import Growth
from decomposer.formulas.algebra import Mono, Poly, Refused, apply, div, mul, parse, show, show_mono, tower
from decomposer.formulas.factors import POWER, Vector, difference
from decomposer.growth.lp import Proof, integral, solve

SPLITS = 2
"""How often a logarithm is split in a proof."""


class NoMultipliers(Exception):
    """The rows at hand do not prove it."""


def bounded(growth: Growth, low: Iterable[Mono], high: Sequence[Mono]) -> dict[str, Any]:
    """Prove every monomial of `low` to be O of the sum of `high`.

    Raises
    ------
    NoMultipliers
        When no combination of rows does.
    """
    terms = sorted(high, key=show_mono)
    return {show_mono(mono): _split(growth, mono, terms) for mono in sorted(low, key=show_mono)}


def covers(growth: Growth, cost: Poly) -> list[dict[str, Any]]:
    """Cover every negative term of a cost by a piece of a positive one that is no smaller.

    Raises
    ------
    NoMultipliers
        When there is none.
    """
    found: list[dict[str, Any]] = []
    left = {mono: c for mono, c in cost.items() if c > 0}
    negative = sorted(((mono, -c) for mono, c in cost.items() if c < 0), key=lambda pair: show_mono(pair[0]))
    for mono, needed in negative:
        for top in sorted(left, key=lambda top: (-left[top], show_mono(top))):
            wanted = difference(growth.vector(top), growth.vector(mono))
            try:
                by = _multipliers(growth, [wanted])[1]
            except NoMultipliers:
                continue
            factor, endless = growth.combine(by, wanted)
            amount = left[top] / (2 * len(negative)) if endless else needed / factor if factor else None
            if amount is not None and amount < left[top]:
                left[top] -= amount
                found.append({"of": show_mono(mono), "under": show_mono(top), "amount": str(amount), "by": by})
                break
        else:
            raise NoMultipliers(f"nothing covers -{show_mono(mono)}")
    return found


def small(growth: Growth, low: Iterable[Mono], high: Iterable[Mono]) -> dict[str, Any]:
    """Prove every monomial of `low` to be small beside one of `high`.

    Raises
    ------
    NoMultipliers
        When the rows at hand do not show it.
    """
    found: dict[str, Any] = {}
    for mono in low:
        for top in high:
            wanted = difference(growth.vector(top), growth.vector(mono))
            with suppress(NoMultipliers):
                by = _multipliers(growth, [wanted])[1]
                if growth.combine(by, wanted)[1]:
                    found[show_mono(mono)] = {"of": show_mono(top), "by": by}
                    break
        else:
            raise NoMultipliers(f"{show_mono(mono)} is not small")
    return found


def contradiction(growth: Growth) -> dict[str, str]:
    """Prove that what is known cannot be: of something that grows it would follow that it does not.

    Raises
    ------
    NoMultipliers
        When it does not follow.
    """
    for grows in sorted(text for text, row in growth.rows.items() if row.endless):
        with suppress(NoMultipliers):
            by = _multipliers(growth, [{name: -x for name, x in growth.row(grows).vector.items()}])[1]
            return {**by, grows: str(Fraction(by.get(grows, 0)) + 1)}
    raise NoMultipliers("nothing contradicts what is known")


def _split(
    growth: Growth, mono: Mono, high: Sequence[Mono], positive: frozenset[str] = frozenset(), most: int = SPLITS
) -> dict[str, Any]:
    """Prove one monomial to be O of a sum, where it takes that with a logarithm split at a free parameter, or more."""
    try:
        return _one(growth, mono, high, positive)
    except NoMultipliers:
        for name, x in sorted(mono):
            inner = logarithm(name)
            if inner is None or x != 1 or not most or positive - {name}:
                continue
            rest = {mono - {(name, x)}: Fraction(1)}
            for at in _splitting(growth, high):
                with suppress(NoMultipliers, Refused):
                    logs = (growth.logarithm(at), apply("log", (div(inner, at),)))
                    ((first, above), (second, beyond)) = (
                        (next(iter(mul(rest, log))), frozenset(f for part in log for f, _ in part)) for log in logs
                    )
                    one = _one(growth, first, high, above)
                    other = _split(growth, second, high, beyond, most - 1)
                    return {"log": name, "at": show(at), "one": one, "other": other}
        raise


def _splitting(growth: Growth, high: Sequence[Mono]) -> Iterator[Poly]:
    """Where a logarithm may be split: at a free parameter, or at an exponential of one that stands in a sum."""
    for name in growth.free:
        yield parse(name)
    found: dict[Mono, Mono] = {}
    for top in high:
        for exponent in {exponent for name, _ in top if (exponent := _exponent(name)) is not None}:
            if any(name in growth.free for name, _ in exponent):
                found.setdefault(frozenset((name, -x) for name, x in top if _exponent(name) == exponent), exponent)
    for scale in (Fraction(1), Fraction(4, 3)):
        yield from ({frozenset((name, x * scale) for name, x in mono): Fraction(1)} for mono in found)


def _exponent(name: str) -> Mono | None:
    found = tower(name)
    return None if found is None else found[1]


def _one(growth: Growth, mono: Mono, high: Sequence[Mono], positive: frozenset[str] = frozenset()) -> dict[str, Any]:
    try:
        target, vectors = growth.vector(mono, positive), [growth.vector(top) for top in high]
    except Refused as error:
        raise NoMultipliers(str(error)) from None
    for top, vector in zip(high, vectors, strict=True):  # mostly one term is enough, and plainly so
        rest = difference(vector, target)
        if all(x > 0 and f"{name} >= 1" in growth.rows for name, x in rest.items()):
            return {"of": {show_mono(top): "1"}, "by": {f"{name} >= 1": str(x) for name, x in sorted(rest.items())}}
    shares, by = _multipliers(growth, [difference(vector, target) for vector in vectors])
    of = {show_mono(top): str(share) for top, share in zip(high, shares, strict=True) if share}
    return {"of": of, "by": by}


def _multipliers(growth: Growth, wanted: Sequence[Vector]) -> tuple[list[Fraction], dict[str, str]]:
    """Shares of the vectors wanted, adding up to 1, and multipliers of rows, so that both sums are equal."""
    names = sorted({name for vector in wanted for name in vector})
    rows = dict(sorted({**dict(_candidates(growth, names)), **dict(_towers(growth, wanted))}.items()))
    names = sorted({*names, *(name for vector in rows.values() for name in vector)})
    # Every direction in which all rows hold must leave some vector wanted not negative: refute the contrary.
    signs = [(name, sign) for name in names for sign in ((1,) if f"{name} >= 1" in growth.rows else (1, -1))]
    table = [[1, *(_whole(vector, names)[name] * sign for name, sign in signs)] for vector in wanted]
    scales = [_scale(vector) for vector in wanted]
    table = [[scale, *line[1:]] for scale, line in zip(scales, table, strict=True)]
    texts = list(rows)
    for text in texts:
        whole = _whole(rows[text], names)
        table.append([0, *(-whole[name] * sign for name, sign in signs)])
    found = solve(table, len(signs))
    if not isinstance(found, Proof):
        raise NoMultipliers("the rows at hand do not prove it")
    shares = [y * scale for y, scale in zip(found.multipliers, scales, strict=False)]
    by: dict[str, Fraction] = {}
    for text, y in zip(texts, found.multipliers[len(wanted) :], strict=True):
        if y:
            by[text] = y * _scale(rows[text])
    for (name, _), slack in zip(signs, found.slack, strict=True):
        if slack:
            by[f"{name} >= 1"] = by.get(f"{name} >= 1", Fraction(0)) + slack
    total = sum(shares)
    return [share / total for share in shares], {text: str(y / total) for text, y in sorted(by.items())}


def logarithm(name: str) -> Poly | None:
    """What a factor is the logarithm of."""
    return parse(name[4:-1]) if name.startswith("log(") else None


def _scale(vector: Vector) -> int:
    whole = integral(list(vector.values()))
    first = next((x for x in vector.values() if x), Fraction(1))
    return int(whole[list(vector.values()).index(first)] / first) if vector else 1


def _whole(vector: Vector, names: Sequence[str]) -> dict[str, int]:
    scale = _scale(vector)
    return {name: int(vector.get(name, Fraction(0)) * scale) for name in names}


def _candidates(growth: Growth, names: Iterable[str]) -> Iterator[tuple[str, Vector]]:
    """Rows that may be of use for these factors, and for the factors that they bring in."""
    seen: set[str] = set()
    texts: dict[str, None] = {}
    waiting = ["", *names]
    while waiting:
        name = waiting.pop()
        if name not in seen:
            seen.add(name)
            for text in growth.about.get(name, ()):
                texts[text] = None
                waiting += growth.rows[text].vector
    logs = sorted(name for name in seen if name.startswith("log("))
    for text in (*texts, *(f"{a} >= {b}" for a in logs for b in logs if a != b)):
        with suppress(Refused):
            yield text, growth.row(text).vector


def _towers(growth: Growth, wanted: Sequence[Vector]) -> Iterator[tuple[str, Vector]]:
    """Products of exponentials with one exponent, as they stand in what is wanted."""
    for vector in wanted:
        by_exponent: dict[Mono, Vector] = {}
        for name, x in vector.items():
            if found := tower(name):
                by_exponent.setdefault(found[1], {})[name] = x
        for exponent, product in by_exponent.items():
            for sign in (1, -1):
                high = show_mono(frozenset((name, sign * x) for name, x in product.items()))
                for low in ("1", show_mono(frozenset((name, x * POWER) for name, x in exponent))):
                    with suppress(Refused):
                        yield f"{high} >= {low}", growth.row(f"{high} >= {low}").vector
