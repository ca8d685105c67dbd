"""From a validated problem file to the objects of a problem."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from decomposer.errors import ExpressionError
from decomposer.expr import ONE, Expr
from decomposer.problem.diagnose import Issue
from decomposer.problem.frozen import Frozen
from decomposer.problem.model import (
    Capability,
    Chain,
    Check,
    Combines,
    Compresses,
    CostModel,
    Edit,
    Finds,
    Law,
    Method,
    Model,
    OneOf,
    Parameter,
    Problem,
    Read,
    Step,
    Succeeds,
    Task,
    Text,
)

if TYPE_CHECKING:
    from decomposer.problem.schema import CapabilityForm, ParameterForm, ProblemForm, StepForm, TaskForm, TextForm
    from decomposer.problem.yaml import Loc

OPTIONS: Mapping[str, tuple[str, ...]] = {
    "call": ("on", "history", "rewrite", "fan_out", "among", "able", "model"),
    "repeat": ("as",),
    "until": (),
    "each": ("group",),
    "for_each": (),
    "if": (),
    "case": ("share",),
    "retry": ("keep",),
    "vote": ("lead",),
}
"""The kinds of step, with their options; all but `call` also have `do`, and `if` has `else`."""

MAX_PRODUCT = 400
"""Largest number of terms of the size of a text with parts."""

FOUND = "found"
"""In ``if: found``: by the only task that finds anything."""


def assemble(form: ProblemForm) -> tuple[Problem, list[Issue]]:
    """Build the problem; issues are those that concern the form of steps and sizes."""
    issues: list[Issue] = []
    texts = {name: _text(name, one, issues) for name, one in form.texts.items()}
    tasks = {name: _task(name, one, texts) for name, one in form.tasks.items()}
    finders = [name for name, one in tasks.items() if one.finds is not None]
    steps = _Steps(finders, frozenset(tasks), issues)
    designs = {name: steps.many(body, ("designs", name)) for name, body in form.designs.items()}
    cost = form.cost
    problem = Problem(
        name=form.problem,
        about=form.about.strip(),
        parameters=Frozen({name: _parameter(name, one) for name, one in form.parameters.items()}),
        assume=tuple(form.assume),
        texts=Frozen(texts),
        capabilities=Frozen({name: _capability(name, one) for name, one in form.capabilities.items()}),
        law=Law(form.scaling.law, ONE if form.scaling.exponent is None else form.scaling.exponent),
        models=Frozen(
            {name: Model(name, one.size, Frozen(one.can), one.about.strip()) for name, one in form.models.items()}
        ),
        cost=CostModel(cost.model, cost.input, cost.output, cost.cached, cost.exponent),
        tasks=Frozen(tasks),
        designs=Frozen(designs),
    )
    return problem, issues


def _parameter(name: str, form: ParameterForm) -> Parameter:
    low, high = form.between or (form.above, form.below)
    return Parameter(name, form.about.strip(), form.kind, low, high)


def _text(name: str, form: TextForm, issues: list[Issue]) -> Text:
    about = form.about.strip()
    if not form.parts:
        assert form.tokens is not None
        return Text(name, form.tokens, head=form.head, about=about)
    part, count = next(iter(form.parts.items()))
    tokens, each = form.tokens, form.each
    try:
        if each is None:
            assert tokens is not None
            each = tokens / count
        elif tokens is None:
            tokens = whole_of(count, each)
    except ExpressionError as error:
        issues.append(Issue(("texts", name), error.diagnostics[0].message, "too-large", at_key=True))
    return Text(name, tokens or ONE, part, count, each or ONE, form.head, about)


def whole_of(count: Expr, each: Expr) -> Expr:
    """Return the size of a text of `count` parts of size `each`.

    Raises
    ------
    ExpressionError
        When it has very many terms.
    """
    if len(count.terms) * len(each.terms) > MAX_PRODUCT:
        raise ExpressionError(f"the size of the text has more than {MAX_PRODUCT} terms")
    return count * each


def _capability(name: str, form: CapabilityForm) -> Capability:
    size = form.each if form.size is None else form.size
    assert size is not None
    return Capability(name, size, form.family, form.options, form.about.strip())


def _task(name: str, form: TaskForm, texts: Mapping[str, Text]) -> Task:
    reads = tuple(_read(one) for one in form.reads)
    names = [read.text for read in reads] + ([form.edits.text] if form.edits else [])
    parted = any(texts[text].part is not None for text in names if text in texts)
    edits = finds = one_of = succeeds = check = steps = combines = compresses = None
    if form.edits is not None:
        whole = form.edits.text in texts and texts[form.edits.text].part is None
        edits = Edit(form.edits.text, form.edits.unit or ("whole" if whole else "part"), form.edits.patch)
    if form.finds is not None:
        finds = Finds(form.finds.count, form.finds.per_call, form.finds.per_part)
    if form.one_of is not None:
        one_of = OneOf(form.one_of.family, form.one_of.told_by)
    if form.succeeds is not None:
        succeeds = Succeeds(form.succeeds.probability, form.succeeds.per)
    if form.check is not None:
        check = Check(form.check.scope or ("part" if parted else "whole"), form.check.by)
    if form.steps is not None:
        steps = Chain(form.steps.count, form.steps.state)
    if form.combines is not None:
        combines = Combines(None if form.combines.by == "oracle" else form.combines.by)
    if form.compresses is not None:
        compresses = Compresses(form.compresses.text, form.compresses.to)
    return Task(
        name,
        reads=reads,
        writes=tuple(form.writes),
        edits=edits,
        requires=tuple(form.requires),
        local=form.local,
        finds=finds,
        for_each=form.for_each,
        one_of=one_of,
        succeeds=succeeds,
        check=check,
        remembers=form.remembers,
        methods=tuple(Method(key, tuple(tasks)) for key, tasks in form.methods.items()),
        about=form.about.strip(),
        steps=steps,
        combines=combines,
        compresses=compresses,
    )


def _read(reference: str) -> Read:
    return Read(reference.removesuffix(".head"), reference.endswith(".head"))


@dataclass(slots=True)
class _Steps:
    finders: list[str]
    tasks: frozenset[str]
    issues: list[Issue]

    def many(self, forms: Iterable[StepForm], loc: Loc) -> tuple[Step, ...]:
        made = (self.one(form, (*loc, index)) for index, form in enumerate(forms))
        return tuple(step for step in made if step is not None)

    def one(self, form: StepForm, loc: Loc) -> Step | None:
        from decomposer.problem.diagnose import dotted

        given = {name.rstrip("_"): getattr(form, name) for name in form.model_fields_set}
        kinds = [kind for kind in OPTIONS if kind in given]
        if len(kinds) != 1:
            self.kind(kinds, given, loc)
            return None
        kind = kinds[0]
        options = {key: _tupled(given[key]) for key in OPTIONS[kind] if given.get(key) is not None}
        foreign = sorted(
            given.keys()
            - {kind, *OPTIONS[kind], *(("do",) if kind != "call" else ()), *(("else",) if kind == "if" else ())}
        )
        for key in foreign:
            fits = [other for other, keys in OPTIONS.items() if key in keys] or (["if"] if key == "else" else [])
            hint = f"it belongs to {' and '.join(f'`{one}`' for one in fits)}" if fits else "a call has no steps inside"
            self.issues.append(Issue((*loc, key), f"`{kind}` has no option `{key}`", "bad-step", hint, at_key=True))
        value = self.finder(_tupled(given[kind])) if kind == "if" else _tupled(given[kind])
        do = self.many(form.do or (), (*loc, "do"))
        if form.do is None and kind in ("case", "retry"):
            do = (Step("call", value, path=dotted((*loc, "do", 0))),)
        elif not form.do and kind != "call":
            self.issues.append(Issue(loc, f"`{kind}` has nothing to do", "bad-step", "add `do:` with steps"))
        otherwise = self.many(form.else_ or (), (*loc, "else"))
        return Step(kind, value, Frozen(options), do, otherwise, dotted(loc))

    def kind(self, kinds: list[str], given: Mapping[str, object], loc: Loc) -> None:
        known = ", ".join(f"`{kind}`" for kind in OPTIONS)
        if kinds:
            message, hint = (
                f"a step does one thing, not {' and '.join(f'`{one}`' for one in kinds)}",
                "make two steps of it",
            )
        else:
            message, hint = "what does this step do?", f"it needs one of {known}"
        self.issues.append(Issue(loc, message, "bad-step", hint))

    def finder(self, value: object) -> object:
        named = value != FOUND or FOUND in self.tasks or len(self.finders) != 1
        return value if named else self.finders[0]


def _tupled(value: object) -> object:
    return tuple(value) if isinstance(value, list) else value
