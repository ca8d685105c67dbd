"""What an answer to a selection problem is worth, and whether it keeps every limit. Exact, and trusts nobody.

Solvers are not believed: whatever they return is recomputed here, from the description of the problem alone.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from fractions import Fraction

from decomposer.solvers.selection import Alternative, Number, Selection


def reached(problem: Selection, chosen: Mapping[int, int]) -> tuple[int, ...]:
    """OR nodes that the roots need under the alternatives chosen, each before those that it needs where possible.

    Raises
    ------
    KeyError
        When a node is needed for which nothing is chosen.
    """
    seen = dict.fromkeys(problem.roots)
    stack = list(seen)
    while stack:
        node = stack.pop()
        for need in problem.choices[node][chosen[node]].needs:
            if need not in seen:
                seen[need] = None
                stack.append(need)
    return tuple(seen)


def trim(problem: Selection, chosen: Mapping[int, int]) -> dict[int, int]:
    """Leave only the nodes that the roots need: no cost, use or time rises by it."""
    return {node: chosen[node] for node in sorted(reached(problem, chosen))}


def taken(problem: Selection, chosen: Mapping[int, int]) -> list[Alternative]:
    """The alternatives chosen, by node."""
    return [problem.choices[node][index] for node, index in sorted(chosen.items())]


def used(problem: Selection, chosen: Mapping[int, int]) -> list[int]:
    """Resources that the alternatives chosen use, in order."""
    return sorted({resource for alternative in taken(problem, chosen) for resource in alternative.uses})


def order(problem: Selection, chosen: Mapping[int, int]) -> list[int] | None:
    """The nodes chosen, needs first; `None` when they need each other in a circle."""
    waiting = {node: 0 for node in chosen}
    parents: dict[int, list[int]] = {node: [] for node in chosen}
    for node, index in chosen.items():
        for need in problem.choices[node][index].needs:
            waiting[node] += 1
            if need in parents:
                parents[need].append(node)
            else:
                waiting[node] -= 1
    ready = sorted((node for node, count in waiting.items() if not count), reverse=True)
    done: list[int] = []
    while ready:
        node = ready.pop()
        done.append(node)
        for parent in parents[node]:
            waiting[parent] -= 1
            if not waiting[parent]:
                ready.append(parent)
    return done if len(done) == len(waiting) else None


def earliest(problem: Selection, chosen: Mapping[int, int]) -> dict[int, Number]:
    """When each node starts at the earliest, with capacities left aside.

    Raises
    ------
    ValueError
        When the nodes chosen need each other in a circle.
    """
    nodes = order(problem, chosen)
    if nodes is None:
        raise ValueError("the nodes chosen need each other in a circle")
    starts: dict[int, Number] = {}
    for node in nodes:
        needs = problem.choices[node][chosen[node]].needs
        starts[node] = max((starts[n] + problem.choices[n][chosen[n]].duration for n in needs), default=0)
    return starts


def makespan(problem: Selection, chosen: Mapping[int, int], starts: Mapping[int, Number] | None = None) -> Number:
    """Time at which the last node ends: by the starts given, else by the critical path.

    Raises
    ------
    ValueError
        When the nodes chosen need each other in a circle.
    """
    times = starts if starts else earliest(problem, chosen)
    return max((times[node] + problem.choices[node][index].duration for node, index in chosen.items()), default=0)


def reliability(problem: Selection, chosen: Mapping[int, int]) -> Fraction:
    """Product of the success of all alternatives chosen."""
    # Numerators and denominators apart: one reduction instead of one per factor.
    above = below = 1
    for alternative in taken(problem, chosen):
        above *= alternative.success.numerator
        below *= alternative.success.denominator
    return Fraction(above, below)


def components(problem: Selection, chosen: Mapping[int, int]) -> tuple[Number, ...]:
    """Sum of each component of cost, over alternatives and resources."""
    rows = [alternative.costs for alternative in taken(problem, chosen)]
    rows += [problem.resources[resource].costs for resource in used(problem, chosen)]
    return tuple(sum((row[i] for row in rows), 0) for i in range(problem.components))


def spent(problem: Selection, chosen: Mapping[int, int]) -> tuple[Number, ...]:
    """What is taken of each budget, by alternatives and resources."""
    rows = [alternative.spends for alternative in taken(problem, chosen)]
    rows += [problem.resources[resource].spends for resource in used(problem, chosen)]
    return tuple(sum((row[i] for row in rows if row), 0) for i in range(len(problem.budgets)))


def value(
    problem: Selection, chosen: Mapping[int, int], starts: Mapping[int, Number] | None = None
) -> tuple[Number, ...]:
    """The levels.

    Parameters
    ----------
    problem : Selection
    chosen : mapping of OR node to the index of its alternative
    starts : mapping of OR node to number, optional
        When each starts; without it everything starts as early as its needs allow.

    Raises
    ------
    ValueError
        When a level weighs the makespan, capacities are shared, and no starts are given: how soon the last node can
        end is then a problem of its own. When the makespan is asked for and the nodes chosen form a circle.

    Notes
    -----
    Linear in the size of what is chosen.
    """
    sums = components(problem, chosen)
    span: Number = 0
    if any(level.makespan for level in problem.levels):
        if problem.capacities and not starts and chosen:
            raise ValueError("the makespan under capacities needs the start of every node")
        span = makespan(problem, chosen, starts)
    return tuple(
        sum((weight * cost for weight, cost in zip(level.weights, sums, strict=True)), level.makespan * span)
        for level in problem.levels
    )


def check(problem: Selection, chosen: Mapping[int, int], starts: Mapping[int, Number] | None = None) -> list[str]:
    """Everything that is wrong with an answer; nothing when it keeps every limit.

    Parameters
    ----------
    problem : Selection
    chosen : mapping of OR node to the index of its alternative
        For every node taken, and no other.
    starts : mapping of OR node to number, optional
        When each starts. Without it everything starts as early as its needs allow, and capacities must hold so.

    Notes
    -----
    Linear in the size of what is chosen, but for sorting the ends of what shares a capacity.
    """
    found = _shape(problem, chosen)
    if found:
        return found
    if order(problem, chosen) is None:
        return ["the nodes chosen need each other in a circle"]
    for i, (amount, budget) in enumerate(zip(spent(problem, chosen), problem.budgets, strict=True)):
        if amount > budget:
            found.append(f"budget {i}: {amount} is spent of {budget}")
    resources = set(used(problem, chosen))
    for i, pool in enumerate(problem.pools):
        if len(resources & pool.resources) > pool.limit:
            found.append(f"pool {i}: {len(resources & pool.resources)} of at most {pool.limit} resources are used")
    if problem.reliability is not None and reliability(problem, chosen) < problem.reliability:
        found.append(f"reliability: {reliability(problem, chosen)} is below {problem.reliability}")
    if starts or problem.timed:
        found += _times(problem, chosen, starts)
    return found


def _shape(problem: Selection, chosen: Mapping[int, int]) -> list[str]:
    """Whether every node taken has one of its alternatives, and no other node is taken."""
    found = []
    for node, index in chosen.items():
        if not 0 <= node < len(problem.choices):
            found.append(f"node {node}: there is no such node")
        elif not 0 <= index < len(problem.choices[node]):
            found.append(f"node {node}: there is no alternative {index}")
    if found:
        return found
    try:
        nodes = set(reached(problem, chosen))
    except KeyError as missing:
        return [f"node {missing.args[0]}: needed, and nothing is chosen for it"]
    return [f"node {node}: chosen, and nothing needs it" for node in chosen if node not in nodes]


def _times(problem: Selection, chosen: Mapping[int, int], given: Mapping[int, Number] | None) -> list[str]:
    """Whether starts keep the order of needs, the deadline and the capacities."""
    starts = given if given else earliest(problem, chosen)
    if set(starts) != set(chosen):
        return [f"node {node}: a start without a choice, or a choice without one" for node in set(starts) ^ set(chosen)]
    found = []
    ends = {node: starts[node] + problem.choices[node][index].duration for node, index in chosen.items()}
    for node, index in chosen.items():
        if starts[node] < 0:
            found.append(f"node {node}: starts at {starts[node]}")
        for need in problem.choices[node][index].needs:
            if ends[need] > starts[node]:
                found.append(f"node {node}: starts at {starts[node]}, before node {need} ends at {ends[need]}")
    last = max(ends.values(), default=0)
    if problem.deadline is not None and last > problem.deadline:
        found.append(f"deadline: ends at {last}, after {problem.deadline}")
    for i, capacity in enumerate(problem.capacities):
        running = (
            (starts[node], ends[node], problem.choices[node][index].occupies[i])
            for node, index in chosen.items()
            if problem.choices[node][index].occupies
        )
        peak = _peak(running)
        if peak > capacity:
            found.append(f"capacity {i}: {peak} is held at once of {capacity}")
    return found


def _peak(running: Iterable[tuple[Number, Number, int]]) -> int:
    """The most held at any time; what ends makes room for what starts then, and what takes no time holds nothing."""
    events: list[tuple[Number, int]] = []
    for start, end, amount in running:
        if end > start:
            events += [(start, amount), (end, -amount)]
    held = most = 0
    for _, change in sorted(events):
        held += change
        most = max(most, held)
    return most
