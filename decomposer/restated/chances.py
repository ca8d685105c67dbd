"""How often a design comes out right, at least."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from fractions import Fraction
from math import comb
from typing import Any, NamedTuple

from decomposer.formulas.algebra import (
    EMPTY,
    LIMIT,
    ONE,
    Poly,
    Refused,
    add,
    constant,
    div,
    mul,
    parse,
    put,
    raised,
    show,
)
from decomposer.restated.rules import Rules
from decomposer.restated.space import Goal, Way


class Sure(NamedTuple):
    """A design comes out right with probability ``right * (1 - lost)`` at least."""

    right: Fraction
    lost: Poly = {}  # noqa: RUF012

    def often(self, count: Poly) -> Sure:
        """The same for all of so many: what is lost by votes adds up, also where they are taken now and then."""
        times = constant(count)
        if self.right == 1:
            return Sure(self.right, mul(count, self.lost))
        if times is None or times.denominator != 1 or times < 0:
            raise Refused(f"nobody knows how often all of {show(count)} come out right")
        return Sure(raised(self.right, int(times)), mul(count, self.lost))

    def beside(self, other: Sure) -> Sure:
        """Both."""
        return Sure(self.right * other.right, add(self.lost, other.lost))


class Lead(NamedTuple):
    """A lead that grows: ``ceil(log(often)/log(1/odds)) + more``, `odds` those of a wrong answer where they are best.

    That wins with a chance of ``odds**v/(1 + odds**v)``, so that no more than ``odds**v <= 1/often`` is lost. A lead of
    one takes the first answer, whatever it is: so there is one `more` where other wrong answers count for nobody.
    """

    often: Poly
    odds: Fraction
    more: int

    def text(self) -> str:
        """The lead as a formula."""
        return f"ceil(log({show(self.often)})*log({1 / self.odds})**(-1)) + {self.more}"


def lead(way: Way, often: Poly, more: object) -> Lead:
    """A lead that grows, for the votes of a way.

    Raises
    ------
    Refused
        Where the right answer is not known to be likelier than any other, or a lead of one might be taken for more.
    """
    if way.label.split()[-1:] != ["lead"] or not way.kinds:
        raise Refused(f"the votes of {way.label} cannot grow")
    known = [constant(div(kind.other, kind.right)) if kind.right else None for kind in way.kinds]
    odds = max((one for one in known if one is not None), default=Fraction(1))
    if None in known or not 0 < odds < 1:
        raise Refused("the right answer is not known to be likelier than any other")
    agree = all(add(kind.right, kind.other) == ONE for kind in way.kinds)
    if type(more) is not int or more not in (0, 1) or (more == 0 and not agree):
        raise Refused(f"a lead cannot have {more!r} more")
    return Lead(often, odds, more)


class Chances:
    """How often the designs of a problem come out right."""

    def __init__(self, rules: Rules, ways: Mapping[Goal, Iterable[Way]]) -> None:
        self.rules, self.ways = rules, ways

    def reached(self, goal: Goal, design: Any) -> None:
        """Check that all comes out right as often as the target asks.

        Raises
        ------
        Refused
            When that is not known.
        """
        right, lost = self.sure(goal, design, {})
        parameters, most = self.rules.problem["parameters"], Sure(right).lost
        for mono, c in lost.items():
            rest = {pair for pair in mono if pair[0] not in parameters or parameters[pair[0]]["kind"] == "constant"}
            if c < 0 or any(x > 0 for _, x in mono - rest):
                raise Refused(f"nobody knows that no more than {show(lost)} is lost")
            most = add(most, {frozenset(rest): c})  # parameters are at least 1, and there most is lost
        left = add(mul({EMPTY: right}, add(ONE, most, -1)), parse(self.rules.problem["target"]), -1)
        over = constant(parse(show(left)))
        if over is None or over < 0:
            raise Refused(
                f"all comes out right with probability {right} * (1 - ({show(most)})) only, as far as is known"
            )

    def sure(self, goal: Goal, design: Any, values: Mapping[str, str], kind: int | None = None) -> Sure:
        """How often a design of a goal comes out right; on units of one kind, where that is known."""
        if not goal.pending:
            return Sure(Fraction(1))
        taken = (design["rule"], design["label"])
        way = next(way for way in self.ways[goal] if (way.rule, way.label) == taken)
        if way.kinds:
            return self.mixed(goal, way, design, values, kind).often(self.rules.every_round(goal)(ONE))
        settles = way.rule == "decompose" or any(need.goal.pending for need in way.needs)
        if way.rule in ("trust", "retry", "vote", "cascade") or not settles:
            raise Refused(f"nobody knows how often {way.rule} of {goal.key()} comes out right")
        if way.free:
            value = design["value"]
            values = {**values, way.free[0]: value["is"] if isinstance(value, dict) else str(value)}
        total = Sure(Fraction(1))
        for need, inner in zip(way.needs, design["needs"], strict=True):
            total = total.beside(self.sure(need.goal, inner, values, kind).often(placed(need.cost(ONE), values)))
        return total

    def mixed(self, goal: Goal, way: Way, design: Any, values: Mapping[str, str], kind: int | None) -> Sure:
        """The same where something is repeated, or trusted: units of each kind by their share."""
        if isinstance(design["value"], dict):
            value = design["value"]
            return Sure(Fraction(1), div(ONE, lead(way, parse(value["log"]), value["more"]).often))
        right, lost = Fraction(0), Sure(Fraction(1)).lost
        places = range(len(way.kinds)) if kind is None or len(way.kinds) == 1 else (kind,)
        for place in places:
            one = way.kinds[place]
            share = known(one.share, values) if len(places) > 1 else Fraction(1)
            if way.rule in ("trust", "retry"):
                right += share * known(div(one.right, one.other), values)
                continue
            if way.rule == "vote" and way.label.split()[-1] == "lead":
                right += share / (1 + raised(known(div(one.other, one.right), values), design["value"]))
                continue
            good, other = known(one.right, values), known(one.other, values)
            if way.rule == "cascade":
                rest = self.sure(way.needs[1].goal, design["needs"][1], values, place if len(way.kinds) > 1 else kind)
                right, lost = right + share * (good + (1 - other) * rest.right), add(lost, rest.lost)
            else:
                right += share * majority(good, design["value"])
        return Sure(right, lost)


def majority(right: Fraction, votes: int) -> Fraction:
    """Chance that more than half of an odd number of votes are right."""
    if votes % 2 == 0 or votes > LIMIT:
        raise Refused(f"no majority of {votes}")
    wrong = 1 - right
    ways = (comb(votes, k) * raised(right, votes - k) * raised(wrong, k) for k in range(votes // 2 + 1))
    return sum(ways, Fraction(0))


def placed(poly: Poly, values: Mapping[str, str]) -> Poly:
    """A formula with values for free parameters."""
    for name, value in values.items():
        poly = put(poly, name, value)
    return poly


def known(poly: Poly, values: Mapping[str, str]) -> Fraction:
    """A formula that is a number with values for free parameters."""
    value = constant(placed(poly, values))
    if value is None:
        raise Refused(f"nobody knows how often {show(poly)} is")
    return value
