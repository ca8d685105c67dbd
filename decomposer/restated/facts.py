"""The fields of a problem that the second statement of the space knows."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

COVERED = {
    "problem": {
        "name", "parameters", "texts", "capabilities", "law", "models", "cost", "tasks", "order", "assume", "minimise",
        "limits", "workers", "overhead", "target",
    },
    "parameters": {"name", "about", "kind", "low", "high"},
    "texts": {"name", "about", "tokens", "part", "count", "each", "head", "split_by"},
    "capabilities": {"name", "about", "size", "family", "options"},
    "models": {"name", "about", "size", "can", "window", "hosting", "delay", "succeeds", "hard", "prices"},
    "tasks": {
        "name", "about", "reads", "writes", "edits", "requires", "local", "finds", "for_each", "one_of", "succeeds",
        "check", "remembers", "methods", "steps", "combines", "compresses", "overhead",
        "memory", "recursive",
    },
    "prices": {"input", "output", "cached"},
    "law": {"kind", "exponent"},
    "cost": {"kind", "alpha", "beta", "gamma", "exponent"},
    "edits": {"text", "unit", "patch"},
    "finds": {"count", "per_call", "per_part"},
    "one_of": {"family", "told_by"},
    "succeeds": {"probability", "unit", "wrong", "hard"},
    "check": {"scope", "by", "accepts", "rejects"},
    "hard": {"share", "probability"},
    "steps": {"count", "state", "per_call"},
    "combines": {"by", "at_once", "per"},
    "compresses": {"text", "to"},
    "memory": {"text", "last", "condense", "to"},
    "recursive": {"split", "combine", "into", "shrink", "brief", "base"},
}  # fmt: skip
"""The fields that this statement of the space knows; others must say nothing."""


def unknown(problem: Mapping[str, Any]) -> Iterator[str]:
    """What a problem says that is not known here."""
    places: list[tuple[str, str, Mapping[str, Any]]] = [("problem", "", problem)]
    places += [(kind, "", problem[kind]) for kind in ("law", "cost")]
    for kind in ("parameters", "texts", "capabilities", "models", "tasks"):
        places += [(kind, f" of {name}", one) for name, one in problem[kind].items()]
    places += [("prices", f" of {name}", one["prices"]) for name, one in problem["models"].items() if one["prices"]]
    for name, task in problem["tasks"].items():
        facts = COVERED.keys() & COVERED["tasks"]
        places += [(fact, f" of {name}", task[fact]) for fact in sorted(facts) if task[fact]]
        if task["succeeds"] and task["succeeds"]["hard"]:
            places.append(("hard", f" of {name}", task["succeeds"]["hard"]))
    for place, of, fields in places:
        yield from (f"`{field}`{of}" for field in fields if field not in COVERED[place] and says(fields[field]))


def says(value: Any) -> bool:
    """Whether a field says anything."""
    if isinstance(value, Mapping):
        return any(map(says, value.values()))
    return value not in (None, "", "0", "cost", "agree", False, [])
