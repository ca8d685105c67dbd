"""Every example runs, and prints what it promises."""

from __future__ import annotations

import runpy
from pathlib import Path

import pytest

EXAMPLES = Path(__file__).parent.parent / "examples"
SAYS = {
    "audit_a_claim": "it holds where k*m_q <= b*l*m_d: proved",
    "optimize_a_file": "for each function, in parallel:",
    "compare_a_hand_design": "fix: Theta(b*k**2) times dearer",
    "problem_from_a_task_graph": "if flag found something:",
    "planner": "summarise the report -> read the summary",
}


@pytest.mark.parametrize("name", sorted(SAYS))
def test_example(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    runpy.run_path(str(EXAMPLES / f"{name}.py"), run_name="__main__")
    assert SAYS[name] in capsys.readouterr().out


def test_every_example_is_tested() -> None:
    assert {path.stem for path in EXAMPLES.glob("*.py")} == set(SAYS)
