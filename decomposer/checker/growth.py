"""Growth: which monomials are bounded by which, from written rows and multipliers. Nothing is searched for here."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from fractions import Fraction
from math import lcm, prod
from typing import Any, NamedTuple, TypeAlias

from decomposer.checker.algebra import (
    EMPTY,
    LIMIT,
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
    raised,
    show_mono,
    tower,
)

Vector: TypeAlias = dict[str, Fraction]


class Row(NamedTuple):
    """``x ** vector >= factor`` in the end, wherever all factors of `vector` are positive.

    The factor is `None` for some positive number that is not known; with `endless`, it is as large as one likes.
    """

    vector: Vector
    factor: Fraction | None
    endless: bool = False


def rational(value: object) -> Fraction:
    """A number of a certificate: an integer, or text such as ``3/2``."""
    if isinstance(value, str) and re.fullmatch(r"-?[0-9]{1,40}(/[0-9]{1,40})?", value) and not re.search("/0+$", value):
        return Fraction(value)
    raise Malformed(f"a rational number in text was expected, not {str(value)[:40]!r}")


def mapping(value: object, *names: str) -> Mapping[str, Any]:
    """An object; where names are given, with exactly these fields."""
    if not isinstance(value, dict):
        raise Malformed(f"an object was expected, not {str(value)[:40]!r}")
    if names and set(value) != set(names):
        raise Malformed(f"expected the fields {', '.join(names)}, not {', '.join(value)[:200]}")
    return value


def listed(value: object, length: int | None = None) -> list[Any]:
    """A list."""
    if not isinstance(value, list):
        raise Malformed(f"a list was expected, not {str(value)[:40]!r}")
    if length is not None and len(value) != length:
        raise Refused(f"a list of {length} was expected, not of {len(value)}")
    return value


def texts(value: object) -> tuple[str, ...]:
    """A list of texts."""
    if not isinstance(value, list) or not all(isinstance(one, str) for one in value):
        raise Malformed(f"a list of texts was expected, not {str(value)[:40]!r}")
    return tuple(value)


def single(poly: Poly) -> tuple[Mono, Fraction]:
    """The one term of a formula with a positive coefficient."""
    if len(poly) != 1 or min(poly.values()) <= 0:
        raise Refused("a monomial with a positive coefficient was expected")
    return next(iter(poly.items()))


class Growth:
    """What is known of the parameters: of the problem, of a branch of the tree, and of the free parameters in scope."""

    def __init__(
        self,
        problem: Mapping[str, Any],
        more: Iterable[str],
        free: Mapping[str, tuple[str, str]],
        limited: Iterable[tuple[Poly, Poly]] = (),
    ) -> None:
        self.parameters: Mapping[str, Any] = problem["parameters"]
        self.free = free
        self.known: list[Row] = []
        self.rows: dict[str, Row] = {}
        self.signs: dict[str, bool] = {}
        for text in (*problem["assume"], *more):
            left, relation, right = re.split(r"\s*(<=|>=|==|<<|>>|<|>)\s*", text)
            pairs = [] if relation in (">=", ">", ">>") else [(parse(left), parse(right))]
            pairs += [(parse(right), parse(left))] if relation in (">=", ">", ">>", "==") else []
            for low, high in pairs:
                self.assume(low, high, exact=True, endless=relation in ("<<", ">>"))
        for low, high in limited:
            self.assume(low, high, exact=False)
        self.known.sort(key=lambda row: not row.endless)

    def assume(self, low: Poly, high: Poly, exact: bool, endless: bool = False) -> None:
        """Take a sum of positive terms to be at most a monomial: exactly, or up to a constant, or any constant."""
        if len(high) == 1 and min([*high.values(), *low.values()]) > 0:
            ((top, d),) = high.items()
            for mono, c in low.items():
                row = difference(self.growing_part(top), self.growing_part(mono))
                self.known.append(Row(row, c / d if exact and self.plain(top, mono) else None, endless))

    # -- factors ---------------------------------------------------------------------------------------

    def constant(self, name: str) -> bool:
        """Whether a factor holds only numbers and constants of the problem."""
        names = re.findall(r"(?<!\w)[^\W\d]\w*(?!\w*\()", name)
        return all(n in self.parameters and self.parameters[n]["kind"] == "constant" for n in names)

    def growing_part(self, mono: Mono) -> Vector:
        """Exponents of the factors that may grow; constant factors must be positive."""
        if not all(self.positive(name) for name, _ in mono if self.constant(name)):
            raise Refused(f"a constant of {show_mono(mono)} may be negative")
        return {name: x for name, x in mono if not self.constant(name)}

    def plain(self, *monos: Mono) -> bool:
        """Whether there are no constant factors."""
        return not any(self.constant(name) for mono in monos for name, _ in mono)

    def vector(self, mono: Mono, positive: frozenset[str] = frozenset()) -> Vector:
        """The same for a monomial that is never negative; `positive` holds factors that are positive here."""
        for name, x in mono:
            if not (self.positive(name) or name in positive or (x > 0 and self.not_negative(name))):
                raise Refused(f"{name} may be negative")
        return self.growing_part(mono)

    def positive(self, name: str) -> bool:
        """Whether a factor is plainly positive throughout the regime."""
        if name not in self.signs:
            self.signs[name] = self.sign(name)
        return self.signs[name]

    def sign(self, name: str) -> bool:
        """The same, worked out."""
        if name in self.parameters and self.constant(name):
            low = self.bound(name, "low")
            return low is not None and low >= 0
        if "(" not in name:
            return name in self.parameters or name in self.free or name.isdigit()
        if found := tower(name):
            return self.positive(found[0]) and all(self.positive(factor) for factor, _ in found[1])
        inner = [parse(text) for text in arguments(name)]
        if name.startswith("log("):
            return self.above_one(inner[0])
        if name.startswith("rounds("):
            return self.at_least_one(inner[0]) and self.likely(inner[1])
        sums = all(min(part.values()) > 0 and all(self.positive(n) for m in part for n, _ in m) for part in inner)
        return sums or (name.startswith("(") and self.between(inner[0]))

    def not_negative(self, name: str) -> bool:
        """Whether a factor is the logarithm of what is at least 1."""
        return name.startswith("log(") and self.at_least_one(parse(name[4:-1]))

    def above_one(self, poly: Poly) -> bool:
        """Whether a formula is plainly more than 1, in the end."""
        for name, (least, most) in self.free.items():
            if Fraction(least) > 1 and poly in (parse(name), *tops(most)[:1]):
                return True
            if any(self.endless(div(poly, div(top, parse(name)))) for top in tops(most) if len(top) == len(poly) == 1):
                return True
        value = constant(poly)
        return value > 1 if value is not None else self.endless(poly)

    def endless(self, poly: Poly) -> bool:
        """Whether a formula plainly is a monomial that tends to infinity."""
        return len(poly) == 1 and min(poly.values()) > 0 and self.growing(*poly)

    def at_least_one(self, poly: Poly) -> bool:
        """Whether a formula is plainly at least 1."""
        if any(poly == div(top, parse(name)) for name, (_, most) in self.free.items() for top in tops(most)[:1]):
            return True
        return len(poly) == 1 and min(poly.values()) >= 1 and all(
            x > 0 and self.positive(name) and (row := self.at_least(name, {}, Fraction(1))) and row.factor is not None
            for name, x in next(iter(poly))
        )  # fmt: skip

    def between(self, poly: Poly) -> bool:
        """Whether a linear formula of one constant is positive between its bounds."""
        names = {name for mono in poly for name, _ in mono}
        if len(names) != 1 or any(x != 1 or not self.constant(name) for mono in poly for name, x in mono):
            return False
        (name,) = names
        slope = next(c for mono, c in poly.items() if mono)
        ends = [self.bound(name, side) for side in ("low", "high")] if name in self.parameters else []
        values = [poly.get(EMPTY, Fraction(0)) + slope * end for end in ends if end is not None]
        return len(values) == 2 and min(values) >= 0 and max(values) > 0

    def bound(self, name: str, side: str) -> Fraction | None:
        """A strict bound of a constant."""
        value = self.parameters[name][side]
        return None if value is None else Fraction(value)

    def likely(self, chance: Poly) -> bool:
        """Whether a probability is a constant strictly between 0 and 1."""
        value = constant(chance)
        if value is not None:
            return 0 < value < 1
        return self.between(chance) and self.between(add(number(1), chance, -1))

    def growing(self, mono: Mono) -> bool:
        """Whether a monomial plainly tends to infinity."""
        rest = self.growing_part(mono)
        return all(x > 0 and name in self.parameters for name, x in rest.items()) and any(
            self.parameters[name]["kind"] == "growing" for name in rest
        )

    # -- rows ------------------------------------------------------------------------------------------

    def row(self, text: str) -> Row:
        """A row that a certificate names, if it holds."""
        if text not in self.rows:
            (high, c), (low, d) = (single(parse(side)) for side in sides(text, " >= "))
            vector = difference(self.growing_part(high), self.growing_part(low))
            found = self.judge(high, low, vector, d / c)
            if found is None:
                raise Refused(f"{text} is not known to hold")
            self.rows[text] = found
        return self.rows[text]

    def judge(self, high: Mono, low: Mono, vector: Vector, factor: Fraction) -> Row | None:
        """The closed list of reasons for a row."""
        for known in self.known:
            if vector == known.vector:
                return known
        if (product := exponential(high)) is not None:
            if not low and factor <= 1:
                return Row(vector, factor, self.growing(product))
            return Row(vector, None) if scaled(product, low) else None
        above, x = next(iter(high)) if len(high) == 1 else ("", Fraction(0))
        if not low and x == 1 and (row := self.at_least(above, vector, factor)):
            return row
        for top in tops(self.free.get(only(low) or "", ("", ""))[1]):
            if list(top) == [high] and min(top.values()) > 0:
                return Row(vector, None)
        if x > 0 and above.startswith(("ceil(", "max(", "(")):
            root = frozenset((name, y / x) for name, y in low)
            for part in map(parse, arguments(above)):
                if root in part and min(part.values()) > 0:
                    return Row(vector, part[root] if x == 1 and self.plain(low) else None)
        return Row(vector, None) if self.slow(high, low, above, x) else None

    def at_least(self, name: str, vector: Vector, factor: Fraction) -> Row | None:
        """``name >= factor`` for one factor."""
        least, endless = Fraction(1), False
        if name in self.parameters:
            endless = self.parameters[name]["kind"] == "growing"
            least = Fraction(0) if self.constant(name) else least
        elif name in self.free:
            least = Fraction(self.free[name][0])
        elif name.startswith("log("):
            inner = parse(name[4:-1])
            endless = self.endless(inner)
            if not endless:
                return Row(vector, None) if self.above_one(inner) else None
        elif found := tower(name):
            base, exponent = found
            if not all(y > 0 and self.positive(n) for n, y in exponent):
                return None
            if not base.isdigit() and (self.constant(base) or self.at_least(base, {}, least) is None):
                return None
        elif not (name.startswith(("ceil(", "rounds(")) or (name.startswith("max(") and "1" in arguments(name))):
            return None
        return Row(vector, factor, endless) if endless or factor <= least else None

    def slow(self, high: Mono, low: Mono, above: str, x: Fraction) -> bool:
        """Logarithms are slower than powers, powers than exponentials."""
        below, y = next(iter(low)) if len(low) == 1 else ("", Fraction(0))
        if below.startswith("log(") and y > 0:
            inner, c = single(parse(below[4:-1]))
            if scaled(inner, high):
                return True
            if above.startswith("log(") and x == y == 1:
                outer, d = single(parse(above[4:-1]))
                more = difference(self.growing_part(outer), self.growing_part(inner))
                row = Row(more, Fraction(1)) if self.at_least_one({frozenset(more.items()): Fraction(1)}) else None
                if row is None and all(map(self.positive, more)):
                    up, down = (frozenset((n, s * x) for n, x in more.items() if s * x > 0) for s in (1, -1))
                    row = self.judge(outer, inner, more, Fraction(1)) or self.judge(up, down, more, Fraction(1))
                exact = row is not None and row.factor is not None and d * row.factor >= c and self.plain(outer, inner)
                return exact or (row is not None and (self.growing(outer) or self.growing(inner)))
        if below.startswith("rounds(") and y == 1 and [high] == list(parse(arguments(below)[0])):
            return True
        if above.startswith("rounds(") and x == 1:
            return [low] == list(parse(f"log({arguments(above)[0]})"))
        found = tower(above) if x < 0 else None
        return found is not None and self.likely(parse(found[0])) and (not low or scaled(found[1], low))

    # -- proofs ----------------------------------------------------------------------------------------

    def combine(
        self, by: object, wanted: Vector, positive: frozenset[str] = frozenset()
    ) -> tuple[Fraction | None, bool]:
        """Check that rows with these multipliers add up to `wanted`; the factor that they give, and `endless`."""
        total: Vector = {}
        factor: Fraction | None = Fraction(1)
        endless = False
        for text, given in mapping(by).items():
            multiplier, row = rational(given), self.row(text)
            if multiplier <= 0:
                raise Refused(f"the multiplier of {text} is not positive")
            for name, x in row.vector.items():
                if not (self.positive(name) or name in positive):
                    raise Refused(f"{name} may not be positive")
                total[name] = total.get(name, Fraction(0)) + multiplier * x
            endless = endless or row.endless
            whole = multiplier.denominator == 1 and multiplier <= 64
            if row.factor != 1:
                factor = factor * row.factor ** int(multiplier) if factor and row.factor and whole else None
        if {n: x for n, x in total.items() if x} != wanted:
            raise Refused("the multipliers do not add up")
        return factor, endless

    def contradicted(self, by: object) -> None:
        """Check that what is known cannot be: rows that cancel out, one of which exceeds any number."""
        if not self.combine(by, {})[1]:
            raise Refused("the rows do not contradict each other")

    def positive_part(self, poly: Poly, covers: object) -> list[Mono]:
        """Monomials whose sum a formula bounds from above, up to a constant: its negative terms must be covered."""
        left = {mono: c for mono, c in poly.items() if c > 0}
        needed = {mono: -c for mono, c in poly.items() if c < 0}
        for given in listed(covers):
            cover = mapping(given, "of", "under", "amount", "by")
            (low, _), (top, _) = (single(parse(cover[which])) for which in ("of", "under"))
            amount = rational(cover["amount"])
            factor, endless = self.combine(cover["by"], difference(self.vector(top), self.vector(low)))
            if {pair for pair in top if self.constant(pair[0])} != {pair for pair in low if self.constant(pair[0])}:
                factor = None
            c = needed.pop(low, None)
            left[top] = left.get(top, Fraction(0)) - amount
            enough = endless or (c is not None and factor is not None and amount * factor >= c)
            if c is None or amount <= 0 or left[top] <= 0 or not enough:
                raise Refused(f"-{cover['of']} is not covered")
        if needed:
            raise Refused("a negative term is not covered")
        for mono in left:
            self.vector(mono)
        return list(left)

    def bounded(self, low: Iterable[Mono], high: Iterable[Mono], proof: object) -> None:
        """Check that every monomial of `low` is O of the sum of `high`."""
        given, allowed, terms = mapping(proof), set(high), set(low)
        for mono in allowed:
            self.vector(mono)
        if set(given) != {show_mono(mono) for mono in terms}:
            raise Refused("a proof speaks of other terms")
        for mono in terms:
            self.below(mono, allowed, given[show_mono(mono)])

    def vanishing(self, low: Poly, high: Poly, proof: object) -> None:
        """Check that every monomial of `low` is small beside one of `high`, which exceeds any multiple of it."""
        given = mapping(proof)
        if set(given) != {show_mono(mono) for mono in low}:
            raise Refused("a proof speaks of other terms")
        for mono in low:
            step = mapping(given[show_mono(mono)], "of", "by")
            top, _ = single(parse(step["of"]))
            if top not in high or not self.combine(step["by"], difference(self.vector(top), self.vector(mono)))[1]:
                raise Refused(f"{show_mono(mono)} is not known to be small beside {step['of']}")

    def below(self, mono: Mono, allowed: set[Mono], given: object, positive: frozenset[str] = frozenset()) -> None:
        """Check that one monomial is O of a sum: directly, or with one of its logarithms split in two.

        Where a logarithm in it is zero there is nothing to show, nor where a part of one that was split is negative.
        """
        if "log" in mapping(given):
            split = mapping(given, "log", "at", "one", "other")
            at, factor = parse(split["at"]), (str(split["log"]), Fraction(1))
            self.vector(mono, positive)
            if positive - {factor[0]} or factor not in mono or not factor[0].startswith("log("):
                raise Refused(f"{factor[0]} is no logarithm of {show_mono(mono)} to split")
            rest = apply("log", (div(parse(factor[0][4:-1]), at),))
            for log, step in ((self.logarithm(at), split["one"]), (rest, split["other"])):
                part, _ = single(log)
                whole, _ = single(mul({mono - {factor}: Fraction(1)}, {part: Fraction(1)}))
                self.below(whole, allowed, step, frozenset(name for name, _ in part & whole))
            return
        step = mapping(given, "of", "by")
        shares = {single(parse(text))[0]: rational(share) for text, share in mapping(step["of"]).items()}
        wanted: Vector = {}
        for part, share in shares.items():
            if part not in allowed or share <= 0:
                raise Refused(f"{show_mono(part)} is none of the terms")
            for name, x in self.vector(part).items():
                wanted[name] = wanted.get(name, Fraction(0)) + share * x
        if sum(shares.values()) != 1:
            raise Refused("the shares do not add up to 1")
        positive |= {name for name, x in mono if x > 0 and self.not_negative(name)}
        self.combine(step["by"], difference(wanted, self.vector(mono, positive)), positive)

    def logarithm(self, at: Poly) -> Poly:
        """The logarithm of a free parameter; of an exponential, up to a constant, its exponent."""
        mono, c = single(at)
        name, x = next(iter(mono), ("", Fraction(0)))
        if c == 1 and only(mono) in self.free:
            return apply("log", (at,))
        product, found = exponential(mono), tower(name) if len(mono) == 1 and x < 0 else None
        if found is not None and self.likely(parse(found[0])):
            product = found[1]
        if c != 1 or product is None or not all(self.positive(factor) for factor, _ in product):
            raise Refused(f"{show_mono(mono)} is neither a free parameter nor an exponential")
        return {product: c}

    def above(self, poly: Poly) -> list[Mono]:
        """Monomials whose sum bounds a formula from above, up to a constant: ceilings, maxima and sums are opened."""
        found: dict[Mono, None] = {}
        waiting = list(poly.items())
        while waiting:
            mono, c = waiting.pop(0)
            self.vector(mono)
            parts = next(((f, p) for f in sorted(mono) if c > 0 and f[1] > 0 and (p := self.opened(*f))), None)
            if parts is not None:
                waiting += mul({mono - {parts[0]}: Fraction(1)}, parts[1]).items()
            elif c > 0:
                found[mono] = None
            if len(waiting) + len(found) > LIMIT:
                raise Refused("too many terms")
        return list(found)

    def opened(self, name: str, x: Fraction) -> Poly | None:
        """An upper bound of a factor, up to a constant."""
        if not name.startswith(("ceil(", "max(", "(")) or tower(name):
            return None
        parts = [parse(text) for text in arguments(name)] + ([number(1)] if name.startswith("ceil(") else [])
        if min(c for part in parts for c in part.values()) < 0:
            return None
        total: Poly = {}
        for mono in {mono for part in parts for mono in part}:
            total = add(total, power({mono: Fraction(1)}, number(x)))
        return total


def tops(most: str) -> list[Poly]:
    """Upper bounds of a free parameter: exactly the first, and of several the others up to a constant factor."""
    several = arguments(most) if most.startswith("min(") else [most]
    return [parse(text) for text in several if text]


def difference(a: Vector, b: Vector) -> Vector:
    """``a - b``."""
    return {n: x for n in (*a, *b) if (x := a.get(n, Fraction(0)) - b.get(n, Fraction(0)))}


def sides(text: str, sign: str) -> tuple[str, str]:
    """Both sides of a relation."""
    low, found, high = text.partition(sign)
    if not found:
        raise Malformed(f"{text[:60]!r} does not compare two monomials")
    return low, high


def only(mono: Mono) -> str | None:
    """The factor of a monomial that is nothing else."""
    return next(iter(mono))[0] if len(mono) == 1 and next(iter(mono))[1] == 1 else None


def exponential(mono: Mono) -> Mono | None:
    """The exponent of a product of exponentials of one exponent that is ``b ** exponent`` for some b above 1."""
    towers = [(tower(name), x) for name, x in mono]
    exponents = {found[1] if found and found[0].isdigit() else None for found, _ in towers}
    if len(exponents) != 1 or exponents == {None}:
        return None
    scale = lcm(*(x.denominator for _, x in towers))
    base = prod((raised(Fraction(int(found[0])), int(x * scale)) for found, x in towers if found), start=Fraction(1))
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
