"""Edits of who does what: tasks in one call or in several, generalists or delegators with specialists."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from decomposer.design.bounds import at_least
from decomposer.design.context import Context
from decomposer.design.edit_base import Change, Target, done, listed, pair_at, verb
from decomposer.design.nodes import (
    Call,
    Case,
    Design,
    If,
    Repeat,
    Seq,
    seq,
    walk,
    with_children,
)
from decomposer.design.scopes import Extents
from decomposer.design.sizes import model_size
from decomposer.expr import Expr, pretty
from decomposer.problem.model import Problem

OTHER_MODEL = "by another model"
"""What stands between designs that differ in who does a task together with others, and in the model besides."""


def fuse(target: Target, node: Design, extents: Extents) -> Iterator[Change]:
    """Neighbouring tasks in one call, or each in its own; a scan may go on to act on what it finds."""
    together = [frozenset(call.tasks) for call, _ in target.calls]
    if isinstance(node, Seq):
        for place in range(len(node.steps) - 1):
            before, one, two, after = pair_at(node, place)
            acting = two.body if isinstance(two, If) and two.orelse is None else two
            if not isinstance(one, Call) or not isinstance(acting, Call):
                continue
            tasks = (*one.tasks, *acting.tasks)
            if not any(frozenset(tasks) <= names for names in together):
                continue
            merged = replace(_merged(target, one, acting), tasks=tasks)
            for fused in dict.fromkeys((_by_own(target, merged, one, acting), merged)):
                kind, less = _lesser(target, fused, one, acting)
                more = f" of one {'dearer' if kind == 'cheaper' else 'larger'} model" if len(less) == 2 else ""
                saved = _saves(target, fused, one, acting)
                whole: Design = fused
                if isinstance(two, If):
                    whole = If(two.finder, fused, replace(one, able=acting.tasks, model=fused.model))
                yield (
                    tasks,
                    frozenset({"fused"}) | saved,
                    f"{listed(tasks)} in one call{f' of a {kind} model' if saved else more}",
                    seq(*before, whole, *after),
                )
    if isinstance(node, Call) and len(node.tasks) > 1 and not any(frozenset(node.tasks) <= n for n in together):
        for cut in range(1, len(node.tasks)):
            pieces = _piece(target, node, node.tasks[:cut]), _piece(target, node, node.tasks[cut:])
            for first, rest in _by_same(target, node, *pieces):
                between = frozenset({"fused"}) | _saves(target, node, first, rest)
                yield node.tasks, between, _apart(target, node, first, rest), seq(first, rest)
    if isinstance(node, If) and isinstance(node.body, Call) and isinstance(node.orelse, Call) and node.orelse.able:
        fused, scan = node.body, node.orelse
        if not any(frozenset(fused.tasks) <= names for names in together):
            acts = _piece(target, fused, tuple(name for name in fused.tasks if name not in scan.tasks))
            scanning = replace(_piece(target, fused, scan.tasks), history=scan.history)
            for first, acting in _by_same(target, fused, scanning, acts):
                between = frozenset({"fused"}) | _saves(target, fused, first, acting)
                yield fused.tasks, between, _apart(target, fused, first, acting), seq(first, If(node.finder, acting))


def _apart(target: Target, whole: Call, first: Call, rest: Call) -> str:
    """What becomes of a call that is cut in two, in words: which tasks go where, and to how large a model."""
    kind, less = _lesser(target, whole, first, rest)
    several = len(first.tasks) > 1
    if not several and len(rest.tasks) == 1 and len(less) != 1:
        told = f"{listed((*first.tasks, *rest.tasks))} in calls of their own"
        return f"{told}, each by a {kind} model" if less else told
    own = "in a call of its own"
    parts = [
        f"{listed(first.tasks)} {'in one call' if several else own}",
        f"{listed(rest.tasks)} {own if len(rest.tasks) == 1 else 'in another' if several else 'in one call'}",
    ]
    if len(less) != 1:
        return ", ".join(parts) + (f", each by a {kind} model" if less else "")
    pairs = zip((first, rest), parts, strict=True)
    return "; ".join(f"{text}, by a {kind} model" if part in less else text for part, text in pairs)


def _lesser(target: Target, whole: Call, *parts: Call) -> tuple[str, list[Call]]:
    """The parts of a call that need, or take, a smaller model than the whole; by stated prices, a cheaper one."""
    problem = target.problem
    priced = any(model.prices is not None for model in problem.models.values())
    kind = "cheaper" if priced else "smaller"
    if whole.able or (problem.models and any(call.model is None for call in (whole, *parts))):
        return kind, []
    bills = {call: _billed_by(problem, call) for call in (whole, *parts)}
    pairs = [(part, list(zip(bills[whole], bills[part], strict=True))) for part in parts]
    return kind, [part for part, pair in pairs if any(a != b for a, b in pair) and all(at_least(*one) for one in pair)]


def _saves(target: Target, whole: Call, *parts: Call) -> frozenset[str]:
    """What tells a change that also gives some task a model that one call for all does not ask for."""
    named = target.problem.models  # else a call has the model that the scaling law gives
    return frozenset({OTHER_MODEL} if named and any(_lesser(target, part, whole)[1] for part in parts) else ())


def _by_own(target: Target, merged: Call, *parts: Call) -> Call:
    """One call for all, by the model that the dearest of them has; where it saves nothing, as in the target."""
    if not _saves(target, merged, *parts):
        return merged
    own = (replace(merged, model=part.model) for part in parts)
    return next((call for call in own if not _saves(target, call, *parts)), merged)


def _by_same(target: Target, whole: Call, *pieces: Call) -> Iterator[tuple[Call, ...]]:
    """Pieces of a call by the models that they have in the target; first by its own, where one of these is dearer."""
    if _saves(target, whole, *pieces):
        yield tuple(replace(piece, model=whole.model) for piece in pieces)
    yield pieces


def _billed_by(problem: Problem, call: Call) -> tuple[Expr, ...]:
    """What a call is billed by: prices of its model, or its size."""
    prices = None if call.model is None else problem.models[call.model].prices
    if prices is None:
        return (model_size(problem, call, Context()),)
    return prices.input, prices.output, prices.again


def _merged(target: Target, one: Call, two: Call) -> Call:
    """What two calls have in common, or the one of them says."""
    model = next((twin.model for twin, _ in target.twins(one) if set(twin.tasks) >= {*one.tasks, *two.tasks}), None)
    return Call(
        one.tasks,
        scope=one.scope if one.scope == two.scope else "here",
        narrow=one.narrow and two.narrow,
        history=one.history or two.history,
        write=one.write or two.write,
        among=one.among or two.among,
        model=model,
    )


def _piece(target: Target, call: Call, tasks: tuple[str, ...]) -> Call:
    """The part of a call that does some of its tasks."""
    problem = target.problem
    model = next((twin.model for twin, _ in target.twins(replace(call, tasks=tasks))), None)
    edits_item = any(problem.tasks[name].edits is not None for name in tasks)
    routers = {task.one_of.told_by for task in problem.tasks.values() if task.one_of is not None}
    among = call.among if routers.intersection(tasks) else None
    return replace(call, tasks=tasks, write=call.write if edits_item else None, among=among, able=(), model=model)


def delegate(target: Target, node: Design, extents: Extents) -> Iterator[Change]:
    """A delegator and specialists, or a generalist; larger or smaller specialists, another way of telling."""
    problem = target.problem
    for part in walk(target.design):
        for router, case in _delegations(problem, part):
            told = done(router)
            if target.key(node) == target.key(case.body) and not _delegates(node, case.task):
                does = f"{verb(told, 'tells')} which specialist {case.task} needs, instead of a generalist"
                changed = seq(router, with_children(case, (node,)))
                yield (*told, case.task), frozenset({"generalist", "delegate"}), does, changed
    for router, case in _delegations(problem, node):
        assert isinstance(node, Seq)
        told = done(router)
        others = [
            (its, other)
            for part in walk(target.design)
            for its, other in _delegations(problem, part)
            if other.task == case.task
        ]
        rest = [step for step in node.steps if step != router]
        if not others:
            steps = [case.body if step == case else step for step in rest]
            does = f"a generalist does {case.task}, and {verb(told, 'tells')} nothing"
            yield (*told, case.task), frozenset({"generalist", "delegate"}), does, seq(*steps)
        for its, other in others:
            steps = [
                its if step == router else replace(case, share=other.share) if step == case else step
                for step in node.steps
            ]
            size = "" if other.share == case.share else f", specialists of {pretty(other.share)} capabilities each"
            way = "step by step, in a tree" if isinstance(its, Repeat) else "in one call"
            does = f"{verb(told, 'tells')} specialists apart {way}{size}"
            if its != router or other.share != case.share:
                yield (
                    (*told, case.task),
                    frozenset({str(router), str(its), str(case.share), str(other.share)}),
                    (does),
                    seq(*steps),
                )


def _delegations(problem: Problem, node: Design) -> Iterator[tuple[Design, Case]]:
    """Routers with the cases that they decide, side by side in a sequence."""
    if isinstance(node, Seq):
        for case in node.steps:
            one_of = problem.tasks[case.task].one_of if isinstance(case, Case) else None
            if isinstance(case, Case) and one_of is not None:
                for step in node.steps:
                    if done(step) == (one_of.told_by,):
                        yield step, case


def _delegates(node: Design, task: str) -> bool:
    return any(isinstance(part, Case) and part.task == task for part in walk(node))


def less(target: Target, node: Design, extents: Extents) -> Iterator[Change]:
    """Leave a step out."""
    if isinstance(node, Seq):
        for place, one in enumerate(node.steps):
            tasks = done(one)
            changed = seq(*node.steps[:place], *node.steps[place + 1 :])
            yield tasks, frozenset({str(one)}), f"one step less that does {listed(tasks)}", changed


def more(target: Target, node: Design, extents: Extents) -> Iterator[Change]:
    """Take a step over from the target."""
    steps = node.steps if isinstance(node, Seq) else (node,)
    for part in walk(target.design):
        for one in part.steps if isinstance(part, Seq) else ():
            tasks = done(one)
            for place in range(len(steps) + 1) if one not in steps else ():
                changed = seq(*steps[:place], one, *steps[place:])
                yield tasks, frozenset({str(one)}), f"one step more that does {listed(tasks)}", changed


def method(target: Target, node: Design, extents: Extents) -> Iterator[Change]:
    """Another of the ways that the user gave for a task: by itself, or by the tasks of a method."""
    for task in target.problem.tasks.values():
        ways = [frozenset({task.name}), *(frozenset(way.tasks) for way in task.methods)] if task.methods else []
        for before, old, after in _stretches(node, ways):
            for part in walk(target.design):
                for _, new, _ in _stretches(part, ways):
                    if frozenset(done(new)) != frozenset(done(old)):
                        tasks = (*done(old), *done(new))
                        does = f"{listed(done(new))} instead of {listed(done(old))}"
                        yield tasks, frozenset({str(old), str(new)}), does, seq(*before, new, *after)


def _stretches(
    node: Design, ways: list[frozenset[str]]
) -> Iterator[tuple[tuple[Design, ...], Design, tuple[Design, ...]]]:
    """Steps in a row that do what one of the ways does, and no more, with what comes before and after them."""
    steps = node.steps if isinstance(node, Seq) else (node,)
    for start in range(len(steps) if ways else 0):
        for end in range(start + 1, len(steps) + 1):
            if frozenset(done(seq(*steps[start:end]))) in ways:
                yield steps[:start], seq(*steps[start:end]), steps[end:]
