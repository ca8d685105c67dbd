"""Thousands of random problems of every kind against trying everything, and medium ones against a second engine.

Run by hand: ``python -m tests.solvers.thorough [problems of each kind] [medium problems of each kind]``.
"""

from __future__ import annotations

import random
import sys

from decomposer.solvers import warm
from decomposer.solvers.answer import Limits
from decomposer.solvers.selection import Selection
from decomposer.solvers.solve import BACKENDS, backend, faults, solve
from tests.solvers import brute, random_problems
from tests.solvers.test_cpsat import FEATURES, enforced, second_engine
from tests.solvers.test_warm import changed


def wrong(problem: Selection) -> tuple[bool, list[str]]:
    """Whether there is an answer, and every backend that does not find the best."""
    best, found = brute.best(problem), []
    for name in BACKENDS:
        if not backend(name).suits(problem):
            continue
        try:
            answer = backend(name).run(problem, Limits())
        except Exception as error:  # numbers as small as these are no reason to refuse
            found.append(f"{name}: {type(error).__name__}: {error}")
            continue
        right = not faults(problem, answer) and (
            answer.status == "infeasible" if best is None else answer.value == best[0]
        )
        if not right and answer.status != "unknown":
            found.append(f"{name}: {answer.status} {answer.value}, where {best and best[0]}")
    return best is not None, found


def small(count: int) -> int:
    """Problems of every kind, and three changes of each; how many errors."""
    errors = 0
    for kinds in ((), *FEATURES):
        answered = 0
        for seed in range(count):
            problem = random_problems.coupled(seed, kinds, nodes=6 + seed % 2)
            has, found = wrong(problem)
            answered += has
            rng = random.Random(seed)
            session = warm.start(problem)
            for _ in range(3):
                session = session.resolve(changed(session.problem, rng))
                best = brute.best(session.problem)
                if (best[0] if best else ()) != session.answer.value:
                    found.append(f"warm: {session.answer}")
            for line in found:
                print(f"seed {seed} of {kinds}: {line}")
            errors += len(found)
        print(f"{'-'.join(kinds) or 'sharing'}: {answered} of {count} have an answer", flush=True)
    return errors


def medium(count: int) -> int:
    """Problems beyond trying everything; how many errors."""
    errors = 0
    for limit in ("budget", "pool", "deadline", "reliability"):
        for seed in range(count):
            problem = random_problems.medium(seed, limit)
            answer = solve(problem)
            if limit == "reliability":  # by logarithms, of which the integer programme here knows more
                other = next(iter(backend("milp").run(problem, Limits()).value), None)
            else:
                other = second_engine(problem)
            if (answer.value[0] if answer.value else None) != other:
                print(f"seed {seed} of {limit}: {answer.status} {answer.value}, the second engine {other}")
                errors += 1
        print(f"{limit}: {count} medium problems", flush=True)
    return errors


def known_kind(count: int) -> int:
    """Models of the kind that OR-Tools 9.15 got wrong; how many errors."""
    pairs = [enforced(seed) for seed in range(count)]
    return sum(least != found for least, found in pairs)


if __name__ == "__main__":
    each, larger = (*map(int, sys.argv[1:3]), *(1000, 100)[len(sys.argv) - 1 :])
    failures = small(each) + medium(larger) + known_kind(each)
    print(f"{failures} errors")
    sys.exit(failures > 0)
