"""Votes: how many runs they take, and what is lost all the same."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from typing import NamedTuple

from decomposer.formulas.algebra import ONE, Poly, add, constant, div, mul, number, parse, power
from decomposer.restated.reliability import Reliability, Verdict, failing, repeated, total, words
from decomposer.restated.space import Goal, Kind, Way, used


class Ballot(NamedTuple):
    """Votes about units of one kind.

    Parameters
    ----------
    share : Poly
        Share of the units that are of this kind.
    right, rival : Poly or None
        Chances of a vote for the right answer and for its strongest rival, where they are known exactly.
    counts : Poly
        Chance that a vote is for either, at most. Where all wrong answers agree, or a majority is asked for, votes
        that are right less than half the time come out right no more often than the first answer, which is a way of
        its own: so only others need a bound, and twice their chance to be right is 1 at least.
    wrong : Poly
        Chance of a wrong answer, at least, also where it is only about one unit.
    loses : Poly
        What v votes lose at least, beside `wrong` to the power of v.
    leads : Poly or None
        The same of the first to lead, where that is less.
    fewest, most : Poly
        Bounds of the attempts that it takes to have a vote.
    """

    share: Poly
    right: Poly | None
    rival: Poly | None
    counts: Poly
    wrong: Poly
    loses: Poly
    leads: Poly | None
    fewest: Poly
    most: Poly


class Votes(Reliability):
    """Votes among the answers to one task."""

    def vote(self, goal: Goal) -> Iterator[Way]:
        """First to lead, or a majority; of answers, or of those that look right."""
        if self.problem["target"] in (None, "1") or goal.mode not in ("cover", "item") or len(goal.tasks) > 1:
            return
        name = next(iter(goal.tasks))
        if goal.pending != {name} or goal.fused or self.tasks[name]["finds"] or not self.one_unit(goal, name):
            return
        if goal.mode == "cover" and self.tasks[name]["for_each"]:
            return
        for model in self.doers(goal, (name,)):
            attempt, kinds = self.settled(goal, (name,), model)._replace(direct=True), self.kinds(name)
            rates = [self.rate(name, model, hard) for _, hard in kinds]
            plain = [self.ballot(goal, name, share, one) for (share, _), one in zip(kinds, rates, strict=True)]
            base = Way("vote", {}, (), (f"{name} succeeds",), label=words(model))
            yield from self.votes(goal, attempt, plain, base, {})
            if not self.tasks[name]["check"] or not self.told(goal, (name,)):
                continue
            verdicts = self.verdicts(goal, (name,), model)
            told = [self.checked(goal, name, verdict, one) for verdict, one in zip(verdicts, rates, strict=True)]
            facts = (f"{name} succeeds", f"{name} check")
            for judges, judged, fits in self.judges(goal, (name,)):
                about = words(model, "checked", *judges)
                base = Way("vote", {}, (), facts, label=about, models=used(*judges), fits=fits)
                yield from self.votes(goal, attempt, told, base, judged)

    def ballot(self, goal: Goal, name: str, share: Poly, one: Poly) -> Ballot:
        """Votes that are right about one unit with a chance of `one`."""
        task = self.tasks[name]
        units, wrong = self.exposure(task, goal), add(ONE, one, -1)
        right, chance, half = power(one, units), constant(one), number(Fraction(1, 2))
        if chance is not None and 2 * chance <= 1:  # however many votes, the right answer wins half the time at most
            rival = mul(wrong, div(right, one)) if chance and task["succeeds"]["wrong"] == "scatter" else None
            rival = add(ONE, right, -1) if rival is None else rival
            return Ballot(share, right, rival, add(right, rival), ONE, half, half, ONE, ONE)
        if task["succeeds"]["wrong"] == "agree" or units == ONE:
            counts = ONE if units == ONE else mul(number(2), right)
            return Ballot(share, right, add(ONE, right, -1), counts, wrong, mul(units, failing(wrong)), None, ONE, ONE)
        # Only answers count that are right in all units but one; all the same, they are wrong as often as in one unit.
        counts, loses = div(right, one), mul(units, failing(wrong))
        return Ballot(share, right, mul(wrong, counts), counts, wrong, loses, half, ONE, ONE)

    def checked(self, goal: Goal, name: str, verdict: Verdict, one: Poly) -> Ballot:
        """Votes of answers that are accepted."""
        (accepts, rejects), attempts = self.errors(name), (div(ONE, verdict.most), div(ONE, verdict.least))
        good, bad = mul(one, add(ONE, rejects, -1)), mul(add(ONE, one, -1), accepts)
        either = constant(add(good, bad))
        if self.unitwise(name) and either and constant(good) is not None:
            ballot = self.ballot(goal, name, verdict.share, div(good, number(either)))
            return ballot._replace(fewest=attempts[0], most=attempts[1])
        exact = verdict.least == verdict.most and constant(verdict.least) is not None
        right = div(verdict.right, verdict.least) if exact else None
        rival = None if right is None else add(ONE, right, -1)
        counts = mul(number(2), div(verdict.right, verdict.least)) if verdict.share == ONE else ONE
        return Ballot(verdict.share, right, rival, counts, bad, ONE, None, *attempts)

    def votes(self, goal: Goal, attempt: Goal, ballots: list[Ballot], base: Way, judged: Poly) -> Iterator[Way]:
        """First to lead by v votes, and a majority of v."""
        # Where the right answer is not the likelier one, it wins half the time at most.
        most = constant(total(mul(b.share, number(Fraction(1, 2) if b.wrong == ONE else 1)) for b in ballots))
        if not any(ballot.wrong for ballot in ballots) or self.hopeless(goal, most):
            return
        self.uncached()
        v = parse(self.v)
        known = all(b.right is not None and b.rival is not None for b in ballots)
        kinds = tuple(Kind(b.share, b.right or {}, b.rival or {}) for b in ballots) if known else ()
        for label, low in (("lead", "2"), ("majority", "3")):
            few: Poly = {}
            many: Poly = {}
            loss: Poly = {}
            for ballot in ballots:
                leads = label == "lead"
                counts = ballot.counts if leads or ballot.leads is None else mul(number(2), ballot.right or ONE)
                runs = div(v, counts)
                factor = ballot.leads if leads and ballot.leads is not None else ballot.loses
                if ballot.wrong:
                    loss = add(loss, mul(mul(ballot.share, factor), power(ballot.wrong, v)))
                few = add(few, mul(mul(ballot.share, runs), ballot.fewest))
                many = add(many, mul(mul(ballot.share, runs_at_most(ballot, v) if leads else v), ballot.most))
            way = base._replace(free=(self.v, low, ""), label=words(base.label, label), kinds=kinds)
            yield repeated(way._replace(loss=self.lost(goal, loss)), attempt, judged, few, many)


def runs_at_most(ballot: Ballot, v: Poly) -> Poly:
    """Votes until one answer leads by v, at most: where neither is likelier, v**2 that count."""
    if ballot.right is None or ballot.rival is None:
        return v
    ahead = add(ballot.right, ballot.rival, -1)
    if not ahead:
        return div(mul(v, v), add(ballot.right, ballot.rival))
    if len(ahead) == 1:
        ahead = {mono: abs(c) for mono, c in ahead.items()}
    return div(v, ahead)
