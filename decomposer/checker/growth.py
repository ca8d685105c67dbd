"""Growth: which monomials are bounded by which, from written rows and multipliers. Nothing is searched for here."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from fractions import Fraction
from math import lcm, prod
from typing import Any, NamedTuple, TypeAlias

from decomposer.checker.algebra import (
    EMPTY,
    Malformed,
    Mono,
    Poly,
    Refused,
    add,
    apply,
    constant,
    div,
    mul,
    number,
    parse,
    power,
    show,
    show_mono,
    tower,
)

Vector: TypeAlias = dict[str, Fraction]


class Row(NamedTuple):
    """``x ** vector >= factor`` throughout the regime in the end.

    The factor is `None` for some positive number that is not known; with `endless`, it is as large as one likes.
    """

    vector: Vector
    factor: Fraction | None
    endless: bool = False


def rational(value: object) -> Fraction:
    """A number of a certificate: an integer, or text such as ``3/2``."""
    if isinstance(value, str) and re.fullmatch(r"-?\d{1,40}(/\d{1,40})?", value) and not re.search(r"/0+$", value):
        return Fraction(value)
    if type(value) is int and abs(value) < 10**40:
        return Fraction(value)
    raise Malformed(f"a rational number was expected, not {str(value)[:40]!r}")


def mapping(value: object) -> Mapping[str, Any]:
    """A JSON object of a certificate."""
    if not isinstance(value, dict):
        raise Malformed(f"an object was expected, not {str(value)[:40]!r}")
    return value


def entries(value: object, *names: str) -> list[Mapping[str, Any]]:
    """A list of objects with exactly these fields."""
    if not isinstance(value, list) or any(set(mapping(one)) != set(names) for one in value):
        raise Malformed(f"expected a list of objects with {', '.join(names)}")
    return value


def single(poly: Poly) -> tuple[Mono, Fraction]:
    """The one term of a formula with a positive coefficient."""
    if len(poly) != 1 or min(poly.values()) <= 0:
        raise Refused("a row compares two monomials with positive coefficients")
    return next(iter(poly.items()))


class Growth:
    """What is known of the parameters: of the problem, of a branch of the tree, and of free design parameters."""

    def __init__(
        self, problem: Mapping[str, Any], more: Iterable[str], free: Mapping[str, tuple[str, str] | None]
    ) -> None:
        self.parameters: Mapping[str, Any] = problem["parameters"]
        self.free = free
        self.known: list[tuple[Vector, Fraction | None]] = []
        self.rows: dict[str, Row] = {}
        for text in (*problem["assume"], *more):
            left, relation, right = re.split(r"\s*(<=|>=|==|<<|>>|<|>)\s*", text)
            pairs = [] if relation in (">=", ">", ">>") else [(parse(left), parse(right))]
            pairs += [(parse(right), parse(left))] if relation in (">=", ">", ">>", "==") else []
            for low, high in pairs:
                if len(high) == 1 and min(high.values()) > 0:
                    ((top, _),) = high.items()
                    exact = Fraction(1) if only(top) in self.parameters and show(low) in self.parameters else None
                    self.known += [
                        (difference(self.vector(top), self.vector(m)), exact) for m, c in low.items() if c > 0
                    ]

    # -- factors ---------------------------------------------------------------------------------------

    def vector(self, mono: Mono) -> Vector:
        """Exponents of the factors that may grow; constant factors must be positive."""
        for name, _ in mono:
            if self.constant(name) and not self.positive(name):
                raise Refused(f"{name} may be negative")
        return {name: x for name, x in mono if not self.constant(name)}

    def constant(self, name: str) -> bool:
        """Whether a factor holds only numbers and constants of the problem."""
        names = set(re.findall(r"[A-Za-z_]\w*(?!\w*\()", name))
        return all(n in self.parameters and self.parameters[n]["kind"] == "constant" for n in names)

    def positive(self, name: str) -> bool:
        """Whether a constant factor is plainly positive."""
        if name in self.parameters:
            return self.bound(name, "low") is not None and self.bound(name, "low") >= 0
        if name.isdigit():
            return int(name) > 0
        if name.startswith("log("):
            value = constant(parse(name[4:-1]))
            return value is not None and value > 1
        if found := tower(name):
            return found[0].isdigit() or (found[0] in self.parameters and self.positive(found[0]))
        return name.startswith("(") and self.between(parse(name[1:-1]))

    def between(self, poly: Poly) -> bool:
        """Whether a linear formula of one constant is positive between its bounds."""
        names = {name for mono in poly for name, _ in mono}
        if len(names) != 1 or not names <= set(self.parameters) or any(x != 1 for mono in poly for _, x in mono):
            return False
        name, slope = names.pop(), next(c for mono, c in poly.items() if mono)
        ends = [self.bound(name, side) for side in ("low", "high")]
        values = [poly.get(EMPTY, Fraction(0)) + slope * end for end in ends if end is not None]
        return len(values) == 2 and min(values) >= 0 and max(values) > 0

    def bound(self, name: str, side: str) -> Any:
        """A bound of a constant."""
        value = self.parameters[name][side]
        return None if value is None else Fraction(value)

    def growing(self, mono: Iterable[tuple[str, Fraction]]) -> bool:
        """Whether a monomial plainly tends to infinity."""
        rest = [(name, x) for name, x in mono if not self.constant(name)]
        return all(x > 0 and name in self.parameters for name, x in rest) and any(
            self.parameters[name]["kind"] == "growing" for name, _ in rest
        )

    # -- rows ------------------------------------------------------------------------------------------

    def row(self, text: str) -> Row:
        """A row that a certificate names, if it holds."""
        if text not in self.rows:
            sides = text.split(" >= ")
            if len(sides) != 2:
                raise Malformed(f"{text[:60]!r} is no row")
            (high, c), (low, d) = (single(parse(side)) for side in sides)
            vector = difference(self.vector(high), self.vector(low))
            found = self.judge(high, low, vector, d / c)
            if found is None:
                raise Refused(f"{text} is not known to hold")
            self.rows[text] = found
        return self.rows[text]

    def judge(self, high: Mono, low: Mono, vector: Vector, factor: Fraction) -> Row | None:
        """The closed list of reasons for a row."""
        for assumed, exact in self.known:
            if vector == assumed:  # between two bare names an assumption holds exactly, else up to a constant
                return Row(vector, exact)
        if (product := exponential(high)) is not None and all(x > 0 for _, x in product):
            if not low and factor <= 1:
                return Row(vector, factor, self.growing(product))
            if scaled(product, low):
                return Row(vector, None)
        above, below = only(high), only(low)
        if not low and above:
            return self.at_least(above, vector, factor)
        for name, limits in self.free.items():
            if (
                below == name
                and limits is not None
                and parse(limits[1]).get(high) is not None
                and len(parse(limits[1])) == 1
            ):
                return Row(vector, None)
        if above and call_of(above, "ceil") in ({low: Fraction(1)},):
            return Row(vector, Fraction(1))
        if above and above.startswith("max(") and show_mono(low) in arguments(above):
            return Row(vector, Fraction(1))
        if above and above.startswith("(") and self.sum_has(above, low):
            return Row(vector, None)
        if self.slow(high, low, above, below):
            return Row(vector, None)
        return None

    def at_least(self, name: str, vector: Vector, factor: Fraction) -> Row | None:
        """``name >= factor`` for one factor."""
        if name in self.parameters:
            if self.parameters[name]["kind"] == "growing":
                return Row(vector, factor, True)
            return Row(vector, factor) if factor <= 1 else None
        if name in self.free:
            limits = self.free[name]
            return Row(vector, factor) if factor <= (Fraction(limits[0]) if limits else 1) else None
        inner = call_of(name, "log")
        if inner is not None and len(inner) == 1 and self.growing(next(iter(inner))):
            return Row(vector, factor, True)
        if inner is not None and (limits := self.free.get(show_mono(next(iter(inner)))) if inner else None):
            return Row(vector, None) if Fraction(limits[0]) > 1 else None
        if name.startswith(("ceil(", "rounds(")) or (name.startswith("max(") and "1" in arguments(name)):
            return Row(vector, factor) if factor <= 1 else None
        if found := tower(name):
            base, exponent = found
            if self.constant(f"({show_mono(exponent)})") and all(x > 0 for _, x in exponent):
                return Row(vector, factor) if factor <= 1 and base in {*self.parameters, *self.free} else None
            if base.isdigit() and all(x > 0 for _, x in exponent):
                return Row(vector, factor, self.growing(exponent)) if factor <= 1 or self.growing(exponent) else None
        return None

    def sum_has(self, name: str, low: Mono) -> bool:
        """Whether a sum without negative terms holds a term."""
        inner = parse(name[1:-1])
        return len(inner) > 1 and min(inner.values()) > 0 and low in inner

    def slow(self, high: Mono, low: Mono, above: str | None, below: str | None) -> bool:
        """Logarithms are slower than powers, powers than exponentials, for arguments that are at least 1."""
        if len(low) == 1:
            ((name, x),) = low
            inner = call_of(name, "log")
            if inner is not None and x > 0 and len(inner) == 1 and scaled(next(iter(inner)), high):
                return True
            if above and (outer := call_of(above, "log")) is not None and inner is not None and x == 1:
                more = difference(self.vector(single(outer)[0]), self.vector(single(inner)[0]))
                if any(more == assumed for assumed, _ in self.known) or all(
                    v > 0 and n in self.parameters for n, v in more.items()
                ):
                    return True
                row = self.judge(single(outer)[0], single(inner)[0], more, Fraction(1))
                return row is not None and row.factor is not None and row.factor >= 1
            if name.startswith("rounds(") and x == 1:
                return show_mono(high) == arguments(name)[0] and self.likely(arguments(name)[1])
        if above and above.startswith("rounds("):
            count, chance = arguments(above)
            return self.likely(chance) and low == next(iter(parse(f"log({count})")))
        if len(high) == 1:
            ((name, x),) = high
            if found := tower(name):
                base, exponent = found
                small = base in self.parameters and self.likely(base)
                if (base.isdigit() and x > 0) or (small and x < 0):
                    return not low or scaled(exponent, low)
        return False

    def likely(self, chance: str) -> bool:
        """Whether a probability is a constant strictly between 0 and 1."""
        value = constant(parse(chance))
        if value is not None:
            return 0 < value < 1
        return (
            self.constant(chance)
            and chance in self.parameters
            and self.bound(chance, "high") == 1
            and self.positive(chance)
        )

    # -- proofs ----------------------------------------------------------------------------------------

    def combine(self, by: object, wanted: Vector) -> tuple[Fraction | None, bool]:
        """Check that rows with these multipliers add up to `wanted`; the factor that they give, and `endless`."""
        total: Vector = {}
        factor: Fraction | None = Fraction(1)
        endless = False
        for text, given in mapping(by).items():
            multiplier, row = rational(given), self.row(text)
            if multiplier <= 0:
                raise Refused(f"the multiplier of {text} is not positive")
            for name, x in row.vector.items():
                total[name] = total.get(name, Fraction(0)) + multiplier * x
            endless = endless or row.endless
            whole = multiplier.denominator == 1 and multiplier <= 64
            if row.factor != 1:
                factor = factor * row.factor ** int(multiplier) if factor and row.factor and whole else None
        if {n: x for n, x in total.items() if x} != wanted:
            raise Refused("the multipliers do not add up")
        return factor, endless

    def positive_part(self, poly: Poly, covers: object) -> list[Mono]:
        """Monomials whose sum a formula bounds from above, up to a constant: its negative terms must be covered."""
        left = {mono: c for mono, c in poly.items() if c > 0}
        needed = {mono: -c for mono, c in poly.items() if c < 0}
        for cover in entries(covers, "of", "under", "amount", "by"):
            (low, _), (top, _), amount = (
                single(parse(cover["of"])),
                single(parse(cover["under"])),
                rational(cover["amount"]),
            )
            factor, endless = self.combine(cover["by"], difference(self.vector(top), self.vector(low)))
            c = needed.pop(low, None)
            left[top] = left.get(top, Fraction(0)) - amount
            enough = endless or (c is not None and factor is not None and amount * factor >= c)
            if c is None or amount <= 0 or left[top] <= 0 or not enough:
                raise Refused(f"-{cover['of']} is not covered")
        if needed:
            raise Refused("a negative term is not covered")
        return list(left)

    def bounded(self, low: Iterable[Mono], high: Iterable[Mono], proof: object) -> None:
        """Check that every monomial of `low` is O of the sum of `high`."""
        given, allowed, terms = mapping(proof), set(high), set(low)
        if set(given) != {show_mono(mono) for mono in terms}:
            raise Refused("a proof speaks of other terms")
        for mono in terms:
            self.below(mono, allowed, given[show_mono(mono)])

    def below(self, mono: Mono, allowed: set[Mono], given: object) -> None:
        """Check that one monomial is O of a sum: directly, or with one of its logarithms split in two."""
        if "log" in mapping(given):
            (split,) = entries([given], "log", "at", "one", "other")
            inner, at = call_of(str(split["log"]), "log"), parse(split["at"])
            if inner is None or (split["log"], Fraction(1)) not in mono:
                raise Refused(f"{split['log']} is no factor of {show_mono(mono)}")
            rest = mono - {(split["log"], Fraction(1))}
            for argument, step in ((at, split["one"]), (div(inner, at), split["other"])):
                self.below(single(mul({rest: Fraction(1)}, apply("log", (argument,))))[0], allowed, step)
            return
        (step,) = entries([given], "of", "by")
        wanted: Vector = {}
        for text, share in mapping(step["of"]).items():
            part, _ = single(parse(text))
            if part not in allowed or rational(share) <= 0:
                raise Refused(f"{text} is none of the terms")
            for name, x in self.vector(part).items():
                wanted[name] = wanted.get(name, Fraction(0)) + rational(share) * x
        if sum(map(rational, mapping(step["of"]).values())) != 1:
            raise Refused("the shares do not add up to 1")
        self.combine(step["by"], difference(wanted, self.vector(mono)))

    def above(self, poly: Poly) -> list[Mono]:
        """Monomials whose sum bounds a formula from above, up to a constant: ceilings, maxima and sums are opened."""
        found: list[Mono] = []
        for mono, c in poly.items():
            if c < 0:
                continue
            factor = next((f for f in mono if f[1] > 0 and f[0].startswith(("ceil(", "max(", "("))), None)
            opened = self.opened(*factor) if factor else None
            if factor is None or opened is None:
                self.vector(mono)
                found.append(mono)
            else:
                found += self.above(mul({mono - {factor}: Fraction(1)}, opened))
        return list(dict.fromkeys(found))

    def opened(self, name: str, x: Fraction) -> Poly | None:
        """An upper bound of a factor, up to a constant."""
        if name.startswith("ceil("):
            parts = add(parse(name[5:-1]), number(1))
        elif name.startswith("max("):
            parts = {}
            for text in arguments(name):
                parts = add(parts, parse(text))
        else:
            parts = parse(name[1:-1])
        if len(parts) < 2 or min(parts.values()) < 0:
            return None
        total: Poly = {}
        for mono in parts:
            total = add(total, power({mono: Fraction(1)}, number(x)))
        return total


def difference(a: Vector, b: Vector) -> Vector:
    """``a - b``."""
    return {n: x for n in (*a, *b) if (x := a.get(n, Fraction(0)) - b.get(n, Fraction(0)))}


def only(mono: Mono) -> str | None:
    """The factor of a monomial that is nothing else."""
    return next(iter(mono))[0] if len(mono) == 1 and next(iter(mono))[1] == 1 else None


def call_of(name: str, function: str) -> Poly | None:
    """The argument of a call of a function of one argument."""
    return parse(name[len(function) + 1 : -1]) if name.startswith(f"{function}(") else None


def exponential(mono: Mono) -> Mono | None:
    """The exponent of a product of exponentials of one exponent that is ``b ** exponent`` for some b above 1."""
    towers = [(tower(name), x) for name, x in mono]
    exponents = {found[1] if found and found[0].isdigit() else None for found, _ in towers}
    if len(exponents) != 1 or exponents == {None}:
        return None
    scale = lcm(*(x.denominator for _, x in towers))
    base = prod((Fraction(int(found[0])) ** int(x * scale) for found, x in towers if found), start=Fraction(1))
    return exponents.pop() if base > 1 else None


def arguments(name: str) -> list[str]:
    """The arguments of a call, as they are printed."""
    found, depth = [""], 0
    for character in name[name.index("(") + 1 : -1]:
        depth += (character == "(") - (character == ")")
        if character == "," and depth == 0:
            found.append("")
        else:
            found[-1] += character
    return [text.strip() for text in found]


def scaled(small: Mono, large: Mono) -> bool:
    """Whether one monomial is a positive power of the other."""
    a, b = dict(small), dict(large)
    return a.keys() == b.keys() and bool(a) and len({b[n] / a[n] for n in a}) == 1 and min(b[n] / a[n] for n in a) > 0
