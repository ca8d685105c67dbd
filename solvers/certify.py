"""Proofs by linear relaxations: a branching tree of exact multipliers that shows that nothing costs less."""

from __future__ import annotations

from dataclasses import dataclass

from decomposer.solvers.duals import Duals, Leaf, Proof, Rows, Split, Variable
from decomposer.solvers.linear import Effort, Linear, linear, multipliers, solve
from decomposer.solvers.selection import Number, Selection
from decomposer.solvers.watch import Watch

NODES = 2000
"""Most relaxations that are solved for one proof."""


@dataclass(slots=True)
class _Part:
    """A part of the tree: what is fixed, and once it is known, its multipliers or its split."""

    fixed: dict[Variable, int]
    duals: Duals | None = None
    split: tuple[Variable, _Part, _Part] | None = None


def certify(problem: Selection, target: Number, watch: Watch, made: Linear | None = None) -> Proof | None:
    """A proof for `duals.verify` that no answer has a first level below `target`; `None` when stopped before.

    Parameters
    ----------
    problem : Selection
    target : number
    watch : Watch
    made : Linear, optional
        The programme of the problem, where it is there already; rows that cut off circles are left out.

    Notes
    -----
    One linear programme for each part, in floating point; the bound of each is recomputed exactly, rounded up to
    what costs can be, and parts are split on what is most undecided until it reaches the target.
    """
    made = linear(problem) if made is None else made
    rows = Rows(problem, 0)
    unit = made.units[0]
    # Leaving a root undone costs more than any answer that is looked for; so every relaxation has a solution.
    penalty = 4 * (int(target / unit) + 1)
    root = _Part({})
    queue = [root]
    for _ in range(NODES):
        if not queue or watch.stop():
            break
        part = queue.pop()
        fixed = {made.at[variable]: value for variable, value in part.fixed.items()}
        solved = solve(made, 0, "HIGHS", Effort(watch.left), relaxed=True, fixed=fixed, penalty=penalty)
        watch.done += 0.01
        if not solved.duals or not solved.values:
            return None
        part.duals = multipliers(made, 0, solved.duals)
        if rows.bound(part.duals, part.fixed) > target - unit:
            continue
        variable = _undecided(made, solved.values, part.fixed)
        if variable is None:
            return None
        parts = [_Part({**part.fixed, variable: value}) for value in (0, 1)]
        part.split = (variable, parts[0], parts[1])
        queue += parts
    else:
        return None
    return None if queue else _tree(root)


def _undecided(made: Linear, values: list[float], fixed: dict[Variable, int]) -> Variable | None:
    """The column nearest to a half: resources first, then nodes, then alternatives."""
    best: tuple[int, float, int] | None = None
    kinds = {"resource": 0, "node": 1, "alternative": 2}
    for column, variable in enumerate(made.columns):
        doubt = min(values[column], 1 - values[column])
        if doubt > 1e-6 and variable not in fixed:
            rank = (kinds[variable[0]], -round(doubt, 6), column)
            best = rank if best is None else min(best, rank)
    return None if best is None else made.columns[best[2]]


def _tree(root: _Part) -> Proof:
    parts = [root]
    for part in parts:
        if part.split is not None:
            parts += part.split[1:]
    done: dict[int, Proof] = {}
    for part in reversed(parts):
        if part.split is not None:
            done[id(part)] = Split(part.split[0], done[id(part.split[1])], done[id(part.split[2])])
        else:
            assert part.duals is not None
            done[id(part)] = Leaf(part.duals)
    return done[id(root)]
