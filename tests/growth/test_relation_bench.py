"""The comparisons of `growth_cases.json`."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from decomposer.growth import relation

CASES = json.loads(Path(__file__).with_name("growth_cases.json").read_text(encoding="utf-8"))["comparisons"]


@pytest.mark.parametrize("case", CASES, ids=[case["id"] for case in CASES])
def test_comparison(case: dict[str, Any]) -> None:
    answer = relation(case["f"], case["g"], assume=case["assumptions"], unbounded=case["unbounded"])
    assert answer.kind == case["relation"], str(answer)
    assert answer.proved, [str(claim) for claim in answer.witness]
