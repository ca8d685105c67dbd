"""Numbers at which a size would be negative are refused."""

from __future__ import annotations

from pathlib import Path

import pytest

from decomposer.cli.main import main

PROBLEM = """
problem: difference
parameters: {n: tokens, h: tokens of a header}
texts: {body: n - h, note: 1}
capabilities: {read: 1}
tasks:
  scan: {reads: body, writes: note, requires: read}
"""


@pytest.mark.parametrize(("header", "code"), [(7, 0), (10, 2), (11, 2)])
@pytest.mark.parametrize("verb", ["optimize", "front", "simulate"])
def test_sizes_are_above_zero(
    verb: str, header: int, code: int, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "difference.yaml"
    file.write_text(PROBLEM)
    assert main([verb, str(file), "--set", "n=10", "--set", f"h={header}"]) == code
    errors = capsys.readouterr().err
    if code:
        assert f"h = {header}, n = 10: `n - h`, a size, is {10 - header}" in errors
        assert "correct `texts.body.tokens`" in errors
