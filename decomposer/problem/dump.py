"""Problems as plain data, in the short forms of problem files; reading it back gives an equal problem."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from decomposer.expr import ONE, ZERO, Expr
from decomposer.problem.assemble import OPTIONS, second
from decomposer.problem.model import (
    Capability,
    Combines,
    CostModel,
    Law,
    Limits,
    Memory,
    Model,
    Parameter,
    Problem,
    Recursive,
    Step,
    Succeeds,
    Task,
    Text,
)

Data = dict[str, Any]


def dumps(problem: Problem) -> str:
    """Write the problem as a problem file; `loads` reads an equal problem back."""
    from decomposer.problem.emit import emit

    return emit(to_data(problem))


def to_data(problem: Problem) -> Data:
    """Return the problem as plain data: dictionaries, lists, text, integers and `True`."""
    partless = {name for name, text in problem.texts.items() if text.part is None}
    data: Data = {
        "problem": problem.name,
        "about": problem.about,
        "parameters": {name: parameter_data(one) for name, one in problem.parameters.items()},
        "assume": list(problem.assume),
        "texts": {name: text_data(one) for name, one in problem.texts.items()},
        "capabilities": {name: capability_data(one) for name, one in problem.capabilities.items()},
        "scaling": law_data(problem.law),
        "models": {name: model_data(one) for name, one in problem.models.items()},
        "cost": cost_data(problem.cost),
        "minimise": problem.minimise,
        "limits": limits_data(problem.limits),
        "target": None if problem.target is None else formula_data(problem.target),
        "overhead": None if problem.overhead == ZERO else formula_data(problem.overhead),
        "workers": None if problem.workers is None else formula_data(problem.workers),
        "tasks": {name: task_data(one, partless) for name, one in problem.tasks.items()},
        "designs": {name: [step_data(step) for step in steps] for name, steps in problem.designs.items()},
    }
    usual = {"scaling": "linear", "cost": "paper", "minimise": "cost"}
    return {key: value for key, value in data.items() if key == "tasks" or (value and usual.get(key) != value)}


def object_data(value: object) -> Any:
    """Return one object of a problem as plain data."""
    if isinstance(value, Parameter):
        return parameter_data(value)
    if isinstance(value, Text):
        return text_data(value)
    if isinstance(value, Capability):
        return capability_data(value)
    if isinstance(value, Law):
        return law_data(value)
    if isinstance(value, Model):
        return model_data(value)
    if isinstance(value, Task):
        return task_data(value)
    if isinstance(value, Limits):
        return limits_data(value)
    if isinstance(value, CostModel):
        return cost_data(value)
    assert isinstance(value, Step), f"{type(value).__name__} is no part of a problem"
    return step_data(value)


def formula_data(value: Expr) -> int | str:
    """Return a whole number as such, anything else as text that parses back."""
    number = value.as_fraction()
    whole = number is not None and number.denominator == 1 and -(10**15) < number < 10**15
    return int(str(value)) if whole else str(value)


def parameter_data(one: Parameter) -> Any:
    """Return a parameter; what it counts, when there is no more to say."""
    data: Data = {"about": one.about} if one.about else {}
    if one.kind != "growing":
        data["kind"] = one.kind
    if one.low is not None and one.high is not None:
        data["between"] = [_number(one.low), _number(one.high)]
    elif one.low is not None:
        data["above"] = _number(one.low)
    elif one.high is not None:
        data["below"] = _number(one.high)
    return one.about if data.keys() <= {"about"} else data


def text_data(one: Text) -> Any:
    """Return a text; its size, when there is no more to say."""
    data: Data = {}
    if one.part is None or one.count is None or one.each is None:
        data["tokens"] = formula_data(one.tokens)
    else:
        data["parts"] = {one.part: formula_data(one.count)}
        data["each"] = formula_data(one.each)
        if one.tokens != one.count * one.each:
            data["tokens"] = formula_data(one.tokens)
    if one.head is not None:
        data["head"] = formula_data(one.head)
    if one.split_by is not None:
        data["split_by"] = one.split_by
    return _short(data, "tokens", one.about)


def capability_data(one: Capability) -> Any:
    """Return a capability; its size, when there is no more to say."""
    data: Data = {}
    if one.options is not None:
        data["options"] = one.options
    if one.family is not None:
        data["family"] = formula_data(one.family)
    data["size" if one.family is None else "each"] = formula_data(one.size)
    return _short(data, "size", one.about)


def law_data(one: Law) -> Any:
    """Return a scaling law."""
    return {"law": "power", "exponent": formula_data(one.exponent)} if one.kind == "power" else one.kind


def model_data(one: Model) -> Data:
    """Return a model of a closed catalogue."""
    data: Data = {"size": formula_data(one.size)}
    if one.prices is not None:
        stated = {"input": one.prices.input, "output": one.prices.output, "cached": one.prices.cached}
        data["prices"] = {key: formula_data(value) for key, value in stated.items() if value is not None}
    if one.can:
        partly = any(members is not None for members in one.can.values())
        data["can"] = {name: _or_all(members) for name, members in one.can.items()} if partly else list(one.can)
    if one.succeeds:
        data["succeeds"] = {name: formula_data(rate) for name, rate in one.succeeds.items()}
    if one.hard:
        data["hard"] = {name: formula_data(rate) for name, rate in one.hard.items()}
    if one.hosting != ZERO:
        data["hosting"] = formula_data(one.hosting)
    if one.delay is not None:
        data["delay"] = formula_data(one.delay)
    if one.window is not None:
        data["window"] = formula_data(one.window)
    return {**data, "about": one.about} if one.about else data


def limits_data(one: Limits) -> Data:
    """Return the limits that there are."""
    given = {"models": one.models, "cost": one.cost, "span": one.span}
    return {key: formula_data(value) for key, value in given.items() if value is not None}


def cost_data(one: CostModel) -> Any:
    """Return a cost model; its name, when its constants are 1."""
    constants = {"input": one.alpha, "output": one.beta, "cached": one.gamma, "exponent": one.exponent}
    data = {key: formula_data(value) for key, value in constants.items() if value != ONE}
    return {"model": one.kind, **data} if data else one.kind


def task_data(one: Task, partless: Iterable[str] | None = None) -> Data:
    """Return a task; with the names of texts without parts, what follows from them is left out."""
    data: Data = {
        "reads": _one_or_list(f"{read.text}.head" if read.head else read.text for read in one.reads),
        "writes": _one_or_list(one.writes),
        "edits": _edits(one, partless),
        "requires": _one_or_list(one.requires),
        "local": one.local,
        "finds": _finds(one),
        "for_each": one.for_each,
    }
    if one.one_of is not None:
        data["one_of"] = {"family": one.one_of.family, "told_by": one.one_of.told_by}
    if one.succeeds is not None:
        data["succeeds"] = _succeeds(one.succeeds)
    if one.check is not None:
        errors = {"accepts": one.check.accepts, "rejects": one.check.rejects}
        data["check"] = {
            "scope": one.check.scope,
            **({"by": one.check.by} if one.check.by else {}),
            **{key: formula_data(value) for key, value in errors.items() if value != ZERO},
        }
    data["remembers"] = one.remembers
    data["methods"] = {method.name: list(method.tasks) for method in one.methods}
    if one.steps is not None:
        state = {} if one.steps.state == ONE else {"state": formula_data(one.steps.state)}
        most = {} if one.steps.per_call is None else {"per_call": formula_data(one.steps.per_call)}
        data["steps"] = _short({"count": formula_data(one.steps.count), **state, **most}, "count", "")
    if one.combines is not None:
        data["combines"] = _combines(one.combines)
    if one.compresses is not None:
        data["compresses"] = {"text": one.compresses.text, "to": formula_data(one.compresses.to)}
    if one.recursive is not None:
        data["recursive"] = _recursive(one.recursive)
    if one.memory is not None:
        data["memory"] = _memory(one.memory)
    if one.overhead != ZERO:
        data["overhead"] = formula_data(one.overhead)
    data["about"] = one.about
    return {key: value for key, value in data.items() if value is not None and value not in ("", [], {}, False)}


def step_data(one: Step) -> Data:
    """Return a step of a hand design."""
    data: Data = {one.kind: _plain(one.value)}
    data.update((key, _plain(one.options[key])) for key in OPTIONS[one.kind] if key in one.options)
    if one.before:
        data["split"] = [step_data(step) for step in one.before]
    if one.do:
        data["do"] = [step_data(step) for step in one.do]
    if one.otherwise:
        data[second(one.kind)] = [step_data(step) for step in one.otherwise]
    return data


def _edits(one: Task, partless: Iterable[str] | None) -> Any:
    if one.edits is None:
        return None
    data: Data = {"text": one.edits.text}
    if partless is None or one.edits.unit != ("whole" if one.edits.text in partless else "part"):
        data["unit"] = one.edits.unit
    if one.edits.patch is not None:
        data["patch"] = formula_data(one.edits.patch)
    return _short(data, "text", "")


def _succeeds(one: Succeeds) -> Any:
    data: Data = {"probability": formula_data(one.probability)}
    if one.unit != "call":
        data["per"] = one.unit
    if one.wrong != "agree":
        data["wrong"] = one.wrong
    if one.hard is not None:
        data["hard"] = {"share": formula_data(one.hard.share), "probability": formula_data(one.hard.probability)}
    return _short(data, "probability", "")


def _combines(one: Combines) -> Any:
    data: Data = {"by": one.by or "oracle"}
    if one.at_once is not None:
        data["at_once"] = formula_data(one.at_once)
    if one.per != "call":
        data["per"] = one.per
    return _short(data, "by", "")


def _recursive(one: Recursive) -> Any:
    data: Data = {"split": one.split or "oracle"}
    if one.combine is not None:
        data["combine"] = one.combine
    if one.into is not None:
        data["into"] = formula_data(one.into)
    if one.shrink is not None:
        data["shrink"] = formula_data(one.shrink)
    if one.brief is not None:
        data["brief"] = one.brief
    if one.base is not None:
        data["base"] = formula_data(one.base)
    return _short(data, "split", "")


def _memory(one: Memory) -> Any:
    data: Data = {"text": one.text}
    if one.last is not None:
        data["last"] = formula_data(one.last)
    if one.condense is not None:
        data["condense"] = one.condense
    if one.to is not None:
        data["to"] = formula_data(one.to)
    return _short(data, "text", "")


def _finds(one: Task) -> Any:
    if one.finds is None:
        return None
    data: Data = {"count": formula_data(one.finds.count)}
    if one.finds.per_call != ONE:
        data["per_call"] = _or_all(one.finds.per_call)
    if one.finds.per_part != ONE:
        data["per_part"] = formula_data(one.finds.per_part)
    return _short(data, "count", "")


def _short(data: Data, alone: str, about: str) -> Any:
    """Add the description; leave out the key `alone` when nothing else is there."""
    if about:
        data["about"] = about
    return data[alone] if data.keys() == {alone} else data


def _or_all(value: Expr | None) -> int | str:
    return "all" if value is None else formula_data(value)


def _number(value: Any) -> int | str:
    return int(value) if value.denominator == 1 else str(value)


def _one_or_list(names: Iterable[str]) -> str | list[str]:
    found = list(names)
    return found[0] if len(found) == 1 else found


def _plain(value: object) -> Any:
    if isinstance(value, Expr):
        return formula_data(value)
    return list(value) if isinstance(value, tuple) else value
