"""The space of designs: what each goal needs, every way of reaching it, and the cost of each way.

A second statement of the rules and of the cost of a call, from the facts alone: what it says must agree with what the
program says, or its certificates are refused.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import reduce
from typing import Any, NamedTuple, TypeAlias

from decomposer.formulas.algebra import (
    ONE,
    Poly,
    Refused,
    add,
    apply,
    div,
    mul,
    parse,
    sum_over,
)
from decomposer.restated.facts import unknown

LEAST_BLOCK, BLOCKS = 4, 256
"""How long a block of neighbouring tasks may always be, and how many blocks there are about."""

NAMES = (
    ("i", "index"),
    ("g", "group"),
    ("s", "share"),
    ("f", "fan_out"),
    ("m", "stride"),
    ("v", "lead"),
    ("r", "fan_in"),
)
"""Names of free parameters: letters, or words where the letters are taken."""

Free: TypeAlias = tuple[str, str, str]

Fits: TypeAlias = tuple[tuple[Poly, Poly], ...]
"""Lengths of calls, each with the window that it must fit in up to a constant factor."""


class Goal(NamedTuple):
    """Tasks to be done at a scope, and what has been settled about how."""

    tasks: tuple[str, ...]
    mode: str = "cover"
    part: str | None = None
    size: str | None = None
    pending: frozenset[str] = frozenset()
    narrow: bool = False
    scope: str = "here"
    write: str | None = None
    history: bool = False
    unit: bool = False
    fused: bool = False
    direct: bool = False
    share: str | None = None
    among: str | None = None
    steps: str | None = None
    model: str | None = None
    tried: frozenset[str] = frozenset()
    digests: frozenset[str] = frozenset()
    cuts: frozenset[str] = frozenset()

    def key(self) -> str:
        """The goal in words."""
        settled = {**self._asdict(), "tasks": None}
        settled |= {name: "+".join(sorted(value)) for name, value in settled.items() if isinstance(value, frozenset)}
        words = [f"{name}={value}" for name, value in settled.items() if value]
        return " ".join([",".join(self.tasks), *(word for word in words if word not in ("mode=cover", "scope=here"))])

    def only(self, tasks: tuple[str, ...], **changes: Any) -> Goal:
        """The same for fewer tasks."""
        return self._replace(tasks=tasks, pending=self.pending & set(tasks), unit=False, **changes)


class Need(NamedTuple):
    """A goal that a way needs, and what it adds to the cost: a linear map of the goal's cost, never negative."""

    goal: Goal
    cost: Callable[[Poly], Poly]


class Kind(NamedTuple):
    """Units of one kind: their share, the chance that an attempt is right, and of what else decides what comes of it.

    That is the chance that it is accepted, right or wrong; of a vote, the chance of the strongest wrong answer.
    """

    share: Poly
    right: Poly
    other: Poly


class Way(NamedTuple):
    """One way of reaching a goal: what it costs itself, what it needs, the facts it rests on, its free parameter.

    The free parameter is a name with its least and greatest value; ``min(..., ...)`` is the least of several, of which
    all but the first count up to a constant factor. `models` are those of the catalogue that its own calls use;
    `longest`: what it costs itself and what it needs run in branches, the dearest of which counts. `fits` must hold, or
    it is none of the space. `bounds` are bounds of what it costs itself, from below and above, up to a constant factor.
    What the way says is a lower bound where `most` says what it costs at most. `loss` is what it loses itself at least,
    up to a constant factor (see `restated.reliability`); `kinds` are the kinds of units with what comes of an attempt.
    """

    rule: str
    own: Poly
    needs: tuple[Need, ...] = ()
    facts: tuple[str, ...] = ()
    free: Free | None = None
    label: str = ""
    models: frozenset[str] = frozenset()
    longest: bool = False
    fits: Fits = ()
    bounds: tuple[Poly, Poly] | None = None
    most: Way | None = None
    loss: Poly = {}  # noqa: RUF012
    kinds: tuple[Kind, ...] = ()

    def low(self) -> Way:
        """The way at a lower bound of what it costs itself."""
        return self if self.bounds is None else self._replace(own=self.bounds[0])

    def high(self) -> Way:
        """The same from above."""
        way = self if self.most is None else self.most
        return way if way.bounds is None else way._replace(own=way.bounds[1])

    def cost(self, values: Iterable[Poly]) -> Poly:
        """The cost of the whole, where these are the costs of what it needs."""
        parts = [self.own, *(need.cost(value) for need, value in zip(self.needs, values, strict=True))]
        return apply("max", tuple(parts)) if self.longest else reduce(add, parts)


def times(count: Poly) -> Callable[[Poly], Poly]:
    """What is done so often."""
    return lambda cost: mul(count, cost)


def once(goal: Goal) -> Need:
    """What is done once."""
    return Need(goal, times(ONE))


class Space:
    """The goals of a problem in long form (see docs/certificate-format.md)."""

    def __init__(self, problem: Mapping[str, Any]) -> None:
        self.problem = problem
        for what in unknown(problem):
            raise Refused(f"certificates do not cover {what}")
        for name in problem["parameters"]:  # such names are those of the indices of sums
            if name.startswith("_"):
                raise Refused(f"certificates do not cover a parameter called {name}")
        self.tasks: dict[str, Any] = problem["tasks"]
        self.texts: dict[str, Any] = problem["texts"]
        self.block = max(LEAST_BLOCK, BLOCKS // max(1, len(self.tasks)))
        taken = set(problem["parameters"])
        self.i, self.g, self.s, self.f, self.m, self.v, self.r = (fresh(names, taken) for names in NAMES)
        windows = [name for name, model in problem["models"].items() if model["window"] is not None]
        self.rooms = {name: fresh((f"g_{plainly(name)}", f"group_{plainly(name)}"), taken) for name in windows}

    def root(self) -> Goal:
        """Everything that must be done."""
        order = tuple(self.problem["order"])
        return Goal(order, pending=self.unsettled(order))

    def unsettled(self, names: tuple[str, ...]) -> frozenset[str]:
        """Tasks that may fail and can be checked; with a target for the whole, all that may fail."""
        some = (n for n in names if self.tasks[n]["succeeds"])
        return frozenset(n for n in some if self.tasks[n]["check"] or self.problem["target"] is not None)

    # -- what is in scope ----------------------------------------------------------------------------

    def partition(self, task: Any) -> Any:
        """The text with parts that a task works through."""
        names = ([task["edits"]["text"]] if task["edits"] else []) + [r["text"] for r in task["reads"]] + task["writes"]
        found = [self.texts[n] for n in names if self.texts[n]["part"]]
        return next((t for t in found if t["part"] == task["local"]), found[0] if found else None)

    def parts_touched(self, task: Any) -> list[str | None]:
        """The parts of every text that a task reads or edits; `None` for one without parts."""
        names = [r["text"] for r in task["reads"]] + ([task["edits"]["text"]] if task["edits"] else [])
        return [self.texts[n]["part"] for n in names]

    def extent(self, text: Any, goal: Goal) -> Poly:
        """Parts of a text in scope."""
        return parse(goal.size if goal.size is not None and text["part"] == goal.part else text["count"])

    def units(self, task: Any, goal: Goal) -> Poly:
        """Parts that a task must get right."""
        text = self.partition(task)
        return ONE if text is None or task["for_each"] else self.extent(text, goal)

    def items(self, finder: Any, goal: Goal) -> Poly:
        """Items in scope."""
        text = self.partition(finder)
        count = parse(finder["finds"]["count"])
        return count if self.whole(text, goal) else div(mul(count, self.extent(text, goal)), parse(text["count"]))

    def count(self, part: str | None) -> Poly:
        """Parts of that name."""
        return parse(next(text["count"] for text in self.texts.values() if text["part"] == part))

    def chain(self, task: Any, goal: Goal) -> Poly:
        """Steps of its chain in scope; one where a task is none."""
        if not task["steps"]:
            return ONE
        return parse(goal.steps if goal.steps is not None and task["name"] == goal.tasks[0] else task["steps"]["count"])

    def exposure(self, task: Any, goal: Goal) -> Poly:
        """Units that a call must get right, of those by which success is stated."""
        unit = task["succeeds"]["unit"]
        return ONE if unit == "call" else self.chain(task, goal) if unit == "step" else self.units(task, goal)

    def splitters(self, names: tuple[str, ...], part: str | None = None) -> frozenset[str]:
        """Tasks that must cut texts before these work on their parts; on `part` only, if it is named."""
        used = {read["text"] for n in names for read in self.tasks[n]["reads"]}
        used |= {self.tasks[n]["edits"]["text"] for n in names if self.tasks[n]["edits"]}
        texts = (self.texts[name] for name in used)
        return frozenset(text["split_by"] for text in texts if text["split_by"] and part in (None, text["part"]))

    def whole(self, text: Any, goal: Goal) -> bool:
        """Whether no loop has narrowed a text."""
        return text is None or not text["part"] or self.extent(text, goal) == parse(text["count"])

    def scans(self, finder: Any, goal: Goal) -> Poly | None:
        """Calls that locate everything; `None` when only a last call that finds nothing tells."""
        finds, text = finder["finds"], self.partition(finder)
        if finds["per_call"] is None:
            return ONE
        if self.whole(text, goal):
            return groups(parse(finds["count"]), parse(finds["per_call"]))
        single = self.extent(text, goal) == ONE
        return groups(parse(finds["per_part"]), parse(finds["per_call"])) if single else None

    def at_once(self, goal: Goal) -> bool:
        """Whether one call does all of the tasks: each finds, if it finds, all in one scan, and follows no other."""
        tasks = [self.tasks[n] for n in goal.tasks]
        return all(not t["for_each"] and (not t["finds"] or self.scans(t, goal) == ONE) for t in tasks)

    def rounds(self, goal: Goal) -> Poly:
        """Rounds of a scan."""
        finder = self.tasks[goal.tasks[0]]
        number_ = self.scans(finder, goal)
        return add(self.items(finder, goal), ONE) if number_ is None else number_

    def every_round(self, goal: Goal) -> Callable[[Poly], Poly]:
        """What is done in every round of a scan; in a conversation, round `self.i` reads all before it."""
        if goal.mode != "round":
            return times(ONE)
        number_of = self.rounds(goal)
        return (lambda cost: sum_over(cost, self.i, number_of)) if goal.history else times(number_of)

    # -- manners of a call ---------------------------------------------------------------------------

    def where(self, goal: Goal, pieces: bool = True) -> str:
        """A task that is not local reads the whole, also inside a loop over parts, unless it is done in pieces."""
        pieces = pieces and goal.mode == "cover"
        for task in map(self.tasks.__getitem__, goal.tasks if goal.part else ()):
            if (
                not (pieces and (task["combines"] or task["recursive"]))
                and task["local"] != goal.part
                and goal.part in self.parts_touched(task)
            ):
                return "whole"
        return goal.scope

    def one_call(self, goal: Goal) -> bool:
        """Whether one call reaches the goal."""
        tasks = [self.tasks[n] for n in goal.tasks]
        if goal.pending or not all(t["requires"] for t in tasks) or any(self.too_long(t, goal) for t in tasks):
            return False
        if any(self.too_large(t, goal) for t in tasks):
            return False
        single = len(tasks) == 1
        if goal.mode == "cover":
            return self.at_once(goal) if goal.fused else single and not (tasks[0]["finds"] or tasks[0]["for_each"])
        return single or (goal.mode == "item" and goal.fused)

    def too_long(self, task: Any, goal: Goal) -> bool:
        """Whether one call cannot take a chain to its end."""
        most = task["steps"]["per_call"] if task["steps"] and goal.steps is None else None
        return most is not None and not plain(add(parse(most), parse(task["steps"]["count"]), -1))

    def too_large(self, task: Any, goal: Goal) -> bool:
        """Whether one call cannot do so many parts without dividing them; a free number of them keeps to its range."""
        base, text = task["recursive"] and task["recursive"]["base"], self.partition(task)
        if base is None or text is None or not base:
            return False
        parts = self.extent(text, goal)
        names = {name for mono in parts for name, _ in mono}
        return names <= self.problem["parameters"].keys() and not plain(add(parse(base), parts, -1))

    def heads(self, goal: Goal) -> bool:
        """Whether reading heads only is less."""
        return any(r["head"] for n in goal.tasks for r in self.tasks[n]["reads"])

    def writing(self, goal: Goal) -> str | None:
        """How the call writes."""
        editors = [self.tasks[n] for n in goal.tasks if self.tasks[n]["edits"]]
        if not editors or goal.write is not None:
            return goal.write
        if not any(t["for_each"] for t in editors):
            return None
        scope = self.where(goal)
        parts = all(t["edits"]["unit"] == "part" for t in editors)
        return "part" if parts and (scope == "part" or (scope == "here" and goal.size == "1")) else "all"


def fresh(names: tuple[str, str], taken: set[str]) -> str:
    """The first name that is not taken, or the second with a number."""
    choices = [*names, *(f"{names[1]}{number}" for number in range(2, len(taken) + 3))]
    name = next(name for name in choices if name not in taken)
    taken.add(name)
    return name


def plainly(model: str) -> str:
    """The name of a model, within the name of a parameter."""
    return "".join(sign if sign == "_" or sign.isalnum() else "_" for sign in model)


def used(*models: str) -> frozenset[str]:
    """Models of the catalogue, where there is one."""
    return frozenset(models) - {""}


def plain(poly: Poly) -> bool:
    """Whether a formula is plainly not negative, its symbols being at least 1."""
    rest = [c for mono, c in poly.items() if mono]
    return all(c > 0 for c in rest) and sum(poly.values()) >= 0


def groups(count: Poly, size: Poly) -> Poly:
    """``ceil(count / size)``."""
    return count if size == ONE else ONE if size == count else apply("ceil", (div(count, size),))
