"""What may fail: how often attempts come out right, how often they are made, and what is lost all the same.

A design that comes out right with probability R has a *loss* of -ln R. Losses add up, and a loop multiplies them, as
it does with costs: a target t says that the loss of the whole is at most -ln t.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from fractions import Fraction
from functools import reduce
from typing import Any, NamedTuple

from decomposer.formulas.algebra import ONE, Poly, Refused, add, apply, constant, div, mul, number, parse, power, show
from decomposer.restated.calls import Calls
from decomposer.restated.space import Fits, Goal, Kind, Need, Way, once, times, used

MOST_TRIED = 4
"""Models of a cascade."""


class Verdict(NamedTuple):
    """What comes of an attempt at units of one kind.

    Parameters
    ----------
    share : Poly
        Share of the units that are of this kind.
    right : Poly
        Chance that it is right, and accepted.
    least, most : Poly
        Bounds of the chance that it is accepted.
    lost : Poly
        What is lost at least by what is accepted and wrong.
    """

    share: Poly
    right: Poly
    least: Poly
    most: Poly
    lost: Poly


class Reliability(Calls):
    """Ways of dealing with what may fail."""

    def __init__(self, problem: Mapping[str, Any]) -> None:
        super().__init__(problem)
        others = problem["minimise"] != "cost" or any(limit is not None for limit in problem["limits"].values())
        if problem["target"] is not None and others:
            raise Refused("certificates do not cover `target` beside limits or another objective")
        for task in self.tasks.values():
            if problem["target"] is not None and task["succeeds"] and task["name"] not in problem["order"]:
                raise Refused(f"certificates do not cover `target` where {task['name']} serves others, or a method")
            pieces = [task[fact] for fact in ("combines", "recursive", "memory") if task[fact]]
            if pieces and problem["target"] is not None:
                raise Refused(f"certificates do not cover `target` where {task['name']} is done in pieces")
            for helper in {fact.get(role) for fact in pieces for role in ("by", "split", "combine", "condense")}:
                if helper and self.tasks[helper]["succeeds"] and not self.plainly(helper):
                    raise Refused(f"certificates do not cover how often {helper} comes out right")

    # -- questions ------------------------------------------------------------------------------------

    def plainly(self, name: str) -> bool:
        """Whether it comes out right as often by whatever model, and a check, if there is one, never errs."""
        return not self.rated((name,)) and not (self.tasks[name]["check"] and any(self.errors(name)))

    def until_right(self, name: str) -> Poly:
        """Attempts of who helps where a program tells whether it came out right; else one."""
        fails, check = self.tasks[name]["succeeds"], self.tasks[name]["check"]
        if not fails or not check or check["by"] is not None:
            return ONE
        self.uncached()
        return div(ONE, parse(fails["probability"]))

    def rate(self, name: str, model: str | None, hard: bool = False) -> Poly:
        """Chance that a unit comes out right, which is a number, or linear in one constant and never certain."""
        found = self.stated(name, model, hard)
        if constant(found) is None and not self.uncertain(found):
            raise Refused(f"certificates do not cover the probability {show(found)}")
        return found

    def uncertain(self, chance: Poly) -> bool:
        """Whether a formula of one constant is a chance strictly between 0 and 1."""
        names = {name for mono in chance for name, _ in mono}
        one = self.problem["parameters"].get(names.pop()) if len(names) == 1 else None
        if not one or one["kind"] != "constant" or None in (one["low"], one["high"]):
            return False
        if any(x != 1 for mono in chance for _, x in mono):
            return False
        ends = [sum(c * (Fraction(one[end]) if mono else 1) for mono, c in chance.items()) for end in ("low", "high")]
        return 0 <= min(ends) < max(ends) <= 1

    def stated(self, name: str, model: str | None, hard: bool) -> Poly:
        """Chance that a unit comes out right: the model's own for the task, else for what it requires, else usual."""
        task = self.tasks[name]
        own = self.problem["models"][model]["hard" if hard else "succeeds"] if model is not None else {}
        if name in own:
            return parse(own[name])
        known = [parse(own[required]) for required in task["requires"] if required in own]
        total = ONE
        for one in known:
            total = mul(total, one)
        usual = task["succeeds"]["hard"] if hard else task["succeeds"]
        return total if known else parse(usual["probability"])

    def kinds(self, name: str) -> list[tuple[Poly, bool]]:
        """Shares of the units, and whether they are hard."""
        hard = self.tasks[name]["succeeds"]["hard"]
        share = parse(hard["share"]) if hard else {}
        return [(ONE, False)] if not hard else [(add(ONE, share, -1), False), (share, True)]

    def rated(self, names: tuple[str, ...]) -> bool:
        """Whether models say how often they do these tasks right."""
        models = self.problem["models"].values()
        rated = {name for model in models for kind in ("succeeds", "hard") for name in model[kind]}
        return bool(rated & {*names, *(required for name in names for required in self.tasks[name]["requires"])})

    def at_work(self, name: str, goal: Goal) -> Poly:
        """The same where it is open yet how items are dealt with; of a finder, in one round at least."""
        task = self.tasks[name]
        units = self.exposure(task, goal)
        each = task["for_each"] if goal.mode == "cover" else None
        return mul(units, self.items(self.tasks[each], goal)) if each else units

    def hopeless(self, goal: Goal, most: Fraction | None) -> bool:
        """Whether something misses the target for certain that is right so often at most, once or more often."""
        target = constant(parse(self.problem["target"]))
        return goal.mode == "cover" and not goal.tried and most is not None and target is not None and most < target

    def doers(self, goal: Goal, names: tuple[str, ...]) -> Iterator[str | None]:
        """Models for attempts, where success depends on them."""
        if not self.rated(names) and not goal.tried:
            yield goal.model
            return
        for model in self.problem["models"] if goal.model is None else (goal.model,):
            if model not in goal.tried and self.size(goal.tasks, goal, model) is not None:
                yield model

    def one_unit(self, goal: Goal, name: str) -> bool:
        """Whether attempts may be repeated as far as hard units go."""
        fact = self.tasks[name]["succeeds"]
        hard = bool(fact and fact["hard"])
        return not hard or (len(goal.tasks) == 1 and self.exposure(self.tasks[name], goal) == ONE)

    def told(self, goal: Goal, names: tuple[str, ...]) -> bool:
        """Whether the checks speak about this scope, and what is repeated runs for certain."""
        if any(not self.tasks[n]["check"] or not self.one_unit(goal, n) for n in names):
            return False
        if goal.mode == "cover" and any(self.tasks[n]["finds"] or self.tasks[n]["for_each"] for n in goal.tasks):
            return False
        whole = goal.size is None and goal.steps is None and goal.mode == "cover"
        if goal.size is not None and all(self.tasks[n]["recursive"] and not self.tasks[n]["combines"] for n in names):
            whole = True  # base cases are problems of their own
        scopes = {self.tasks[n]["check"]["scope"] for n in names}
        return (whole or "whole" not in scopes) and not (goal.mode == "round" and len(goal.tasks) > 1)

    def settled(self, goal: Goal, names: tuple[str, ...], model: str | None) -> Goal:
        """An attempt: by one call, where success is stated per call."""
        per_call = any(self.tasks[n]["succeeds"]["unit"] == "call" for n in names)
        return goal._replace(pending=frozenset(), direct=per_call, unit=False, model=model, tried=frozenset())

    def lost(self, goal: Goal, loss: Poly) -> Poly:
        """What a way loses itself.

        After other models it counts as well, up to a constant factor: of n units, a cascade loses no less than a
        constant share of what its last part loses, and of n. Only where a task may be done by others, more may be lost
        than there are units, and nothing is counted.
        """
        others = goal.tried and any(task["methods"] for task in self.tasks.values())
        return {} if others or self.problem["target"] is None else self.every_round(goal)(loss)

    # -- verdicts -------------------------------------------------------------------------------------

    def judges(self, goal: Goal, names: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], Poly, Fits]]:
        """Models for the calls that judge an attempt, and what they cost."""
        by = tuple(dict.fromkeys(self.tasks[n]["check"]["by"] for n in names if self.tasks[n]["check"]["by"]))
        if not by:
            yield (), {}, ()
            return
        if any(self.too_long(self.tasks[n], goal._replace(steps=None)) for n in by):
            return
        plain = goal._replace(narrow=True, write=None, scope="here", history=False, among=None, model=None)
        found: list[tuple[tuple[str, ...], Poly, Fits]] = [((), {}, ())]
        for name in by:
            calls = list(self.call((name,), plain, self.where(plain._replace(tasks=(name,)), False)))
            found = [
                ((*models, model), add(cost, self.every_round(plain)(more)), (*fits, *room))
                for models, cost, fits in found
                for model, more, room in calls
            ]
        yield from found

    def unitwise(self, name: str) -> bool:
        """Whether verdicts speak about the units by which success is stated."""
        task = self.tasks[name]
        return bool(task["check"]["scope"] != "whole" and task["succeeds"]["unit"] != "call")

    def errors(self, name: str) -> tuple[Poly, Poly]:
        """Chances that what is wrong is accepted, and what is right rejected."""
        return parse(self.tasks[name]["check"]["accepts"]), parse(self.tasks[name]["check"]["rejects"])

    def verdicts(self, goal: Goal, names: tuple[str, ...], model: str | None) -> list[Verdict]:
        """What comes of an attempt, for each kind of unit."""
        found = []
        for share, hard in self.kinds(names[0]) if len(names) == 1 else [(ONE, False)]:
            right = least = most = ONE
            lost: Poly = {}
            for name in names:
                one, units = self.rate(name, model, hard), self.exposure(self.tasks[name], goal)
                (accepts, rejects), wrong = self.errors(name), add(ONE, one, -1)
                kept, all_right = add(ONE, rejects, -1), power(one, units)
                low = high = mul(all_right, kept)
                lost = add(lost, mul(units, mul(failing(wrong), accepts)))
                if self.unitwise(name):
                    right = mul(right, power(mul(one, kept), units))
                    low = high = power(add(mul(one, kept), mul(wrong, accepts)), units)
                else:
                    right = mul(right, low)
                    if accepts:
                        low = high = add(low, mul(add(ONE, all_right, -1), accepts))
                    if accepts and constant(low) is None:  # between what is accepted of right and of wrong answers
                        low, high = mul(kept, accepts), ONE
                least, most = mul(least, low), mul(most, high)
            found.append(Verdict(share, right, least, most, lost))
        return found

    # -- ways -----------------------------------------------------------------------------------------

    def retry(self, goal: Goal) -> Iterator[Way]:
        """Repeat until accepted."""
        names = tuple(n for n in goal.tasks if n in goal.pending)
        if not names or not self.told(goal, names):
            return
        facts = tuple(f"{n} {kind}" for n in names for kind in ("succeeds", "check"))
        for model in self.doers(goal, names):
            attempt, verdicts = self.settled(goal, names, model), self.verdicts(goal, names, model)
            exact = all(v.least == v.most for v in verdicts)
            kinds = tuple(Kind(v.share, v.right, v.least) for v in verdicts if exact)
            lost = self.lost(goal, total(mul(v.share, v.lost) for v in verdicts))
            few, many = (total(div(v.share, chance) for v, chance in zip(verdicts, chances, strict=True))
                         for chances in ([v.most for v in verdicts], [v.least for v in verdicts]))  # fmt: skip
            for judges, judged, fits in self.judges(goal, names):
                self.uncached()
                label, base = words(model, *judges), Way("retry", {}, (), facts, models=used(*judges), fits=fits)
                base = base._replace(loss=lost, kinds=kinds)
                yield repeated(base._replace(label=label), attempt, judged, few, many)
                if self.kept(goal, names):
                    kept = total(mul(share, apply("rounds", (self.units(self.tasks[names[0]], goal), accepted)))
                                 for share, accepted in self.accepted(names[0], model))  # fmt: skip
                    yield repeated(base._replace(label=words(model, "keep", *judges)), attempt, judged, kept, kept)

    def accepted(self, name: str, model: str | None) -> Iterator[tuple[Poly, Poly]]:
        """Chance that one unit of each kind is accepted."""
        accepts, rejects = self.errors(name)
        for share, hard in self.kinds(name):
            one = self.rate(name, model, hard)
            yield share, add(mul(one, add(ONE, rejects, -1)), mul(add(ONE, one, -1), accepts))

    def kept(self, goal: Goal, names: tuple[str, ...]) -> bool:
        """Whether parts can be kept that have been accepted."""
        if len(names) != 1 or goal.mode != "cover" or goal.size == "1":
            return False
        task = self.tasks[names[0]]
        text = self.partition(task)
        if text is None or not self.splitters(goal.tasks, text["part"]) <= goal.cuts:
            return False
        return bool(task["check"]["scope"] == task["succeeds"]["unit"] == "part")

    def trust(self, goal: Goal) -> Iterator[Way]:
        """Take the first answer; whether the whole reaches the target is seen in the end."""
        names = tuple(n for n in goal.tasks if n in goal.pending)
        if self.problem["target"] is None or not names or goal.mode == "route":
            return
        if len(goal.tasks) > 1 and any(self.tasks[n]["finds"] for n in goal.tasks):
            return
        facts = tuple(f"{n} succeeds" for n in names)
        for model in self.doers(goal, names):
            attempt, right = self.settled(goal, names, model), ONE
            lost: Poly = {}
            attempt = attempt._replace(direct=attempt.direct or goal.direct)
            for name in names:
                units = self.at_work(name, goal)
                mean = total(mul(share, self.rate(name, model, hard)) for share, hard in self.kinds(name))
                lost = add(lost, mul(units, failing(add(ONE, mean, -1))))
                right = mul(right, power(mean, units))
            if self.hopeless(goal, constant(right)):
                continue
            kinds: tuple[Kind, ...] = (Kind(ONE, right, ONE),)
            (first, *others), fact = names, self.tasks[names[0]]["succeeds"]
            if goal.mode == "cover" and self.tasks[first]["finds"]:
                kinds = ()  # in how many rounds is open yet
            elif not others and fact["hard"] and self.at_work(first, goal) == ONE:
                kinds = tuple(Kind(share, self.rate(first, model, hard), ONE) for share, hard in self.kinds(first))
            yield Way("trust", {}, (once(attempt),), facts, label=words(model), loss=self.lost(goal, lost), kinds=kinds)

    def cascade(self, goal: Goal) -> Iterator[Way]:
        """A model first; what is rejected goes to another."""
        names = tuple(n for n in goal.tasks if n in goal.pending)
        if len(goal.tasks) > 1 or not names or not self.told(goal, names) or len(goal.tried) >= MOST_TRIED - 1:
            return
        models = [model for model in self.doers(goal, names) if model is not None]
        if len(models) < 2:
            return
        (name,) = names
        for model in models:
            attempt, verdicts = self.settled(goal, names, model), self.verdicts(goal, names, model)
            rest = goal._replace(tried=goal.tried | {model}, unit=False)
            exact = all(v.least == v.most and constant(v.least) is not None for v in verdicts)
            kinds = tuple(Kind(v.share, v.right, v.least) for v in verdicts if exact)
            rejected = [1 - (constant(v.least) or Fraction(0)) for v in verdicts]
            lost = total(mul(v.share, add(v.least, v.right, -1)) for v in verdicts)
            # What is accepted of many units at once is no more than of one.
            accepted = [chance for _, chance in self.accepted(name, model)]
            few = [number(x) for x in rejected] if exact else [add(ONE, x, -1) for x in accepted]
            many = number(max(rejected)) if exact else ONE
            for judges, judged, fits in self.judges(goal, names):
                self.uncached()
                way = Way("cascade", judged, (), (f"{name} succeeds", f"{name} check"), label=words(model, *judges))
                way = way._replace(models=used(*judges), fits=fits, kinds=kinds)
                high = way._replace(needs=(once(attempt), Need(rest, times(many))))
                low = high._replace(loss=self.lost(goal, lost if exact else {}))
                yield low._replace(needs=(once(attempt), Need(rest, times(smallest(few)))), most=high)

    def uncached(self) -> None:
        """Prices of prompts that have been seen are not known where attempts are repeated."""
        if self.problem["cost"]["kind"] == "cached":
            raise Refused("certificates do not cover cached prices of repeated attempts")


def total(terms: Iterable[Poly]) -> Poly:
    """The sum."""
    nothing: Poly = {}
    return reduce(add, terms, nothing)


def words(*parts: str | None) -> str:
    """What tells ways of one rule apart."""
    return " ".join(part for part in parts if part)


def failing(wrong: Poly) -> Poly:
    """A chance of failure, up to a constant factor where something is subtracted in it."""
    return wrong if min(wrong.values(), default=1) > 0 else ONE


def smallest(chances: list[Poly]) -> Poly:
    """The smallest of several numbers; nothing where that is not known."""
    numbers = [constant(chance) for chance in chances]
    known = [x for x in numbers if x is not None]
    if len(known) == len(chances):
        return number(min(known))
    return chances[0] if len(chances) == 1 else {}


def repeated(base: Way, attempt: Goal, judged: Poly, few: Poly, many: Poly) -> Way:
    """Attempts, each of them judged, between `few` and `many` times."""
    low, high = (base._replace(own=mul(count, judged), needs=(Need(attempt, times(count)),)) for count in (few, many))
    return low if few == many else low._replace(most=high)
