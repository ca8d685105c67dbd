"""Growth: which monomials are bounded by which, from written rows and multipliers. Nothing is searched for here."""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction
from typing import Any

from decomposer.checker.fields import listed, mapping, rational
from decomposer.formulas.algebra import Mono, Poly, Refused, apply, div, mul, parse, show_mono, single
from decomposer.formulas.factors import Factors, Vector, added, difference


class Growth(Factors):
    """Proofs from what is known of the factors."""

    def combine(
        self, by: object, wanted: Vector, positive: frozenset[str] = frozenset()
    ) -> tuple[Fraction | None, bool]:
        """Check that rows with these multipliers add up to `wanted`; the factor that they give, and `endless`."""
        total: Vector = {}
        factor: Fraction | None = Fraction(1)
        endless = False
        for text, given in mapping(by).items():
            multiplier, row = rational(given), self.row(text)
            if multiplier <= 0 or not all(self.positive(name) or name in positive for name in row.vector):
                raise Refused(f"{text} cannot be used {multiplier} times, or is of what may be negative")
            total = added(total, row.vector, multiplier)
            endless = endless or row.endless
            whole = multiplier.denominator == 1 and multiplier <= 64
            if row.factor != 1:
                factor = factor * row.factor ** int(multiplier) if factor and row.factor and whole else None
        if total != wanted:
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
            if any(self.constant(name) for name, _ in top ^ low):
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
        allowed = set(high)
        for mono in allowed:
            self.vector(mono)
        for mono, step in steps(low, proof):
            self.below(mono, allowed, step)

    def vanishing(self, low: Poly, high: Poly, proof: object) -> None:
        """Check that every monomial of `low` is small beside one of `high`, which exceeds any multiple of it."""
        for mono, given in steps(low, proof):
            step = mapping(given, "of", "by")
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
        if not shares.keys() <= allowed or min(shares.values(), default=0) <= 0 or sum(shares.values()) != 1:
            raise Refused(f"{show_mono(mono)}: these are no shares of the terms that add up to 1")
        wanted: Vector = {}
        for part, share in shares.items():
            wanted = added(wanted, self.vector(part), share)
        positive |= {name for name, x in mono if x > 0 and self.sign(name) == 0}
        self.combine(step["by"], difference(wanted, self.vector(mono, positive)), positive)


def steps(low: Iterable[Mono], proof: object) -> list[tuple[Mono, Any]]:
    """What a proof says of each monomial."""
    given, terms = mapping(proof), {show_mono(mono): mono for mono in low}
    if given.keys() != terms.keys():
        raise Refused("a proof speaks of other terms")
    return [(mono, given[text]) for text, mono in terms.items()]
