"""What is known of factors: which are positive, and by which rows one product bounds another."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from fractions import Fraction
from itertools import count
from math import lcm, prod
from typing import Any, NamedTuple, TypeAlias

from decomposer.formulas.algebra import (
    EMPTY,
    LIMIT,
    ONE,
    Mono,
    Poly,
    Refused,
    add,
    apply,
    arguments,
    constant,
    div,
    mul,
    number,
    parse,
    power,
    raised,
    show_mono,
    sides,
    single,
    tower,
)

Vector: TypeAlias = dict[str, Fraction]
Limits: TypeAlias = tuple[tuple[Poly, Poly], ...]

FINE = 64
"""How finely irrational exponents are bounded by fractions: any number would do."""

POWER = 4
"""How much slower logarithms are than powers, and these than exponentials: any number would do."""


class Row(NamedTuple):
    """``x ** vector >= factor`` in the end, wherever all factors of `vector` are positive.

    The factor is `None` for some positive number that is not known; with `endless`, it is as large as one likes.
    """

    vector: Vector
    factor: Fraction | None
    endless: bool = False


def found_in_parts(problem: Mapping[str, Any]) -> Iterator[tuple[Poly, Poly]]:
    """Numbers of items, each with what the parts hold at most in which they are found."""
    texts = problem.get("texts", {})
    for task in problem.get("tasks", {}).values():
        edited = [task["edits"]["text"]] if task["edits"] else []
        worked = [texts[name] for name in (*edited, *(read["text"] for read in task["reads"]), *task["writes"])]
        parted = sorted((text for text in worked if text["part"]), key=lambda text: text["part"] != task["local"])
        if task["finds"] and parted:
            yield parse(task["finds"]["count"]), mul(parse(task["finds"]["per_part"]), parse(parted[0]["count"]))


class Factors:
    """What is known of the parameters: of the problem, of a branch of the tree, and of the free parameters in scope.

    Every factor that is met brings the rows that hold of it by what it is: `rows` by their text, `about` by the factor.
    """

    def __init__(
        self, problem: Mapping[str, Any], more: Iterable[str], free: Mapping[str, tuple[str, str]], limited: Limits = ()
    ) -> None:
        self.parameters: Mapping[str, Any] = problem["parameters"]
        self.free = free
        self.rows: dict[str, Row] = {}
        self.about: dict[str, list[str]] = {"": []}
        self.signs: dict[str, int | None] = {}
        for text in (*problem["assume"], *more):
            left, relation, right = re.split(r"\s*(<=|>=|==|<<|>>|<|>)\s*", text.strip())
            bare = left.isidentifier() and right.isidentifier()  # anything else is meant up to a constant
            if relation in ("<=", "<", "<<", "=="):
                self.assume(parse(left), parse(right), exact=bare, endless=relation == "<<")
            if relation in (">=", ">", ">>", "=="):
                self.assume(parse(right), parse(left), exact=bare, endless=relation == ">>")
        for low, high in found_in_parts(problem):
            self.assume(low, high, exact=True)
        for low, high in limited:
            self.assume(low, high, exact=False)
        for name in (*self.parameters, *free):
            self.sign(name)

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

    def vector(self, mono: Mono, positive: frozenset[str] = frozenset()) -> Vector:
        """The same for a monomial that is never negative; `positive` holds factors that are positive here."""
        for name, x in mono:
            if not (self.positive(name) or name in positive or (x > 0 and self.sign(name) == 0)):
                raise Refused(f"{name} may be negative")
        return self.growing_part(mono)

    def positive(self, name: str) -> bool:
        """Whether a factor is plainly positive throughout the regime."""
        return self.sign(name) == 1

    def sign(self, name: str) -> int | None:
        """Whether a factor plainly is positive (1), or at least never negative (0)."""
        if name not in self.signs:
            self.signs[name], self.about[name] = None, []
            self.signs[name] = self.judged(name)
            if (self.signs[name] is not None or name.startswith("log(")) and not self.constant(name):
                for high, low, factor, endless in self.reasons(name):
                    self.state(name, high, low, factor, endless)
        return self.signs[name]

    def judged(self, name: str) -> int | None:
        """The same, worked out."""
        if "(" not in name:
            if name in self.parameters and self.constant(name):
                return 1 if self.between(parse(name)) else None
            return 1 if name in self.parameters or name in self.free or name.isdigit() else None
        if found := tower(name):
            return 1 if self.positive(found[0]) and all(self.positive(factor) for factor, _ in found[1]) else None
        inner = [parse(text) for text in arguments(name)]
        if name.startswith("log("):
            return 1 if self.above_one(inner[0]) else 0 if self.at_least_one(inner[0]) else None
        if name.startswith("rounds("):
            return 1 if self.at_least_one(inner[0]) and self.likely(inner[1]) else None
        sums = all(min(part.values()) > 0 and all(self.positive(n) for m in part for n, _ in m) for part in inner)
        return 1 if sums or (name.startswith("(") and self.between(inner[0])) else None

    def above_one(self, poly: Poly) -> bool:
        """Whether a formula is plainly more than 1, in the end."""
        for name, (least, most) in self.free.items():
            if Fraction(least) > 1 and poly in (parse(name), *tops(most)[:1]):
                return True
            if any(self.endless(div(poly, div(top, parse(name)))) for top in tops(most) if len(top) == len(poly) == 1):
                return True
        value = constant(poly)
        return value > 1 if value is not None else self.endless(poly)

    def at_least_one(self, poly: Poly) -> bool:
        """Whether a formula is plainly at least 1."""
        if any(poly == div(top, parse(name)) for name, (_, most) in self.free.items() for top in tops(most)[:1]):
            return True
        if len(poly) != 1 or min(poly.values()) < 1:
            return False
        rows = [self.rows.get(f"{name} >= 1") for name, x in next(iter(poly)) if x > 0 and self.positive(name)]
        return len(rows) == len(next(iter(poly))) and all(row and row.factor and row.factor >= 1 for row in rows)

    def endless(self, poly: Poly) -> bool:
        """Whether a formula plainly is a monomial that tends to infinity."""
        return len(poly) == 1 and min(poly.values()) > 0 and self.growing(next(iter(poly)))

    def growing(self, mono: Mono) -> bool:
        """Whether a monomial plainly tends to infinity."""
        rest = self.growing_part(mono)
        kinds = {self.parameters[name]["kind"] if name in self.parameters and x > 0 else "" for name, x in rest.items()}
        return "growing" in kinds and "" not in kinds

    def between(self, poly: Poly) -> bool:
        """Whether a linear formula of one constant is positive between its bounds."""
        names = {name for mono in poly for name, _ in mono}
        if len(names) != 1 or any(x != 1 for mono in poly for _, x in mono) or not names <= self.parameters.keys():
            return False
        (name,) = names
        slope = next(c for mono, c in poly.items() if mono)
        end = self.parameters[name]["low" if slope > 0 else "high"]
        return self.constant(name) and end is not None and poly.get(EMPTY, 0) + slope * Fraction(end) >= 0

    def likely(self, chance: Poly) -> bool:
        """Whether a probability is a constant strictly between 0 and 1."""
        value = constant(chance)
        return 0 < value < 1 if value is not None else self.between(chance) and self.between(add(ONE, chance, -1))

    # -- rows ------------------------------------------------------------------------------------------

    def assume(self, low: Poly, high: Poly, exact: bool, endless: bool = False) -> None:
        """Take a sum of positive terms to be at most a monomial: exactly, or up to a constant, or any constant."""
        if len(high) == 1 and min([*high.values(), *low.values()]) > 0:
            ((top, d),) = high.items()
            for mono, c in low.items():
                self.state("", top, mono, c / d if exact else None, endless)

    def state(self, about: str, high: Mono, low: Mono, factor: Fraction | None, endless: bool = False) -> None:
        """Add a row; its factor is known where there are no constants. Of rows of one text, the strongest."""
        text = f"{show_mono(high)} >= {show_mono(low)}"
        vector = difference(self.growing_part(high), self.growing_part(low))
        if any(self.constant(name) for name, _ in high | low):
            factor = None
        row = Row(vector, factor, endless)
        self.rows[text] = max(self.rows.get(text, row), row, key=lambda row: (row.endless, row.factor or 0))
        self.about[about].append(text)
        for name in vector:
            self.sign(name)

    def reasons(self, name: str) -> Iterator[tuple[Mono, Mono, Fraction | None, bool]]:
        """The closed list of reasons for a row on a factor: above, below, by how much, and whether by any number."""
        this, one = frozenset([(name, Fraction(1))]), Fraction(1)
        inner = [parse(text) for text in arguments(name)] if "(" in name else []
        if name in self.parameters:
            yield this, EMPTY, one, self.parameters[name]["kind"] == "growing"
        elif name in self.free:
            least, most = self.free[name]
            yield this, EMPTY, Fraction(least), False
            yield from ((next(iter(top)), this, None, False) for top in tops(most) if len(top) == 1)
        elif found := tower(name):
            base, exponent = found
            falls = self.likely(parse(base))
            high = frozenset([(name, -one if falls else one)])
            if falls or base.isdigit():
                yield high, EMPTY, one, self.growing(exponent)
                yield high, frozenset((factor, x * POWER) for factor, x in exponent), None, False
            elif self.at_least_one(parse(base)):
                yield high, EMPTY, one, False
                yield from self.near(name, base, exponent)
        elif name.startswith("log("):
            if self.signs[name] == 1:
                endless = self.endless(inner[0])
                yield this, EMPTY, one if endless else None, endless
            if len(inner[0]) == 1 and all(self.positive(factor) for factor, _ in next(iter(inner[0]))):
                for x in (1, POWER):
                    yield next(iter(inner[0])), frozenset([(name, Fraction(x))]), None, False
        elif name.startswith("rounds("):
            yield this, EMPTY, one, False
            if len(inner[0]) == 1:
                yield next(iter(inner[0])), this, None, False
                yield this, next(iter(apply("log", (inner[0],)))), None, False
        else:
            terms = [(mono, c) for part in inner for mono, c in part.items() if min(part.values()) > 0]
            yield from ((this, mono, c, False) for mono, c in terms)
            if name.startswith("ceil("):
                yield this, EMPTY, one, False

    def near(self, name: str, base: str, exponent: Mono) -> Iterator[tuple[Mono, Mono, Fraction | None, bool]]:
        """Rows on a power with an irrational exponent: by fractions near it, alone and beside a maximum of its base."""
        this, bounds = parse(name), between(exponent)
        if bounds is None:
            return
        ratios: list[tuple[Poly, Poly, Fraction | None]] = [(this, parse(base), Fraction(1))]
        for top in tops(self.free[base][1]) if base in self.free else ():
            if len(top) == 1:
                ratios.append((div(power(top, {exponent: Fraction(1)}), this), div(top, parse(base)), None))
        for whole, ratio, factor in ratios:
            for above, below in ((whole, power(ratio, number(bounds[0]))), (power(ratio, number(bounds[1])), whole)):
                mono, _ = single(div(above, below))
                high = frozenset(pair for pair in mono if pair[1] > 0)
                yield high, frozenset((n, -x) for n, x in mono - high), factor, False

    def row(self, text: str) -> Row:
        """A row that a certificate names: stated of a factor, or of two logarithms, or of exponentials together."""
        if text not in self.rows:
            (high, _), (low, _) = (single(parse(side)) for side in sides(text, " >= "))
            vector, product = difference(self.growing_part(high), self.growing_part(low)), exponential(high)
            if product is not None and not low:
                self.rows[text] = Row(vector, Fraction(1), self.growing(product))
            elif (product is not None and scaled(product, low)) or self.slower(only(low), only(high)):
                self.rows[text] = Row(vector, None)
            else:
                raise Refused(f"{text} is not known to hold")
        return self.rows[text]

    def slower(self, below: str, above: str) -> bool:
        """Whether one logarithm is no larger than another, up to a constant factor."""
        if not (below.startswith("log(") and above.startswith("log(")):
            return False
        (outer, d), (inner, c) = (single(parse(name[4:-1])) for name in (above, below))
        more = difference(self.growing_part(outer), self.growing_part(inner))
        ratio = {frozenset(more.items()): Fraction(1)}
        if not all(map(self.positive, more)):
            return False
        row = next((row for row in self.rows.values() if row.vector == more), None)
        factor = Fraction(1) if self.at_least_one(ratio) else row.factor if row else None
        plain = not any(self.constant(name) for name, _ in outer | inner)
        exact = plain and factor is not None and d * factor >= c
        return exact or ((factor or row) is not None and (self.growing(outer) or self.growing(inner)))

    # -- parts and bounds --------------------------------------------------------------------------------

    def logarithm(self, at: Poly) -> Poly:
        """The logarithm of a free parameter; of an exponential, up to a constant, its exponent."""
        mono, c = single(at)
        if c == 1 and only(mono) in self.free:
            return apply("log", (at,))
        product, found = exponential(mono), tower(next(iter(mono), ("", 0))[0]) if len(mono) == 1 else None
        if found is not None and next(iter(mono))[1] < 0 and self.likely(parse(found[0])):
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
            parts = next(((f, p) for f in sorted(mono) if c > 0 and f[1] > 0 and (p := opened(*f))), None)
            if parts is not None:
                waiting += mul({mono - {parts[0]}: Fraction(1)}, parts[1]).items()
            elif c > 0:
                found[mono] = None
            if len(waiting) + len(found) > LIMIT:
                raise Refused("too many terms")
        return list(found)


def opened(name: str, x: Fraction) -> Poly | None:
    """An upper bound of a factor, up to a constant: the sum of its terms."""
    if not name.startswith(("ceil(", "max(", "(")) or tower(name):
        return None
    parts = [parse(text) for text in arguments(name)] + ([ONE] if name.startswith("ceil(") else [])
    if min(c for part in parts for c in part.values()) < 0:
        return None
    total: Poly = {}
    for mono in {mono for part in parts for mono in part}:
        total = add(total, power({mono: Fraction(1)}, number(x)))
    return total


def rounded(takes: Poly, name: str) -> bool:
    """Whether rounding a parameter is harmless: it changes logarithms by a constant, and that is added anyway."""
    for mono in takes:
        for factor, x in mono:
            plainly = re.sub(r"\*\*\([-\d/]+\)", "", factor)
            if not re.search(rf"\b{name}\b", plainly) or not re.search(r"log\(|\*\*\(", plainly):
                continue
            alone = x == 1 and re.fullmatch(r"log\([\w*+ ]*\)", plainly) and min(parse(factor[4:-1]).values()) > 0
            if not alone or takes.get(mono - {(factor, x)}, 0) <= 0:
                return False
    return True


def tops(most: str) -> list[Poly]:
    """Upper bounds of a free parameter: exactly the first, and of several the others up to a constant factor."""
    several = arguments(most) if most.startswith("min(") else [most]
    return [parse(text) for text in several if text]


def added(a: Vector, b: Vector, times: Fraction) -> Vector:
    """``a + times * b``."""
    return {n: x for n in (*a, *b) if (x := a.get(n, Fraction(0)) + times * b.get(n, Fraction(0)))}


def difference(a: Vector, b: Vector) -> Vector:
    """``a - b``."""
    return added(a, b, Fraction(-1))


def only(mono: Mono) -> str:
    """The factor of a monomial that is nothing else; empty where there is none."""
    return next(iter(mono))[0] if len(mono) == 1 and next(iter(mono))[1] == 1 else ""


def exponential(mono: Mono) -> Mono | None:
    """The exponent of a product of exponentials of one exponent that is ``b ** exponent`` for some b above 1."""
    towers = [(tower(name), x) for name, x in mono]
    exponents = {found[1] if found and found[0].isdigit() else None for found, _ in towers}
    if len(exponents) != 1 or exponents == {None}:
        return None
    scale = lcm(*(x.denominator for _, x in towers))
    base = prod((raised(Fraction(int(found[0])), int(x * scale)) for found, x in towers if found), start=Fraction(1))
    return exponents.pop() if base > 1 else None


def between(exponent: Mono) -> tuple[Fraction, Fraction] | None:
    """Fractions that an exponent ``log(a)/log(b)`` of numbers lies between."""
    powers = {x: name[4:-1] for name, x in exponent if name.startswith("log(")}
    if len(exponent) != 2 or powers.keys() != {1, -1} or not all(text.isdigit() for text in powers.values()):
        return None
    a, b = int(powers[Fraction(1)]), int(powers[Fraction(-1)])
    if min(a, b) < 2 or max(a, b) > LIMIT:
        return None
    low = next(p for p in count() if b ** (p + 1) > a**FINE)
    return Fraction(low, FINE), Fraction(low + 1, FINE)


def scaled(small: Mono, large: Mono) -> bool:
    """Whether one monomial is a positive power of the other."""
    a, b = dict(small), dict(large)
    return a.keys() == b.keys() and bool(a) and len({b[n] / a[n] for n in a}) == 1 and min(b[n] / a[n] for n in a) > 0
