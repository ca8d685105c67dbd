"""Pricing: exact costs of alternatives, free parameters eliminated, dominated designs dropped.

Two orders are offered to the dynamic programme: growth (`Asymptotic`) and plain numbers (`Concrete`). Both
keep sets of designs of which none is worse than another.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

from decomposer.design.context import Context
from decomposer.design.contract import without_ceilings
from decomposer.design.evaluate import part_count, work
from decomposer.design.nodes import Design, Hole, children, substitute, with_children
from decomposer.expr import Expr
from decomposer.growth import Regime, best_constant, eventually, is_big_o, minimise
from decomposer.rules.base import Decision, Fact, Goal, Site
from decomposer.search.unfold import Step

MAX_KEPT = 24
"""Designs kept per goal; beyond it the answer is marked as not proved."""


@dataclass(frozen=True, slots=True)
class Policy:
    """The value of a free parameter: a formula, where `when` (conditions on the parameters) holds."""

    name: str
    value: Expr
    when: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Candidate:
    """A complete design for a goal, with its exact cost and what it rests on.

    `growth` differs from `work` only where a free parameter has no single best formula: then `work` still
    contains it, and `growth` is its minimum up to a constant factor.
    """

    design: Design
    work: Expr
    growth: Expr
    facts: frozenset[Fact]
    rules: tuple[str, ...]
    policies: tuple[Policy, ...] = ()
    proved: bool = True
    rest: Expr | None = None


def fill(template: Design, designs: dict[Goal, Design]) -> Design:
    """Put designs into the holes of a template."""
    if isinstance(template, Hole):
        return designs[template.goal]  # type: ignore[index]
    parts = children(template)
    return with_children(template, tuple(fill(part, designs) for part in parts)) if parts else template


def compose(site: Site, goal: Goal, step: Step, chosen: tuple[Candidate, ...], needs: Sequence[Goal]) -> Candidate:
    """The candidate that an alternative makes of candidates for its sub-goals."""
    template = step.alternative.template
    by_goal = dict(zip(needs, chosen, strict=True))
    policies = tuple(policy for candidate in chosen for policy in candidate.policies)

    def total(which: str) -> Expr:
        def value(sub: object, context: Context) -> Expr:
            assert isinstance(sub, Goal)
            candidate = by_goal[sub]
            if sub.part is not None and context.extents.get(sub.part) != sub.size:
                return work(site.problem, candidate.design, _at(site, sub, context))
            result: Expr = getattr(candidate, which)
            return result

        return work(site.problem, template, site.inside(goal), value)

    exact = total("work")
    open_policies = any(candidate.growth is not candidate.work for candidate in chosen)
    return Candidate(
        design=fill(template, {sub: candidate.design for sub, candidate in by_goal.items()}),
        work=exact,
        growth=total("growth") if open_policies else exact,
        facts=frozenset(step.alternative.facts).union(*(candidate.facts for candidate in chosen)),
        rules=tuple(dict.fromkeys((step.rule, *(rule for candidate in chosen for rule in candidate.rules)))),
        policies=policies,
        proved=all(candidate.proved for candidate in chosen),
    )


def _at(site: Site, goal: Goal, context: Context) -> Context:
    """Surroundings of `goal` in a last group that is smaller than the others."""
    assert goal.part is not None
    return site.inside(replace(goal, size=context.extents[goal.part]))


class Asymptotic:
    """Prices designs by growth: least class first, then least exact cost in the end."""

    def __init__(self, site: Site, regime: Regime) -> None:
        self.site = site
        self.regime = regime
        self.complete = True

    def combine(self, goal: Goal, item: tuple[Step, Sequence[Goal]], chosen: tuple[Candidate, ...]) -> list[Candidate]:
        """Compose, and settle the alternative's own free parameters."""
        step, needs = item
        candidate = compose(self.site, goal, step, chosen, needs)
        for decision in step.alternative.decisions:
            candidate = self.settle(goal, candidate, decision)
        return [candidate]

    def settle(self, goal: Goal, candidate: Candidate, decision: Decision) -> Candidate:
        """Give a free parameter its best value, as a formula."""
        name = decision.name
        if name not in candidate.growth.symbols:
            value = decision.low
            return self.put(candidate, name, value)
        regime = self.regime_of(goal)
        high = without_ceilings(decision.high)
        least = minimise(candidate.growth, {name: (decision.low, high)}, regime)
        proved = candidate.proved and least.status == "proved"
        if len(least.policies) == 1:
            value = least.policies[0][0][name]
            if value.as_fraction() is not None:
                value = decision.low + (best_constant(candidate.growth, name, int(decision.low.as_fraction() or 2), regime) - decision.low)
            return replace(self.put(candidate, name, value), proved=proved)
        policies = tuple(Policy(name, values[name], tuple(when)) for values, when in least.policies)
        return replace(candidate, growth=least.growth, policies=(*candidate.policies, *policies), proved=proved)

    def put(self, candidate: Candidate, name: str, value: Expr) -> Candidate:
        """Substitute the value of a parameter."""
        values = {name: value}
        exact = candidate.work.subs(values)
        return replace(
            candidate,
            design=substitute(candidate.design, values),
            work=exact,
            growth=exact if candidate.growth is candidate.work else candidate.growth.subs(values),
            policies=(*candidate.policies, Policy(name, value)),
        )

    def regime_of(self, goal: Goal) -> Regime:
        """The regime, with the free parameters that are open inside `goal`."""
        symbols: set[str] = set()
        for formula in (goal.size, goal.share, goal.among):
            if formula is not None:
                symbols |= formula.symbols
        assume: list[str] = []
        if self.site.group in symbols and goal.part is not None:
            assume.append(f"{self.site.group} <= {part_count(self.site.problem, goal.part)}")
        open_names = tuple(sorted(symbols & {self.site.group, self.site.share, self.site.fan_out}))
        return self.regime.extended(assume=tuple(assume), free=open_names) if open_names else self.regime

    def prune(self, goal: Goal, candidates: Sequence[Candidate]) -> list[Candidate]:
        """Drop every design that another one beats or equals in the end, in the whole regime."""
        regime = self.regime_of(goal)
        kept: list[Candidate] = []
        for new in candidates:
            if any(self.beats(old, new, regime) for old in kept):
                continue
            kept = [old for old in kept if not self.beats(new, old, regime)]
            kept.append(new)
        if len(kept) > MAX_KEPT:
            self.complete = False
            kept = kept[:MAX_KEPT]
        return kept

    def beats(self, a: Candidate, b: Candidate, regime: Regime) -> bool:
        """Whether `a` costs no more than `b` in the end; equal costs are both kept when their designs differ in needs."""
        difference = (b.work - a.work).terms
        if not difference:
            return False
        if all(coefficient > 0 for _, coefficient in difference) and a.growth is a.work and b.growth is b.work:
            return True
        if is_big_o(a.growth, b.growth, regime) is not True:
            return False
        if is_big_o(b.growth, a.growth, regime) is False and _little_o(a, b, regime):
            return True
        return eventually(a.growth, b.growth, regime) == "less"


def _little_o(a: Candidate, b: Candidate, regime: Regime) -> bool:
    return eventually(a.growth, b.growth, regime) == "less"


class Concrete:
    """Prices designs by exact numbers; every formula of the problem is a number."""

    def __init__(self, site: Site) -> None:
        self.site = site
        self.complete = True

    def combine(self, goal: Goal, item: tuple[Step, Sequence[Goal]], chosen: tuple[Candidate, ...]) -> list[Candidate]:
        """Compose; in a scope of g parts, also price the smaller group that is left over."""
        step, needs = item
        candidate = compose(self.site, goal, step, chosen, needs)
        rest = self.rest_of(goal)
        if rest is None:
            return [candidate]
        context = self.site.inside(replace(goal, size=rest))
        return [replace(candidate, rest=work(self.site.problem, candidate.design, context))]

    def rest_of(self, goal: Goal) -> Expr | None:
        """Parts in the last group, where it is smaller than the others."""
        if goal.part is None or goal.size is None:
            return None
        total, size = part_count(self.site.problem, goal.part).as_fraction(), goal.size.as_fraction()
        assert total is not None and size is not None
        left = Fraction(total) % size
        return None if left == 0 else goal.size * 0 + left

    def prune(self, goal: Goal, candidates: Sequence[Candidate]) -> list[Candidate]:
        """Keep the designs that are cheapest for the full groups, or for the one left over."""
        kept: list[Candidate] = []
        for new in candidates:
            if any(self.beats(old, new) for old in kept):
                continue
            kept = [old for old in kept if not self.beats(new, old)]
            kept.append(new)
        return kept

    def beats(self, a: Candidate, b: Candidate) -> bool:
        """Whether `a` costs no more than `b`, and less somewhere or equally everywhere with as few calls."""
        return _value(a.work) <= _value(b.work) and (a.rest is None or b.rest is None or _value(a.rest) <= _value(b.rest))


def _value(expr: Expr) -> Fraction:
    from decomposer.expr import evaluate

    return evaluate(expr, {})


def expand_decisions(site: Site, alternatives: Sequence[Step], limit: int) -> Iterator[tuple[Step, bool]]:
    """Replace each free parameter by its integers; the flag says whether all of them are there."""
    from decomposer.search.integers import spread

    for step in alternatives:
        yield from spread(site, step, limit)
