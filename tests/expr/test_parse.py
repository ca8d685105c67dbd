"""Reading formulas: what is read, what is refused, and that every input is answered quickly."""

from __future__ import annotations

import time
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from decomposer.errors import Diagnostic, ExpressionError
from decomposer.expr import Expr, ceil, exp, factorial, floor, log, maximum, minimum, num, rounds, sym
from decomposer.expr.parse import parse, parse_equation, parse_relation

n, k, m = sym("n"), sym("k"), sym("m")


def refusal(text: str, names: list[str] | None = None) -> Diagnostic:
    with pytest.raises(ExpressionError) as caught:
        parse(text, names)
    assert len(caught.value.diagnostics) == 1
    return caught.value.diagnostics[0]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1", num(1)),
        ("0.125", num(Fraction(1, 8))),
        (".5", num(Fraction(1, 2))),
        ("1e6", num(10**6)),
        ("2.5e-1", num(Fraction(1, 4))),
        ("10_000", num(10_000)),
        ("2+3*4", num(14)),
        ("2-3-4", num(-5)),
        ("24/2/3", num(4)),
        ("2**3**2", num(512)),
        ("2^3^2", num(512)),
        ("-2**2", num(-4)),
        ("(-2)**2", num(4)),
        ("2**-1", num(Fraction(1, 2))),
        ("-n*k", -(n * k)),
        ("+n - -k", n + k),
        ("n·k × m − 1", n * k * m - 1),
        ("3!", num(6)),
        ("-k!**2", -(factorial(k) ** num(2))),
        ("log(n)/log(2)", log(n) / log(num(2))),
        ("lg(n)", log(n) / log(num(2))),
        ("log(n, 3)", log(n) / log(num(3))),
        ("log10(100)", num(2)),
        ("ln(n)", log(n)),
        ("exp(2*n)", exp(2 * n)),
        ("sqrt(n)", n ** num(Fraction(1, 2))),
        ("gamma(5)", num(24)),
        ("gamma(n+1)", factorial(n)),
        ("max(n, k, n)", maximum(n, k)),
        ("Min(n, k)", minimum(n, k)),
        ("ceiling(n/k)", ceil(n / k)),
        ("floor(7/2)", num(3)),
        ("floor(n/k)", floor(n / k)),
        ("rounds(k, 1/2)", rounds(k, num(Fraction(1, 2)))),
        ("(n+1)**2", n * n + 2 * n + 1),
        ("2**(2**(n+1))", num(2) ** (2 * num(2) ** n)),
        ("länge*β", sym("länge") * sym("β")),
        ("gamma*log", sym("gamma") * sym("log")),
    ],
)
def test_reads(text: str, value: Expr) -> None:
    assert parse(text) == value


@pytest.mark.parametrize(
    ("text", "code", "column", "says"),
    [
        ("", "syntax", 1, "empty"),
        ("  ", "syntax", 1, "empty"),
        ("9**9**9**9", "value", 5, "bits"),
        ("9" * 3000, "too-large", 1, "bits"),
        ("1e99999", "too-large", 1, "bits"),
        ("2**2000*2**2000*2**2000", "value", 16, "bits"),
        ("(" * 5000, "too-deep", 101, "nested"),
        ("-" * 500 + "n", "too-deep", 101, "nested"),
        ("n" + "**n" * 200, "too-deep", 302, "nested"),
        ("n+" * 6000, "too-long", 1, "12000 characters"),
        ("__import__('os')", "unknown-function", 1, "__import__"),
        ("n.real", "syntax", 2, "'.'"),
        ("n²", "syntax", 2, "SUPERSCRIPT TWO"),
        ("٣", "syntax", 1, "ARABIC-INDIC"),
        ("\u202en", "syntax", 1, "RIGHT-TO-LEFT"),
        ("ｋ", "syntax", 1, "plain form"),
        ("2n", "syntax", 2, "operator is missing"),
        ("log n", "syntax", 5, "operator is missing"),
        ("n(n+1)", "unknown-function", 1, "unknown function 'n'"),
        ("maxx(1,2)", "unknown-function", 1, "unknown function 'maxx'"),
        ("n+", "syntax", 3, "ends"),
        ("*n", "syntax", 1, "value is expected"),
        ("(n", "syntax", 1, "never closed"),
        ("n)", "syntax", 2, "never opened"),
        ("max()", "syntax", 1, "needs an argument"),
        ("rounds(2)", "syntax", 1, "takes 2 arguments, not 1"),
        ("n!!", "syntax", 3, "double factorial"),
        ("n!=k", "syntax", 2, "'!'"),
        ("n<=k", "syntax", 2, "relation"),
        ("log(0)", "value", 1, "logarithm"),
        ("1/0", "value", 2, "zero"),
        ("n + 1/(k-k)", "value", 6, "zero"),
        ("(-2)**(1/2)", "value", 5, "root"),
        ("(n+k)**65", "value", 6, "too large"),
    ],
)
def test_refuses(text: str, code: str, column: int, says: str) -> None:
    found = refusal(text)
    assert (found.code, found.line, found.column) == (code, 1, column)
    assert says in found.message


def test_unknown_names_get_a_suggestion() -> None:
    found = refusal("m_d*kk + 1", ["k", "m_d", "l"])
    assert (found.code, found.column, found.width, found.hint) == ("unknown-name", 5, 2, "did you mean k?")
    assert found.render().splitlines()[1:3] == ["    m_d*kk + 1", "        ^^"]
    assert refusal("zzz", ["k", "l"]).hint == "known: k, l"
    assert refusal("lgo(n)").hint == "did you mean lg()?"
    assert refusal("k(2)", ["k"]).hint == "write k*(…)"


def test_declared_names_may_be_those_of_functions() -> None:
    assert parse("gamma*2", ["gamma"]) == 2 * sym("gamma")


def test_second_line_is_pointed_at() -> None:
    found = refusal("n +\n k +* 2")
    assert (found.line, found.column, found.source) == (2, 5, " k +* 2")


def nested(shape: str, times: int) -> str:
    text = "n"
    for _ in range(times):
        text = shape.replace("_", text)
    return text


@pytest.mark.parametrize(
    "text",
    [
        nested("(_+1)**(c+d)", 90),
        nested("(_+1)**(c+d+e)", 30),
        nested("log((_+1)**(c+d))", 45),
        nested("log(1+2*_)", 99),
        nested("(1+1/_)", 99),
        nested("max(_,a)+max(_,b)", 9),
        nested("(_)!", 99),
        "(a+b)**62*(c+d)**62" + "+(a+b)**62*(c+d)**62" * 400,
        "*".join(f"a{i}" for i in range(1500)),
        "max(" + ",".join(f"a{i}" for i in range(1500)) + ")",
        "*".join(f"(a{i}+b{i})" for i in range(500)),
        "*".join(["2**2000"] * 1000),
        "(2**60*a+b)**62",
        "9" * 1200 + "**" + "9" * 1200,
        "(1/3)**(" + "9" * 1000 + "/7)",
        "7**(1/" + "9" * 1000 + ")",
        "log(" + "9" * 1200 + ")",
    ],
)
def test_bounded_time(text: str) -> None:
    start = time.process_time()
    try:
        str(parse(text))
    except ExpressionError as error:
        assert error.diagnostics[0].column is not None
    assert time.process_time() - start < 2


@given(st.text(alphabet="nk2903.+-*/^()!,<=e log max·²", max_size=40))
@settings(max_examples=400, deadline=None)
def test_any_text_is_read_or_refused(text: str) -> None:
    try:
        value = parse(text)
    except ExpressionError as error:
        assert error.diagnostics[0].column is not None
    else:
        assert parse(str(value)) == value


@pytest.mark.parametrize("op", ["<=", ">=", "==", "<<", ">>", "<", ">"])
def test_relations(op: str) -> None:
    assert parse_relation(f"n*k {op} m + 1") == (n * k, op, m + 1)


@pytest.mark.parametrize(
    ("text", "column"), [("n", 2), ("n = k", 3), ("n <= k <= m", 8), ("<= k", 1), ("n <=", 5), ("n <= q", 6)]
)
def test_refused_relations(text: str, column: int) -> None:
    with pytest.raises(ExpressionError) as caught:
        parse_relation(text, ["n", "k", "m"])
    assert caught.value.diagnostics[0].column == column


def test_equations() -> None:
    found = parse_equation("T(n)=(1/3)T(n/3)+(2/3)T(2n/3)+1")
    (first, one_third), (second, two_thirds) = found.calls
    assert (found.function, found.argument) == ("T", n)
    assert (one_third, two_thirds) == (n / 3, 2 * n / 3)
    assert found.right == sym(first) / 3 + sym(second) * 2 / 3 + 1
    assert parse_equation("f(k) = 2f(k/2) + k lg k".replace("lg k", "lg(k)")).function == "f"


@pytest.mark.parametrize(
    ("text", "column"), [("T(n)", 5), ("n = 2", 1), ("T(n) = T(n/2", 9), ("T(n) = S(n/2)", 8), ("log(n) = 2", 1)]
)
def test_refused_equations(text: str, column: int) -> None:
    with pytest.raises(ExpressionError) as caught:
        parse_equation(text)
    assert caught.value.diagnostics[0].column == column
    assert text.startswith(caught.value.diagnostics[0].source)
