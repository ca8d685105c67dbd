"""The form of a problem file, in pydantic: what may stand where, short and long forms, JSON Schema.

Every model names its long form; `expand` turns the short forms into it. Names are not resolved here.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Annotated, Any, ClassVar, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, GetJsonSchemaHandler, model_validator
from pydantic.json_schema import GenerateJsonSchema
from pydantic_core import CoreSchema

from decomposer.expr import ONE
from decomposer.problem.fields import (
    About,
    Also,
    Exact,
    Formula,
    Name,
    Names,
    Reference,
    Relation,
    Several,
    Symbol,
    Title,
    fail,
    several,
)

Scalar = str | int | float
_TEXT = {"type": "string"}
_SCALAR = {"type": ["string", "number"]}


class Form(BaseModel):
    """A mapping with known keys only, or one of its short forms."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True, arbitrary_types_allowed=True, defer_build=True)
    SHORT: ClassVar[tuple[dict[str, Any], ...]] = ()

    @classmethod
    def expand(cls, value: object) -> object:
        """Turn a short form into the long one; return anything else as it is."""
        return value

    @model_validator(mode="before")
    @classmethod
    def _long(cls, value: object) -> object:
        return value if isinstance(value, dict) else cls.expand(value)

    @classmethod
    def __get_pydantic_json_schema__(cls, core: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        schema = handler(core)
        if cls.SHORT:
            body = handler.resolve_ref_schema(schema)
            long = dict(body)
            body.clear()
            body["anyOf"] = [*cls.SHORT, long]
        return schema


def _short(key: str) -> Any:
    """Make an `expand` that puts a lone value under `key`."""

    def expand(cls: type[Form], value: object) -> object:
        return value if isinstance(value, list | tuple) or value is None else {key: value}

    return classmethod(expand)


class ParameterForm(Form):
    """A size parameter; the short form is what it counts."""

    SHORT = (_TEXT,)
    expand = _short("about")
    about: About = ""
    kind: Literal["growing", "free", "constant"] = "growing"
    between: tuple[Exact, Exact] | None = Field(None, description="Strict bounds of a constant.")
    above: Exact | None = Field(None, description="Strict lower bound of a constant.")
    below: Exact | None = Field(None, description="Strict upper bound of a constant.")

    @model_validator(mode="before")
    @classmethod
    def _bounds(cls, value: object) -> object:
        if isinstance(value, dict) and isinstance(value.get("between"), list):
            return {**value, "between": tuple(value["between"])}
        return value

    @model_validator(mode="after")
    def _once(self) -> ParameterForm:
        if self.between is not None and not (self.above is None and self.below is None):
            raise fail("the bounds are given twice", hint="write `between`, or `above` and `below`")
        return self


class TextForm(Form):
    """A text; the short form is its size in tokens."""

    SHORT = (_SCALAR,)
    expand = _short("tokens")
    tokens: Formula | None = Field(None, description="Its size; follows from parts and each.")
    parts: dict[Name, Formula] | None = Field(None, description="One name of a part, with how many there are.")
    each: Formula | None = Field(None, description="Tokens in a part.")
    head: Formula | None = Field(None, description="Tokens of a prefix that can be read alone.")
    about: About = ""

    @model_validator(mode="after")
    def _sizes(self) -> TextForm:
        if self.parts is not None and len(self.parts) != 1:
            raise fail("a text splits into one kind of part", hint="write `parts: {function: k}`")
        if self.each is not None and self.parts is None:
            raise fail("`each` is the size of a part, but the text has no parts", hint="write `tokens`, or add `parts`")
        if self.tokens is None and self.each is None:
            raise fail(
                "the size of the text is missing", hint="write `tokens: n`, or `parts: {function: k}` with `each: l`"
            )
        return self


class CapabilityForm(Form):
    """A capability; the short form is the size of a model that has it."""

    SHORT = (_SCALAR,)
    expand = _short("size")
    size: Formula | None = Field(None, description="Size of a model that has it; a formula in the symbol of `options`.")
    family: Formula | None = Field(None, description="How many members the family has.")
    each: Formula | None = Field(None, description="Size of a model that has one member of the family.")
    options: Symbol | None = Field(None, description="A symbol for the number of alternatives told apart.")
    about: About = ""

    @model_validator(mode="after")
    def _one_size(self) -> CapabilityForm:
        if (self.size is None) == (self.each is None):
            raise fail("a capability has one size", hint="write `size: m`, or `each: m` for a member of a family")
        if self.each is not None and self.family is None:
            raise fail("`each` is the size of a family's member, but there is no family", hint="add `family: k`")
        return self


class LawForm(Form):
    """How model sizes add up; the short form names the law."""

    SHORT = ({"enum": ["linear", "max"]},)
    expand = _short("law")
    law: Literal["linear", "power", "max"]
    exponent: Formula | None = Field(None, description="Of the power law: a number or constant in (0, 1].")

    @model_validator(mode="after")
    def _exponent(self) -> LawForm:
        if (self.law == "power") != (self.exponent is not None):
            hint = "write `{law: power, exponent: 1/2}`"
            raise fail("the power law, and no other, has an exponent", hint=hint)
        return self


def _abilities(value: object) -> object:
    """Let a list of capabilities stand for a mapping in which each has all."""
    if isinstance(value, str | list | tuple):
        return {item: "all" for item in several(value) if isinstance(item, str)}  # type: ignore[attr-defined]
    return value


def _all(value: object) -> object:
    return None if value == "all" else value


Ability = Annotated[Formula | None, BeforeValidator(_all)]


class ModelForm(Form):
    """A model of a closed catalogue."""

    size: Formula
    can: Annotated[dict[Name, Ability], Also(_abilities, "Capabilities that it has in full.")] = Field(
        default_factory=dict
    )
    about: About = ""


class CostForm(Form):
    """The cost model; the short form is its name."""

    SHORT = ({"enum": ["paper", "linear", "cached", "power"]},)
    expand = _short("model")
    model: Literal["paper", "linear", "cached", "power"]
    input: Formula = Field(ONE, description="Price of a token read.")
    output: Formula = Field(ONE, description="Price of a token written.")
    cached: Formula = Field(ONE, description="Share of the price for tokens that the agent has seen before.")
    exponent: Formula = Field(ONE, description="Growth of attention, at least 1.")

    @model_validator(mode="after")
    def _fitting(self) -> CostForm:
        allowed = {"linear": {"input", "output"}, "cached": {"input", "output", "cached"}, "power": {"exponent"}}
        for key in sorted(self.model_fields_set - {"model"} - allowed.get(self.model, set())):
            fits = [kind for kind, keys in allowed.items() if key in keys]
            raise fail(f"the cost model `{self.model}` has no `{key}`", hint=f"`{key}` belongs to {' and '.join(fits)}")
        return self


class EditsForm(Form):
    """A text changed in place; the short form names it."""

    SHORT = (_TEXT,)
    expand = _short("text")
    text: Name
    unit: Literal["part", "whole"] | None = Field(None, description="What must be written at least.")
    patch: Formula | None = Field(None, description="Size of a patch that can be applied instead.")


class FindsForm(Form):
    """How many items a task locates; the short form is their number."""

    SHORT = (_SCALAR,)
    expand = _short("count")
    count: Formula
    per_call: Ability = Field(ONE, description="How many one call finds, or `all`.")
    per_part: Formula = Field(ONE, description="How many a part holds at most.")


class OneOfForm(Form):
    """Only one of a family is needed, and another task tells which."""

    family: Name
    told_by: Name


class SucceedsForm(Form):
    """Success rate; the short form is the probability per call."""

    SHORT = (_SCALAR,)
    expand = _short("probability")
    probability: Formula
    per: Literal["part", "call"] = "call"


class CheckForm(Form):
    """Who tells success; the short form `free` is an oracle."""

    SHORT = ({"const": "free"},)
    scope: Literal["part", "whole"] | None = None
    by: Name | None = None

    @classmethod
    def expand(cls, value: object) -> object:
        """Read `free`."""
        return {} if value == "free" else value


class StepsForm(Form):
    """A chain of dependent steps; the short form is their number."""

    SHORT = (_SCALAR,)
    expand = _short("count")
    count: Formula
    state: Formula = Field(ONE, description="Tokens handed on from step to step.")


class CombinesForm(Form):
    """Who combines the results of parts; the short form is `oracle` or a task."""

    SHORT = (_TEXT,)
    expand = _short("by")
    by: Name = Field(description="`oracle`, or a task.")


class CompressesForm(Form):
    """A digest that may be read instead of a text."""

    text: Name
    to: Formula


class TaskForm(Form):
    """A task and the facts that the user vouches for."""

    about: About = ""
    reads: Annotated[list[Reference], Several] = Field(default_factory=list)
    writes: Annotated[list[Name], Several] = Field(default_factory=list)
    edits: EditsForm | None = None
    requires: Annotated[list[Name], Several] = Field(default_factory=list)
    local: Name | None = Field(None, description="The part on which alone the result for a part depends.")
    finds: FindsForm | None = None
    for_each: Name | None = Field(None, description="The task whose finds it runs for.")
    one_of: OneOfForm | None = None
    succeeds: SucceedsForm | None = None
    check: CheckForm | None = None
    remembers: bool = Field(False, description="Whether it needs what earlier rounds of a loop said.")
    methods: dict[Name, Annotated[list[Name], Several]] = Field(default_factory=dict)
    steps: StepsForm | None = None
    combines: CombinesForm | None = None
    compresses: CompressesForm | None = None


class StepForm(Form):
    """One step of a hand design; the short form is a task to call."""

    SHORT = (_TEXT,)
    expand = _short("call")
    call: Names | None = Field(None, description="Call a task, or several in one call.")
    repeat: Formula | None = Field(None, description="Do so many times, one after the other.")
    until: Name | None = Field(None, description="Repeat until this finder finds nothing more.")
    each: Name | None = Field(None, description="For each part.")
    for_each: Name | None = Field(None, description="For each item that this task found.")
    if_: Name | None = Field(None, alias="if", description="When this task found something.")
    case: Name | None = Field(None, description="Have the fitting specialist do this task.")
    retry: Names | None = Field(None, description="Repeat until the task succeeded.")
    vote: Formula | None = Field(None, description="Do so many times and take the majority.")
    on: Names | None = Field(None, description="What the call reads: a text, `text.head` or a part.")
    history: Symbol | None = Field(None, description="The loop whose earlier rounds the call reads again.")
    rewrite: Literal["all", "part", "patch"] | None = Field(None, description="How much of an edited text is written.")
    fan_out: Formula | None = Field(None, description="Options told apart by one call.")
    among: Formula | None = Field(None, description="Options told apart, where not all of the family's members.")
    able: Names | None = Field(None, description="Further tasks that the model could do.")
    model: Name | None = Field(None, description="A model of the closed catalogue.")
    as_: Symbol | None = Field(None, alias="as", description="The name of the loop's index.")
    group: Formula | None = Field(None, description="Parts taken together.")
    share: Formula | None = Field(None, description="Members of the family that one specialist has.")
    keep: bool | None = Field(None, description="Keep the parts accepted between attempts.")
    lead: Formula | None = Field(None, description="Vote until one answer leads by so many.")
    do: Annotated[list[StepForm], Several] | None = None
    else_: Annotated[list[StepForm], Several] | None = Field(None, alias="else")


def _parameters(value: object) -> object:
    """Let a list of names stand for parameters without a description."""
    names = [value] if isinstance(value, str) else value
    if isinstance(names, list) and all(isinstance(item, str) for item in names):
        return dict.fromkeys(names, "")
    return value


class ProblemForm(Form):
    """A problem file."""

    problem: Title = Field(description="The problem's name.")
    about: About = ""
    parameters: Annotated[dict[Symbol, ParameterForm], Also(_parameters, "Their names alone.")] = Field(
        default_factory=dict
    )
    assume: Annotated[list[Relation], Several] = Field(
        default_factory=list, description="What holds of the parameters."
    )
    texts: dict[Name, TextForm] = Field(default_factory=dict)
    capabilities: dict[Name, CapabilityForm] = Field(default_factory=dict)
    scaling: LawForm = LawForm.model_construct(law="linear", exponent=None)
    models: dict[Name, ModelForm] = Field(default_factory=dict, description="A closed catalogue.")
    cost: CostForm = CostForm.model_construct(model="paper", input=ONE, output=ONE, cached=ONE, exponent=ONE)
    tasks: dict[Name, TaskForm]
    minimise: Literal["cost"] = Field("cost", description="The objective.")
    designs: dict[Title, Annotated[list[StepForm], Several]] = Field(default_factory=dict)


class _Quietly(GenerateJsonSchema):
    """Formulas as defaults have no place in JSON: leave them out without a warning."""

    ignored_warning_kinds = {"non-serializable-default"}  # noqa: RUF012 - the base class declares it so


@lru_cache(maxsize=1)
def json_schema() -> dict[str, Any]:
    """Return the JSON Schema of problem files, for editors."""
    schema = _tidied(ProblemForm.model_json_schema(by_alias=True, schema_generator=_Quietly))
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", "title": "decomposer problem", **schema}


def _tidied(schema: Any) -> Any:
    """Leave out what only repeats the names, and nulls: a missing key is written by not writing it."""
    if isinstance(schema, list):
        return [_tidied(one) for one in schema if one != {"type": "null"}]
    if not isinstance(schema, dict):
        return schema
    tidy: dict[str, Any] = {}
    for key, value in schema.items():
        if key in ("properties", "$defs"):
            tidy[key] = {name: _tidied(one) for name, one in value.items()}
        elif key not in ("title", "default"):
            tidy[key] = _tidied(value)
    if len(tidy.get("anyOf", ())) == 1:
        return {**tidy.pop("anyOf")[0], **tidy}
    return tidy
