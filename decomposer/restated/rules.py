"""Every way of reaching a goal, from the facts of its tasks."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from decomposer.formulas.algebra import (
    ONE,
    Poly,
    add,
    mul,
    parse,
    put,
    show,
    sum_over,
)
from decomposer.restated.combining import Combining
from decomposer.restated.memory import Memories
from decomposer.restated.recursion import Recursions
from decomposer.restated.space import Goal, Need, Way, groups, once, times, used
from decomposer.restated.votes import Votes


class Rules(Combining, Recursions, Memories, Votes):
    """The rules, in the order in which answers list them."""

    def ways(self, goal: Goal) -> Iterator[Way]:
        """All ways of reaching a goal."""
        for rule in (
            self.by_call,
            self.scan,
            self.everywhere,
            self.separate,
            self.fuse,
            self.decompose,
            self.split,
            self.localize,
            self.reduce,
            self.recurse,
            self.serve,
            self.compress,
            self.forget,
            self.guard,
            self.narrow,
            self.patch,
            self.steps,
            self.retry,
            self.trust,
            self.vote,
            self.cascade,
            self.delegate,
            self.branch,
        ):
            yield from rule(goal)

    # -- questions ------------------------------------------------------------------------------------

    def local(self, goal: Goal) -> bool:
        """Whether all tasks of the goal are local to its parts."""
        return all(self.tasks[n]["local"] == goal.part for n in goal.tasks)

    def found_in(self, finder: str, part: str | None) -> bool:
        """Whether these are the parts that a finder works through."""
        text = self.partition(self.tasks[finder])
        return text is not None and text["part"] == part

    def items_inside(self, tasks: Iterable[str], part: str | None) -> bool:
        """Whether the items for which tasks are done lie in these parts, or are found among the tasks."""
        finders = {self.tasks[n]["for_each"] for n in tasks} - {None, *tasks}
        return all(self.found_in(name, part) for name in finders)

    def always(self, goal: Goal) -> bool:
        """Whether every round of the scan finds exactly one item."""
        finder = self.tasks[goal.tasks[0]]
        return goal.size is None and self.scans(finder, goal) == self.items(finder, goal)

    def at_most_one(self, goal: Goal) -> bool:
        """Whether one scan finds one item at most."""
        finder = self.tasks[goal.tasks[0]]
        text = self.partition(finder)
        single = text is not None and self.extent(text, goal) == ONE
        return bool(finder["finds"]["per_call"] == "1" or (single and finder["finds"]["per_part"] == "1"))

    def common(self, goal: Goal) -> str | None:
        """The finder for whose items all tasks of the goal are done."""
        finders = {self.tasks[n]["for_each"] for n in goal.tasks}
        return finders.pop() if len(finders) == 1 else None

    def scanning(self, goal: Goal) -> bool:
        """Whether the goal is to find items, and perhaps to act on each."""
        first, *rest = goal.tasks
        follows = all(self.tasks[n]["for_each"] == first for n in rest)
        return bool(
            goal.mode == "cover" and self.tasks[first]["finds"] and not self.tasks[first]["for_each"] and follows
        )

    # -- the habits -----------------------------------------------------------------------------------

    def by_call(self, goal: Goal) -> Iterator[Way]:
        """One call."""
        if self.one_call(goal):
            scope, write = self.where(goal), self.writing(goal)
            for model, cost, fits in self.call(goal.tasks, goal, scope, write=write, digests=goal.digests):
                yield Way("call", self.every_round(goal)(cost), label=model, models=used(model), fits=fits)

    def scan(self, goal: Goal) -> Iterator[Way]:
        """A scan; in one conversation where it takes several rounds of the whole."""
        if not self.scanning(goal):
            return
        number_of = self.scans(self.tasks[goal.tasks[0]], goal)
        facts = (f"{goal.tasks[0]} finds",)
        rounds = goal._replace(mode="round", unit=False)
        if number_of == ONE:
            yield Way("scan", {}, (once(rounds),), facts)
        elif number_of is not None and goal.size is None:
            yield Way("scan", {}, (once(rounds._replace(history=True)),), facts)

    def everywhere(self, goal: Goal) -> Iterator[Way]:
        """Act on every part, found or not."""
        if goal.size != "1" or goal.fused or not self.local(goal):
            return
        name = goal.tasks[0] if goal.mode == "round" else self.common(goal)
        finds = self.tasks[name]["finds"] if name else None
        if not name or not finds or finds["per_part"] != "1" or not self.found_in(name, goal.part):
            return
        if goal.mode == "round" and len(goal.tasks) > 1:
            act = Need(goal.only(goal.tasks[1:], mode="item"), self.every_round(goal))
            yield Way("everywhere", {}, (once(goal.only(goal.tasks[:1])), act))
        elif goal.mode == "cover":
            yield Way("everywhere", {}, (once(goal._replace(mode="item", unit=False)),))

    # -- how tasks are grouped ------------------------------------------------------------------------

    def separate(self, goal: Goal) -> Iterator[Way]:
        """A first block, then the rest."""
        if len(goal.tasks) < 2 or goal.unit or goal.fused:
            return
        if goal.mode in ("cover", "item"):
            single = self.scanning(goal) and self.scans(self.tasks[goal.tasks[0]], goal) == ONE
            for cut in range(2 if single else 1, min(len(goal.tasks), self.block + 1)):
                block = goal.only(goal.tasks[:cut])._replace(unit=cut > 1)
                yield Way("separate", {}, (once(block), once(goal.only(goal.tasks[cut:]))), label=str(cut))
        elif goal.mode == "round" and self.always(goal):
            act = Need(goal.only(goal.tasks[1:], mode="item"), self.every_round(goal))
            yield Way("separate", {}, (once(goal.only(goal.tasks[:1])), act))

    def fuse(self, goal: Goal) -> Iterator[Way]:
        """One call for the block; a scan that finds something acts on it in the same call."""
        tasks = [self.tasks[n] for n in goal.tasks]
        if not 2 <= len(tasks) <= self.block or goal.fused or goal.pending or not all(t["requires"] for t in tasks):
            return
        if any(self.where(goal._replace(tasks=(n,))) == "whole" for n in goal.tasks):
            return
        together = goal._replace(fused=True, unit=False)
        if goal.mode == "item":
            yield Way("fuse", {}, (once(together),))
        elif goal.mode == "cover" and self.at_once(goal):
            yield Way("fuse", {}, (once(together),), tuple(f"{t['name']} finds" for t in tasks if t["finds"]))
        elif goal.mode == "round" and self.at_most_one(goal):
            acting = together._replace(mode="item")
            if self.always(goal):
                yield Way("fuse", {}, (Need(acting, self.every_round(goal)),))
                return
            if goal.history:
                return
            items = self.items(tasks[0], goal)
            idle = add(self.rounds(goal), items, -1)
            facts = tuple(f"{n} for_each" for n in goal.tasks[1:])
            for model, cost, fits in self.call(goal.tasks[:1], goal, "here", goal.tasks[1:]):
                acts = (Need(acting, times(items)),)
                yield Way("fuse", mul(idle, cost), acts, facts, label=model, models=used(model), fits=fits)

    def decompose(self, goal: Goal) -> Iterator[Way]:
        """The user's methods."""
        if goal.mode != "cover" or len(goal.tasks) != 1 or goal.fused or goal.share:
            return
        if goal.pending != self.unsettled(goal.tasks):
            return
        for name, tasks in self.tasks[goal.tasks[0]]["methods"].items():
            named = [self.tasks[n] for n in tasks]
            inside = all(t["local"] == goal.part and not t["memory"] for t in named)
            if goal.size is None or (inside and self.items_inside(tasks, goal.part)):
                inner = goal._replace(tasks=tuple(tasks), pending=self.unsettled(tasks), direct=False, unit=False)
                yield Way("decompose", {}, (once(inner),), (f"{goal.tasks[0]} method {name}",), label=name)

    # -- what facts license ---------------------------------------------------------------------------

    def localize(self, goal: Goal) -> Iterator[Way]:
        """Part by part, or in groups."""
        if goal.mode != "cover" or goal.size or goal.fused or goal.direct or goal.share:
            return
        tasks = [self.tasks[n] for n in goal.tasks]
        part = tasks[0]["local"]
        if not part or any(t["remembers"] or t["memory"] for t in tasks):
            return
        if any(t["local"] != part and (not t["for_each"] or len(tasks) == 1) for t in tasks):
            return
        if not self.items_inside(goal.tasks, part):
            return
        judged = any((self.tasks[n]["check"] or {}).get("scope") == "whole" for n in goal.pending)
        if judged and self.problem["target"] is None:
            return
        facts = tuple(f"{n} local" for n in goal.tasks if self.tasks[n]["local"] == part)
        inner = goal._replace(part=part, unit=goal.unit and len(tasks) > 1)
        if self.count(part) == ONE or not self.splitters(goal.tasks, part) <= goal.cuts:
            return
        for need, free, label, fits in self.in_groups(inner):
            yield Way("localize", {}, (need,), facts, free, label, fits=fits)

    def forget(self, goal: Goal) -> Iterator[Way]:
        """Rounds that start afresh."""
        if not self.scanning(goal) or any(self.tasks[n]["remembers"] for n in goal.tasks):
            return
        finder = self.tasks[goal.tasks[0]]
        number_of = self.scans(finder, goal)
        facts = (f"{goal.tasks[0]} finds", *(f"{n} forgets" for n in goal.tasks))
        if number_of != ONE and (number_of is not None or finder["finds"]["per_call"] == "1"):
            yield Way("forget", {}, (once(goal._replace(mode="round", unit=False)),), facts)

    def guard(self, goal: Goal) -> Iterator[Way]:
        """Act only where something was found."""
        if goal.fused:
            return
        facts = tuple(f"{n} for_each" for n in goal.tasks[goal.mode == "round" :])
        if goal.mode == "round" and len(goal.tasks) > 1 and not self.always(goal):
            finder = self.tasks[goal.tasks[0]]
            items = self.items(finder, goal)
            often = times(items)
            if goal.history:
                per_call = parse(finder["finds"]["per_call"])
                finding = groups(items, per_call)
                often = self.conversation(per_call, finding, add(items, mul(per_call, finding), -1))
            act = Need(goal.only(goal.tasks[1:], mode="item"), often)
            yield Way("guard", {}, (once(goal.only(goal.tasks[:1])), act), facts)
        elif goal.mode == "cover" and (name := self.common(goal)):
            items = self.items(self.tasks[name], goal)
            yield Way("guard", {}, (Need(goal._replace(mode="item", unit=False), times(items)),), facts)

    def conversation(self, per_call: Poly, finding: Poly, missing: Poly) -> Callable[[Poly], Poly]:
        """`per_call` items in each of the rounds that find any, the last of which finds fewer."""

        def cost(each: Poly) -> Poly:
            full = mul(per_call, sum_over(each, self.i, finding))
            return add(full, mul(missing, put(each, self.i, show(finding))))

        return cost

    def narrow(self, goal: Goal) -> Iterator[Way]:
        """Read the head only, or the part of the item."""
        if goal.pending or goal.write is not None or not self.one_call(goal):
            return
        tasks = [self.tasks[n] for n in goal.tasks]
        if not goal.narrow and goal.scope == "here" and self.heads(goal):
            facts = tuple(f"{n} reads head" for n in goal.tasks if any(r["head"] for r in self.tasks[n]["reads"]))
            yield Way("narrow", {}, (once(goal._replace(narrow=True)),), facts, label="head")
        if goal.mode != "item" or goal.scope != "here" or goal.size == "1" or goal.history:
            return
        part = tasks[0]["local"]
        if not part or any(t["local"] != part or not t["for_each"] for t in tasks):
            return
        if not self.splitters(goal.tasks, part) <= goal.cuts:
            return
        if any(other not in (None, part) for t in tasks for other in self.parts_touched(t)):
            return
        if goal.part in (None, part) and self.partition(tasks[0]) is not None:
            facts = tuple(f"{n} local" for n in goal.tasks)
            yield Way("narrow", {}, (once(goal._replace(scope="part")),), facts, label="part")

    def patch(self, goal: Goal) -> Iterator[Way]:
        """Write only what changes."""
        editors = [n for n in goal.tasks if self.tasks[n]["edits"]]
        if goal.write is not None or not self.one_call(goal) or not editors:
            return
        edits = [self.tasks[n]["edits"] for n in editors]
        if self.writing(goal) == "all" and all(edit["unit"] == "part" for edit in edits):
            facts = tuple(f"{n} edits" for n in editors)
            yield Way("patch", {}, (once(goal._replace(write="part")),), facts, label="part")
        if all(edit["patch"] is not None for edit in edits):
            facts = tuple(f"{n} patch" for n in editors)
            yield Way("patch", {}, (once(goal._replace(write="patch")),), facts, label="patch")

    def delegate(self, goal: Goal) -> Iterator[Way]:
        """A delegator and specialists; a delegator that is to be done anyway tells in passing."""
        if goal.mode not in ("cover", "item") or goal.share or goal.history or goal.fused:
            return
        *before, doer = goal.tasks
        task, facts = self.tasks[doer], (f"{doer} one_of",)
        if not task["one_of"] or (task["local"] and goal.size != "1"):
            return
        teller = task["one_of"]["told_by"]
        if before and (before != [teller] or goal.mode == "item" or teller in goal.pending):
            return
        more = ("finds", "for_each", "memory", "one_of", "compresses")
        if before and any(self.tasks[teller][fact] for fact in more):
            return
        name = task["one_of"]["family"]
        family = parse(self.problem["capabilities"][name]["family"])
        shares: list[tuple[str, tuple[str, str, str] | None]] = [("1", None)]
        if family != ONE:
            shares.append((self.s, (self.s, "2", show(family))))
        if self.problem["models"]:
            offered = (model["can"].get(name) for model in self.problem["models"].values())
            shares = [(share, None) for share in dict.fromkeys(show(parse(one)) for one in offered if one is not None)]
        rest = goal.only((doer,)) if before else goal
        for share, free in shares:
            among = show(groups(family, parse(share)))
            route = Goal((teller,), mode="route", part=goal.part, size=goal.size, among=among, digests=goal.digests)
            yield Way("delegate", {}, (once(route), once(rest._replace(share=share))), facts, free, f"share {share}")

    def branch(self, goal: Goal) -> Iterator[Way]:
        """A tree of delegators."""
        if goal.mode != "route" or goal.unit or goal.among in (None, "1") or goal.narrow:
            return
        name = goal.tasks[0]
        if any(self.problem["capabilities"][c]["options"] for c in self.tasks[name]["requires"]):
            levels = parse(f"ceil(log({goal.among})/log({self.f}))")
            level = goal._replace(among=self.f, unit=True)
            yield Way("branch", {}, (Need(level, times(levels)),), (f"{name} options",), (self.f, "2", str(goal.among)))
