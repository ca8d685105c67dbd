"""Hand designs: from steps as written to the canonical tree, held to the contract."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from decomposer.design.context import Context, divide_up, partition
from decomposer.design.contract import check_design
from decomposer.design.nodes import (
    Call,
    Case,
    Design,
    Each,
    Escalate,
    ForEach,
    If,
    Merge,
    Recurse,
    Repeat,
    Retry,
    Scope,
    Serve,
    Stride,
    Until,
    Vote,
    Writing,
    seq,
    walk,
)
from decomposer.design.recursing import at_root
from decomposer.design.remembering import full_memory
from decomposer.design.sizes import covers
from decomposer.design.windows import fits, without_windows
from decomposer.errors import DesignError, Diagnostic
from decomposer.expr import ONE, Expr, ceil, log
from decomposer.problem.diagnose import diagnostic
from decomposer.problem.graph import tellers
from decomposer.problem.model import Problem, Step, Task
from decomposer.problem.suggest import suggest


def hand_design(problem: Problem, name: str, others: tuple[str, ...] = ()) -> Design:
    """Read the hand design called `name` and check that it satisfies the contract of every task.

    Parameters
    ----------
    others : tuple of str
        Names that would have done as well, such as ``"optimum"``: one of them may be what was meant.

    Raises
    ------
    DesignError
        With the line and the reason, when it does not; also when there is no such design.
    """
    if name not in problem.designs:
        known = (*others, *problem.designs)
        message = f"no hand design is called {name!r}; there are: {', '.join(known) or 'none'}"
        near = suggest(name, known)
        hint = near if near.startswith("did") else ""  # else all that there are has been said
        raise DesignError(Diagnostic(message, "unknown-name", hint=hint), file=problem.file)
    return lift(problem, problem.designs[name])


def lift(problem: Problem, steps: Sequence[Step]) -> Design:
    """Turn steps into a design and check it.

    Raises
    ------
    DesignError
        When a step cannot be read, or the design breaks the contract.
    """
    lifter = _Lifter(problem)
    design = lifter.block(steps, _Surroundings())
    if lifter.outgrown is not None:  # what else is wrong is said first: mending it may shorten the call
        check_design(without_windows(problem), design, lifter.places)
        raise lifter.outgrown
    check_design(problem, design, lifter.places)
    return design


@dataclass(frozen=True, slots=True)
class _Surroundings:
    """What encloses a step."""

    context: Context = field(default_factory=Context)
    indices: Mapping[str, str] = field(default_factory=dict)
    later: tuple[Step, ...] = ()


class _Lifter:
    def __init__(self, problem: Problem) -> None:
        self.problem = problem
        self.places: dict[int, str] = {}
        self.kept: list[Design] = []
        self.outgrown: DesignError | None = None

    def fail(self, step: Step, message: str, hint: str = "") -> DesignError:
        return DesignError(diagnostic(self.problem, step.path, message, "design", hint), file=self.problem.file)

    def block(self, steps: Sequence[Step], around: _Surroundings) -> Design:
        """Lift steps in sequence."""
        lifted = [
            self.step(step, replace(around, later=(*steps[i + 1 :], *around.later))) for i, step in enumerate(steps)
        ]
        return seq(*lifted)

    def step(self, step: Step, around: _Surroundings) -> Design:
        """Lift one step and remember where it was written."""
        design = getattr(self, f"_{step.kind}")(step, around)
        self.kept.append(design)
        self.places[id(design)] = step.path
        result: Design = design
        return result

    # -- steps ----------------------------------------------------------------------------------

    def _call(self, step: Step, around: _Surroundings) -> Design:
        names = _names(step.value)
        tasks = [self.task(step, name) for name in names]
        scope, narrow = self.scope(step, tasks, around)
        history = step.options.get("history")
        if history is not None and history not in around.indices:
            raise self.fail(
                step, f"history {history}: no enclosing repeat counts its rounds so", f"repeat ... as: {history}"
            )
        call = Call(
            tasks=names,
            scope=scope,
            narrow=narrow,
            history=around.indices[str(history)] if history is not None else None,
            write=self.writing(step, tasks, scope, around),
            able=_names(step.options.get("able", ())),
            digests=tuple(sorted(_names(step.options.get("digest", ())))),
        )
        return self.routed(step, call, around)

    def routed(self, step: Step, call: Call, around: _Surroundings) -> Design:
        """A call that tells alternatives apart: among those of the case that follows, in a tree if it says so."""
        options = self.options(call.tasks[0], around)
        fan_out = step.options.get("fan_out")
        among = step.options.get("among", options)
        if fan_out is None or not isinstance(fan_out, Expr):
            return self.by_model(step, replace(call, among=among), around)  # type: ignore[arg-type]
        if options is None:
            raise self.fail(step, f"fan_out: {call.tasks[0]} tells no alternatives of a later case apart")
        level = self.by_model(step, replace(call, among=fan_out), around)
        self.kept.append(level)
        self.places[id(level)] = step.path
        return Repeat(ceil(log(options) / log(fan_out)), level)

    def options(self, router: str, around: _Surroundings) -> Expr | None:
        """Number of specialists of the next case that `router` decides."""
        if router not in tellers(self.problem):
            return None
        for later in _all_steps(around.later):
            if later.kind == "case" and isinstance(later.value, str):
                one_of = self.task(later, later.value).one_of
                if one_of is not None and one_of.told_by == router:
                    family = self.problem.capabilities[one_of.family].family
                    share = later.options.get("share", ONE)
                    assert family is not None and isinstance(share, Expr)
                    return divide_up(family, share)
        return None

    def by_model(self, step: Step, call: Call, around: _Surroundings) -> Call:
        """Name the model of a closed catalogue, where the step or the choice leaves only one."""
        if not self.problem.models:
            return call
        named = step.options.get("model")
        if named is not None:
            return replace(call, model=str(named))
        where = around.context
        capable = [name for name in self.problem.models if covers(self.problem, name, call, where)]
        able = [name for name in capable if fits(self.problem, name, call, where)]
        if len(able) != 1:
            what = "no model of the catalogue can" if not able else f"{', '.join(able)} can all"
            hint = "name one with model:" if able else ""
            error = self.fail(step, f"{what} do {' and '.join(call.tasks)} here", hint)
            if able or not capable:
                raise error
            self.outgrown, able = self.outgrown or error, capable
        return replace(call, model=able[0])

    def _repeat(self, step: Step, around: _Surroundings) -> Design:
        assert isinstance(step.value, Expr)
        name = step.options.get("as")
        canonical = self.index(len(around.indices))
        indices = {**around.indices, **({str(name): canonical} if name is not None else {})}
        inner = replace(around, context=around.context.repeated(step.value), indices=indices)
        body = self.block(step.do, inner)
        used = any(isinstance(node, Call) and node.history == canonical for node in walk(body))
        return Repeat(step.value, body, canonical if used else None)

    def index(self, depth: int) -> str:
        """Name of the loop index at a depth: the same that the rules choose."""
        from decomposer.rules.base import site_of

        name = site_of(self.problem).index
        return name if depth == 0 else f"{name}{depth + 1}"

    def _until(self, step: Step, around: _Surroundings) -> Design:
        return Until(str(step.value), self.block(step.do, around))

    def _each(self, step: Step, around: _Surroundings) -> Design:
        part = str(step.value)
        size = step.options.get("group", ONE)
        assert isinstance(size, Expr)
        return Each(part, self.block(step.do, replace(around, context=around.context.narrowed(part, size))), size)

    def _merge(self, step: Step, around: _Surroundings) -> Design:
        task = self.task(step, str(step.value))
        text = partition(self.problem, task)
        size, fan_in = step.options.get("group", ONE), step.options.get("fan_in")
        by = None if task.combines is None else task.combines.by
        if by is None or text is None or text.part is None:
            raise self.fail(step, f"merge {task.name}: no task combines its results for groups of parts")
        assert isinstance(size, Expr) and (fan_in is None or isinstance(fan_in, Expr))
        grouped = around.context.grouped(task.name, text.part, size)
        body = self.block(step.do, replace(around, context=grouped))
        merged = around.context.merged(task.name, text.part, size, ONE + ONE)
        steps = step.otherwise or (Step("call", by, path=step.path),)
        merge = self.block(steps, replace(around, context=merged))
        return Merge(task.name, text.part, body, merge, size, fan_in)

    def _recurse(self, step: Step, around: _Surroundings) -> Design:
        task = self.task(step, str(step.value))
        fact, text = task.recursive, partition(self.problem, task)
        if fact is None or text is None or text.part is None:
            raise self.fail(step, f"recurse {task.name}: nothing says that it is done by divide and conquer")
        size, into = step.options.get("group", ONE), step.options.get("into", fact.into)
        if into is None:
            raise self.fail(step, f"recurse {task.name}: into how many subproblems is it divided?", "add `into: 2`")
        assert isinstance(size, Expr) and isinstance(into, Expr)
        body = self.block(step.do, replace(around, context=around.context.grouped(task.name, text.part, size)))
        node = Recurse(task.name, text.part, body, into, fact.shrink or into, size)
        there = replace(around, context=at_root(self.problem, node, around.context))
        split = self.helper(step, step.before, fact.split, there)
        combine = self.helper(step, step.otherwise, fact.combine, there)
        return replace(node, split=split, combine=combine)

    def _serve(self, step: Step, around: _Surroundings) -> Design:
        task = self.task(step, str(step.value))
        fact = task.memory
        part = None if fact is None else self.problem.texts[fact.text].part
        if fact is None or part is None:
            raise self.fail(step, f"serve {task.name}: it has no memory")
        size, last, every = step.options.get("group", ONE), step.options.get("last"), step.options.get("every")
        assert isinstance(size, Expr) and (last is None or isinstance(last, Expr))
        assert every is None or isinstance(every, Expr)
        if every is None and step.otherwise:
            raise self.fail(step, f"serve {task.name}: after how many calls is the memory condensed?", "add `every: r`")
        if every is not None and fact.condense is None:
            hint = "state `condense`, and `to`"
            raise self.fail(step, f"serve {task.name}: nobody condenses its memory", hint)
        node = Serve(task.name, part, Call((task.name,)), size, last, every)
        there = full_memory(self.problem, node, around.context)
        body = self.block(step.do, replace(around, context=there))
        short = replace(around, context=there)
        condense = None if every is None else self.helper(step, step.otherwise, fact.condense, short)
        return replace(node, body=body, condense=condense)

    def helper(self, step: Step, steps: Sequence[Step], name: str | None, around: _Surroundings) -> Design | None:
        """Steps as written, by default a call of the task that does it; nothing where an oracle does."""
        called = () if name is None else (Step("call", name, path=step.path),)
        return self.block(steps or called, around) if steps or called else None

    def _for_each(self, step: Step, around: _Surroundings) -> Design:
        return ForEach(str(step.value), self.block(step.do, around))

    def _if(self, step: Step, around: _Surroundings) -> Design:
        other = self.block(step.otherwise, around) if step.otherwise else None
        return If(str(step.value), self.block(step.do, around), other)

    def _case(self, step: Step, around: _Surroundings) -> Design:
        task = str(step.value)
        share = step.options.get("share", ONE)
        assert isinstance(share, Expr)
        inner = replace(around, context=around.context.sharing(task, share))
        return Case(task, self.block(step.do, inner), share)

    def _steps(self, step: Step, around: _Surroundings) -> Design:
        task = str(step.value)
        size = step.options.get("group", ONE)
        assert isinstance(size, Expr)
        return Stride(task, self.block(step.do, replace(around, context=around.context.striding(task, size))), size)

    def _escalate(self, step: Step, around: _Surroundings) -> Design:
        if not step.otherwise:
            raise self.fail(step, f"escalate {step.value}: nothing is done where it is rejected", "add `else:`")
        return Escalate(_names(step.value), self.block(step.do, around), self.block(step.otherwise, around))

    def _retry(self, step: Step, around: _Surroundings) -> Design:
        return Retry(_names(step.value), self.block(step.do, around), bool(step.options.get("keep", False)))

    def _vote(self, step: Step, around: _Surroundings) -> Design:
        lead = step.options.get("lead")
        assert isinstance(step.value, Expr) and (lead is None or isinstance(lead, Expr))
        return Vote(self.block(step.do, around), ONE if lead is not None else step.value, lead)

    # -- options of a call ----------------------------------------------------------------------

    def task(self, step: Step, name: str) -> Task:
        if name not in self.problem.tasks:
            raise self.fail(step, f"no task is called {name!r}")
        return self.problem.tasks[name]

    def scope(self, step: Step, tasks: Sequence[Task], around: _Surroundings) -> tuple[Scope, bool]:
        """What `on` says, in canonical form; a call reads at least what its tasks need."""
        scope: Scope = "here"
        narrow = True
        for place in _names(step.options.get("on", ())):
            name, _, tail = place.partition(".")
            text = self.problem.texts.get(name)
            if text is None:
                if around.context.extents.get(name) != ONE:
                    scope = "part"
                continue
            reads = [read for task in tasks for read in task.reads if read.text == name]
            if not reads:
                raise self.fail(step, f"{' and '.join(task.name for task in tasks)} does not read {name}")
            if tail == "head":
                if not all(read.head for read in reads):
                    raise self.fail(step, f"{tasks[0].name} needs all of {name}, but is given only its head")
            elif any(read.head for read in reads):
                narrow = False
            if text.part is not None and text.part in around.context.extents:
                scope = "whole"
        return scope, narrow

    def writing(self, step: Step, tasks: Sequence[Task], scope: Scope, around: _Surroundings) -> Writing | None:
        """What `rewrite` says, in canonical form: at the scope of one part, all of it is that part."""
        said = step.options.get("rewrite")
        editors = [task for task in tasks if task.edits is not None]
        if not editors:
            if said is not None:
                raise self.fail(step, f"rewrite: {tasks[0].name} edits nothing")
            return None
        if said == "patch":
            return "patch"
        if all(task.for_each is None for task in editors):
            return None
        edit = editors[0].edits
        assert edit is not None
        part = self.problem.texts[edit.text].part
        if scope == "part" or (part is not None and scope == "here" and around.context.extents.get(part) == ONE):
            return "part"
        if said is not None:
            return "all" if said == "all" else "part"
        return "part" if edit.unit == "part" else "all"


def _names(value: object) -> tuple[str, ...]:
    return (value,) if isinstance(value, str) else tuple(value)  # type: ignore[arg-type]


def _all_steps(steps: Sequence[Step]) -> Iterator[Step]:
    for step in steps:
        yield step
        for inside in (step.before, step.do, step.otherwise):
            yield from _all_steps(inside)
