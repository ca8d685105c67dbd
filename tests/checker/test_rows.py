"""Rows that factors bring, tried at numbers: what is said to hold does, and signs are as they are said to be."""

from __future__ import annotations

import math
import random
from contextlib import suppress

import pytest

from decomposer.checker.growth import Growth
from decomposer.formulas.algebra import Refused, parse, show_mono
from tests.checker.test_attacks import PARAMETERS as ATTACKED

PARAMETERS = {name: one for name, one in ATTACKED.items() if name != "log"}

FORMULAS = [
    "ceil(k/n)", "ceil(c*q)", "ceil(k/g)*g", "max(k, n, b*q)", "max(1, c/k)", "log(k)", "log(g)", "log(k/g)", "log(c)",
    "k*log(3*k)", "log(k*n)", "log(k**2*c)", "log(ceil(k/g))", "ceil(log(k)/log(g))", "rounds(k, q)", "rounds(g, 1/3)",
    "rounds(ceil(k/g), 1/2)", "2**g", "(3/2)**c", "q**(-k/100)", "(1 - q)**(-c/100)", "k**(c/100)", "(k + n*g)**(1/2)",
    "(2*k + 3*c**2)**(2/3)", "(1 - q)*k", "log(k/n)", "log(q*k)", "log(w*k)", "(k - n)**(1/2)", "max(k - n, c)",
    "log(max(k, n))", "max(log(k), c)", "ceil(w*k)", "rounds(k, w)", "(w + 1)**(1/2)", "log(1/2*g)", "log(c*g)",
    "ceil(k/n)**2*(2**c)*(3**c)**(-1/2)", "(3**c)*(2**c)**(-1)", "(log(k) + c)**(3/2)", "log(log(k))",
    "log(k)**(1/2)*g",
]  # fmt: skip


def at(text: str, values: dict[str, float]) -> float:
    """A formula at numbers; not a number where it has no value, or is too large or small for one."""

    def rounds(n: float, p: float) -> float:
        return float(sum(1 - (1 - (1 - p) ** j) ** n for j in range(2_000)))

    functions = {"max": max, "ceil": math.ceil, "log": math.log, "rounds": rounds}
    try:
        found = eval(text, {**functions, **values})
    except (ValueError, ZeroDivisionError, OverflowError):
        return math.nan
    tiny = "**(" in text and abs(found) < 1e-200
    return math.nan if isinstance(found, complex) or tiny or found > 1e200 else float(found)


def samples(count: int) -> list[dict[str, float]]:
    """Numbers as they are in the end: what grows is large, whatever the rest; ``b <= k`` and ``2 <= g <= k``."""
    dice, found = random.Random(7), []
    for _ in range(count):
        k, n = (math.floor(10 ** dice.uniform(2, 4)) for _ in range(2))
        b, g = dice.randint(100, max(100, k)), dice.choice([2, 3, k, dice.randint(2, k)])
        c, q, w = dice.choice([1, 2, 7, 300]), dice.choice([0.2, 0.5, 0.8]), dice.choice([-2.0, 0.01, 3.0])
        found.append({"k": k, "n": n, "b": min(b, k), "g": g, "c": c, "q": q, "w": w})
    return found


@pytest.mark.parametrize("text", FORMULAS)
def test_rows_and_signs(text: str) -> None:
    known = Growth({"parameters": PARAMETERS, "assume": ["b <= k"]}, (), {"g": ("2", "k")})
    for mono in parse(text):
        for name, _ in mono:
            with suppress(Refused):
                known.sign(name)
    shares: dict[str, list[float]] = {}
    for values in samples(60):
        factors = {name: at(name, values) for name in known.signs}
        for name, sign in known.signs.items():
            if sign is not None and not math.isnan(factors[name]):
                assert factors[name] > 0 if sign else factors[name] >= 0, (name, values)
        for row, found in known.rows.items():
            inside = [factors.get(name, at(name, values)) for name in found.vector]
            if all(value > 0 for value in inside):
                logs = (float(x) * math.log(value) for x, value in zip(found.vector.values(), inside, strict=True))
                share = math.exp(min(sum(logs), 600))
                shares.setdefault(row, []).append(share)
                if found.factor is not None and not found.endless:
                    assert share >= float(found.factor) * (1 - 1e-9), (row, values)
    for row, seen in shares.items():
        assert min(seen) > 1e-4, row  # some constant


def test_rows_of_two_factors() -> None:
    """Logarithms, and exponentials together: whatever pair is accepted holds."""
    known = Growth({"parameters": PARAMETERS, "assume": ["b <= k", "n**2 <= b"]}, (), {"g": ("2", "k")})
    logs = ["k", "n", "b", "g", "c", "k/g", "ceil(k/g)", "k*c", "n**2", "3*k", "k/3", "b*n", "max(k, n)"]
    names = [show_mono(next(iter(parse(f"log({text})")))) for text in logs]
    towers = ["(2**(k))", "(2**(k))*(3**(k))**(-1/2)", "(3**(k))*(2**(k))**(-1)", "(3**(k))**(-1)*(2**(k))", "(2**(c))"]
    pairs = [(one, other) for one in names for other in names if one != other]
    pairs += [(tower, low) for tower in towers for low in ("1", "k**4", "k", "c**4", "n")]
    accepted = 0
    for high, low in pairs:
        for name in (side for side in (high, low) if side in names):
            known.sign(name)
        try:
            found = known.row(f"{high} >= {low}")
        except Refused:
            continue
        accepted += 1
        for values in samples(40):
            if values["n"] ** 2 > values["b"]:
                values["n"] = math.isqrt(int(values["b"]))
            top, below = (at(side, {**values, "k": min(values["k"], 400)} if "**(k)" in high else values)
                          for side in (high, low))  # fmt: skip
            if top > 0 and below > 0:
                assert top >= below * (float(found.factor) if found.factor else 0.05), (high, low, values)
    assert 15 < accepted < len(pairs) / 2


@pytest.mark.parametrize(("text", "factor"), [("b <= k", 1), ("b <= 2*k", None), ("2*b <= k", None), ("k >= b", 1)])
def test_only_between_bare_names_does_an_assumption_hold_exactly(text: str, factor: int | None) -> None:
    known = Growth({"parameters": PARAMETERS, "assume": [text]}, (), {})
    assert known.rows["k >= b"].factor == factor
