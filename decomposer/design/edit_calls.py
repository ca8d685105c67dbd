"""Edits of single calls: what a call remembers, reads and writes, and by which model."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from decomposer.design.context import partition
from decomposer.design.edit_base import Change, Target, verb
from decomposer.design.nodes import Call, Design, Repeat, children, walk, with_children
from decomposer.design.scopes import Extents


def _text(target: Target, call: Call) -> tuple[str, str]:
    """Names of the text that a call works through and of its parts."""
    for name in call.tasks:
        text = partition(target.problem, target.problem.tasks[name])
        if text is not None and text.part is not None:
            return text.name, text.part
    return "the text", "part"


def history(target: Target, node: Design, extents: Extents) -> Iterator[Change]:
    """Forget, or keep, what earlier rounds of a loop said: all calls of the loop, or one."""
    if not isinstance(node, Repeat):
        return
    calls = [part for part in walk(node.body) if isinstance(part, Call)]
    wanted = {call: [twin.history for twin, _ in target.twins(call)] for call in calls}
    index = node.index or next((name for names in wanted.values() for name in names if name is not None), None)
    for new, does in ((None, "forgets what earlier rounds said"), (index, "keeps what earlier rounds said")):
        changing = [call for call in dict.fromkeys(calls) if call.history != new and new in wanted[call]]
        groups = [changing, *([call] for call in changing)] if len(changing) > 1 else [changing] if changing else []
        for group in groups:
            tasks = tuple(dict.fromkeys(name for call in group for name in call.tasks))
            swaps: dict[Design, Design] = {call: replace(call, history=new) for call in group}
            named = replace(node, body=_replaced(node.body, swaps), index=node.index or new)
            yield tasks, frozenset({"fresh", "history"}), verb(tasks, does), named


def _replaced(node: Design, swaps: dict[Design, Design]) -> Design:
    if node in swaps:
        return swaps[node]
    return with_children(node, tuple(_replaced(child, swaps) for child in children(node)))


def write(target: Target, node: Design, extents: Extents) -> Iterator[Change]:
    """Write a patch, one part, or all."""
    if not isinstance(node, Call):
        return
    text, part = _text(target, node)
    whole = part if target.scopes.reach(node, extents) == "part" else f"all of {text}"
    words = {None: "all anew", "all": f"all of {text}", "part": f"the {part}", "patch": "a patch"}
    before = {**words, "all": whole}[node.write]
    for twin, _ in target.twins(node):
        # What is not done for an item is written anew or patched; what is, in all, in part or patched.
        if twin.write != node.write and (None not in (twin.write, node.write) or "patch" in (twin.write, node.write)):
            only = "only " if twin.write == "part" else ""
            does = f"{verb(node.tasks, 'writes')} {only}{words[twin.write]} instead of {before}"
            yield node.tasks, frozenset({str(node.write), str(twin.write)}), does, replace(node, write=twin.write)


def reading(target: Target, node: Design, extents: Extents) -> Iterator[Change]:
    """Work on the whole text, on what is in scope, or on the one part that holds the item at hand."""
    if not isinstance(node, Call):
        return
    text, part = _text(target, node)
    words = {"whole": f"all of {text}", "group": f"the {part}s of the group", "part": f"only the {part}"}
    own = target.scopes.reach(node, extents)
    for _, other in target.twins(node):
        if other == own or (other == "part" and node.write == "all"):
            continue  # who reads only a part cannot write more: that is another change, and comes first
        scope = "here" if other == "group" else other
        does = f"{verb(node.tasks, 'reads')} {words[other]} instead of {words[own].removeprefix('only ')}"
        yield node.tasks, frozenset({own, other}), does, replace(node, scope=scope)


def head(target: Target, node: Design, extents: Extents) -> Iterator[Change]:
    """Read only the head of a text, or all of it."""
    if isinstance(node, Call) and any(twin.narrow != node.narrow for twin, _ in target.twins(node)):
        does = verb(node.tasks, "reads all, not only the head" if node.narrow else "reads only the head")
        yield node.tasks, frozenset({"head", "all"}), does, replace(node, narrow=not node.narrow)


def model(target: Target, node: Design, extents: Extents) -> Iterator[Change]:
    """Another model of the catalogue."""
    if isinstance(node, Call) and node.model is not None:
        for twin, _ in target.twins(node):
            if twin.model is not None and twin.model != node.model:
                does = f"{verb(node.tasks, 'uses')} {twin.model} instead of {node.model}"
                yield node.tasks, frozenset({node.model, twin.model}), does, replace(node, model=twin.model)
