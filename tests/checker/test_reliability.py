"""What is said a second time of errors: bounds of costs and losses, and chances, hold for every design at numbers."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction
from itertools import islice, product
from typing import Any, NamedTuple

import pytest

from decomposer.design.certainty import certainty
from decomposer.design.evaluate import models_used, work
from decomposer.design.nodes import Design, Retry, Vote
from decomposer.errors import ProblemError
from decomposer.expr import evaluate, num
from decomposer.formulas.algebra import ONE, Poly, Refused, constant, parse
from decomposer.problem.build import build
from decomposer.problem.load import load
from decomposer.problem.long_form import long_form
from decomposer.problem.model import Problem
from decomposer.problem.substitute import substitute
from decomposer.restated.chances import Chances, placed
from decomposer.restated.rules import Rules
from decomposer.restated.space import Goal, Way
from decomposer.rules.base import Goal as Searched
from decomposer.search.price import fill
from decomposer.search.spread import Spread
from decomposer.search.unfold import Space, Step, unfold
from decomposer.solvers.graph import Arc
from decomposer.verbs.restating import restated
from tests.checker.targets import by_dice
from tests.checker.test_restated import ways

MOST = 20
"""Designs of a problem that are looked at."""


class Path(NamedTuple):
    """A design of the search, as the arcs taken."""

    goal: Searched
    arc: Arc[Searched, Step]
    inner: tuple[Path, ...]

    def design(self) -> Design:
        designs = {need: one.design() for need, one in zip(self.arc.needs, self.inner, strict=True)}
        return fill(self.arc.item.alternative.template, designs)

    def values(self) -> dict[str, str]:
        """The value of the free parameter that the arc settles."""
        decisions = self.arc.item.alternative.decisions
        return {one.name: str(one.low) for one in decisions}


def paths(space: Space, goal: Searched) -> Iterator[Path]:
    for arc in space.graph.arcs[goal]:
        for inner in product(*(list(islice(paths(space, need), MOST)) for need in arc.needs)):
            yield Path(goal, arc, inner)


class Bounds(NamedTuple):
    """What the second statement says of a design at numbers."""

    least: Fraction
    most: Fraction
    loss: Fraction
    certificate: dict[str, Any]


def number(poly: Poly, values: dict[str, str]) -> Fraction:
    found = constant(placed(poly, values))
    assert found is not None
    return found


def votes(path: Path) -> int | None:
    template = path.arc.item.alternative.template
    if not isinstance(template, Vote):
        return None
    settled = path.values()
    count = template.votes if template.lead is None else template.lead
    return int(evaluate(count, {name: Fraction(value) for name, value in settled.items()}))


def way_of(rules: Rules, path: Path) -> tuple[Way, dict[str, str]]:
    """The way that an arc is, with the value of its free parameter."""
    template, found = path.arc.item.alternative.template, []
    for way in rules.ways(restated(path.goal)):
        values = path.values()
        if way.rule == "vote":
            kind = "majority" if isinstance(template, Vote) and template.lead is None else "lead"
            values = {rules.v: str(votes(path))}
            if way.label.split()[-1] != kind:
                continue
        if way.free is None and way.rule != "vote" and values:
            continue
        needs = [settled(need.goal, values) for need in way.needs]
        if tuple(sorted(way.models)) != models_used(template):
            continue
        if way.rule == path.arc.item.rule and needs == [restated(need) for need in path.arc.needs]:
            found.append((way, values if way.free else {}))
    kept = isinstance(template, Retry) and template.keep
    found = [one for one in found if one[0].rule != "retry" or ("keep" in one[0].label.split()) == kept]
    checked = isinstance(template, Vote) and isinstance(template.body, Retry)
    found = [one for one in found if one[0].rule != "vote" or ("checked" in one[0].label.split()) == checked]
    assert len(found) == 1, (path.arc.item, [way.label for way, _ in found])
    return found[0]


def settled(goal: Goal, values: dict[str, str]) -> Goal:
    def put(text: str | None) -> str | None:
        return None if text is None else values.get(text, text)

    return goal._replace(size=put(goal.size), steps=put(goal.steps), share=put(goal.share))


def bounds(rules: Rules, path: Path) -> Bounds:
    way, values = way_of(rules, path)
    inner = [bounds(rules, one) for one in path.inner]
    least = number(way.low().own, values)
    most = number(way.high().own, values)
    loss = number(way.loss, values)
    for low, high, one in zip(way.needs, way.high().needs, inner, strict=True):
        least += number(low.cost(parse(f"{one.least}")), values)
        most += number(high.cost(parse(f"{one.most}")), values)
        if low.goal.pending and way.rule != "cascade":
            loss += number(low.cost(parse(f"{one.loss}")), values)
    value = next((int(Fraction(one)) for one in values.values()), None)
    taken = {"rule": way.rule, "label": way.label, "value": value, "needs": [one.certificate for one in inner]}
    return Bounds(least, most, loss, taken)


def exempt(rules: Rules, path: Path) -> bool:
    """Whether a vote is right less than half the time: such votes are worse than the first answer, and not bounded."""
    way, values = way_of(rules, path)
    voted = way.rule == "vote" and any(2 * number(kind.right, values) <= 1 for kind in way.kinds)
    return voted or any(exempt(rules, one) for one in path.inner)


def even(rules: Rules, path: Path) -> bool:
    """Whether all groups are of the same size, as they are while sizes are open."""
    way, values = way_of(rules, path)
    counts = [number(need.cost(ONE), values) for need in way.needs if way.free and way.rule != "vote"]
    return all(count.denominator == 1 for count in counts) and all(even(rules, one) for one in path.inner)


def agree(problem: Problem) -> int:
    """Hold all designs to what is said of them a second time; how many."""
    space = unfold(problem, Spread())
    rules = Rules(long_form(problem))
    chances, count = Chances(rules, ways(rules)), 0
    for path in islice(paths(space, space.graph.root), MOST):
        if not even(rules, path):
            continue
        said, design = bounds(rules, path), path.design()
        cost = evaluate(work(problem, design), {})
        assert cost <= said.most
        assert cost >= said.least or exempt(rules, path)
        chance = certainty(problem, design)
        try:
            sure = chances.sure(rules.root(), said.certificate, {})
        except Refused as error:  # cascades of several units at once, and checks of these that err
            assert "nobody knows" in str(error)
            continue
        assert chance.at_least(sure.right) and not sure.lost
        assert not chance.at_least(sure.right + Fraction(1, 10**9))
        # exp(-loss) <= 1 - loss + loss**2/2, and the chance must not be above it
        loss = min(said.loss, Fraction(1))
        assert exempt(rules, path) or not chance.at_least(1 - loss + loss**2 / 2 + Fraction(1, 10**12))
        count += 1
    return count


def numbered(problem: Problem, target: str, **numbers: int) -> Problem:
    found = substitute(problem, {name: num(value) for name, value in numbers.items()})
    return replace(found, target=num(Fraction(target)))


@pytest.mark.parametrize(
    ("name", "numbers"),
    [("maker", {"k": 6, "m_s": 2}), ("answers-cascade", {"k": 2, "l": 3}), ("votes-correlated", {"l": 3})],
)
def test_shipped(name: str, numbers: dict[str, int]) -> None:
    for target in ("1/100", "9/10"):
        assert agree(numbered(load(name), target, **numbers))


@pytest.mark.parametrize("seed", range(8))
def test_random(seed: int) -> None:
    """Steps, parts and calls; models, hard units, checks and judges that err; at a low target."""
    try:
        agree(numbered(by_dice(seed), "1/50", n=4, l=2, c=3))
    except (Refused, ProblemError) as error:
        assert re.search("cover|target|digits", str(error))


def test_a_cascade_of_unknown_chances_is_never_taken_for_certain() -> None:
    """Of many units at once, nobody knows how often the first model is right and accepted."""
    problem = build(
        "texts",
        parameters={"n": "pages"},
        texts={"source": {"parts": {"page": "n"}, "each": 1}, "made": {"parts": {"page": "n"}, "each": 1}},
        capabilities={"do": 1},
        models={name: {"size": size, "can": "do", "succeeds": {"copy": "9/10"}} for name, size in (("a", 1), ("b", 2))},
        target="9/10",
        tasks={
            "copy": {
                "reads": "source",
                "writes": "made",
                "requires": "do",
                "succeeds": {"per": "part"},
                "check": {"scope": "whole", "accepts": "1/10"},
            }
        },
    )
    rules = Rules(long_form(problem))
    found = ways(rules)
    cascades = [(goal, way) for goal in found for way in found[goal] if way.rule == "cascade"]
    assert cascades
    for goal, way in cascades:
        with pytest.raises(Refused, match="nobody knows"):
            Chances(rules, found).sure(
                goal, {"rule": way.rule, "label": way.label, "value": None, "needs": [{}, {}]}, {}
            )
