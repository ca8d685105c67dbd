"""The objects that state a problem: immutable, with every formula already an `Expr`.

A problem is what the user vouches for and nothing else: sizes, texts, capabilities, tasks with their
facts, the objective, and hand designs as the user wrote them (`Step`). What follows from it (costs,
legal designs, optima) is computed elsewhere.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from typing import TYPE_CHECKING, Any, Literal

from decomposer.expr import ONE, ZERO, Expr, ExprLike
from decomposer.problem.frozen import Frozen
from decomposer.problem.prices import Prices

if TYPE_CHECKING:
    import networkx

ParameterKind = Literal["growing", "free", "constant"]
"""`growing` tends to infinity; `free` may grow or stay bounded; `constant` is a fixed number."""


Objective = Literal["cost", "span", "time", "scope"]
"""What is minimised: total cost; the critical path; time on the workers; how much any one agent has to be able to do
(the largest model, then the largest capability set, then the longest context, then the cost)."""


@dataclass(frozen=True, slots=True)
class Parameter:
    """A size parameter.

    Parameters
    ----------
    name : str
    about : str
        What it counts, for reports.
    kind : {"growing", "free", "constant"}
    low, high : Fraction, optional
        Strict bounds of a constant (``0 < q < 1``); growing and free parameters are at least 1.
    """

    name: str
    about: str = ""
    kind: ParameterKind = "growing"
    low: Fraction | None = None
    high: Fraction | None = None


@dataclass(frozen=True, slots=True)
class Text:
    """A text that flows between tasks.

    `tokens` is its whole size. A text with parts consists of `count` parts called `part`, of `each`
    tokens; an oracle can cut it there, unless `split_by` names a
    task that has to. `head` is the size of a prefix that can be read alone.
    """

    name: str
    tokens: Expr
    part: str | None = None
    count: Expr | None = None
    each: Expr | None = None
    head: Expr | None = None
    about: str = ""
    split_by: str | None = None


@dataclass(frozen=True, slots=True)
class Capability:
    """A capability, or a family of them.

    `size` is the size of a model that has this capability alone; for a family, of a model that has one
    member. `family` is the number of members, `None` for a single capability. When `options` names a
    symbol, the size is a formula in it: the number of alternatives the capability tells apart.
    """

    name: str
    size: Expr
    family: Expr | None = None
    options: str | None = None
    about: str = ""


@dataclass(frozen=True, slots=True)
class Law:
    """How the size of a model follows from its capability set (open catalogue).

    `linear`: the sum; `power`: ``(sum s_c^(1/exponent))^exponent`` with 0 < exponent <= 1 (a number, or a
    constant parameter); `max`: the limit of `power` as the exponent tends to 0.
    """

    kind: Literal["linear", "power", "max"] = "linear"
    exponent: Expr = ONE


@dataclass(frozen=True, slots=True)
class Model:
    """A model of a closed catalogue: its size and what it can do.

    `can` maps a capability to how many members of its family the model has (`None`: all, or not a family).
    `succeeds` maps a task, or a capability, to the model's own success rate, `hard` to that on hard units. `hosting`
    is paid once when the model is used at all; `delay` is the time that it takes for a token that it writes, where
    the catalogue states delays. `window` is the longest context, tokens read and written. Where it states `prices`, its
    calls are billed by these, and not by its size.
    """

    name: str
    size: Expr
    can: Mapping[str, Expr | None] = field(default_factory=Frozen)
    about: str = ""
    hosting: Expr = ZERO
    delay: Expr | None = None
    succeeds: Mapping[str, Expr] = field(default_factory=Frozen)
    hard: Mapping[str, Expr] = field(default_factory=Frozen)
    window: Expr | None = None
    prices: Prices | None = None


@dataclass(frozen=True, slots=True)
class Read:
    """A text that a task needs: all of it, or its head."""

    text: str
    head: bool = False


@dataclass(frozen=True, slots=True)
class Edit:
    """The fact that a task changes `text` in place.

    `unit` says what must be written at least: ``"part"`` (only the changed part) or ``"whole"`` (the whole
    text must be rewritten). `patch` is the size of a patch that a non-LLM oracle can apply, if one will do.
    """

    text: str
    unit: Literal["part", "whole"] = "part"
    patch: Expr | None = None


@dataclass(frozen=True, slots=True)
class Finds:
    """The task locates `count` items, at most `per_part` in a part, `per_call` in one call (`None`: all)."""

    count: Expr
    per_call: Expr | None = ONE
    per_part: Expr = ONE


@dataclass(frozen=True, slots=True)
class OneOf:
    """Each instance needs only one of the `family` (a required family); task `told_by` tells which."""

    family: str
    told_by: str


@dataclass(frozen=True, slots=True)
class Hard:
    """A `share` of the units is hard: on these, every attempt succeeds with `probability` only."""

    share: Expr
    probability: Expr


@dataclass(frozen=True, slots=True)
class Succeeds:
    """The task succeeds with `probability`, independently per `unit`.

    Parameters
    ----------
    probability : Expr
        Of a unit, by a model that states no rate of its own.
    unit : {"part", "step", "call"}
    wrong : {"agree", "scatter"}
        Which wrong answers coincide: all of them, the worst case of a vote; or only those that are wrong in one
        unit, the same one each time, while others never coincide and are not counted.
    hard : Hard, optional
        Units on which every attempt fails more often.
    """

    probability: Expr = ONE
    unit: Literal["part", "step", "call"] = "call"
    wrong: Literal["agree", "scatter"] = "agree"
    hard: Hard | None = None


@dataclass(frozen=True, slots=True)
class Check:
    """Who can tell success.

    `scope` is what a verdict speaks about: each ``"part"``, each ``"step"`` of a chain, or the ``"whole"`` (all or
    nothing). `by` names the task that tells; `None` is a free non-LLM oracle. It may err: `accepts` is the probability
    that it accepts what is wrong, `rejects` that it rejects what is right.
    """

    scope: Literal["part", "step", "whole"] = "part"
    by: str | None = None
    accepts: Expr = ZERO
    rejects: Expr = ZERO


@dataclass(frozen=True, slots=True)
class Chain:
    """The task is a chain of `count` dependent steps, each handing on `state` tokens, `per_call` in a call at most."""

    count: Expr
    state: Expr = ONE
    per_call: Expr | None = None


@dataclass(frozen=True, slots=True)
class Combines:
    """Results of parts combine associatively: by a free non-LLM oracle (`None`), or by the task `by`.

    Parameters
    ----------
    by : str, optional
        It reads the partial results, and what else it declares to read of the parts that these cover.
    at_once : Expr, optional
        How many results it can combine at most; any number, where nothing is said.
    per : {"call", "part"}
        Whether one call combines them, or a non-LLM oracle does, as in merging sorted lists, that asks once for every
        part of the result, with the next part of each at hand.
    """

    by: str | None = None
    at_once: Expr | None = None
    per: Literal["call", "part"] = "call"


@dataclass(frozen=True, slots=True)
class Compresses:
    """The task makes a digest of `text` that tasks downstream may read instead.

    The digest has `to` tokens; `to` for each part, where the task is local to the parts of the text.
    """

    text: str
    to: Expr


@dataclass(frozen=True, slots=True)
class Recursive:
    """Divide and conquer: the task is done for many parts by doing it for fewer, and combining what comes of that.

    Parameters
    ----------
    split, combine : str, optional
        The tasks that divide a problem and that combine the results of its subproblems; non-LLM oracles where absent.
    into : Expr, optional
        How many subproblems a split makes; any number of equal shares, where nothing is said.
    shrink : Expr, optional
        Each has one `shrink`-th of the parts; as many as there are subproblems, where nothing is said.
    brief : str, optional
        The text that tells what is to be done: a split writes one for each subproblem.
    base : Expr, optional
        Parts that can be done without dividing at most; any number, where nothing is said.
    """

    split: str | None = None
    combine: str | None = None
    into: Expr | None = None
    shrink: Expr | None = None
    brief: str | None = None
    base: Expr | None = None


@dataclass(frozen=True, slots=True)
class Memory:
    """The task reads, for each part, what it has written of `text` for the parts before: a memory that grows.

    Parameters
    ----------
    text : str
        With the parts that the task is local to.
    last : Expr, optional
        Of how many parts before it needs to know at most; of all, where nothing is said.
    condense : str, optional
        A task that makes `to` tokens of all that is in memory, which will do instead.
    to : Expr, optional
    """

    text: str
    last: Expr | None = None
    condense: str | None = None
    to: Expr | None = None


@dataclass(frozen=True, slots=True)
class Method:
    """A user's own way of doing a task: the tasks (declared beside it) that together do it."""

    name: str
    tasks: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Task:
    """A task and the facts that the user vouches for.

    `requires` may be empty only when `methods` say how the task is done. `remembers` says that the task
    needs what earlier rounds of a loop said. `overhead` are tokens of instructions, read in every call. A task is
    *auxiliary* when only `told_by`, `check`, `combines`, `recursive`, `memory` or a method names it, or when it makes a
    digest: it is done where a design uses it, and not otherwise.
    """

    name: str
    reads: tuple[Read, ...]
    writes: tuple[str, ...] = ()
    edits: Edit | None = None
    requires: tuple[str, ...] = ()
    local: str | None = None
    finds: Finds | None = None
    for_each: str | None = None
    one_of: OneOf | None = None
    succeeds: Succeeds | None = None
    check: Check | None = None
    remembers: bool = False
    methods: tuple[Method, ...] = ()
    about: str = ""
    steps: Chain | None = None
    combines: Combines | None = None
    compresses: Compresses | None = None
    overhead: Expr = ZERO
    recursive: Recursive | None = None
    memory: Memory | None = None


@dataclass(frozen=True, slots=True)
class CostModel:
    """Which cost model bills a call, and its constants (prices per token, exponent)."""

    kind: Literal["paper", "linear", "cached", "power"] = "paper"
    alpha: Expr = ONE
    beta: Expr = ONE
    gamma: Expr = ONE
    exponent: Expr = ONE


@dataclass(frozen=True, slots=True)
class Limits:
    """What no design may exceed.

    Parameters
    ----------
    models : Expr, optional
        Distinct models of the catalogue that may be hosted.
    cost : Expr, optional
        Budget: total cost, with hosting.
    span : Expr, optional
        Cost along the critical path; time, where the models of the catalogue have delays.
    """

    models: Expr | None = None
    cost: Expr | None = None
    span: Expr | None = None

    def __bool__(self) -> bool:
        return any(limit is not None for limit in (self.models, self.cost, self.span))


@dataclass(frozen=True, slots=True)
class Step:
    """One step of a hand design, as written. `kind` is the key that names the step, `value` its value.

    ========== ======================= ==========================================================
    kind       value                   options
    ========== ======================= ==========================================================
    call       task, or tasks (tuple)  on, history, rewrite, fan_out, among, able, model
    repeat     count (Expr)            as, do
    until      finder task             do          (repeat until the finder finds nothing more)
    each       part name               group, do   (group: parts in a group, default 1)
    merge      task with `combines`    group, fan_in, do, by   (fan_in: results combined at a time; else in turn)
    recurse    task with `recursive`   group, into, split, do, by   (group: parts in a base case, default 1)
    serve      task with `memory`      group, last, every, do, by   (last: parts remembered; every: calls, then `by`)
    for_each   finder task             do          (once per item found)
    if         finder task             do, else
    case       task with `one_of`      share, do   (share: family members a specialist has)
    steps      task with `steps`       group, do   (group: steps of the chain done in one go, default 1)
    retry      task, or tasks (tuple)  keep, do    (keep: parts accepted are kept between attempts)
    escalate   task, or tasks (tuple)  do, else    (else: what is done where the check rejects)
    vote       votes (Expr)            lead, do    (lead: first to lead by that many; else majority)
    ========== ======================= ==========================================================

    Counts and shares are `Expr`; names are `str`; several names (of `call`, `retry`, `on` and `able`) are a
    tuple; `keep` is a `bool`. `path` is the place in the problem, such as ``designs.naive[0].do[1]``.
    """

    kind: str
    value: object
    options: Mapping[str, object] = field(default_factory=Frozen)
    do: tuple[Step, ...] = ()
    otherwise: tuple[Step, ...] = ()
    path: str = field(default="", compare=False)
    before: tuple[Step, ...] = ()


@dataclass(frozen=True, slots=True, weakref_slot=True)
class Problem:
    """A whole problem. Mappings keep the order of declaration.

    `workers` is how many calls can run at once; any number, where it is not said. It matters for the time only:
    work on so many workers, and the critical path.

    `assume` holds relations as written (``"b <= k"``, ``"m_d << n"``, ``"m_g == k*m_s"``). `marks` maps a path
    such as ``tasks.fix.reads`` to ``(line, column)`` of `file`, whose text is `source`; none of these takes
    part in equality.
    """

    name: str
    parameters: Mapping[str, Parameter]
    texts: Mapping[str, Text]
    capabilities: Mapping[str, Capability]
    tasks: Mapping[str, Task]
    assume: tuple[str, ...] = ()
    law: Law = Law()
    models: Mapping[str, Model] = field(default_factory=Frozen)
    cost: CostModel = CostModel()
    minimise: Objective = "cost"
    limits: Limits = Limits()
    target: Expr | None = None
    overhead: Expr = ZERO
    workers: Expr | None = None
    designs: Mapping[str, tuple[Step, ...]] = field(default_factory=Frozen)
    about: str = ""
    file: str | None = field(default=None, compare=False)
    marks: Mapping[str, tuple[int, int]] = field(default_factory=Frozen, compare=False, repr=False)
    source: str = field(default="", compare=False, repr=False)

    @classmethod
    def build(
        cls,
        name: str,
        *,
        tasks: Mapping[str, Any] | Iterable[Any],
        about: str = "",
        parameters: Mapping[str, Any] | Iterable[Any] = (),
        assume: str | Iterable[str] = (),
        texts: Mapping[str, Any] | Iterable[Any] = (),
        capabilities: Mapping[str, Any] | Iterable[Any] = (),
        models: Mapping[str, Any] | Iterable[Any] = (),
        scaling: str | Law | Mapping[str, Any] = "linear",
        cost: str | CostModel | Mapping[str, Any] = "paper",
        minimise: Objective = "cost",
        limits: Limits | Mapping[str, Any] | None = None,
        target: ExprLike | None = None,
        overhead: ExprLike | None = None,
        workers: ExprLike | None = None,
        designs: Mapping[str, Any] | None = None,
    ) -> Problem:
        """Build a problem in code from the short forms of problem files; see `decomposer.problem.build`."""
        from decomposer.problem.build import build

        return build(
            name,
            tasks=tasks,
            about=about,
            parameters=parameters,
            assume=assume,
            texts=texts,
            capabilities=capabilities,
            models=models,
            scaling=scaling,
            cost=cost,
            minimise=minimise,
            limits=limits,
            target=target,
            overhead=overhead,
            workers=workers,
            designs=designs,
        )

    @classmethod
    def from_networkx(cls, graph: networkx.DiGraph[Any], name: str | None = None, **sections: Any) -> Problem:
        """Build a problem from a task graph; see `decomposer.problem.build`."""
        from decomposer.problem.build import from_networkx

        return from_networkx(graph, name, **sections)

    def to_data(self) -> dict[str, Any]:
        """Return the problem as plain data in the short forms of problem files; `load` reads it back."""
        from decomposer.problem.dump import to_data

        return to_data(self)
