"""The form of a problem file: what may stand where, short and long forms, declared once.

The declarations are schemas of pydantic's core, which validates by them, strictly and with all errors at once;
the JSON Schema for editors is written from the same. (Pydantic's classes would say the same, and take a tenth
of a second longer to start.) Names are not resolved here.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any

from decomposer.problem.fields import (
    ABOUT,
    COUNTED,
    EXACT,
    FLAG,
    FORMULA,
    NAME,
    NAMES,
    PART,
    REFERENCE,
    RELATION,
    SYMBOL,
    TITLE,
    Data,
    Schema,
    choice,
    expanding,
    fail,
    form,
    formula,
    key,
    leaf,
    listing,
    mapping,
)

if TYPE_CHECKING:
    from pydantic_core import SchemaValidator
    from pydantic_core.core_schema import ValidationInfo

_TEXT = {"type": "string"}
_SCALAR = {"type": ["string", "number"]}


# -- sizes --------------------------------------------------------------------------------------------


def _bounds(data: Data) -> Data:
    if "between" in data:
        if "above" in data or "below" in data:
            raise fail("the bounds are given twice", hint="write `between`, or `above` and `below`")
        if len(data["between"]) != 2:
            raise fail("`between` has a lower and an upper bound", hint="write `between: [0, 1]`")
    return data


PARAMETER = form(
    "A size parameter; the short form is what it counts.",
    {
        "about": key(COUNTED),
        "kind": key(choice("growing", "free", "constant")),
        "between": key({"type": "list", "items_schema": EXACT, "strict": True}, "Strict bounds of a constant."),
        "above": key(EXACT, "Strict lower bound of a constant."),
        "below": key(EXACT, "Strict upper bound of a constant."),
    },
    ("about", _TEXT),
    _bounds,
)


def _sizes(data: Data) -> Data:
    if "parts" in data and len(data["parts"]) != 1:
        raise fail("a text splits into one kind of part", hint="write `parts: {function: k}`")
    if "each" in data and "parts" not in data:
        raise fail("`each` is the size of a part, but the text has no parts", hint="write `tokens`, or add `parts`")
    if "tokens" not in data and "each" not in data:
        raise fail(
            "the size of the text is missing", hint="write `tokens: n`, or `parts: {function: k}` with `each: l`"
        )
    return data


TEXT = form(
    "A text; the short form is its size in tokens.",
    {
        "tokens": key(FORMULA, "Its size; follows from parts and each."),
        "parts": key(mapping(NAME, FORMULA), "One name of a part, with how many there are."),
        "each": key(FORMULA, "Tokens in a part."),
        "head": key(FORMULA, "Tokens of a prefix that can be read alone."),
        "split_by": key(NAME, "The task that cuts it into its parts; an oracle does, where nothing is said."),
        "about": key(ABOUT),
    },
    ("tokens", _SCALAR),
    _sizes,
)


def _one_size(data: Data) -> Data:
    # Neither is for catalogues of models, which have sizes of their own.
    if "size" in data and "each" in data:
        raise fail("a capability has one size", hint="write `size: m`, or `each: m` for a member of a family")
    if "options" in data and "size" not in data and "each" not in data:
        raise fail("`options` is a symbol in the size, which is missing", hint="write `size:` with a formula in it")
    if "each" in data and "family" not in data:
        raise fail("`each` is the size of a family's member, but there is no family", hint="add `family: k`")
    return data


CAPABILITY = form(
    "A capability; the short form is the size of a model that has it.",
    {
        "size": key(FORMULA, "Size of a model that has it; a formula in the symbol of `options`."),
        "family": key(FORMULA, "How many members the family has."),
        "each": key(FORMULA, "Size of a model that has one member of the family."),
        "options": key(SYMBOL, "A symbol for the number of alternatives told apart."),
        "about": key(ABOUT),
    },
    ("size", _SCALAR),
    _one_size,
)


def _exponent(data: Data) -> Data:
    if (data["law"] == "power") != ("exponent" in data):
        raise fail("the power law, and no other, has an exponent", hint="write `{law: power, exponent: 1/2}`")
    return data


LAW = form(
    "How model sizes add up; the short form names the law.",
    {
        "law": key(choice("linear", "power", "max"), required=True),
        "exponent": key(FORMULA, "Of the power law: a number or constant in (0, 1]."),
    },
    ("law", {"enum": ["linear", "max"]}),
    _exponent,
)


def _or_all(value: object, info: ValidationInfo) -> object:
    return None if value == "all" else formula(value, info)


COUNT = leaf(_or_all, "A formula, or `all`.", "string", "number", with_info=True)


def _abilities(value: object) -> object:
    """Let a list of capabilities stand for a mapping in which each has all."""
    names = [value] if isinstance(value, str) else value
    if isinstance(names, list) and all(isinstance(item, str) for item in names):
        return dict.fromkeys(names, "all")
    return value


_NAMES = [{"type": "array", "items": _TEXT}, _TEXT]

PRICES = form(
    "What its calls are billed for each token, under the cost models `linear` and `cached`.",
    {
        "input": key(FORMULA, "Of a token read.", required=True),
        "output": key(FORMULA, "Of a token written.", required=True),
        "cached": key(FORMULA, "Of a token seen before, under `cached`; as `input`, where nothing is said."),
    },
)

MODEL = form(
    "A model of a closed catalogue.",
    {
        "size": key(FORMULA, "Says which model is the larger; what its calls cost, where it has no `prices`.", True),
        "prices": key(PRICES, "Its own prices of tokens."),
        "can": key(expanding(_abilities, mapping(NAME, COUNT), _NAMES), "What it can do; of a family, how many."),
        "succeeds": key(mapping(NAME, FORMULA), "Its own success rates, by task or capability."),
        "hard": key(mapping(NAME, FORMULA), "The same on hard units."),
        "hosting": key(FORMULA, "Paid once when the model is used."),
        "delay": key(FORMULA, "Time for a token that it writes."),
        "window": key(FORMULA, "Its longest context, tokens read and written."),
        "about": key(ABOUT),
    },
)

_CONSTANTS = {"linear": ("input", "output"), "cached": ("input", "output", "cached"), "power": ("exponent",)}


def _fitting(data: Data) -> Data:
    for name in data.keys() - {"model", *_CONSTANTS.get(data["model"], ())}:
        fits = " and ".join(kind for kind, names in _CONSTANTS.items() if name in names)
        raise fail(f"the cost model `{data['model']}` has no `{name}`", hint=f"`{name}` belongs to {fits}")
    return data


COST = form(
    "The cost model; the short form is its name.",
    {
        "model": key(choice("paper", "linear", "cached", "power"), required=True),
        "input": key(FORMULA, "Price of a token read."),
        "output": key(FORMULA, "Price of a token written."),
        "cached": key(FORMULA, "Share of the price for tokens that the agent has seen before."),
        "exponent": key(FORMULA, "Growth of attention, at least 1."),
    },
    ("model", {"enum": ["paper", "linear", "cached", "power"]}),
    _fitting,
)

LIMITS = form(
    "What no design may exceed.",
    {
        "models": key(FORMULA, "Distinct models of the catalogue."),
        "cost": key(FORMULA, "Total cost."),
        "span": key(FORMULA, "Cost, or time, along the critical path."),
    },
)

# -- tasks --------------------------------------------------------------------------------------------

EDITS = form(
    "A text changed in place; the short form names it.",
    {
        "text": key(NAME, required=True),
        "unit": key(choice("part", "whole"), "What must be written at least."),
        "patch": key(FORMULA, "Size of a patch that can be applied instead."),
    },
    ("text", _TEXT),
)
FINDS = form(
    "How many items a task locates; the short form is their number.",
    {
        "count": key(FORMULA, required=True),
        "per_call": key(COUNT, "How many one call finds, or `all`."),
        "per_part": key(FORMULA, "How many a part holds at most."),
    },
    ("count", _SCALAR),
)
ONE_OF = form(
    "Only one of a family is needed, and another task tells which.",
    {"family": key(NAME, required=True), "told_by": key(NAME, required=True)},
)
HARD = form(
    "Units on which every attempt fails more often.",
    {
        "share": key(FORMULA, "How many of the units are so.", required=True),
        "probability": key(FORMULA, "Of success on such a unit.", required=True),
    },
)
SUCCEEDS = form(
    "Success rate; the short form is the probability per call.",
    {
        "probability": key(FORMULA, "Of a unit, by a model that states no rate of its own."),
        "per": key(choice("part", "step", "call")),
        "wrong": key(choice("agree", "scatter"), "Which wrong answers coincide: all, or those wrong in one unit."),
        "hard": key(HARD),
    },
    ("probability", _SCALAR),
)
CHECK = form(
    "Who tells success; the short form `free` is an oracle.",
    {
        "scope": key(choice("part", "step", "whole")),
        "by": key(NAME),
        "accepts": key(FORMULA, "Probability that what is wrong is accepted."),
        "rejects": key(FORMULA, "Probability that what is right is rejected."),
    },
    ("", {"const": "free"}),
    expand=lambda value: {} if value == "free" else value,
)
STEPS = form(
    "A chain of dependent steps; the short form is their number.",
    {
        "count": key(FORMULA, required=True),
        "state": key(FORMULA, "Tokens handed on from step to step."),
        "per_call": key(FORMULA, "Most steps that one call can take."),
    },
    ("count", _SCALAR),
)
COMBINES = form(
    "Who combines the results of parts; the short form is `oracle` or a task.",
    {
        "by": key(NAME, "`oracle`, or a task.", required=True),
        "at_once": key(FORMULA, "How many results it can combine at most."),
        "per": key(choice("call", "part"), "One call combines, or one call for every part of the result."),
    },
    ("by", _TEXT),
)
COMPRESSES = form(
    "A digest that may be read instead of a text.",
    {"text": key(NAME, required=True), "to": key(FORMULA, "Its size.", required=True)},
)
RECURSIVE = form(
    "Divide and conquer; the short form is the task that splits.",
    {
        "split": key(NAME, "The task that divides; `oracle`, where nothing is said."),
        "combine": key(NAME, "The task that combines results of subproblems; `oracle`, where nothing is said."),
        "into": key(FORMULA, "How many subproblems a split makes; any number, where nothing is said."),
        "shrink": key(FORMULA, "Each has one in so many of the parts; as many as there are subproblems, if not said."),
        "brief": key(NAME, "The text that tells what is to be done: a split writes one for each subproblem."),
        "base": key(FORMULA, "Parts that can be done without dividing at most."),
    },
    ("split", _TEXT),
)
MEMORY = form(
    "What was written for the parts before is read for each part; the short form is the text.",
    {
        "text": key(NAME, "It is written for each part, and read for those that follow.", required=True),
        "last": key(FORMULA, "Of how many parts before it is needed at most; of all, where nothing is said."),
        "condense": key(NAME, "The task that condenses all that is in memory."),
        "to": key(FORMULA, "Tokens of the memory when it has been condensed."),
    },
    ("text", _TEXT),
)
TASK = form(
    "A task and the facts that the user vouches for.",
    {
        "about": key(ABOUT),
        "reads": key(listing(REFERENCE), "Texts, or heads of texts, that it needs."),
        "writes": key(listing(NAME), "Texts that it makes."),
        "edits": key(EDITS),
        "requires": key(listing(NAME), "Capabilities."),
        "local": key(PART, "The part on which alone the result for a part depends."),
        "finds": key(FINDS),
        "for_each": key(NAME, "The task whose finds it runs for."),
        "one_of": key(ONE_OF),
        "succeeds": key(SUCCEEDS),
        "check": key(CHECK),
        "remembers": key(FLAG, "Whether it needs what earlier rounds of a loop said."),
        "methods": key(mapping(NAME, listing(NAME)), "Other ways of doing it: names of methods, with their tasks."),
        "steps": key(STEPS),
        "combines": key(COMBINES),
        "compresses": key(COMPRESSES),
        "recursive": key(RECURSIVE),
        "memory": key(MEMORY),
        "overhead": key(FORMULA, "Tokens of instructions, read in every call."),
    },
)

# -- designs ------------------------------------------------------------------------------------------

_BODY = listing({"type": "definition-ref", "schema_ref": "step"})

STEP_KEYS = {
    "call": key(NAMES, "Call a task, or several in one call."),
    "repeat": key(FORMULA, "Do so many times, one after the other."),
    "until": key(NAME, "Repeat until this finder finds nothing more."),
    "each": key(NAME, "For each part."),
    "merge": key(NAME, "For each part, then combine the results of this task."),
    "recurse": key(NAME, "Divide and conquer: split, do base cases, combine."),
    "serve": key(NAME, "For each part, one after the other, with the memory of this task."),
    "for_each": key(NAME, "For each item that this task found."),
    "if": key(NAME, "When this task found something."),
    "case": key(NAME, "Have the fitting specialist do this task."),
    "steps": key(NAME, "For each step of the chain of this task."),
    "retry": key(NAMES, "Repeat until the task succeeded."),
    "escalate": key(NAMES, "Try once; where the check rejects it, do what stands under `else`."),
    "vote": key(FORMULA, "Do so many times and take the majority."),
    "on": key(NAMES, "What the call reads: a text, `text.head` or a part."),
    "history": key(SYMBOL, "The loop whose earlier rounds the call reads again."),
    "rewrite": key(choice("all", "part", "patch"), "How much of an edited text is written."),
    "fan_out": key(FORMULA, "Options told apart by one call."),
    "among": key(FORMULA, "Options told apart, where not all of the family's members."),
    "able": key(NAMES, "Further tasks that the model could do."),
    "model": key(NAME, "A model of the closed catalogue."),
    "as": key(SYMBOL, "The name of the loop's index."),
    "group": key(FORMULA, "Parts, or steps, taken together."),
    "fan_in": key(FORMULA, "Results combined at a time; one after the other, where nothing is said."),
    "into": key(FORMULA, "Subproblems that a split makes, where the task leaves it open."),
    "last": key(FORMULA, "Parts that are remembered; all that went before, where nothing is said."),
    "every": key(FORMULA, "Calls after which the memory is condensed each time."),
    "digest": key(NAMES, "The tasks whose digests the call reads instead of texts."),
    "share": key(FORMULA, "Members of the family that one specialist has."),
    "keep": key(FLAG, "Keep the parts accepted between attempts."),
    "lead": key(FORMULA, "Vote until one answer leads by so many."),
    "do": key(_BODY, "The steps inside."),
    "split": key(_BODY, "The steps that divide a problem; a call of the task that does, where nothing is said."),
    "by": key(_BODY, "The steps that combine, or condense; a call of the task that does, where nothing is said."),
    "else": key(_BODY, "The steps when nothing was found."),
}
STEP = {
    **form("One step of a hand design; the short form is a task to call.", STEP_KEYS, ("call", _TEXT)),
    "ref": "step",
}

# -- the file -----------------------------------------------------------------------------------------


def _parameters(value: object) -> object:
    """Let names stand for parameters without a description."""
    return _each_with(value, "")


def _capabilities(value: object) -> object:
    """Let names stand for capabilities of which nothing is said: the models of a catalogue have sizes of their own."""
    return _each_with(value, {})


def _each_with(value: object, nothing: object) -> object:
    names = [value] if isinstance(value, str) else value
    if isinstance(names, list) and all(isinstance(item, str) for item in names):
        return dict.fromkeys(names, nothing)
    return value


PROBLEM = form(
    "A problem file.",
    {
        "problem": key(TITLE, "The problem's name.", required=True),
        "about": key(ABOUT),
        "parameters": key(expanding(_parameters, mapping(SYMBOL, PARAMETER), _NAMES), "What grows."),
        "assume": key(listing(RELATION), "What holds of the parameters."),
        "texts": key(mapping(NAME, TEXT), "What is read and written."),
        "capabilities": key(
            expanding(_capabilities, mapping(NAME, CAPABILITY), _NAMES), "What a model must be able to do."
        ),
        "scaling": key(LAW),
        "models": key(mapping(NAME, MODEL), "A closed catalogue."),
        "cost": key(COST),
        "tasks": key(mapping(NAME, TASK), "What is to be done.", required=True),
        "minimise": key(choice("cost", "span", "time", "scope"), "The objective."),
        "workers": key(FORMULA, "Calls that can run at once; any number, where nothing is said."),
        "limits": key(LIMITS),
        "target": key(FORMULA, "Least probability that everything comes out right."),
        "overhead": key(FORMULA, "Tokens of instructions, read in every call."),
        "designs": key(mapping(TITLE, _BODY), "Hand designs to compare with."),
    },
)


@lru_cache(maxsize=1)
def validator() -> SchemaValidator:
    """Return what validates the data of a problem file; its context is a `Formulas`."""
    from pydantic_core import SchemaValidator

    schema: Any = {"type": "definitions", "schema": PROBLEM, "definitions": [STEP]}
    return SchemaValidator(schema)


@lru_cache(maxsize=1)
def json_schema() -> dict[str, Any]:
    """Return the JSON Schema of problem files, for editors."""
    from decomposer.problem.json_schema import written

    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "decomposer problem",
        **written(PROBLEM),
        "$defs": {"step": written(STEP)},
    }


def bare(schema: Schema) -> Schema:
    """Return the schema of the long form."""
    while True:
        if schema["type"] == "definition-ref":
            schema = STEP
        elif schema["type"] in ("function-before", "function-after", "typed-dict-field"):
            schema = schema["schema"]
        else:
            return schema


def keys_at(loc: tuple[str | int, ...]) -> list[str]:
    """Return the keys that the mapping at a path of a problem file may have; empty when it has none."""
    current = bare(PROBLEM)
    for part in loc:
        if current["type"] == "typed-dict":
            inside = current["fields"].get(part)
        else:
            inside = current.get("values_schema", current.get("items_schema"))
        if inside is None:
            return []
        current = bare(inside)
    return list(current.get("fields", ()))
