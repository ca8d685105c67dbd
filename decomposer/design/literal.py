"""Concrete texts, items, models and bills: what a simulation handles instead of formulas."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from random import Random

from decomposer.design.articles import an
from decomposer.design.nodes import Call
from decomposer.errors import NotExactError, ProblemError
from decomposer.expr import Expr, evaluate
from decomposer.problem.model import Problem, Task

Chunk = tuple[str, int | None, int]
"""A piece of a prompt: text, which part of it (-1: the head; `None`: a text without parts), tokens."""


@dataclass(frozen=True, slots=True)
class Count:
    """What a run takes: work, calls and tokens in expectation (or in one run with dice), the longest context."""

    work: Fraction
    calls: Fraction
    tokens_read: Fraction
    tokens_written: Fraction
    longest: int


def natural(value: Expr, what: str) -> int:
    """A formula without symbols as a natural number.

    Raises
    ------
    ProblemError
        When it is none: half a token cannot be simulated.
    """
    number = evaluate(value, {})
    if number.denominator != 1 or number < 0:
        raise ProblemError(f"{what} is {number}, which is not a natural number: it cannot be simulated")
    return number.numerator


def exact_power(base: Fraction, exponent: Fraction) -> Fraction:
    """``base ** exponent`` where that is rational.

    Raises
    ------
    NotExactError
        Where it is not.
    """
    raised = base**exponent.numerator
    root = exponent.denominator
    return Fraction(_root(raised.numerator, root), _root(raised.denominator, root))


def _root(value: int, degree: int) -> int:
    low, high = 0, value + 1
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if middle**degree <= value else (low, middle)
    if low**degree != value:
        raise NotExactError(f"{value} is no natural number to the power {degree}")
    return low


@dataclass(frozen=True, slots=True)
class Paper:
    """A text on paper: the tokens of each of its parts, or of the whole where it has none."""

    name: str
    part: str | None
    tokens: tuple[int, ...]
    head: int | None


def papers(problem: Problem) -> dict[str, Paper]:
    """Lay out every text of a problem at numbers."""
    laid: dict[str, Paper] = {}
    for name, text in problem.texts.items():
        head = None if text.head is None else natural(text.head, f"the head of {name}")
        if text.part is None or text.count is None or text.each is None:
            tokens: tuple[int, ...] = (natural(text.tokens, f"the size of {name}"),)
        else:
            tokens = (natural(text.each, an(text.part)),) * natural(text.count, f"the number of {text.part}s")
        laid[name] = Paper(name, text.part, tokens, head)
    return laid


def worked_text(problem: Problem, task: Task) -> str | None:
    """The text with parts that a task works through: edited before read before written, that it is local to first."""
    names = [*((task.edits.text,) if task.edits else ()), *(read.text for read in task.reads), *task.writes]
    parted = [name for name in names if problem.texts[name].part is not None]
    own = [name for name in parted if problem.texts[name].part == task.local]
    return next(iter([*own, *parted]), None)


def place_items(problem: Problem, laid: Mapping[str, Paper], dice: Random | None) -> dict[str, list[int]]:
    """Hide the items of every finder in parts: in the first ones, or anywhere; part -1 where there are no parts.

    Raises
    ------
    ProblemError
        When they do not fit.
    """
    hidden: dict[str, list[int]] = {}
    for name, task in problem.tasks.items():
        if task.finds is None:
            continue
        number = natural(task.finds.count, f"the number of items of {name}")
        text = worked_text(problem, task)
        if text is None:
            hidden[name] = [-1] * number
            continue
        room = natural(task.finds.per_part, f"items in a part for {name}")
        slots = [part for _ in range(room) for part in range(len(laid[text].tokens))]
        if number > len(slots):
            raise ProblemError(f"{number} items of {name} do not fit into {len(slots)} places")
        hidden[name] = slots[:number] if dice is None else dice.sample(slots, number)
    return hidden


class Meter:
    """Adds up what calls cost, token by token."""

    def __init__(self, problem: Problem) -> None:
        self.problem = problem
        self.bills: dict[tuple[str | None, int, int, int], Fraction] = {}
        self.tariffs: dict[str | None, tuple[Fraction, Fraction, Fraction]] = {}
        for name, model in problem.models.items():
            if model.prices is not None and problem.cost.kind in ("linear", "cached"):
                fresh, known = evaluate(model.prices.input, {}), model.prices.cached
                discounted = fresh if known is None or problem.cost.kind != "cached" else evaluate(known, {})
                self.tariffs[name] = (fresh, discounted, evaluate(model.prices.output, {}))

    def bill(self, call: Call, shares: Mapping[str, int], read: int, seen: int, written: int) -> Fraction:
        """One call under the cost model of the problem: by the prices that its model states, or by its size."""
        priced = call.model in self.tariffs
        key = (call.model if priced else None, read, seen, written)
        if key not in self.bills:
            self.bills[key] = self._listed(*key) if priced else self._tokens(read, seen, written)
        return self.bills[key] if priced else self.size(call, shares) * self.bills[key]

    def _listed(self, model: str | None, read: int, seen: int, written: int) -> Fraction:
        fresh, known, made = self.tariffs[model]
        total = Fraction(0)
        for token in range(read):
            total += known if token < seen else fresh
        for _ in range(written):
            total += made
        return total

    def _tokens(self, read: int, seen: int, written: int) -> Fraction:
        cost = self.problem.cost
        total = Fraction(0)
        if cost.kind in ("paper", "power"):
            exponent = Fraction(1) if cost.kind == "paper" else evaluate(cost.exponent, {})
            so_far = read
            for _ in range(written):
                total += so_far if exponent == 1 else exact_power(Fraction(so_far), exponent)
                so_far += 1
            return total
        price, dear = evaluate(cost.alpha, {}), evaluate(cost.beta, {})
        for token in range(read):
            total += price * evaluate(cost.gamma, {}) if cost.kind == "cached" and token < seen else price
        for _ in range(written):
            total += dear
        return total

    def size(self, call: Call, shares: Mapping[str, int]) -> Fraction:
        """Size of the least model with all capabilities that a call needs, one by one."""
        problem = self.problem
        if call.model is not None:
            return evaluate(problem.models[call.model].size, {})
        among = 1 if call.among is None else natural(call.among, "alternatives")
        members: dict[tuple[str, int], Fraction] = {}
        for name in (*call.tasks, *call.able):
            task = problem.tasks[name]
            for required in task.requires:
                capability = problem.capabilities[required]
                own = {} if capability.options is None else {capability.options: among}
                size = evaluate(capability.size, own)
                number = 1 if capability.family is None else natural(capability.family, f"the family {required}")
                if task.one_of is not None and task.one_of.family == required:
                    number = shares.get(name, number)
                members.update({(required, member): size for member in range(number)})
        return self._law(list(members.values()))

    def _law(self, sizes: Sequence[Fraction]) -> Fraction:
        law = self.problem.law
        if law.kind == "max":
            return max(sizes, default=Fraction(0))
        exponent = Fraction(1) if law.kind == "linear" else evaluate(law.exponent, {})
        if len(sizes) == 1:
            return sizes[0]
        total = sum((exact_power(size, 1 / exponent) for size in sizes), Fraction(0))
        return exact_power(total, exponent)


def tokens_of(chunks: Iterable[Chunk]) -> int:
    """Tokens of a prompt."""
    return sum(tokens for _, _, tokens in chunks)
