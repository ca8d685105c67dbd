"""``decomposer growth``: what it prints, its JSON, its errors, and what it imports."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from typing import Any

import pytest

from decomposer.cli.main import main

Capture = pytest.CaptureFixture[str]


def run(capsys: Capture, *args: str) -> tuple[int, str, str]:
    code = main(["growth", *args])
    out, err = capsys.readouterr()
    return code, out, err


def run_json(capsys: Capture, *args: str) -> dict[str, Any]:
    code, out, err = run(capsys, *args, "--format", "json")
    assert (code, err) == (0, "")
    found = json.loads(out)
    assert found["format_version"] == 1
    assert isinstance(found, dict)
    return found


@pytest.mark.parametrize(
    ("args", "first"),
    [
        (["n*log(n)", "n**2"], "f = o(g): f grows strictly slower than g"),
        (["m*n", "m**2+n**2"], "f = O(g): f grows at most as fast as g;"),
        (["3*n+1", "n"], "f = Θ(g): f and g grow alike"),
        (["n*k", "n", "--unbounded", "n"], "f = Ω(g): f grows at least as fast as g;"),
        (["n*k", "n"], "f = ω(g): f grows strictly faster than g"),
        (["n", "m"], "incomparable: which of the two grows faster depends on the regime"),
        (["n*k", "n**2", "--assume", "k << n"], "f = o(g)"),
        (["q**n", "1", "--constant", "q:0:1"], "f = o(g)"),
        (["(1/q)**n", "1", "--constant", "q:0:1"], "f = ω(g)"),
        (["m_g*n", "m_d+m_s*n", "--assume", "m_d <= m_g", "--assume", "m_g == k*m_s"], "f = ω(g)"),
    ],
)
def test_relation(capsys: Capture, args: list[str], first: str) -> None:
    code, out, err = run(capsys, "relation", *args)
    assert (code, err) == (0, "")
    assert out.startswith(first)


def test_relation_shows_a_proof_and_a_witness(capsys: Capture) -> None:
    _, out, _ = run(capsys, "relation", "n*k", "n**2", "--assume", "k <= n")
    lines = out.splitlines()
    assert lines[1:4] == ["  f = k·n", "  g = n²", "  where k <= n"]
    assert any(line.startswith("  k*n = O(n**2): k*n = O(n**2) by") and "k = O(n)" in line for line in lines)
    assert any(line.startswith("  not n**2 = O(k*n):") and "infinity" in line for line in lines)


def test_relation_as_json(capsys: Capture) -> None:
    found = run_json(capsys, "relation", "n*k", "n**2", "--assume", "k <= n")
    assert (found["relation"], found["f"], found["g"], found["proved"]) == ("O", "k*n", "n**2", True)
    assert found["regime"] == {"assume": ["k <= n"], "unbounded": ["k", "n"], "constants": {}}
    assert {claim["holds"] for claim in found["witness"]} == {True, False}


def test_unbounded_takes_commas(capsys: Capture) -> None:
    found = run_json(capsys, "relation", "n*k*m", "n", "--unbounded", "n,m", "--unbounded", "k")
    assert found["regime"]["unbounded"] == ["k", "m", "n"]


def test_theta(capsys: Capture) -> None:
    args = ["theta", "3*n**2 + n*log(n) + k", "--assume", "k <= n"]
    assert run(capsys, *args)[1] == "Θ(n²)\n  where k <= n\n"
    assert run_json(capsys, *args)["theta"] == "n**2"


def test_sum(capsys: Capture) -> None:
    code, out, _ = run(capsys, "sum", "i*2**i", "--index", "i", "--from", "1", "--to", "n")
    assert (code, out) == (0, "Θ(n·2^n)\n  exactly 2·n·2^n - 2·2^n + 2\n")
    found = run_json(capsys, "sum", "log(j)/j", "--index", "j", "--from", "1", "--to", "m")
    assert (found["theta"], found["exact"], found["index"], found["to"]) == ("log(m)**2", None, "j", "m")


def test_recurrence(capsys: Capture) -> None:
    _, out, _ = run(capsys, "recurrence", "T(n) = 2T(n/2) + n/lg(n)")
    assert out.splitlines() == ["Θ(n·log(log(n)))", "  by Akra-Bazzi", "  exponent 1"]
    _, out, _ = run(capsys, "recurrence", "T(n) = T(n/2) + T(n/3) + 1")
    assert out.splitlines()[2] == "  p = 0.78788491102… solves (1/2)**p + (1/3)**p = 1"
    found = run_json(capsys, "recurrence", "T(n) = T(n-k) + n", "--assume", "k << n")
    assert (found["theta"], found["method"]) == ("n**2/k", "sum of the driving term")


@pytest.mark.parametrize(
    ("args", "says"),
    [
        (["relation", "n*", "m"], "F:1:3: the formula ends where a value is expected\n    n*\n      ^\n"),
        (["relation", "n", "m", "--assume", "n <="], "--assume:1:5: "),
        (["relation", "n", "m", "--assume", "n << m", "--assume", "m << n"], "contradict"),
        (["relation", "n", "m", "--unbounded", "z"], "'z' occurs in no formula"),
        (["relation", "n", "m", "--constant", "q:0:1"], "'q' occurs in no formula"),
        (["relation", "n", "q", "--constant", "q:x"], "not a constant"),
        (["relation", "n"], "Missing argument 'G'"),
        (["theta", "__import__('os')"], "unknown function '__import__'"),
        (["theta", "9**9**9**9"], "bits"),
        (["sum", "k*factorial(i)"], "factorial(i)"),
        (["sum", "i", "--index", "2"], "not a name"),
        (["sum", "i", "--to", "i"], "limit of its own sum"),
        (["recurrence", "T(n) = n*T(n-1)"], "coefficient n depends on n"),
        (["recurrence", "T(n) = T(n+1)"], "does not shrink"),
        (["recurrence", "n"], "one '='"),
    ],
)
def test_errors(capsys: Capture, args: list[str], says: str) -> None:
    code, out, err = run(capsys, *args)
    assert (code, out) == (2, "")
    assert says in err
    code, out, err = run(capsys, *args, "--format", "json")
    assert (code, out) == (2, "")
    assert json.loads(err)["exit_code"] == 2


def child(code: str, encoding: str = "utf-8") -> subprocess.CompletedProcess[bytes]:
    environment = {**os.environ, "PYTHONIOENCODING": encoding}
    return subprocess.run([sys.executable, "-c", code], capture_output=True, env=environment, check=True, timeout=60)


def test_ascii_where_theta_cannot_be_written() -> None:
    found = child("from decomposer.cli.main import main; main(['growth', 'theta', 'n**2*k'])", "ascii")
    assert found.stdout == b"Theta(k*n^2)\n"


@pytest.mark.parametrize("args", [["--help"], ["relation", "--help"], ["relation", "n*", "n"], ["theta", "n + 2*k"]])
def test_nothing_heavy_is_imported(args: list[str]) -> None:
    heavy = ["numpy", "networkx", "sympy", "ortools", "pydantic", "yaml", "rich", "jinja2"]
    program = (
        "import sys; from decomposer.cli.main import main; "
        f"main(['growth', *{args!r}]); found = [name for name in {heavy!r} if name in sys.modules]; "
        "sys.stderr.write('loaded: ' + ' '.join(found))"
    )
    assert child(program).stderr.decode().endswith("loaded: ")
