"""Where newcomers stumbled: what the command line says, and what to do about it."""

from __future__ import annotations

from pathlib import Path

import pytest

from decomposer.cli.main import main
from decomposer.expr import parse
from decomposer.problems import read
from decomposer.verbs.results import Status

Capture = pytest.CaptureFixture[str]

NUMBERS = [word for number in ("k=10", "l=5", "b=2", "m_q=1", "m_d=3") for word in ("--set", number)]


def refused(capsys: Capture, *args: str, code: int = 2) -> str:
    """Run a command that must fail with `code` and write nothing to stdout; what it wrote to stderr."""
    assert main(args) == code
    written, errors = capsys.readouterr()
    assert written == ""
    return errors


@pytest.mark.parametrize(
    "args",
    [
        ("compare", "debugging", "naiv"),
        ("compare", "debugging", "--against", "naiv"),
        ("effort", "debugging", "naiv"),
        ("map", "debugging", "naiv"),
        ("simulate", "debugging", "naiv", *NUMBERS),
    ],
)
def test_unknown_designs_are_guessed(args: tuple[str, ...], capsys: Capture) -> None:
    assert "did you mean `naive`?" in refused(capsys, *args)


@pytest.mark.parametrize("verb", ["effort", "map", "simulate"])
def test_the_optimum_may_be_what_was_meant(verb: str, capsys: Capture) -> None:
    numbers = NUMBERS if verb == "simulate" else []
    assert "did you mean `optimum`?" in refused(capsys, verb, "debugging", "optimun", *numbers)


def test_where_nothing_is_near_all_designs_are_told(capsys: Capture) -> None:
    errors = refused(capsys, "effort", "debugging", "zzz")
    assert "there are: optimum, naive, fresh-context, focused" in errors
    assert "did you mean" not in errors


@pytest.mark.parametrize(
    ("content", "place", "what"),
    [
        (b"hello", ":1:1: ", "this is not JSON, expecting value"),
        (b"problem: debugging\n", ":1:1: ", "this is not JSON"),
        (b'{"format": 1,\n "goals": }', ":2:11: ", "this is not JSON, expecting value"),
        (b"{} {}", ":1:4: ", "something follows the end"),
        (b"", ":1:1: ", "this is not JSON"),
        (b"\x80\xff\x00", ": ", "neither JSON nor text"),
        (b"[" * 100_000, ": ", "neither JSON nor text"),
        (b"[1]", ": ", "no certificate: "),
    ],
)
def test_what_is_no_certificate(content: bytes, place: str, what: str, tmp_path: Path, capsys: Capture) -> None:
    file = tmp_path / "proof.json"
    file.write_bytes(content)
    errors = refused(capsys, "check", "debugging", str(file))
    assert errors.startswith(f"{file}{place}no certificate: ")
    assert what in errors
    assert "char " not in errors
    assert errors.endswith("write one with: decomposer optimize PROBLEM --certificate FILE\n")


@pytest.mark.parametrize("name", ["", " "])
@pytest.mark.parametrize("verb", ["optimize", "compare", "front"])
def test_an_empty_name_is_no_directory(verb: str, name: str, capsys: Capture) -> None:
    errors = refused(capsys, verb, name)
    assert errors.startswith("decomposer: the name of the problem is empty\n    give a problem file")


WINDOW = """\
problem: pages
parameters: {{n: pages, l: tokens in a page, p: price}}
texts:
  document: {{parts: {{page: n}}, each: l}}
  finding: {written}
capabilities: {{scan: p}}
models:
  scanner: {{size: p, can: scan, window: {window}}}
cost: linear
tasks:
  scan: {{reads: document, writes: finding, requires: scan, {fact}}}
"""
PARTS = "{parts: {page: n}, each: 1}"


@pytest.mark.parametrize("verb", ["optimize", "front", "audit", "map", "explain"])
@pytest.mark.parametrize(("fact", "written"), [("combines: oracle", "1"), ("local: page", PARTS)])
def test_a_window_of_so_many_tokens_and_parts_that_grow(
    verb: str, fact: str, written: str, tmp_path: Path, capsys: Capture
) -> None:
    """The message speaks of the window, not of the size of groups that the search looks for."""
    file = tmp_path / "pages.yaml"
    file.write_text(WINDOW.format(fact=fact, written=written, window=8000))
    errors = refused(capsys, verb, str(file), code=3)
    assert errors.startswith(f"{file}:8:41: no window takes a call of scan: one page, with what it writes, is l + 1 ")
    assert "the window of scanner is 8000" in errors
    assert "make the window a parameter W and assume `l + 1 <= W`" in errors
    assert "g_" not in errors


def test_a_window_is_large_enough_at_numbers(tmp_path: Path, capsys: Capture) -> None:
    file = tmp_path / "pages.yaml"
    file.write_text(WINDOW.format(fact="combines: oracle", written="1", window=8000))
    sizes = ["--set", "n=100", "--set", "p=1", "--set"]
    assert main(["optimize", str(file), *sizes, "l=90"]) == 0
    assert "none of the 0 designs" not in capsys.readouterr().out
    errors = refused(capsys, "optimize", str(file), *sizes, "l=9000", code=3)
    assert "one page, with what it writes, is 9001 tokens" in errors
    assert "it takes a larger window, or smaller parts" in errors


def test_the_advice_on_windows_is_good(tmp_path: Path, capsys: Capture) -> None:
    """What the messages say to assume makes the problem solvable."""
    text = WINDOW.format(fact="combines: oracle", written="1", window="W").replace("p: price", "p: price, W: window")
    file = tmp_path / "pages.yaml"
    file.write_text(text)
    assert "add `l + 1 <= W` to `assume`" in refused(capsys, "optimize", str(file), code=3)
    file.write_text(text.replace("texts:", "assume: [l + 1 <= W]\ntexts:"))
    assert main(["optimize", str(file)]) == 0


def test_less_than_one_part(tmp_path: Path, capsys: Capture) -> None:
    file = tmp_path / "pages.yaml"
    text = WINDOW.format(fact="combines: oracle", written="1", window="n + l").replace("page: n", "page: n/l")
    file.write_text(text.replace("texts:", "assume: [n << l]\ntexts:"))
    errors = refused(capsys, "optimize", str(file))
    assert "there are n/l pages in a group at most, which falls below 1 as the parameters grow" in errors
    assert "such as `1 <= n/l`" in errors


@pytest.mark.parametrize("value", ["10.5", "21/2", "1e1+1/2"])
@pytest.mark.parametrize("verb", ["optimize", "compare", "front", "simulate"])
def test_counts_are_whole(verb: str, value: str, capsys: Capture) -> None:
    numbers = [f"k={value}" if word == "k=10" else word for word in NUMBERS]
    errors = refused(capsys, verb, "debugging", *numbers)
    assert "k = 21/2: it must be a whole number" in errors
    assert "it is what `texts.code.parts.function` counts" in errors


@pytest.mark.parametrize(("name", "number"), [("m_q", "3/2"), ("l", "5/2")])
def test_sizes_and_tokens_may_be_fractions(name: str, number: str, capsys: Capture) -> None:
    numbers = [f"{name}={number}" if word.startswith(f"{name}=") else word for word in NUMBERS]
    assert main(["optimize", "debugging", *numbers]) == 0
    assert capsys.readouterr().err == ""


def test_counts_that_come_out_whole(capsys: Capture) -> None:
    """The number of pages is w*P; each of the two need not be whole."""
    assert main(["optimize", "chunk-latency", "--set", "w=3/2", "--set", "P=4", "--set", "h=7"]) == 0
    capsys.readouterr()
    errors = refused(capsys, "optimize", "chunk-latency", "--set", "w=3/2", "--set", "P=5", "--set", "h=7")
    assert "w = 3/2: it must be a whole number" in errors


UNITS = [
    ("95%", "write 95/100, or 0.95"),
    ("12.5 %", "write 12.5/100, or 0.125"),
    ("95 percent", "write 95/100, or 0.95: numbers have no units"),
    ("2k", "write 2000: numbers have no units"),
    ("1.5k", "write 1500: numbers have no units"),
    ("0.0005M", "write 500: numbers have no units"),
    ("5 tokens", "write 5: numbers have no units"),
    ("1,000", "write 1000, without the comma"),
    ("1,234,567", "write 1234567, without the commas"),
    ("0,5", "write 0.5, with a point"),
    ("$5", "numbers have no units"),
    ("nan", "such as 30000, 1e6 or 3/2"),
    ("7%3", "there is no remainder"),
]


@pytest.mark.parametrize(("written", "hint"), UNITS)
def test_numbers_with_units(written: str, hint: str, capsys: Capture) -> None:
    errors = refused(capsys, "optimize", "debugging", "--set", f"k={written}")
    assert errors.startswith(f"decomposer: --set k={written}: ")
    assert errors.splitlines()[1].strip().startswith(hint)


@pytest.mark.parametrize(
    ("written", "hint"),
    [
        ("95%", "write 95/100, or 0.95"),
        ("2k", "write 2*k if k is a parameter; else write 2000, numbers have no units"),
        ("5 tokens", "write 5*tokens if tokens is a parameter; else write 5, numbers have no units"),
        ("1,000", "write 1000, without the comma"),
    ],
)
def test_units_in_problem_files(written: str, hint: str, tmp_path: Path, capsys: Capture) -> None:
    file = tmp_path / "pages.yaml"
    file.write_text(WINDOW.format(fact="local: page", written=f'"{written}"', window=8000))
    errors = refused(capsys, "optimize", str(file))
    assert errors.startswith(f"{file}:5:")
    assert errors.splitlines()[-1].strip() == hint


def test_what_the_hints_on_units_say_can_be_read() -> None:
    for _, hint in UNITS:
        if hint.startswith("write "):
            parse(hint.removeprefix("write ").split(",")[0].split(":")[0], names=())


@pytest.mark.parametrize(("status", "code"), [("optimal", 0), ("optimal_growth", 0), ("regimes", 0), ("bounded", 4)])
def test_every_status_has_its_exit_code(
    status: Status, code: int, monkeypatch: pytest.MonkeyPatch, capsys: Capture
) -> None:
    """As docs/answers.md has it, and the help of `optimize`."""
    from dataclasses import replace

    from decomposer.verbs import optimize as verb

    found = replace(verb.optimize("debugging"), status=status)
    monkeypatch.setattr(verb, "optimize", lambda *args, **options: found)
    assert main(["optimize", "debugging", "--format", "json"]) == code
    assert f'"status": "{status}"' in capsys.readouterr().out
    main(["optimize", "--help"])
    done, bound = " ".join(capsys.readouterr().out.split()).split("Exit code 0 ")[1].split(", 4 when")
    assert status in (bound if code else done)


def test_constants_that_are_not_decided_are_no_failure(capsys: Capture) -> None:
    """A target leaves the constant of votes open: the growth is proved, and the exit code says so."""
    assert main(["optimize", "maker", "--format", "json"]) == 0
    assert '"status": "optimal_growth"' in capsys.readouterr().out


BUDGET = "limits: {cost: k^2}\nminimise: time"
REFUSED = [
    ("maker", "limits: {span: k^2}", "optimize", True, "combined with a limit on the span", "leave out --set"),
    ("maker", "minimise: span", "optimize", True, "takes the cost, not the span", "leave out --set"),
    ("maker", "minimise: time", "optimize", True, "takes the cost, not the time", "leave out --set"),
    ("maker", "", "front", True, "cannot be combined with a target", "leave out `target`"),
    ("maker", "", "front", False, "cannot be combined with a target", "leave out `target`"),
    ("debugging", "limits: {span: k^2}", "front", False, "in growth a front takes no limit on the span", "--set"),
    ("debugging", "limits: {cost: k^2}", "front", False, "in growth a front takes no limit on the cost", "--set"),
    ("debugging", BUDGET, "optimize", True, "cannot be combined with", "the cost; or"),
    ("debugging", BUDGET, "optimize", False, "cannot be combined with", "the cost; or"),
]


@pytest.mark.parametrize(("name", "more", "verb", "numbers", "message", "hint"), REFUSED)
def test_what_cannot_be_had_together(
    name: str, more: str, verb: str, numbers: bool, message: str, hint: str, tmp_path: Path, capsys: Capture
) -> None:
    """As the table in docs/problem-files.md has it: with the line at fault, and what to leave out."""
    file = tmp_path / "mine.yaml"
    file.write_text(f"{read(name).rstrip()}\n{more}\n")
    given = ["--set", "k=10", "--set", "m_s=1"] if name == "maker" else NUMBERS
    errors = refused(capsys, verb, str(file), *(given if numbers else []))
    place = errors.partition(": ")[0].removeprefix(f"{file}:")
    assert place.partition(":")[0].isdigit()
    assert message in errors
    assert hint in errors.splitlines()[-1]


@pytest.mark.parametrize(
    ("old", "new", "message", "hint"),
    [
        ("  k:", "\tk:", "not YAML: a tab", "indent with spaces"),
        ("parts: {function: k}", "parts: k", "expected a mapping, found text", "`parts: {NAME: k}`"),
        ("local: function", "local: true", "expected the name of a part, found `true`", "such as `local: function`"),
        ("local: function", "local: false", "expected the name of a part, found `false`", "leave it out"),
    ],
)
def test_what_is_written_out_of_habit(
    old: str, new: str, message: str, hint: str, tmp_path: Path, capsys: Capture
) -> None:
    text = read("debugging")
    assert old in text
    file = tmp_path / "mine.yaml"
    file.write_text(text.replace(old, new, 1))
    line = text[: text.index(old)].count("\n") + 1
    errors = refused(capsys, "optimize", str(file))
    assert f"{file}:{line}:" in errors
    assert message in errors and hint in errors


def test_missing_numbers_come_with_an_example_that_works(capsys: Capture) -> None:
    errors = refused(capsys, "optimize", "debugging", "--set", "k=3")
    assert "no number is given for l, b, m_q, m_d\n" in errors
    example = errors.split("such as ")[1].split()
    assert example[::2] == ["--set"] * 4
    assert main(["optimize", "debugging", "--set", "k=3", *example]) == 0
    for given in ("b=12", "k=3"):  # as many functions as bugs, and no more bugs than functions
        capsys.readouterr()
        errors = refused(capsys, "optimize", "debugging", "--set", given)
        assert main(["optimize", "debugging", "--set", given, *errors.split("such as ")[1].split()]) == 0
    capsys.readouterr()
    errors = refused(capsys, "optimize", "evolution-q", "--set", "k=3")
    assert main(["optimize", "evolution-q", "--set", "k=3", *errors.split("such as ")[1].split()]) == 0


@pytest.mark.parametrize(
    ("assumption", "message"),
    [("m_d < m_q", "'<' is not a relation"), ("zz <= m_q", "unknown parameter `zz`"), ("m_d <=", "the formula ends")],
)
@pytest.mark.parametrize("verb", [("claim", "naive = O(b*k^2)"), ("map", "naive")])
def test_assumptions_that_cannot_be_read_are_named(
    assumption: str, message: str, verb: tuple[str, str], capsys: Capture
) -> None:
    command, about = verb
    errors = refused(capsys, command, "debugging", about, "--assume", "b <= m_d", "--assume", assumption)
    assert errors.startswith(f"decomposer: --assume {assumption!r}: {message}")
    assert "assume[" not in errors
