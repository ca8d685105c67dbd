"""A process: the problem at numbers laid out for some runs, and what has come about so far."""

from __future__ import annotations

from dataclasses import dataclass, field

from decomposer.problem.model import Problem
from decomposer.process.draws import Dice
from decomposer.process.events import Events
from decomposer.process.items import Hidden
from decomposer.process.ledger import Ledger
from decomposer.process.prices import Prices
from decomposer.process.talks import Talk
from decomposer.process.texts import Sheet


@dataclass(slots=True)
class Process:
    """Everything that a walk changes, for one batch of runs.

    `told` lists, per routing task, among how many its calls have told apart; `specialists` how many different ones
    were needed, as far as was seen.
    """

    problem: Problem
    sheets: dict[str, Sheet]
    prices: Prices
    dice: Dice
    hidden: dict[str, Hidden]
    ledger: Ledger
    events: Events | None = None
    talks: list[Talk] = field(default_factory=list)
    told: dict[str, list[int]] = field(default_factory=dict)
    specialists: dict[str, set[int]] = field(default_factory=dict)

    def snapshot(self) -> tuple[dict[str, Hidden], dict[str, list[int]]]:
        """What a further attempt starts from again."""
        return {name: hidden.copy() for name, hidden in self.hidden.items()}, {
            name: list(levels) for name, levels in self.told.items()
        }

    def restore(self, state: tuple[dict[str, Hidden], dict[str, list[int]]]) -> None:
        """Go back to a snapshot, which may be taken up again later."""
        self.hidden = {name: hidden.copy() for name, hidden in state[0].items()}
        self.told = {name: list(levels) for name, levels in state[1].items()}
