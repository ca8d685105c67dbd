"""The task graph: what must come before what, circles in it, and the order of the tasks that must be done."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

from decomposer.problem.diagnose import Issue
from decomposer.problem.model import Problem, Task
from decomposer.problem.once import once

if TYPE_CHECKING:
    import networkx

Edges = Mapping[str, Mapping[str, tuple[str, ...]]]
"""For each task, the tasks that need it, with the texts that flow (none where only its finds or verdict are needed)."""


def edges(problem: Problem) -> Edges:
    """Return what must come before what: writer before reader, finder before what runs for each find, teller first."""
    readers: dict[str, list[str]] = {}
    for task in problem.tasks.values():
        for text in _needed(task):
            readers.setdefault(text, []).append(task.name)
    found: dict[str, dict[str, tuple[str, ...]]] = {name: {} for name in problem.tasks}
    for task in problem.tasks.values():
        for text in task.writes:
            for reader in readers.get(text, ()):
                if reader == task.name:  # what combines results reads its own
                    continue
                found[task.name][reader] = (*found[task.name].get(reader, ()), text)
        before = [task.for_each, task.one_of.told_by if task.one_of is not None else None]
        for name in before:
            if name is not None and name in found:
                found[name].setdefault(task.name, ())
    return found


def _needed(task: Task) -> tuple[str, ...]:
    edited = (task.edits.text,) if task.edits is not None else ()
    return tuple(dict.fromkeys((*(read.text for read in task.reads), *edited)))


# -- circles ------------------------------------------------------------------------------------------


def circles(problem: Problem) -> Iterator[Issue]:
    """Yield an issue for every group of tasks that wait for each other, and for methods that contain themselves.

    Linear in the size of the problem: texts are nodes of their own, so that many writers and many readers of
    one text do not make many edges.
    """
    flow = _with_texts(problem)
    for group in _components(flow):
        start = next((node for node in group if node in problem.tasks), None)
        cycle = _shortest_cycle(group, start, flow) if start is not None else []
        tasks = [node for node in cycle if node in problem.tasks]
        if len(cycle) == 1 or not tasks:
            continue  # no circle, or a task that names itself in a fact, which is reported with the fact
        if len(tasks) == 1:
            message, hint = (
                f"`{tasks[0]}` reads what it writes: {_way(cycle)}",
                "a text changed in place is named by `edits`",
            )
        else:
            message, hint = f"tasks wait for each other: {_way(cycle)}", "loops belong into designs; break the circle"
        yield Issue(("tasks", tasks[0]), message, "cyclic-tasks", hint, at_key=True)
    parts = {name: [part for one in task.methods for part in one.tasks] for name, task in problem.tasks.items()}
    for group in _components(parts):
        cycle = _shortest_cycle(group, group[0], parts)
        if cycle:
            message = f"the methods of `{cycle[0]}` lead back to it: {_way(cycle)}"
            yield Issue(("tasks", cycle[0], "methods"), message, "cyclic-methods", at_key=True)


def _with_texts(problem: Problem) -> dict[str, list[str]]:
    """Return the flow with texts that tasks write as nodes, written in brackets as no task is."""
    flow: dict[str, list[str]] = {name: [] for name in problem.tasks}
    partial = combined(problem)  # what combines results reads texts that it writes as well: no circle
    for name, task in problem.tasks.items():
        for text in task.writes:
            flow[name].append(f"({text})")
            flow.setdefault(f"({text})", [])
    for name, task in problem.tasks.items():
        for text in _needed(task):
            if f"({text})" in flow and text not in partial.get(name, ()):
                flow[f"({text})"].append(name)
        for before in (task.for_each, task.one_of.told_by if task.one_of is not None else None):
            if before in problem.tasks and before is not None:
                flow[before].append(name)
    return flow


def _way(cycle: list[str]) -> str:
    shown = cycle if len(cycle) <= 12 else [*cycle[:10], f"... ({len(cycle) - 11} more)", cycle[-1]]
    return " -> ".join([*shown, cycle[0]])


def _components(after: Mapping[str, Iterable[str]]) -> list[list[str]]:
    """Strongly connected components (Tarjan 1972), without recursion, each sorted."""
    index: dict[str, int] = {}
    low: dict[str, int] = {}
    stack: list[str] = []
    on_stack: set[str] = set()
    found: list[list[str]] = []
    for root in sorted(after):
        if root in index:
            continue
        work = [(root, iter(sorted(after[root])))]
        index[root] = low[root] = len(index)
        stack.append(root)
        on_stack.add(root)
        while work:
            node, rest = work[-1]
            child = next(rest, None)
            if child is None:
                work.pop()
                if work:
                    parent = work[-1][0]
                    low[parent] = min(low[parent], low[node])
                if low[node] == index[node]:
                    group = _tail(stack, node)
                    del stack[-len(group) :]
                    on_stack.difference_update(group)
                    found.append(sorted(group))
            elif child not in index:
                index[child] = low[child] = len(index)
                stack.append(child)
                on_stack.add(child)
                work.append((child, iter(sorted(after[child]))))
            elif child in on_stack:
                low[node] = min(low[node], index[child])
    return found


def _tail(stack: list[str], node: str) -> list[str]:
    place = len(stack) - 1
    while stack[place] != node:
        place -= 1
    return stack[place:]


def _shortest_cycle(group: list[str], start: str, after: Mapping[str, Iterable[str]]) -> list[str]:
    """Return a shortest way from `start` back to it within the group; empty when there is none."""
    inside = set(group)
    before: dict[str, str] = {}
    queue = [start]
    for node in queue:
        for child in sorted(after[node]):
            if child == start:
                way = [node]
                while way[-1] != start:
                    way.append(before[way[-1]])
                return way[::-1]
            if child in inside and child not in before:
                before[child] = node
                queue.append(child)
    return []


# -- order --------------------------------------------------------------------------------------------


@once
def auxiliary(problem: Problem) -> frozenset[str]:
    """Return the tasks that are done only where a design uses them.

    These are named by `told_by`, `check`, `combines`, `recursive`, `memory` or a method, or make a digest, and no other
    task needs what they make: neither their items, nor a text that only such tasks write.
    """
    aside = {name for task in problem.tasks.values() for name in _helpers(task) if name in problem.tasks}
    splitters = (text.split_by for text in problem.texts.values())
    aside |= {name for name in splitters if name is not None and name in problem.tasks}
    while True:
        main = [task for name, task in problem.tasks.items() if name not in aside]
        needed = {text for task in main for text in _needed(task)} - {text for task in main for text in task.writes}
        finders = {task.for_each for task in main}
        wanted = {name for name in aside if name in finders or not needed.isdisjoint(problem.tasks[name].writes)}
        if not wanted:
            return frozenset(aside)
        aside -= wanted


def _helpers(task: Task) -> Iterator[str]:
    if task.one_of is not None:
        yield task.one_of.told_by
    for fact in (task.check, task.combines):
        if fact is not None and fact.by is not None:
            yield fact.by
    if task.recursive is not None:
        yield from (name for name in (task.recursive.split, task.recursive.combine) if name is not None)
    if task.memory is not None and task.memory.condense is not None:
        yield task.memory.condense
    for method in task.methods:
        yield from method.tasks
    if task.compresses is not None:
        yield task.name


@once
def writers(problem: Problem) -> Mapping[str, frozenset[str]]:
    """Return, for each text that tasks write, these tasks."""
    found: dict[str, set[str]] = {}
    for task in problem.tasks.values():
        for text in task.writes:
            found.setdefault(text, set()).add(task.name)
    return {text: frozenset(names) for text, names in found.items()}


@once
def called(problem: Problem) -> frozenset[str]:
    """Return the tasks that others have done by a single call: who tells alternatives apart, and who judges."""
    judges = (task.check.by for task in problem.tasks.values() if task.check is not None)
    return tellers(problem).union(name for name in judges if name is not None)


@once
def tellers(problem: Problem) -> frozenset[str]:
    """Return the tasks that tell which member of a family is needed."""
    return frozenset(task.one_of.told_by for task in problem.tasks.values() if task.one_of is not None)


@once
def helpers(problem: Problem) -> frozenset[str]:
    """Return the tasks that divide, combine what was divided, or condense memories, for other tasks."""
    found: set[str | None] = set()
    for task in problem.tasks.values():
        if task.recursive is not None:
            found |= {task.recursive.split, task.recursive.combine}
        if task.memory is not None:
            found.add(task.memory.condense)
    return frozenset(name for name in found if name is not None)


@once
def combined(problem: Problem) -> Mapping[str, frozenset[str]]:
    """Return, for each task that combines results, the texts of which it reads partial results."""
    found: dict[str, frozenset[str]] = {}
    for task in problem.tasks.values():
        by = None if task.combines is None else task.combines.by
        joins = None if task.recursive is None else task.recursive.combine
        for name in (by, joins):
            if name is not None:
                found[name] = found.get(name, frozenset()) | frozenset(task.writes)
    return found


def divides(problem: Problem, name: str) -> bool:
    """Return whether a task is there to divide problems, and for nothing else."""
    return name in _dividers(problem) and name in auxiliary(problem)


@once
def _dividers(problem: Problem) -> frozenset[str | None]:
    return frozenset(task.recursive.split for task in problem.tasks.values() if task.recursive is not None)


def condenses(problem: Problem, name: str) -> bool:
    """Return whether a task is there to condense memories, and for nothing else."""
    return name in _condensers(problem) and name in auxiliary(problem)


@once
def _condensers(problem: Problem) -> frozenset[str | None]:
    return frozenset(task.memory.condense for task in problem.tasks.values() if task.memory is not None)


def topological(problem: Problem, names: Iterable[str] | None = None) -> tuple[str, ...]:
    """Return tasks, by default all that every design must do, in an order that respects the flow of texts.

    A chain stays together where the flow allows it. Ties are decided by structure first and by name last, so
    that neither the order of declaration nor (but among tasks alike) the choice of names matters. A task that
    only reads a text comes after those that edit it, unless one of these needs it.
    """
    if names is None:
        aside = auxiliary(problem)
        names = (name for name in problem.tasks if name not in aside)
    main = list(names)
    after = _with_edits(problem, main)
    before: dict[str, set[str]] = {name: set() for name in main}
    for name, children in after.items():
        for child in children:
            before[child].add(name)
    rank = _ranks(problem, before, after)
    order: list[str] = []
    ready = sorted((name for name in main if not before[name]), key=rank.__getitem__, reverse=True)
    waiting = {name: len(before[name]) for name in main}
    while ready:
        name = ready.pop()
        order.append(name)
        freed = []
        for child in after[name]:
            waiting[child] -= 1
            if not waiting[child]:
                freed.append(child)
        # What was freed last is done next: that keeps chains together.
        ready.extend(sorted(freed, key=rank.__getitem__, reverse=True))
    return tuple(order)


def unsettled(problem: Problem, names: Iterable[str]) -> frozenset[str]:
    """Return the tasks that may fail and whose success somebody can tell: a design must see to it.

    With a target for the whole, it must see to all that may fail.
    """
    chosen = (problem.tasks[name] for name in names if problem.tasks[name].succeeds is not None)
    return frozenset(task.name for task in chosen if task.check is not None or problem.target is not None)


def _with_edits(problem: Problem, main: list[str]) -> dict[str, set[str]]:
    chosen = set(main)
    after = {name: {child for child in children if child in chosen} for name, children in edges(problem).items()}
    after = {name: after[name] - {name} for name in main}
    editors: dict[str, list[str]] = {}
    for name in main:
        edit = problem.tasks[name].edits
        if edit is not None:
            editors.setdefault(edit.text, []).append(name)
    for name in sorted(main):
        task = problem.tasks[name]
        for text in sorted({read.text for read in task.reads}):
            for editor in sorted(editors.get(text, ())):
                own = task.edits is not None and task.edits.text == text
                if editor != name and not own and not _reaches(after, name, editor):
                    after[editor].add(name)
    return after


def _reaches(after: Mapping[str, set[str]], start: str, goal: str) -> bool:
    seen, queue = {start}, [start]
    for node in queue:
        for child in after[node]:
            if child == goal:
                return True
            if child not in seen:
                seen.add(child)
                queue.append(child)
    return False


def _ranks(
    problem: Problem, before: Mapping[str, set[str]], after: Mapping[str, set[str]]
) -> dict[str, tuple[int, str]]:
    """Colour tasks by their facts and neighbourhoods (Weisfeiler and Leman, eight rounds at most)."""
    colour = _numbered({name: _shape(problem.tasks[name]) for name in before})
    for _ in range(8):
        seen = {name: (colour[name], _colours(colour, before[name]), _colours(colour, after[name])) for name in before}
        finer = _numbered(seen)
        if len(set(finer.values())) == len(set(colour.values())):
            break
        colour = finer
    return {name: (colour[name], name) for name in before}


def _colours(colour: Mapping[str, int], names: Iterable[str]) -> tuple[int, ...]:
    return tuple(sorted(colour[name] for name in names))


def _numbered(keys: Mapping[str, Any]) -> dict[str, int]:
    number = {key: place for place, key in enumerate(sorted(set(keys.values())))}
    return {name: number[key] for name, key in keys.items()}


def _shape(task: Task) -> Hashable:
    """What can be said of a task without a name."""
    facts = (
        task.local, task.finds, task.for_each, task.one_of, task.succeeds, task.check, task.edits, task.steps,
        task.combines, task.compresses, task.recursive, task.memory,
    )  # fmt: skip
    heads = sum(read.head for read in task.reads)
    sizes = (len(task.reads), heads, len(task.writes), len(task.requires), len(task.methods))
    return (*sizes, task.remembers, *(fact is not None for fact in facts))


def task_graph(problem: Problem) -> networkx.DiGraph[str]:
    """Return the task graph: nodes carry the `task`, edges the `texts` that flow."""
    import networkx

    graph: networkx.DiGraph[str] = networkx.DiGraph(name=problem.name)
    for name, task in problem.tasks.items():
        graph.add_node(name, task=task)
    for name, children in edges(problem).items():
        for child, texts in children.items():
            graph.add_edge(name, child, texts=texts)
    return graph
