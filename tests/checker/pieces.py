"""Random problems in which a task has a memory, or is divided and conquered, beside windows and all else."""

from __future__ import annotations

from random import Random
from typing import Any

from decomposer.errors import ProblemError
from decomposer.problem.load import load
from decomposer.problem.model import Problem
from tests.checker.wider import Wider
from tests.search.test_random_facts import Maker
from tests.search.test_random_pieces import OTHERS


class Pieces:
    """Makes the data of a random problem file, one task of which is done in pieces."""

    def __init__(self, seed: int, kind: str) -> None:
        self.dice, self.kind = Random(f"in pieces {seed}"), kind
        self.data: dict[str, Any] = (Wider if self.often(0.4) else Maker)(seed).data()
        self.tasks: dict[str, Any] = self.data["tasks"]

    def often(self, share: float) -> bool:
        """Whether to do something that is done in so many cases."""
        return self.dice.random() < share

    def problem(self) -> Problem | None:
        """A problem, where a task can be done in pieces."""
        texts, pick = self.data["texts"], self.dice.choice
        texts["brief"] = pick([1, "l", "n"])
        texts["pieces"] = {"parts": dict(texts["code"]["parts"]), "each": pick([1, 2, "l"])}
        for name, task in list(self.tasks.items()):
            others = (*OTHERS, "steps", "combines", "compresses")
            if any(task.get(key) for key in others) or ("local" in task) != (self.kind == "memory"):
                continue
            both = self.kind == "memory" or self.often(0.5)
            task["writes"] = [*as_list(task.get("writes", [])), *(["pieces"] if both else [])]
            task[self.kind] = self.memory(name) if self.kind == "memory" else self.recursive(name, task)
            if self.often(0.5):
                task.pop("succeeds", None)
                task.pop("check", None)
            return load(self.data)
        return None

    def helper(self, name: str, reads: list[str]) -> str:
        """Who divides, combines, or condenses."""
        fails = {"succeeds": "1/2", "check": "free"} if self.often(0.3) else {}
        self.tasks[name] = {"requires": self.dice.choice(["c0", "c1", "c2"]), "reads": reads, **fails}
        if self.often(0.3):
            self.tasks[name]["overhead"] = 3
        return name

    def memory(self, name: str) -> dict[str, Any]:
        """What is said of a memory."""
        fact: dict[str, Any] = {"text": "pieces"}
        if self.often(0.4):
            fact["last"] = self.dice.choice([1, 2, "b", "n"])
        if self.often(0.6):
            reads = ["note"] if self.often(0.5) else []
            fact |= {"condense": self.helper(f"{name}short", reads), "to": self.dice.choice([1, 3, "l", "n"])}
        return fact

    def recursive(self, name: str, task: dict[str, Any]) -> dict[str, Any]:
        """What is said of divide and conquer."""
        fact: dict[str, Any] = {}
        if self.often(0.7):
            reads = ["note", *(["code"] if self.often(0.5) else [])]
            if self.often(0.5):
                fact["brief"], task["reads"] = "brief", [*as_list(task["reads"]), "brief"]
                reads.append("brief")
            fact["split"] = self.helper(f"{name}split", reads)
        if self.often(0.7):
            fact["combine"] = self.helper(f"{name}join", [self.dice.choice(["code", "note", "query.head"])])
        if self.often(0.6):
            fact |= {"into": self.dice.choice([1, 2, 3, 4, 8]), "shrink": self.dice.choice([2, 3, 4])}
        if self.often(0.3):
            fact["base"] = self.dice.choice([1, 2, "b", "n"])
        return fact


def as_list(names: Any) -> list[str]:
    """Names, also where a single one is written without a list."""
    return [names] if isinstance(names, str) else list(names)


def problem_of(seed: int, kind: str) -> Problem:
    """The first valid problem of a seed."""
    for attempt in range(200):
        try:
            found = Pieces(1000 * seed + attempt, kind).problem()
        except ProblemError:
            continue
        if found is not None:
            return found
    raise AssertionError("the maker makes no problems")
