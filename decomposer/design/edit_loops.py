"""Edits of loops, conditions, retries and votes: around what they stand, and in which order."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from decomposer.design.edit_base import Change, Target, done, is_wrapper, listed, pair_at, shell, verb
from decomposer.design.nodes import (
    Case,
    Design,
    Each,
    ForEach,
    If,
    Repeat,
    Retry,
    Seq,
    Stride,
    Until,
    Vote,
    children,
    seq,
    with_children,
)
from decomposer.design.scopes import Extents, within
from decomposer.expr import ONE, pretty


def _how(node: Design) -> str:
    """How a wrapper does its body, in words."""
    if isinstance(node, Repeat):
        return f"in {pretty(node.count)} rounds"
    if isinstance(node, Until):
        return f"until {node.finder} finds nothing"
    if isinstance(node, Each):
        return f"{node.part} by {node.part}" if node.size == ONE else f"in groups of {pretty(node.size)} {node.part}s"
    if isinstance(node, ForEach):
        return f"for each item that {node.finder} found"
    if isinstance(node, If):
        return f"only where {node.finder} found something"
    if isinstance(node, Case):
        return "by specialists" if node.share == ONE else f"by specialists of {pretty(node.share)} capabilities each"
    if isinstance(node, Stride):
        several = f"{pretty(node.size)} steps of {node.task} at a time"
        return f"step by step through {node.task}" if node.size == ONE else several
    if isinstance(node, Retry):
        return f"until {listed(node.tasks)} is accepted" + (", keeping what is accepted" if node.keep else "")
    assert isinstance(node, Vote)
    if node.lead is None:
        return f"by a majority of {pretty(node.votes)}"
    return f"by a vote, first to lead by {pretty(node.lead)}"


def _exchange(tasks: tuple[str, ...], old: Design | None, new: Design | None) -> str:
    """One wrapper instead of another, or of none, in words."""
    node = new or old
    if isinstance(old, Retry) and isinstance(new, Retry):
        return verb(tasks, "keeps what is accepted" if new.keep else "keeps nothing of an attempt that fails")
    if isinstance(node, Retry) and (old is None or new is None):
        return verb(tasks, f"runs {_how(node)}" if new else "runs once, accepted or not")
    if old is None and isinstance(new, If | ForEach):
        return verb(tasks, f"runs {_how(new)}")
    before, after = (_plain(node) if each is None else _how(each) for each in (old, new))
    return f"{verb(tasks, 'works')} {after} instead of {before}"


def _plain(node: Design | None) -> str:
    """How things are done without a wrapper."""
    if isinstance(node, Repeat | Until):
        return "once"
    if isinstance(node, Each | Stride):
        return "on all at once"
    return "wherever something may be" if isinstance(node, ForEach | If) else "without a vote"


_FAMILIES: tuple[tuple[type, ...], ...] = ((Repeat, Until, Each), (ForEach, If), (Case,), (Stride,), (Retry,), (Vote,))


def _family(node: Design) -> int:
    return next(place for place, kinds in enumerate(_FAMILIES) if isinstance(node, kinds))


def _enter(target: Target, wrapper: Design, body: Design, extents: Extents) -> Design:
    """Put a body into a wrapper; what it works on follows."""
    inside = target.scopes.moved(body, extents, within(wrapper, extents))
    return with_children(wrapper, (inside,))


def _leave(target: Target, wrapper: Design, body: Design, extents: Extents) -> Design:
    """Take (a step of) the body out of a wrapper."""
    return target.scopes.moved(body, within(wrapper, extents), extents)


def around(target: Target, node: Design, extents: Extents) -> Iterator[Change]:
    """Put a loop, a condition, a retry or a vote around something, take it off, or put another in its place."""
    tasks, key = done(node), target.key(node)
    if not key:
        return
    wanted = [part for part, its in target.wrappers if its == key and not isinstance(part, Case)]
    if is_wrapper(node) and not isinstance(node, Case):
        (body,) = children(node)
        bare = _leave(target, node, body, extents)
        own = _tasks_of(node, tasks)
        for part in wanted:
            if _family(part) == _family(node) and shell(part) != shell(node):
                does = _exchange(own, node, part)
                changed = _enter(target, _nameless(part), bare, extents)
                if isinstance(part, Repeat) and isinstance(node, Repeat):
                    changed = replace(node, count=part.count)
                yield own, frozenset({str(shell(part)), str(shell(node))}), does, changed
        apart = isinstance(node, Each) and isinstance(body, Retry | Vote)
        if (shell(node), key) not in target.shells and not apart:
            yield own, frozenset({str(shell(node))}), _exchange(own, node, None), bare
    for part in wanted:
        if isinstance(part, Each) and isinstance(node, Retry | Vote):
            continue  # part by part within it, then each part by itself: two changes
        own = _tasks_of(part, tasks)
        entered = _enter(target, _nameless(part), node, extents)
        yield own, frozenset({str(shell(part))}), _exchange(own, None, part), entered


def _tasks_of(wrapper: Design, tasks: tuple[str, ...]) -> tuple[str, ...]:
    return wrapper.tasks if isinstance(wrapper, Retry) else tasks


def _nameless(wrapper: Design) -> Design:
    return replace(wrapper, index=None) if isinstance(wrapper, Repeat) else wrapper


def nesting(target: Target, node: Design, extents: Extents) -> Iterator[Change]:
    """Exchange two wrappers: retry each part by itself, not all parts together."""
    if not is_wrapper(node):
        return
    (inner,) = children(node)
    if not is_wrapper(inner):
        return
    (body,) = children(inner)
    tasks = done(node)
    bare = _leave(target, node, _leave(target, inner, body, within(node, extents)), extents)
    changed = _enter(target, inner, _enter(target, node, bare, within(inner, extents)), extents)
    does = f"{listed(tasks)} {_how(inner)}, and there {_how(node)}, instead of the other way round"
    for outer, there, way in ((node, inner, "by itself, not all together"), (inner, node, "together with all others")):
        if isinstance(outer, Retry | Vote) and isinstance(there, Each):
            does = f"each {there.part} is {'retried' if isinstance(outer, Retry) else 'voted on'} {way}"
    yield tasks, frozenset({str(shell(node)), str(shell(inner))}), does, changed


def order(target: Target, node: Design, extents: Extents) -> Iterator[Change]:
    """Do steps in one loop, or each in its own: split a loop or a condition, join two, take a step in or out."""
    if is_wrapper(node) and isinstance(children(node)[0], Seq):
        parts = children(children(node)[0])
        if (_family(node), target.key(node)) in _families(target):
            return
        for cut in range(1, len(parts)):
            first, rest = seq(*parts[:cut]), seq(*parts[cut:])
            one, two = with_children(node, (first,)), with_children(node, (rest,))
            out_first, out_rest = (_leave(target, node, part, extents) for part in (first, rest))
            does = f"{verb(done(first), 'comes')} first, then {listed(done(rest))}, not in turns"
            for changed in (seq(one, two), seq(one, out_rest), seq(out_first, two)):
                yield done(node), frozenset({str(shell(node)), "apart"}), does, changed
    if isinstance(node, Seq):
        for place in range(len(node.steps) - 1):
            before, one, two, after = pair_at(node, place)
            for wrapper in dict.fromkeys(part for part in (one, two) if is_wrapper(part)):
                if (_family(wrapper), target.key(one) | target.key(two)) not in _families(target):
                    continue
                inner = [
                    children(part)[0]
                    if is_wrapper(part) and shell(part) == shell(wrapper)
                    else target.scopes.moved(part, extents, within(wrapper, extents))
                    for part in (one, two)
                ]
                joined = with_children(wrapper, (seq(*inner),))
                tasks = done(joined)
                does = f"{listed(tasks)} in turns instead of one after the other"
                yield tasks, frozenset({str(shell(wrapper)), "apart"}), does, seq(*before, joined, *after)


def _families(target: Target) -> frozenset[tuple[int, frozenset[str]]]:
    return frozenset((_family(part), key) for part, key in target.wrappers)
