"""From a validated problem file to the objects of a problem."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from decomposer.errors import ExpressionError
from decomposer.expr import ONE, ZERO, Expr
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
    Hard,
    Law,
    Limits,
    Memory,
    Method,
    Model,
    OneOf,
    Parameter,
    Problem,
    Read,
    Recursive,
    Step,
    Succeeds,
    Task,
    Text,
)
from decomposer.problem.prices import Prices

if TYPE_CHECKING:
    from decomposer.problem.yaml import Loc

Data = dict[str, Any]

OPTIONS: Mapping[str, tuple[str, ...]] = {
    "call": ("on", "history", "rewrite", "fan_out", "among", "able", "model", "digest"),
    "repeat": ("as",),
    "until": (),
    "each": ("group",),
    "merge": ("group", "fan_in"),
    "recurse": ("group", "into"),
    "serve": ("group", "last", "every"),
    "for_each": (),
    "if": (),
    "case": ("share",),
    "steps": ("group",),
    "retry": ("keep",),
    "escalate": (),
    "vote": ("lead",),
}
"""The kinds of step, with their options; all but `call` also have `do`, `if` and `escalate` have `else`."""

_OTHERWISE: Mapping[str, tuple[str, ...]] = {
    "if": ("else",),
    "escalate": ("else",),
    "merge": ("by",),
    "recurse": ("by", "split"),
    "serve": ("by",),
}
"""The kinds of step with further lists of steps."""


def second(kind: str) -> str:
    """The key of the second list of steps of a step."""
    return _OTHERWISE.get(kind, ("else",))[0]


MAX_PRODUCT = 400
"""Largest number of terms of the size of a text with parts."""

ORACLE = "oracle"
"""The word for no task, but a program."""

FOUND = "found"
"""In ``if: found``: by the only task that finds anything."""


def assemble(data: Data) -> tuple[Problem, list[Issue]]:
    """Build the problem from data that the schema accepted; issues concern the form of steps and sizes."""
    issues: list[Issue] = []
    texts = {name: _text(name, one, issues) for name, one in data.get("texts", {}).items()}
    tasks = {name: _task(name, one, texts) for name, one in data["tasks"].items()}
    finders = [name for name, one in tasks.items() if one.finds is not None]
    steps = _Steps(finders, frozenset(tasks), issues)
    designs = {name: steps.many(body, ("designs", name)) for name, body in data.get("designs", {}).items()}
    law, cost = data.get("scaling", {"law": "linear"}), data.get("cost", {"model": "paper"})
    prices = (cost.get(name, ONE) for name in ("input", "output", "cached", "exponent"))
    problem = Problem(
        name=data["problem"],
        about=_about(data),
        parameters=Frozen({name: _parameter(name, one) for name, one in data.get("parameters", {}).items()}),
        assume=tuple(data.get("assume", ())),
        texts=Frozen(texts),
        capabilities=Frozen(_capabilities(data, issues)),
        law=Law(law["law"], law.get("exponent", ONE)),
        models=Frozen({name: _model(name, one) for name, one in data.get("models", {}).items()}),
        cost=CostModel(cost["model"], *prices),
        minimise=data.get("minimise", "cost"),
        limits=Limits(**data.get("limits", {})),
        target=data.get("target"),
        overhead=data.get("overhead", ZERO),
        workers=data.get("workers"),
        tasks=Frozen(tasks),
        designs=Frozen(designs),
    )
    return problem, issues


def _about(data: Data) -> str:
    about: str = data.get("about", "")
    return about.strip()


def _parameter(name: str, data: Data) -> Parameter:
    low, high = data.get("between", (data.get("above"), data.get("below")))
    return Parameter(name, _about(data), data.get("kind", "growing"), low, high)


def _text(name: str, data: Data, issues: list[Issue]) -> Text:
    if "parts" not in data:
        return Text(name, data["tokens"], head=data.get("head"), about=_about(data), split_by=data.get("split_by"))
    part, count = next(iter(data["parts"].items()))
    tokens, each = data.get("tokens"), data.get("each")
    try:
        if each is None:
            each = tokens / count
        elif tokens is None:
            tokens = whole_of(count, each)
    except ExpressionError as error:
        issues.append(Issue(("texts", name), error.diagnostics[0].message, "too-large", at_key=True))
    return Text(name, tokens or ONE, part, count, each or ONE, data.get("head"), _about(data), data.get("split_by"))


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


def _capabilities(data: Data, issues: list[Issue]) -> dict[str, Capability]:
    """Capabilities; only where no models are listed do they need a size, from which those of models follow."""
    found: dict[str, Capability] = {}
    for name, one in data.get("capabilities", {}).items():
        size = one.get("size", one.get("each"))
        if size is None and not data.get("models"):
            message = f"the size of a model with the capability `{name}` is missing"
            hint = f"write `{name}: m` with a size m, or list `models` with sizes and what they can do"
            issues.append(Issue(("capabilities", name), message, "missing", hint, name, at_key=True))
        size = ONE if size is None else size  # a catalogue does not ask
        found[name] = Capability(name, size, one.get("family"), one.get("options"), _about(one))
    return found


def _model(name: str, data: Data) -> Model:
    return Model(
        name,
        data["size"],
        Frozen(data.get("can", {})),
        _about(data),
        hosting=data.get("hosting", ZERO),
        delay=data.get("delay"),
        succeeds=Frozen(data.get("succeeds", {})),
        hard=Frozen(data.get("hard", {})),
        window=data.get("window"),
        prices=Prices(**data["prices"]) if "prices" in data else None,
    )


def _task(name: str, data: Data, texts: Mapping[str, Text]) -> Task:
    reads = tuple(_read(one) for one in data.get("reads", ()))
    names = [read.text for read in reads] + ([data["edits"]["text"]] if "edits" in data else [])
    parted = any(texts[text].part is not None for text in names if text in texts)
    return Task(
        name,
        reads=reads,
        writes=tuple(data.get("writes", ())),
        edits=_edit(data["edits"], texts) if "edits" in data else None,
        requires=tuple(data.get("requires", ())),
        local=data.get("local"),
        finds=Finds(**data["finds"]) if "finds" in data else None,
        for_each=data.get("for_each"),
        one_of=OneOf(**data["one_of"]) if "one_of" in data else None,
        succeeds=_succeeds(data["succeeds"]) if "succeeds" in data else None,
        check=_check(data["check"], parted) if "check" in data else None,
        remembers=data.get("remembers", False),
        methods=tuple(Method(key, tuple(tasks)) for key, tasks in data.get("methods", {}).items()),
        about=_about(data),
        steps=Chain(**data["steps"]) if "steps" in data else None,
        combines=_combines(data["combines"]) if "combines" in data else None,
        compresses=Compresses(**data["compresses"]) if "compresses" in data else None,
        overhead=data.get("overhead", ZERO),
        recursive=_recursive(data["recursive"]) if "recursive" in data else None,
        memory=Memory(**data["memory"]) if "memory" in data else None,
    )


def _edit(data: Data, texts: Mapping[str, Text]) -> Edit:
    whole = data["text"] in texts and texts[data["text"]].part is None
    return Edit(data["text"], data.get("unit", "whole" if whole else "part"), data.get("patch"))


def _succeeds(data: Data) -> Succeeds:
    return Succeeds(
        data.get("probability", ONE),
        data.get("per", "call"),
        data.get("wrong", "agree"),
        Hard(**data["hard"]) if "hard" in data else None,
    )


def _check(data: Data, parted: bool) -> Check:
    scope = data.get("scope", "part" if parted else "whole")
    return Check(scope, data.get("by"), data.get("accepts", ZERO), data.get("rejects", ZERO))


def _combines(data: Data) -> Combines:
    by = None if data["by"] == ORACLE else data["by"]
    return Combines(by, data.get("at_once"), data.get("per", "call"))


def _recursive(data: Data) -> Recursive:
    oracles = {key: None for key in ("split", "combine") if data.get(key) == ORACLE}
    return Recursive(**{**data, **oracles})


def _read(reference: str) -> Read:
    return Read(reference.removesuffix(".head"), reference.endswith(".head"))


@dataclass(slots=True)
class _Steps:
    finders: list[str]
    tasks: frozenset[str]
    issues: list[Issue]

    def many(self, forms: Iterable[Data], loc: Loc) -> tuple[Step, ...]:
        made = (self.one(form, (*loc, index)) for index, form in enumerate(forms))
        return tuple(step for step in made if step is not None)

    def one(self, given: Data, loc: Loc) -> Step | None:
        from decomposer.problem.diagnose import dotted

        kinds = [kind for kind in OPTIONS if kind in given]
        if len(kinds) != 1:
            self.kind(kinds, given, loc)
            return None
        kind = kinds[0]
        options = {key: _tupled(given[key]) for key in OPTIONS[kind] if given.get(key) is not None}
        foreign = sorted(
            given.keys() - {kind, *OPTIONS[kind], *(("do",) if kind != "call" else ()), *_OTHERWISE.get(kind, ())}
        )
        for key in foreign:
            fits = [other for other, keys in OPTIONS.items() if key in keys]
            fits = fits or [other for other, keys in _OTHERWISE.items() if key in keys][:1]
            hint = f"it belongs to {' and '.join(f'`{one}`' for one in fits)}" if fits else "a call has no steps inside"
            self.issues.append(Issue((*loc, key), f"`{kind}` has no option `{key}`", "bad-step", hint, at_key=True))
        value = self.finder(_tupled(given[kind])) if kind == "if" else _tupled(given[kind])
        do = self.many(given.get("do", ()), (*loc, "do"))
        if "do" not in given and kind in ("case", "retry", "merge", "recurse", "serve"):
            do = (Step("call", value, path=dotted((*loc, "do", 0))),)
        elif not given.get("do") and kind != "call":
            self.issues.append(Issue(loc, f"`{kind}` has nothing to do", "bad-step", "add `do:` with steps"))
        otherwise = self.many(given.get(second(kind), ()), (*loc, second(kind)))
        before = self.many(given.get("split", ()), (*loc, "split"))
        return Step(kind, value, Frozen(options), do, otherwise, dotted(loc), before)

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
