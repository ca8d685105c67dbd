"""Reports that people can read: lines that fit a page, numbers that say whether they are exact, regimes told once."""

from __future__ import annotations

import re
from fractions import Fraction

import pytest

from decomposer import compare, load, loads
from decomposer.cli.main import main
from decomposer.design.evaluate import agents
from decomposer.design.lift import hand_design
from decomposer.expr import num, parse
from decomposer.report import text
from decomposer.report.columns import WIDTH, columns
from decomposer.report.comparison import document
from decomposer.report.document import Table, Writer
from decomposer.report.legend import with_legend
from decomposer.report.numerals import decimal, number

PRICES = """
problem: priced
parameters: {n: size}
texts: {page: n, sum: 1}
capabilities: [write]
models:
  mini: {size: 8, prices: {input: 0.15, output: 0.60, cached: 0.075}, can: [write]}
cost: cached
tasks:
  write: {reads: page, writes: sum, requires: write}
designs:
  one: [{call: write, model: mini}]
"""

Capture = pytest.CaptureFixture[str]


def written(capsys: Capture, *args: str) -> str:
    assert main(args) == 0
    return capsys.readouterr().out


@pytest.mark.parametrize("name", ["k-task-models", "maker", "plan-once", "debugging"])
def test_comparisons_fit_a_page(name: str) -> None:
    shown = text.render(document(compare(load(name))))
    assert max(map(len, shown.splitlines())) <= WIDTH


def test_long_cells_stand_below_the_table_once() -> None:
    """What the columns of a change say is all there: short in its cell, or behind a mark."""
    found = compare(load("plan-once"), "plan-and-follow")
    attribution = found.rows[0].attribution
    assert attribution is not None
    (change,) = attribution.contributions
    table = next(b for b in document(found) if isinstance(b, Table) and b.headers[0] == "change")
    (row,) = table.rows
    assert row[1] == row[2] == "(1)"  # in total, and alone: the same
    shown = " ".join(text.render(document(found)).split())
    assert shown.count(f"(1) {_pretty(str(change.worth.total.ratio.expr))}") == 1


def _pretty(formula: str) -> str:
    from decomposer.report.document import Writer

    return Writer(load("plan-once")).formula(parse(formula))


def test_cells_go_on_in_further_lines() -> None:
    rows = [("what", "how often"), ("forget what earlier rounds said", "max(a + b, c·d + e) + f·g + h")]
    lines = columns(rows, width=34)
    assert max(map(len, lines)) <= 34
    assert [line.split() for line in columns(rows, width=None)] == [" ".join(row).split() for row in rows]
    for place in (0, 1):  # nothing is lost, and arguments are broken behind commas only
        start = lines[0].index(rows[0][place])
        end = lines[0].index(rows[0][1]) if place == 0 else None
        assert " ".join(" ".join(line[start:end].split()) for line in lines[1:]).split() == rows[1][place].split()
    assert not any(line.rstrip().endswith(("a", "c·d")) for line in lines)


def test_only_named_columns_have_a_legend() -> None:
    table = Table(("cost", "alone"), (("a" * 50, "b" * 50),))
    shown, below = with_legend(table, ["alone"])
    assert isinstance(shown, Table) and shown.rows == (("a" * 50, "(1)"),)
    assert below.rows == (("(1)", "b" * 50),)  # type: ignore[union-attr]
    assert with_legend(table, []) == [table]


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (num(10**404), "10^404"),
        (num(3 * 10**404), "3·10^404"),
        (num(10**404 + 1), "≈ 10^404"),
        (num(2**40000), "≈ 1.58426·10^12041"),
        (num(1234567), "1,234,567"),
        (num(Fraction(1, 8)), "0.125"),
        (num(Fraction(64, 33)), "≈ 1.93939 (= 64/33)"),
        (num(Fraction(9999999, 7)), "≈ 1,428,571 (= 9999999/7)"),
        (num(Fraction(16144451680000, 37)), "≈ 436,336,531,892"),
        (num(Fraction(-5, 3)), "≈ -1.66667 (= -5/3)"),
        (parse("sqrt(2)"), "≈ 1.41421"),
        (num(0), "0"),
    ],
)
def test_what_is_rounded_is_marked(value: object, shown: str) -> None:
    assert number(value) == shown  # type: ignore[arg-type]


def test_numbers_of_a_few_digits() -> None:
    assert decimal(num(Fraction(123456789, 100))) == "≈ 1,234,568"
    assert decimal(num(Fraction(1, 3 * 10**9)), 3) == "≈ 3.33·10^-10"


def test_prices_are_decimals() -> None:
    given = {"input": Fraction(3, 20), "output": Fraction(3, 5), "cached": Fraction(3, 40)}
    problem = loads(PRICES)
    found = Writer(problem).model(agents(problem, hand_design(problem, "one"))[0])
    shown = {name: Fraction(value) for value, name in (part.split() for part in found.split(", ")[1:])}
    assert shown == {"in": given["input"], "out": given["output"], "cached": given["cached"]} and "/" not in found
    thirds = loads(PRICES.replace("0.15", "1/3"))
    assert "1/3 in, 0.6 out" in Writer(thirds).model(agents(thirds, hand_design(thirds, "one"))[0])


def test_large_costs(capsys: Capture) -> None:
    at = ["--set", "k=1343", "--set", "l=10", "--set", "m_u=3"]
    shown = written(capsys, "optimize", "evolution", *at)
    assert "at numbers     1,168,410 " in shown and re.search(r"at numbers: ≈ [\d.]+·10\^413, ≈ ", shown)


@pytest.mark.parametrize(("objective", "less"), [("span", "has a shorter critical path"), ("time", "takes less time")])
def test_time_is_not_called_cost(objective: str, less: str, capsys: Capture) -> None:
    numbers = [f"--set={name}=4" for name in load("debugging").parameters]
    shown = " ".join(written(capsys, "optimize", "debugging", "--minimise", objective, *numbers).split())
    assert f"the rules make {less}" in shown
    assert " times slower" in shown and "dearer" not in shown and "costs less" not in shown
    assert "cost by task: " in shown


def test_explain_tells_a_regime_once(capsys: Capture) -> None:
    shown = " ".join(written(capsys, "explain", "debugging").split())
    told = shown.partition("regimes, by the numbers that they have below")[2]
    conditions = [each for each in re.findall(r"[\w·²]+ = O\([^()]+\)", told) if len(each) >= 12]
    assert len(set(conditions)) == len(conditions) > 4
    # What is referred to was told before: (1) with its condition, and (1') with the converse.
    legend, _, rest = told.partition(" find and fix: ")
    marks = dict(re.findall(r"(\(\d+'?\)) ([\w·²]+ = O\([^()]+\))", legend))
    assert set(re.findall(r"\(\d+'?\)", rest)) <= set(marks)
    for mark, condition in marks.items():
        if "'" in mark:
            left, _, right = marks[mark.replace("'", "")].partition(" = ")
            assert condition == f"{right[2:-1]} = O({left})"


def test_the_same_ratio_everywhere_has_no_regimes() -> None:
    """A ratio that is the same in every regime is told without them."""
    from decomposer import optimize

    cases = [hand.ratio.cases for name in ("debugging", "plan-once") for hand in optimize(load(name)).hand_designs]
    assert all(len(each) == 1 or len({case.growth for case in each}) > 1 for each in cases)


def test_designs_of_the_numbers_alone_have_no_growths_of_ratios(capsys: Capture) -> None:
    """The best group size at numbers is one for these: how ratios to it grow says nothing."""
    at = ["--set=w=40", "--set=P=8", "--set=h=30"]
    best = written(capsys, "optimize", "chunk-latency", *at)
    assert "Θ(w·h), its free parameters fixed as below" in best
    assert all("at numbers" in line for line in best.splitlines() if "slower" in line)
    assert "slower" in written(capsys, "optimize", "chunk-latency")
    shown = compare(load("chunk-latency"), "in-one-go", at={"w": 40, "P": 8, "h": 30}).optimum
    assert shown is not None and shown.fixed
    assert "the free parameters that are best at these numbers" in written(
        capsys, "compare", "chunk-latency", "in-one-go", *at
    )
    general = compare(load("debugging"), "focused", at={"k": 9, "l": 9, "b": 3, "m_q": 1, "m_d": 1}).optimum
    assert general is not None and not general.fixed


def test_equal_costs_are_not_called_dearer(capsys: Capture) -> None:
    from decomposer import explain

    choice = next(each for each in explain(load("support")).choices if each.where == "review")
    equal = [other.does for other in choice.refused if other.equal]
    assert equal and all(str(other.exact) != str(choice.refused[0].exact) for other in choice.refused if other.equal)
    shown = " ".join(written(capsys, "explain", "support").split())
    assert shown.count("the same cost: the least demanding, then the plainest way is taken") >= len(equal)


def test_proofs_of_claims_are_readable(capsys: Capture) -> None:
    shown = written(capsys, "claim", "evolution", "mutate-all / optimum = Theta(2^k*k)")
    proof = shown.partition("proof, monomial by monomial\n")[2].partition("\n\n")[0].splitlines()
    assert proof and len(set(proof)) == len(proof) and not any("*" in line for line in proof)


def test_what_was_tried_and_what_is_shown(capsys: Capture) -> None:
    assert "nothing: there was no further fact to try" in written(capsys, "audit", "code-review")
    assert "free parameters" not in written(capsys, "front", "support")
    assert "free parameters" in written(capsys, "front", "chunk-latency")


def test_effort_tells_one_size_once(capsys: Capture) -> None:
    shown = written(capsys, "effort", "plan-once")
    assert "\n  answer: no larger than it is, m_g\n" in shown
    assert shown.count("follow: no larger than it is") == 1


def test_lists_in_lists(capsys: Capture) -> None:
    """What belongs to the line before is indented in all formats."""
    assert "\n- naive: Θ(" in (told := written(capsys, "optimize", "debugging", "--format", "markdown"))
    assert re.search(r"\n  - [^\n]* times dearer where ", told)
    assert re.search(
        r'<li style="margin-left: 2em">[^<]* times dearer', written(capsys, "optimize", "debugging", "--format", "html")
    )
