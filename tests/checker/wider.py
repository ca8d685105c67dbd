"""Random problems that also state windows, instructions, digests, cuts by models, chains and results that combine."""

from __future__ import annotations

from typing import Any

from decomposer.errors import ProblemError
from decomposer.problem.model import Problem
from tests.search.test_random_facts import Maker


class Wider(Maker):
    """Makes the data of a random problem file with the facts that the other leaves out."""

    def data(self) -> dict[str, Any]:
        """What would stand in its file."""
        found = super().data()
        for name in list(self.tasks):
            self.more(name, self.tasks[name])
        if self.often(0.5):
            self.digest()
        if self.often(0.25) and not any("finds" in task for task in self.tasks.values()):
            self.cut()
        if self.often(0.3):
            found["overhead"] = self.dice.choice([1, "h"])
        if self.models or self.often(0.3):
            found["models"] = self.windows()
        found["parameters"] = {**found["parameters"], "h": "", "w": "", "x": {"kind": "free"}}
        found["assume"] = [*found["assume"], *(one for one in ("h <= l", "w <= k", "l << w") if self.often(0.4))]
        return found

    def more(self, name: str, task: dict[str, Any]) -> None:
        """What a task may say besides."""
        pick = self.dice.choice
        if self.often(0.2):
            task["overhead"] = pick([2, "h"])
        plain = not {"finds", "for_each", "one_of", "edits", "methods"} & set(task)
        if plain and self.often(0.2):
            task["steps"] = {"count": pick(["x", "n", 3]), "state": pick([1, "h"])}
            if self.often(0.4):
                task["steps"]["per_call"] = pick([2, "b"])
            if self.often(0.5):
                task["succeeds"] = {"probability": "q", "per": "step"}
                task["check"] = {"scope": "step"}
        elif plain and "code" in task["reads"] and task.get("writes") and self.often(0.7):
            task.pop("local", None)
            self.combine(name, task)

    def combine(self, name: str, task: dict[str, Any]) -> None:
        """Its results combine, by a program or by a task."""
        pick = self.dice.choice
        if self.often(0.25):
            task["combines"] = "oracle"
            return
        by = f"{name}b"
        reads = list(task["writes"]) if self.often(0.6) else ["code"]
        self.tasks[by] = {"reads": reads, "requires": pick(["c0", "c1"])}
        task["combines"] = {"by": by}
        if self.often(0.4):
            task["combines"]["per"] = "part"
            if self.often(0.5):
                self.texts[f"o{by}"] = 1
                self.tasks[by]["writes"] = [f"o{by}"]
        if self.often(0.3):
            task["combines"]["at_once"] = pick([2, 4])
        if self.often(0.2):
            self.tasks[by] |= {"succeeds": "q", "check": "free"}
        if self.often(0.2):
            self.tasks[by]["overhead"] = "h"

    def digest(self) -> None:
        """A task that makes a digest of the text with parts."""
        pick = self.dice.choice
        maker: dict[str, Any] = {"reads": "code", "requires": pick(["c0", "c1"])}
        maker["compresses"] = {"text": "code", "to": pick([1, "h"])}
        if self.often(0.6):
            maker["local"] = "part"
        if self.often(0.3):
            maker |= {"succeeds": "q", "check": "free"}
        self.tasks["digest"] = maker

    def cut(self) -> None:
        """A task that cuts the text into its parts."""
        self.texts["borders"] = "k"
        self.texts["code"] = {**self.texts["code"], "split_by": "cut"}
        self.tasks["cut"] = {"reads": "code", "writes": "borders", "requires": self.dice.choice(["c0", "c2"])}

    def windows(self) -> dict[str, Any]:
        """A catalogue in which some models have a window."""
        everything = dict.fromkeys(self.capabilities, "all")
        models: dict[str, Any] = {"big": {"size": "m0 + m1 + 2*m2", "can": everything}}
        for name, size in (("small", "m0"), ("other", "m1")):
            if self.often(0.7):
                models[name] = {"size": size, "can": everything, "window": self.dice.choice(["w", "2*w", "w*l", 9])}
        return models


def problem_of(seed: int) -> Problem:
    """The first valid problem of a seed."""
    for attempt in range(200):
        try:
            return Wider(1000 * seed + attempt).problem()
        except ProblemError:
            continue
    raise AssertionError("the maker makes no problems")
