"""What a rule is: goals, alternatives, and the facts that license them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Literal, TypeAlias

from decomposer.design.context import Context, items, scans
from decomposer.design.counts import group_counts, part_count
from decomposer.design.names import fresh, of_model
from decomposer.design.nodes import Design, Hole, Writing
from decomposer.design.paths import independent
from decomposer.expr import ONE, Expr
from decomposer.problem.formulas import formulas
from decomposer.problem.frozen import Frozen
from decomposer.problem.model import Problem, Task, Text

Mode: TypeAlias = Literal["cover", "round", "item", "route"]


@dataclass(frozen=True, slots=True)
class Goal:
    """An OR node: tasks to be done at a scope, and what has been settled about how.

    Parameters
    ----------
    tasks : tuple of str
        In topological order.
    mode : {"cover", "round", "item", "route"}
        Do them for all that lies in the scope; do all rounds of a scan, with what follows each; do them for
        one item; tell `among` alternatives apart.
    part, size : str and Expr, optional
        The scope: `size` parts called `part`; the whole when absent.
    pending : frozenset of str
        Tasks whose success is still to be ensured here.
    narrow, scope, write, history
        Settled manners of the call, as in `Call`; until a rule changes them, the habit of agent frameworks:
        read everything in the scope and write it anew.
    unit : bool
        Not to be cut into a sequence.
    fused : bool
        To be done by one call.
    direct : bool
        To be done by a single call, because success was stated per call.
    share : Expr, optional
        Members of its family that the chosen specialist has.
    among : Expr, optional
        Alternatives to tell apart.
    steps : Expr, optional
        Steps of the chain of its task; all of them when absent.
    model : str, optional
        Model that makes its calls, where success depends on the model.
    tried : frozenset of str
        Models that have been tried on it, and rejected.
    digests : frozenset of str
        Tasks that have made digests, to be read instead of texts.
    cuts : frozenset of str
        Tasks that have cut texts into their parts.
    """

    tasks: tuple[str, ...]
    mode: Mode = "cover"
    part: str | None = None
    size: Expr | None = None
    pending: frozenset[str] = frozenset()
    narrow: bool = False
    scope: Literal["here", "part"] = "here"
    write: Writing | None = None
    history: str | None = None
    unit: bool = False
    fused: bool = False
    direct: bool = False
    share: Expr | None = None
    among: Expr | None = None
    steps: Expr | None = None
    model: str | None = None
    tried: frozenset[str] = frozenset()
    digests: frozenset[str] = frozenset()
    cuts: frozenset[str] = frozenset()

    def subs(self, values: dict[str, Expr]) -> Goal:
        """Put values for design parameters."""

        def put(formula: Expr | None) -> Expr | None:
            return None if formula is None else formula.subs(values)

        return replace(self, size=put(self.size), share=put(self.share), among=put(self.among), steps=put(self.steps))

    @property
    def single(self) -> bool:
        """Whether the scope is one part."""
        return self.size == ONE


@dataclass(frozen=True, slots=True)
class Decision:
    """A free integer parameter of a design, between `low` and `high`."""

    name: str
    low: Expr
    high: Expr
    about: str


@dataclass(frozen=True, slots=True, order=True)
class Fact:
    """A fact that an alternative rests on: which kind, of which task."""

    task: str
    kind: str


@dataclass(frozen=True, slots=True)
class Alternative:
    """An AND node: a design with holes for sub-goals, its free parameters, and the facts that license it."""

    template: Design
    facts: tuple[Fact, ...] = ()
    decisions: tuple[Decision, ...] = ()


@dataclass(frozen=True, slots=True)
class Site:
    """A problem as rules see it, with names for design parameters that clash with none of its own.

    `numbered` says that all its formulas are numbers, `both` that a search keeps the span beside the cost.
    """

    problem: Problem
    index: str
    group: str
    share: str
    fan_out: str
    stride: str
    lead: str
    numbered: bool
    fan_in: str
    groups: Mapping[str, str]
    both: bool = False

    @property
    def names(self) -> tuple[str, ...]:
        """All names of design parameters."""
        own = (self.index, self.group, self.share, self.fan_out, self.stride, self.lead, self.fan_in)
        return *own, *self.groups.values()

    def task(self, name: str) -> Task:
        """Look a task up."""
        return self.problem.tasks[name]

    def context(self, goal: Goal) -> Context:
        """Surroundings in which the design of `goal` stands."""
        context = Context()
        if goal.part is not None and goal.size is not None:
            context = context.narrowed(goal.part, goal.size)
            # A task that is not local stands in groups only where its results are combined, or as a base case.
            tasks = (self.task(name) for name in goal.tasks)
            groups = [one.name for one in tasks if (one.combines or one.recursive) and one.local != goal.part]
            context = replace(context, partial=context.partial | frozenset(groups))
        if goal.share is not None:
            context = context.sharing(goal.tasks[0], goal.share)
        if goal.steps is not None:
            context = context.striding(goal.tasks[0], goal.steps)
        return context

    def inside(self, goal: Goal) -> Context:
        """Surroundings of the nodes of a template for `goal`: those of the goal, in its loop of scans."""
        context, beside = self.context(goal), self.beside(goal)
        if beside != ONE:
            context = replace(context, beside=beside)
        if goal.mode != "round":
            return context
        finder = self.task(goal.tasks[0])
        number = scans(self.problem, finder, context)
        rounds = items(self.problem, finder, context) + ONE if number is None else number
        return context.repeated(rounds, goal.history)

    def beside(self, goal: Goal) -> Expr:
        """How many groups of parts there are side by side, where time matters: it is that of the slowest."""
        timed = self.both or self.problem.minimise != "cost" or self.problem.limits.span is not None
        if not timed or goal.part is None or goal.size is None or not independent(self.problem, Hole(goal)):
            return ONE
        return group_counts(part_count(self.problem, goal.part), goal.size)[0][0]

    def text_of(self, part: str) -> Text:
        """A text that consists of parts called `part`."""
        return next(text for text in self.problem.texts.values() if text.part == part)


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule turns a goal into ways of reaching it.

    Parameters
    ----------
    name : str
        A verb; also the name of its file.
    does : str
        One sentence for reports.
    facts : tuple of str
        Kinds of facts that license it; empty for rules that need none.
    source : str
        Where it comes from.
    expand : function
        From a site and a goal to alternatives; none where the rule does not apply.
    """

    name: str
    does: str
    facts: tuple[str, ...]
    source: str
    expand: Callable[[Site, Goal], Iterator[Alternative]]


def site_of(problem: Problem) -> Site:
    """Choose names for design parameters."""
    taken = set(problem.parameters)

    def of(model: str) -> str:
        suffix = of_model(model)
        return fresh(taken, f"g_{suffix}", f"group_{suffix}")

    return Site(
        problem,
        index=fresh(taken, "i", "index"),
        group=fresh(taken, "g", "group"),
        share=fresh(taken, "s", "share"),
        fan_out=fresh(taken, "f", "fan_out"),
        stride=fresh(taken, "m", "stride"),
        lead=fresh(taken, "v", "lead"),
        fan_in=fresh(taken, "r", "fan_in"),
        groups=Frozen({one.name: of(one.name) for one in problem.models.values() if one.window is not None}),
        numbered=not any(one.expr.symbols - one.bound for one in formulas(problem) if one.loc[0] != "designs"),
    )


def hole(goal: Goal) -> Hole:
    """The place of a sub-goal; the rounds of a scan are counted by the goal itself."""
    return Hole(goal, whole_scope=goal.mode == "round")


def only(goal: Goal, tasks: tuple[str, ...], **changes: object) -> Goal:
    """The same goal for fewer tasks."""
    pending = goal.pending & frozenset(tasks)
    return replace(goal, tasks=tasks, pending=pending, unit=False, **changes)  # type: ignore[arg-type]
