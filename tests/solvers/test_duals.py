"""Lower bounds by multipliers and trees of them: never above the best answer, and refused where they are no proof."""

from __future__ import annotations

import random
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmarks import hosting_reader
from decomposer.solvers import hosting, logarithms
from decomposer.solvers.duals import Duals, Fixed, Leaf, Proof, Split, Variable, verify
from decomposer.solvers.selection import Alternative, Pool, Resource, Selection
from tests.solvers import brute
from tests.solvers.hosting_problems import hosted
from tests.solvers.random_problems import coupled

TWO = Selection(
    choices=((Alternative((1,), uses=(0,)), Alternative((5,))), (Alternative((1,), uses=(0,)), Alternative((4,)))),
    roots=(0, 1),
    resources=(Resource((3,)),),
)


def guesses(problem: Selection, seed: int) -> Duals:
    """Multipliers out of nowhere."""
    rng = random.Random(seed)

    def number() -> Fraction:
        return Fraction(rng.randint(0, 12), rng.randint(1, 3)) if rng.random() < 0.7 else Fraction(0)

    pairs = [(n, a) for n, row in enumerate(problem.choices) for a in row]
    return Duals(
        choose={n: number() - 1 for n in range(len(problem.choices))},
        share={(n, need): number() for n, a in pairs for need in a.needs},
        use={(n, resource): number() for n, a in pairs for resource in a.uses},
        pool={i: number() for i in range(len(problem.pools))},
        budget={i: number() for i in range(len(problem.budgets))},
        reliability=number() / 10**9,
        fill=rng.random() < 0.5,
    )


def grown(problem: Selection, seed: int) -> Proof:
    """Splits and multipliers out of nowhere."""
    rng = random.Random(seed)
    variables: list[Variable] = [("resource", r) for r in range(len(problem.resources))]
    variables += [("node", n) for n in range(len(problem.choices))]
    variables += [("alternative", n, i) for n, row in enumerate(problem.choices) for i in range(len(row))]
    rng.shuffle(variables)

    def grow(left: list[Variable]) -> Proof:
        kind = rng.random()
        if len(left) < 3 or kind < 0.2:
            return Leaf(guesses(problem, rng.random().__hash__()))
        if kind < 0.6:
            return Split(left[0], grow(left[1:]), grow(left[1:]))
        return Fixed(guesses(problem, rng.random().__hash__()), (left[0],), (left[1],), grow(left[2:]))

    return grow(variables[:6])


@settings(max_examples=200, deadline=None)
@given(st.integers(0, 10**6))
def test_no_proof_whatever_goes_beyond_the_best_answer(seed: int) -> None:
    problem = coupled(seed)
    best = brute.best(problem)
    if best is None or (problem.reliability is not None and problem.reliability > 1):
        return
    for proof in (guesses(problem, seed), grown(problem, seed)):
        bound = verify(problem, proof)
        assert bound is not None and bound <= best[0][0]


@settings(max_examples=100, deadline=None)
@given(st.integers(0, 10**6))
def test_what_hosting_proves_is_checked(seed: int) -> None:
    problem = hosted(seed)
    answer, proof = hosting.prove(problem)
    if answer.status == "optimal":
        assert proof is not None
        assert verify(problem, proof) == answer.value[0]
    else:
        assert proof is None


@pytest.mark.parametrize("limit", [None, 2])
def test_a_tree_closes_the_gap(limit: int | None) -> None:
    base = hosting_reader.generate(4, facilities=15, customers=30)
    pools = () if limit is None else (Pool(frozenset(range(15)), limit),)
    problem = Selection(base.choices, base.roots, levels=base.levels, resources=base.resources, pools=pools)
    answer, proof = hosting.prove(problem)
    assert proof is not None
    assert verify(problem, proof) == answer.value[0]


def test_by_hand() -> None:
    # Opening for both costs 5, and so it is shared: 3 = 1.5 + 1.5.
    duals = Duals(choose={0: Fraction(5, 2), 1: Fraction(5, 2)}, use={(0, 0): Fraction(3, 2), (1, 0): Fraction(3, 2)})
    assert verify(TWO, duals) == 5
    assert verify(TWO, Duals(choose={0: Fraction(5, 2), 1: Fraction(5, 2)}, fill=True)) == 5
    assert verify(TWO, Duals()) == 0
    assert verify(TWO, Split(("resource", 0), Leaf(Duals({0: 5, 1: 4}, fill=True)), Leaf(Duals({0: 1, 1: 1})))) == 5


def test_shut_pools_leave_no_answer() -> None:
    only = Selection(
        ((Alternative((1,), uses=(0,)),),), (0,), resources=(Resource((1,)),), pools=(Pool(frozenset((0,)), 0),)
    )
    assert verify(only, Leaf(Duals(choose={0: 1}, use={(0, 0): 1}, pool={0: 1}), empty=True)) is None
    with pytest.raises(ValueError, match="not shown"):
        verify(only, Leaf(Duals(choose={0: 1}, use={(0, 0): 1}, pool={0: Fraction(0)}), empty=True))


@pytest.mark.parametrize("duals", [Duals(use={(0, 0): -1}), Duals(pool={0: -1}), Duals(reliability=-1)])
def test_multipliers_of_limits_are_not_negative(duals: Duals) -> None:
    problem = Selection(
        TWO.choices, TWO.roots, resources=TWO.resources, pools=(Pool(frozenset((0,)), 1),), reliability=Fraction(1, 2)
    )
    with pytest.raises(ValueError, match="negative"):
        verify(problem, duals)


@pytest.mark.parametrize("variable", [("resource", 1), ("node", 7), ("alternative", 0, 2), ("root", 0)])
def test_only_what_exists_is_split_on(variable: Variable) -> None:
    with pytest.raises(ValueError, match="does not exist"):
        verify(TWO, Split(variable, Leaf(Duals()), Leaf(Duals())))


def test_nothing_is_fixed_twice() -> None:
    twice = Split(("resource", 0), Leaf(Duals()), Split(("resource", 0), Leaf(Duals()), Leaf(Duals())))
    with pytest.raises(ValueError, match="fixed already"):
        verify(TWO, twice)


def test_deep_proofs_are_no_trouble() -> None:
    proof: Proof = Leaf(Duals(choose={0: 1, 1: 1}))
    for _ in range(5000):
        proof = Fixed(Duals(choose={0: 4}, use={(0, 0): 3}), (), (), proof)
    assert verify(TWO, proof) == 2


@given(st.fractions(min_value=Fraction(1, 10**30), max_value=1))
def test_logarithms_are_safe(probability: Fraction) -> None:
    low, high = logarithms.below(probability), logarithms.above(probability)
    assert 0 <= low <= high <= low + 2


def test_logarithms_outside_are_refused() -> None:
    for wrong in (Fraction(0), Fraction(3, 2), Fraction(-1)):
        with pytest.raises(ValueError, match="probability"):
            logarithms.below(wrong)
