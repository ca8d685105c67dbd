"""Soundness of rules: what a rule builds is held to the contract of the goal it was built for."""

from __future__ import annotations

from decomposer.design.bounds import at_least
from decomposer.design.context import divide_up
from decomposer.design.contract import Checker
from decomposer.design.cuts import cutters
from decomposer.design.progress import Progress
from decomposer.design.routing import told_here
from decomposer.errors import DesignError
from decomposer.expr import ONE
from decomposer.rules.base import Alternative, Goal, Site


class Soundness:
    """Holds the templates of one site to the contract; what it works out for one of them serves the next."""

    def __init__(self, site: Site) -> None:
        self.site = site
        self.checker = Checker(site.problem, {}, template=True)

    def check(self, goal: Goal, alternative: Alternative) -> None:
        """Check that a rule's template reaches its goal when every hole reaches its own.

        Raises
        ------
        DesignError
            When it does not.
        """
        site, problem, checker = self.site, self.site.problem, self.checker
        uncut = cutters(problem) - goal.cuts
        progress = Progress(seen=set(problem.tasks).difference(goal.tasks, uncut))
        at_hand: frozenset[str] = frozenset()
        context = site.inside(goal)
        if goal.history is not None and goal.mode != "round":
            context = context.repeated(ONE, goal.history)
        if goal.mode == "item":
            at_hand = frozenset(task.for_each for task in map(site.task, goal.tasks) if task.for_each is not None)
        if goal.share is not None:
            told_by = site.task(goal.tasks[0]).one_of
            assert told_by is not None
            family = problem.capabilities[told_by.family].family
            assert family is not None
            among = divide_up(family, goal.share)
            progress.told[told_by.told_by] = told_here(among, context, progress, at_hand)
        checker.visit(alternative.template, context, progress, at_hand)
        if goal.mode == "route":
            told = progress.told.get(goal.tasks[0])
            if told is None or goal.among is None or not at_least(told.among, goal.among):
                raise DesignError("the route tells fewer alternatives apart than asked")
            return
        checker.finish(goal.tasks, goal.pending, context, progress, alternative.template, goal.mode != "cover")
