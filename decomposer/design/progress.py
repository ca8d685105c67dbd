"""What a walk over a design keeps in mind: what has been done, scanned and told so far in a scope."""

from __future__ import annotations

from dataclasses import dataclass, field

from decomposer.design.context import Context
from decomposer.design.nodes import Call
from decomposer.design.routing import Told
from decomposer.expr import ONE, Expr


@dataclass(slots=True)
class Progress:
    """What has happened so far in one scope.

    `owed` are the tasks that must still be done for items found by a scan; `before` the finders that had found
    everything before the enclosing loops, so that nobody knows which items belong to a round, or to parts other than
    the finder's; `looked` has something of its own for each finder's last scan.
    """

    seen: set[str] = field(default_factory=set)
    done: set[str] = field(default_factory=set)
    attempted: set[str] = field(default_factory=set)
    scanned: dict[str, Expr | None] = field(default_factory=dict)
    told: dict[str, Told] = field(default_factory=dict)
    owed: set[str] = field(default_factory=set)
    before: set[str] = field(default_factory=set)
    looked: dict[str, object] = field(default_factory=dict)

    def inner(self, complete: set[str]) -> Progress:
        """Start a narrower scope, or one run of a loop: what came before is there to be read."""
        scanned: dict[str, Expr | None] = dict.fromkeys(complete)
        told, owed, before, looked = dict(self.told), set(self.owed), set(self.before), dict(self.looked)
        return Progress(seen=set(self.seen), scanned=scanned, told=told, owed=owed, before=before, looked=looked)

    def absorb(self, inner: Progress) -> None:
        """Take over what a narrower scope has done all over; what it only attempted is open again."""
        self.seen = set(inner.seen)  # all that was seen before, less the cuts that no longer hold
        self.done = (self.done - (inner.attempted - inner.done)) | inner.done
        self.attempted |= inner.attempted
        self.owed = set(inner.owed)


def amount(part: str, context: Context, node: Call) -> str:
    """How much of a text a call is given, in words."""
    size = ONE if node.scope == "part" else context.extents.get(part, ONE)
    return f"one {part}" if size == ONE else f"{size} {part}s"
