"""Every name that a problem uses must be declared."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from typing import TYPE_CHECKING

from decomposer.errors import ExpressionError
from decomposer.expr.parse import parse_relation
from decomposer.problem.assemble import FOUND, second
from decomposer.problem.diagnose import Issue
from decomposer.problem.formulas import formulas
from decomposer.problem.model import Problem, Step, Task

if TYPE_CHECKING:
    from decomposer.problem.yaml import Loc


def unknown_names(problem: Problem) -> Iterator[Issue]:
    """Yield an issue for every name that nothing declares."""
    yield from _in_formulas(problem)
    for model in problem.models.values():
        yield from _named(("models", model.name, "can"), model.can, problem.capabilities, "capability", keys=True)
        for key, given in (("succeeds", model.succeeds), ("hard", model.hard)):
            rates = [name for name in given if name not in problem.tasks]
            yield from _named(("models", model.name, key), rates, problem.capabilities, "task or capability", keys=True)
    known = _Known(problem)
    for text in problem.texts.values():
        if text.split_by is not None:
            yield from _one(("texts", text.name, "split_by"), text.split_by, known.tasks, "task")
    for task in problem.tasks.values():
        yield from _in_task(known, task)
    for name, steps in problem.designs.items():
        yield from _in_steps(known, steps, ("designs", name), ())


class _Known:
    """The names that tasks and steps may use, collected once."""

    def __init__(self, problem: Problem) -> None:
        self.texts, self.tasks = problem.texts, problem.tasks
        self.capabilities, self.models = problem.capabilities, problem.models
        self.parts = tuple(dict.fromkeys(text.part for text in problem.texts.values() if text.part is not None))
        heads = [f"{text.name}.head" for text in problem.texts.values() if text.head is not None]
        self.places = dict.fromkeys([*problem.texts, *heads, *self.parts])
        self.finders = [task.name for task in problem.tasks.values() if task.finds is not None]


def _in_formulas(problem: Problem) -> Iterator[Issue]:
    hint = "declare it under `parameters`"
    for one in formulas(problem):
        for name in sorted(one.expr.symbols):
            if name not in problem.parameters and name not in one.bound:
                yield _unknown(
                    one.loc,
                    name,
                    (*problem.parameters, *sorted(one.bound)) if one.bound else problem.parameters,
                    "parameter",
                    hint,
                )
    for index, text in enumerate(problem.assume):
        loc: Loc = ("assume", index)
        try:
            left, _, right = parse_relation(text)
        except ExpressionError as error:
            yield Issue(loc, error.diagnostics[0].message, "formula", error.diagnostics[0].hint)
            continue
        for name in sorted(left.symbols | right.symbols):
            if name not in problem.parameters:
                yield _unknown(loc, name, problem.parameters, "parameter", hint)


def _in_task(known: _Known, task: Task) -> Iterator[Issue]:
    loc: Loc = ("tasks", task.name)
    texts, tasks = known.texts, known.tasks
    yield from _named((*loc, "reads"), [read.text for read in task.reads], texts, "text")
    yield from _named((*loc, "writes"), task.writes, texts, "text")
    yield from _named((*loc, "requires"), task.requires, known.capabilities, "capability")
    if task.edits is not None:
        yield from _one((*loc, "edits", "text"), task.edits.text, texts, "text")
    if task.compresses is not None:
        yield from _one((*loc, "compresses", "text"), task.compresses.text, texts, "text")
    if task.local is not None:
        yield from _one((*loc, "local"), task.local, known.parts, "part")
    if task.for_each is not None:
        yield from _one((*loc, "for_each"), task.for_each, tasks, "task")
    if task.one_of is not None:
        yield from _one((*loc, "one_of", "family"), task.one_of.family, known.capabilities, "capability")
        yield from _one((*loc, "one_of", "told_by"), task.one_of.told_by, tasks, "task")
    if task.check is not None and task.check.by is not None:
        yield from _one((*loc, "check", "by"), task.check.by, tasks, "task")
    if task.combines is not None and task.combines.by is not None:
        yield from _one((*loc, "combines", "by"), task.combines.by, tasks, "task")
    if task.recursive is not None:
        for key in ("split", "combine"):
            name = getattr(task.recursive, key)
            if name is not None:
                yield from _one((*loc, "recursive", key), name, tasks, "task")
        if task.recursive.brief is not None:
            yield from _one((*loc, "recursive", "brief"), task.recursive.brief, texts, "text")
    if task.memory is not None:
        yield from _one((*loc, "memory", "text"), task.memory.text, texts, "text")
        if task.memory.condense is not None:
            yield from _one((*loc, "memory", "condense"), task.memory.condense, tasks, "task")
    for method in task.methods:
        yield from _named((*loc, "methods", method.name), method.tasks, tasks, "task")


def _in_steps(known: _Known, steps: tuple[Step, ...], loc: Loc, loops: tuple[str, ...]) -> Iterator[Issue]:
    for index, step in enumerate(steps):
        here = (*loc, index)
        yield from _in_step(known, step, here, loops)
        name = step.options.get("as")
        inside = (*loops, name) if isinstance(name, str) else loops
        yield from _in_steps(known, step.before, (*here, "split"), inside)
        yield from _in_steps(known, step.do, (*here, "do"), inside)
        yield from _in_steps(known, step.otherwise, (*here, second(step.kind)), inside)


def _in_step(known: _Known, step: Step, here: Loc, loops: tuple[str, ...]) -> Iterator[Issue]:
    if step.kind == "each":
        yield from _one((*here, "each"), str(step.value), known.parts, "part")
    elif step.kind == "if" and step.value == FOUND and FOUND not in known.tasks:
        hint = (
            f"name one of {', '.join(f'`{name}`' for name in known.finders[:8])}"
            if known.finders
            else "no task `finds` anything"
        )
        yield Issue((*here, "if"), f"`{FOUND}` by which task?", "unknown-name", hint, FOUND)
    elif step.kind not in ("repeat", "vote"):
        yield from _words((*here, step.kind), step.value, known.tasks, "task")
    if "on" in step.options:
        for name in _listed(step.options["on"]):
            if name not in known.places:
                yield _unknown((*here, "on"), name, known.places, "text or part")
    if "able" in step.options:
        yield from _words((*here, "able"), step.options["able"], known.tasks, "task")
    if "digest" in step.options:
        yield from _words((*here, "digest"), step.options["digest"], known.tasks, "task")
    if "model" in step.options:
        yield from _one((*here, "model"), str(step.options["model"]), known.models, "model")
    history = step.options.get("history")
    if isinstance(history, str) and history not in loops:
        hint = "name the index of a `repeat` around this call: `as: i`"
        yield _unknown((*here, "history"), history, loops, "loop", hint)


def _words(loc: Loc, value: object, known: Collection[str], what: str) -> Iterator[Issue]:
    if isinstance(value, tuple):
        yield from _named(loc, value, known, what)
    else:
        yield from _one(loc, str(value), known, what)


def _listed(value: object) -> tuple[str, ...]:
    return value if isinstance(value, tuple) else (str(value),)


def _one(loc: Loc, name: str, known: Collection[str], what: str) -> Iterator[Issue]:
    if name not in known:
        yield _unknown(loc, name, known, what)


def _named(loc: Loc, names: Iterable[str], known: Collection[str], what: str, keys: bool = False) -> Iterator[Issue]:
    for index, name in enumerate(names):
        if name not in known:
            yield _unknown((*loc, name if keys else index), name, known, what)


def _unknown(loc: Loc, name: str, known: Collection[str], what: str, hint: str = "") -> Issue:
    hint = hint or f"there is no {what} here"
    return Issue(loc, f"unknown {what} `{name}`", "unknown-name", hint, name, lambda: known, at_key=loc[-1] == name)
