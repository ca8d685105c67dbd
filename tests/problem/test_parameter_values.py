"""A number behind the name of a parameter is no description of it."""

from __future__ import annotations

import pytest

from decomposer import loads, optimize
from decomposer.errors import ProblemError
from decomposer.problem.dump import dumps

PROBLEM = """problem: pages
parameters:
  N: {about}
  m: size of the model
texts: {{page: N, sum: 1}}
capabilities: {{add: m}}
tasks:
  sum: {{reads: page, writes: sum, requires: add}}
"""


@pytest.mark.parametrize(
    ("about", "value", "column"),
    [
        ("20000", "20000", 6),
        ("10^6", "10^6", 6),
        ("0.5", "0.5", 6),
        ("{about: 3, kind: constant}", "3", 14),
    ],
)
def test_a_value_is_refused(about: str, value: str, column: int) -> None:
    with pytest.raises(ProblemError) as caught:
        loads(PROBLEM.format(about=about))
    (found,) = caught.value.diagnostics
    assert (found.line, found.column) == (3, column)
    assert found.message == f"{value} is a value, where the description of a parameter stands"
    assert f"--set NAME={value}" in (found.hint or "")


@pytest.mark.parametrize(
    "about", ["tokens", "80 tokens or more", "''", "N", "2 pages", "'20000'", "'10^6'", "3-grams", "{kind: free}"]
)
def test_a_description_is_kept(about: str) -> None:
    problem = loads(PROBLEM.format(about=about))
    assert loads(dumps(problem)).parameters == problem.parameters


def test_what_the_hint_says_works() -> None:
    given = optimize(loads(PROBLEM.format(about="tokens")), at={"N": 20000, "m": 3})
    instead = loads(PROBLEM.format(about="tokens").replace("  N: tokens\n", "").replace("page: N", "page: 20000"))
    assert given.cost.value == optimize(instead, at={"m": 3}).cost.value
