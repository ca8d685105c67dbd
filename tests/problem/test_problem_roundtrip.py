"""Writing and reading back gives an equal problem, for shipped and for generated problems."""

from __future__ import annotations

import copy
import pickle
from collections.abc import Sequence
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from decomposer.expr import ONE, Expr, log, maximum, num, sym
from decomposer.problem.dump import dumps, to_data
from decomposer.problem.frozen import Frozen
from decomposer.problem.load import load, loads
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
from decomposer.problem.sample import sample
from decomposer.problem.validate import validate, warnings
from decomposer.problems import names

NAMES = st.from_regex(r"[a-z][a-z0-9_-]{0,4}", fullmatch=True) | st.sampled_from(
    ["no", "true", "Null", "on", "y", "inf", "Ünïcode", "名", "found", "do-it", "a" * 100]
)
TITLES = NAMES | st.sampled_from(["1e5", "2 steps", "v1.0+x", "007"])
ABOUTS = st.sampled_from(
    ["", "x", "a: b", "#1", "say 'hi' \"there\"", "two\nlines", "é " * 80 + "é", "- dash", "5", "\t;"]
).map(str.strip) | st.text(max_size=20).map(lambda text: "".join(c for c in text if c.isprintable()).strip())


def distinct(least: int, most: int, avoid: Sequence[str] = ()) -> st.SearchStrategy[list[str]]:
    free = NAMES.filter(lambda name: name not in avoid and name != "oracle")
    return st.lists(free, min_size=least, max_size=most, unique=True)


def formulas(symbols: Sequence[str]) -> st.SearchStrategy[Expr]:
    base = st.sampled_from([sym(name) for name in symbols]) | st.integers(1, 9).map(num)
    return st.recursive(
        base,
        lambda inner: st.one_of(
            st.tuples(inner, inner).map(lambda pair: pair[0] * pair[1]),
            st.tuples(inner, inner).map(lambda pair: pair[0] + pair[1]),
            st.tuples(inner, inner).map(lambda pair: maximum(*pair)),
            inner.map(lambda one: one ** Fraction(1, 2)),
            inner.map(lambda one: log(one + 1)),
        ),
        max_leaves=4,
    )


@st.composite
def problems(draw: st.DrawFn) -> Problem:
    """Valid problems with every kind of fact and step."""
    growing = [f"g{i}" for i in range(draw(st.integers(1, 3)))]
    bounds = draw(
        st.sampled_from([(None, None), (Fraction(0), Fraction(1)), (Fraction(1, 3), None), (None, Fraction(2))])
    )
    parameters = {name: Parameter(name, draw(ABOUTS), draw(st.sampled_from(["growing", "free"]))) for name in growing}
    parameters["q"] = Parameter("q", draw(ABOUTS), "constant", Fraction(0), Fraction(1))
    parameters["z"] = Parameter("z", draw(ABOUTS), "constant", *bounds)
    formula = formulas(growing)
    count = st.sampled_from([*map(sym, growing), num(1), num(3), sym(growing[0]) + 1])

    parts = {name: draw(count) for name in draw(distinct(1, 2))}
    texts: dict[str, Text] = {}
    for name in draw(distinct(2, 4)):
        head = draw(st.none() | st.just(ONE))
        part = draw(st.none() | st.sampled_from(sorted(parts)))
        if part is None:
            texts[name] = Text(name, draw(formula) + 1, head=head, about=draw(ABOUTS))
        else:
            each = draw(count)
            texts[name] = Text(name, parts[part] * each, part, parts[part], each, head, draw(ABOUTS))
    capabilities: dict[str, Capability] = {}
    for name in draw(distinct(1, 3)):
        family = draw(st.none() | count)
        options = draw(st.sampled_from([None, "r"]))
        size = draw(formula) * (sym("r") if options else ONE)
        capabilities[name] = Capability(name, size, family, options, draw(ABOUTS))
    tasks: dict[str, Task] = {}
    for name in draw(distinct(1, 4)):
        tasks[name] = draw(tasks_after(name, tasks, texts, capabilities, formula, count))
    models = {}
    for name in draw(distinct(0, 2)):
        can = {one: draw(st.none() | count) if capabilities[one].family is not None else None for one in capabilities}
        models[name] = Model(name, draw(formula), Frozen(can), draw(ABOUTS))
    steps = st.lists(steps_of(tasks, texts, models, count, sorted(parts)), min_size=1, max_size=3)
    designs = {name: tuple(draw(steps)) for name in draw(st.lists(TITLES, max_size=2, unique=True))}
    return Problem(
        name=draw(TITLES),
        about=draw(ABOUTS),
        parameters=Frozen(parameters),
        assume=tuple(
            draw(st.lists(st.sampled_from([f"1 <= {growing[0]}", f"{growing[-1]} == {growing[-1]}"]), max_size=2))
        ),
        texts=Frozen(texts),
        capabilities=Frozen(capabilities),
        tasks=Frozen(tasks),
        law=draw(st.sampled_from([Law(), Law("max"), Law("power", sym("q")), Law("power", num(Fraction(1, 3)))])),
        models=Frozen(models),
        cost=draw(
            st.sampled_from(
                [
                    CostModel(),
                    CostModel("linear", sym("z") + 1, num(4)),
                    CostModel("cached", ONE, num(Fraction(5, 2)), sym("q")),
                    CostModel("power", exponent=num(2)),
                ]
            )
        ),
        designs=Frozen(designs),
    )


@st.composite
def tasks_after(
    draw: st.DrawFn,
    name: str,
    before: dict[str, Task],
    texts: dict[str, Text],
    capabilities: dict[str, Capability],
    formula: st.SearchStrategy[Expr],
    count: st.SearchStrategy[Expr],
) -> Task:
    """A task that reads only the first texts and writes the last, so that nothing is circular."""
    *inputs, output = texts.values()
    chosen = draw(st.lists(st.sampled_from(inputs), min_size=1, max_size=2, unique_by=lambda one: one.name))
    reads = tuple(Read(one.name, one.head is not None and draw(st.booleans())) for one in chosen)
    parted = [one.part for one in chosen if one.part is not None]
    requires = draw(st.lists(st.sampled_from(sorted(capabilities)), min_size=1, max_size=2, unique=True))
    families = [one for one in requires if capabilities[one].family is not None]
    finders = [one.name for one in before.values() if one.finds is not None]
    earlier = sorted(before)
    edited = draw(st.none() | st.sampled_from(chosen))
    scope = st.sampled_from(["part", "whole"]) if parted else st.just("whole")
    optional: Any = lambda strategy, when=True: draw(st.none() | strategy) if when else None  # noqa: E731
    edits = None
    if edited is not None:
        units: Any = ["part", "whole"] if edited.part else ["whole"]
        edits = Edit(edited.name, draw(st.sampled_from(units)), optional(formula))
    # Each part has room for as many as there are, so that they fit whatever the parts.
    room = st.sampled_from([num(1), num(3)])
    finds = optional(st.builds(lambda all_, call, more: Finds(all_, call, all_ * more), count, st.none() | count, room))
    return Task(
        name,
        reads=reads,
        writes=(output.name,) if draw(st.booleans()) else (),
        edits=edits,
        requires=tuple(requires),
        local=optional(st.sampled_from(parted), parted) if parted else None,
        finds=finds,
        for_each=optional(st.sampled_from(finders), finders) if finders else None,
        one_of=optional(st.builds(OneOf, st.sampled_from(families), st.sampled_from(earlier)))
        if families and earlier
        else None,
        succeeds=optional(
            st.builds(
                Succeeds,
                st.sampled_from([num(Fraction(1, 2)), sym("q"), num(1)]),
                st.sampled_from(["part", "call"]) if parted else st.just("call"),
            )
        ),
        check=optional(st.builds(Check, scope, st.sampled_from([None, *earlier]))),
        remembers=draw(st.booleans()),
        methods=(),
        about=draw(ABOUTS),
        steps=optional(st.builds(Chain, count, formula)) if finds is None else None,
        combines=optional(st.builds(Combines, st.sampled_from([None, *earlier]))),
        compresses=optional(st.builds(Compresses, st.just(reads[0].text), formula)),
    )


def steps_of(
    tasks: dict[str, Task],
    texts: dict[str, Text],
    models: dict[str, Model],
    count: st.SearchStrategy[Expr],
    parts: list[str],
) -> st.SearchStrategy[Step]:
    used = sorted({text.part for text in texts.values() if text.part is not None})
    places = [*texts, *used, *(f"{text.name}.head" for text in texts.values() if text.head is not None)]
    finders = [one.name for one in tasks.values() if one.finds is not None]
    cases = [one.name for one in tasks.values() if one.one_of is not None]
    fallible = [one.name for one in tasks.values() if one.succeeds is not None]
    some = st.sampled_from(sorted(tasks)) | st.lists(st.sampled_from(sorted(tasks)), min_size=1, max_size=2).map(tuple)
    options = {
        "on": st.sampled_from(places) | st.lists(st.sampled_from(places), min_size=1, max_size=2).map(tuple),
        "rewrite": st.sampled_from(["all", "part", "patch"]),
        "fan_out": count,
        "among": count,
        "able": some,
    }
    if models:
        options["model"] = st.sampled_from(sorted(models))
    call = st.builds(
        lambda value, given: Step("call", value, Frozen(given)),
        some,
        st.fixed_dictionaries({}, optional=options),
    )

    def around(inner: st.SearchStrategy[Step]) -> st.SearchStrategy[Step]:
        body = st.lists(inner, min_size=1, max_size=2).map(tuple)
        kinds = [
            st.builds(lambda value, do: Step("repeat", value, Frozen(), do), count, body),
            st.builds(
                lambda votes, lead, do: Step("vote", votes, Frozen(lead), do), count, either("lead", count), body
            ),
        ]
        if used:
            kinds.append(
                st.builds(
                    lambda part, group, do: Step("each", part, Frozen(group), do),
                    st.sampled_from(used),
                    either("group", count),
                    body,
                )
            )
        for kind in ("until", "for_each") if finders else ():
            kinds.append(
                st.builds(lambda name, do, kind=kind: Step(kind, name, Frozen(), do), st.sampled_from(finders), body)
            )
        if finders:
            other = st.just(()) | body
            kinds.append(
                st.builds(
                    lambda name, do, no: Step("if", name, Frozen(), do, no), st.sampled_from(finders), body, other
                )
            )
        if cases:
            kinds.append(
                st.builds(
                    lambda name, share, do: Step("case", name, Frozen(share), do),
                    st.sampled_from(cases),
                    either("share", count),
                    body,
                )
            )
        if fallible:
            kinds.append(
                st.builds(
                    lambda name, keep, do: Step("retry", name, Frozen(keep), do),
                    st.sampled_from(fallible),
                    either("keep", st.booleans()),
                    body,
                )
            )
        return st.one_of(kinds)

    nested = st.recursive(call, around, max_leaves=4)
    remembering = Step("call", sorted(tasks)[0], Frozen({"history": "i"}))
    loop = st.builds(lambda value, do: Step("repeat", value, Frozen({"as": "i"}), (do, remembering)), count, nested)
    return nested | loop


def either(key: str, value: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    return st.fixed_dictionaries({}, optional={key: value})


@settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
)
@given(problems())
def test_generated_problems(problem: Problem) -> None:
    assert validate(problem) is problem
    text = dumps(problem)
    again = loads(text)
    assert again == problem, text
    assert dumps(again) == text
    assert load(to_data(problem)) == problem
    assert hash(again) == hash(problem)
    warnings(again)


@pytest.mark.parametrize("name", names())
def test_shipped_problems(name: str) -> None:
    problem = load(name)
    assert problem.name == name
    assert loads(dumps(problem)) == problem
    assert pickle.loads(pickle.dumps(problem)) == problem == copy.deepcopy(problem)
    assert warnings(problem) == ()


def test_the_sample_explains_itself_and_loads() -> None:
    problem = loads(sample())
    assert warnings(problem) == ()
    assert loads(dumps(problem)) == problem
    for fact in ("finds", "for_each", "edits", "succeeds", "check"):
        (line,) = [line for line in sample().splitlines() if line.startswith(f"    {fact}:")]
        assert "  # " in line, fact


def test_methods_round_trip() -> None:
    text = """\
problem: p
parameters: {n: tokens, m: size}
texts: {x: n, y: n, z: n}
capabilities: {c: m}
tasks:
  all: {reads: x, writes: z, methods: {split: [one, two]}}
  one: {reads: x, writes: y, requires: c}
  two: {reads: y, writes: z, requires: c}
"""
    problem = loads(text)
    assert problem.tasks["all"].methods == (Method("split", ("one", "two")),)
    assert loads(dumps(problem)) == problem


def test_it_is_written_as_people_write() -> None:
    written = dumps(load("debugging"))
    assert "  find: {reads: code, writes: report, requires: spot, local: function, finds: b}\n" in written
    assert "        - {if: find, do: [{call: fix}]}\n" in written
    assert '"' not in written
    assert max(map(len, written.splitlines())) <= 110
