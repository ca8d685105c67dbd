"""Claims as people write them, ``naive / focused = Theta(b*k^2)``, and what they speak about."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import Literal

from decomposer.design.evaluate import agents, total_cost
from decomposer.design.lift import hand_design
from decomposer.design.nodes import Design
from decomposer.errors import DesignError, Diagnostic, ProblemError
from decomposer.expr import ONE, ZERO, Expr, parse
from decomposer.problem.model import Problem
from decomposer.problem.suggest import suggest
from decomposer.problem.validate import validate
from decomposer.verbs.measure import minimised
from decomposer.verbs.optimize import optimize

OPTIMUM = "optimum"

Symbol = Literal["Theta", "O", "Omega", "o", "omega"]

SYMBOLS: dict[str, Symbol] = {
    "Theta": "Theta",
    "Θ": "Theta",
    "Omega": "Omega",
    "Ω": "Omega",
    "omega": "omega",
    "ω": "omega",
    "O": "O",
    "o": "o",
}
"""How a claim may write its symbol."""

_CLAIM = re.compile(rf"\s*(?P<left>.+?)\s*=\s*(?P<symbol>{'|'.join(SYMBOLS)})\s*\((?P<bound>.*)\)\s*", re.DOTALL)
_SIDE = re.compile(r"\s*(?P<name>[^\s/\[\]=]+)\s*(?:\[(?P<tasks>[^\[\]]*)\])?\s*")
_HINT = 'write it as "naive / focused = Theta(b*k^2)", or "naive[find] = O(b^2)"'


@dataclass(frozen=True, slots=True)
class Side:
    """The cost of a design: a hand design or the optimum, all of it or what some tasks cost."""

    name: str
    tasks: tuple[str, ...] = ()

    def __str__(self) -> str:
        return f"{self.name}[{', '.join(self.tasks)}]" if self.tasks else self.name


@dataclass(frozen=True, slots=True)
class Statement:
    """A claim: ``above / below = symbol(bound)``; without `below`, about a cost itself."""

    above: Side
    below: Side | None
    symbol: Symbol
    bound: Expr

    @property
    def left(self) -> str:
        """The left side as text."""
        return str(self.above) if self.below is None else f"{self.above} / {self.below}"

    def __str__(self) -> str:
        return f"{self.left} = {self.symbol}({self.bound})"


def read_statement(problem: Problem, text: str) -> Statement:
    """Read a claim about a problem.

    Raises
    ------
    ProblemError
        When it is not a claim, or names a task that the problem does not have.
    DesignError
        For an unknown design.
    ExpressionError
        When the formula cannot be read, or names an unknown parameter.
    """
    found = _CLAIM.fullmatch(text)
    if found is None:
        raise ProblemError(Diagnostic(f"`{text}` is not a claim", "claim", hint=_HINT))
    sides = [_side(problem, part, text) for part in found["left"].split("/")]
    if len(sides) > 2:
        raise ProblemError(Diagnostic("a claim speaks of one ratio of two designs", "claim", hint=_HINT))
    _check_no_design(problem, found)
    bound = parse(found["bound"], tuple(problem.parameters))
    if not bound.terms or all(number < 0 for _, number in bound.terms):
        raise ProblemError(Diagnostic(f"`{found['bound']}` is no growth: it must be above 0", "claim"))
    return Statement(sides[0], sides[1] if len(sides) == 2 else None, SYMBOLS[found["symbol"]], bound)


def _check_no_design(problem: Problem, found: re.Match[str]) -> None:
    """Refuse a bound that speaks of a design, which belongs to the left side."""
    left, symbol, bound = found["left"], found["symbol"], found["bound"]
    for name in (OPTIMUM, *problem.designs):
        if name in problem.parameters or not re.search(rf"(?<![\w-]){re.escape(name)}(?![\w-])", bound):
            continue
        hint = _HINT
        if "/" not in left:
            rest = "1" if bound.strip() == name else "..."
            hint = f'write the ratio of the two on the left: "{left} / {name} = {symbol}({rest})"'
        message = f"`{name}` is a design, and what a claim compares with is a formula of parameters"
        raise ProblemError(Diagnostic(message, "claim", hint=hint))


def _side(problem: Problem, text: str, claim: str) -> Side:
    found = _SIDE.fullmatch(text)
    if found is None:
        raise ProblemError(Diagnostic(f"`{text.strip() or claim}` names no design", "claim", hint=_HINT))
    name = found["name"]
    if name != OPTIMUM and name not in problem.designs:
        hint = suggest(name, (OPTIMUM, *problem.designs))
        raise DesignError(Diagnostic(f"no design is called `{name}`", "unknown-name", hint=hint))
    wanted = [task for task in re.split(r"[\s,+]+", found["tasks"] or "") if task]
    if found["tasks"] is not None and not wanted:
        raise ProblemError(Diagnostic(f"`{text.strip()}` names no task", "claim", hint=_HINT))
    for task in wanted:
        if task not in problem.tasks:
            hint = suggest(task, problem.tasks)
            raise ProblemError(Diagnostic(f"no task is called `{task}`", "unknown-name", hint=hint))
    return Side(name, tuple(task for task in problem.tasks if task in wanted))


def assuming(problem: Problem, assume: tuple[str, ...]) -> Problem:
    """The problem with more assumptions.

    Raises
    ------
    ProblemError
        When one cannot be read, or contradicts what is assumed already.
    """
    more = tuple(text for text in assume if text not in problem.assume)
    try:
        return validate(replace(problem, assume=(*problem.assume, *more))) if more else problem
    except ProblemError as error:
        raise _own(error, len(problem.assume), more) from None


def _own(error: ProblemError, first: int, more: tuple[str, ...]) -> ProblemError:
    """The error, naming assumptions that the problem file does not hold, from `first` on, as they were given."""
    told = {f"assume[{first + place}]: ": f"--assume {text!r}: " for place, text in enumerate(more)}
    found = []
    for diagnostic in error.diagnostics:
        start = next((start for start in told if diagnostic.message.startswith(start)), None)
        if start is None:
            return error
        found.append(replace(diagnostic, message=told[start] + diagnostic.message.removeprefix(start)))
    return ProblemError(*found)


Measure = Literal["cost", "span", "time"]


def speaks_of(problem: Problem, statement: Statement) -> Measure:
    """What a claim is about: what the problem minimises; the cost, where it names tasks, which have nothing else."""
    named = bool(statement.above.tasks or (statement.below is not None and statement.below.tasks))
    return "cost" if named or problem.minimise == "scope" else problem.minimise


def cost_of(problem: Problem, side: Side, of: Measure) -> Expr:
    """What a side of a claim costs: exactly, or up to a constant where the optimum depends on the regime.

    Parameters
    ----------
    of : {"cost", "span", "time"}
        The cost with what hosting costs, or what the problem minimises.

    Raises
    ------
    DesignError
        When the design breaks the contract, or does not do the tasks in calls of their own.
    InfeasibleError
        When nothing solves the problem.
    """
    if side.name != OPTIMUM:
        design = hand_design(problem, side.name)
        return _part(problem, design, side) if side.tasks else _whole(problem, design, of)
    result = optimize(replace(problem, designs=type(problem.designs)()))
    settled = len(result.options) == 1 and not any(policy.when for policy in result.policies)
    if not settled and (side.tasks or of != problem.minimise):
        hint = "add assumptions, or name a hand design"
        message = f"`{side}`: which design is the optimum depends on how the parameters grow"
        raise DesignError(Diagnostic(message, "claim", hint=hint))
    if side.tasks:
        return _part(problem, result.design, side)
    return _whole(problem, result.design, of) if settled else result.theta


def _whole(problem: Problem, design: Design, of: Measure) -> Expr:
    """The cost of a design, or what the problem minimises."""
    return total_cost(problem, design) if of == "cost" else minimised(problem, design)


def _part(problem: Problem, design: Design, side: Side) -> Expr:
    """What the calls for some tasks cost."""
    total, wanted = ZERO, set(side.tasks)
    for agent in agents(problem, design):
        inside = wanted.intersection(agent.tasks)
        if inside and not wanted.issuperset(agent.tasks):
            others = " and ".join(f"`{name}`" for name in agent.tasks if name not in wanted)
            message = f"`{side}`: this design does {others} in the same calls, so their cost is not apart"
            raise DesignError(Diagnostic(message, "claim", hint=f"name all of {', '.join(agent.tasks)}"))
        if inside:
            total = total + agent.work
    if total == ZERO:
        raise DesignError(Diagnostic(f"`{side}` costs nothing: the design never calls these tasks", "claim"))
    return total


def sides(problem: Problem, statement: Statement) -> tuple[Expr, Expr]:
    """The two costs of a claim; the second is 1 where it speaks of a cost itself."""
    of = speaks_of(problem, statement)
    below = ONE if statement.below is None else cost_of(problem, statement.below, of)
    return cost_of(problem, statement.above, of), below
