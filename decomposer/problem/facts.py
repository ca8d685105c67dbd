"""Facts that contradict each other, or that a task cannot have."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from typing import TYPE_CHECKING

from decomposer.errors import ExpressionError
from decomposer.expr import Expr, sym
from decomposer.problem.assemble import whole_of
from decomposer.problem.diagnose import Issue
from decomposer.problem.formulas import Formula, formulas
from decomposer.problem.graph import auxiliary
from decomposer.problem.items import too_many
from decomposer.problem.memory import forgotten
from decomposer.problem.model import Problem, Task, Text
from decomposer.problem.prices import mispriced
from decomposer.problem.recursion import misuses

if TYPE_CHECKING:
    from decomposer.problem.yaml import Loc


def contradictions(problem: Problem) -> Iterator[Issue]:
    """Yield an issue for everything that the user cannot have meant; names are taken to be known."""
    if not problem.tasks:
        yield Issue(("tasks",), "there are no tasks", "missing", "a problem needs at least one")
    for section in ("parameters", "texts", "capabilities", "models", "tasks"):
        for key, item in getattr(problem, section).items():
            if item.name != key:
                yield Issue((section, key), f"`{key}` stands for an object named `{item.name}`", "bad-name")
    yield from _parameters(problem)
    for formula in formulas(problem):
        yield from _value(problem, formula)
    yield from _texts(problem)
    yield from _capabilities(problem)
    yield from mispriced(problem)
    for task in problem.tasks.values():
        yield from _task(problem, task)
    yield from too_many(problem)


def _parameters(problem: Problem) -> Iterator[Issue]:
    for name, one in problem.parameters.items():
        loc: Loc = ("parameters", name, "between")
        if one.kind != "constant" and (one.low is not None or one.high is not None):
            yield Issue(loc, f"`{name}` is {one.kind}, only a constant has bounds", "bad-value", "add `kind: constant`")
        if one.low is not None and one.high is not None and one.low >= one.high:
            yield Issue(loc, f"nothing lies between {one.low} and {one.high}", "bad-value")


# -- formulas ---------------------------------------------------------------------------------------


def _value(problem: Problem, formula: Formula) -> Iterator[Issue]:
    exact = formula.expr.as_fraction()
    if exact is not None:
        wrong = _wrong_number(Fraction(exact), formula.role)
        if wrong:
            yield Issue(formula.loc, f"{wrong}, not {str(exact)[:40]}", "bad-value")
    elif all(number < 0 for _, number in formula.expr.terms):
        yield Issue(formula.loc, f"`{_brief(formula.expr)}` is negative", "bad-value")
    elif formula.role in ("probability", "exponent", "share"):
        yield from _constants(problem, formula)


def _brief(expr: Expr | None) -> str:
    written = str(expr) if expr is None or len(expr.terms) <= 20 else f"{Expr(expr.terms[:20])} + ..."
    return written if len(written) <= 60 else f"{written[:60]}..."


def _wrong_number(value: Fraction, role: str) -> str:
    if role in ("probability", "exponent"):
        what = "a probability" if role == "probability" else "the exponent of a law"
        return "" if 0 < value <= 1 else f"{what} lies above 0 and at most at 1"
    if role == "share":
        return "" if 0 <= value <= 1 else "a share lies between 0 and 1"
    if role == "price":
        return "" if value >= 0 else "a price is at least 0"
    if role == "power":
        return "" if value >= 1 else "the exponent of attention is at least 1"
    if role == "count":
        return "" if value >= 1 and value.denominator == 1 else "a count is a whole number, at least 1"
    return "" if value > 0 else "a size is above 0"


def _constants(problem: Problem, formula: Formula) -> Iterator[Issue]:
    """A share of something must not grow; a lone constant must lie between 0 and 1 by its bounds."""
    symbols = formula.expr.symbols
    for name in sorted(symbols & problem.parameters.keys()):
        one = problem.parameters[name]
        if one.kind != "constant":
            hint = f"write `{name}: {{kind: constant, between: [0, 1]}}`"
            yield Issue(formula.loc, f"`{name}` grows, but a {formula.role} does not", "bad-value", hint, name)
        elif formula.expr == sym(name) and not (
            one.low is not None and one.low >= 0 and one.high is not None and one.high <= 1
        ):
            hint = f"declare `{name}` with `between: [0, 1]`"
            yield Issue(formula.loc, f"`{name}` is not known to lie between 0 and 1", "bad-value", hint, name)


# -- texts and capabilities ---------------------------------------------------------------------------


def _texts(problem: Problem) -> Iterator[Issue]:
    first: dict[str, Text] = {}
    for name, one in problem.texts.items():
        loc: Loc = ("texts", name)
        if (one.part is None) != (one.count is None) or (one.part is None) != (one.each is None):
            yield Issue(loc, f"`{name}` has parts without a name, a count and a size", "bad-value")
        elif one.part is not None and one.count is not None and one.each is not None:
            yield from _whole(one, one.count, one.each)
            other = first.setdefault(one.part, one)
            if other.count != one.count:
                message = (
                    f"`{name}` has {_brief(one.count)} parts `{one.part}`, but `{other.name}` has {_brief(other.count)}"
                )
                yield Issue((*loc, "parts", one.part), message, "bad-value", "parts of one name correspond one to one")
        head = None if one.head is None else one.head.as_fraction()
        tokens = one.tokens.as_fraction()
        if head is not None and tokens is not None and head > tokens:
            yield Issue((*loc, "head"), f"the head is larger than the text, which has {tokens} tokens", "bad-value")
        if one.split_by is not None:
            yield from _split(problem, one, problem.tasks[one.split_by])


def _split(problem: Problem, text: Text, task: Task) -> Iterator[Issue]:
    """A task that cuts a text reads all of it, and is done for that alone."""
    loc: Loc = ("texts", text.name, "split_by")
    if text.part is None:
        yield Issue(loc, f"`{text.name}` has no parts to be cut into", "bad-fact", "add `parts`", at_key=True)
    elif all(read.text != text.name or read.head for read in task.reads):
        hint = f"add `{text.name}` to what it reads"
        yield Issue(loc, f"`{task.name}` does not read all of `{text.name}`", "bad-fact", hint, task.name)
    elif task.local == text.part:
        message = f"`{task.name}` cannot be local to the parts that it is to find"
        yield Issue(loc, message, "bad-fact", token=task.name)
    others = (task.finds, task.for_each, task.edits, task.one_of, task.steps, task.combines)
    if any(fact is not None for fact in others) or task.name not in auxiliary(problem):
        message = f"`{task.name}` is done for more than to cut `{text.name}`"
        yield Issue(loc, message, "bad-fact", "let a task of its own do that", task.name)


def _whole(text: Text, count: Expr, each: Expr) -> Iterator[Issue]:
    try:
        whole = whole_of(count, each)
    except ExpressionError as error:
        yield Issue(("texts", text.name), error.diagnostics[0].message, "too-large", at_key=True)
        return
    if text.tokens != whole:
        message = f"the parts have {_brief(whole)} tokens, the text {_brief(text.tokens)}"
        yield Issue(("texts", text.name, "tokens"), message, "bad-value", "leave out `tokens` or `each`")


def _capabilities(problem: Problem) -> Iterator[Issue]:
    for name, one in problem.capabilities.items():
        if one.options is not None and one.options in problem.parameters:
            message = f"`{one.options}` is a parameter already"
            yield Issue(("capabilities", name, "options"), message, "bad-name", "choose another symbol")
    if problem.limits.models is not None and not problem.models:
        hint = "declare `models:`, or limit `cost` or `span`"
        yield Issue(("limits", "models"), "there is no catalogue of models to choose from", "bad-value", hint)
    delayed = [model.name for model in problem.models.values() if model.delay is not None]
    if delayed and len(delayed) < len(problem.models):
        missing = next(name for name in problem.models if name not in delayed)
        message = f"`{delayed[0]}` states its delay, but `{missing}` does not"
        yield Issue(("models", delayed[0], "delay"), message, "missing", "state the delay of every model, or of none")
    for model in problem.models.values():
        for name, members in model.can.items():
            if members is not None and name in problem.capabilities and problem.capabilities[name].family is None:
                message = f"`{name}` is not a family: a model has it or not"
                yield Issue(("models", model.name, "can", name), message, "bad-value", "write `all`")


# -- tasks --------------------------------------------------------------------------------------------


def _task(problem: Problem, task: Task) -> Iterator[Issue]:
    loc: Loc = ("tasks", task.name)
    if not task.requires and not task.methods:
        hint = "write `requires:` with a capability, or `methods:`"
        yield Issue(loc, f"`{task.name}` requires no capability", "missing", hint, at_key=True)
    for index, read in enumerate(task.reads):
        if read.head and problem.texts[read.text].head is None:
            hint = f"add `head: 1` to the text `{read.text}`"
            yield Issue((*loc, "reads", index), f"`{read.text}` has no head", "no-head", hint, f"{read.text}.head")
    yield from _parts(problem, task, loc)
    yield from _others(problem, task, loc)
    yield from misuses(problem, task)
    yield from forgotten(problem, task)
    if task.one_of is not None:
        family = task.one_of.family
        if problem.capabilities[family].family is None:
            hint = f"write `{family}: {{family: k, each: m}}` under `capabilities`"
            yield Issue((*loc, "one_of", "family"), f"`{family}` is not a family", "bad-fact", hint, family)
        elif family not in task.requires:
            hint = f"add `{family}` to `requires`"
            yield Issue(
                (*loc, "one_of", "family"), f"`{task.name}` does not require `{family}`", "bad-fact", hint, family
            )
    if task.compresses is not None and task.compresses.text not in {read.text for read in task.reads}:
        message = f"`{task.name}` does not read `{task.compresses.text}`"
        yield Issue((*loc, "compresses", "text"), message, "bad-fact", token=task.compresses.text)


def _parts(problem: Problem, task: Task, loc: Loc) -> Iterator[Issue]:
    names = [read.text for read in task.reads] + ([task.edits.text] if task.edits is not None else [])
    parts = [part for part in (problem.texts[name].part for name in names) if part is not None]
    if task.local is not None and task.local not in parts:
        message = f"`{task.name}` reads no text that splits into parts `{task.local}`"
        yield Issue((*loc, "local"), message, "bad-fact", token=task.local)
    edits = task.edits
    if edits is not None and edits.unit == "part" and problem.texts[edits.text].part is None:
        message = f"`{edits.text}` has no parts"
        yield Issue((*loc, "edits", "unit"), message, "bad-fact", "write `unit: whole`, or give the text parts")
    made = any(problem.texts[name].part is not None for name in task.writes)
    if not parts and not made and task.succeeds is not None and task.succeeds.unit == "part":
        message = f"`{task.name}` reads no text with parts"
        yield Issue((*loc, "succeeds", "per"), message, "bad-fact", "write `per: call`")
    yield from _errors(problem, task, loc)
    if not parts and task.check is not None and task.check.scope == "part":
        message = f"`{task.name}` reads no text with parts"
        yield Issue((*loc, "check", "scope"), message, "bad-fact", "write `scope: whole`")


def _errors(problem: Problem, task: Task, loc: Loc) -> Iterator[Issue]:
    """Rates that nobody states, and facts about steps of what is no chain."""
    fact, check = task.succeeds, task.check
    if task.steps is None and fact is not None and fact.unit == "step":
        message = f"`{task.name}` is no chain of steps"
        hint = f"add `steps` to `{task.name}`, or write `per: call`"
        yield Issue((*loc, "succeeds", "per"), message, "bad-fact", hint)
    if task.steps is None and check is not None and check.scope == "step":
        message = f"`{task.name}` is no chain of steps"
        yield Issue((*loc, "check", "scope"), message, "bad-fact", f"add `steps` to `{task.name}`")
    if fact is not None and fact.wrong == "scatter" and fact.unit == "call":
        message = "an answer of one unit cannot be wrong in one of several"
        yield Issue((*loc, "succeeds", "wrong"), message, "bad-fact", "write `per: step` or `per: part`")
    if task.steps is not None and task.finds is not None:
        message = f"`{task.name}` finds items, so it is no chain of steps"
        yield Issue((*loc, "steps"), message, "bad-fact", "state `steps` or `finds`", at_key=True)


def _others(problem: Problem, task: Task, loc: Loc) -> Iterator[Issue]:
    """Facts that name other tasks."""
    named: list[tuple[Loc, str | None]] = [((*loc, "for_each"), task.for_each)]
    named.append(((*loc, "one_of", "told_by"), task.one_of.told_by if task.one_of else None))
    named.append(((*loc, "check", "by"), task.check.by if task.check else None))
    named.append(((*loc, "combines", "by"), task.combines.by if task.combines else None))
    for place, name in named:
        if name is not None and name == task.name:
            yield Issue(place, f"`{name}` cannot do this for itself", "bad-fact", "name another task", name)
    if task.combines is not None and task.combines.by == "oracle":
        yield Issue((*loc, "combines"), "`oracle` is the word for no task", "bad-name", "rename the task")
    finder = task.for_each
    if finder is not None and finder != task.name and problem.tasks[finder].finds is None:
        hint = f"add `finds: {{count: ...}}` to `{finder}`"
        yield Issue((*loc, "for_each"), f"`{finder}` finds nothing", "bad-fact", hint, finder)
    for method in task.methods:
        yield from _method(problem, task, (*loc, "methods", method.name), method.tasks)


def _method(problem: Problem, task: Task, loc: Loc, tasks: tuple[str, ...]) -> Iterator[Issue]:
    if not tasks:
        yield Issue(loc, "the method has no tasks", "bad-fact", "name the tasks that together do it", at_key=True)
        return
    parts = [problem.tasks[name] for name in tasks]
    made = {text for part in parts for text in part.writes} | {part.edits.text for part in parts if part.edits}
    wanted = [*task.writes, *([task.edits.text] if task.edits else [])]
    for text in wanted:
        if text not in made:
            yield Issue(loc, f"no task of the method makes `{text}`, which `{task.name}` does", "bad-fact", at_key=True)
