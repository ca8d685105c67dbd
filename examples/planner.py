"""A planner that asks, for each goal it expands, what the goal would cost at its best.

The planner expands goals by a table of methods and keeps the cheapest; decomposer prices the primitive goals,
each by its own optimal decomposition. Everything runs in the planner's process, without one LLM call.
"""

from __future__ import annotations

from fractions import Fraction
from functools import cache

from decomposer import Problem, build, optimize

PAGES = 200
METHODS = {
    "answer questions about a report": [["read the report"], ["summarise the report", "read the summary"]],
}


def reading(name: str, pages: int, model: int, answer: int) -> Problem:
    """A goal that reads `pages` pages of 500 tokens; pages can be read one by one."""
    return build(
        name,
        parameters={"p": "pages", "t": "tokens in a page", "m": "size of the model"},
        texts={"source": {"parts": {"page": "p"}, "each": "t"}, "notes": answer},
        capabilities={"read": "m"},
        tasks={"read": {"reads": "source", "writes": "notes", "requires": "read", "local": "page"}},
    )


PRIMITIVES = {
    "read the report": (reading("read", PAGES, 70, 100), {"p": PAGES, "t": 500, "m": 70}),
    "summarise the report": (reading("summarise", PAGES, 8, 10), {"p": PAGES, "t": 500, "m": 8}),
    "read the summary": (reading("digest", 4, 70, 100), {"p": 4, "t": 500, "m": 70}),
}


@cache
def cost(goal: str) -> Fraction:
    """Least cost of a goal over all its methods, down to optimal decompositions of the primitive ones."""
    if goal in PRIMITIVES:
        problem, numbers = PRIMITIVES[goal]
        value = optimize(problem, at=numbers).cost.value
        exact = None if value is None else value.as_fraction()
        assert exact is not None, "all parameters have numbers"
        return Fraction(exact)
    return min(sum(map(cost, method), Fraction(0)) for method in METHODS[goal])


def plan(goal: str) -> list[str]:
    """The primitive goals of the cheapest expansion."""
    if goal in PRIMITIVES:
        return [goal]
    best = min(METHODS[goal], key=lambda method: sum(map(cost, method), Fraction(0)))
    return [step for part in best for step in plan(part)]


if __name__ == "__main__":
    goal = "answer questions about a report"
    print(" -> ".join(plan(goal)))
    print(f"{int(cost(goal)):,} forward-pass tokens times model size")
