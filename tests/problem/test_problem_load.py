"""Loading: what comes out, and every error with its place."""

from __future__ import annotations

import io
import time
from fractions import Fraction
from pathlib import Path

import pytest

from decomposer.errors import ProblemError
from decomposer.expr import ONE, parse, sym
from decomposer.problem.load import load, loads
from decomposer.problem.model import Edit, Finds, Read, Succeeds

BASE = """\
problem: p
parameters: {k: parts, l: tokens, b: items, m: size}
assume: [b <= k]
texts:
  code: {parts: {function: k}, each: l}
  report: 1
capabilities: {spot: m, repair: m}
tasks:
  find: {reads: code, writes: report, requires: spot, finds: b, local: function}
  fix: {for_each: find, reads: [code, report], edits: code, requires: repair, local: function}
designs:
  focused:
    - each: function
      do: [find, {if: found, do: [fix]}]
"""


def changed(*pairs: tuple[str, str]) -> str:
    text = BASE
    for old, new in pairs:
        assert old in text
        text = text.replace(old, new, 1)
    return text


def test_what_is_loaded() -> None:
    problem = loads(BASE)
    assert problem.texts["code"].tokens == sym("k") * sym("l")
    assert problem.texts["code"].part == "function"
    find, fix = problem.tasks["find"], problem.tasks["fix"]
    assert find.reads == (Read("code"),)
    assert find.finds == Finds(sym("b"), ONE, ONE)
    assert fix.edits == Edit("code", "part", None)
    assert fix.for_each == "find"
    (each,) = problem.designs["focused"]
    assert (each.kind, each.value, each.path) == ("each", "function", "designs.focused[0]")
    call, condition = each.do
    assert (call.kind, call.value) == ("call", "find")
    assert (condition.kind, condition.value, condition.path) == ("if", "find", "designs.focused[0].do[1]")
    assert problem.marks["tasks.fix.edits"] == (10, 55)


def test_short_and_long_forms_say_the_same() -> None:
    long = changed(
        ("{k: parts,", "{k: {about: parts, kind: growing},"),
        ("report: 1", "report: {tokens: 1}"),
        ("{spot: m,", "{spot: {size: m},"),
        ("finds: b", "finds: {count: b, per_call: 1, per_part: 1}"),
        ("edits: code", "edits: {text: code, unit: part}"),
        ("do: [find,", "do: [{call: find},"),
        ("requires: spot", "requires: [spot]"),
    )
    assert loads(long) == loads(BASE)


def test_numbers_are_exact() -> None:
    problem = loads(changed(("report: 1", "report: 0.1"), ("edits: code", "edits: code, succeeds: 1e-6, check: free")))
    assert problem.texts["report"].tokens == Fraction(1, 10)
    assert problem.tasks["fix"].succeeds == Succeeds(parse("1/1000000"))


def test_sources_of_all_kinds(tmp_path: Path) -> None:
    path = tmp_path / "p.yaml"
    path.write_text(BASE, encoding="utf-8")
    by_path = load(path)
    assert by_path.file == str(path)
    assert load(str(path)) == by_path == load(io.StringIO(BASE)) == load(io.BytesIO(BASE.encode()))
    with path.open() as file:
        assert load(file).file == str(path)
    assert load(by_path.to_data()) == by_path


def test_a_file_wins_over_a_shipped_problem(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert load("debugging").name == "debugging"
    Path("debugging").write_text(BASE, encoding="utf-8")
    assert load("debugging").name == "p"


# Each case: changes to BASE, and what the error must say: message, line, column, what the caret spans, hint.
CASES: list[tuple[list[tuple[str, str]], str, int, int, str, str]] = [
    ([("texts:", "txts:")], "unknown key `txts`", 4, 1, "txts", "did you mean `texts`?"),
    ([("finds: b", "fnids: b")], "unknown key `fnids`", 9, 55, "fnids", "did you mean `finds`?"),
    ([("problem: p\n", "")], "`problem` is missing", 1, 1, "p", ""),
    ([("each: l", "each: k*(l")], "a bracket that is never closed", 5, 40, "(", ""),
    ([("each: l", "each: 'k*(l'")], "a bracket that is never closed", 5, 41, "(", ""),
    ([("each: l", "each: 9**9**9")], "a number of more than 4096 bits", 5, 39, "**", ""),
    ([("each: l", "each: 2*ll")], "unknown parameter `ll`", 5, 40, "ll", "did you mean `l`?"),
    ([("[b <= k]", "[b <= k, kk << b]")], "unknown parameter `kk`", 3, 18, "kk", "did you mean `k`?"),
    ([("[b <= k]", "[b < = k]")], "'=' has no place in a formula", 3, 14, "=", "write == for equality"),
    ([("[b <= k]", "[b]")], "a relation is missing", 3, 11, "]", "write for example b <= k, or m_d << n"),
    ([("requires: spot", "requires: sport")], "unknown capability `sport`", 9, 49, "sport", "did you mean `spot`?"),
    ([("reads: code,", "reads: cod,")], "unknown text `cod`", 9, 17, "cod", "did you mean `code`?"),
    ([("local: function}\n  fix", "local: page}\n  fix")], "unknown part `page`", 9, 72, "page", "known: `function`"),
    ([("for_each: find", "for_each: fnd")], "unknown task `fnd`", 10, 19, "fnd", "did you mean `find`?"),
    ([("for_each: find", "for_each: fix")], "`fix` cannot do this for itself", 10, 19, "fix", "name another task"),
    (
        [("finds: b, ", ""), ("{if: found, do: [fix]}", "fix")],
        "`find` finds nothing",
        10,
        19,
        "find",
        "add `finds: {count: ...}` to `find`",
    ),
    (
        [("reads: code,", "reads: code.head,")],
        "`code` has no head",
        9,
        17,
        "code.head",
        "add `head: 1` to the text `code`",
    ),
    ([("report: 1", "report: k - k")], "a size is above 0, not 0", 6, 11, "k - k", ""),
    ([("report: 1", "report: -k")], "`-k` is negative", 6, 11, "-k", ""),
    ([("{function: k}", "{function: 1/2}")], "a count is a whole number, at least 1, not 1/2", 5, 28, "1/2", ""),
    (
        [("report: 1", "report: {each: 1}")],
        "`each` is the size of a part, but the text has no parts",
        6,
        3,
        "report",
        "",
    ),
    (
        [("report: 1", "report: {parts: {function: b}, each: 1}")],
        "`report` has b parts `function`, but `code` has k",
        6,
        30,
        "b",
        "parts of one name correspond one to one",
    ),
    ([("requires: spot, ", "")], "`find` requires no capability", 9, 3, "find", ""),
    (
        [("edits: code", "edits: {text: report, unit: part}")],
        "`report` has no parts",
        10,
        76,
        "part",
        "write `unit: whole`, or give the text parts",
    ),
    (
        [("edits: code", "edits: code, succeeds: 3/2")],
        "a probability lies above 0 and at most at 1, not 3/2",
        10,
        71,
        "3/2",
        "",
    ),
    (
        [("edits: code", "edits: code, succeeds: k")],
        "`k` grows, but a probability does not",
        10,
        71,
        "k",
        "write `k: {kind: constant, between: [0, 1]}`",
    ),
    (
        [("edits: code", "edits: code, check: {scope: hole}")],
        "`hole` is not `part` or `step` or `whole`",
        10,
        76,
        "hole",
        "did you mean `whole`?",
    ),
    ([("edits: code", "edits: code, remembers: yes")], "expected `true` or `false`, found text", 10, 72, "yes", ""),
    (
        [("edits: code", "edits: code, one_of: {family: repair, told_by: find}")],
        "`repair` is not a family",
        10,
        78,
        "repair",
        "write `repair: {family: k, each: m}` under `capabilities`",
    ),
    (
        [("reads: code, w", "reads: [code, report], w")],
        "`find` reads what it writes: find -> (report) -> find",
        9,
        3,
        "find",
        "",
    ),
    (
        [("m: size", "m: {kind: constant, between: [1, 0]}")],
        "nothing lies between 1 and 0",
        2,
        65,
        "between",
        "",
    ),
    ([("m: size", "2m: size")], "`2m` is not the name of a parameter", 2, 45, "2m", ""),
    (
        [("tasks:", "minimise: latency\ntasks:")],
        "`latency` is not `cost` or `span` or `time` or `scope`",
        8,
        11,
        "latency",
        "",
    ),
    (
        [("tasks:", "scaling: {law: power}\ntasks:")],
        "the power law, and no other, has an exponent",
        8,
        1,
        "scaling",
        "",
    ),
    ([("tasks:", "cost: {model: power, input: 2}\ntasks:")], "the cost model `power` has no `input`", 8, 1, "cost", ""),
    (
        [("do: [find,", "do: [{call: find, group: 2},")],
        "`call` has no option `group`",
        14,
        25,
        "group",
        "it belongs to `each` and `merge` and `recurse` and `serve` and `steps`",
    ),
    (
        [("do: [find,", "do: [{call: find, until: find},")],
        "a step does one thing, not `call` and `until`",
        14,
        12,
        "{",
        "",
    ),
    ([("do: [find,", "do: [{on: code},")], "what does this step do?", 14, 12, "{", ""),
    (
        [("do: [find,", "do: [{call: find, history: i},")],
        "unknown loop `i`",
        14,
        34,
        "i",
        "name the index of a `repeat` around this call: `as: i`",
    ),
    (
        [("do: [find,", "do: [{call: find, on: cde},")],
        "unknown text or part `cde`",
        14,
        29,
        "cde",
        "did you mean `code`?",
    ),
    ([("{if: found", "{if: fix")], "`fix` finds nothing", 14, 23, "fix", "add `finds` to `fix`"),
    ([("{if: found", "{retry: fix")], "`fix` never fails", 14, 26, "fix", "add `succeeds` to `fix`"),
    ([("{if: found", "{case: fix")], "`fix` is not one of a family", 14, 25, "fix", "add `one_of` to `fix`"),
    (
        [("each: function\n", "each: functoin\n")],
        "unknown part `functoin`",
        13,
        13,
        "functoin",
        "did you mean `function`?",
    ),
    (
        [("each: function\n", "repeat: 2\n      as: k\n")],
        "`k` is a parameter already",
        14,
        11,
        "k",
        "choose another name",
    ),
]


@pytest.mark.parametrize(("changes", "message", "line", "column", "caret", "hint"), CASES)
def test_one_error(changes: list[tuple[str, str]], message: str, line: int, column: int, caret: str, hint: str) -> None:
    with pytest.raises(ProblemError) as caught:
        loads(changed(*changes))
    found = [one for one in caught.value.diagnostics if one.message == message]
    assert found, str(caught.value)
    one = found[0]
    assert (one.line, one.column) == (line, column), str(caught.value)
    assert one.source[column - 1 : column - 1 + one.width] == caret
    if hint:
        assert one.hint == hint


def test_all_errors_at_once_and_in_order(tmp_path: Path) -> None:
    path = tmp_path / "bad.yaml"
    text = changed(
        ("b: items", "b: items, q: {kind: konstant}"),
        ("report: 1", "report: 1 +"),
        ("requires: spot", "requires: spto"),
        ("for_each: find", "for_eahc: find"),
        ("if: found", "if: fix"),
    )
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ProblemError) as caught:
        load(path)
    assert (
        str(caught.value)
        == f"""\
{path}:2:55: `konstant` is not `growing` or `free` or `constant`
    parameters: {{k: parts, l: tokens, b: items, q: {{kind: konstant}}, m: size}}
                                                          ^^^^^^^^
    did you mean `constant`?
{path}:6:14: the formula ends where a value is expected
      report: 1 +
                 ^
{path}:9:49: unknown capability `spto`
      find: {{reads: code, writes: report, requires: spto, finds: b, local: function}}
                                                    ^^^^
    did you mean `spot`?
{path}:10:9: unknown key `for_eahc`
      fix: {{for_eahc: find, reads: [code, report], edits: code, requires: repair, local: function}}
            ^^^^^^^^
    did you mean `for_each`?"""
    )


def test_cyclic_tasks_show_the_circle() -> None:
    with pytest.raises(ProblemError) as caught:
        loads(
            changed(
                ("reads: code, writes", "reads: [code, x], writes"),
                ("edits: code,", "edits: code, writes: x,"),
                ("report: 1", "report: 1\n  x: 1"),
            )
        )
    (found,) = caught.value.diagnostics
    assert found.message == "tasks wait for each other: find -> fix -> (x) -> find"
    assert found.code == "cyclic-tasks"


def test_methods_that_contain_themselves() -> None:
    with pytest.raises(ProblemError) as caught:
        loads(changed(("requires: spot", "methods: {m: [find]}")))
    assert [one.code for one in caught.value.diagnostics] == ["cyclic-methods"]


@pytest.mark.parametrize(
    ("source", "message", "hint"),
    [
        ("debuging", "there is no file and no shipped problem `debuging`", "did you mean `debugging`?"),
        ("nowhere.yaml", "nowhere.yaml: there is no such file", ""),
        ("nowhere/p", "nowhere/p: there is no such file", ""),
        ("a\0b", "there is no file and no shipped problem `'a\\x00b'...`", "known: "),
        ("x" * 10_000, "there is no file and no shipped problem", ""),
    ],
)
def test_no_such_problem(source: str, message: str, hint: str) -> None:
    with pytest.raises(ProblemError) as caught:
        load(source)
    assert str(caught.value).startswith(message)
    assert caught.value.diagnostics[0].hint.startswith(hint)


def test_what_is_no_file(tmp_path: Path) -> None:
    with pytest.raises(ProblemError, match="this is a directory"):
        load(tmp_path)
    with pytest.raises(ProblemError, match="pass a path"):
        load(3)  # type: ignore[arg-type]
    binary = tmp_path / "p.yaml"
    binary.write_bytes(b"\x80\x81")
    with pytest.raises(ProblemError, match="not UTF-8"):
        load(binary)
    binary.write_bytes(b"problem: \0")
    with pytest.raises(ProblemError, match=r"U\+0000"):
        load(binary)


def test_a_stream_without_end_is_cut() -> None:
    with open("/dev/zero", "rb") as stream, pytest.raises(ProblemError, match="at most"):
        load(stream)


HEAD = "problem: p\nparameters: {k: a, l: b, m: size}\ncapabilities: {c: m}\ntexts:\n"
HOSTILE = {
    "chain": HEAD
    + "".join(f"  t{i}: 1\n" for i in range(3000))
    + "tasks:\n"
    + "".join(f"  a{i}: {{reads: t{i}, writes: t{(i + 1) % 3000}, requires: c}}\n" for i in range(3000)),
    "dense": HEAD
    + "  x: 1\n  y: 1\ntasks:\n"
    + "".join(
        f"  a{i}: {{reads: x, writes: y, requires: c}}\n  b{i}: {{reads: y, requires: d}}\n" for i in range(3000)
    ),
    "every line wrong": HEAD
    + "  x: 1\ntasks:\n"
    + "".join(f"  a{i}: {{reads: y{i}, writes: z{i}, requirs: c}}\n" for i in range(5000)),
    "unknown keys": HEAD + "  x: 1\ntasks: {}\n" + "".join(f"k{i}: 1\n" for i in range(30_000)),
    "long sums": HEAD
    + "".join(f"  t{i}: {'+'.join(f'x{i}_{j}' for j in range(300))}\n" for i in range(300))
    + "tasks: {}\n",
    "wide powers": HEAD + "".join(f"  t{i}: (k**l+l+{i})**32*(k+1)**60\n" for i in range(3000)) + "tasks: {}\n",
    "failing powers": HEAD + "".join(f"  t{i}: ((k**k)+{i})**64*(k+1)**64\n" for i in range(3000)) + "tasks: {}\n",
    "products": HEAD
    + "".join(f"  t{i}: {{parts: {{p: (k+1)**60+{i + 1}}}, each: (l+1)**60}}\n" for i in range(500))
    + "tasks: {}\n",
    "deep steps": HEAD + "  x: 1\ntasks: {}\ndesigns: {d: " + "[{repeat: 2, do: " * 200_000,
    "huge exponents": HEAD + "".join(f"  t{i}: k**9**9**9**{i}\n" for i in range(3000)) + "tasks: {}\n",
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_files_are_refused_quickly(name: str) -> None:
    begin = time.process_time()
    with pytest.raises(ProblemError) as caught:
        loads(HOSTILE[name])
    assert time.process_time() - begin < 3
    assert len(caught.value.diagnostics) <= 51
    assert len(str(caught.value)) < 30_000
