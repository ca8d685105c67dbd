"""The space of designs: what each goal needs, every way of reaching it, and the cost of each way.

A second statement of the rules and of the cost of a call, from the facts alone: what it says must agree with what the
program says, or its certificates are refused.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import reduce
from typing import Any, NamedTuple

from decomposer.checker.algebra import (
    ONE,
    Poly,
    Refused,
    add,
    apply,
    constant,
    div,
    mul,
    number,
    parse,
    power,
    put,
    sum_over,
)

LARGEST_BLOCK = 4


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

    def key(self) -> str:
        """The goal in words."""
        settled = {**self._asdict(), "tasks": None, "pending": "+".join(sorted(self.pending))}
        words = [f"{name}={value}" for name, value in settled.items() if value]
        return " ".join([",".join(self.tasks), *(word for word in words if word not in ("mode=cover", "scope=here"))])

    def only(self, tasks: tuple[str, ...], **changes: Any) -> Goal:
        """The same for fewer tasks."""
        return self._replace(tasks=tasks, pending=self.pending & set(tasks), unit=False, **changes)


class Need(NamedTuple):
    """A goal that a way needs, and what it adds to the cost: a linear map of the goal's cost, never negative."""

    goal: Goal
    cost: Callable[[Poly], Poly]


class Way(NamedTuple):
    """One way of reaching a goal: what it costs itself, what it needs, the facts it rests on, its free parameter.

    The free parameter is a name with its least and greatest value. `models` are those of the catalogue that its own
    calls use; `longest`: what it costs itself and what it needs run in branches, the dearest of which counts.
    """

    rule: str
    own: Poly
    needs: tuple[Need, ...] = ()
    facts: tuple[str, ...] = ()
    free: tuple[str, str, str] | None = None
    label: str = ""
    models: frozenset[str] = frozenset()
    longest: bool = False

    def cost(self, values: Iterable[Poly]) -> Poly:
        """The cost of the whole, where these are the costs of what it needs."""
        parts = [self.own, *(need.cost(value) for need, value in zip(self.needs, values, strict=True))]
        return apply("max", tuple(parts)) if self.longest else reduce(add, parts)


class Space:
    """The goals of a problem in long form (see docs/certificate-format.md)."""

    def __init__(self, problem: Mapping[str, Any]) -> None:
        self.problem = problem
        for what in unknown(problem):
            raise Refused(f"certificates do not cover {what}")
        self.tasks: dict[str, Any] = problem["tasks"]
        self.texts: dict[str, Any] = problem["texts"]
        taken = set(problem["parameters"])
        self.i, self.g, self.s, self.f = (fresh(name, taken) for name in "igsf")

    def root(self) -> Goal:
        """Everything that must be done."""
        order = tuple(self.problem["order"])
        return Goal(order, pending=self.unsettled(order))

    def unsettled(self, names: tuple[str, ...]) -> frozenset[str]:
        """Tasks that may fail and can be checked."""
        return frozenset(n for n in names if self.tasks[n]["succeeds"] and self.tasks[n]["check"])

    # -- what a call reads, writes and needs ---------------------------------------------------------

    def partition(self, task: Any) -> Any:
        """The text with parts that a task works through."""
        names = ([task["edits"]["text"]] if task["edits"] else []) + [r["text"] for r in task["reads"]] + task["writes"]
        found = [self.texts[n] for n in names if self.texts[n]["part"]]
        return next((t for t in found if t["part"] == task["local"]), found[0] if found else None)

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

    def rounds(self, goal: Goal) -> Poly:
        """Rounds of a scan."""
        finder = self.tasks[goal.tasks[0]]
        number_ = self.scans(finder, goal)
        return add(self.items(finder, goal), ONE) if number_ is None else number_

    def tokens(self, text: Any, goal: Goal, scope: str) -> Poly:
        """Tokens of a text at a scope."""
        if not text["part"] or scope == "whole":
            return parse(text["tokens"])
        return parse(text["each"]) if scope == "part" else mul(parse(text["each"]), self.extent(text, goal))

    def size(self, tasks: tuple[str, ...], goal: Goal, model: str | None) -> Poly | None:
        """Size of the model for a call; `None` when the named model cannot do it."""
        needed: dict[str, tuple[Poly | None, Poly]] = {}
        for task in map(self.tasks.__getitem__, tasks):
            for name in task["requires"]:
                capability = self.problem["capabilities"][name]
                each = parse(capability["size"])
                if capability["options"]:
                    each = put(each, capability["options"], goal.among or "1")
                members = parse(capability["family"]) if capability["family"] is not None else None
                if members is not None and goal.share and task["one_of"] and task["one_of"]["family"] == name:
                    members = parse(goal.share)
                earlier = needed.get(name, (members, each))[0]
                if members is not None and earlier is not None and earlier != members:
                    full = parse(capability["family"])
                    members = full if full in (earlier, members) else apply("max", (earlier, members))
                needed[name] = (members, each)
        if model is not None:
            can = self.problem["models"][model]["can"]
            short = any(n not in can or (m is not None and can[n] is not None and not plain(add(parse(can[n]), m, -1)))
                        for n, (m, _) in needed.items())  # fmt: skip
            return None if short else parse(self.problem["models"][model]["size"])
        law = self.problem["law"]
        if law["kind"] == "max":
            return apply("max", tuple(each for _, each in needed.values())) if needed else {}
        e = parse(law["exponent"]) if law["kind"] == "power" else ONE
        total: Poly = {}
        for members, each in needed.values():
            total = add(total, mul(ONE if members is None else members, power(each, div(ONE, e))))
        return power(total, e)

    def call(
        self, tasks: tuple[str, ...], goal: Goal, scope: str, able: tuple[str, ...] = (), write: str | None = None
    ) -> Iterator[tuple[str, Poly]]:
        """Models that can do a call, each with the cost of one call (in a conversation: in round `self.i`)."""
        reads: dict[str, bool] = {}
        made: set[str] = set()
        written: Poly = {}
        for task in map(self.tasks.__getitem__, tasks):
            for read in task["reads"]:
                if read["text"] not in made:
                    reads[read["text"]] = reads.get(read["text"], True) and read["head"] and goal.narrow
            made |= set(task["writes"])
            for name in task["writes"]:
                written = add(written, self.tokens(self.texts[name], goal, scope))
            written = add(written, self.edited(task, goal, scope, write))
        read_: Poly = {}
        for name, head in reads.items():
            text = self.texts[name]
            short = head and text["head"] is not None
            read_ = add(read_, parse(text["head"]) if short else self.tokens(text, goal, scope))
        seen: Poly = {}
        if goal.history:
            read_, seen = mul(read_, parse(self.i)), mul(read_, add(parse(self.i), ONE, -1))
        for model in self.problem["models"] or [None]:
            size = self.size((*tasks, *able), goal, model)
            if size is not None:
                yield model or "", self.price(model, size, read_, seen, written)

    def edited(self, task: Any, goal: Goal, scope: str, write: str | None) -> Poly:
        """Tokens that a task writes of a text that it edits."""
        edit = task["edits"]
        if not edit:
            return {}
        text = self.texts[edit["text"]]
        if edit["patch"] is not None and write == "patch":
            return mul(parse(edit["patch"]), self.units(task, goal))
        if edit["unit"] == "whole":
            return parse(text["tokens"])
        return self.tokens(text, goal, "part" if task["for_each"] and write == "part" else scope)

    def price(self, model: str | None, size: Poly, read: Poly, seen: Poly, written: Poly) -> Poly:
        """What one call costs."""
        return mul(size, self.bill(read, seen, written))

    def bill(self, read: Poly, seen: Poly, written: Poly) -> Poly:
        """What a model of size 1 costs that has `seen` some of what it reads."""
        cost = self.problem["cost"]
        if cost["kind"] in ("linear", "cached"):
            saved = mul(seen, add(ONE, parse(cost["gamma"]), -1)) if cost["kind"] == "cached" else {}
            return add(mul(parse(cost["alpha"]), add(read, saved, -1)), mul(parse(cost["beta"]), written))
        if cost["kind"] == "paper":
            return add(mul(read, written), div(mul(written, add(written, ONE, -1)), number(2)))
        n, x = constant(written), parse(cost["exponent"])
        total: Poly = {}
        if n is not None and n.denominator == 1 and n <= 64:
            for j in range(int(n)):
                total = add(total, power(add(read, number(j)), x))
            return total
        return sum_over(power(add(read, add(parse("_j"), ONE, -1)), x), "_j", written)

    # -- manners of a call ---------------------------------------------------------------------------

    def where(self, goal: Goal) -> str:
        """A task that is not local reads the whole, also inside a loop over parts."""
        for task in map(self.tasks.__getitem__, goal.tasks if goal.part else ()):
            names = [r["text"] for r in task["reads"]] + ([task["edits"]["text"]] if task["edits"] else [])
            if task["local"] != goal.part and any(self.texts[n]["part"] == goal.part for n in names):
                return "whole"
        return goal.scope

    def one_call(self, goal: Goal) -> bool:
        """Whether one call reaches the goal."""
        tasks = [self.tasks[n] for n in goal.tasks]
        if goal.pending or not all(t["requires"] for t in tasks):
            return False
        single = len(tasks) == 1
        if goal.mode == "cover":
            return not any(t["finds"] or t["for_each"] for t in tasks) and (single or goal.fused)
        return single or (goal.mode == "item" and goal.fused)

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


COVERED = {
    "problem": {"name", "parameters", "texts", "capabilities", "law", "models", "cost", "tasks", "order", "assume"},
    "parameters": {"name", "about", "kind", "low", "high"},
    "texts": {"name", "about", "tokens", "part", "count", "each", "head"},
    "capabilities": {"name", "about", "size", "family", "options"},
    "models": {"name", "about", "size", "can"},
    "tasks": {
        "name", "about", "reads", "writes", "edits", "requires", "local", "finds", "for_each", "one_of", "succeeds",
        "check", "remembers", "methods",
    },
    "law": {"kind", "exponent"},
    "cost": {"kind", "alpha", "beta", "gamma", "exponent"},
    "edits": {"text", "unit", "patch"},
    "finds": {"count", "per_call", "per_part"},
    "one_of": {"family", "told_by"},
    "succeeds": {"probability", "unit"},
    "check": {"scope", "by"},
}  # fmt: skip
"""The fields that this statement of the space knows; others must say nothing."""


def unknown(problem: Mapping[str, Any]) -> Iterator[str]:
    """What a problem says that is not known here."""
    places: list[tuple[str, str, Mapping[str, Any]]] = [("problem", "", problem)]
    places += [(kind, "", problem[kind]) for kind in ("law", "cost")]
    for kind in ("parameters", "texts", "capabilities", "models", "tasks"):
        places += [(kind, f" of {name}", one) for name, one in problem[kind].items()]
    for name, task in problem["tasks"].items():
        facts = ("edits", "finds", "one_of", "succeeds", "check")
        places += [(fact, f" of {name}", task[fact]) for fact in facts if task[fact]]
    for place, of, fields in places:
        yield from (f"`{field}`{of}" for field in fields if field not in COVERED[place] and says(fields[field]))


def says(value: Any) -> bool:
    """Whether a field says anything."""
    if isinstance(value, Mapping):
        return any(map(says, value.values()))
    return value not in (None, "", "0", "cost", "agree", False, [])


def fresh(name: str, taken: set[str]) -> str:
    """A name that is not taken."""
    while name in taken:
        name += "_"
    taken.add(name)
    return name


def used(*models: str) -> frozenset[str]:
    """Models of the catalogue, where there is one."""
    return frozenset(models) - {""}


def groups(count: Poly, size: Poly) -> Poly:
    """``ceil(count / size)``."""
    return count if size == ONE else ONE if size == count else apply("ceil", (div(count, size),))


def plain(poly: Poly) -> bool:
    """Whether a formula is plainly not negative, its symbols being at least 1."""
    rest = [c for mono, c in poly.items() if mono]
    return all(c > 0 for c in rest) and sum(poly.values()) >= 0
