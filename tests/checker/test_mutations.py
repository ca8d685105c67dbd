"""True certificates with one thing changed: whatever changes a claim is caught; what survives is harmless, and why."""

from __future__ import annotations

import copy
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import replace
from fractions import Fraction
from typing import Any

import pytest

from decomposer.checker.check import Claim, check
from decomposer.expr import as_expr
from decomposer.formulas.algebra import Malformed, Refused, parse
from decomposer.problem.load import load
from decomposer.problem.long_form import long_form
from decomposer.problem.model import Limits, Problem
from decomposer.verbs.certify import certify

PROBLEMS = {
    "k-task": 17, "k-task-models": 11, "evolution": 41, "k-task-tree": 53, "debugging-related": 701, "limited": 19,
    "fine-tuning": 13, "chunk-latency": 17, "support": 1201, "sorting-lists": 53, "split-by-model": 41,
    "summary-window": 307, "sorting-documents": 907, "maker": 131,
}  # fmt: skip
"""Of every so many mutants one is tried: all fields are met, in seconds. With 1 throughout, 60 000 are."""

REASONS = {
    r"goals\..*\.values": "another growth that the designs of the goal do reach, or another coefficient of it",
    r"goals\..*\.(covers|terms|value|with)\b": "another proof of the same bound",
    r"answer.*\.(above|below|within|fits)\b": "another proof of the same bound",
    r"answer.*\.(theta|cost)": "the same formula, or the same growth, written differently",
    r"(answer\.)?price": "another price that is small beside the cost, or another proof of that",
    r"answer.*\.if": "the same question written differently",
}
"""Where a change may survive, and why it is harmless: the claims are the same, which is tested."""

FIELDS = {
    "format", "version", "problem", "goals", "values", "work", "span", "models", "open", "ways", "rule", "label",
    "proofs", "beyond", "value", "with", "covers", "terms", "of", "under", "amount", "by", "log", "at", "one", "other",
    "answer", "if", "yes", "no", "theta", "cost", "design", "needs", "fits", "is", "facts", "above", "below", "within",
    "price", "more",
}  # fmt: skip

Path = tuple[str | int, ...]


def problem_of(name: str) -> Problem:
    """A shipped problem; or groups that take no longer than what is in them, with no limit that binds on the cost."""
    if name != "limited":
        return load(name)
    return replace(load("chunk-latency"), minimise="span", workers=None, limits=Limits(cost=as_expr("h*w*P")))


def nodes(value: Any, path: Path = ()) -> Iterator[tuple[Path, Any]]:
    """Every value inside a certificate, with the way to it."""
    yield path, value
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, one in inner:
        yield from nodes(one, (*path, key))


def changed(root: Any, path: Path, value: Any) -> Any:
    """A copy with one value replaced."""
    if not path:
        return value
    found = copy.copy(root)
    found[path[0]] = changed(root[path[0]], path[1:], value)
    return found


def variants(value: Any, others: list[str]) -> Iterator[tuple[str, Any]]:
    """Other things that might stand in a place."""
    types: list[Any] = [None, [], {}, True]
    yield from (("other type", one) for one in types)
    if isinstance(value, dict):
        for key in value:
            rest = {k: v for k, v in value.items() if k != key}
            yield "delete", rest
            yield "rename", {**rest, f"{key}*k": value[key]}
            yield "rename", {**rest, f"{key} or another": value[key]}
        yield "add", {**value, "extra": "1"}
        keys = list(value)
        if len(keys) > 1:
            yield "swap", {**value, keys[0]: value[keys[1]], keys[1]: value[keys[0]]}
    elif isinstance(value, list):
        for place in range(len(value)):
            yield "delete", value[:place] + value[place + 1 :]
            yield "duplicate", [*value[: place + 1], *value[place:]]
        if len(value) > 1:
            yield "swap", [*value[1::-1], *value[2:]]
        yield "add", [*value, "1"]
    elif isinstance(value, bool):
        return
    elif isinstance(value, int):
        yield from (("number", one) for one in (value + 1, value - 1, str(value), -value - 7, 10**30))
    elif isinstance(value, str):
        if re.fullmatch(r"-?\d+(/\d+)?", value):
            x = Fraction(value)
            yield from (("number", str(one)) for one in (x + 1, x / 2, -x, 0))
        if " >= " in value or " <= " in value:
            left, sign, right = value.split()
            yield "reverse", f"{right} {sign} {left}"
        yield from (("formula", f"({value}){more}") for more in ("*k", "/k", "*2", "+k", "-k", "*z", "**2"))
        yield from (("formula", one) for one in ("0", "1", "k", f"-({value})"))
        yield from (("other", one) for one in others if one != value)
        yield from (("word", one) for one in (f"{value}x", ""))


def mutants(certificate: dict[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Field, kind of change, and the certificate changed."""
    every = list(nodes(certificate))
    texts = sorted({value for path, value in every if isinstance(value, str)})
    for number, (path, value) in enumerate(every):
        field = ".".join("*" if isinstance(step, int) else step for step in path)
        for kind, one in variants(value, [texts[number % len(texts)], texts[(7 * number + 3) % len(texts)]]):
            if repr(one) != repr(value):
                yield field, kind, changed(certificate, path, one)
    objects = [(path, value) for path, value in every if isinstance(value, dict)]
    designs = [(path, value) for path, value in objects if "needs" in value]
    for path, value in designs:  # another design altogether, as it stands elsewhere
        for other, design in designs:
            if other != path and design != value:
                yield "answer.design", "other design", changed(certificate, path, design)
    leaves = [(path, value) for path, value in objects if "theta" in value]
    for path, _ in leaves:
        for other, leaf in leaves:
            if other != path:
                yield "answer.leaf", "mixed leaves", changed(certificate, path, leaf)


def outcome(problem: Mapping[str, Any], certificate: object) -> list[Claim] | str:
    """Claims that are accepted, or how the certificate ended."""
    try:
        return check(problem, certificate)
    except Refused:
        return "refused"
    except Malformed:
        return "malformed"


def meaning(claims: list[Claim]) -> list[tuple[list[list[Any]], Any]]:
    """Claims without what does not matter: coefficients, and how a formula is written."""
    return [([[set(parse(s)) for s in c.split(" <= ")] for c in when], set(parse(theta))) for when, theta in claims]


def facts(certificate: Any) -> list[tuple[Any, Any]]:
    """Cost and facts of the leaves: of which design the claims are."""
    return [
        (parse(value["cost"]), value["facts"])
        for _, value in nodes(certificate["answer"])
        if isinstance(value, dict) and "theta" in value
    ]


@pytest.mark.parametrize("name", PROBLEMS)
def test_every_change_of_a_claim_is_caught(name: str) -> None:
    problem = problem_of(name)
    certificate, spelled = certify(problem), long_form(problem)
    claims = check(spelled, certificate)
    counts: Counter[tuple[str, str]] = Counter()
    harmless: Counter[str] = Counter()
    for number, (field, kind, mutant) in enumerate(mutants(certificate)):
        if number % PROBLEMS[name]:
            continue
        found = outcome(spelled, mutant)
        last = next((step for step in reversed(field.split(".")) if step in FIELDS), "certificate")
        counts[last, found if isinstance(found, str) else "harmless"] += 1
        if isinstance(found, str):
            continue
        reasons = [reason for pattern, reason in REASONS.items() if re.match(pattern, field)]
        assert reasons, f"{field}: {kind} survives"
        harmless[reasons[0]] += 1
        assert meaning(found) == meaning(claims), f"{field}: {kind} changes a claim"
        assert facts(mutant) == facts(certificate), f"{field}: {kind} changes the design"
    print(f"\n{name}: {sum(counts.values())} mutants")
    for (field, how), count in sorted(counts.items()):
        print(f"  {field:12} {how:10} {count:6}")
    for reason, count in harmless.items():
        print(f"  {count:6} harmless: {reason}")
    ends = Counter(how for (_, how), count in counts.items() for _ in range(count))
    assert ends["refused"] > 10 * ends["harmless"] or ends["refused"] + ends["malformed"] > 10 * ends["harmless"]
